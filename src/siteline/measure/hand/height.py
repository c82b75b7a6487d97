"""Height of a building from its shadow, along which a person drew a line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

import pyproj
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from siteline.measure.budget import OFF_NADIR, total
from siteline.measure.hand.drawn import check_drawn, measure_line, scene_pixel
from siteline.measure.options import MeasureOptions
from siteline.measure.stack import pixel_m, to_pixels
from siteline.model.errors import BadGeometry, BadInput, CannotTell, NotMeasured
from siteline.model.imagery import Grid, Scene
from siteline.model.measurement import BudgetLine, Measurement, Tracing
from siteline.model.quantity import Quantity
from siteline.raster.grid import WGS84, reproject

LOWEST_SUN = 8.0
"""Degrees; below it a shadow is longer than seven heights and its tip is lost in any unevenness."""

SUN_ANGLE = 0.1
"""One-sigma error of the sun's elevation, degrees."""

SUN_AZIMUTH = 1.0
"""One-sigma error of the direction in which a shadow is seen to fall, beside that of the hand, degrees."""

WIDEST = 30.0
"""However short the line, it may not turn from its direction by more than so many degrees."""

SUN_DISC = 0.53
"""Angle that the sun's disc fills, degrees: so soft is the tip of a shadow."""

MOST_BY_TIME = 0.2
"""Relative change of a height while the sun moves, beyond which the time must be known better."""

STEEPEST = 5.0
"""Slope of the ground, degrees, beyond which no height is taken from a shadow on it."""

BENT = 1.02
"""A line whose bends make it longer than this many times its straight way is not one shadow of one edge."""

POINTS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


class ShadowFrom(StrEnum):
    """Where the line along a shadow begins."""

    FOOT = "foot"
    """On the ground, below the corner that casts the tip."""

    ROOF = "roof"
    """On the roof's corner as it is seen; aslant it is seen beside its foot."""


def height_of_shadow(
    tracings: Sequence[Tracing],
    grid: Grid,
    scene: Scene,
    start: ShadowFrom = ShadowFrom.FOOT,
    slope: float | None = None,
    neighbours: Sequence[BaseGeometry] = (),
    options: MeasureOptions | None = None,
    sun_moves: tuple[float, float] = (0.0, 0.0),
) -> Measurement:
    """
    Height of what casts a shadow, m: the shadow's length times the tangent of the sun's elevation.

    tracings: lines from the foot (or roof corner) to the tip of its shadow, grid coordinates; scene: with the
    sun's angles; slope: of the ground on which the shadow falls, degrees, if known; neighbours: outlines on which
    no shadow may end, grid coordinates; sun_moves: by how many degrees of azimuth and elevation either way the sun
    may have stood elsewhere, as the time is not known better. The ground is taken for flat.
    Raises CannotTell without sun or scale, BadGeometry for a line that does not fall away from the sun, NotMeasured
    where the height cannot be believed.
    """
    options = options or MeasureOptions()
    metre = pixel_m(grid)
    if metre is None:
        raise CannotTell(
            f"the scale of {scene.id} is not known",
            "Give the site's gsd_m, metres per pixel, and add it again.",
        )
    azimuth, elevation = _sun(scene)
    _check_time(scene, elevation, sun_moves[1])
    if slope is not None and not (math.isfinite(slope) and slope >= 0):
        raise BadInput(f"a slope of {slope:g}° is none", f"Give degrees, 0 to {STEEPEST:g}.")
    if slope is not None and abs(slope) > STEEPEST:
        raise NotMeasured(
            f"its shadow falls on a slope of {abs(slope):g}°: the height would be wrong by up to "
            f"{100 * math.tan(math.radians(abs(slope))) / math.tan(math.radians(elevation)):.0f} %",
            f"Measure a shadow on ground that slopes by less than {STEEPEST:g}°, or at another time of day.",
        )
    scene_px = scene_pixel(scene, grid)
    lean = _lean(scene, start)
    for tracing in tracings:
        check_drawn(tracing.geometry, grid, scene, LineString)
        ends = _straight(tracing.geometry)
        leans = math.degrees(math.atan(lean * math.tan(math.radians(elevation))))
        _check_direction(ends, grid, scene, azimuth, leans + sun_moves[0], scene_px)
        _check_ground(to_pixels(ends, grid), [to_pixels(n, grid) for n in neighbours])
    shadow = measure_line(
        [replace(tracing, geometry=_straight(tracing.geometry)) for tracing in tracings],
        grid,
        scene,
        options=options,
    )
    if shadow.quantity is None:
        raise NotMeasured(f"no height: of the shadow's line, {shadow.refused}", "Draw it on a finer scene.")
    return _height(shadow, grid, scene, start, slope, lean, metre * scene_px, sun_moves[1])


