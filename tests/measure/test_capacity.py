"""What a building may hold, as ranges of a person's assumptions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.measure.capacity import infer_capacity
from siteline.model.errors import BadInput, CannotTell, NotMeasured
from siteline.model.measurement import Assumed, Measurement
from siteline.model.quantity import Quantity
from tests.factory import make_area


def assume(low: float, high: float, **more: tuple[float, float]) -> Assumed:
    """Somebody's assumption."""
    return Assumed((low, high), "J. Doe", "two rows of windows", **more)


def test_the_ends_multiply_the_ends() -> None:
    """Footprint 1,682–1,918 m² at 95 %, one to two floors of 60–120 m² each dwelling."""
    found = infer_capacity(make_area(1800, 60), assume(1, 2, dwelling_m2=(60, 120)))
    assert found.floor_m2 == (1600, 3900)
    assert found.dwellings == (14, 64)
    assert found.workers is None


@given(st.floats(1, 1e6), st.floats(0.001, 0.4), st.floats(0.5, 20), st.floats(1, 5), st.floats(5, 200))
def test_a_range_holds_every_product_of_its_parts(
    value: float, error: float, low: float, times: float, each: float
) -> None:
    """Whatever lies within the footprint's interval and the assumptions lies within the result; ends never meet."""
    area = make_area(value, value * error)
    assert area.quantity is not None
    found = infer_capacity(area, assume(low, low * times, worker_m2=(each, 2 * each)))
    for size in (max(area.quantity.low95, 0), value, area.quantity.high95):
        for floors in (low, low * times):
            assert found.floor_m2[0] <= size * floors * (1 + 1e-9)
            assert found.floor_m2[1] >= size * floors * (1 - 1e-9)
            assert found.workers is not None
            assert found.workers[0] <= size * floors / each * (1 + 1e-9)
            assert found.workers[1] >= size * floors / (2 * each) * (1 - 1e-9)
    assert found.floor_m2[0] < found.floor_m2[1]


@pytest.mark.parametrize(
    "ends", [(0.0, 2.0), (3.0, 1.0), (-1.0, 2.0), (1.0, math.inf), (1.0, 1e300), (math.nan, 2.0)]
)
def test_a_range_that_is_none_is_refused(ends: tuple[float, float]) -> None:
    """Nothing, less than nothing, the wrong way round, or beyond all buildings."""
    with pytest.raises(BadInput, match="no range above zero"):
        infer_capacity(make_area(), assume(*ends))


def test_without_a_size_in_metres_nothing_is_inferred() -> None:
    """Pixels have no floor area, and neither has a size that was refused."""
    with pytest.raises(CannotTell, match="scale"):
        infer_capacity(Measurement("area", Quantity(100, 5, "px²"), (), "", ()), assume(1, 2))
    with pytest.raises(NotMeasured, match="too small"):
        infer_capacity(Measurement("area", None, (), "", (), refused="too small"), assume(1, 2))
