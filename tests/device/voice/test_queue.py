"""The queue of calls: order, no cutting off, nothing stale, nothing twice in a row."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.voice.calls import Call, Turn
from device.voice.queue import CallQueue, Rules
from tests.device.voice.examples import call

ONCE = Rules(repeat=1)
TWICE = Rules(repeat=2)


def drain(queue: CallQueue, now_s: float = 0.0) -> list[tuple[str, int]]:
    """Speak everything; the number and the index of each turn."""
    turns = []
    while (turn := queue.take(now_s)) is not None:
        turns.append((turn.call.number, turn.index))
        queue.finish()
    return turns


def begin(queue: CallQueue, now_s: float = 0.0) -> Turn:
    turn = queue.take(now_s)
    assert turn is not None
    return turn


def test_ten_calls_in_a_second_are_spoken_in_order() -> None:
    queue = CallQueue(ONCE)
    for index in range(10):
        queue.add(call(f"A{index:03}"), index * 0.1)
    assert drain(queue, 1.0) == [(f"A{index:03}", 1) for index in range(10)]


def test_a_call_is_said_as_often_as_the_rules_say_before_the_next() -> None:
    queue = CallQueue(TWICE)
    queue.add(call("A001"), 0.0)
    queue.add(call("A002"), 0.0)
    assert drain(queue) == [("A001", 1), ("A001", 2), ("A002", 1), ("A002", 2)]


def test_nothing_begins_while_a_call_is_spoken() -> None:
    queue = CallQueue(ONCE)
    queue.add(call("A001"), 0.0)
    queue.add(call("A002"), 0.0)
    turn = begin(queue)
    with pytest.raises(ValueError, match="is being spoken"):
        queue.take(0.0)
    assert queue.speaking == turn
    queue.finish()
    assert queue.speaking is None
    assert drain(queue) == [("A002", 1)]


def test_in_a_rush_everybody_is_called_once() -> None:
    queue = CallQueue(Rules(repeat=2, hurry_above=1))
    for index in range(4):
        queue.add(call(f"A00{index}"), 0.0)
    assert drain(queue) == [("A000", 1), ("A001", 1), ("A002", 1), ("A002", 2), ("A003", 1),
                            ("A003", 2)]  # fmt: skip


def test_a_recall_joins_the_call_that_has_not_been_spoken() -> None:
    queue = CallQueue(ONCE)
    queue.add(call("A001"), 0.0)
    queue.add(call("A002"), 0.0)
    queue.add(call("A001", "5", kind="recalled"), 50.0)
    turn = begin(queue, 61.0)
    assert turn.call == call("A001", "5"), "in its place, to the counter said last, as a first call"
    queue.finish()
    assert drain(queue, 61.0) == []
    assert (queue.counts.joined, queue.counts.stale) == (1, 1), "and its time counts from then"


def test_a_recall_joins_the_repetition_which_no_rush_takes_away_then() -> None:
    queue = CallQueue(Rules(repeat=2, hurry_above=0))
    queue.add(call("A001"), 0.0)
    begin(queue)
    queue.add(call("A001", kind="recalled"), 1.0)
    queue.add(call("A002"), 1.0)
    queue.finish()
    assert drain(queue) == [("A001", 2), ("A002", 1), ("A002", 2)]


def test_a_recall_of_a_call_that_was_spoken_is_spoken() -> None:
    queue = CallQueue(ONCE)
    queue.add(call("A001"), 0.0)
    drain(queue)
    queue.add(call("A001", kind="recalled"), 9.0)
    assert begin(queue, 9.0).call.kind == "recalled"


def test_a_recall_during_the_last_time_is_spoken_after_it() -> None:
    queue = CallQueue(ONCE)
    queue.add(call("A001"), 0.0)
    begin(queue)
    queue.add(call("A001", kind="recalled"), 1.0)
    queue.finish()
    assert drain(queue, 3.0) == [("A001", 1)]


def test_a_call_that_is_delivered_twice_is_spoken_once() -> None:
    queue = CallQueue(ONCE)
    for _ in range(2):
        queue.add(call("A001"), 0.0)
        drain(queue)
    assert queue.counts.delivered_again == 1


@pytest.mark.parametrize(("at_s", "spoken"), [(60.0, True), (60.1, False)])
def test_a_call_whose_turn_comes_too_late_is_not_spoken(at_s: float, spoken: bool) -> None:
    queue = CallQueue(Rules(repeat=1, stale_s=60.0))
    queue.add(call(), 0.0)
    assert bool(drain(queue, at_s)) == spoken
    assert queue.counts.stale == (not spoken)


def test_a_call_that_has_ended_is_not_spoken() -> None:
    queue = CallQueue(TWICE)
    for number in ("A001", "A002", "A003"):
        queue.add(call(number), 0.0)
    begin(queue)
    queue.forget("call-a001")
    queue.forget("call-a002")
    queue.finish()
    assert drain(queue) == [("A003", 1), ("A003", 2)]
    assert queue.counts.forgotten == 1


def test_a_call_that_arrives_after_its_end_is_not_spoken() -> None:
    queue = CallQueue(ONCE)
    queue.forget("call-a001")
    queue.add(call("A001"), 0.0)
    assert drain(queue) == []


def test_a_call_that_is_taken_back_before_it_was_heard_is_not_spoken() -> None:
    queue = CallQueue(ONCE)
    queue.add(call("A001"), 0.0)
    queue.add(call("A001", kind="voided"), 0.0)
    queue.add(call("A002", kind="voided"), 0.0)
    assert drain(queue) == []


def test_a_call_that_was_heard_is_taken_back_aloud_once() -> None:
    queue = CallQueue(TWICE)
    queue.add(call("A001"), 0.0)
    begin(queue)
    for _ in range(2):
        queue.add(call("A001", kind="voided"), 1.0)
    queue.finish()
    for index in (1, 2):
        turn = begin(queue)
        assert (turn.call.kind, turn.index) == ("voided", index)
        queue.add(call("A001", kind="voided"), 2.0)
        queue.finish()
    assert drain(queue) == []
    queue.add(call("A001", kind="voided"), 2.0)
    assert drain(queue) == [], "nor later, when it is no more the last that was said"


def test_of_too_many_the_oldest_go() -> None:
    queue = CallQueue(Rules(repeat=1, most=3))
    for index in range(5):
        queue.add(call(f"A00{index}"), 0.0)
    assert [waiting.number for waiting in queue.waiting] == ["A002", "A003", "A004"]
    assert queue.counts.crowded_out == 2


def test_what_is_next_can_be_made_ready() -> None:
    queue = CallQueue(TWICE)
    assert queue.next_call() is None
    queue.add(call("A001"), 0.0)
    queue.add(call("A002"), 0.0)
    begin(queue)
    assert queue.next_call() == call("A001")
    queue.finish()
    begin(queue)
    assert queue.next_call() == call("A002")


def test_what_is_remembered_of_calls_is_bounded() -> None:
    queue = CallQueue(ONCE)
    for index in range(300):
        queue.add(call(f"A{index}"), 0.0)
        drain(queue)
    queue.add(call("A299"), 0.0)
    assert drain(queue) == []
    queue.add(call("A0"), 0.0)
    assert drain(queue) == [("A0", 1)]


steps = st.lists(
    st.one_of(
        st.tuples(st.just("call"), st.integers(0, 11)),
        st.tuples(st.just("recall"), st.integers(0, 11)),
        st.tuples(st.just("forget"), st.integers(0, 11)),
        st.tuples(st.just("void"), st.integers(0, 11)),
        st.tuples(st.just("turn"), st.integers(0, 40)),
    ),
    max_size=60,
)
rule_sets = st.builds(
    Rules,
    repeat=st.integers(1, 3),
    stale_s=st.sampled_from([5.0, 30.0, 600.0]),
    most=st.sampled_from([2, 5, 30]),
    hurry_above=st.sampled_from([0, 2, 100]),
)


class Hall:
    """Drives a queue, and checks what it says against a plain account of what was asked."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.queue = CallQueue(rules)
        self.now_s = 0.0
        self.asked: dict[str, float] = {}
        self.ended: set[str] = set()
        self.heard: set[str] = set()
        self.turns: list[tuple[Turn, bool]] = []  # each with whether somebody hurried it

    def call(self, made: Call) -> None:
        known = made.call_id in self.asked or made.call_id in self.ended
        self.queue.add(made, self.now_s)
        if made.kind == "recalled" or not known:
            self.asked[made.call_id] = self.now_s
            self.ended.discard(made.call_id)
        assert len(self.queue.waiting) <= self.rules.most
        ids = [waiting.call_id for waiting in self.queue.waiting]
        assert len(ids) == len(set(ids)), "nobody waits twice"

    def forget(self, call_id: str) -> None:
        self.queue.forget(call_id)
        self.ended.add(call_id)

    def void(self, made: Call) -> None:
        self.queue.add(made, self.now_s)
        self.ended.add(made.call_id)
        self.asked[made.call_id] = self.now_s

    def turn(self, lasting_s: float) -> None:
        turn = self.queue.take(self.now_s)
        assert self.queue.speaking == turn
        if turn is None:
            assert self.queue.waiting == ()
            return
        call_id = turn.call.call_id
        if turn.call.kind == "voided":
            assert call_id in self.heard, "nothing is taken back that nobody heard"
        else:
            assert call_id not in self.ended, "an ended call is not spoken"
            self.heard.add(call_id)
        if turn.index == 1:
            assert self.now_s - self.asked[call_id] <= self.rules.stale_s
        else:
            before = self.turns[-1][0]
            assert (before.call.call_id, before.index) == (call_id, turn.index - 1)
        assert turn.index <= self.rules.repeat
        self.now_s += lasting_s
        self.queue.finish()
        self.turns.append((turn, len(self.queue.waiting) > self.rules.hurry_above))


