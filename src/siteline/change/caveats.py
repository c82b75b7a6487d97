"""What must be told with every search: what this series cannot say, and what would be needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from siteline.change.domain import leave_domain, within_one_season
from siteline.change.scene import Scene
from siteline.model.dates import say_day
from siteline.model.imagery import Look
from siteline.model.remark import Remark

FEW_LOOKS = 12
"""With fewer usable looks the survey says so."""

ONE_YEAR = 0.9
"""Within less time no season is seen twice, years."""

UNLIKE = ("cloud", "shadow", "misregistered")
"""Why a look may be left out that in truth shows a site changed beyond recognition."""


def tell_caveats(scene: Scene) -> Iterator[Remark]:
    """Everything that a reader of the results must know, each once."""
    yield from _of_looks(scene)
    yield from _of_newest(scene.looks)
    outside = tuple(leave_domain(scene))
    if outside:
        yield Remark(
            "survey",
            f"the detection probabilities are not calibrated here: {'; '.join(outside)}",
            "Take them as an order, not as odds.",
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
