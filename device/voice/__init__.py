"""Calls that are spoken: what is said, in which order, and through what it is heard."""

import os

# pygame greets on standard output when it is imported, where a trace of the unit may go.
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
