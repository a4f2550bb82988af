"""The store: what happened, in order, on disk. The journal is the truth."""
