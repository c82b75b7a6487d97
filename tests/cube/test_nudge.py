"""Looks moved by hand lie where they were put, and say how far that is from where the images would put them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siteline.cube.align import Alignment, align
from siteline.cube.load import CubeOptions, build_cube
from siteline.model.nudge import Nudge
from siteline.raster.resample import Mapping
from tests.cube.series import Series, ground, known_shifts, make_series, moved

OPTIONS = CubeOptions(margin_px=45)


def nudge(scene: str, right: float, down: float, follows: str | None = None) -> Nudge:
    """A nudge on file."""
    return Nudge(f"n-{scene}", scene, (right, down), "seen by eye", follows)


def lay(series: Series, *nudges: Nudge) -> tuple[Alignment, np.ndarray]:
    """The series aligned with these nudges, and its red light."""
    natives, grid, _ = series.natives(OPTIONS)
    alignment = align(natives, series.site, grid, OPTIONS, nudges)
    built = build_cube(natives, alignment, grid, OPTIONS)
    return alignment, built.cube["value"].sel(band="red").values


def far_off(folder: Path) -> Series:
    """Nine looks on one another, and one 30 px to the right and 18 px up, which no estimate can find."""
    shifts = [tuple(s) for s in known_shifts(10, size=0.1)]
    shifts[4] = (30.0, -18.0)
    return make_series(folder, shifts)


def test_a_look_that_no_estimate_finds_is_brought_back_by_hand(tmp_path: Path) -> None:
    """Left out without a nudge; with it, it is used, lies right, and says what it was moved by."""
    series = far_off(tmp_path)
    before, _ = lay(series)
    assert not before.looks[4].used
    after, red = lay(series, nudge("S04", -30.0, 18.0))
    look = after.looks[4]
    assert look.used
    assert look.nudge == "n-S04"
    assert look.shift_px == (-30.0, 18.0)
    assert look.residual_px is not None
    assert look.residual_px < 0.3
    others = np.nanmedian(np.delete(red, 4, axis=0), axis=0)
    assert np.nanmean(np.abs(red[4] - others)) < 0.01
    assert all(look.nudge is None for at, look in enumerate(after.looks) if at != 4)


def test_a_wrong_nudge_is_obeyed_and_tells_its_distance(tmp_path: Path) -> None:
    """Three pixels off the others: it lies there, and its residual and a remark say so; the others do not follow it."""
    series = make_series(tmp_path, known_shifts(9, size=0.1))
    plain, _ = lay(series)
    natives, grid, _ = series.natives(OPTIONS)
    alignment = align(natives, series.site, grid, OPTIONS, (nudge("S03", 3.0, 0.0),))
    look = alignment.looks[3]
    assert look.used
    assert look.shift_px == (3.0, 0.0)
    assert look.residual_px == pytest.approx(3.0, abs=0.35)
    assert any("nudged by hand, 3" in r.text or "nudged by hand, 2.9" in r.text for r in alignment.remarks)
    for at, (one, other) in enumerate(zip(plain.looks, alignment.looks, strict=True)):
        if at != 3:
            assert other.shift_px == pytest.approx(one.shift_px, abs=0.12)


def test_a_look_held_to_another_moves_with_it(tmp_path: Path) -> None:
    """The reference was itself shifted by the estimate, and one that is held to it by no pixel at all lies on it."""
    image, shifts = ground(), [tuple(s) for s in known_shifts(9, size=0.1)]
    shifts[2] = (1.5, -1.0)
    shifts[6] = (1.5, -1.0)
    series = make_series(tmp_path, shifts)
    alignment, red = lay(series, nudge("S06", 0.0, 0.0, follows="S02"))
    held, reference = alignment.looks[6], alignment.looks[2]
    assert held.shift_px == pytest.approx(reference.shift_px, abs=1e-9)
    assert held.shift_px == pytest.approx((-1.5, 1.0), abs=0.2)
    assert held.residual_px is not None
    assert held.residual_px < 0.3
    assert np.nanmean(np.abs(red[6] - red[2])) < 0.01
    assert image.shape == moved(image, 0, 0).shape


def test_nothing_changes_without_a_nudge(tmp_path: Path) -> None:
    """A nudge of a scene that is not there changes no look."""
    series = make_series(tmp_path, known_shifts(6))
    plain, _ = lay(series)
    other, _ = lay(series, nudge("gone", 5.0, 5.0))
    assert plain.looks == other.looks


def test_a_shift_on_the_grid_is_turned_into_that_of_a_turned_look() -> None:
    """A quarter turn: right on the grid is down in the look."""
    rows, cols = np.meshgrid(np.arange(20.0), np.arange(20.0), indexing="ij")
    quarter = Mapping((20, 20), None, np.stack([2 * cols, -2 * rows]))
    assert quarter.steps() == pytest.approx(np.array([[0.0, 2.0], [-2.0, 0.0]]))
