"""Emulated peripherals: what a real driver talks to when no hardware is there.

Each instrument decodes, byte by byte, what its driver sends, checks what is to be checked, and
keeps what it shows, has said or has printed. `line.PtyLine` puts one at the end of a serial
port that looks like any other, and can make it fail in the ways that hardware does.
"""
