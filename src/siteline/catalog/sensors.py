"""Scenes of several cameras in one series: what one sees otherwise than another is no change on the ground."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from siteline.model.dates import say_count, say_day
from siteline.model.imagery import Scene
from siteline.model.remark import Remark

FOLLOWS = 2
"""One camera follows another if the scenes change hands at most so often; else they take turns."""


def tell_sensors(site_id: str, scenes: Sequence[Scene]) -> tuple[Remark, ...]:
    """
    That a series is of several sensors, and when one was replaced by the next; () if it is of one, or nobody said.

    scenes: those of one survey, in any order; `sensor` as the manifest gave it.
    """
    known = sorted((s for s in scenes if s.sensor.strip()), key=lambda s: s.acquired.middle)
    count = Counter(s.sensor.strip() for s in known)
    if len(count) < 2:
        return ()
    runs = [(name, next(group)) for name, group in groupby(known, key=lambda s: s.sensor.strip())]
    if len(runs) - 1 <= FOLLOWS:
        told = ", then ".join(
            name if n == 0 else f"{name} from {say_day(first.acquired.first_day)} on"
            for n, (name, first) in enumerate(runs)
        )
    else:
        told = "by turns " + ", ".join(f"{name} ({number})" for name, number in count.most_common())
    return (
        Remark(
            site_id,
            f"its scenes are of {say_count(len(count))} sensors: {told}. What differs over the whole site is taken for "
            "the sensor and left out; what differs on some materials only may be told as change at that date",
            "Look at events of that date with care.",
        ),
    )
