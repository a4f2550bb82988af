"""The sound card, on SDL's own stand-in for one. Each test plays a few hundredths of a second."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pygame
import pytest

from device.voice import sound
from device.voice.errors import SoundCardFailed
from device.voice.pcm import Pcm, silence
from device.voice.sound import SoundCard, sound_cards

pytestmark = pytest.mark.slow

RATE = 22050
SHORT = silence(RATE, 0.05)


@pytest.fixture(autouse=True)
def no_real_card() -> Iterator[None]:
    before = os.environ.get("SDL_AUDIODRIVER")
    os.environ["SDL_AUDIODRIVER"] = "dummy"
    yield
    pygame.mixer.quit()
    os.environ.pop("SDL_AUDIODRIVER")
    if before is not None:
        os.environ["SDL_AUDIODRIVER"] = before


@pytest.fixture
def card() -> Iterator[SoundCard]:
    made = SoundCard(None, RATE)
    yield made
    made.close()


def test_a_sound_is_played_to_its_end(card: SoundCard) -> None:
    began = threading.Event()
    card.play(SHORT, "", began.set, threading.Event())
    assert began.is_set()
    assert pygame.mixer.get_init() == (RATE, -16, 1)
    assert not pygame.mixer.get_busy()


def test_an_end_breaks_a_sound_off(card: SoundCard) -> None:
    ending = threading.Event()
    card.play(silence(RATE, 60), "", ending.set, ending)
    assert not pygame.mixer.get_busy()


def test_only_the_sound_is_opened(card: SoundCard) -> None:
    card.open()
    assert not pygame.display.get_init()


def test_a_card_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(SoundCardFailed, match=r"'Loudspeaker'.*there are: 'System audio"):
        SoundCard("Loudspeaker", RATE).open()
    assert pygame.mixer.get_init() is None


def test_without_any_card_it_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "no-such-driver")
    with pytest.raises(SoundCardFailed, match=r"cannot be opened.*there are: none"):
        SoundCard(None, RATE).open()
    assert sound_cards() == []


def test_a_card_that_is_pulled_out_is_noticed_and_found_again(
    card: SoundCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    card.play(SHORT, "", lambda: None, threading.Event())
    with monkeypatch.context() as pulled:
        pulled.setattr(sound, "get_audio_device_names", lambda iscapture: [])
        with pytest.raises(SoundCardFailed, match="not there any more"):
            card.play(SHORT, "", lambda: None, threading.Event())
        assert pygame.mixer.get_init() is None
    card.play(SHORT, "", lambda: None, threading.Event())


def test_a_card_that_stalls_is_opened_again(
    card: SoundCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound, "_STALLED_AFTER_S", -0.04)
    with pytest.raises(SoundCardFailed, match="stalled"):
        card.play(Pcm(RATE, SHORT.samples * 4), "", lambda: None, _Hurry())
    assert pygame.mixer.get_init() is None


def test_the_cards_can_be_listed() -> None:
    assert sound_cards() == ["System audio output device"]
    assert pygame.mixer.get_init() is None


class _Hurry:
    """Nobody gives up, and nobody waits."""

    def wait(self, timeout: float) -> bool:
        return False
