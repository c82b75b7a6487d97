"""Sentences of figures: captions, alternative texts, notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from siteline.model.dates import say_day
from siteline.report.days import say_acquired
from siteline.report.figure import Scenery
from siteline.report.rights import credit_of, licence_of, use_of
from siteline.report.sheet.subject import Skipped, most_pixels

LINES = (
    "Outlines: solid where the thing is seen on that image, dashed where its place is inferred from another."
)
SHORT_LINES = "Solid outline: seen on that image; dashed: inferred from another."
SAME = "Both images show the same place at one scale, with one brightness stretch."


def say_credit(scenery: Scenery, scene_ids: Sequence[str]) -> str:
    """Whose images, under which licence, for what use: from their metadata only."""
    scenes = [scenery.scenes[name] for name in dict.fromkeys(scene_ids) if name in scenery.scenes]
    if not scenes:
        return ""
    what = "Image" if len(scenes) == 1 else "Images"
    return f"{what}: {credit_of(scenes)} · {licence_of(scenes)} · {use_of(scenes)}"


def say_limit(scenery: Scenery, scene_ids: Sequence[str]) -> str:
    """That images are kept small because their licence says so; "" where it does not."""
    scenes = [scenery.scenes[name] for name in scene_ids if name in scenery.scenes]
    most = most_pixels(scenes)
    return "" if most is None else f"Images are at most {most} pixels wide and high, as their licence asks."


def say_skipped(skipped: Sequence[Skipped]) -> str:
    """How many looks are not shown, and why; "" if all are."""
    if not skipped:
        return ""
    reasons = Counter(_briefly(one.reason) for one in skipped)
    told = ", ".join(
        f"{reason}: {count}" if len(reasons) > 1 else reason for reason, count in reasons.most_common()
    )
    return f"{len(skipped)} {'look is' if len(skipped) == 1 else 'looks are'} not shown ({told})."


def kind_of_image(scenery: Scenery) -> str:
    """What the pictures are, in words."""
    return "Simulated satellite image" if scenery.site.simulated else "Satellite image"


def span_of(scenery: Scenery, scene_ids: Sequence[str]) -> str:
    """From the first day to the last, in words."""
    days = [scenery.acquired(name) for name in scene_ids]
    if len(days) == 1:
        return say_acquired(days[0])
    return f"{say_day(min(d.first_day for d in days))} to {say_day(max(d.last_day for d in days))}"


def join(*sentences: str) -> str:
    """Sentences in one paragraph, empty ones left out."""
    return " ".join(s.strip() for s in sentences if s.strip())


def _briefly(reason: str) -> str:
    """A reason without its numbers: "cloud"."""
    low = reason.lower()
    for word in ("not chosen", "cloud", "snow", "shadow", "no image"):
        if word in low:
            return word
    return reason[:60]
