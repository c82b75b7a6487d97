"""
A map of places without any map beneath it: a graticule, dots, and circles as wide as each place is uncertain.

Nothing is fetched, and no coast or border is drawn: a line on a map is a claim, and none of ours. What is held back is
counted and not drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from siteline.model.charted import Legend, MapPoint
from siteline.report.figure import Figure
from siteline.report.ledger.sheet import (
    COLOURS,
    HAIR,
    INK,
    QUIET,
    SMALL,
    Sheet,
    cut,
    draw_sheet,
    shown,
    wide_in,
    write,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_KM = 111.32
"""Kilometres of a degree of latitude."""

_LEAST_SPAN = 0.25
"""Degrees that a map shows at least."""

_STEPS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
_DOT = COLOURS[1]
_CROWD = 40
"""Places up to which each gets a name or a number; of more, only the largest are named."""


_HALO = {"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 0.3}


@dataclass(frozen=True, slots=True)
class _Name:
    left: float
    middle: float
    text: str
    leader: tuple[tuple[float, float], tuple[float, float]] | None
    """From the dot to a name that stands apart from it."""


@dataclass(frozen=True, slots=True)
class _View:
    west: float
    south: float
    east: float
    north: float
    wide: float
    tall: float

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a place lies on the chart, inches."""
        return (lon - self.west) / (self.east - self.west) * self.wide, (self.north - lat) / (
            self.north - self.south
        ) * self.tall

    @property
    def km_per_inch(self) -> float:
        return (self.north - self.south) * _KM / self.tall


def rounded_to(points: Sequence[MapPoint], km: float) -> list[MapPoint]:
    """Places moved to the middle of a cell of `km`, and said to be no better known than that."""
    found = []
    for point in points:
        if point.lon is None or point.lat is None:
            found.append(point)
            continue
        tall = km / _KM
        lat = (math.floor(point.lat / tall) + 0.5) * tall
        wide = km / (_KM * max(0.05, math.cos(math.radians(lat))))
        lon = (math.floor(point.lon / wide) + 0.5) * wide
        radius = max(point.radius_m or 0.0, km * 1000 * math.sqrt(0.5))
        found.append(replace(point, lon=round(lon, 6), lat=round(lat, 6), radius_m=radius))
    return found


def drawable(points: Sequence[MapPoint]) -> list[MapPoint]:
    """Those that may be drawn: placed, and not held."""
    return [p for p in points if p.lon is not None and p.lat is not None and not p.held]


def draw_map(
    points: Sequence[MapPoint], legend: Legend, sheet: Sheet | None = None, stamps: Sequence[str] = ()
) -> Figure:
    """Places as dots, each with a circle in which it lies; names where they find room, else numbers with a list."""
    sheet = sheet or Sheet()
    placed = sorted(drawable(points), key=lambda p: (-p.count.upper, p.label, p.lon or 0, p.lat or 0))
    view = _view(placed, sheet)
    spots = _spots(placed, view)
    names, listed = _place_names(placed, spots, view)
    notes = list(legend.notes)
    held = sum(p.held for p in points)
    lost = sum(not p.held and (p.lon is None or p.lat is None) for p in points)
    if held:
        notes.append(f"{held} place{'s are' if held > 1 else ' is'} held back: counted, not drawn")
    if lost:
        notes.append(f"{lost} without a place: not drawn")
    below = ["● a place   ◯ somewhere in this circle; coasts and borders are not drawn", *listed]

    def draw(axes: Axes) -> None:
        _graticule(axes, view)
        _dots(axes, placed, spots, view)
        for name in names:
            if name.leader:
                axes.plot(*zip(*name.leader, strict=True), color=QUIET, linewidth=0.5, zorder=4)
            write(axes, name.left, name.middle, name.text, SMALL, zorder=6, bbox=_HALO)
        _scale(axes, view)

    alt = (
        f"{legend.title}: "
        + "; ".join(f"{p.label}, {p.count}" for p in placed[:15])
        + (f"; {held} held back" if held else "")
    )
    return draw_sheet(
        sheet,
        replace(legend, notes=tuple(notes)),
        view.tall + 0.2,
        draw,
        name="map",
        alt=f"{alt}.",
        below=below,
        stamps=stamps,
    )


def table_of_map(
    points: Sequence[MapPoint], edition: str
) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """What the picture shows, as a table; what is held back has no place and no name here either."""
    rows: list[tuple[object, ...]] = []
    for p in sorted(points, key=lambda p: (p.held, p.label, p.when)):
        place = (None, None, None) if p.held else (p.lon, p.lat, p.radius_m)
        rows.append(
            (
                "held back" if p.held else p.label,
                *place,
                p.count.lower,
                p.count.upper,
                "" if p.held else p.when,
                edition,
            )
        )
    return ("label", "lon", "lat", "radius_m", "lower", "upper", "when", "edition"), rows


