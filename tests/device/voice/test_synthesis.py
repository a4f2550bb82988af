"""eSpeak NG makes sound in memory, and it is Mandarin."""

from __future__ import annotations

import ctypes
import re
import string
import threading

import pytest

from device.voice import synthesis
from device.voice.errors import SynthesisFailed, VoiceError
from device.voice.making import RATE
from device.voice.synthesis import WORDS_A_MINUTE, ESpeak
from device.voice.wording import Language, Pace, for_espeak
from tests.device.voice.examples import call, wording

LEVEL_YI = "jˈi5"
"""一 in its own first tone, as in a number."""


@pytest.fixture(scope="module")
def espeak() -> ESpeak:
    return ESpeak()


def heard(espeak: ESpeak, number: str, counter: str = "3", **settings: object) -> str:
    return espeak.phonemes(for_espeak(call(number, counter), "zh", wording(**settings)), "zh")


def without_letters(phonemes: str) -> tuple[str, list[str]]:
    """The phonemes without what another voice says, and what it says."""
    return re.sub(r"\(en\).*?\(cmn\)", "", phonemes), re.findall(r"\(en\)(.*?)\(cmn\)", phonemes)


@pytest.mark.parametrize("number", ["A012", "B999", "C1000", "D345", "E678"])
@pytest.mark.parametrize("counter", ["1", "3", "12", "101"])
def test_a_chinese_call_is_mandarin_but_for_its_letter(
    espeak: ESpeak, number: str, counter: str
) -> None:
    mandarin, foreign = without_letters(heard(espeak, number, counter))
    assert len(foreign) == 1
    assert "(en)" not in mandarin
    assert re.fullmatch(r"tɕhˈi2ŋ .* χˈɑu5 tˈɑu5 .* χˈɑu5 ts.hwɑ5ŋkhˈou2", mandarin)


def test_a_call_without_letters_has_nothing_foreign(espeak: ESpeak) -> None:
    for said in ("zh", "zh_again"):
        made = call("012", kind="recalled" if said == "zh_again" else "called")
        phonemes = espeak.phonemes(for_espeak(made, "zh", wording()), "zh")
        assert "(" not in phonemes


def test_what_the_test_looks_for_is_seen_in_a_text_that_is_not_mandarin(espeak: ESpeak) -> None:
    assert "(en)" in espeak.phonemes("请number三号", "zh")


def test_one_keeps_its_tone_wherever_it_stands_in_a_number(espeak: ESpeak) -> None:
    for number, counter in (("001", "2"), ("110", "2"), ("002", "1"), ("002", "11")):
        phonemes = heard(espeak, number, counter)
        ones = (number + counter).count("1") - (counter == "11")
        assert phonemes.count(LEVEL_YI) == ones, phonemes
    assert LEVEL_YI not in espeak.phonemes("零零一号", "zh"), "or 壹 would not be needed"


def test_yao_is_said_where_a_hall_says_so(espeak: ESpeak) -> None:
    assert "jˈɑu5" in heard(espeak, "A012", one="幺")
    assert "jˈɑu5" not in heard(espeak, "A012")


def test_each_letter_is_said_as_a_letter_in_both_languages(espeak: ESpeak) -> None:
    names = {}
    for letter in string.ascii_uppercase:
        _, foreign = without_letters(heard(espeak, f"{letter}0"))
        names[letter] = foreign[0].strip()
    assert len(set(names.values())) == len(names)
    assert (names["A"], names["I"]) == ("ˈeɪ", "ˈaɪ")
    english = espeak.phonemes(for_espeak(call("A0"), "en", wording()), "en")
    assert english.startswith("nˈʌmbɚɹ ˈeɪ zˈiəɹoʊ")
    assert "nˈʌmbɚɹ ɐ " in espeak.phonemes("Number A 0", "en"), "or no sign would be needed"


def test_letters_in_a_row_are_not_read_as_a_word(espeak: ESpeak) -> None:
    _, foreign = without_letters(heard(espeak, "IT0"))
    assert foreign == ["ˈaɪ tˈiː"]
    english = espeak.phonemes(for_espeak(call("AM0"), "en", wording()), "en")
    assert "ˈeɪ ˈɛm zˈiəɹoʊ" in english


def test_a_call_is_heard_for_a_plausible_time(espeak: ESpeak) -> None:
    languages: tuple[Language, ...] = ("zh", "en")
    for language in languages:
        text = for_espeak(call(), language, wording())
        sound = espeak.speak(text, language, "normal", 80)
        assert 2.0 < sound.duration_s < 6.0
        assert 0.3 < sound.loudest() < 0.95
        assert sound.rate == espeak.rate == RATE


def test_pace_and_volume_are_heard(espeak: ESpeak) -> None:
    text = for_espeak(call(), "zh", wording())
    paces: tuple[Pace, ...] = ("slow", "normal", "fast")
    lengths = [espeak.speak(text, "zh", pace, 80).duration_s for pace in paces]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] > 1.2 * lengths[2]
    assert set(paces) == set(WORDS_A_MINUTE)
    loud, soft = (espeak.speak(text, "zh", "normal", percent).loudest() for percent in (100, 40))
    assert soft < 0.6 * loud
    assert loud < 0.999, "no peak is cut off"


@pytest.mark.parametrize("text", ["", "  ", "请\0号", "号" * 500])
def test_what_cannot_be_spoken_is_refused(espeak: ESpeak, text: str) -> None:
    with pytest.raises(SynthesisFailed, match="nothing that can be spoken"):
        espeak.speak(text, "zh", "normal", 80)
    with pytest.raises(SynthesisFailed):
        espeak.phonemes(text, "zh")


def test_a_text_without_sound_is_an_error(espeak: ESpeak, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeak._library.calls, "espeak_Synth", lambda *_: 2)
    with pytest.raises(SynthesisFailed, match=r"made no sound .*status 2"):
        espeak.speak("请三号", "zh", "normal", 80)


def test_a_voice_that_is_not_there_is_named(
    espeak: ESpeak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(synthesis.VOICES, "zh", "no-such-voice")
    with pytest.raises(SynthesisFailed, match="no voice 'no-such-voice'"):
        espeak.speak("请三号", "zh", "normal", 80)


def test_two_threads_do_not_mix_their_voices(espeak: ESpeak) -> None:
    texts: dict[Language, str] = {"zh": "请三号", "en": "Number 3"}
    alone = {
        name: len(espeak.speak(text, name, "normal", 80).samples) for name, text in texts.items()
    }
    lengths: dict[Language, list[int]] = {"zh": [], "en": []}

    def repeat(language: Language) -> None:
        for _ in range(8):
            sound = espeak.speak(texts[language], language, "normal", 80)
            lengths[language].append(len(sound.samples))

    threads = [threading.Thread(target=repeat, args=[language]) for language in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for language, expected in alone.items():
        assert lengths[language] == [pytest.approx(expected, rel=0.05)] * 8


def test_an_older_espeak_is_refused() -> None:
    with pytest.raises(SynthesisFailed, match="spells Mandarin in English letters"):
        synthesis._check_version("1.51")
    synthesis._check_version("1.52.0")
    synthesis._check_version("2.0")


def test_a_library_that_is_not_there_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_path: str) -> None:
        raise OSError("no such file")

    monkeypatch.setattr(ctypes, "CDLL", missing)
    monkeypatch.setattr(synthesis, "_library", synthesis._library.__wrapped__)
    with pytest.raises(VoiceError, match="install espeakng-loader"):
        ESpeak()
