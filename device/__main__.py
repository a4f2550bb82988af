"""The entry point of `counter-unit`, also as `python -m device`."""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command line.

    Ctrl-C ends the program without a word from the first moment on; whatever has something
    to put in order sets its own handler later.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from device.cli import main as run

    run()


if __name__ == "__main__":
    main()
