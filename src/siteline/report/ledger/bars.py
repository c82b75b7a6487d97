"""Counts over time: what is certain as a full bar, what may be more hatched on top of it."""

from __future__ import annotations

import math
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
    who = (
        "1 report gives no number and counts 0"
        if unknown == 1
        else f"{unknown} reports give no number and count 0"
    )
    can_mark = _pitch(series, sheet) >= wide_in("?", SMALL) + 0.02
    told = [f"{who}: marked “?”" if can_mark else who] if unknown else []
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
        if any(p.upper != p.lower for p in series.points)
        else ""
    )
    if any(p.upper is None for p in series.points):
        key += "   ↑ no upper bound"
    return draw_sheet(
        sheet,
        legend,
        _top(series, sheet) + _TALL_IN + _AXIS_IN,
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

    most = max((_most(p) for p in series.points), default=0)
    step, top = _scale(most)
    left, right = _left(top), sheet.inner_in - 0.04
    floor = _top(series, sheet) + _TALL_IN
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
    pitch = _pitch(series, sheet)
    thick = pitch * (0.72 if pitch > 0.06 else 0.9)
    turned = _turned(series.points, pitch)
    for place, point in enumerate(series.points):
        x = left + pitch * (place + 0.5)
        reach = top if point.upper is None else point.upper
        if reach > point.lower:
            axes.add_patch(
                Rectangle(
                    (x - thick / 2, floor - reach * up), thick, (reach - point.lower) * up,
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
        mark = "?" if point.unknown and pitch >= wide_in("?", SMALL) + 0.02 else ""
        said = ("" if turned is None else _say(point)) + mark
        if said:
            high = floor - reach * up - (0.04 if turned else 0.08)
            write(
                axes,
                x,
                high,
                said,
                SMALL,
                ha="center",
                va="bottom" if turned else "center",
                rotation=90 if turned else 0,
                zorder=4,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
            )
    _ticks(axes, series.points, left, pitch, floor)


def _ticks(axes: Axes, points: Sequence[CountPoint], left: float, pitch: float, floor: float) -> None:
    """Names of periods at a steady step that lets them fit, years below them."""
    widest = max((wide_in(_word(point), SMALL) for point in points), default=0.0)
    step = max(1, math.ceil((widest + 0.06) / pitch))
    year_said, year_end, half = None, -9.0, wide_in("2024", SMALL) / 2
    for place, point in enumerate(points):
        if place % step:
            continue
        x = left + pitch * (place + 0.5)
        axes.plot([x, x], [floor, floor + 0.04], color=QUIET, linewidth=0.6)
        write(axes, x, floor + 0.13, _word(point), SMALL, ha="center", color=INK)
        if point.start.year != year_said:
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


def _turned(points: Sequence[CountPoint], pitch: float) -> bool | None:
    """Whether numbers stand upright over their bars; None where there is no room for them at all."""
    if all(wide_in(_say(point) + "?" * bool(point.unknown), SMALL) < pitch - 0.02 for point in points):
        return False
    return True if pitch >= 0.115 else None


def _top(series: CountSeries, sheet: Sheet) -> float:
    """Room above the axis, inches: more where numbers stand upright."""
    pitch = (sheet.inner_in - 0.35) / max(1, len(series.points))
    if not _turned(series.points, pitch):
        return _TOP_IN
    return _TOP_IN + max(wide_in(_say(point) + "?", SMALL) for point in series.points)


def _pitch(series: CountSeries, sheet: Sheet) -> float:
    """From one bar to the next, inches."""
    _, top = _scale(max((_most(p) for p in series.points), default=0))
    return (sheet.inner_in - 0.04 - _left(top)) / max(1, len(series.points))


def _left(top: int) -> float:
    """Room for the numbers of the axis, inches."""
    return wide_in(f"{top:,}", SMALL) + 0.12


def _scale(most: int) -> tuple[int, int]:
    """The step of the axis, and where it ends."""
    step = _step(most)
    return step, max(step, -(-most // step) * step)


def _most(point: CountPoint) -> int:
    """The end of a bar: the upper bound, or the lower where there is no other."""
    return point.lower if point.upper is None else point.upper


def _say(point: CountPoint) -> str:
    if point.upper is None:
        return f"{point.lower:,}↑"
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
    low, high = sum(p.lower for p in series.points), sum(map(_most, series.points))
    is_open = any(p.upper is None for p in series.points)
    peak = max(series.points, key=_most)
    last = series.points[-1].until - timedelta(days=1)
    return (
        f"Bars of {series.title}, {series.points[0].start} to {last}: "
        + (f"at least {low:,} in all, without an upper bound" if is_open else f"{low:,} to {high:,} in all")
        + f"; most in the period from {peak.start}: {_say(peak)}."
    )
