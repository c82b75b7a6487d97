"""What must be told with every search: what this series cannot say, and what would be needed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from siteline.change.domain import within_one_season
from siteline.change.scene import Scene
from siteline.change.series.features import SAMPLE, SCALES, typical_level
from siteline.model.dates import say_day, say_span
from siteline.model.imagery import Look, blind_times
from siteline.model.remark import Remark
from siteline.raster.step import plainest_step

FEW_LOOKS = 12
"""With fewer usable looks the survey says so."""

ONE_YEAR = 0.9
"""Within less time no season is seen twice, years."""

LONG_DAYS = 180
"""Times without an image that are longer are told, unless the whole series is as sparse."""

MANY = 0.3
"""Share of looks that are left out because they are unlike the others, from which that is told."""

LEAST_UNLIKE = 4
"""Fewer such looks are an accident."""

UNLIKE = ("cloud", "shadow", "misregistered")
"""Why a look may be left out that in truth shows a site changed beyond recognition."""


def tell_caveats(scene: Scene, outside: Sequence[str]) -> Iterator[Remark]:
    """Everything that a reader of the results must know, each once; outside: in what the scene leaves the domain of the odds."""
    yield from _of_looks(scene)
    yield from _of_gaps(scene.looks)
    yield from _of_unlike(scene.looks)
    yield from _of_newest(scene.looks)
    yield from _of_light(scene)
    if outside:
        yield Remark(
            "survey",
            f"the detection probabilities are not calibrated here: {'; '.join(outside)}",
            "Take them as an order, not as odds.",
        )
    known = int(np.isfinite(scene.elevation).sum())
    if scene.has_sun and known < len(scene.elevation):
        yield Remark(
            "survey",
            f"shadows could be followed on {known} of {len(scene.elevation)} images only, those with sun angles: kinds, stages "
            "and heights rest on these",
            "Give the time in acquired, with minutes, or sun_azimuth and sun_elevation.",
        )
    if not scene.has_sun:
        yield Remark(
            "survey",
            "the shadow test is off (no reflectance, sun angles or fine pixels): kinds are judged by appearance alone",
            "Give scale, offset and the hour of each image, where they are known.",
        )


def _of_looks(scene: Scene) -> Iterator[Remark]:
    acquired, years = scene.acquired, scene.natural.years
    n = len(acquired)
    first, last = acquired[0].first_day, acquired[-1].last_day
    span = f"{say_day(first, first.year != last.year)} to {say_day(last)}"
    is_one_season = n > 2 and within_one_season({a.middle.month for a in acquired})
    if n < FEW_LOOKS and years[-1] - years[0] < ONE_YEAR:
        yield Remark(
            "survey",
            f"{n} usable images of {'one season' if is_one_season else 'one year'} ({span}) carry no dates: what comes with the "
            "season cannot be told from a lasting change, and kinds are guesses",
            f"Add scenes: {FEW_LOOKS} or more, of other months and of the same months of another year.",
        )
        return
    if n < FEW_LOOKS:
        yield Remark(
            "survey",
            f"only {n} usable images: dates are wide and kinds are guesses",
            f"Add scenes: {FEW_LOOKS} or more.",
        )
    if is_one_season:
        yield Remark(
            "survey",
            "all usable images are of one season: what comes with the season looks like a lasting change",
            "Add scenes of other months.",
        )


def _of_light(scene: Scene) -> Iterator[Remark]:
    """That from one day on the whole site looks otherwise, as with another sensor."""
    rows, cols = scene.natural.usable.shape[1:]
    stride = max(1, math.isqrt(rows * cols // SAMPLE))
    values = scene.natural.values[:, :, ::stride, ::stride]
    seen = scene.natural.usable[:, ::stride, ::stride]
    away = np.where(seen, values - typical_level(values, seen)[:, None], np.nan).reshape(
        *values.shape[:2], -1
    )
    shown = seen.any(axis=(1, 2))
    common = np.full(away.shape[:2], np.nan)
    common[:, shown] = np.nanmedian(away[:, shown], axis=2)
    steps = [(name, *plainest_step(line)) for name, line in zip(scene.natural.names, common, strict=True)]
    name, size, at = max(steps, key=lambda step: abs(step[1]) / SCALES[step[0]])
    if abs(size) < SCALES[name]:
        return
    how = "of another colour"
    if name == "brightness":
        how = f"about {100 * abs(math.expm1(size)):.0f} % {'brighter' if size > 0 else 'darker'} than before"
    yield Remark(
        "survey",
        f"from {say_day(scene.acquired[at].first_day)} on the whole site is {how}: another sensor or processing, "
        "or snow. What changed everywhere at once is taken out before the search",
        "Look at events of that date with care; give scale and offset of each sensor.",
    )


def _of_gaps(looks: Sequence[Look]) -> Iterator[Remark]:
    """The longest time without an image, where it is out of all proportion."""
    gap = max(blind_times(looks), key=lambda gap: gap.days, default=None)
    if gap is not None and gap.days > LONG_DAYS:
        yield Remark(
            "survey",
            f"{say_span(gap.days)} without a usable image, {say_day(gap.last)} to {say_day(gap.next)}: what changed within is "
            "dated no closer, and what came and went within was not seen",
            "Add scenes of that time.",
        )


def _of_unlike(looks: Sequence[Look]) -> Iterator[Remark]:
    """Images of which nothing was used because they do not show the site as the others do, where these are many."""
    unlike = [look for look in looks if not look.used and look.usable == 0 and look.reason in UNLIKE]
    if len(unlike) < max(LEAST_UNLIKE, MANY * len(looks)):
        return
    yield Remark(
        "survey",
        f"{len(unlike)} of {len(looks)} images do not show the site as the others do and were left out: clouds that no mask "
        "names, or images that lie too far beside the others",
        "Check the georeference of some of them, or give their masks (siteline scenes list says which).",
    )


def left_out(looks: Sequence[Look]) -> str:
    """How many looks were not used, by reason, such as "; 5 more were left out: cloud (4), snow (1)"; "" if none."""
    reasons = Counter(look.reason or "reason unknown" for look in looks if not look.used)
    if not reasons:
        return ""
    why = ", ".join(f"{reason.replace('_', ' ')} ({n})" for reason, n in reasons.most_common(4))
    number = sum(reasons.values())
    return f"; {number} more {'was' if number == 1 else 'were'} left out: {why}"


def _of_newest(looks: Sequence[Look]) -> Iterator[Remark]:
    """A newest image of which nothing was used: it may be the first of a site that has changed as a whole."""
    newest = max(looks, key=lambda look: look.acquired.middle, default=None)
    if newest is None or newest.used or newest.usable > 0 or newest.reason not in UNLIKE:
        return
    yield Remark(
        newest.scene_id,
        f"the newest image, of {say_day(newest.acquired.last_day)}, was left out ({newest.reason}): nothing is said of what it "
        "shows. If the ground can be seen on it, most of the site has changed since the image before",
        "Look at it; a second image like it would be used.",
    )
