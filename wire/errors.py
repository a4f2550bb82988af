"""The error tree of the whole product. Imports nothing of ours.

    NextwindowError            expected; a program prints it as one line and exits with `exit_code`
    ├── ConfigurationError     a configuration file is wrong; carries every mistake found
    ├── WireError              a message does not fit the contract in `wire.topics`
    │   ├── UnreadableMessage  not JSON, or not of the declared type
    │   ├── NewerSchema        made by a later version of the product
    │   ├── OversizedMessage   larger than `MAX_PAYLOAD_BYTES`
    │   └── UnknownTopic       no such topic is declared, or it does not go this way
    ├── LinkError              the broker cannot be used as configured
    ├── StorageError           the disk or a database on it does not do its work
    └── HardwareError          a peripheral is wrong
        ├── UnknownHardware    the configuration names none of the known ones
        ├── NoAnswer           a peripheral is silent
        ├── Unplugged          the port of a peripheral is gone, or cannot be opened
        ├── BadAnswer          a peripheral answers with what is not in its protocol
        ├── Refused            a peripheral is well, and does not take what it was given
        ├── PaperEnd           a printer has no paper
        └── CoverOpen          a printer's cover is open

Errors of third parties are mapped where the adapter meets them, with `raise … from`.
"""

from __future__ import annotations


class NextwindowError(Exception):
    """What went wrong, with which value, and what to do about it."""

    exit_code = 1


class ConfigurationError(NextwindowError):
    """A configuration is wrong.

    `mistakes` holds one line for each mistake found, all of them at once.
    """

    exit_code = 2

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class WireError(NextwindowError):
    """A message does not fit the contract. `code` is what quarantine and counters call it."""

    code = "wire"


class UnreadableMessage(WireError):
    """The payload is not JSON, or not of the type that its topic declares."""

    code = "unreadable"


class NewerSchema(WireError):
    """The message carries a schema version that this program does not know yet."""

    code = "newer_schema"


class OversizedMessage(WireError):
    """The payload is larger than the contract allows."""

    code = "oversized"


class UnknownTopic(WireError):
    """The topic is not declared, or does not go in this direction."""

    code = "unknown_topic"


class LinkError(NextwindowError):
    """The broker cannot be used as it is configured."""


class StorageError(NextwindowError):
    """A disk, or a database on it, does not do its work."""


class HardwareError(NextwindowError):
    """A peripheral is wrong. `code` is what health records call it."""

    code = "fault"


class UnknownHardware(HardwareError):
    """The configuration names a kind of hardware that does not exist."""

    exit_code = 2
    code = "unknown_hardware"


class NoAnswer(HardwareError):
    """A peripheral that should answer is silent."""

    code = "no_answer"


class Unplugged(HardwareError):
    """The port of a peripheral is gone, or cannot be opened."""

    code = "unplugged"


class BadAnswer(HardwareError):
    """A peripheral answers with something that is not in its protocol, or breaks off half-way."""

    code = "bad_answer"


class Refused(HardwareError):
    """A peripheral is well, but does not take what it was given."""

    code = "refused"


class PaperEnd(HardwareError):
    """A printer has no paper."""

    code = "paper_end"


class CoverOpen(HardwareError):
    """A printer's cover is open."""

    code = "cover_open"
