"""What a building may hold, if what a person assumes of it is right."""

from __future__ import annotations

import math

from siteline.model.errors import BadInput, CannotTell, NotMeasured
from siteline.model.measurement import Assumed, Capacity, Measurement

MOST = 1e6
"""No building has more floors, and no dwelling more square metres."""


def infer_capacity(area: Measurement, assumed: Assumed) -> Capacity:
    """
    Floor area, and dwellings and workers where their shares are assumed: from the least to the most.

    The ends multiply the ends: the 95 % bounds of the footprint by those of each assumption. So the range is
    wider than 95 % and never a best guess: nothing on an image says how many floors or people there are. Numbers
    are rounded outwards to two digits. Raises BadInput for a range that is none, CannotTell without a scale.
    """
    if area.quantity is None:
        raise NotMeasured(f"no area: {area.refused}")
    if area.quantity.unit != "m²":
        raise CannotTell("the scale of these images is not known", "Give the site's gsd_m, metres per pixel.")
    for name, ends in (
        ("floors", assumed.floors),
        ("dwelling", assumed.dwelling_m2),
        ("worker", assumed.worker_m2),
    ):
        if ends is not None and not (0 < ends[0] <= ends[1] <= MOST):
            raise BadInput(
                f"{name}: {ends[0]:g} to {ends[1]:g} is no range above zero and up to {MOST:,.0f}",
                "Give it as LOW-HIGH.",
            )
    low = max(area.quantity.low95, 0.0) * assumed.floors[0]
    high = area.quantity.high95 * assumed.floors[1]

    def room(each: tuple[float, float] | None) -> tuple[int, int] | None:
        if each is None:
            return None
        return int(_down(math.floor(low / each[1]))), int(_up(math.ceil(high / each[0])))

    return Capacity(
        area.quantity, assumed, (_down(low), _up(high)), room(assumed.dwelling_m2), room(assumed.worker_m2)
    )


def _step(value: float) -> float:
    return 10.0 ** (math.floor(math.log10(value)) - 1)


def _down(value: float) -> float:
    if value <= 0:
        return 0.0
    step = max(_step(value), 1.0) if value >= 1 else _step(value)
    return round(math.floor(value / step + 1e-9) * step, 9)


def _up(value: float) -> float:
    if value <= 0:
        return 0.0
    step = max(_step(value), 1.0) if value >= 1 else _step(value)
    return round(math.ceil(value / step - 1e-9) * step, 9)
