"""Shapes found by what the pixels ask for, and buildings told from the ground they stand on."""

from __future__ import annotations

import pytest
from shapely.affinity import rotate, scale, translate
from shapely.geometry import Polygon, box

from siteline.measure.measure import measure_outline
from tests.measure.rendering import GSD, World, on_grid, render

BAR = box(-11, -5.5, 11, 1.5)
SHAPES = {
    "L-shape": BAR.union(box(3.5, -5.5, 11, 9)),
    "T-shape": BAR.union(box(-4, -5.5, 4, 9.5)),
    "U-shape": BAR.union(box(-11, -5.5, -4.5, 9)).union(box(4.5, -5.5, 11, 9)),
}


def placed(outline: Polygon, turn: float) -> Polygon:
    """An outline around the middle of the rendered image."""
    turned: Polygon = translate(rotate(outline, turn, origin=(0, 0)), 28.3, 27.6)
    return turned


@pytest.mark.parametrize("name", sorted(SHAPES))
@pytest.mark.parametrize("turn", [14.0, 63.0])
def test_a_roof_of_several_wings_is_found_from_a_plain_rectangle(name: str, turn: float) -> None:
    """Drawn as the rectangle around it, the roof is found with its wings, within 5 % of its area."""
    footprint = placed(SHAPES[name], turn)
    cube = render(World(footprint, contrast=0.16, seed=int(turn)), 4)
    drawn = scale(footprint.minimum_rotated_rectangle, 0.95, 0.95)
    area = measure_outline(on_grid(drawn), cube)[0]
    assert area.quantity is not None, area.refused
    assert name in area.method
    assert area.quantity.value == pytest.approx(footprint.area * GSD**2, rel=0.05)


@pytest.mark.parametrize("size", [0.85, 1.18])
def test_a_drawn_shape_is_kept_when_it_is_drawn_too_large_or_small(size: float) -> None:
    """A T drawn a sixth too large or small, and two pixels off, comes back as the T that is there."""
    footprint = placed(SHAPES["T-shape"], 30.0)
    cube = render(World(footprint, contrast=0.14, seed=8), 5)
    drawn = translate(scale(footprint, size, size), 1.4, -1.2)
    area = measure_outline(on_grid(drawn), cube)[0]
    assert area.quantity is not None, area.refused
    assert "T-shape" in area.method
    assert area.quantity.value == pytest.approx(footprint.area * GSD**2, rel=0.04)


@pytest.mark.parametrize("yard_px", [2.5, 4.0])
def test_a_hall_is_not_measured_with_the_yard_around_it(yard_px: float) -> None:
    """On a bright yard the hall is measured, not the yard, from an outline between the two."""
    footprint = placed(box(-10, -6, 10, 6), 22.0)
    cube = render(World(footprint, contrast=0.2, yard_px=yard_px, seed=4), 5)
    drawn = footprint.buffer(yard_px / 3, join_style="mitre")
    area = measure_outline(on_grid(drawn), cube)[0]
    assert area.quantity is not None, area.refused
    assert area.quantity.value == pytest.approx(footprint.area * GSD**2, rel=0.06)
    assert area.quantity.low95 < footprint.area * GSD**2 < area.quantity.high95


def test_a_neighbour_does_not_pull_at_a_wall() -> None:
    """With the hall next to it handed over, a hall a few pixels away is measured within 3 %; touching outlines are no one."""
    footprint = placed(box(-9, -6, 9, 6), 0.0)
    neighbour = translate(footprint, 0, 15)
    cube = render(World(footprint, contrast=0.12, seed=6), 5)
    beside = render(World(neighbour, contrast=0.3, seed=6), 5)
    both = cube.assign(value=cube["value"] + (beside["value"] - beside["value"].median()) * 0.7)
    area = measure_outline(on_grid(footprint), both, keep_clear=[on_grid(neighbour), on_grid(footprint)])[0]
    assert area.quantity is not None, area.refused
    assert area.quantity.value == pytest.approx(footprint.area * GSD**2, rel=0.03)
