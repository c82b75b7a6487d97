"""Counts over time: what is certain as a full bar, what may be more hatched on top of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from siteline.model.charted import Legend
from siteline.model.counted import CountPoint, CountSeries
from siteline.model.dates import MONTHS
from siteline.report.figure import Figure
from siteline.report.ledger.sheet import (
    HAIR,
    INK,
    MAYBE,
    QUIET,
    SMALL,
    SURE,
    Sheet,
    draw_sheet,
    wide_in,
    write,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TALL_IN, _AXIS_IN, _TOP_IN = 2.5, 0.5, 0.3


def draw_counts(
    series: CountSeries,
    as_of: date,
    sheet: Sheet | None = None,
    notes: Sequence[str] = (),
    stamps: Sequence[str] = (),
) -> Figure:
    """The counts of a series, a bar for each period. `as_of`: the day of which it tells."""
    sheet = sheet or Sheet()
    unknown = sum(point.unknown for point in series.points)
    told = [f"{unknown} reports give no number and count 0: marked “?”"] if unknown else []
    definition = ". ".join(part.rstrip(". ") for part in (series.definition, series.period) if part)
    legend = Legend(
        series.title,
        definition,
        series.source_line.rstrip(". "),
        series.edition,
        as_of,
        (*told, *notes),
        series.query,
    )
    key = (
        "█ certain   ▨ more, if every doubtful report is counted"
        if any(p.upper > p.lower for p in series.points)
        else ""
    )
    return draw_sheet(
        sheet,
        legend,
        _TOP_IN + _TALL_IN + _AXIS_IN,
        lambda axes: _draw(axes, series, sheet),
        name="counts",
        alt=_describe(series),
        below=[key] if key else [],
        stamps=stamps,
    )


def table_of_counts(series: CountSeries) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """What the picture shows, as a table."""
    rows: list[tuple[object, ...]] = [
        (p.start.isoformat(), p.until.isoformat(), p.lower, p.upper, p.unknown, series.unit, series.edition)
        for p in series.points
    ]
    return ("from", "before", "lower", "upper", "unknown", "unit", "edition"), rows


def _draw(axes: Axes, series: CountSeries, sheet: Sheet) -> None:
    from matplotlib.patches import Rectangle

    most = max((p.upper for p in series.points), default=0)
    step = _step(most)
    top = max(step, -(-most // step) * step)
    left = wide_in(f"{top:,}", SMALL) + 0.12
    right = sheet.inner_in - 0.04
    floor = _TOP_IN + _TALL_IN
    up = _TALL_IN / top
    for value in range(0, top + 1, step):
        y = floor - value * up
        axes.plot(
            [left, right],
            [y, y],
            color=INK if value == 0 else HAIR,
            linewidth=0.8 if value == 0 else 0.6,
            zorder=1,
        )
        write(axes, left - 0.06, y, f"{value:,}", SMALL, ha="right", color=QUIET)
    write(axes, 0, 0.08, _unit(series.unit), SMALL, color=QUIET)
    pitch = (right - left) / max(1, len(series.points))
    thick = pitch * (0.72 if pitch > 0.06 else 0.9)
    is_labelled = _fits(series.points, pitch)
    for place, point in enumerate(series.points):
        x = left + pitch * (place + 0.5)
        if point.upper > point.lower:
            axes.add_patch(
                Rectangle(
                    (x - thick / 2, floor - point.upper * up), thick, (point.upper - point.lower) * up,
                    facecolor=MAYBE, edgecolor=SURE, hatch="//////", linewidth=0.5, zorder=2,
                )
            )  # fmt: skip
        if point.lower:
            axes.add_patch(
                Rectangle(
                    (x - thick / 2, floor - point.lower * up),
                    thick,
                    point.lower * up,
                    facecolor=SURE,
                    linewidth=0,
                    zorder=3,
                )
            )
        said = _say(point) if is_labelled else ""
        if point.unknown and pitch > 0.09:
            said += "?"
        if said:
            write(axes, x, floor - point.upper * up - 0.08, said, SMALL, ha="center", zorder=4)
    _ticks(axes, series.points, left, pitch, floor)


def _ticks(axes: Axes, points: Sequence[CountPoint], left: float, pitch: float, floor: float) -> None:
    """Names of periods where they fit, years below them."""
    last, year_said, year_end = -9.0, None, -9.0
    for place, point in enumerate(points):
        x = left + pitch * (place + 0.5)
        word = _word(point)
        wide = wide_in(word, SMALL)
        if x - wide / 2 - last < 0.07 or x - wide / 2 < 0:
            continue
        axes.plot([x, x], [floor, floor + 0.04], color=QUIET, linewidth=0.6)
        write(axes, x, floor + 0.13, word, SMALL, ha="center", color=INK)
        last = x + wide / 2
        if point.start.year != year_said:
            half = wide_in("2024", SMALL) / 2
            lower = 0.14 if x - half - year_end < 0.06 else 0.0
            write(axes, x, floor + 0.27 + lower, str(point.start.year), SMALL, ha="center", color=QUIET)
            year_said, year_end = point.start.year, -9.0 if lower else x + half


def _word(point: CountPoint) -> str:
    days = (point.until - point.start).days
    if point.start.day == 1 and 28 <= days <= 31:
        return MONTHS[point.start.month - 1][:3]
    if point.start.day == 1 and point.start.month == 1 and days >= 365:
        return "year"
    return f"{point.start.day} {MONTHS[point.start.month - 1][:3]}"


def _fits(points: Sequence[CountPoint], pitch: float) -> bool:
    return all(wide_in(_say(point) + "?", SMALL) < pitch - 0.02 for point in points)


def _say(point: CountPoint) -> str:
    return f"{point.lower:,}" if point.lower == point.upper else f"{point.lower:,}–{point.upper:,}"


def _unit(unit: str) -> str:
    return {"missile": "missiles", "report": "reports", "attack": "attacks", "day": "days"}.get(unit, unit)


def _step(most: int) -> int:
    """A round step that cuts the axis into three to six parts."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if most <= factor * size * 5:
                return factor * size
        size *= 10


def _describe(series: CountSeries) -> str:
    if not series.points:
        return f"{series.title}: no period."
    low, high = sum(p.lower for p in series.points), sum(p.upper for p in series.points)
    peak = max(series.points, key=lambda p: p.upper)
    last = series.points[-1].until - timedelta(days=1)
    return (
        f"Bars of {series.title}, {series.points[0].start} to {last}: {low:,} to {high:,} in all; "
        f"most in the period from {peak.start}: {_say(peak)}."
    )
