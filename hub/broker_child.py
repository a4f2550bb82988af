"""The embedded broker's own process: serves until the hub is gone.

It loads nothing of the hub: it is up sooner, and smaller.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading

from iotcore import Broker


def _end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


def main() -> None:
    """Be the broker that the file named on the command line describes."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    logging.basicConfig(level=logging.ERROR)
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)  # it logs each packet as an error
    Broker(config_path=sys.argv[1]).run_forever()


if __name__ == "__main__":
    main()
