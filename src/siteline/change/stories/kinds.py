"""What kind of change, how far it has come, and how likely it is real."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siteline.change.outlines.marks import Marks
from siteline.change.shadow import ShadowEvidence, ShadowTurn
from siteline.model.change import Kind, Stage

Array = NDArray[np.float32]

GREEN = {"ndvi": 0.35, "greenness": 0.25}
"""Above this, ground is plainly vegetated."""


SURE_SHADOW, NO_SHADOW = 2.0, -1.0
"""Log Bayes factors from which something stands there, and below which nothing does."""

LOWEST_BUILDING_M = 2.6
"""What casts a shorter shadow is more often a heap."""

PLAIN_SHADOW = 10.0
"""Log Bayes factor of a shadow that needs no other witness."""

UNEVEN = 0.25
"""Walls and frames without a roof make log brightness vary more than this, even where their shadow is lost among them."""

SMOOTH_ROOF = 0.15
"""Log brightness varies less than this within a finished roof."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against one change."""

    strength: float
    """Log of how far its step exceeds what the scene's own trembling reaches."""

    contrast_before: float
    """Difference from the ground around it before, in noticeable units."""

    contrast_after: float
    step: float
    """Size of the step, in noticeable units."""

    steadiness: float
    """Step over the wandering of its levels; about 1 is weather, above 4 is a real break."""

    apartness: float
    """The same for the difference from the ground around it: fields wander together with their surroundings, roofs do not."""

    edge: float
    """Share of the step that stops at the object's outline, 0–1; clouds and moisture fade out instead."""

    thickness: float
    """Share of the object that is not a thin line, 0–1."""

    solidity: float
    """Area over that of its convex hull; buildings are near 1."""

    area_px: int
    green_before: float
    """Level of vegetation over the threshold of plainly vegetated ground; NaN without such a feature."""

    green_after: float
    water: bool
    """Water before or after, where near infrared can tell."""

    brightening: float
    """Log brightness at the end of the series, over what it was and over the ground around it."""

    warming: float
    """Log red over blue at the end, over the ground around it; bare soil is warm, concrete is not."""

    warmth_step: float
    """Change of log red over blue."""

    brightness_step: float
    """Change of log brightness."""

    texture: float
    """Spread of log brightness within it at the end; a finished roof is smooth."""

    looks_before: int
    """Looks that show it unchanged; all before it, unless the place had already looked as it does after it."""

    looks_after: int
    """Looks that show it changed; all after it, unless the place goes back."""

    passing: bool
    """It lasted only briefly and went back to what it was, or it is that going back."""

    same_season: float
    """Share of the step seen between looks of the same season; NaN if there are no such looks."""

    shadow_before: ShadowEvidence | None
    shadow_after: ShadowEvidence | None
    company: float = 0.0
    """Share of the scene that changes at about the same look; seasons and bad weather change much at once."""

    works: float = 0.0
    """Years from its first sign to its last."""

    lasted: float = 0.0
    """Years for which the place has stood as it is since, or did until it changed again."""

    drift: float = 0.0
    """By how much a steady drift leaves less over than the step does, as a share; 0 if it does not, or too few looks can tell."""

    rim: float = math.nan
    """Contrast at the fainter quarter of its edge, in the images before or after; NaN where no roof was outlined."""

    shadow_turn: ShadowTurn | None = None
    """What its shadow did, weighed over both sides together."""

    marks: Marks | None = None
    """What the images show at the outline of a place that has a life; None for other ground."""

    @property
    def shadows(self) -> tuple[float, ...]:
        """Log Bayes factors of the shadows before and after, as far as there were looks enough to weigh them."""
        return tuple(s.log_bayes for s in (self.shadow_before, self.shadow_after) if s is not None)


WEIGHTS = {
    "constant": -7.8,
    "strength": 0.5,
    "thickness": 0.9,
    "steadiness": 0.35,
    "apartness": 0.4,
    "edge": 0.2,
    "area": 0.5,
    "blending": -1.9,
    "step": 0.75,
    "greening": -14.5,
    "green_after": -0.65,
    "water": -3.1,
    "single": -1.15,
    "both_single": -1.6,
    "passing": -1.75,
    "looks": 1.9,
    "same_season": 0.9,
    "no_same_season": -1.6,
}
"""Of the logistic model of `probability_of`, by term; see docs/reference on how they came about."""


DRIFT = -8.0
"""Weight of a drift: a roof that fades over years never changed. Known only where shadows are not, so no term of `terms_of`."""


def probability_of(e: Evidence) -> float:
    """
    That a change is real and lasting, 0–1: a logistic model of the evidence that any camera gives.

    The weights were fitted, with each sign held to what it must mean, to rendered scenes and to the labelled frames; they
    are not calibrated on scenes kept apart, and events say so.
    """
    terms = terms_of(e)
    against = 0.0 if math.isnan(e.same_season) else _between(e.same_season, -1, 0)
    x = sum(WEIGHTS[name] * value for name, value in terms.items())
    x += WEIGHTS["same_season"] * against + DRIFT * e.drift  # a step that goes the other way within a season
    return 1 / (1 + math.exp(-max(min(x, 12.0), -12.0)))


