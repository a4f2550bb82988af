"""What crosses the network, and what both of its ends need. Imports nothing of ours."""
