"""The calendar: weeks across, years down, how often the site could be seen, and when it could not."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteline.model.dates import MONTHS, say_span
from siteline.model.imagery import BLIND_DAYS, Gap, Look, Scene, blind_times, longest_gap
from siteline.model.place import Site
from siteline.model.weeks import is_wide, monday_of, weeks_of
from siteline.report.days import say_short
from siteline.report.figure import Figure
from siteline.report.inert import inert
from siteline.report.lettering import broken, can_letter, families, width_of
from siteline.report.rights import rights_of
from siteline.report.rules import Stamp

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHADES = ("#ffffff", "#a6cbe3", "#4a90c4", "#0b3c6f")
"""None, one, two, three or more: ever darker, also in grey."""

_EDGE, _QUIET, _INK = "#c4c8cc", "#5c6166", "#17191c"
_WIDE_IN, _ROW_IN = 11.0, 0.34
_DPI = 150
_SMALL_PX = 18
"""Of the text below, 8.5 points."""

_MEDIA = {".png": "image/png", ".svg": "image/svg+xml"}
_LONGEST_CREDIT = 420


def draw_calendar(
    site: Site,
    looks: Sequence[Look],
    scenes: Sequence[Scene],
    smallest: str,
    stamps: Sequence[Stamp] = (),
    suffix: str = ".png",
) -> Figure:
    """
    The calendar of a series as PNG or SVG; the same series always gives the same bytes.

    looks: of one survey, at least one; scenes: theirs, for the credit; smallest: the smallest thing visible, in words,
    "" if not known.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Sheet

    used, gaps, longest = sum(look.used for look in looks), blind_times(looks), longest_gap(looks)
    days = [day for look in looks for day in (look.acquired.first_day, look.acquired.last_day)]
    years = list(range(min(days).isocalendar()[0], max(days).isocalendar()[0] + 1))
    name = _name(site)
    title = f"{name}: usable images, week by week"
    below = _say_below(looks, used, longest, smallest, scenes)
    stamped = "   ·   ".join(stamp.value for stamp in stamps)
    head = 0.80 + (0.24 if stamped else 0.0)
    foot = 0.62 + 0.185 * len(below)
    height = head + _ROW_IN * len(years) + foot
    settings: Any = {
        "svg.hashsalt": "siteline",
        "svg.fonttype": "path",
        "hatch.linewidth": 0.7,
        "font.family": families(),
    }
    with rc_context(settings):
        sheet = Sheet(figsize=(_WIDE_IN, height), dpi=_DPI, facecolor="white")
        FigureCanvasAgg(sheet)
        axes: Axes = sheet.add_axes(
            (0.062, foot / height, 0.925, _ROW_IN * len(years) / height), frameon=False
        )
        _draw_weeks(axes, looks, years)
        _draw_gaps(axes, gaps, longest, years)
        _draw_wide(axes, looks, years)
        _set_axes(axes, years)
        top = 1 - 0.30 / height
        if stamped:
            sheet.text(0.012, top, stamped, color="#7a1020", weight="bold", size=9.5, va="center")
            top -= 0.24 / height
        sheet.text(0.012, top, title, size=13, weight="bold", color=_INK, va="center", parse_math=False)
        _draw_legend(sheet, (foot - 0.30) / height, looks, bool(gaps))
        for number, line in enumerate(below):
            y = (foot - 0.62 - 0.185 * number) / height
            sheet.text(0.012, y, line, size=8.5, color=_INK, va="center", parse_math=False)
        size = sheet.canvas.get_width_height()
        data = _save(sheet, suffix, title)
    return Figure(
        name="calendar",
        media_type=_MEDIA[suffix],
        data=data,
        size=size,
        alt=_describe(name, looks, gaps, longest),
        caption=title,
        **rights_of(scenes),
        scene_ids=tuple(scene.id for scene in scenes),
    )


def _name(site: Site) -> str:
    said = inert(site.name or site.id, 90)
    return said if can_letter(said) else inert(site.id, 90)


def _week_and_day(day: date, year: int) -> float:
    """Where a day lies in the row of an ISO year, in weeks from its first."""
    return (day - date.fromisocalendar(year, 1, 1)).days / 7


