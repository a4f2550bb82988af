"""What a kiosk keeps of the hub's word for a time without the hub. PURE."""

from __future__ import annotations

from wire.messages import KioskPicture, NumberBlock, QueuePicture


def continued(series: NumberBlock | None, block: NumberBlock | None) -> NumberBlock | None:
    """The own series by the hub's word, which knows of every number given out so far.

    Within a day it never goes back: what the hub has set aside was given out all the same.
    """
    if series is None or block is None:
        return block
    if (series.day, series.prefix) != (block.day, block.prefix):
        return block
    return block.model_copy(update={"first": max(series.first, block.first)})


def lasting_of(kiosk: KioskPicture) -> KioskPicture:
    """What is offered, without what is true for a moment only.

    An emergency stays until the hub says that it is over: nobody else could.
    """
    queues = [_at_rest(queue) for queue in kiosk.queues]
    return kiosk.model_copy(update={"queues": queues, "block": None, "notice": None})


def _at_rest(queue: QueuePicture) -> QueuePicture:
    return queue.model_copy(update={"waiting": 0, "counters": 0, "wait_s": None})
