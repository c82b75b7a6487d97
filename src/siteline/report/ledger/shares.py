"""Shares as bars: full to the lower end, hatched to the upper one, each with what is above and below its line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from siteline.model.charted import Legend, ShareBar
from siteline.report.figure import Figure
from siteline.report.ledger.sheet import (
    BODY,
    HAIR,
    INK,
    MAYBE,
    NOT_KNOWN,
    QUIET,
    SMALL,
    SURE,
    Sheet,
    draw_sheet,
    shown,
    wide_in,
    wrapped,
    write,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINE_IN, _BAR_IN, _GAP_IN = 0.15, 0.17, 0.11


def draw_shares(
    bars: Sequence[ShareBar], legend: Legend, sheet: Sheet | None = None, stamps: Sequence[str] = ()
) -> Figure:
    """One bar for each share, in the order given, on an axis from 0 to 100 %."""
    sheet = sheet or Sheet()
    left, right = _columns(bars, sheet)
    labels = [
        wrapped(shown(bar.label), BODY, (sheet.inner_in if sheet.narrow else left - 0.1), most=3)
        for bar in bars
    ]
    heights = [_height(lines, sheet) for lines in labels]
    key = "█ at least   ▨ at most" if any(bar.high > bar.low for bar in bars) else ""

    def draw(axes: Axes) -> None:
        _axis(axes, left, right, sum(heights) + 0.25, sheet.narrow)
        y = 0.25
        for bar, lines, height in zip(bars, labels, heights, strict=True):
            _bar(axes, bar, lines, y, height, left, right, sheet)
            y += height

    said = "; ".join(f"{bar.label}: {say_share(bar)}" for bar in bars[:12])
    return draw_sheet(
        sheet, legend, 0.25 + sum(heights) + 0.05, draw, name="shares", alt=f"{legend.title}: {said}.",
        below=[key] if key else [], stamps=stamps,
    )  # fmt: skip


def table_of_shares(
    bars: Sequence[ShareBar], edition: str
) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """What the picture shows, as a table."""
    rows: list[tuple[object, ...]] = [
        (
            b.label,
            round(b.low, 6),
            round(b.high, 6),
            b.above.lower,
            b.above.upper,
            b.below.lower,
            b.below.upper,
            b.of,
            edition,
        )
        for b in bars
    ]
    heads = (
        "label",
        "low",
        "high",
        "above_lower",
        "above_upper",
        "below_lower",
        "below_upper",
        "of",
        "edition",
    )
    return heads, rows


def say_share(bar: ShareBar) -> str:
    """ "37.8 % (74 of 196 missiles)"."""
    low, high = (f"{100 * end:.1f}" for end in (bar.low, bar.high))
    percent = f"{low} %" if low == high else f"{low}–{high} %"
    return f"{percent} ({bar.above} of {bar.below} {bar.of})"


def _columns(bars: Sequence[ShareBar], sheet: Sheet) -> tuple[float, float]:
    """Where bars begin and where 100 % is, inches."""
    if sheet.narrow:
        return 0.02, sheet.inner_in - 0.06
    longest = max((wide_in(shown(bar.label), BODY) for bar in bars), default=1.0)
    said = max((wide_in(say_share(bar), SMALL) for bar in bars), default=1.0)
    left = min(longest + 0.15, 0.36 * sheet.inner_in)
    return left, max(left + 1.6, sheet.inner_in - said - 0.15)


def _height(lines: Sequence[str], sheet: Sheet) -> float:
    if sheet.narrow:
        return _LINE_IN * (len(lines) + 1) + _BAR_IN + _GAP_IN + 0.04
    return max(_BAR_IN, _LINE_IN * len(lines)) + _GAP_IN


def _axis(axes: Axes, left: float, right: float, bottom: float, narrow: bool) -> None:
    for percent in (0, 25, 50, 75, 100):
        x = left + (right - left) * percent / 100
        axes.plot(
            [x, x],
            [0.17, 0.22 if narrow else bottom],
            color=INK if percent == 0 else HAIR,
            linewidth=0.7,
            zorder=0,
        )
        write(axes, x, 0.08, f"{percent} %", SMALL, ha="left" if percent == 0 else "right" if percent == 100 else "center", color=QUIET)  # fmt: skip # noqa: E501


def _bar(
    axes: Axes,
    bar: ShareBar,
    lines: Sequence[str],
    y: float,
    height: float,
    left: float,
    right: float,
    sheet: Sheet,
) -> None:
    from matplotlib.patches import Rectangle

    full = right - left
    if sheet.narrow:
        for number, line in enumerate(lines):
            write(axes, 0.02, y + _LINE_IN * (number + 0.5), line, BODY, bbox=_PAPER)
        top = y + _LINE_IN * len(lines) + 0.02
        write(axes, 0.02, top + _BAR_IN + 0.09, say_share(bar), SMALL, color=INK, bbox=_PAPER)
    else:
        middle = y + (height - _GAP_IN) / 2
        for number, line in enumerate(lines):
            write(
                axes, left - 0.08, middle + _LINE_IN * (number - (len(lines) - 1) / 2), line, BODY, ha="right"
            )
        top = middle - _BAR_IN / 2
        write(axes, sheet.inner_in, middle, say_share(bar), SMALL, ha="right", bbox=_PAPER)
    if sheet.narrow:
        axes.add_patch(
            Rectangle((left, top), full, _BAR_IN, facecolor="white", edgecolor=HAIR, linewidth=0.6, zorder=1)
        )
    face = SURE if bar.known else NOT_KNOWN
    if bar.low > 0:
        axes.add_patch(
            Rectangle(
                (left, top), full * bar.low, _BAR_IN, facecolor=face, edgecolor=INK, linewidth=0.5, zorder=3
            )
        )
    if bar.high > bar.low:
        axes.add_patch(
            Rectangle(
                (left + full * bar.low, top), full * (bar.high - bar.low), _BAR_IN,
                facecolor=MAYBE if bar.known else "#f4f5f6", edgecolor=SURE, hatch="//////", linewidth=0.5, zorder=2,
            )
        )  # fmt: skip


_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
