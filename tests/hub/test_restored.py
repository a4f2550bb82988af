"""A hub on a copy of its journal from before: what it asks, waits for, and keeps."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.core import events as e
from hub.core.commands import AtCounter, GoOn, OnTicket
from hub.core.restored import MARGIN
from hub.rounds import SETTLE_S
from tests.hub.core.examples import request
from tests.hub.core.running import PATIENCE_S, Doing, Running
from tests.hub.core.units import hello, renew
from tests.hub.test_cut_off import WHO, called, chain, rated, say
from wire import messages as w
from wire.chain import NO_HASH, chain_hash

pytestmark = pytest.mark.slow  # each of these opens a journal on disk

PLACES = {"unit-1": "c1", "unit-2": "c2", "unit-3": "c3"}


class Restored(Running):
    """A hub of which a copy was kept."""

    def keep(self) -> None:
        """Copy the journal as a backup does, while the hub runs."""
        self.look(lambda _: None)
        source = sqlite3.connect(self.journal.path)
        with sqlite3.connect(self.folder / "kept") as kept:
            source.backup(kept)
        source.close()

    def put_back(self) -> None:
        """The disk is gone; the hub starts on the copy."""
        self.close()
        for path in self.folder.glob("journal.sqlite*"):
            path.unlink()
        (self.folder / "kept").rename(self.folder / "journal.sqlite")
        self.open()
        self.start()
        self.reach()
        self.pass_time(SETTLE_S)


@pytest.fixture
def hub(folder: Path) -> Iterator[Restored]:
    """c1 is open and unit-1 is heard; two numbers wait."""
    running = Restored(folder)
    running.start()
    greets(running, "unit-1")
    running.staff("c1", "wang")
    running.issue("a")
    running.issue("a")
    yield running
    running.close()


def greets(hub: Running, unit: str, n: int = 0, **fields: Any) -> None:
    given = {"counter": PLACES[unit], "outbox": f"{unit}-box", "board": "board", **fields}
    say(hub, "hello", unit, hello(f"{unit}-run", n, **given))


def acts(hub: Running, unit: str, n: int, through: int = 0) -> None:
    """The unit says that it acts on what the hub says now."""
    epoch, version = hub.look(lambda hall: (hall.epoch, hall.version))
    word = {"epoch": epoch, "version": version, "through": through}
    say(hub, "renew", unit, renew(f"{unit}-run", n).model_copy(update=word))


def all_answer(hub: Running, *units: str, through: int = 0) -> None:
    for unit in units:
        greets(
            hub, unit, 90, through=through if unit == "unit-1" else 0, oldest=1 if through else 0
        )
        acts(hub, unit, 91, through if unit == "unit-1" else 0)


def hand_in(hub: Running, *records: w.Record) -> None:
    for record in records:
        own = record.model_copy(update={"outbox": "unit-1-box"})
        say(hub, "record", "unit-1", own)


def next_at(counter: str) -> AtCounter:
    return AtCounter(counter, request("next"), None, "call-of-the-page")


def waiting_for(hub: Running) -> list[str] | None:
    return hub.look(lambda hall: list(hall.restored.waiting) if hall.restored else None)


def test_a_start_that_the_journal_lacks_shows_that_it_was_put_back(hub: Restored) -> None:
    hub.keep()
    hub.restart()
    lost = hub.look(lambda hall: (hall.epoch, hall.epoch_id))
    hub.put_back()
    assert waiting_for(hub) is None
    greets(hub, "unit-1", epoch=lost[0], epoch_id=lost[1])
    assert waiting_for(hub) == ["unit-1", "unit-2", "unit-3"]
    assert hub.outbound(w.State, "unit-1")[-1].epoch == lost[0] + 1
    assert hub.press("c1", "next").code == "restoring"
    hub.verify()
    all_answer(hub, *PLACES)
    assert waiting_for(hub) is None
    assert hub.press("c1", "next").outcome == "done"
    hub.verify()


def test_it_shows_though_other_work_of_the_same_round_fails(hub: Restored) -> None:
    hub.keep()
    hub.restart()
    epoch, epoch_id = hub.look(lambda hall: (hall.epoch, hall.epoch_id))
    hub.put_back()
    told = {"epoch": epoch, "epoch_id": epoch_id, "outbox": "unit-1-box", "counter": "c1"}
    word = hello("unit-1-run", 5, board="board", **told)
    in_round = threading.Event()

    def fail(_: object) -> None:
        raise ZeroDivisionError

    holding = Doing(lambda _: in_round.wait(PATIENCE_S))
    greeting, failing = Doing(lambda transaction: transaction.hello("unit-1", word)), Doing(fail)
    for work in (holding, greeting, failing):  # the last two wait together, and share a round
        hub.service.submit(work)
    in_round.set()
    assert [type(work.end()) for work in (greeting, failing)] == [type(None), ZeroDivisionError]
    assert greeting.story[:2] == ["run", "run"]
    assert waiting_for(hub) == ["unit-1", "unit-2", "unit-3"]


def test_it_shows_within_an_epoch_too(hub: Restored) -> None:
    """The backup is of the same start: units were told versions that the journal lacks."""
    hub.keep()
    for _ in range(3):
        hub.issue("a")
    epoch, version, epoch_id = hub.look(lambda h: (h.epoch, h.version, h.epoch_id))
    hub.put_back()
    greets(hub, "unit-1", epoch=epoch, epoch_id=epoch_id, version=version)
    [began] = hub.events(e.RestoreBegan)
    assert (began.unit, began.why) == ("unit-1", "version")


def test_an_ordinary_start_holds_nothing_back(hub: Restored) -> None:
    epoch, version, epoch_id = hub.look(lambda h: (h.epoch, h.version, h.epoch_id))
    hub.restart()
    greets(hub, "unit-1", epoch=epoch, epoch_id=epoch_id, version=version)
    acts(hub, "unit-1", 1)
    assert hub.events(e.RestoreBegan) == []
    assert hub.press("c1", "next").outcome == "done"


def test_who_knows_it_says_so_at_the_start(hub: Restored, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.keep()
    begin = type(hub.service).begin
    hub.close()
    monkeypatch.setattr(type(hub.service), "begin", lambda s, p: begin(s, p, restored=True))
    hub.put_back()
    assert waiting_for(hub) == ["unit-1", "unit-2", "unit-3"]
    assert hub.issue("a").status == 409
    hub.verify()


def test_a_crash_in_the_middle_changes_nothing(hub: Restored) -> None:
    hub.keep()
    hub.put_back()
    greets(hub, "unit-1", epoch=7)
    all_answer(hub, "unit-2")
    assert waiting_for(hub) == ["unit-1", "unit-3"]
    hub.restart()
    hub.pass_time(SETTLE_S)
    assert waiting_for(hub) == ["unit-1", "unit-3"]
    assert hub.press("c1", "next").code == "restoring"
    all_answer(hub, "unit-1", "unit-3")
    assert waiting_for(hub) is None
    hub.verify()


def test_a_unit_has_answered_when_it_acts_on_us_and_all_its_records_are_in(hub: Restored) -> None:
    hub.keep()
    hub.put_back()
    greets(hub, "unit-1", epoch=7, through=2, oldest=1)
    all_answer(hub, "unit-2", "unit-3")
    first, second = chain(called(hub, "A001"), rated())
    hand_in(hub, first)
    acts(hub, "unit-1", 1, through=2)
    assert waiting_for(hub) == ["unit-1"]
    hand_in(hub, second)
    assert waiting_for(hub) is None
    hub.verify()


def test_records_that_were_receipted_before_come_in_again_once(hub: Restored) -> None:
    """The ratings of the lost time are kept, bound to their calls, and counted once."""
    hub.keep()
    records = chain(called(hub, "A001"), w.StepRecord(**DONE), rated())
    hand_in(hub, *records)
    assert len(hub.events(e.Rated)) == 1
    hub.put_back()
    greets(hub, "unit-1", through=3, oldest=1, receipted=3)
    assert hub.outbound(w.State, "unit-1")[-1].committed == 0
    assert [event.why for event in hub.events(e.RestoreBegan)] == ["receipt"]
    hand_in(hub, *records, *records)
    acts(hub, "unit-1", 1, through=3)
    assert waiting_for(hub) == ["unit-2", "unit-3"]
    assert [event.counted for event in hub.events(e.Rated)] == [True]
    hub.verify()


DONE: dict[str, Any] = {**WHO, "call_id": "alone-1", "ticket": "t", "step": "done"}


def test_a_rating_of_a_call_that_was_lost_counts_and_its_number_is_not_given_again(
    hub: Restored,
) -> None:
    hub.keep()
    hub.issue("a")
    hub.put_back()
    greets(hub, "unit-1", epoch=7, through=2, oldest=1)
    beyond = w.CalledRecord(
        **{**WHO, "call_id": "alone-9", "ticket": "t-9", "number": "A009", "service": "a"}
    )
    hand_in(hub, *chain(rated("hub-called"), beyond))
    [rating] = hub.events(e.Rated)
    assert (rating.counted, rating.call_id) == (True, "hub-called")
    assert hub.look(lambda hall: hall.calls["hub-called"].rated)
    acts(hub, "unit-1", 1, through=2)
    all_answer(hub, "unit-2", "unit-3")
    hub.issue("a")
    numbers = hub.look(lambda hall: [ticket.number for ticket in hall.tickets.values()])
    assert numbers[-1] == f"A{9 + MARGIN + 1:03d}"
    hub.verify()


def test_what_a_unit_has_pruned_is_given_up_and_said(hub: Restored) -> None:
    hub.keep()
    hub.put_back()
    records = chain(*(rated(f"call-{number}") for number in range(6)))
    greets(hub, "unit-1", epoch=7, through=6, oldest=5, receipted=4)
    [lost] = hub.events(e.RecordsLost)
    assert (lost.unit, lost.outbox, lost.first, lost.through) == ("unit-1", "unit-1-box", 1, 4)
    assert hub.outbound(w.State, "unit-1")[-1].committed == 4
    hand_in(hub, *records[4:])
    assert hub.outbound(w.Receipt, "unit-1")[-1].through == 6
    assert [event.call_id for event in hub.events(e.Rated)] == ["call-4", "call-5"]
    hub.restart()
    greets(hub, "unit-1", 5, through=6, oldest=5)
    assert hub.outbound(w.State, "unit-1")[-1].committed == 6
    assert len(hub.events(e.RecordsLost)) == 1
    hand_in(hub, records[2])  # somebody had it after all
    assert [event.call_id for event in hub.events(e.Rated)] == ["call-4", "call-5", "call-2"]
    assert hub.events(e.RecordQuarantined) == []
    hub.verify()


def test_a_unit_that_was_passed_over_is_still_heard_out(hub: Restored) -> None:
    hub.keep()
    hub.put_back()
    greets(hub, "unit-2", epoch=7)
    all_answer(hub, "unit-2", "unit-3")
    future = hub.service.command("go", GoOn(("unit-1",), "operator"))
    assert future.result(PATIENCE_S).status == 200
    assert hub.press("c1", "next").outcome == "done"
    greets(hub, "unit-1", epoch=30, through=1, oldest=1)
    assert waiting_for(hub) is None  # nobody stops the hall a second time for it
    assert hub.outbound(w.State, "unit-1")[-1].epoch == 31
    hand_in(hub, *chain(rated("hub-called")))
    assert [event.counted for event in hub.events(e.Rated)] == [True]
    acts(hub, "unit-1", 1, through=1)
    assert hub.look(lambda hall: hall.passed) == {}
    hub.verify()


def test_an_outbox_that_has_another_name_now_shows_nothing(hub: Restored) -> None:
    hand_in(hub, *chain(rated("x")))
    greets(hub, "unit-2", outbox="unit-1-box", through=1, oldest=1, receipted=1)
    assert hub.events(e.RestoreBegan) == []


def test_what_a_renamed_unit_has_pruned_is_kept_under_its_other_name(hub: Restored) -> None:
    """Nothing is lost, and what was counted under the one name is not asked for again."""
    records = chain(*(rated(f"call-{number}") for number in range(6)))
    hand_in(hub, *records[:5])
    box: dict[str, Any] = {"outbox": "unit-1-box", "receipted": 5, "oldest": 4, "through": 6}
    greets(hub, "unit-2", **box)
    [renamed] = hub.events(e.OutboxRenamed)
    assert (renamed.unit, renamed.before, renamed.through) == ("unit-2", "unit-1", 5)
    assert hub.events(e.RecordsLost) == []
    assert hub.outbound(w.State, "unit-2")[-1].committed == 5
    hub.restart()
    greets(hub, "unit-2", 5, **box)
    assert hub.outbound(w.State, "unit-2")[-1].committed == 5
    say(hub, "record", "unit-2", records[5].model_copy(update={"outbox": "unit-1-box"}))
    assert hub.outbound(w.Receipt, "unit-2")[-1].through == 6
    assert [event.call_id for event in hub.events(e.Rated)] == [f"call-{n}" for n in range(6)]
    assert len(hub.events(e.OutboxRenamed)) == 1
    assert hub.events(e.RecordQuarantined) == []
    hub.verify()


def test_a_renamed_copy_keeps_what_it_wrote_by_itself(hub: Restored) -> None:
    """It was receipted only so far; what came under the other name after that is another's."""
    hand_in(hub, *chain(*(rated(f"call-{number}") for number in range(6))))
    greets(hub, "unit-2", outbox="unit-1-box", receipted=2, oldest=1, through=4)
    assert hub.outbound(w.State, "unit-2")[-1].committed == 2


