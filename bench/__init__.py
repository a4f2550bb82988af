"""The benchmarks, and the kit with which they and the tests start real parts of a hall."""

import os

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
