"""The contact sheet of a comparison: crops that show ground, outlines that say which image shows the thing, words that fit."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from shapely.geometry import box

from siteline.model.dates import DateInterval
from siteline.model.pairs import Comparison, PairFit, PairMode, PairOptions, Place, Places
from siteline.raster.grid import off_grid
from siteline.report.contact import draw_contact_sheet
from tests.factory import make_scene
from tests.report.material import DAYS, EARTH, paint_cube

YELLOW = (255, 221, 0)
CROP, LEFT, RIGHT, TEXT = 300, 12, 324, 636
"""Side of a crop, and where the columns of the sheet begin, pixels."""


def sheet(*places: Place, mode: PairMode = PairMode.PLACES, **scene: Any) -> NDArray[np.uint8]:
    """A sheet of two clear looks of the invented works."""
    names = [scene.pop("before", "S01"), "S30"]
    pair = paint_cube().isel(time=[1, 30])
    pair = pair.assign_coords(scene=("time", names))
    scenes = [
        make_scene(name, DAYS[at].isoformat(), **{"credit": "Invented Space Agency", **scene})
        for name, at in zip(names, (1, 30), strict=True)
    ]
    fit = PairFit((0.4, -0.2), 0.5, 0.6, 0.1, 0.05, 1.0, EARTH)
    comparison = Comparison(
        id="c0ffee" * 8,
        site_id="works",
        before=names[0],
        after=names[1],
        interval=DateInterval(DAYS[1], DAYS[30]),
        fit=fit,
        found=Places(mode, places, None, 0.01, ()),
        options=PairOptions(),
    )
    drawn = draw_contact_sheet(pair, comparison, (scenes[0], scenes[1]))
    picture = np.asarray(Image.open(io.BytesIO(drawn.data)).convert("RGB"))
    assert picture.shape[1::-1] == drawn.size
    return picture


def place(*pixels: float, appeared: bool | None = True, doubts: tuple[str, ...] = ()) -> Place:
    """One place: (left, top, right, bottom) in pixels of the grid."""
    a, _, c, _, e, f = EARTH.transform
    left, top, right, bottom = pixels
    outline = box(c + a * left, f + e * bottom, c + a * right, f + e * top)
    assert off_grid(outline, EARTH).is_valid
    return Place(1, outline, 0.9, appeared, 300.0, ("new edges run along most of its outline",), doubts)


def crops(picture: NDArray[np.uint8], feet: int = 2) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Before and after of a sheet of one place, whose words need no more room than its crops."""
    end = picture.shape[0] - 24 * feet - 12 - 12
    rows = slice(end - CROP, end)
    return picture[rows, LEFT : LEFT + CROP], picture[rows, RIGHT : RIGHT + CROP]


def yellow(picture: NDArray[np.uint8]) -> int:
    return int((picture == YELLOW).all(axis=2).sum())


def test_a_crop_at_the_edge_is_filled_with_ground() -> None:
    """A place in a corner: the crop moves inwards and keeps its scale, and the outline moves with it."""
    for crop in crops(sheet(place(0, 0, 12, 10))):
        assert not (crop == 225).all(axis=2).any()
        away = crop[CROP // 2 :, CROP // 2 :]
        assert yellow(crop) > 0
        assert yellow(away) == 0


def test_an_outline_is_dashed_only_where_the_thing_does_not_stand() -> None:
    """New: dashed before. Gone: dashed after. Ground that changed is there on both images: dashed on none."""
    before, after = crops(sheet(place(60, 50, 90, 70)))
    assert 0 < yellow(before) < 0.7 * yellow(after)
    before, after = crops(sheet(place(60, 50, 90, 70, appeared=False)))
    assert 0 < yellow(after) < 0.7 * yellow(before)
    before, after = crops(sheet(place(60, 50, 90, 70, appeared=None), mode=PairMode.GROUND))
    assert yellow(after) == yellow(before) > 0


def test_words_that_need_more_room_get_it() -> None:
    """Many doubts make the row taller; a long credit and a long name of an image break; nothing reaches the right edge."""
    short = sheet(place(60, 50, 90, 70))
    many = sheet(place(60, 50, 90, 70, doubts=("it may be a shadow that moved, " * 5,) * 8))
    assert many.shape[0] > short.shape[0] + 100
    credit = "Invented Space Agency, its partners, and whoever else has to be named; " * 4
    long = sheet(place(60, 50, 90, 70), credit=credit, before="S" * 61)
    assert long.shape[0] > short.shape[0]
    for picture in (short, many, long):
        assert (picture[-8:, :] == 255).all()
        assert (picture[:, -6:] == 255).all()
