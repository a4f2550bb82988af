"""The kiosk's session: one touch, one number; none that nobody has, whatever goes wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.drivers.ports import Health
from device.events import LinkUp
from device.hearing import SILENCE_S
from device.kiosk_facts import Ask, HealthCame, HubSpoke, Look, Memory, TakenCame
from device.kiosk_session import CARD_S, DISK_S, IDLE_S, SETTLE_S
from device.kiosk_wish import (
    PATIENCE_S,
    RESUME_PATIENCE_S,
    RESUME_S,
    SORRY_S,
    TICKET_S,
    TROUBLE_S,
    UNPRINTED_S,
)
from tests.device.kiosk_samples import OUTBOX, Shell, kiosk, service_asked, state, told
from wire.messages import (
    GiveUp,
    HealthRecord,
    IssuedRecord,
    LinkRefusal,
    NumberBlock,
    Taken,
    TakeNumber,
    Text,
)
from wire.slips import slip_of


@pytest.fixture
def shell() -> Shell:
    """A kiosk at home, with the hub heard."""
    made = Shell()
    made.link()
    made.pass_time(1)
    assert made.stage == "home"
    return made


@pytest.fixture
def alone(shell: Shell) -> Shell:
    """The same, cut off."""
    shell.cut()
    shell.pass_time(SILENCE_S + 1, heard=False)
    return shell


# --- a number ------------------------------------------------------------------------------


def test_a_touch_becomes_a_number_that_is_printed(shell: Shell) -> None:
    shell.touch("service:id-card")
    assert shell.stage == "taking"
    [wish] = shell.asked
    assert (wish.run, service_asked(wish)) == ("run-1", "id-card")
    assert shell.disk.wish is not None
    assert shell.disk.wish.id == wish.id
    shell.answer()
    assert (shell.stage, shell.number) == ("ticket", "A001")
    assert shell.papers() == []
    shell.paper()
    assert shell.papers() == [("A001", "printed", None)]
    shell.pass_time(TICKET_S + 1)
    assert shell.stage == "home"
    assert shell.disk.wish is None


def test_a_wish_is_on_disk_before_it_is_sent(shell: Shell) -> None:
    shell.touch("service:id-card")
    kinds = [type(effect).__name__ for effect in shell.effects]
    assert kinds.index("Keep", 2) < kinds.index("Ask")


def test_a_double_tap_is_one_number(shell: Shell) -> None:
    shell.touch("service:id-card")
    shell.touch("service:id-card")
    shell.answer()
    shell.touch("service:id-card")
    shell.touch("done")
    assert [x.id for x in shell.asked] == ["id-1"]
    assert shell.stage == "ticket", "the tap came too soon to be meant for what has just appeared"
    shell.pass_time(SETTLE_S + 0.2)
    shell.touch("done")
    assert shell.stage == "home"


def test_a_wish_is_said_again_with_the_same_id(shell: Shell) -> None:
    shell.touch("service:id-card")
    shell.pass_time(2.5)
    assert {x.id for x in shell.asked} == {"id-1"}
    assert len(shell.asked) == 3
    shell.answer()
    assert shell.number == "A001"
    shell.tell(TakenCame(shell.hub.take(shell.asked[0])))
    assert shell.hub.issued == 1


def test_a_class_of_priority_is_chosen_for_one_number(shell: Shell) -> None:
    shell.touch("classes")
    assert shell.stage == "classes"
    shell.pass_time(1)
    shell.touch("class:elderly")
    assert (shell.stage, shell.session.ticket_class) == ("home", "elderly")
    shell.pass_time(1)
    shell.touch("service:passport")
    request = shell.asked[-1].request
    assert isinstance(request, TakeNumber)
    assert request.ticket_class == "elderly"
    shell.answer()
    shell.paper()
    shell.pass_time(TICKET_S + 1)
    assert shell.session.ticket_class == ""


@pytest.mark.parametrize("target", ["service:gone", "class:elderly", "again", "nonsense", ""])
def test_what_is_not_on_offer_does_nothing(shell: Shell, target: str) -> None:
    shell.touch(target)
    assert (shell.stage, shell.asked) == ("home", [])


def test_a_kiosk_left_alone_goes_home(shell: Shell) -> None:
    shell.touch("language")
    shell.touch("page:next")
    shell.touch("classes")
    assert (shell.session.language, shell.session.page) == ("en", 1)
    shell.pass_time(IDLE_S + 1)
    assert (shell.stage, shell.session.language, shell.session.page) == ("home", "zh", 0)


@pytest.mark.parametrize("code", ["hall_closed", "person_limit", "unknown_service"])
def test_a_refusal_is_told_for_a_while(shell: Shell, code: str) -> None:
    shell.hub.refusal = code
    shell.touch("service:id-card")
    shell.answer()
    assert (shell.stage, shell.session.wishing.sorry) == ("sorry", code)
    assert shell.disk.wish is None
    shell.pass_time(SORRY_S + 1)
    assert shell.stage == "home"


# --- paper ---------------------------------------------------------------------------------


def troubled(shell: Shell, code: str = "paper_end") -> Shell:
    shell.touch("service:id-card")
    shell.answer()
    shell.paper(code)
    assert (shell.stage, shell.session.wishing.code, shell.number) == ("trouble", code, "A001")
    shell.pass_time(1)
    return shell


def test_a_number_that_was_not_printed_is_printed_again(shell: Shell) -> None:
    troubled(shell).touch("again")
    assert shell.stage == "ticket"
    shell.paper("cover_open")
    shell.pass_time(1)
    shell.touch("again")
    shell.paper()
    assert shell.papers() == [("A001", "printed", None)]


def test_a_number_that_was_noted_from_the_screen_stays(shell: Shell) -> None:
    troubled(shell).touch("keep")
    assert shell.papers() == [("A001", "printed", "screen")]
    assert shell.stage == "home"


def test_a_number_is_given_up_at_once_or_when_nobody_answers(shell: Shell) -> None:
    troubled(shell).touch("give-up")
    assert shell.papers() == [("A001", "cancelled", "paper_end")]
    assert (shell.stage, shell.session.wishing.sorry) == ("sorry", "given_up")
    shell.pass_time(SORRY_S + 1)
    shell.touch("service:id-card")
    shell.answer()
    shell.paper("no_answer")
    shell.pass_time(TROUBLE_S)
    assert shell.papers()[1:] == [("A002", "cancelled", "no_answer")]
    assert shell.disk.wish is None


def test_a_printer_that_never_says_anything_is_trouble(shell: Shell) -> None:
    shell.touch("service:id-card")
    shell.answer()
    shell.pass_time(60)
    assert (shell.stage, shell.session.wishing.code) == ("trouble", "no_answer")


def test_late_word_of_an_attempt_before_is_not_of_this_one(shell: Shell) -> None:
    troubled(shell)
    first = shell.effects
    shell.touch("again")
    late = next(x for x in first if type(x).__name__ == "Print")
    shell.printing.appendleft(late)  # type: ignore[arg-type]
    shell.paper()
    assert shell.papers() == []
    shell.paper("paper_end")
    assert shell.stage == "trouble"


def test_without_a_printer_the_number_stands_on_the_screen() -> None:
    shell = Shell(has_printer=False)
    shell.link()
    shell.pass_time(1)
    shell.touch("service:id-card")
    shell.answer()
    assert shell.stage == "ticket"
    assert not shell.printing
    shell.pass_time(UNPRINTED_S)
    assert shell.papers() == [("A001", "printed", "screen")]
    assert shell.stage == "home"


# --- cut off -------------------------------------------------------------------------------


def test_cut_off_the_numbers_are_of_its_own_series(alone: Shell) -> None:
    alone.touch("service:passport")
    assert (alone.stage, alone.number, alone.asked) == ("ticket", "K001", [])
    [issued] = alone.records
    assert isinstance(issued, IssuedRecord)
    assert (issued.number, issued.service, issued.ticket) == ("K001", "passport", "id-2")
    assert alone.disk.series == NumberBlock(day="2026-03-02", prefix="K", first=2, last=50)
    alone.paper()
    alone.pass_time(TICKET_S + 1, heard=False)
    alone.touch("service:passport")
    assert alone.number == "K002"


def test_a_number_of_its_own_is_a_record_before_it_is_printed(alone: Shell) -> None:
    alone.touch("service:passport")
    kinds = [type(effect).__name__ for effect in alone.effects]
    assert kinds.index("Note") < kinds.index("Print")


def test_without_an_answer_it_takes_the_wish_back_and_decides(shell: Shell) -> None:
    shell.touch("service:id-card")
    shell.pass_time(PATIENCE_S)
    assert (shell.stage, shell.number) == ("ticket", "K001")
    assert shell.papers() == [("", "cancelled", "alone")]
    assert shell.issued() == ["K001"]
    shell.tell(TakenCame(shell.hub.take(shell.asked[-1])))
    assert shell.number == "K001", "a late answer changes nothing"


def test_a_short_cut_is_waited_for(shell: Shell) -> None:
    shell.cut()
    shell.touch("service:id-card")
    assert (shell.stage, shell.asked) == ("taking", [])
    shell.link()
    shell.pass_time(1)
    shell.answer()
    assert shell.number == "A001"


def test_a_number_of_its_own_has_its_page_once_the_hub_has_given_a_key(alone: Shell) -> None:
    block = NumberBlock(
        day="2026-03-02", prefix="K", first=7, last=50, page="http://hall/t/", key="0b" * 32
    )
    alone.session.wishing.memory = alone.session.memory.model_copy(update={"series": block})
    alone.touch("service:id-card")
    wish = alone.disk.wish
    assert wish is not None
    assert wish.given is not None
    assert wish.given.url == "http://hall/t/" + slip_of(bytes([11]) * 32, wish.given.ticket.id)


def test_a_series_has_an_end(alone: Shell) -> None:
    alone.session.wishing.memory = alone.session.memory.model_copy(
        update={"series": NumberBlock(day="2026-03-02", prefix="K", first=51, last=50)}
    )
    alone.touch("service:id-card")
    assert (alone.stage, alone.session.wishing.sorry) == ("sorry", "cut_off")
    assert alone.records == []
    assert alone.disk.wish is None
    alone.pass_time(SORRY_S + 1, heard=False)
    assert alone.stage == "out of order", "nobody is offered a number that there is not"
    alone.link()
    assert alone.stage == "home"


def test_no_record_but_that_of_a_number_keeps_the_series_from_a_kiosk() -> None:
    shell = Shell()
    shell.tell(LinkUp())
    shell.tell(HealthCame(Health("printer", True, "ok", "")))
    shell.hear(committed=0)
    shell.cut()
    shell.pass_time(SILENCE_S + 1, heard=False)
    assert shell.stage == "home"
    shell.touch("service:id-card")
    assert shell.number == "K001"


def test_the_series_goes_on_over_midnight_while_the_hub_is_gone(alone: Shell) -> None:
    alone.touch("service:id-card")
    alone.paper()
    alone.pass_time(TICKET_S + 1, heard=False)
    alone.now_s += 86_400
    alone.pass_time(1, heard=False)
    alone.touch("service:id-card")
    assert alone.number == "K002"


def test_cut_off_it_goes_by_the_hours_that_it_was_told(alone: Shell) -> None:
    alone.now_s += 3 * 3600  # one in the afternoon: closed until half past
    alone.pass_time(1, heard=False)
    assert alone.stage == "closed"
    alone.now_s += 3600
    alone.pass_time(1, heard=False)
    assert alone.stage == "home"


def test_the_series_waits_for_the_hub_to_know_every_record(alone: Shell) -> None:
    """A block of a new day must not take numbers back that were printed today."""
    alone.touch("service:id-card")
    alone.paper()
    alone.pass_time(TICKET_S + 1, heard=False)
    tomorrow = NumberBlock(day="2026-03-03", prefix="K", first=1, last=50)
    alone.link()
    alone.hear(kiosk=kiosk(block=tomorrow), committed=0, version=2)
    assert alone.disk.series is not None
    assert (alone.disk.series.day, alone.disk.series.first) == ("2026-03-02", 2)
    alone.hear(kiosk=kiosk(block=tomorrow), version=3)
    assert alone.disk.series == tomorrow


def test_within_a_day_the_series_never_goes_back(alone: Shell) -> None:
    alone.touch("service:id-card")
    alone.paper()
    alone.link()
    assert alone.disk.series is not None
    assert alone.disk.series.first == 2


def test_a_hub_that_refuses_gives_no_right_to_numbers(shell: Shell) -> None:
    refusal = LinkRefusal(code="twin", detail=Text(zh="重复", en="twin"), twin_run="run-9")
    shell.hear(refused=refusal)
    assert shell.stage == "refused"
    shell.touch("service:id-card")
    assert shell.asked == []


# --- an emergency --------------------------------------------------------------------------

LEAVE = Text(zh="请撤离", en="Leave the building")


def test_an_emergency_goes_over_everything_and_gives_no_numbers(shell: Shell) -> None:
    shell.touch("language")
    shell.touch("classes")
    shell.fields = {"kiosk": kiosk(emergency=LEAVE)}
    shell.pass_time(1)
    assert shell.stage == "emergency"
    shell.touch("service:id-card")
    shell.touch("class:elderly")
    assert (shell.stage, shell.asked) == ("emergency", [])
    shell.fields = {}
    shell.pass_time(1)
    assert (shell.stage, shell.session.language, shell.session.ticket_class) == ("home", "zh", "")


def test_who_is_waiting_for_a_number_in_an_emergency_gets_none_by_the_kiosk(shell: Shell) -> None:
    shell.touch("service:id-card")
    shell.fields = {"kiosk": kiosk(emergency=LEAVE)}
    shell.pass_time(PATIENCE_S + 1)
    assert (shell.stage, shell.issued(), shell.disk.wish) == ("emergency", [], None)


def test_a_number_whose_paper_is_not_out_by_then_is_given_up(shell: Shell) -> None:
    troubled(shell)
    shell.fields = {"kiosk": kiosk(emergency=LEAVE)}
    shell.pass_time(TROUBLE_S)
    assert shell.papers() == [("A001", "cancelled", "paper_end")]
    assert shell.stage == "emergency"


def test_an_emergency_stays_without_the_hub_and_over_a_restart(shell: Shell) -> None:
    shell.hear(kiosk=kiosk(emergency=LEAVE))
    shell.cut()
    shell.pass_time(SILENCE_S + 1, heard=False)
    shell.start()
    shell.pass_time(SILENCE_S + 1, heard=False)
    assert shell.stage == "emergency"
    shell.link()
    assert shell.stage == "home"


# --- after a crash -------------------------------------------------------------------------


def test_after_a_crash_the_same_wish_gets_the_same_number(shell: Shell) -> None:
    shell.touch("service:id-card")
    taken = shell.hub.take(shell.asked[0])
    shell.now_s += 5
    shell.start()
    assert shell.stage == "taking"
    shell.link()
    shell.pass_time(0.5)
    assert shell.asked[-1].id == shell.asked[0].id
    shell.answer()
    assert (shell.stage, shell.number) == ("ticket", taken.ticket and taken.ticket.number)
    assert shell.hub.issued == 1


def test_after_a_crash_a_number_on_show_is_shown_and_printed_again(shell: Shell) -> None:
    shell.touch("service:id-card")
    shell.answer()
    shell.now_s += 5
    shell.start()
    assert (shell.stage, shell.number, len(shell.printing)) == ("ticket", "A001", 1)
    shell.paper()
    assert shell.papers() == [("A001", "printed", None)]


def test_after_a_long_time_a_wish_without_an_answer_is_given_up(shell: Shell) -> None:
    shell.touch("service:id-card")
    shell.now_s += RESUME_S + 1
    shell.start()
    assert shell.papers() == [("", "cancelled", "unsure")]
    assert shell.disk.wish is None


def test_after_a_long_time_paper_that_may_be_out_is_believed(shell: Shell) -> None:
    shell.touch("service:id-card")
    shell.answer()
    shell.now_s += RESUME_S + 1
    shell.start()
    assert shell.papers() == [("A001", "printed", "unsure")]


def test_after_a_crash_without_the_hub_it_decides_in_the_end(shell: Shell) -> None:
    shell.touch("service:id-card")
    shell.now_s += 5
    shell.start()
    shell.pass_time(RESUME_PATIENCE_S + 1, heard=False)
    assert shell.number == "K001"
    assert shell.papers() == [("", "cancelled", "alone")]


def test_a_restart_without_the_hub_goes_on_with_the_series(alone: Shell) -> None:
    alone.touch("service:id-card")
    alone.paper()
    alone.pass_time(TICKET_S + 1, heard=False)
    alone.start()
    assert alone.stage == "connecting"
    alone.pass_time(SILENCE_S + 1, heard=False)
    assert alone.stage == "home"
    alone.touch("service:passport")
    assert alone.number == "K002"


def test_without_any_memory_it_waits_for_the_hub() -> None:
    shell = Shell()
    shell.pass_time(60, heard=False)
    assert shell.stage == "connecting"
    assert shell.session.begin(shell.at()) == []


def test_a_number_of_its_own_without_its_record_was_never_given(alone: Shell) -> None:
    """The power went between the memory and the record."""
    alone.touch("service:id-card")
    alone.records.clear()
    alone.start()
    assert alone.papers() == [("", "cancelled", "alone")]
    assert alone.issued() == []
    alone.pass_time(SILENCE_S + 1, heard=False)
    alone.touch("service:id-card")
    assert alone.number == "K002"


# --- identity ------------------------------------------------------------------------------


@pytest.fixture
def strict() -> Shell:
    """A hall in which a number is given against a card only."""
    shell = Shell(has_reader=True)
    shell.fields = {"kiosk": kiosk(identity="required")}
    shell.link()
    shell.pass_time(1)
    return shell


def test_a_card_is_asked_for_and_goes_with_the_wish_but_not_to_the_disk(strict: Shell) -> None:
    strict.touch("service:id-card")
    assert strict.stage == "card"
    strict.card("110101199001011234")
    request = strict.asked[-1].request
    assert isinstance(request, TakeNumber)
    assert request.person == "110101199001011234"
    assert [x.looking for x in strict.effects if isinstance(x, Look)] == [True, False]
    assert "110101199001011234" not in strict.disk.model_dump_json()
    shown = [repr(x) for x in strict.effects if isinstance(x, Ask)]
    assert all("110101199001011234" not in text for text in shown)
    strict.answer()
    assert strict.number == "A001"


def test_a_card_that_nobody_lays_down_is_not_waited_for(strict: Shell) -> None:
    strict.touch("service:id-card")
    strict.pass_time(CARD_S)
    assert strict.stage == "home"


def test_a_card_that_nobody_asked_for_is_not_read(shell: Shell) -> None:
    shell.card("110101199001011234")
    assert shell.asked == []


def test_a_wish_with_a_card_is_not_said_again_after_a_crash(strict: Shell) -> None:
    strict.touch("service:id-card")
    strict.card("110101199001011234")
    strict.start()
    assert strict.papers() == [("", "cancelled", "unsure")]


def test_without_a_reader_the_staff_give_the_number() -> None:
    shell = Shell()
    shell.fields = {"kiosk": kiosk(identity="required")}
    shell.link()
    shell.pass_time(1)
    shell.touch("service:id-card")
    assert shell.session.wishing.sorry == "identity_required"


# --- the disk ------------------------------------------------------------------------------


@pytest.mark.parametrize(("full", "code"), [(True, "disk_full"), (False, "disk_broken")])
def test_what_cannot_be_kept_is_not_sent(shell: Shell, full: bool, code: str) -> None:
    shell.broken, shell.full = True, full
    shell.touch("service:id-card")
    assert shell.asked == []
    assert (shell.stage, shell.session.wishing.sorry) == ("sorry", code)


def test_with_a_disk_that_fails_it_is_out_of_order_until_it_works_again(shell: Shell) -> None:
    shell.broken = shell.full = True
    shell.touch("service:id-card")
    shell.pass_time(SORRY_S + 1)
    assert (shell.stage, shell.session.disk_code) == ("out of order", "disk_full")
    shell.touch("service:id-card")
    assert (shell.stage, shell.asked) == ("out of order", [])
    shell.pass_time(2 * DISK_S)
    assert shell.stage == "out of order"
    shell.broken = False
    shell.pass_time(DISK_S + 1)
    assert (shell.stage, shell.session.disk_code) == ("home", None)
    [record] = shell.records
    assert isinstance(record, HealthRecord)
    assert (record.peripheral, record.ok) == ("disk", True)
    shell.touch("service:id-card")
    shell.answer()
    assert shell.number == "A001"


def test_a_memory_that_works_beside_an_outbox_that_does_not_is_not_enough(shell: Shell) -> None:
    shell.broken = True
    shell.tell(HealthCame(Health("printer", False, "paper_end", "")))
    shell.pass_time(1)
    assert shell.stage == "out of order"
    shell.broken_outbox, shell.broken = True, False
    shell.pass_time(2 * DISK_S)
    assert shell.stage == "out of order"
    shell.broken_outbox = False
    shell.pass_time(2 * DISK_S)
    assert shell.stage == "home"


def test_an_outbox_that_works_beside_a_memory_that_does_not_is_not_enough(shell: Shell) -> None:
    shell.broken_memory = True
    shell.touch("service:id-card")
    shell.pass_time(SORRY_S + 1)
    assert shell.stage == "out of order"
    for ok in (False, True):  # what the printer says is kept, and says nothing of the memory
        shell.tell(HealthCame(Health("printer", ok, "" if ok else "paper_end", "")))
        assert (shell.stage, shell.session.disk_code) == ("out of order", "disk_broken")
        shell.pass_time(DISK_S)
    assert shell.stage == "out of order"
    shell.broken_memory = False
    shell.pass_time(DISK_S + 1)
    assert shell.stage == "home"
    *printers, disk = shell.records
    assert [record.kind for record in printers] == ["health", "health"]
    assert isinstance(disk, HealthRecord)
    assert disk.peripheral == "disk"


def test_no_deadline_is_in_the_past_while_a_wish_waits_beside_a_disk_that_fails(
    shell: Shell,
) -> None:
    shell.touch("service:id-card")
    shell.start()
    shell.link()
    shell.broken = True
    shell.tell(HealthCame(Health("printer", False, "paper_end", "")))
    assert shell.session.disk_code == "disk_broken"
    for _ in range(int(RESUME_PATIENCE_S * 2) - 1):
        shell.pass_time(0.5)
        assert shell.stage == "taking"
        assert (shell.session.deadline_s or 0) > shell.now_s
    assert shell.now_s > DISK_S
    shell.pass_time(SORRY_S + 1)
    shell.broken = False
    shell.pass_time(DISK_S + 1)
    assert shell.stage == "home"


def test_a_number_that_cannot_be_kept_is_not_shown_and_given_back(shell: Shell) -> None:
    shell.touch("service:id-card")
    shell.broken = True
    shell.answer()
    assert (shell.stage, shell.number, list(shell.printing)) == ("sorry", None, [])
    request = shell.asked[-1].request
    assert request == GiveUp(wish="give_up", ticket="id-1")


def test_cut_off_a_number_that_cannot_be_noted_is_not_shown(alone: Shell) -> None:
    alone.broken = True
    alone.touch("service:id-card")
    assert (alone.stage, alone.number, list(alone.printing)) == ("sorry", None, [])


def test_a_printed_number_stays_though_the_note_on_its_paper_is_lost(shell: Shell) -> None:
    shell.touch("service:id-card")
    shell.answer()
    shell.broken = True
    shell.paper()
    assert (shell.stage, shell.number) == ("ticket", "A001")


# --- the rest ------------------------------------------------------------------------------


def test_a_peripherals_health_is_a_record(shell: Shell) -> None:
    health = Health("card_reader", False, "no_answer", "it is silent")
    shell.tell(HealthCame(health))
    [record] = shell.records
    assert isinstance(record, HealthRecord)
    assert (record.peripheral, record.ok, record.code) == ("card-reader", False, "no_answer")
    shell.tell(HealthCame(Health("printer", False, "paper_end", "")))
    assert shell.session.printer_code == "paper_end"
    shell.tell(HealthCame(Health("printer", True, "ok", "")))
    assert shell.session.printer_code is None


def test_a_state_for_another_run_is_not_used(shell: Shell) -> None:
    other = state("run-0", 1, told(0), kiosk=kiosk(open=False))
    shell.tell(HubSpoke(other, OUTBOX, 0))
    assert shell.stage == "home"


def test_an_answer_to_another_wish_is_not_taken(shell: Shell) -> None:
    shell.touch("service:id-card")
    shell.tell(TakenCame(Taken(id="other", outcome="refused", code="x", ticket=None)))
    assert shell.stage == "taking"


HAPPENINGS = ["answer", "late", "cut", "link", "paper", "no-paper", "crash"]
STEPS = st.lists(
    st.one_of(
        st.sampled_from(
            ["service:id-card", "service:passport", "done", "again", "keep", "give-up", "classes"]
        ).map(lambda target: ("touch", target)),
        st.sampled_from([0.5, 1.0, 4.0, 16.0, 70.0]).map(lambda s: ("wait", s)),
        st.sampled_from(
            ["answer", "lost", "cut", "link", "paper", "no-paper", "crash", "late"]
        ).map(lambda what: (what, None)),
    ),
    max_size=25,
)


class Story:
    """A kiosk to which things happen, and every number that it has shown."""

    def __init__(self) -> None:
        self.shell = Shell()
        self.shell.link()
        self.linked = True
        self.seen: set[str] = set()

    def happen(self, what: str, value: Any) -> None:
        shell = self.shell
        if what == "touch":
            shell.touch(value)
        elif what == "wait":
            shell.pass_time(value, heard=self.linked)
        elif what == "crash":
            shell.start()
            if self.linked:
                shell.link()
        elif what in {"cut", "link"}:
            self._link(what == "link")
        elif what in {"paper", "no-paper"} and shell.printing:
            shell.paper(None if what == "paper" else "paper_end")
        elif shell.asked:
            self._answer(what)
        if shell.number:
            self.seen.add(shell.number)

    def _link(self, up: bool) -> None:
        if up is not self.linked:
            self.linked = up
            (self.shell.link if up else self.shell.cut)()

    def _answer(self, what: str) -> None:
        if what == "answer" and self.linked:
            self.shell.answer()
        elif what == "late":  # it arrives, and the answer is lost
            self.shell.hub.take(self.shell.asked[-1])

    def end(self) -> set[str]:
        """The numbers that will be called, once all that was noted has reached the hub."""
        for step in (("link", None), ("wait", 80.0), ("wait", 80.0)):
            self.happen(*step)
        alive, own = self.shell.hub, set(self.shell.issued())
        for ticket, number, outcome in _fates(self.shell):
            if outcome == "cancelled":
                alive.void(ticket)
                own.discard(number)
        return alive.alive() | own


def tell(steps: list[tuple[str, Any]]) -> None:
    story = Story()
    for step in steps:
        story.happen(*step)
    called = story.end()
    assert story.shell.disk.wish is None
    assert len(set(story.shell.issued())) == len(story.shell.issued())
    assert called <= story.seen, "a number that nobody was shown would be called"


@settings(max_examples=12, deadline=None)
@given(STEPS)
def test_every_number_is_somebodys_or_nobody_is_called_by_it(steps: list[tuple[str, Any]]) -> None:
    tell(steps)


@pytest.mark.long
@settings(max_examples=5000, deadline=None)
@given(STEPS)
def test_a_long_time_of_that(steps: list[tuple[str, Any]]) -> None:
    tell(steps)


def _fates(shell: Shell) -> list[tuple[str, str, str]]:
    return [(x.ticket, x.number, x.outcome) for x in shell.records if x.kind == "print"]


def test_nothing_is_remembered_at_first() -> None:
    assert Memory() == Memory(series=None, wish=None)