def _draw_weeks(axes: Axes, looks: Sequence[Look], years: Sequence[int]) -> None:
    from matplotlib.patches import Rectangle

    for week in weeks_of(looks):
        year, number, _ = week.monday.isocalendar()
        x, y = number - 1, years.index(year)
        shade = _SHADES[min(week.usable, 3)]
        axes.add_patch(
            Rectangle(
                (x + 0.04, y + 0.06), 0.92, 0.88, facecolor=shade, edgecolor=_EDGE, linewidth=0.5, zorder=2
            )
        )
        if week.usable > 1:
            ink = "white" if week.usable > 2 else _INK
            axes.text(
                x + 0.5, y + 0.5, str(week.usable), size=7, ha="center", va="center", color=ink, zorder=5
            )
        elif week.looks and not week.usable:
            axes.plot(
                [x + 0.5], [y + 0.5], marker="x", markersize=4.2, markeredgewidth=0.9, color=_QUIET, zorder=5
            )


def _pieces(first: date, last: date, years: Sequence[int]) -> list[tuple[float, float, int]]:
    """A span of days as (from, to, row) in each ISO year that it touches."""
    found = []
    for row, year in enumerate(years):
        start, end = date.fromisocalendar(year, 1, 1), date.fromisocalendar(year + 1, 1, 1)
        begin, stop = max(first, start), min(last, end)
        if begin < stop:
            found.append((_week_and_day(begin, year), _week_and_day(stop, year), row))
    longest = max((x1 - x0 for x0, x1, _ in found), default=0.0)
    return [
        piece for piece in found if piece[1] - piece[0] > min(0.5, 0.9 * longest)
    ]  # no slivers of ISO years


def _draw_gaps(axes: Axes, gaps: Sequence[Gap], longest: Gap | None, years: Sequence[int]) -> None:
    """Hatched over the whole weeks between two usable looks; the longest has a rim."""
    from matplotlib.patches import Rectangle

    for gap in gaps:
        pieces = _pieces(monday_of(gap.last) + timedelta(weeks=1), monday_of(gap.next), years)
        for x0, x1, row in pieces:
            axes.add_patch(
                Rectangle(
                    (x0, row + 0.16),
                    x1 - x0,
                    0.68,
                    facecolor="#eceef0",
                    edgecolor="#7d8287",
                    hatch="////",
                    linewidth=0,
                    zorder=3,
                )
            )
            if gap == longest:
                axes.add_patch(
                    Rectangle(
                        (x0, row + 0.12), x1 - x0, 0.76, fill=False, edgecolor=_INK, linewidth=1.4, zorder=4
                    )
                )
        if not pieces:
            continue
        x0, x1, row = max(pieces, key=lambda piece: piece[1] - piece[0])
        said = say_span(gap.days)
        if x1 - x0 > 0.42 * len(said) + 0.6:
            axes.text(
                (x0 + x1) / 2, row + 0.5, said, size=7, ha="center", va="center", color=_INK, zorder=6,
                weight="bold" if gap == longest else "normal",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 2.0},
            )  # fmt: skip


def _draw_wide(axes: Axes, looks: Sequence[Look], years: Sequence[int]) -> None:
    """Looks known only to a month or a range, as bars over the weeks that they may be of."""
    for look in looks:
        if not is_wide(look):
            continue
        last = look.acquired.last_day + timedelta(days=1)
        for x0, x1, row in _pieces(look.acquired.first_day, last, years):
            axes.plot(
                [x0 + 0.1, x1 - 0.1], [row + 0.5] * 2, color=_SHADES[3] if look.used else _QUIET,
                linewidth=4 if look.used else 1.2, linestyle="-" if look.used else (0, (2, 2)),
                solid_capstyle="butt", zorder=5,
            )  # fmt: skip


def _set_axes(axes: Axes, years: Sequence[int]) -> None:
    axes.set_xlim(0, 53)
    axes.set_ylim(len(years), 0)
    axes.set_yticks([row + 0.5 for row in range(len(years))], [str(year) for year in years])
    starts = [(date(2023, month, 1) - date(2023, 1, 2)).days / 7 for month in range(1, 13)]
    axes.set_xticks([max(0.0, start) for start in starts], [month[:3] for month in MONTHS], ha="left")
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=8.5, colors=_INK, pad=3)
    for start in starts[1:]:
        axes.axvline(start, color="#e3e5e8", linewidth=0.7, zorder=0)


