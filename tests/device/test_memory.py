"""What a unit remembers over a restart: when it is written, how old it is, and any damage."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.deciding import Remembered
from device.events import LinkDown, LinkUp, StateCame
from device.memory import FILE_NAME, FORGOTTEN_S, REFRESH_S, SETTLE_S, Memory, remembered
from device.outbox import Outbox, open_outbox
from device.session import Session
from tests.device.samples import RUN, moment, picture, state
from wire.messages import AwayRecord, CounterPicture, CounterState, UnratedRecord

WALL_S = 1_800_000_000.0


class Life:
    """A unit's run and its file; `now_s` is by the clock of the boot."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.memory = Memory(directory, "boot-1")
        self.session = Session(RUN, "c3")
        self.session.handle(LinkUp(), moment(100.0))
        self.version = 0

    def news(self, now_s: float, counter: CounterPicture | None = None, committed: int = 0) -> None:
        self.version += 1
        news = state(
            counter or picture(version=self.version),
            version=self.version,
            n=self.session.hearing.n,
            committed=committed,
        )
        self.session.handle(StateCame(news), moment(now_s))

    def keep(self, now_s: float) -> bool:
        return self.memory.keep(self.session, now_s, WALL_S + now_s, synchronised=True)

    @property
    def version_on_disk(self) -> int:
        content = json.loads((self.directory / FILE_NAME).read_text())
        return int(content["state"]["version"])


@pytest.fixture
def life(tmp_path: Path) -> Life:
    return Life(tmp_path)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    outbox = open_outbox(tmp_path, lambda: "outbox-1")
    yield outbox
    outbox.close()


def recall(directory: Path, outbox: Outbox, **more: object) -> Remembered:
    asked = {"boot_id": "boot-1", "now_s": 150.0, "wall_s": WALL_S + 150.0, "synchronised": True}
    return remembered(directory, outbox, **(asked | more))  # type: ignore[arg-type]


def test_a_change_is_written_once_it_has_settled(life: Life) -> None:
    assert not life.keep(100.0)
    life.news(101.0)
    assert not life.keep(101.0)
    assert life.memory.deadline_s == 101.0 + SETTLE_S
    life.news(102.0, picture(CounterState.CALLED))
    assert life.keep(103.0)
    assert life.version_on_disk == 2
    assert life.memory.deadline_s is None


def test_what_has_not_changed_is_written_seldom_and_when_the_hub_is_gone(life: Life) -> None:
    life.news(101.0)
    life.keep(101.0)
    assert life.keep(101.0 + SETTLE_S)
    life.news(110.0)
    assert not life.keep(110.0)
    assert life.memory.deadline_s is None
    life.news(101.0 + REFRESH_S)
    life.keep(101.0 + REFRESH_S)
    assert life.keep(101.0 + REFRESH_S + SETTLE_S)
    life.news(500.0)
    life.session.handle(LinkDown(), moment(501.0))
    life.keep(501.0)
    assert life.keep(501.0 + SETTLE_S)
    assert not life.keep(600.0)


def written(life: Life, counter: CounterPicture | None = None, committed: int = 0) -> None:
    life.news(101.0, counter, committed)
    life.keep(101.0)
    assert life.keep(110.0)


def test_the_age_is_that_of_the_last_word_in_the_same_boot(life: Life, outbox: Outbox) -> None:
    written(life)
    found = recall(life.directory, outbox, wall_s=0.0)
    assert found.state == life.session.state
    assert (found.told_s, found.sure) == (101.0, True)


@pytest.mark.parametrize(
    ("wall_later_s", "synchronised", "age_s", "sure"),
    [(3600.0, True, 3600.0, True), (3600.0, False, 3600.0, False), (-5000.0, False, 0.0, False)],
)
def test_after_a_reboot_the_wall_clocks_tell_as_far_as_they_can(
    life: Life,
    outbox: Outbox,
    wall_later_s: float,
    synchronised: bool,
    age_s: float,
    sure: bool,
) -> None:
    written(life)
    wall_s = WALL_S + 101.0 + wall_later_s
    found = recall(
        life.directory, outbox, boot_id="boot-2", wall_s=wall_s, synchronised=synchronised
    )
    assert found.told_s == pytest.approx(150.0 - age_s)
    assert found.sure is sure


def test_what_is_of_another_day_is_not_used(life: Life, outbox: Outbox) -> None:
    written(life)
    found = recall(life.directory, outbox, now_s=101.0 + FORGOTTEN_S)
    assert found.state is None


def away(boot_ms: int) -> str:
    return AwayRecord(
        run=RUN,
        boot_ms=boot_ms,
        wall="2026-03-02T10:41:07.250+08:00",
        synchronised=True,
        counter="c3",
        clerk="wang",
        away=True,
    ).model_dump_json()


def test_decisions_that_the_state_lacks_come_with_it(life: Life, outbox: Outbox) -> None:
    unrated = UnratedRecord(
        run=RUN,
        boot_ms=1,
        wall="2026-03-02T10:41:07.250+08:00",
        synchronised=True,
        counter="c3",
        call_id="call-1",
        ticket="t1",
        clerk=None,
    )
    for body in (away(1), away(2), unrated.model_dump_json(), away(4)):
        outbox.append(body, 0.0)
    outbox.receipt(3)
    written(life, committed=1)
    assert [sequence for sequence, _ in recall(life.directory, outbox).decisions] == [2, 4]
    (life.directory / FILE_NAME).unlink()
    found = recall(life.directory, outbox)
    assert (found.state, [sequence for sequence, _ in found.decisions]) == (None, [4])


def cut(content: bytes, at: int) -> bytes:
    return content[:at]


def flip(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0x15]) + content[at + 1 :]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([cut, flip]), st.floats(0, 1, exclude_max=True))
def test_any_damage_leaves_a_unit_that_starts(
    life: Life, outbox: Outbox, damage: Callable[[bytes, int], bytes], share: float
) -> None:
    life.memory = Memory(life.directory, "boot-1")
    written(life)
    path = life.directory / FILE_NAME
    content = path.read_bytes()
    path.write_bytes(damage(content, int(share * len(content))))
    found = recall(life.directory, outbox)
    Session(RUN, "c3", remembered=found)


def test_a_directory_that_cannot_be_written_stops_nothing(
    life: Life, caplog: pytest.LogCaptureFixture
) -> None:
    life.memory = Memory(life.directory / "gone", "boot-1")
    life.news(101.0)
    for later in (101.0, 110.0, 500.0, 510.0):
        life.news(later, picture(version=int(later)))
        assert not life.keep(later)
    assert len([r for r in caplog.records if r.levelname == "WARNING"]) == 1
