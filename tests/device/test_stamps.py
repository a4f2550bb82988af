"""What every record of a counter says of itself."""

from __future__ import annotations

from device.events import HealthCame
from device.stamps import health_record
from tests.device.samples import moment


def test_a_fault_of_many_words_is_a_record_all_the_same() -> None:
    news = HealthCame("sign", ok=False, code="c" * 61, detail="x" * 301)
    record = health_record("run-1", news, moment(10.0))
    assert (record.code, record.detail) == ("c" * 60, "x" * 300)
    well = HealthCame("sign", ok=True, code=None, detail="works")
    assert health_record("run-1", well, moment(10.0)).code is None