def test_what_a_renamed_unit_has_pruned_and_nobody_has_is_lost(hub: Restored) -> None:
    hand_in(hub, *chain(*(rated(f"call-{number}") for number in range(2))))
    greets(hub, "unit-2", outbox="unit-1-box", receipted=4, oldest=5, through=6)
    [lost] = hub.events(e.RecordsLost)
    assert (lost.unit, lost.first, lost.through) == ("unit-2", 3, 4)


def test_whoever_may_have_been_called_by_an_unreadable_record_is_for_a_person_to_say(
    hub: Restored,
) -> None:
    granted = [grant.ticket for grant in hub.outbound(w.State, "unit-1")[-1].grants]
    assert len(granted) == 2
    body = '{"v": 2, "kind": "called"}'
    record = w.Record(
        outbox="unit-1-box",
        sequence=1,
        previous=NO_HASH,
        hash=chain_hash(NO_HASH, body),
        body=body,
    )
    hand_in(hub, record)
    hub.staff("c3", "zhao")
    pressed = hub.service.command("k1", next_at("c3"))
    hub.look(lambda _: None)
    acts(hub, "unit-1", 1, through=1)
    hub.pass_time(2.0)
    assert pressed.result(PATIENCE_S).status == 200
    assert w.Answer.model_validate_json(pressed.result().body).outcome == "nothing_waiting"
    [doubted] = hub.events(e.GrantsDoubted)
    assert set(doubted.tickets) <= set(granted)
    said = OnTicket(doubted.tickets[0], "not_called", "operator")
    assert hub.service.command("k2", said).result(PATIENCE_S).status == 200
    assert hub.press("c3", "next").outcome == "done"
    hub.verify()


