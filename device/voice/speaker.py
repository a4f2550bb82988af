"""The speaker: a thread of its own that says the calls one after another.

Whoever owns the unit's state hands calls in and gets news back; neither waits for a sound. A
voice that fails is told of once. Its calls then have their turns in silence, so that captions
go on as before, and it is tried again as `drivers.recovery` says. A voice that has nothing to say
is looked after every few seconds, so that a fault is known before the next call.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from typing import Final

from device.drivers.ports import HealthSink
from device.drivers.recovery import Recovery
from device.voice.calls import Call, Silent, Speaking, Turn, VoiceNews
from device.voice.errors import VoiceError
from device.voice.queue import CallQueue, Counts, Rules
from device.voice.saying import Saying
from wire.clock import Clock
from wire.errors import HardwareError

log = logging.getLogger(__name__)

SILENT_TURN_S: Final = 4.0
"""How long a call has the caption to itself while it cannot be heard, on the unit's clock."""

PROBE_S: Final = 5.0
"""How often an idle voice is looked after, on the unit's clock."""

PERIPHERAL: Final = "voice"
"""What health records call it: its section of the configuration."""

_CLOSE_S: Final = 5.0


class Speaker:
    """Says calls in order. `news` and `health` are told from the speaker's thread."""

    def __init__(
        self,
        saying: Saying,
        rules: Rules,
        clock: Clock,
        news: Callable[[VoiceNews], None],
        health: HealthSink,
    ) -> None:
        self._saying = saying
        self._clock = clock
        self._news = news
        self._health = health
        self._queue = CallQueue(rules)
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._recovery = Recovery(PERIPHERAL)
        self._shown: Turn | None = None
        self._begun = False
        self._thread = threading.Thread(target=self._work, name="speaker", daemon=True)

    @property
    def counts(self) -> Counts:
        """What became of the calls that were not spoken as such."""
        with self._changed:
            return self._queue.counts

    def start(self) -> None:
        """Begin. Trouble with the devices comes as news, not as an error."""
        self._thread.start()

    def say(self, call: Call) -> None:
        """Somebody is called, or called again. Does not wait. From any thread."""
        with self._changed:
            self._queue.add(call, self._clock.monotonic())
            self._changed.notify()

    def forget(self, call_id: str) -> None:
        """The call has ended; it is not spoken any more. From any thread."""
        with self._changed:
            self._queue.forget(call_id)

    def close(self) -> None:
        """Stop within some seconds; a call being spoken is broken off."""
        self._stopping.set()
        with self._changed:
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(_CLOSE_S)
        if self._thread.is_alive():
            log.error("the voice does not stop; it is left behind")

    def begin(self) -> None:
        """Open the devices. Called by the thread, or by a test in its place."""
        self._try(self._saying.open)

    def speak_next(self) -> bool:
        """Say the next call that is to be said; whether there was one. As `begin`."""
        with self._changed:
            turn = self._queue.take(self._clock.monotonic())
        if turn is None:
            self._fall_silent()
            return False
        self._begun = False
        heard = self._try(lambda: self._saying.say(turn, lambda: self._began(turn), self._stopping))
        if not heard and not self._begun:
            self._pass_in_silence(turn)
        with self._changed:
            self._queue.finish()
        return True

    def _work(self) -> None:
        self.begin()
        while not self._stopping.is_set():
            if not self.speak_next():
                self._await_call()
        self._saying.close()

    def _await_call(self) -> None:
        """Wait for a call, or until the voice is to be looked after."""
        rest_s = max(0.0, self._recovery.due_s - self._clock.monotonic())
        with self._changed:
            if self._stopping.is_set() or self._queue.next_call() is not None:
                return
            called = self._changed.wait(self._clock.real_seconds(rest_s))
        if not called:
            self.begin()

    def _began(self, turn: Turn) -> None:
        self._begun = True
        self._show(turn, aloud=True)
        with self._changed:
            following = self._queue.next_call()
        if following is not None:
            # The sound of this turn plays by itself: there is time to make the next one's. If
            # that fails, it fails again when its turn comes, and counts then.
            with contextlib.suppress(HardwareError):
                self._saying.prepare(following)

    def _pass_in_silence(self, turn: Turn) -> None:
        self._show(turn, aloud=False)
        self._stopping.wait(self._clock.real_seconds(SILENT_TURN_S))

    def _show(self, turn: Turn, *, aloud: bool) -> None:
        self._shown = turn
        self._news(Speaking(turn, self._clock.monotonic(), aloud))

    def _fall_silent(self) -> None:
        if self._shown is not None:
            self._news(Silent(self._shown.call.call_id))
        self._shown = None

    def _try(self, act: Callable[[], None]) -> bool:
        """Do something with the voice; whether it worked. The unit goes on either way."""
        try:
            act()
        except HardwareError as error:
            return self._failed(error)
        except Exception as error:  # a mistake of ours; the captions have to go on
            log.exception("the voice failed")
            return self._failed(VoiceError(f"{type(error).__name__}: {error}"))
        change = self._recovery.worked(self._clock.monotonic(), "calls can be heard", PROBE_S)
        if change is not None:
            log.info("calls can be heard")
            self._health(change)
        return True

    def _failed(self, error: HardwareError) -> bool:
        change = self._recovery.failed(self._clock.monotonic(), error)
        if change is not None:
            log.error("calls cannot be heard: %s", error)
            self._health(change)
        return False
