"""The pure core: commands and the time go in, events (facts) or refusals come out.

Nothing in this package reads a clock, a disk, a network or a random source. The same code
runs live, replays yesterday's journal and will run a trace under another policy.
"""
