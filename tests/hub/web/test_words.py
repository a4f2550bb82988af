"""What happened to units and at counters that were cut off, in both languages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.core import events as e
from hub.core.event import Event
from hub.core.hall import Hall
from hub.core.state import Call, News
from hub.web.fault_words import fault_text, peripheral_name
from hub.web.texts import Words
from hub.web.why import why_called, why_next
from hub.web.words import _APART, WHY_NOT_CALLED, news_text
from tests.hub.web.conftest import plan

WHO = ("visit-1", "call-1", "c1", "wang")


@pytest.fixture(scope="module")
def hall() -> Hall:
    """Counter 1 with its unit, a board, a kiosk, and a call of somebody without a number."""
    made = Hall(plan(boards=[{"unit": "board-1"}], kiosks=[{"unit": "kiosk-1", "prefix": "K"}]))
    made.calls["call-1"] = Call("call-1", "visit-1", "", "social", "c1", "wang", 0.0)
    return made


def told(hall: Hall, event: Event) -> Words:
    return news_text(hall, News(1, 0.0, type(event).__name__, event.content()))


def test_records_without_a_time_are_said_to_lie_between_two(hall: Hall) -> None:
    span: dict[str, Any] = {"boot_at": 0.0, "how": "interval", "outbox": "o", "after": 0}
    span |= {"until": 1772413200.0, "not_before": 0.0}
    event = e.RunPlaced(0.0, "unit-1", "r2", "r2", since=0.0, **span)
    assert told(hall, event).en == (
        "The unit at counter 1 hands in what it wrote between ? and 03-02 09:00, its clock unset"
    )
    later = told(hall, replace(event, since=1772413140.0))
    assert "03-02 08:59至03-02 09:00" in later.zh


def test_a_visitor_without_a_number_is_no_empty_place(hall: Hall) -> None:
    assert told(hall, e.TicketRecalled(0.0, *WHO)).en == (
        "Counter 1 calls a visitor without a number again"
    )
    missed = told(hall, e.TicketMissed(0.0, *WHO))
    assert missed.en == "A visitor without a number did not come to counter 1"
    assert missed.zh.startswith("无号办事人")
    served = told(hall, e.ServedUnnumbered(0.0, *WHO, "social"))
    assert served.en == "Counter 1, cut off, served a visitor without a number: Insurance"


@pytest.mark.parametrize("why", [*_APART, "cancelled", "no_show", "something new"])
def test_a_call_that_stands_apart_says_why(hall: Hall, why: str) -> None:
    text = told(hall, e.CalledApart(0.0, *WHO, "A001", "social", why))
    assert text.en.startswith("Counter 1 called a visitor without a number while it was cut off (")
    assert "_" not in text.en
    assert ("something new" in text.zh) == (why == "something new")


@pytest.mark.parametrize("by", ["citizen", "operator", "li"])
def test_somebodys_word_that_nobody_was_called_says_whose(hall: Hall, by: str) -> None:
    text = told(hall, e.GrantsEnded(0.0, "c1", ("gone",), "not_called", by))
    whose = {"citizen": "its holder", "operator": "the operator"}.get(by, by)
    assert text.en == f"?: counter 1 did not call it, says {whose}; any counter may"
    assert (by in text.zh) == (by == "li")


def test_a_call_that_is_voided_says_why_in_both_languages(hall: Hall) -> None:
    for why in ("undone", "answered_alone"):
        text = told(hall, e.CallVoided(0.0, "visit-1", "call-1", "c1", why))
        assert why not in text.zh


@pytest.mark.parametrize("why", [*WHY_NOT_CALLED, "something new"])
def test_a_number_that_cannot_be_called_says_why(hall: Hall, why: str) -> None:
    where = ("kiosk-1", "outbox-1", 1, "visit-2", "K001", "social", "sure")
    text = told(hall, e.NumberSetAside(0.0, *where, why))
    reason = WHY_NOT_CALLED.get(why, why)
    assert text.en == (f"K001, printed at kiosk-1 while it was cut off, cannot be called: {reason}")
    assert (why in text.zh) == (why == "something new")


def test_a_fault_names_the_unit_by_its_place(hall: Hall) -> None:
    def sick(unit: str, peripheral: str, code: str | None) -> Words:
        return told(hall, e.HealthNoted(0.0, unit, peripheral, code is None, code, "detail"))

    assert sick("unit-1", "sign", "no_answer").zh == "1号窗口的设备：窗口屏无应答"
    assert sick("board-1", "voice", "sound_card").en == (
        "Board 1 (board-1): Voice has no sound card that works"
    )
    assert sick("kiosk-1", "printer", None).en == "Kiosk 1 (kiosk-1): Ticket printer works again"
    assert sick("unit-1", "outbox", "damaged").en == (
        "The unit at counter 1: File of kept records was damaged and has been set aside"
    )
    assert sick("old", "key-rating-5", "stuck").en == "Unit old: Rating key 5 is held down or stuck"


def test_what_is_not_known_is_shown_as_it_is() -> None:
    assert fault_text("scale", "tilted").zh == "scaletilted"
    assert fault_text("scale", "tilted").en == "scale tilted"
    assert peripheral_name("card-reader") == peripheral_name("card_reader")
    assert peripheral_name("key-next").zh == "按键“下一位”"
    assert peripheral_name("key-other").en == 'Key "other"'


def test_every_fault_of_a_driver_has_words() -> None:
    import device.drivers.card_reader  # noqa: PLC0415
    import device.drivers.supervised  # noqa: PLC0415
    import device.drivers.ticket_printer  # noqa: PLC0415
    import device.voice.errors  # noqa: F401, PLC0415
    from device.debounce import KeyFault  # noqa: PLC0415
    from wire.errors import HardwareError  # noqa: PLC0415

    def below(kind: type[HardwareError]) -> set[str]:
        return {kind.code}.union(*(below(child) for child in kind.__subclasses__()))

    for code in below(HardwareError) | set(KeyFault):
        assert fault_text("sign", code).en != f"Window sign {code}", code


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (None, ("已等候12秒，排在最前", "First in line")),
        (Words(zh="老年人", en="Elderly"), ("已等候12秒，优先：老年人", "Priority: Elderly")),
    ],
)
def test_a_short_wait_is_told_in_seconds_and_priority_by_its_class(
    kind: Words | None, said: tuple[str, str]
) -> None:
    reason: dict[str, Any] = {"rule": "index", "waited_s": 12.7, "runner_up": None, "lines": 1}
    why = why_called(reason, kind)
    assert why is not None
    assert (why.zh, why_next(reason, kind).en) == said


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("kept", "Waited 2.0 min, kept for this counter alone"),
        ("alone", "Waited 2.0 min, called by the counter while it was cut off"),
    ],
)
def test_a_call_of_whom_only_one_counter_could_call_says_so(rule: str, said: str) -> None:
    reason: dict[str, Any] = {"rule": rule, "waited_s": 120.0, "runner_up": None, "lines": 1}
    why = why_called(reason)
    assert why is not None
    assert why.en == said
    if rule == "kept":
        assert why_next(reason).en == "Kept for this counter alone"
