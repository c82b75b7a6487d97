"""The sheet of a chart: title above, definition, source, edition and day below; the same for all, wide or narrow."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteline.model.charted import Legend
from siteline.model.dates import say_day
from siteline.report.figure import Figure
from siteline.report.inert import inert
from siteline.report.lettering import broken, can_letter, families, width_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, QUIET, HAIR, PAPER = "#17191c", "#4d5257", "#d9dce0", "#ffffff"
SURE, MAYBE = "#1f5a8a", "#b9d3e6"
"""What is certain, and what may be more: far apart in grey, too."""

NOT_KNOWN = "#e6e8ea"
COLOURS = ("#1f5a8a", "#d55e00", "#12876a", "#e0a100", "#c25a9a", "#56b4e9", "#6b4c9a", "#8c5a2b")
"""After Okabe and Ito; no meaning hangs on colour alone."""

DPI = 200
WIDE_IN, NARROW_IN = 7.2, 3.75
"""A column of print or a desktop page, and a phone."""

SMALL, BODY = 7.6, 8.6
"""Sizes of letters, points."""

_MEDIA = {".png": "image/png", ".svg": "image/svg+xml"}
_MARGIN_IN = 0.12
_LINE_IN = 0.148
_MOST_LINES = 14


@dataclass(frozen=True, slots=True)
class Sheet:
    """How large a chart is, and in which form it is written."""

    narrow: bool = False
    suffix: str = ".svg"

    @property
    def width_in(self) -> float:
        """Width, inches."""
        return NARROW_IN if self.narrow else WIDE_IN

    @property
    def inner_in(self) -> float:
        """Width between the margins, inches."""
        return self.width_in - 2 * _MARGIN_IN


def draw_sheet(
    sheet: Sheet,
    legend: Legend,
    height_in: float,
    draw: Callable[[Axes], None],
    *,
    name: str,
    alt: str,
    below: Sequence[str] = (),
    stamps: Sequence[str] = (),
) -> Figure:
    """
    A chart on its sheet; the same input always gives the same bytes.

    draw: paints on axes whose units are inches, x to the right from 0 to `inner_in`, y *down* from 0 to `height_in`.
    below: lines of a key, under the chart and above the definition.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Page

    title = wrapped(shown(legend.title), 11.5, sheet.inner_in, bold=True)
    stamped = [line for stamp in stamps for line in wrapped(stamp, 8, sheet.inner_in, bold=True)]
    foot = [line for said in (*below, *_say(legend)) for line in wrapped(said, SMALL, sheet.inner_in)]
    head_in = _MARGIN_IN + 0.21 * len(title) + 0.16 * len(stamped) + 0.1
    foot_in = 0.12 + _LINE_IN * len(foot) + _MARGIN_IN
    full = head_in + height_in + foot_in
    settings: Any = {
        "svg.hashsalt": "siteline",
        "svg.fonttype": "path",
        "hatch.linewidth": 0.6,
        "font.family": families(),
    }
    with rc_context(settings):
        page = Page(figsize=(sheet.width_in, full), dpi=DPI, facecolor=PAPER)
        FigureCanvasAgg(page)
        down = _MARGIN_IN
        for line in stamped:
            _write(page, sheet, full, down + 0.07, line, 8, color="#7a1020", weight="bold")
            down += 0.16
        for line in title:
            _write(page, sheet, full, down + 0.1, line, 11.5, color=INK, weight="bold")
            down += 0.21
        axes = page.add_axes(
            (_MARGIN_IN / sheet.width_in, foot_in / full, sheet.inner_in / sheet.width_in, height_in / full),
            frameon=False,
        )
        axes.set_xlim(0, sheet.inner_in)
        axes.set_ylim(height_in, 0)
        axes.set_xticks([])
        axes.set_yticks([])
        draw(axes)
        down = head_in + height_in + 0.12
        for line in foot:
            _write(page, sheet, full, down + 0.07, line, SMALL, color=QUIET)
            down += _LINE_IN
        size = page.canvas.get_width_height()
        data = _save(page, sheet.suffix, inert(legend.title, 200))
    return Figure(
        name=name, media_type=_MEDIA[sheet.suffix], data=data, size=size, alt=inert(alt, 2000), caption=inert(legend.title, 400),
        credit=inert(legend.source, 400),
    )  # fmt: skip


def shown(text: str, otherwise: str = "") -> str:
    """A text as our fonts can spell it; what they cannot spell is said to be in the table."""
    said = inert(text, 400)
    return (
        said
        if can_letter(said)
        else otherwise or "(a name in a script that is not drawn here: see the table)"
    )


def wrapped(
    text: str, points: float, width_in: float, bold: bool = False, most: int = _MOST_LINES
) -> list[str]:
    """Lines no wider than `width_in`; the last ends in … where there would be more than `most`."""
    lines = broken(shown(text), _px(points), width_in * DPI, bold)
    if len(lines) > most:
        return [*lines[: most - 1], cut(lines[most - 1] + " …", points, width_in)]
    return lines


def wide_in(text: str, points: float, bold: bool = False) -> float:
    """Width of a line of text, inches."""
    return width_of(text, _px(points), bold) / DPI


def cut(text: str, points: float, width_in: float) -> str:
    """The text, its end replaced by … where it is too wide."""
    if wide_in(text, points) <= width_in:
        return text
    kept = text.rstrip(" …")
    while kept and wide_in(f"{kept}…", points) > width_in:
        kept = kept[:-1].rstrip()
    return f"{kept}…"


def write(axes: Axes, x: float, y: float, text: str, points: float = BODY, **how: Any) -> None:
    """One line of text on a chart, in inches; never taken for mathematics."""
    axes.text(x, y, text, size=points, **{"color": INK, "va": "center", "parse_math": False, **how})


def suffix_of(path: Path) -> str | None:
    """The kind of picture that a file's name asks for; None if it is not one of ours."""
    return path.suffix.lower() if path.suffix.lower() in _MEDIA else None


def _say(legend: Legend) -> list[str]:
    said = [f"Counted: {legend.definition}."] if legend.definition else []
    said += [f"Note: {note}." for note in legend.notes]
    last = f"As of {say_day(legend.as_of)}; edition {legend.edition}" + (
        f"; query {legend.query}" if legend.query else ""
    )
    source = legend.source.removeprefix("Source: ").rstrip(". ")
    return [*said, f"Source: {source}.", f"{last}."]


def _write(page: Any, sheet: Sheet, full: float, down: float, text: str, points: float, **how: Any) -> None:
    page.text(
        _MARGIN_IN / sheet.width_in,
        1 - down / full,
        text,
        size=points,
        va="center",
        ha="left",
        parse_math=False,
        **how,
    )


def _px(points: float) -> int:
    return max(1, round(points * DPI / 72))


def _save(page: Any, suffix: str, title: str) -> bytes:
    kept = io.BytesIO()
    if suffix == ".svg":
        page.savefig(kept, format="svg", metadata={"Date": None, "Creator": None, "Title": title})
    else:
        page.savefig(kept, format="png", metadata={"Software": None, "Title": title})
    return kept.getvalue()
