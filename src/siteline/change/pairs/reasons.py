"""Why a place is listed and what may fool us there, in words for the person who judges it."""

from __future__ import annotations

from siteline.change.pairs.evidence import Evidence
from siteline.model.imagery import Scene
from siteline.model.pairs import PairFit
from siteline.model.remark import Remark

_LOW_LIKENESS = 0.2

_PLAIN_CHANGE = 1.5
"""Over what quiet ground of its kind does; less speaks for nothing."""


def explain_place(e: Evidence, appeared: bool) -> tuple[str, ...]:
    """What speaks for a place, the strongest first; never empty."""
    edges = "new edges run" if appeared else "edges that are gone ran"
    angles = ", most of them at right angles" if e.right_angles > 0.3 else ""
    told = [
        (1.6 * e.edges, e.edges >= 0.25, f"{edges} along {100 * e.edges:.0f} % of its outline{angles}"),
        (
            0.8 * e.shadow,
            e.shadow >= 0.25,
            "a shadow lies beside it that was not there" if appeared else "the shadow beside it is gone",
        ),
        (
            0.3 * e.smoother,
            e.smoother >= 0.3,
            "the texture that was there is gone" if appeared else "rougher ground has taken its place",
        ),
    ]
    strong = [words for _, holds, words in sorted(told, key=lambda row: -row[0]) if holds]
    tone = "" if abs(e.brighter) < 0.15 else (", brighter" if (e.brighter > 0) == appeared else ", darker")
    if e.change >= _PLAIN_CHANGE:
        strong.append(
            f"its colour changed {e.change:.1f} times as much as quiet ground of its kind does in this pair{tone}"
        )
    there = "later" if appeared else "earlier"
    return tuple(strong) or (f"it looks a little more like a building on the {there} image",)


def doubt_place(e: Evidence, appeared: bool) -> tuple[str, ...]:
    """What may fool us at a place."""
    there, other = ("later", "earlier") if appeared else ("earlier", "later")
    told = []
    if e.change < _PLAIN_CHANGE:
        told.append("its colour changed hardly more than quiet ground does in this pair")
    if e.shade > 0.3:
        told.append(f"it may be a shadow on the {there} image")
    if e.lit > 0.3:
        told.append(f"it lay in shadow on the {other} image")
    if e.green > 0.03:
        told.append("it is green: it may be plants that grew or were cut")
    if e.slender >= 4.5:
        told.append("it is long and narrow, as roads, walls and rows of vehicles are")
    if e.edges < 0.15:
        told.append("it has hardly an edge that only one image shows: a field or bare ground may look so")
    if e.area_m2 < 60:
        told.append("it is small: a vehicle, tent or container would look like this")
    return tuple(told)


def doubt_pair(before: Scene, after: Scene, fit: PairFit) -> tuple[Remark, ...]:
    """What may fool us in the whole pair: other sun, lean, season, a poor fit."""
    told = []
    if before.sun_azimuth is None or after.sun_azimuth is None:
        told.append(
            "where the sun stood is not known for both images: a shadow that moved may look like a change"
        )
    else:
        turn = abs((before.sun_azimuth - after.sun_azimuth + 180) % 360 - 180)
        rise = abs((before.sun_elevation or 0.0) - (after.sun_elevation or 0.0))
        if turn > 20 or rise > 12:
            told.append(
                f"the sun stood elsewhere (by {turn:.0f} degrees around, {rise:.0f} in height): shadows fell on other ground"
            )
    tilts = [scene.view_off_nadir for scene in (before, after)]
    if any(tilt is not None and tilt > 10 for tilt in tilts):
        told.append("an image was taken aslant: roofs and walls lean, and may look new or gone on one side")
    elif any(tilt is None for tilt in tilts):
        told.append("how far aslant the images were taken is not known: leaning roofs may look like a change")
    months = abs(before.acquired.middle.month - after.acquired.middle.month)
    if min(months, 12 - months) >= 3:
        told.append("the seasons differ: leaves, crops and snow come and go")
    if fit.likeness < _LOW_LIKENESS:
        told.append(
            f"the images are hardly alike (likeness {fit.likeness:.2f}): they may not lie well on one another"
        )
    elif fit.local_px > 2.5:
        told.append(
            f"parts had to be moved by up to {fit.local_px:.1f} px beside the whole: relief, or leaning buildings"
        )
    return tuple(Remark("pair", said) for said in told)