# --- another machine in the place of one that is cut off -------------------------------------


def in_place_of_unit_1(hub: Restored, **machine: str) -> None:
    """A machine that the backup does not know says hello as unit-1, and acts on the hub."""
    epoch, version = hub.look(lambda hall: (hall.epoch, hall.version))
    say(hub, "hello", "unit-1", hello("later-run", 3, counter="c1", **machine))
    word = {"epoch": epoch, "version": version}
    say(hub, "renew", "unit-1", renew("later-run", 4).model_copy(update=word))


def test_another_disk_does_not_answer_for_the_one_that_the_backup_knew(hub: Restored) -> None:
    hub.keep()
    hub.put_back()
    greets(hub, "unit-2", epoch=7)
    all_answer(hub, "unit-2", "unit-3")
    in_place_of_unit_1(hub, outbox="new-box", board="new-board")
    in_place_of_unit_1(hub, outbox="new-box", board="new-board")
    assert waiting_for(hub) == ["unit-1"]
    [another] = hub.events(e.AnotherAnswered)
    assert (another.unit, another.outbox) == ("unit-1", "new-box")
    assert hub.press("c1", "next").code == "restoring"
    hub.restart()
    hub.pass_time(SETTLE_S)
    assert waiting_for(hub) == ["unit-1"]
    future = hub.service.command("go", GoOn(("unit-1",), "operator"))
    assert future.result(PATIENCE_S).status == 200
    assert hub.press("c1", "next").outcome == "nothing_waiting"  # both are granted to the old run
    hub.issue("a")
    assert hub.press("c1", "next").outcome == "done"
    hub.verify()