def _height(
    shadow: Measurement,
    grid: Grid,
    scene: Scene,
    start: ShadowFrom,
    slope: float | None,
    lean: float,
    scene_px_m: float,
    sun_moves: float,
) -> Measurement:
    assert shadow.quantity is not None
    azimuth, elevation = _sun(scene)
    angle = math.radians(elevation)
    rise = math.tan(angle)
    value = shadow.quantity.value * rise
    per_radian = value / (math.sin(angle) * math.cos(angle))
    lines = [
        *(replace(line, sigma=line.sigma * rise) for line in shadow.budget),
        BudgetLine("pixel", scene_px_m * math.sqrt(2 / 12) * rise, False),
        BudgetLine(
            "sun angle", per_radian * math.radians(math.hypot(SUN_ANGLE, sun_moves / math.sqrt(3))), True
        ),
        BudgetLine("penumbra", per_radian * math.radians(SUN_DISC) / math.sqrt(12), False),
    ]
    if lean:
        lines.append(BudgetLine(OFF_NADIR, value * lean * rise / math.sqrt(2), True))
    if slope:
        fall = math.tan(math.radians(abs(slope))) / math.sqrt(2)
        lines.append(BudgetLine("slope", shadow.quantity.value * fall, True))
    sigma = total(lines)
    if value < 2 * sigma:
        raise NotMeasured(
            f"the shadow does not tell it: a height of {value:.1f} m with an error of {sigma:.1f} m says nothing",
            "Draw it on a finer scene, or on one with a lower sun.",
        )
    begins = "the foot" if start is ShadowFrom.FOOT else "the roof's corner"
    ground = "flat ground" if not slope else f"ground taken for flat that slopes by up to {abs(slope):g}°"
    unchecked = "" if grid.crs is not None else "; that it falls away from the sun was not checked"
    aslant = _say_view(scene, start)
    moved = f" give or take {sun_moves:.1f}°, as only the hour is known" if sun_moves else ""
    method = (
        f"{shadow.method.replace('line', 'shadow', 1)}, from {begins} to its tip, over {ground}; sun at "
        f"{elevation:.1f}° above the horizon{moved}, azimuth {azimuth:.0f}°{aslant}{unchecked}"
    )
    return Measurement("height", Quantity(value, sigma, "m"), tuple(lines), method, (scene.id,))


def _sun(scene: Scene) -> tuple[float, float]:
    if scene.sun_elevation is None or scene.sun_azimuth is None:
        raise CannotTell(
            f"where the sun stood for {scene.id} is not known: no sun angles, and no time of day at a known place",
            "Give sun_azimuth and sun_elevation (or the hour, in acquired) in the manifest, and add the scenes again.",
        )
    if scene.sun_elevation < LOWEST_SUN:
        raise NotMeasured(
            f"the sun stood only {scene.sun_elevation:.1f}° above the horizon for {scene.id}; below "
            f"{LOWEST_SUN:g}° no height is taken from a shadow",
            "Measure on a scene with a higher sun.",
        )
    if scene.sun_elevation > 89:
        raise NotMeasured(f"the sun stood overhead for {scene.id}", "Measure on a scene with a lower sun.")
    return scene.sun_azimuth % 360, scene.sun_elevation


