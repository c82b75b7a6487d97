"""What each image says of a change, and the smallest thing that could have been seen at all."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from siteline.change.series.patches import Patch
from siteline.change.series.timeline import Turn
from siteline.model.change import Observation, State
from siteline.model.imagery import Grid, Look, WhyNot
from siteline.model.quantity import Quantity
from siteline.raster.grid import metres_per_pixel

REASONS = {
    WhyNot.NO_IMAGE: "no image",
    WhyNot.CLOUD: "cloud",
    WhyNot.CLOUD_SHADOW: "shadow",
    WhyNot.SNOW: "snow",
    WhyNot.OUTLIER: "cloud",
    WhyNot.SATURATED: "no image",
}
"""In the words of DESIGN; an outlier of one look is nearly always a cloud that no mask knew."""

BEFORE, AGAIN = "before another change", "changed again"
"""Why a look that sees the place well cannot tell: it shows neither of the two states that the event lies between."""

TYPICAL_CONTRAST = 0.25
"""Log contrast of a roof against its ground that is neither bright nor camouflaged."""

PSF_PX = 0.75
"""Blur of an image, sigma in pixels, where nobody measured it."""


def observe(
    patch: Patch,
    why_not: NDArray[np.uint8],
    seen: NDArray[np.float32],
    turn: Turn,
    scenes: Sequence[str],
    looks: Sequence[Look],
    least_seen: float,
) -> tuple[Observation, ...]:
    """
    One observation for each look, in time order: changed, unchanged, or not observable with the reason.

    why_not: (time, y, x) of the cube; seen: (time,) usable share of the object; scenes: ids of the cube's looks. Once the place
    has changed again, a look no longer says anything of this change, nor does one from before the place was as it found it.
    """
    number = {scene: t for t, scene in enumerate(scenes)}
    said = []
    for look in looks:
        t = number.get(look.scene_id)
        if t is None:
            said.append(Observation(look.scene_id, State.NOT_OBSERVABLE, look.reason or "no image"))
        elif seen[t] < least_seen:
            reason = why_hidden(why_not[t, patch.rows, patch.cols][patch.mask])
            said.append(Observation(look.scene_id, State.NOT_OBSERVABLE, reason))
        elif t >= turn.until:
            said.append(Observation(look.scene_id, State.NOT_OBSERVABLE, AGAIN))
        elif t < turn.since:
            said.append(Observation(look.scene_id, State.NOT_OBSERVABLE, BEFORE))
        elif t >= turn.first_with:
            said.append(Observation(look.scene_id, State.CHANGED))
        elif turn.last_without is None or t > turn.last_without:
            said.append(Observation(look.scene_id, State.NOT_OBSERVABLE, "too faint to tell"))
        else:
            said.append(Observation(look.scene_id, State.UNCHANGED))
    return tuple(said)


def why_hidden(codes: NDArray[np.uint8]) -> str:
    """The most common reason, in words, why pixels of one look cannot be used; codes of the cube, of any shape."""
    codes = codes[codes > 0]
    code = WhyNot(int(np.bincount(codes).argmax())) if codes.size else WhyNot.NO_IMAGE
    return REASONS.get(code, "no image")


def smallest_visible(
    price: float, sigma: NDArray[np.float32], n_looks: int, grid: Grid, least_px: int
) -> Quantity:
    """
    Ground area of the smallest roof of ordinary contrast that would have crossed the threshold.

    price: merit that a step must have; sigma: (y, x) or (pixel,) noise of log brightness of one look. A roof of side a pixels,
    blurred by the PSF, keeps erf(a / (2 √2 s))² of its contrast at its centre; it must be there for a quarter of the looks.
    The error is the spread of the noise over the site: the figure is for its middle, dirty corners hide more.
    """
    weight = n_looks * 0.25 * 0.75

    def side(noise: float) -> float:
        need = math.sqrt(price / weight) * noise / TYPICAL_CONTRAST
        blur = math.sqrt(2) * math.sqrt(PSF_PX**2 + 1 / 12)
        sides = np.arange(1.0, 60.0, 0.1)
        kept = np.array([math.erf(a / 2 / blur) ** 2 for a in sides])
        enough = sides[kept >= min(need, 0.999)]
        return max(float(enough[0]) if enough.size else 60.0, math.sqrt(least_px))

    low, middle, high = (float(q) for q in np.quantile(sigma, [0.16, 0.5, 0.84]))
    gsd = metres_per_pixel(grid)
    per_px = 1.0 if gsd is None else gsd**2
    value = side(middle) ** 2 * per_px
    spread = abs(side(high) ** 2 - side(low) ** 2) * per_px / 2
    return Quantity(value, max(spread, 0.1 * value), "px²" if gsd is None else "m²")
