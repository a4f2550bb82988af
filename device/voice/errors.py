"""What can be wrong with the voice.

    HardwareError
    └── VoiceError             a call could not be spoken; the unit goes on without sound
        ├── SynthesisFailed    the synthesiser is missing, too old, or did not make sound of a text
        ├── SoundCardFailed    there is no such sound card, it was pulled out, or it has stalled
        └── SpokenFileFailed   the file of a spoken call could not be written

A speech module that is silent raises `NoAnswer` of its driver.
"""

from __future__ import annotations

from wire.errors import HardwareError


class VoiceError(HardwareError):
    """A call could not be spoken."""

    code = "voice"


class SynthesisFailed(VoiceError):
    """The synthesiser is missing, too old, or did not make sound of a text."""

    code = "synthesis"


class SoundCardFailed(VoiceError):
    """There is no such sound card, it was pulled out, or it has stalled."""

    code = "sound_card"


class SpokenFileFailed(VoiceError):
    """The file of a spoken call could not be written."""

    code = "spoken_file"