def _check_time(scene: Scene, elevation: float, moves: float) -> None:
    """Refuse a height that depends on the minute where only the hour is known."""
    low, high = (math.tan(math.radians(angle)) for angle in (elevation - moves, elevation + moves))
    if moves and not 0 < high <= (1 + MOST_BY_TIME) * low:
        raise CannotTell(
            f"{scene.id} was taken at {scene.acquired.text}, without minutes: within the hour the sun went from "
            f"{elevation - moves:.1f}° to {elevation + moves:.1f}°, and the height with it",
            "Give the minutes (acquired) or sun_azimuth and sun_elevation in the manifest, and add the scenes again.",
        )


def _lean(scene: Scene, start: ShadowFrom) -> float:
    """By how much of its height the line's start is seen beside its foot; which way is not taken into account."""
    if start is ShadowFrom.FOOT or scene.view_off_nadir is None:
        return 0.0
    return abs(math.tan(math.radians(scene.view_off_nadir)))


def _say_view(scene: Scene, start: ShadowFrom) -> str:
    if start is ShadowFrom.FOOT:
        return ""
    if scene.view_off_nadir is None:
        return "; taken as seen from straight above, as the view angle is not known"
    return f"; seen {abs(scene.view_off_nadir):.0f}° off nadir"


def _straight(line: BaseGeometry) -> LineString:
    """From its first end to its last; raises BadGeometry where it bends."""
    ends = LineString([line.coords[0][:2], line.coords[-1][:2]])
    if not ends.length > 0 or line.length > BENT * ends.length:
        raise BadGeometry(
            "the line along the shadow bends or comes back",
            "Draw it straight, from the foot to the shadow's tip.",
        )
    return ends


def _check_direction(
    ends: LineString, grid: Grid, scene: Scene, azimuth: float, turns: float, scene_px: float
) -> None:
    """Refuse a line that does not fall away from the sun; where north is not known nothing can be checked."""
    if grid.crs is None:
        return
    (lon, lat), (to_lon, to_lat) = reproject(ends, grid.crs, WGS84).coords
    drawn = pyproj.Geod(ellps="WGS84").inv(lon, lat, to_lon, to_lat)[0] % 360
    away = (azimuth + 180) % 360
    off = abs((drawn - away + 180) % 360 - 180)
    length_px = to_pixels(ends, grid).length / scene_px
    by_hand = math.degrees(math.atan(math.sqrt(2) * 0.6 / length_px))
    allowed = min(3 * math.hypot(by_hand, SUN_AZIMUTH) + turns, WIDEST)
    if off > allowed:
        turned = " It runs from the tip to the foot." if off > 180 - allowed else ""
        raise BadGeometry(
            f"the line points to {drawn:.0f}° ({_point(drawn)}), but on {scene.id} shadows fall to {away:.0f}° "
            f"({_point(away)}); more than {allowed:.0f}° apart.{turned}",
            "Draw it from the foot to the tip of its shadow, on the scene you name; if it is so drawn, the scene's "
            "time or sun angles are wrong.",
        )


def _check_ground(ends_px: LineString, neighbours_px: Sequence[BaseGeometry]) -> None:
    """Refuse a shadow that climbs a neighbour: it ends there early."""
    foot, tip = Point(ends_px.coords[0]), Point(ends_px.coords[-1])
    for neighbour in neighbours_px:
        is_own = neighbour.distance(foot) < 1.5
        reaches = (
            neighbour.buffer(-0.5).contains(tip) if is_own else neighbour.buffer(-0.5).intersects(ends_px)
        )
        if reaches:
            raise NotMeasured(
                "the shadow falls on another building, not on flat ground",
                "Measure the shadow of another corner, or on a scene with the sun elsewhere.",
            )


def _point(azimuth: float) -> str:
    return POINTS[round(azimuth / 45) % 8]