def _view(points: Sequence[MapPoint], sheet: Sheet) -> _View:
    """All dots with some room about them; an uncertain place widens the view by a part of its circle only."""
    lons, lats = [], []
    for p in points:
        assert p.lon is not None
        assert p.lat is not None
        away = min((p.radius_m or 0.0) / 1000, 60.0) / _KM
        lats += [p.lat - away, p.lat + away]
        lons += [p.lon - away, p.lon + away]
    west, east = (min(lons), max(lons)) if lons else (-1.0, 1.0)
    south, north = (min(lats), max(lats)) if lats else (-1.0, 1.0)
    middle = (south + north) / 2
    squeeze = max(0.1, math.cos(math.radians(middle)))
    tall_deg = max((north - south) * 1.25, _LEAST_SPAN)
    wide_deg = max((east - west) * 1.25, _LEAST_SPAN / squeeze)
    least = 0.55 if not sheet.narrow else 0.9
    ratio = min(max(tall_deg / (wide_deg * squeeze), least), 1.0 if not sheet.narrow else 1.3)
    wide = sheet.inner_in
    tall = wide * ratio
    if tall_deg / (wide_deg * squeeze) > ratio:
        wide_deg = tall_deg / ratio / squeeze
    else:
        tall_deg = wide_deg * squeeze * ratio
    if tall_deg > 180 or wide_deg > 360:  # no place is beyond a pole, or on the Earth twice
        tall_deg, wide_deg = min(tall_deg, 180.0), min(wide_deg, 360.0)
        tall = wide * tall_deg / (wide_deg * squeeze)
    lon = (west + east) / 2
    lat = min(max(middle, tall_deg / 2 - 90), 90 - tall_deg / 2)
    return _View(lon - wide_deg / 2, lat - tall_deg / 2, lon + wide_deg / 2, lat + tall_deg / 2, wide, tall)


def _graticule(axes: Axes, view: _View) -> None:
    from matplotlib.patches import Rectangle

    span = max(view.east - view.west, view.north - view.south)
    step = next((s for s in _STEPS if span / s <= 6), 45.0)
    for lon in _marks(view.west, view.east, step):
        x, _ = view.at(lon, view.south)
        axes.plot([x, x], [0, view.tall], color=HAIR, linewidth=0.6, zorder=0)
        word = _degrees((lon + 180) % 360 - 180, "E", "W")
        if 0.02 + wide_in(word, SMALL) / 2 < x < view.wide - wide_in(word, SMALL) / 2 - 0.02:
            write(axes, x, view.tall + 0.1, word, SMALL, ha="center", color=QUIET)
    for lat in _marks(view.south, view.north, step):
        _, y = view.at(view.west, lat)
        axes.plot([0, view.wide], [y, y], color=HAIR, linewidth=0.6, zorder=0)
        if 0.1 < y < view.tall - 0.1:
            write(axes, 0.03, y - 0.08, _degrees(lat, "N", "S"), SMALL, color=QUIET, zorder=1)
    axes.add_patch(
        Rectangle(
            (0, 0), view.wide, view.tall, fill=False, edgecolor=QUIET, linewidth=0.8, zorder=8, clip_on=False
        )
    )


def _marks(low: float, high: float, step: float) -> list[float]:
    first = math.ceil(low / step)
    return [round(n * step, 6) for n in range(first, math.floor(high / step) + 1)]


def _degrees(value: float, plus: str, minus: str) -> str:
    text = f"{abs(value):.2f}".rstrip("0").rstrip(".")
    return f"{text}°" + (plus if value > 0 else minus if value < 0 else "")


def _spots(points: Sequence[MapPoint], view: _View) -> list[tuple[float, float, float]]:
    """(x, y, radius) of the dots, inches; the area of a dot grows with its count."""
    most = max((p.count.upper for p in points), default=1)
    crowd = max(0.35, min(1.0, math.sqrt(_CROWD / max(1, len(points)))))
    found = []
    for p in points:
        x, y = view.at(p.lon or 0.0, p.lat or 0.0)
        grown = 0.035 + 0.09 * math.sqrt(p.count.upper / max(most, 1)) * (most > 1)
        found.append((x, y, grown * crowd))
    return found