def terms_of(e: Evidence) -> dict[str, float]:
    """What the models weigh, whatever the camera, by name."""
    fewer = min(e.looks_before, e.looks_after)
    known = not math.isnan(e.green_after - e.green_before)
    loud, faint = max(e.contrast_before, e.contrast_after), min(e.contrast_before, e.contrast_after)
    return {
        "constant": 1.0,
        "strength": _between(e.strength, -1, 4),
        "thickness": e.thickness,
        "steadiness": math.log(_between(e.steadiness, 0.5, 30)),
        "apartness": math.log(_between(e.apartness, 0.5, 30)),
        "edge": _between(e.edge, 0, 1),
        "area": _between(math.log(max(e.area_px, 6) / 6), 0, 4),
        "blending": faint / max(loud, 0.3),
        "step": math.log(_between(e.step, 0.5, 10)),
        "greening": _between(e.green_after - e.green_before, 0, 0.3) if known else 0.0,
        "green_after": float(known and e.green_after > 0),
        "water": float(e.water),
        "single": float(fewer < 2),
        "both_single": float(max(e.looks_before, e.looks_after) < 2),
        "passing": float(e.passing),
        "looks": math.log(_between(fewer, 1, 12)),
        "same_season": 0.8 if math.isnan(e.same_season) else _between(e.same_season, 0, 1),
        "no_same_season": float(math.isnan(e.same_season)),
    }


def _between(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def kind_of(e: Evidence) -> tuple[Kind, Kind | None]:
    """
    Kind of a change, and the runner-up where the evidence cannot tell.

    With sun angles, the shadow before and after decides. Without, the look of it: what stood out from the ground and no longer
    does was removed, what stands out now and did not was built.
    """
    before, after = stood_before(e), stands_after(e)
    if before is not None and after is not None:
        if not before and after:
            if e.shadow_after is not None and e.shadow_after.height < LOWEST_BUILDING_M:
                return Kind.SURFACE_CHANGE, Kind.CONSTRUCTION  # a heap
            return Kind.CONSTRUCTION, None
        if before and not after:
            return Kind.DEMOLITION, None
        if before and after:
            return Kind.ROOF_CHANGE, None
        return _ground(e)
    looks, rival = _by_looks(e)
    if after is False and looks is Kind.CONSTRUCTION:
        return _ground(e)[0], Kind.CONSTRUCTION
    if after is True and looks in (Kind.DEMOLITION, Kind.CLEARING, Kind.SURFACE_CHANGE):
        return Kind.CONSTRUCTION, Kind.ROOF_CHANGE
    return looks, rival


def stood_before(e: Evidence) -> bool | None:
    """Whether something stood there before; a weak shadow of what did not even differ from the ground is none."""
    stood = _stands(e.shadow_before)
    if (
        stood
        and e.contrast_before < 1
        and e.shadow_before is not None
        and e.shadow_before.log_bayes < PLAIN_SHADOW
    ):
        return False
    return stood


def stands_after(e: Evidence) -> bool | None:
    """Whether something stands there afterwards."""
    return _stands(e.shadow_after)


def _stands(shadow: ShadowEvidence | None) -> bool | None:
    """Present, absent, or (None) unknown."""
    if shadow is None or -1 < shadow.log_bayes < SURE_SHADOW:
        return None
    return shadow.log_bayes >= SURE_SHADOW


def _ground(e: Evidence) -> tuple[Kind, Kind | None]:
    """Flat ground changed: a foundation is bright, pale and neatly outlined; bare soil is warm; the rest stays unnamed."""
    if is_foundation(e):
        return Kind.CONSTRUCTION, Kind.SURFACE_CHANGE
    green = e.green_before > -0.15 and e.green_after < e.green_before - 0.1
    return (Kind.CLEARING if green and e.warming > -0.1 else Kind.SURFACE_CHANGE), None


def is_foundation(e: Evidence) -> bool:
    """Whether it looks like one: brighter than the ground, pale, and neatly outlined."""
    return e.brightening > 0.35 and e.warming < -0.05 and e.solidity > 0.8 and e.thickness > 0.6


def _by_looks(e: Evidence) -> tuple[Kind, Kind | None]:
    if e.green_before > 0 and e.green_after < 0 and e.contrast_after < 1.5:
        return Kind.CLEARING, Kind.CONSTRUCTION
    if e.warmth_step > 0.06 and e.brightness_step > -0.05 and e.contrast_before < 3:  # bare soil is warm
        return Kind.CLEARING, Kind.CONSTRUCTION
    if e.contrast_after > 1.6 * e.contrast_before:
        return Kind.CONSTRUCTION, Kind.SURFACE_CHANGE
    if e.contrast_before > 1.6 * e.contrast_after:
        return Kind.DEMOLITION, Kind.SURFACE_CHANGE
    if min(e.contrast_before, e.contrast_after) > 1.5:
        return Kind.ROOF_CHANGE, Kind.CONSTRUCTION
    return Kind.SURFACE_CHANGE, Kind.CONSTRUCTION


def stage_of(e: Evidence) -> Stage | None:
    """How far a construction has come in the end; None where shadows cannot be followed."""
    if e.shadow_after is None:
        return None
    if stands_after(e):
        return Stage.ROOFED if e.texture < SMOOTH_ROOF else Stage.STRUCTURE
    if e.texture > UNEVEN:
        return Stage.STRUCTURE
    return Stage.FOUNDATION if e.brightening > 0.2 else Stage.CLEARED
