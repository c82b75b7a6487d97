"""Rectangles: what is read in them, and whether they come to lie on what there is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from bench.estate_plans import LEAST_PX
from bench.estates import make_pair
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.change.pairs.likeness import NAMES, figures_of
from siteline.change.pairs.outline import fit_sides
from siteline.change.pairs.rectangles import Rectangle, look_at_rectangles
from siteline.change.pairs.views import View, view_of
from siteline.change.pairs.worth import WEIGHTS

SIDE = 128


def _view(rectangle: Rectangle | None, tone: float = 0.7) -> View:
    """Even ground with one rectangle of another tone, pixels of half a metre."""
    image = np.full((3, SIDE, SIDE), 0.35, np.float32)
    if rectangle is not None:
        mask, rows, cols = rectangle.mask((SIDE, SIDE))
        image[:, rows, cols][:, mask] = tone
    return view_of(image, ("red", "green", "blue"), np.ones((SIDE, SIDE), bool), 0.5)


@given(
    length=st.floats(12, 50),
    width=st.floats(8, 30),
    turn=st.floats(0, math.pi),
    row=st.floats(60, 68),
    col=st.floats(60, 68),
)
def test_a_rectangle_covers_its_area_at_any_turn(
    length: float, width: float, turn: float, row: float, col: float
) -> None:
    mask, _, _ = Rectangle(row, col, length, width, turn).mask((SIDE, SIDE))
    assert np.count_nonzero(mask) == pytest.approx(length * width, abs=1.2 * (length + width))


def test_the_best_rectangle_lies_where_a_turned_roof_lies() -> None:
    """Of all that are tried, the one closed best by new edges has the middle of the roof, and nearly its turn."""
    roof = Rectangle(60.0, 70.0, 40.0, 28.0, math.radians(30))
    views = _view(None), _view(roof)
    known = np.ones((SIDE, SIDE), bool)
    best = (-1.0, roof)
    for seen in look_at_rectangles(views, np.full((SIDE, SIDE), 0.02, np.float32), known, 0.5):
        figures = dict(zip(NAMES, figures_of(seen, 1, 0.5), strict=True))
        score = figures["new edge all round"] + figures["closed"]
        at = int(np.argmax(score))
        y, x = (axis[at] for axis in np.nonzero(seen.where))
        found = Rectangle(seen.rows[y, x], seen.cols[y, x], seen.length, seen.width, seen.turn)
        best = max(best, (float(score[at]), found), key=lambda pair: pair[0])
    assert math.hypot(best[1].row - roof.row, best[1].col - roof.col) < 3
    assert abs(best[1].turn - roof.turn) < math.radians(16)


@pytest.mark.parametrize(("px_m", "shape"), [(0.02, (40, 40)), (0.1, (9, 120))])
def test_an_image_smaller_than_a_house_shows_none(px_m: float, shape: tuple[int, int]) -> None:
    """A detail of a drone's image, or a strip less than a metre wide: no rectangle, and no fault of ours."""
    known = np.ones(shape, bool)
    view = view_of(np.full((3, *shape), 0.35, np.float32), ("red", "green", "blue"), known, px_m)
    assert list(look_at_rectangles((view, view), np.full(shape, 0.02, np.float32), known, px_m)) == []


def test_the_dates_exchanged_exchange_the_figures() -> None:
    roof = Rectangle(60.0, 70.0, 40.0, 28.0, 0.0)
    usual, known = np.full((SIDE, SIDE), 0.02, np.float32), np.ones((SIDE, SIDE), bool)
    there = look_at_rectangles((_view(None), _view(roof)), usual, known, 0.5)
    back = look_at_rectangles((_view(roof), _view(None)), usual, known, 0.5)
    for one, other in zip(there, back, strict=True):
        np.testing.assert_allclose(figures_of(one, 1, 0.5), figures_of(other, 0, 0.5), atol=1e-5)


@settings(max_examples=10, deadline=None)
@given(row=st.floats(-3, 3), col=st.floats(-3, 3), longer=st.floats(0.85, 1.2), turn=st.floats(0, math.pi))
def test_sides_move_to_the_edges_of_a_roof(row: float, col: float, longer: float, turn: float) -> None:
    roof = Rectangle(64.0, 64.0, 40.0, 26.0, turn)
    start = Rectangle(64.0 + row, 64.0 + col, 40.0 * longer, 26.0 / longer, turn)
    fitted = fit_sides(start, _view(roof), _view(None))
    assert fitted.length == pytest.approx(40, abs=2.5)
    assert fitted.width == pytest.approx(26, abs=2.5)
    assert math.hypot(fitted.row - 64, fitted.col - 64) < 1.5


def test_every_figure_has_a_weight() -> None:
    assert tuple(WEIGHTS) == NAMES
    assert any(WEIGHTS.values())


def test_a_made_pair_is_the_same_again_and_tells_what_came() -> None:
    """The rendered pairs that the weights rest on: one seed, one pair; new roofs differ from what lay there before."""
    one, other = make_pair("village", 2), make_pair("village", 2)
    np.testing.assert_array_equal(one.pair["value"].values, other.pair["value"].values)
    sizes = np.bincount(one.truth.ravel())[1:]
    assert sizes.size >= 1
    assert sizes.min() >= LEAST_PX
    assert make_pair("still", 2).truth.max() == 0
