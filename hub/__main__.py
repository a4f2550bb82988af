"""The entry point of `hall-hub`, also as `python -m hub`."""

from __future__ import annotations

import gc
import signal


def main() -> None:
    """Run the command line.

    Ctrl-C ends the program without a word from the first moment on; whatever has something
    to put in order sets its own handler later.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Nothing of what is loaded is garbage: looking for it takes a tenth of the start.
    gc.set_threshold(100_000, 50, 50)
    from hub.cli import main as run

    run()


if __name__ == "__main__":
    main()
