"""Measure events and structures on the images: which looks, which model, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import xarray as xr
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from siteline.measure.area import area_of_fit, area_of_ground
from siteline.measure.coarse import enough_pixels
from siteline.measure.fitted.footprint import fit_footprint
from siteline.measure.length import height_of_fit, sides_of_fit
from siteline.measure.options import MeasureOptions
from siteline.measure.stack import Stack, cut_stack, to_pixels
from siteline.model.change import ChangeEvent, Kind, Stage, State
from siteline.model.errors import BadGeometry, NotMeasured
from siteline.model.imagery import Grid
from siteline.model.measurement import Measurement

__all__ = ["MeasureOptions", "measure_event", "measure_outline"]

GROUND = (Kind.CLEARING, Kind.SURFACE_CHANGE)
"""Changes that have no roof: their outline is measured softly."""

SLIVER = 0.15
"""Neighbours that touch may overlap by so much of the smaller one where outlines are a little off."""

GROWING_LOOKS = 5
"""Of a building still growing only so many of the latest looks are alike; and its roof is patchy."""


def measure_event(
    event: ChangeEvent,
    cube: xr.Dataset,
    options: MeasureOptions | None = None,
    keep_clear: Sequence[BaseGeometry] = (),
) -> tuple[Measurement, ...]:
    """
    Area, length, width and height of what an event left behind, on the looks that show it best.

    keep_clear: outlines of buildings, in grid coordinates; those that are not the event itself are left out of
    the picture. A size that cannot be believed is a Measurement
    with `refused`, never a cruder number. A demolition is measured on the looks before it.
    """
    options = options or MeasureOptions()
    grid: Grid = cube.attrs["grid"]
    outline = _one_polygon(event.outline)
    scene_ids = _scenes_of(event, cube)
    if event.kind in GROUND or event.stage is Stage.CLEARED:
        return (_measure_ground(event.outline, cube, grid, scene_ids, options),)
    if event.stage is Stage.STRUCTURE:
        looks, explained = min(options.max_looks, GROWING_LOOKS), options.min_explained - 0.1
        options = replace(options, max_looks=looks, min_explained=explained)
    height = (event.height.value, event.height.sigma * 1.5 + 0.5) if event.height else options.height_m
    expects_shadow = event.stage is not Stage.FOUNDATION
    return _measure_building(
        outline,
        cube,
        grid,
        scene_ids,
        height if expects_shadow else None,
        options,
        keep_clear,
        fresh=event.kind is Kind.CONSTRUCTION,
        unfinished=event.stage is Stage.STRUCTURE,
    )


def measure_outline(
    outline: BaseGeometry,
    cube: xr.Dataset,
    options: MeasureOptions | None = None,
    keep_clear: Sequence[BaseGeometry] = (),
    near: str | None = None,
) -> tuple[Measurement, ...]:
    """
    Area, length, width and height of a building that stands there, refitted on the images.

    outline: grid coordinates; a person may have drawn it a few metres off. near: id of the look beside which it was
    drawn, so that looks close to it in time are used; None: the latest.
    """
    options = options or MeasureOptions()
    grid: Grid = cube.attrs["grid"]
    order = _near(cube, near)
    return _measure_building(_one_polygon(outline), cube, grid, order, options.height_m, options, keep_clear)


def _near(cube: xr.Dataset, scene_id: str | None) -> list[str]:
    """Scenes of a cube, those nearest in time to one of them first; None: the latest first."""
    names = [str(name) for name in cube["scene"].to_numpy()]
    if scene_id is None:
        return names[::-1]
    times = cube["time"].to_numpy()
    away = np.abs(times - times[names.index(scene_id)])
    return [names[i] for i in np.argsort(away, kind="stable")]


def _measure_building(
    outline: Polygon,
    cube: xr.Dataset,
    grid: Grid,
    scene_ids: Sequence[str],
    height: tuple[float, float] | None,
    options: MeasureOptions,
    keep_clear: Sequence[BaseGeometry],
    fresh: bool = False,
    unfinished: bool = False,
) -> tuple[Measurement, ...]:
    cube, options = enough_pixels(cube, outline, options)
    grid = cube.attrs["grid"]
    outline_px = to_pixels(outline, grid)
    others = [to_pixels(other, grid) for other in keep_clear if not _is_same(other, outline)]
    stack: Stack | None = None
    try:
        stack = cut_stack(cube, grid, outline_px, scene_ids, options, others)
        found = fit_footprint(stack, outline_px, height, options, fresh, unfinished)
    except NotMeasured as refusal:
        scenes = stack.scene_ids if stack is not None else ()
        method = (
            f"roof outline fitted to {len(scenes)} looks" if scenes else "roof outline fitted to the looks"
        )
        return tuple(
            Measurement(what, None, (), method, scenes, refused=str(refusal))
            for what in ("area", "length", "width")
        )
    sizes: list[Measurement] = [
        area_of_fit(found, grid, options),
        *sides_of_fit(found, grid, options),
    ]
    tall = height_of_fit(found, grid, options)
    return (*sizes, tall) if tall is not None else tuple(sizes)


def _is_same(other: BaseGeometry, outline: Polygon) -> bool:
    """Whether two outlines may mean one building: what they share is no sliver of the smaller one."""
    return bool(other.intersection(outline).area > SLIVER * min(other.area, outline.area))


def _measure_ground(
    outline: BaseGeometry, cube: xr.Dataset, grid: Grid, scene_ids: Sequence[str], options: MeasureOptions
) -> Measurement:
    try:
        stack = cut_stack(cube, grid, to_pixels(outline, grid), scene_ids, options)
    except NotMeasured:
        stack = None
    return area_of_ground(stack, outline, grid, options)


def _scenes_of(event: ChangeEvent, cube: xr.Dataset) -> list[str]:
    """Scenes that show what is to be measured, the latest first; before a demolition, after anything else."""
    order = {str(name): i for i, name in enumerate(cube["scene"].to_numpy())}
    wanted = State.UNCHANGED if event.kind is Kind.DEMOLITION else State.CHANGED
    shown = [o.scene_id for o in event.observations if o.state is wanted and o.scene_id in order]
    if not shown and event.first_with in order:
        shown = [event.first_with]
    shown.sort(key=order.__getitem__, reverse=True)
    if event.finished is not None and event.kind is not Kind.DEMOLITION:
        times = cube["time"].to_numpy().astype("datetime64[D]").astype(object)
        finished = [name for name in shown if times[order[name]] >= event.finished.by]
        shown = finished if len(finished) >= 2 else shown
    return shown


def _one_polygon(outline: BaseGeometry) -> Polygon:
    """The largest piece of an outline; raises BadGeometry if it encloses nothing."""
    pieces = list(outline.geoms) if isinstance(outline, MultiPolygon) else [outline]
    areas = [piece for piece in pieces if isinstance(piece, Polygon) and piece.area > 0]
    if not areas:
        raise BadGeometry("the outline encloses nothing")
    largest = max(areas, key=lambda piece: float(piece.area))
    return largest if largest.is_valid else _one_polygon(largest.buffer(0))
