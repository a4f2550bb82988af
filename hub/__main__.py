"""The entry point of `hall-hub`, also as `python -m hub`."""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command line.

    Ctrl-C ends the program without a word from the first moment on; whatever has something
    to put in order sets its own handler later.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from hub.cli import main as run

    run()


if __name__ == "__main__":
    main()
