"""Sizes of what a person drew on a scene: read, put on the grid, measured, said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import fmean
from types import MappingProxyType
from typing import Any

from siteline.findings.sizes import say_apart, say_measured, say_placing
from siteline.findings.wording import say_line
from siteline.measure.hand.drawn import OutlineOf, check_drawn, held_by_hand, measure_line, measure_tracings
from siteline.measure.hand.height import ShadowFrom, height_of_shadow
from siteline.measure.hand.repeats import SAME, check_same
from siteline.measure.measure import measure_outline
from siteline.measure.sharp.refine import measure_refined
from siteline.measure.zone import distance_between, place_against, reach_across
from siteline.model.errors import BadGeometry, BadInput, BadSetting, CannotTell, NotMeasured
from siteline.model.imagery import Grid, Scene
from siteline.model.measurement import FiledSize, Measurement, Rested, Tracing
from siteline.model.place import Frame, Role, Site
from siteline.model.sun import sun_position
from siteline.raster.grid import metres_per_pixel, off_grid, onto_grid
from siteline.sites.exchange.outline import DRAWN, read_tracings
from siteline.workbench.bench import Bench, Progress
from siteline.workbench.case import Case
from siteline.workbench.filing import file_size, hashed, shown_on, tell
from siteline.workbench.sizes import (
    compare,
    measured,
    outline_of,
    perimeter_of,
    sort_to_compare,
    subject_of,
)
from siteline.workbench.survey import see_site, site_grid

SHARP_M = 1.5
"""On images of smaller pixels a single scene shows the edges of a roof, m."""

AS_COMPUTED = 0.1
"""Sun angles that differ by less from those of the time and place were computed from them, degrees."""

DRAWN_HERE, OTHER_DRAWN = "the outline drawn", "the other outline drawn"
LINE_DRAWN, CASTS_SHADOW = "the line drawn", "what casts the shadow drawn"

_ONLY_HOUR = re.compile(r"[T ]\d{2}(?![\d:])")
"""A time that says the hour and not the minutes."""


@dataclass(frozen=True, slots=True)
class Drawings:
    """What a person hands in to have it measured."""

    on: str
    """The scene that was drawn on."""

    files: tuple[Path, ...]
    analysts: tuple[str, ...] = ()
    """Who drew: one name for all files, or one for each; none if the files say it, or nobody does."""


@dataclass(frozen=True, slots=True)
class _Sketch:
    """Drawings on the grid, with where and on what they were drawn."""

    site: Site
    grid: Grid
    scene: Scene
    tracings: tuple[Tracing, ...]
    """On the grid."""

    as_drawn: tuple[Tracing, ...]
    """As they stand in the files."""

    files: tuple[tuple[Path, str], ...]
    """Each with the SHA-256 that it had when it was read."""

    @property
    def is_line(self) -> bool:
        """Whether lines were drawn, not outlines."""
        return isinstance(self.tracings[0].geometry, DRAWN["line"])


def size_of_drawn(
    case: Case,
    site_id: str,
    what: str,
    drawings: Drawings,
    outline: str | None = None,
    units: str | None = None,
) -> dict[str, Any]:
    """Area, length or width (`what`) of an outline, or length of a line, that a person drew on a scene; filed."""
    size, sketch = _drawn_size(case, site_id, what, drawings, outline)
    told = tell(size, say_measured("", size, units), units)
    said = say_measured("", size)
    return {**told, **_file(case, sketch, size, said, DRAWN_HERE, options={"outline": outline})}


def ratio_of_drawn(
    case: Case,
    site_id: str,
    what: str | None,
    drawings: Drawings,
    other: str | Drawings,
    outline: str | None,
    progress: Progress,
) -> dict[str, Any]:
    """How large what a person drew is against something on file, or against another drawing (`other`); filed."""
    if isinstance(other, str):
        what = sort_to_compare(case, site_id, what, other)
    what = what or "area"
    if what not in ("area", "length", "width"):
        raise BadInput(
            f"a drawing has no {what} to hold against that",
            f"File it first: siteline measure {what} {site_id} --on SCENE --geometry FILE; then name both by their ids.",
        )
    size, sketch = _drawn_size(case, site_id, what, drawings, outline)
    as_drawn, files = sketch.as_drawn, sketch.files
    first = Rested(DRAWN_HERE, DRAWN_HERE, None, size)
    if isinstance(other, Drawings):
        other_size, other_sketch = _drawn_size(case, site_id, what, other, outline)
        if {t.geometry.wkb for t in as_drawn} == {t.geometry.wkb for t in other_sketch.as_drawn}:
            raise BadInput("the drawing is held against itself", "Give another drawing: --against FILE.")
        second = Rested(OTHER_DRAWN, OTHER_DRAWN, None, other_size)
        as_drawn, files = (*as_drawn, *other_sketch.as_drawn), (*files, *other_sketch.files)
    else:
        second = measured(case, site_id, what, other, progress)
    options = _options(sketch, {"outline": outline})
    return compare(case, site_id, first, second, None, as_drawn, files, options)


def _drawn_size(
    case: Case, site_id: str, what: str, drawings: Drawings, outline: str | None
) -> tuple[Measurement, _Sketch]:
    kind = _outline_of_option(outline)
    sketch = _read(case, site_id, drawings, *(("polygon", "line") if what == "length" else ("polygon",)))
    if sketch.is_line:
        if kind is not None:
            raise BadSetting("a line is no outline", "Leave --outline out, or draw an outline.")
        size = measure_line(sketch.tracings, sketch.grid, sketch.scene)
    else:
        sizes = measure_tracings(sketch.tracings, sketch.grid, sketch.scene, kind)
        size = next(one for one in sizes if one.what == what)
    _refuse(size)
    return size, sketch


def _file(
    case: Case,
    sketch: _Sketch,
    size: Measurement,
    said: str,
    name: str,
    rests_on: tuple[Rested, ...] = (),
    options: Mapping[str, str | None] = MappingProxyType({}),
) -> dict[str, str]:
    """File what was measured of a sketch; options: as they were given, None where they were not."""
    filed = FiledSize(
        site_id=sketch.site.id,
        what=size.what,
        name=LINE_DRAWN if sketch.is_line and name == DRAWN_HERE else name,
        size=size,
        ratio=None,
        capacity=None,
        said=(said,),
        drawings=sketch.as_drawn,
        rests_on=rests_on,
        scenes=shown_on(case.scenes.all(sketch.site.id), sketch.scene.id, *size.scene_ids),
        options=_options(sketch, options),
    )
    return file_size(case, filed, sketch.files)


def _options(sketch: _Sketch, given: Mapping[str, str | None]) -> dict[str, str]:
    return {"on": sketch.scene.id, **{name: value for name, value in given.items() if value is not None}}


def size_of_fitted(
    case: Case, site_id: str, what: str, drawings: Drawings, progress: Progress, units: str | None = None
) -> dict[str, Any]:
    """
    Area, length or width (`what`) of the roof that a drawn outline means, as the images show it.

    On images finer than SHARP_M the outline is refitted to the edges of the scene that was drawn on; on coarser ones a
    blurred outline is fitted to the looks nearest to that scene in time. Raises NotMeasured where the fit should not be believed.
    """
    sketch = _read(case, site_id, drawings, "polygon")
    if len(sketch.tracings) > 1:
        raise BadInput(
            f"{len(sketch.tracings)} outlines to fit one from", "Give one --geometry with one outline."
        )
    outline = sketch.tracings[0].geometry
    check_drawn(outline, sketch.grid, sketch.scene, *DRAWN["polygon"])
    sight = see_site(Bench(case, progress), site_id)
    pixel = metres_per_pixel(sight.grid)
    used = [str(name) for name in sight.cube["scene"].to_numpy()]
    if sketch.scene.id not in used:
        look = next((one for one in sight.looks if one.scene_id == sketch.scene.id), None)
        reason = look.reason if look else "it was not looked at"
        raise NotMeasured(f"scene {sketch.scene.id} is not used: {reason}", "Draw on another scene.")
    if pixel is not None and pixel < SHARP_M:
        shown = sight.cube.isel(time=used.index(sketch.scene.id)).transpose("y", "x", "band", ...)
        sizes = measure_refined(
            shown["value"].to_numpy(), shown["why_not"].to_numpy() == 0, outline, sight.grid, sketch.scene
        )
    else:
        there = tuple(known.geometry for known in sight.known)
        sizes = measure_outline(outline, sight.cube, None, there, near=sketch.scene.id)
    size = next(one for one in sizes if one.what == what)
    if size.refused is not None:
        raise NotMeasured(
            f"no {what}: {size.refused}", "Leave --fit out: your outline is then measured as you drew it."
        )
    told = tell(size, say_measured("", size, units), units)
    return {**told, **_file(case, sketch, size, say_measured("", size), DRAWN_HERE, options={"fit": "yes"})}


def height_of_drawn(
    case: Case,
    site_id: str,
    drawings: Drawings,
    start: str | None = None,
    slope: float | None = None,
    units: str | None = None,
) -> dict[str, Any]:
    """Height from the length of a shadow along which a person drew a line; `start`: the foot, if nobody says."""
    begins = ShadowFrom.FOOT if start is None else _one_of(ShadowFrom, start, "--from")
    sketch = _read(case, site_id, drawings, "line")
    known = [onto_grid(s.geometry, sketch.grid) for s in sketch.site.having(Role.BUILDING)]
    scene, moves = _with_sun(sketch)
    size = height_of_shadow(sketch.tracings, sketch.grid, scene, begins, slope, known, sun_moves=moves)
    told = tell(size, say_measured("", size, units), units)
    options = {"from": begins.value, "slope": None if slope is None else f"{slope:g}"}
    return {**told, **_file(case, sketch, size, say_measured("", size), CASTS_SHADOW, options=options)}


def distance_of_drawn(
    case: Case,
    site_id: str,
    drawings: Drawings,
    other: str | None,
    outline: str | None = None,
    units: str | None = None,
) -> dict[str, Any]:
    """
    How far a drawn outline lies from the perimeter, signed, or from another thing (`other`).

    A drawn line is a distance itself: from its one end to its other.
    """
    kind = _outline_of_option(outline)
    sketch = _read(case, site_id, drawings, "polygon", "line")
    if sketch.is_line:
        if other is not None:
            raise BadInput(
                f"a line is a distance itself; from {other} nothing is measured",
                f"Leave {other} out, or draw an outline.",
            )
        if kind is not None:
            raise BadSetting("a line is no outline", "Leave --outline out, or draw an outline.")
        size = measure_line(sketch.tracings, sketch.grid, sketch.scene, "distance")
        _refuse(size)
        told = tell(size, say_measured("", size, units), units)
        return {**told, **_file(case, sketch, size, say_measured("", size), DRAWN_HERE)}
    for tracing in sketch.tracings:
        check_drawn(tracing.geometry, sketch.grid, sketch.scene, *DRAWN["polygon"])
    check_same(sketch.tracings)
    by_hand = partial(
        held_by_hand,
        tracings=sketch.tracings,
        grid=sketch.grid,
        scene=sketch.scene,
        shift_px=_shift_of(case, sketch),
        of=kind,
        height_m=_height_on_file(case, sketch) if kind is OutlineOf.ROOF else None,
    )
    if other is not None:
        named = subject_of(case, sketch.site, other)
        there, sigma, scene_ids = outline_of(case, sketch.site, sketch.grid, named.id)
        each = [distance_between(t.geometry, there, sketch.grid, 0.0, sigma) for t in sketch.tracings]
        size = by_hand(each)
        size = replace(size, scene_ids=tuple(dict.fromkeys((*size.scene_ids, *scene_ids))))
        told = tell(size, say_apart("The outline drawn", named.name, size, units), units)
        said = say_apart("The outline drawn", named.name, size)
        name = f"{DRAWN_HERE} to {named.name}"
        return {**told, **_file(case, sketch, size, said, name, (named,), {"outline": outline})}
    perimeter = perimeter_of(sketch.site)
    line = onto_grid(perimeter.geometry, sketch.grid)
    placed = [place_against(t.geometry, line, sketch.grid, 0.0) for t in sketch.tracings]
    zones = Counter(zone for zone, _ in placed)
    if len(zones) > 1:
        sides = ", ".join(f"{count} {zone.value}" for zone, count in zones.items())
        raise CannotTell(
            f"the drawings do not agree on which side of the line it lies: {sides}",
            "Draw it on a finer scene.",
        )
    [zone] = zones
    each = [distance for _, distance in placed]
    size = by_hand(each)
    reach = fmean(reach_across(t.geometry, line, sketch.grid) for t in sketch.tracings)
    told = tell(size, say_placing("", zone, size, perimeter, units, reach), units)
    said = say_placing("", zone, size, perimeter, None, reach)
    fence = Rested(say_line(perimeter), perimeter.label)
    filed = _file(case, sketch, size, said, DRAWN_HERE, (fence,), {"outline": outline})
    return {**told, "zone": zone.value, **filed}


def _height_on_file(case: Case, sketch: _Sketch) -> tuple[float, float] | None:
    """Height and its error of the building or event that a drawn outline means, if that was measured; m."""
    site, drawn = sketch.site, sketch.tracings[0].geometry
    named = [(b.label, case.measurements.of(site.id, b.label)) for b in site.having(Role.BUILDING)]
    named += [(e.id, case.measurements.of(site.id, e.id, e.current.number)) for e in case.events.all(site.id)]
    for name, sizes in named:
        size = sizes.get("height")
        if size is not None and size.quantity is not None and size.quantity.unit == "m":
            there, _, _ = outline_of(case, site, sketch.grid, name)
            if there.intersection(drawn).area >= SAME * there.union(drawn).area:
                return size.quantity.value, size.quantity.sigma
    return None


def _shift_of(case: Case, sketch: _Sketch) -> tuple[float, float] | None:
    """By how much the newest survey moved the scene onto the others; None if it was not compared."""
    survey = case.surveys.newest(sketch.site.id)
    looks = survey.looks if survey else ()
    return next((look.shift_px for look in looks if look.scene_id == sketch.scene.id), None)


def _read(case: Case, site_id: str, drawings: Drawings, *words: str) -> _Sketch:
    """The drawings in all files, as one thing drawn several times."""
    site = case.register.get(site_id)
    scene = case.scenes.get(site_id, drawings.on)
    if scene.radar is not None:
        raise BadInput(
            f"scene {scene.id} is a radar image: its pixels outline nothing that could be measured",
            "Draw on an image of light.",
        )
    if scene.fault is not None:
        raise BadInput(f"scene {scene.id} cannot be used: {scene.fault}", "Name another scene.")
    names = drawings.analysts
    if len(names) not in (0, 1, len(drawings.files)):
        raise BadSetting(
            f"{len(names)} analysts for {len(drawings.files)} files",
            "Give --analyst once, or once for each --geometry.",
        )
    by_file = (
        names
        if len(names) == len(drawings.files)
        else names * len(drawings.files) or ("",) * len(drawings.files)
    )
    grid = site_grid(Bench(case), site)
    files = tuple((file, hashed(file) if file.is_file() else "") for file in drawings.files)
    as_drawn: list[Tracing] = []
    for file, name in zip(drawings.files, by_file, strict=True):
        for tracing in read_tracings(file, *words, frame=site.frame):
            if name and tracing.analyst and name != tracing.analyst:
                raise BadInput(
                    f"{file.name} says that {tracing.analyst} drew it, --analyst says {name}",
                    "Keep the one that is true.",
                )
            as_drawn.append(Tracing(tracing.geometry, tracing.analyst or name))
    if len({isinstance(tracing.geometry, DRAWN["line"]) for tracing in as_drawn}) > 1:
        raise BadGeometry("some files hold an outline, others a line", "Measure them one by one.")
    tracings = tuple(replace(tracing, geometry=onto_grid(tracing.geometry, grid)) for tracing in as_drawn)
    return _Sketch(site, grid, scene, tracings, tuple(as_drawn), files)


def _with_sun(sketch: _Sketch) -> tuple[Scene, tuple[float, float]]:
    """
    The scene with the sun's angles: its own, else from its time and the place, where both are known.

    And by how many degrees of azimuth and elevation they may be off either way, where of the time only the hour is
    known; angles that were computed from such an hour when the scene was added are not the scene's own.
    """
    scene, acquired = sketch.scene, sketch.scene.acquired
    is_known = scene.sun_azimuth is not None and scene.sun_elevation is not None
    if sketch.site.frame is not Frame.EARTH or not acquired.has_hour:
        return scene, (0.0, 0.0)
    place = off_grid(sketch.tracings[0].geometry, sketch.grid).centroid

    def sun(at: datetime) -> tuple[float, float]:
        return sun_position(at, place.x, place.y)

    azimuth, elevation = sun(acquired.start)
    if is_known and (
        abs((scene.sun_elevation or 0.0) - elevation) > AS_COMPUTED or not _ONLY_HOUR.search(acquired.text)
    ):
        return scene, (0.0, 0.0)
    if not _ONLY_HOUR.search(acquired.text):
        return replace(scene, sun_azimuth=azimuth, sun_elevation=elevation), (0.0, 0.0)
    later_azimuth, later = sun(acquired.start + timedelta(hours=1))
    turn = (later_azimuth - azimuth + 180) % 360 - 180
    middle = replace(scene, sun_azimuth=(azimuth + turn / 2) % 360, sun_elevation=(elevation + later) / 2)
    return middle, (abs(turn) / 2, abs(later - elevation) / 2)


def _refuse(size: Measurement) -> None:
    if size.refused is not None:
        raise NotMeasured(
            f"no {size.what}: {size.refused}",
            "Draw it on a scene with finer pixels; this one does not show it well enough.",
        )


def _outline_of_option(said: str | None) -> OutlineOf | None:
    return None if said is None else OutlineOf(_one_of(OutlineOf, said, "--outline"))


def _one_of(words: Any, said: str, option: str) -> Any:
    try:
        return words(said)
    except ValueError as error:
        raise BadSetting(f"{option}: no {said!r}", f"There are: {', '.join(words)}.") from error