def _dots(
    axes: Axes, points: Sequence[MapPoint], spots: Sequence[tuple[float, float, float]], view: _View
) -> None:
    from matplotlib.patches import Circle, Rectangle

    window = Rectangle((0, 0), view.wide, view.tall, transform=axes.transData)
    for p, (x, y, radius) in zip(points, spots, strict=True):
        around = (p.radius_m or 0.0) / 1000 / view.km_per_inch
        if around > radius * 1.15:
            circle = Circle((x, y), around, facecolor=_DOT, alpha=0.10, linewidth=0, zorder=2)
            rim = Circle(
                (x, y), around, fill=False, edgecolor=QUIET, linewidth=0.8, linestyle=(0, (4, 2)), zorder=3
            )
            for patch in (circle, rim):
                axes.add_patch(patch)
                patch.set_clip_path(window)
        dashed = p.radius_m is None
        axes.add_patch(
            Circle(
                (x, y), radius, facecolor="white" if dashed else _DOT, edgecolor=INK, linewidth=0.7, zorder=5, alpha=0.92,
                linestyle=(0, (2, 1)) if dashed else "-",
            )
        )  # fmt: skip


def _place_names(
    points: Sequence[MapPoint], spots: Sequence[tuple[float, float, float]], view: _View
) -> tuple[list[_Name], list[str]]:
    """Names that overlap neither each other nor a dot; those without room get a number, and a line in a list."""
    taken = [(x - r, y - r, x + r, y + r) for x, y, r in spots]
    names, listed = list[_Name](), list[str]()
    shown_points = points if len(points) <= _CROWD else points[: _CROWD // 2]
    for p, (x, y, radius) in zip(shown_points, spots, strict=False):
        text = cut(shown(p.label, "name in the table"), SMALL, view.wide * 0.4)
        text = f"{text} ({p.count})" if p.count.upper > 1 else text
        found = _room(x, y, radius, wide_in(text, SMALL), taken, view)
        if found is None and len(points) > _CROWD:
            continue
        if found is None:
            text = str(len(listed) + 1)
            listed.append(
                f"{text}: {shown(p.label, 'name in the table')}"
                + (f" ({p.count})" if p.count.upper > 1 else "")
            )
            found = _room(x, y, radius, wide_in(text, SMALL), taken, view)
        if found is None:
            continue
        left, middle, is_away = found
        wide = wide_in(text, SMALL)
        taken.append((left, middle - 0.065, left + wide, middle + 0.065))
        end = min(max(x, left), left + wide)
        names.append(_Name(left, middle, text, ((x, y), (end, middle)) if is_away else None))
    nameless = len(points) - len(names)
    if len(points) > _CROWD:
        listed = [f"{nameless} places without a name here: see the table"]
    return names, ["; ".join(listed)] if listed else []


def _room(
    x: float,
    y: float,
    radius: float,
    wide: float,
    taken: Sequence[tuple[float, float, float, float]],
    view: _View,
) -> tuple[float, float, bool] | None:
    gap = radius + 0.05
    for away in (0.0, 0.1, 0.2, 0.34):
        side = gap * 0.7 + away
        for left, middle in (
            (x + gap + away, y), (x - gap - away - wide, y), (x - wide / 2, y - gap - 0.05 - away),
            (x - wide / 2, y + gap + 0.05 + away), (x + side, y - gap - 0.03 - away), (x + side, y + gap + 0.03 + away),
            (x - side - wide, y - gap - 0.03 - away), (x - side - wide, y + gap + 0.03 + away),
        ):  # fmt: skip
            box = (left, middle - 0.065, left + wide, middle + 0.065)
            inside = (
                box[0] > 0.03 and box[2] < view.wide - 0.03 and box[1] > 0.03 and box[3] < view.tall - 0.25
            )
            if inside and not any(_meet(box, other) for other in taken):
                return left, middle, away > 0
    return None


def _meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] + 0.02 and b[0] < a[2] + 0.02 and a[1] < b[3] and b[1] < a[3]


def _scale(axes: Axes, view: _View) -> None:
    """A bar of a round length, right at the bottom."""
    room = view.km_per_inch * view.wide * 0.25
    size = 10 ** math.floor(math.log10(room))
    km = max(factor * size for factor in (1, 2, 5) if factor * size <= room)
    long = km / view.km_per_inch
    right, y = view.wide - 0.1, view.tall - 0.09
    word = f"{km:g} km"
    axes.plot([right - long, right], [y, y], color=INK, linewidth=1.6, zorder=7, solid_capstyle="butt")
    write(
        axes,
        right - long - 0.05,
        y,
        word,
        SMALL,
        ha="right",
        zorder=7,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
    )