def played(rules: Rules, script: list[tuple[str, int]]) -> Hall:
    hall = Hall(rules)
    for what, value in script:
        hall.now_s += 0.1
        name = f"A{value:03}"
        match what:
            case "call" | "recall":
                hall.call(call(name, kind="recalled" if what == "recall" else "called"))
            case "void":
                hall.void(call(name, kind="voided"))
            case "forget":
                hall.forget(f"call-{name.lower()}")
            case _:
                hall.turn(value)
    while hall.queue.next_call() is not None:
        hall.turn(0.0)
    return hall


@settings(max_examples=25)
@given(rules=rule_sets, script=steps)
def test_whatever_happens_nothing_ended_stale_or_doubled_is_spoken(
    rules: Rules, script: list[tuple[str, int]]
) -> None:
    played(rules, script)


@pytest.mark.long
@settings(max_examples=10_000, deadline=None)
@given(rules=rule_sets, script=steps)
def test_whatever_happens_in_many_halls(rules: Rules, script: list[tuple[str, int]]) -> None:
    played(rules, script)


@settings(max_examples=25)
@given(rules=rule_sets, count=st.integers(1, 20), forgotten=st.sets(st.integers(0, 19)))
def test_everybody_is_called_in_order_and_often_enough(
    rules: Rules, count: int, forgotten: set[int]
) -> None:
    """Without recalls the whole outcome can be said beforehand."""
    hall = Hall(rules)
    for index in range(count):
        hall.call(call(f"A{index:03}"))
    for index in forgotten:
        hall.forget(f"call-a{index:03}")
    while hall.queue.next_call() is not None:
        hall.turn(0.0)
    kept = range(max(0, count - rules.most), count)
    expected = [f"A{index:03}" for index in kept if index not in forgotten]
    assert [turn.call.number for turn, _ in hall.turns if turn.index == 1] == expected
    for place, (turn, hurried) in enumerate(hall.turns):
        last = place == len(hall.turns) - 1 or hall.turns[place + 1][0].index == 1
        assert last == (hurried or turn.index == rules.repeat)
