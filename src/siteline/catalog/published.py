"""When an image was taken, when it was released, and what a mosaic was made of: three dates, never one for another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from siteline.model.dates import Acquired, parse_span, say_day
from siteline.model.errors import BadInput, BadManifest
from siteline.model.imagery import Scene
from siteline.model.remark import Remark

MOSAIC = ("mosaic_from", "mosaic_to")


def read_dates(said: Mapping[str, str], where: str) -> tuple[Acquired, date | None, tuple[date, date] | None]:
    """
    When it was taken, when it was published, and the range of a mosaic, from the columns of those names.

    A mosaic without `acquired` may be of any day of its range. A day to come passes here: only the image says whether
    it is simulated. Raises BadManifest where there is no date of taking at all, or where two of them contradict each
    other.
    """
    published = _day(said, "published", where)
    mosaic = _mosaic(said, where)
    if "acquired" in said:
        acquired = _acquired(said["acquired"], "acquired", where)
    elif mosaic is not None:
        acquired = parse_span(f"{mosaic[0]}/{mosaic[1]}")
    elif published is not None:
        raise BadManifest(
            f"{where}, column acquired: empty. That it was published on {say_day(published)} does not say when it was taken",
            "Find the day on which it was taken; for a mosaic give mosaic_from and mosaic_to. Nothing is dated from a "
            "release date.",
        )
    else:
        raise BadManifest(
            f"{where}, column acquired: empty",
            "Every image needs its file and its date; a date that nobody knows cannot be dated with.",
        )
    if mosaic is not None and (acquired.first_day, acquired.last_day) != mosaic:
        inside = mosaic[0] <= acquired.first_day and acquired.last_day <= mosaic[1]
        raise BadManifest(
            f"{where}: acquired {acquired.text} is not the mosaic's range, {mosaic[0]} to {mosaic[1]}",
            "Leave acquired empty: any part of a mosaic may be of any day of its range"
            + (". If this part is known to be of that day, leave the range out." if inside else "."),
        )
    if published is not None and acquired.first_day > published:
        raise BadManifest(
            f"{where}, column published: {published} is before it was taken ({acquired.text})",
            "No picture is published before it is taken: one of the two is wrong.",
        )
    if published is not None and mosaic is not None and mosaic[1] > published:
        raise BadManifest(
            f"{where}, column published: {published} is before the mosaic was complete ({mosaic[1]})",
            "One of the two is wrong.",
        )
    return acquired, published, mosaic


def tell_dates(scenes: Iterable[Scene]) -> list[Remark]:
    """What must be known of scenes whose dates look like something else."""
    told = []
    for scene in scenes:
        only = scene.acquired.first_day if scene.acquired.first_day == scene.acquired.last_day else None
        if only is not None and only == scene.published:
            told.append(
                Remark(
                    scene.id,
                    f"is said to be taken on the very day on which it was published, {say_day(only)}",
                    "Check that this is not the date of the article; correct it by adding the scene again.",
                )
            )
        if scene.mosaic is not None:
            told.append(
                Remark(
                    scene.id,
                    f"is a mosaic: any part of it may be of any day from {say_day(scene.mosaic[0])} to "
                    f"{say_day(scene.mosaic[1])}",
                )
            )
    return told


def _mosaic(said: Mapping[str, str], where: str) -> tuple[date, date] | None:
    given = [column for column in MOSAIC if column in said]
    if not given:
        return None
    if len(given) == 1:
        lacks = next(column for column in MOSAIC if column not in given)
        raise BadManifest(
            f"{where}, column {lacks}: empty, and {given[0]} is given",
            "A mosaic needs both ends of its range.",
        )
    first, last = (_acquired(said[column], column, where) for column in MOSAIC)
    if last.last_day < first.first_day:
        raise BadManifest(
            f"{where}, column mosaic_to: {last.text} is before mosaic_from, {first.text}", "Exchange the two."
        )
    return first.first_day, last.last_day


def _day(said: Mapping[str, str], column: str, where: str) -> date | None:
    if column not in said:
        return None
    found = _acquired(said[column], column, where)
    if found.first_day != found.last_day:
        raise BadManifest(
            f"{where}, column {column}: {found.text!r} is not one day", "Write it as 2024-04-19."
        )
    return found.first_day


def _acquired(text: str, column: str, where: str) -> Acquired:
    try:
        return parse_span(text)
    except BadInput as error:
        raise BadManifest(f"{where}, column {column}: {error}", error.hint) from error
