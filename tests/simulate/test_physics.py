"""Sun, shadow, camera and mark, each against a fact that can be checked without the renderer."""

import math
from datetime import UTC, date, datetime

import numpy as np
import pytest
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from siteline.simulate.coverage import Raster, cover
from siteline.simulate.draw import draw_part, paint_weights
from siteline.simulate.light import Sun, cast_shadow, shade_roofs, sweep
from siteline.simulate.mark import burn_mark, letter_mark
from siteline.simulate.sensor import make_operator, see_pixels
from siteline.simulate.site import Building, PlannedLook, Works, draw_l, draw_rectangle
from siteline.simulate.sun import find_sun
from siteline.simulate.works import stand_on

DAY = date(2024, 6, 1)


def test_the_sun_stands_where_nrel_says() -> None:
    """The worked example of Reda and Andreas (NREL/TP-560-34302): azimuth 194.340°, elevation 39.872°."""
    azimuth, elevation = find_sun(datetime(2003, 10, 17, 19, 30, 30, tzinfo=UTC), 39.742476, -105.1786)
    assert azimuth == pytest.approx(194.340, abs=0.02)
    assert elevation == pytest.approx(39.872, abs=0.02)


def test_a_shadow_is_as_long_as_height_over_tangent() -> None:
    """With the sun in the south at 30°, a wall of 10 m throws 17.3 m of shadow, to the north."""
    building = Building("A", draw_rectangle(0, 0, 40, 20), 0.0, 10.0, "bitumen")
    shade = cast_shadow(stand_on(building, DAY)[0], Sun(180.0, 30.0))
    assert shade.bounds == pytest.approx((-20, -10, 20, 10 + 10 / math.tan(math.radians(30))))
    assert shade.area == pytest.approx(40 * (20 + 10 * math.sqrt(3)))


def test_a_sweep_leaves_the_corner_of_an_l_open() -> None:
    """The notch of an L is not filled by its own shadow, unless the shadow falls through it."""
    shape = draw_l(0, 0, 40, 30, (20, 15), 0)
    assert sweep(shape, (-3.0, -4.0)).area == pytest.approx(
        shape.area + 3 * 30 + 4 * 40, rel=1e-9
    )  # both steps are seen in full from the lower left


def test_a_tower_shades_the_roof_beside_it() -> None:
    """A lower roof lies in the shadow of a tower by the difference of their heights; never the other way."""
    low = Building("low", draw_rectangle(0, 20, 30, 20), 0.0, 5.0, "bitumen")
    high = Building("high", draw_rectangle(0, 0, 30, 20), 0.0, 12.0, "bitumen")
    parts = [*stand_on(low, DAY), *stand_on(high, DAY)]
    sun = Sun(180.0, 45.0)
    falls = shade_roofs(parts, [cast_shadow(part, sun) for part in parts], sun)
    assert falls[0].area == pytest.approx(30 * 7, rel=1e-6)
    assert falls[1].is_empty


@pytest.mark.parametrize("turn", [0.0, 12.0, 61.0])
@pytest.mark.parametrize("off_nadir", [0.0, 4.0])
def test_a_rendered_building_covers_its_area(turn: float, off_nadir: float) -> None:
    """Roof with walls cover exactly the ground that the leaning block hides, within 0.1 %."""
    outline = draw_rectangle(50, 50, 47, 21, turn)
    building = Building("A", outline, turn, 9.0, "rust", pitch=12.0)
    raster = Raster(0, 100, 1.0, (100, 100))
    look = PlannedLook(datetime(2024, 6, 1, 13, tzinfo=UTC), view_off_nadir=off_nadir, view_azimuth=98.0)
    part = stand_on(building, DAY)[0]
    share = paint_weights(draw_part(part, "A", cover_nothing(), look, Sun(150, 50)), raster)[4]
    lean = 9 * math.tan(math.radians(off_nadir))
    by = lean * math.sin(math.radians(98)), lean * math.cos(math.radians(98))
    assert share.sum() == pytest.approx(sweep(outline, by).area, rel=1e-3)
    if off_nadir == 0:
        assert share.sum() == pytest.approx(outline.area, rel=1e-3)


def cover_nothing() -> BaseGeometry:
    """An empty shadow."""
    return Polygon()


def test_works_show_slab_then_frame_then_roof() -> None:
    """A building whose frame is half up stands on its own slab, and both together keep its area."""
    works = Works(date(2024, 1, 1), date(2024, 2, 1), date(2024, 4, 1), date(2024, 6, 1), date(2024, 7, 1))
    building = Building("N", draw_l(0, 0, 60, 30, (20, 12), 25), 25.0, 8.0, "rust", built=works)
    assert stand_on(building, date(2024, 1, 20)) == ()
    for day, heights in (
        (date(2024, 3, 25), [0.3]),
        (date(2024, 5, 1), [pytest.approx(6.0, abs=0.5), 0.3]),
        (date(2024, 6, 15), [8.0]),
        (date(2024, 7, 2), [8.0]),
    ):
        parts = stand_on(building, day)
        assert [part.height_m for part in parts] == heights
        assert sum(part.outline.area for part in parts) == pytest.approx(building.outline.area)


def test_the_camera_neither_makes_nor_loses_light() -> None:
    """A point of light keeps its sum and its place through blur and pixels."""
    fine = np.zeros((120, 120), np.float32)
    fine[50, 71] = 1.0
    operator = make_operator((np.arange(40) + 0.5) * 3, 120, 2.25, 3.0)
    pixels = see_pixels(fine, operator, operator)
    assert pixels.sum() == pytest.approx(1 / 9, rel=1e-4)
    rows, columns = np.mgrid[0:40, 0:40] + 0.5
    assert (pixels * rows).sum() / pixels.sum() == pytest.approx(50.5 / 3, abs=1e-3)
    assert (pixels * columns).sum() / pixels.sum() == pytest.approx(71.5 / 3, abs=1e-3)
    spread = np.sqrt((pixels * (columns - 71.5 / 3) ** 2).sum() / pixels.sum())
    assert spread == pytest.approx(math.sqrt(0.75**2 + 1 / 12 + 1 / 12 / 9), abs=0.01)


def test_the_mark_is_read_from_any_picture() -> None:
    """Burned letters stand out on black, white and grey alike, and leave most of the picture as it was."""
    for level in (0, 128, 255):
        picture = np.full((200, 300, 3), level, np.uint8)
        burned = burn_mark(picture)
        changed = np.abs(burned.astype(int) - level).max(axis=2) > 60
        assert 0.01 < changed.mean() < 0.35
        assert picture.max() == level
    raster = Raster(0, 200, 1, (200, 300))
    assert cover(letter_mark(300, 200), raster)[150:, :100].sum() > 50  # it starts at the lower left