def test_who_came_before_it_was_known_does_not_answer_for_another_either(hub: Restored) -> None:
    """The new disk is unit-1 to this hub by the time that unit-2 shows what is lost."""
    hub.keep()
    hub.put_back()
    in_place_of_unit_1(hub, outbox="new-box", board="new-board")
    greets(hub, "unit-2", epoch=7)
    all_answer(hub, "unit-2", "unit-3")
    in_place_of_unit_1(hub, outbox="new-box", board="new-board")
    assert waiting_for(hub) == ["unit-1"]


def test_the_disk_that_is_waited_for_answers_in_the_end(hub: Restored) -> None:
    hub.keep()
    hub.put_back()
    greets(hub, "unit-2", epoch=7)
    all_answer(hub, "unit-2", "unit-3")
    in_place_of_unit_1(hub, outbox="new-box", board="new-board")
    hub.pass_time(7.0)  # it has been switched off again
    greets(hub, "unit-1", 10, through=1, oldest=1)
    hand_in(hub, *chain(rated("hub-called")))
    acts(hub, "unit-1", 11, through=1)
    assert waiting_for(hub) is None
    assert [event.counted for event in hub.events(e.Rated)] == [True]
    hub.verify()


@pytest.mark.parametrize(
    ("machine", "answers"),
    [
        ({"outbox": "unit-1-box", "board": "board"}, True),
        ({"outbox": "unit-1-box", "board": ""}, True),  # of an earlier version: it says no more
        ({"outbox": "new-box", "board": "board"}, True),  # a damaged file was replaced
        ({"outbox": "unit-1-box", "board": "other"}, False),  # a copy, or the disk was moved
        ({"outbox": "new-box", "board": ""}, False),
    ],
)
def test_what_certainly_follows_what_the_backup_knew_answers_for_it(
    hub: Restored, machine: dict[str, str], answers: bool
) -> None:
    hub.keep()
    hub.put_back()
    greets(hub, "unit-2", epoch=7)
    all_answer(hub, "unit-2", "unit-3")
    in_place_of_unit_1(hub, **machine)
    assert waiting_for(hub) == (None if answers else ["unit-1"])
