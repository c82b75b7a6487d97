"""Numbers that carry their error."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.model.quantity import Quantity


def test_bounds_are_those_of_a_normal_error() -> None:
    """95 % bounds lie 1.96 sigmas from the value."""
    area = Quantity(4300, 120, "m²")
    assert area.low95 == pytest.approx(4300 - 235.2, abs=0.1)
    assert str(area) == "4,300 m² (95 %: 4,060–4,540)"


def test_stated_bounds_go_before_sigma() -> None:
    """A ratio's lopsided bounds are kept as they are."""
    assert Quantity(0.65, 0.02, "", bounds=(0.612, 0.69)).low95 == 0.612


@pytest.mark.parametrize(("value", "sigma"), [(math.nan, 1), (1, math.inf), (1, -1)])
def test_nonsense_is_no_quantity(value: float, sigma: float) -> None:
    """A number that is not finite, or an error below zero, is never carried on."""
    with pytest.raises(ValueError, match="not a quantity"):
        Quantity(value, sigma, "m")


@given(st.floats(-1e8, 1e8), st.floats(1e-3, 1e6))
def test_rounding_never_moves_a_number_by_a_hundredth_of_its_error(value: float, sigma: float) -> None:
    """Interchange numbers lie within sigma / 100 of what was measured, and rounding twice changes nothing."""
    told = Quantity(value, sigma, "m").as_dict()
    assert abs(told["value"] - value) <= sigma / 100
    again = Quantity(told["value"], sigma, "m").as_dict()
    assert again["value"] == told["value"]


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e5))
def test_what_is_shown_holds_what_was_measured(value: float, sigma: float) -> None:
    """Shown bounds are rounded outwards, never inwards, and by no more than a digit of the error."""
    size = Quantity(value, sigma, "m")
    _, low, high = (float(text.replace(",", "").replace("−", "-")) for text in size.rounded())
    assert low <= max(size.low95, 0.0 if value > 0 else size.low95) + 1e-5 * sigma
    assert high >= size.high95 - 1e-5 * sigma
    assert high - low <= size.high95 - size.low95 + 2 * sigma
