"""Peripherals and what is wrong with them, said in words."""

from __future__ import annotations

from hub.web.texts import Words, both, marked

_PERIPHERALS = {
    "sign": marked("Window sign"),
    "speech": marked("Speech module"),
    "voice": marked("Voice"),
    "printer": marked("Ticket printer"),
    "card_reader": marked("Card reader"),
    "disk": marked("Storage"),
    "outbox": marked("File of kept records"),
}

_KEYS = {
    "next": marked("Next"),
    "recall": marked("Call again"),
    "no_show": marked("No-show"),
    "done": marked("Finish"),
    "hold": marked("Put on hold"),
    "resume": marked("Go on"),
    "pause": marked("Pause"),
    "undo": marked("Undo"),
}

_FAULTS = {
    "stuck": marked("is held down or stuck"),
    "bouncing": marked("has a contact that does not come to rest"),
    "no_answer": marked("does not answer"),
    "unplugged": marked("is not plugged in"),
    "bad_answer": marked("answers wrongly; check the cable"),
    "refused": marked("does not take what it is given"),
    "paper_end": marked("is out of paper"),
    "cover_open": marked("has its cover open"),
    "printer_fault": marked("reports a fault of its own"),
    "reader_fault": marked("reports a fault of its own"),
    "driver_fault": marked("failed because of a mistake in our program"),
    "unknown_hardware": marked("is of a kind that is not known"),
    "fault": marked("does not work"),
    "voice": marked("cannot be heard"),
    "synthesis": marked("cannot turn text into speech"),
    "sound_card": marked("has no sound card that works"),
    "spoken_file": marked("cannot write its files"),
    "damaged": marked("was damaged and has been set aside"),
    "disk_full": marked("is full: ratings cannot be kept"),
    "disk_broken": marked("cannot be written: ratings cannot be kept"),
}


def peripheral_name(peripheral: str) -> Words:
    """A peripheral by the name that people use; its own if it is not known here."""
    name = peripheral.replace("-", "_")
    if name.startswith("key_"):
        return _key_name(name.removeprefix("key_"))
    known = _PERIPHERALS.get(name)
    return both(known) if known else Words(zh=peripheral, en=peripheral)


def _key_name(key: str) -> Words:
    if key.startswith("rating_"):
        return both("Rating key {key}", key=key.removeprefix("rating_"))
    return both('Key "{key}"', key=both(_KEYS[key]) if key in _KEYS else key)


def fault_text(peripheral: str, code: str) -> Words:
    """What is wrong with a peripheral. A code that is not known here is shown as it is."""
    fault = both(_FAULTS[code]) if code in _FAULTS else Words(zh=code, en=code)
    return both("{peripheral} {fault}", peripheral=peripheral_name(peripheral), fault=fault)