def _draw_legend(sheet: Any, y: float, looks: Sequence[Look], gaps: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    cells: list[Any] = [
        Patch(facecolor=_SHADES[1], edgecolor=_EDGE, label="1 usable"),
        Patch(facecolor=_SHADES[2], edgecolor=_EDGE, label="2"),
        Patch(facecolor=_SHADES[3], edgecolor=_EDGE, label="3 or more"),
        Line2D([], [], marker="x", color=_QUIET, linestyle="none", markersize=5, label="images, none usable"),
        Patch(facecolor=_SHADES[0], edgecolor=_EDGE, label="no image"),
    ]
    entries = [] if all(map(is_wide, looks)) else cells
    if gaps:
        label = (
            f"blind: none usable for over {BLIND_DAYS} days and twice as long as usual; the longest has a rim"
        )
        entries.append(Patch(facecolor="#eceef0", edgecolor="#7d8287", hatch="////", label=label))
    if any(map(is_wide, looks)):
        entries.append(Line2D([], [], color=_SHADES[3], linewidth=4, label="date known only to this span"))
    sheet.legend(
        handles=entries, loc="center left", bbox_to_anchor=(0.004, y), ncols=len(entries), frameon=False, fontsize=8.2,
        handlelength=1.3, handleheight=1.0, columnspacing=1.1, handletextpad=0.5,
    )  # fmt: skip


def _say_below(
    looks: Sequence[Look], used: int, longest: Gap | None, smallest: str, scenes: Sequence[Scene]
) -> list[str]:
    ordered = sorted(looks, key=lambda look: look.acquired.middle)
    period = f"{say_short(ordered[0].acquired.first_day)} – {say_short(ordered[-1].acquired.last_day)}"
    facts = [f"{used} of {len(looks)} images usable, {period}"]
    if longest is not None and longest.days > 0:
        facts.append(
            f"longest time without one: {say_span(longest.days)}, {say_short(longest.last)} – {say_short(longest.next)}"
        )
    if smallest:
        facts.append(f"smallest new building that could have been seen: {smallest}")
    rights = rights_of(scenes)
    credit = rights["credit"] if can_letter(rights["credit"]) else "credit in the caption"
    terms = f"{rights['licence'][:160]}; {rights['use'][:160]}"
    said = f"Images: {credit[:_LONGEST_CREDIT]}{'…' if len(credit) > _LONGEST_CREDIT else ''} ({terms})"
    lines: list[str] = []
    room = (_WIDE_IN - 0.3) * _DPI
    for fact in facts:
        both = f"{lines[-1]}; {fact}" if lines else fact
        if lines and width_of(both, _SMALL_PX) <= room:
            lines[-1] = both
        else:
            lines.append(fact)
    return [*lines, *broken(said if can_letter(said) else f"Images: {credit}", _SMALL_PX, room)[:3]]


def _describe(name: str, looks: Sequence[Look], gaps: Sequence[Gap], longest: Gap | None) -> str:
    used = sum(look.used for look in looks)
    said = f"Calendar of {name}: {used} of {len(looks)} images usable; {len(gaps)} blind times"
    if longest is not None and longest.days > 0:
        said += f"; the longest time without a usable image was {say_span(longest.days)}, from {longest.last} to {longest.next}"
    return said + "."


def _save(sheet: Any, suffix: str, title: str) -> bytes:
    kept = io.BytesIO()
    if suffix == ".svg":
        sheet.savefig(kept, format="svg", metadata={"Date": None, "Creator": None, "Title": title})
    else:
        sheet.savefig(kept, format="png", metadata={"Software": None, "Title": title})
    return kept.getvalue()


def suffix_of(path: Path) -> str | None:
    """The kind of picture that a file's name asks for; None if it is not one of ours."""
    found = path.suffix.lower()
    return found if found in _MEDIA else None
