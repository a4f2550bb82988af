"""Speech from eSpeak NG 1.52, as samples in memory: no sound card, no file, no internet.

The library and its voices come with the package `espeakng-loader`, never from the system:
Debian 12 has eSpeak NG 1.51, which spells Mandarin in English letters.

The library keeps one state for the whole process, so it is loaded once, and one lock is held
while it works. It lets Python's other threads run meanwhile.
"""

from __future__ import annotations

import ctypes
import re
import threading
from functools import cache
from typing import Any, Final

from device.voice.errors import SynthesisFailed
from device.voice.pcm import SAMPLE_BYTES, Pcm
from device.voice.wording import Language, Pace

VOICES: Final[dict[Language, str]] = {"zh": "cmn", "en": "en-us"}
"""The voices by language. `cmn` speaks Mandarin and lends Latin letters the English names."""

WORDS_A_MINUTE: Final[dict[Pace, int]] = {"slow": 130, "normal": 155, "fast": 185}

_OLDEST: Final = (1, 52)
_LONGEST_TEXT: Final = 400
_LONGEST_SOUND_S: Final = 60
# As loud as each voice gets without its peaks being cut off, and the two about alike.
_AMPLITUDES: Final[dict[Language, int]] = {"zh": 85, "en": 120}

# From speak_lib.h of eSpeak NG 1.52.
_OUTPUT_SYNCHRONOUS: Final = 2  # samples go to the callback, inside the call that asks for them
_DO_NOT_EXIT: Final = 0x8000  # without its voices the library would end the process
_UTF8: Final = 1
_POSITION_CHARACTER: Final = 1
_RATE: Final = 1
_VOLUME: Final = 2
_IPA: Final = 0x02
_CONTINUE: Final = 0
_ABORT: Final = 1

_LOCK: Final = threading.Lock()
_SamplesCallback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class _Library:
    """The library and what it has said. The callback lives as long as the library does."""

    def __init__(self, calls: Any, rate: int) -> None:
        self.calls = calls
        self.rate = rate
        self._collected = bytearray()
        self._most = _LONGEST_SOUND_S * rate * SAMPLE_BYTES
        self._callback = _SamplesCallback(self._collect)
        calls.espeak_SetSynthCallback(self._callback)

    def synthesise(self, text: bytes) -> tuple[int, bytes]:
        """The library's status, 0 if all is well, and the samples."""
        self._collected.clear()
        size = len(text) + 1
        status = self.calls.espeak_Synth(text, size, 0, _POSITION_CHARACTER, 0, _UTF8, None, None)
        return status, bytes(self._collected)

    def _collect(self, samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            self._collected += ctypes.string_at(samples, count * SAMPLE_BYTES)
        return _CONTINUE if len(self._collected) < self._most else _ABORT


class ESpeak:
    """The synthesiser. Making one loads the library: some ten milliseconds the first time.

    Raises SynthesisFailed if the package is missing or older than 1.52.
    """

    def __init__(self) -> None:
        with _LOCK:
            self._library = _library()

    @property
    def rate(self) -> int:
        """Samples a second."""
        return self._library.rate

    def speak(self, text: str, language: Language, pace: Pace, volume_percent: int) -> Pcm:
        """The sound of a text. Raises SynthesisFailed."""
        encoded = _encoded(text)
        calls = self._library.calls
        with _LOCK:
            self._take_voice(language)
            calls.espeak_SetParameter(_RATE, WORDS_A_MINUTE[pace], 0)
            amplitude = round(volume_percent * _AMPLITUDES[language] / 100)
            calls.espeak_SetParameter(_VOLUME, amplitude, 0)
            status, samples = self._library.synthesise(encoded)
        if status != 0 or not samples:
            raise SynthesisFailed(f"eSpeak NG made no sound of {text!r} (status {status})")
        return Pcm(self.rate, samples)

    def phonemes(self, text: str, language: Language) -> str:
        """How a text is pronounced, in IPA; `(en)` … `(cmn)` frames what another voice says.

        Raises SynthesisFailed.
        """
        buffer = ctypes.create_string_buffer(_encoded(text))
        rest = ctypes.c_void_p(ctypes.addressof(buffer))
        clauses: list[str] = []
        with _LOCK:
            self._take_voice(language)
            while rest.value:
                spoken = self._library.calls.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _IPA)
                clauses.append((spoken or b"").decode("utf-8"))
        return " ".join(clause.strip() for clause in clauses if clause.strip())

    def _take_voice(self, language: Language) -> None:
        voice = VOICES[language]
        if self._library.calls.espeak_SetVoiceByName(voice.encode()) != 0:
            raise SynthesisFailed(f"eSpeak NG has no voice {voice!r}")


@cache
def _library() -> _Library:
    """The library, loaded and checked, with its voices."""
    try:
        from espeakng_loader import get_data_path, get_library_path  # noqa: PLC0415

        calls = ctypes.CDLL(get_library_path())
        data = get_data_path()
    except (ImportError, OSError, RuntimeError) as error:
        raise SynthesisFailed(
            f"eSpeak NG cannot be loaded: {error}; install espeakng-loader"
        ) from error
    _declare(calls)
    rate = calls.espeak_Initialize(_OUTPUT_SYNCHRONOUS, 0, data.encode(), _DO_NOT_EXIT)
    if rate <= 0:
        raise SynthesisFailed(f"eSpeak NG does not start with the voices in {data}")
    _check_version(calls.espeak_Info(None).decode())
    return _Library(calls, rate)


def _declare(calls: Any) -> None:
    calls.espeak_Info.restype = ctypes.c_char_p
    calls.espeak_TextToPhonemes.restype = ctypes.c_char_p
    calls.espeak_TextToPhonemes.argtypes = [
        ctypes.POINTER(ctypes.c_void_p),
        ctypes.c_int,
        ctypes.c_int,
    ]
    calls.espeak_Synth.argtypes = [
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.c_uint,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.c_uint,
        ctypes.c_void_p,
        ctypes.c_void_p,
    ]


def _check_version(version: str) -> None:
    found = re.match(r"(\d+)\.(\d+)", version)
    if found is None or (int(found[1]), int(found[2])) < _OLDEST:
        raise SynthesisFailed(
            f"eSpeak NG {version} spells Mandarin in English letters; 1.52 or later is needed"
        )


def _encoded(text: str) -> bytes:
    if not text.strip() or "\0" in text or len(text) > _LONGEST_TEXT:
        raise SynthesisFailed(f"nothing that can be spoken: {text[:40]!r}")
    return text.encode("utf-8")
