"""What the hall tells everybody: a notice, and in an emergency one text over all screens."""

from __future__ import annotations

from hub.core import events as e
from hub.core.commands import Decision, SetNotice
from hub.core.state import State
from wire import messages as w


def set_notice(state: State, command: SetNotice, now: float) -> Decision:
    """Tell this from now on; what is told already is not told again."""
    if (command.notice, command.emergency) == (state.notice, state.emergency):
        return Decision()
    return Decision((e.NoticeSet(now, command.notice, command.emergency, command.by),))


def told(content: dict[str, str] | None) -> w.Text | None:
    """A notice of the state as the wire carries it."""
    return None if content is None else w.Text(zh=content["zh"], en=content["en"])
