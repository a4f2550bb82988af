"""By what the repeat of a command is known from another one with the same id."""

from __future__ import annotations

import copy

from hub.answers import fingerprint
from hub.core.commands import AtCounter, Issue, OnTicket
from hub.core.commands_of_plans import Configure
from hub.core.replanning import as_content, propose
from tests.hub.core.examples import make_plan, request, sign_in


def test_what_is_made_anew_for_each_try_does_not_count() -> None:
    assert fingerprint(Issue("a", "t-1", "web")) == fingerprint(Issue("a", "t-2", "web"))
    once, again = (AtCounter("c1", sign_in("wang", pin), 7, new) for pin, new in PINS)
    assert fingerprint(once) == fingerprint(again)


PINS = (("2468", "call-1"), ("1357", "call-2"))


def test_what_is_wanted_counts() -> None:
    assert fingerprint(Issue("a", "t-1", "web")) != fingerprint(Issue("b", "t-1", "web"))
    assert fingerprint(OnTicket("t-1", "cancel", "citizen")) != fingerprint(
        OnTicket("t-2", "cancel", "citizen")
    )
    next_, done = (AtCounter("c1", request(action), 7, "call-1") for action in ("next", "done"))
    assert fingerprint(next_) != fingerprint(done)


def test_another_plan_is_another_wish() -> None:
    base = as_content(make_plan())
    other = copy.deepcopy(base)
    other["services"][0]["mean_s"] = 77
    one, two = (Configure(propose(plan, 1, base), "admin") for plan in (base, other))
    assert fingerprint(one) == fingerprint(copy.deepcopy(one))
    assert fingerprint(one) != fingerprint(two)
