"""Pitched roofs of rendered estates: which way their faces look, and that they close over the building."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from siteline.simulate.site import Building, draw_rectangle
from siteline.simulate.works import Part, stand_on


def part(form: str, pitch: float = 20.0, turn: float = 30.0) -> Part:
    """A hall of 40 by 20 m under a roof of that form."""
    hall = Building("A-1", draw_rectangle(0, 0, 40, 20, turn), turn, 6.0, "grey metal", pitch, form=form)
    (only,) = stand_on(hall, date(2024, 1, 1))
    return only


def slopes(of: Part) -> set[tuple[int, int, int]]:
    """Normals of the faces that count, along, across and up the building, in hundredths."""
    turn = np.radians(30.0)
    east, north, up = of.tiling.normal[of.tiling.share > 0].T
    along, across = east * np.cos(turn) + north * np.sin(turn), north * np.cos(turn) - east * np.sin(turn)
    return {
        (round(100 * a), round(100 * b), round(100 * c)) for a, b, c in zip(along, across, up, strict=True)
    }


def test_a_hip_has_four_slopes_and_a_short_ridge() -> None:
    """Two faces look across, two along; the ridge is shorter than the hall by its width and as high as a gable's."""
    assert slopes(part("gable")) == {(0, 34, 94), (0, -34, 94)}
    assert slopes(part("hip")) == {(0, 34, 94), (0, -34, 94), (34, 0, 94), (-34, 0, 94)}
    ridge, gable = part("hip").ridge, part("gable").ridge
    assert ridge is not None
    assert gable is not None
    assert np.hypot(ridge[0][0] - ridge[1][0], ridge[0][1] - ridge[1][1]) == pytest.approx(20)
    assert ridge[2] == pytest.approx(gable[2])


def test_an_arch_turns_from_eave_to_eave() -> None:
    """Its faces look from one side over upwards to the other; it is lower than a gable of the slope at its eaves."""
    across = sorted({b for _, b, _ in slopes(part("arch"))})
    assert len(across) == 8
    assert across[0] == -across[-1] > -34
    ridge, gable = part("arch").ridge, part("gable").ridge
    assert ridge is not None
    assert gable is not None
    assert 6.0 < ridge[2] < gable[2]
