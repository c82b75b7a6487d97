"""Words for sizes that were asked for, in any unit, and for what a building may hold."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.findings.sizes import in_units, say_apart, say_capacity, say_measured, say_part, say_placing
from siteline.measure.capacity import infer_capacity
from siteline.model.errors import BadSetting
from siteline.model.measurement import Assumed, Measurement
from siteline.model.place import Role, Structure, Zone
from siteline.model.quantity import Quantity
from tests.factory import make_area, make_site

LINE = Structure(Role.PERIMETER, "fence", make_site().structures[1].geometry, since=date(2020, 11, 9))


def make_distance(value: float, sigma: float = 3.0, unit: str = "m") -> Measurement:
    """A distance to the perimeter."""
    return Measurement("distance_to_perimeter", Quantity(value, sigma, unit), (), "", ())


@pytest.mark.parametrize(
    ("quantity", "units", "value", "word"),
    [
        (Quantity(10_000, 100, "m²"), "hectares", 1.0, "hectares"),
        (Quantity(0.09290304, 0.001, "m²"), "square-feet", 1.0, "square feet"),
        (Quantity(0.3048, 0.01, "m"), "feet", 1.0, "feet"),
        (Quantity(12.0, 1.0, "m"), None, 12.0, "m"),
    ],
)
def test_factors_are_exact(quantity: Quantity, units: str | None, value: float, word: str) -> None:
    """A hectare has 10,000 m²; a foot is 0.3048 m."""
    said = in_units(quantity, units)
    assert (said.value, said.unit) == (pytest.approx(value, rel=1e-12), word)
    assert said.low95 / said.value == pytest.approx(quantity.low95 / quantity.value)


@pytest.mark.parametrize(
    ("unit", "units", "message"),
    [
        ("m", "hectares", "feet"),
        ("m²", "feet", "hectares or square-feet"),
        ("px²", "hectares", "gsd_m"),
        ("m", "ell", "feet"),
    ],
)
def test_units_that_do_not_fit_are_refused(unit: str, units: str, message: str) -> None:
    """A length has no hectares, a pixel no feet: refused with what fits."""
    with pytest.raises(BadSetting) as refusal:
        in_units(Quantity(10, 1, unit), units)
    assert message in refusal.value.hint


def test_a_size_is_a_sentence_with_its_interval() -> None:
    """Whose, how large, between what, how measured."""
    assert say_measured("A-2", make_area(4312, 120)) == (
        "The footprint of A-2 is about 4,300 m² (95 %: 4,070–4,550): footprint fitted to 5 looks."
    )
    assert say_measured("", make_area(4312, 120), "hectares", "area").startswith(
        "The area is about 0.43 hectares (95 %: 0.407–0.455)"
    )


def test_an_area_that_may_be_nothing_is_said_as_the_most_it_may_be() -> None:
    """Ground whose interval reaches zero has no "about": up to so much, in any unit, and that it may be nothing."""
    assert say_measured("the plot", make_area(800, 500), None, "area").startswith(
        "The area of the plot is up to 1,800 m² (95 %; it may be nothing at all): "
    )
    assert "up to 0.18 hectares (95 %; it may be nothing at all)" in say_measured(
        "", make_area(800, 500), "hectares"
    )


def test_parts_of_an_error_are_in_the_unit_of_the_words() -> None:
    """A part of 120 m² is 1,300 square feet or 0.012 hectares."""
    line = make_area(4312, 120).budget[0]
    assert [say_part(line, "m²", units) for units in (None, "square-feet", "hectares")] == [
        "120 m²", "1,300 square feet", "0.012 hectares",
    ]  # fmt: skip


def test_a_place_is_said_with_its_distance_and_doubt() -> None:
    """Inside, outside, across; and where the interval reaches the line, that it cannot be told from touching it."""
    line = "the line drawn from the image of 9 November 2020"
    inside = say_placing("A-2", Zone.INSIDE, make_distance(-40), LINE)
    assert inside == f"A-2 lies inside {line}: nearest edge about 40 m (95 %: 34.1–45.9) inside."
    assert "touching" in say_placing("A-2", Zone.OUTSIDE, make_distance(4), LINE)
    across = say_placing("A-2", Zone.STRADDLES, make_distance(0), LINE)
    assert across == f"A-2 straddles {line} (95 %: edge and line are known to 5.9 m)."
    assert say_placing("A-2", Zone.STRADDLES, make_distance(0), LINE, reach=6.0) == across
    thin = say_placing("A-2", Zone.STRADDLES, make_distance(0), LINE, reach=1.0)
    assert thin.endswith("known to 5.9 m); by this it cannot be told from touching the line from one side.")
    assert "feet" in say_placing("A-2", Zone.OUTSIDE, make_distance(40), LINE, "feet")


def test_two_things_apart_or_touching() -> None:
    """Edge to edge, or that they touch."""
    apart = Measurement("distance", Quantity(47, 1.5, "m"), (), "", ())
    assert say_apart("A-2", "A-1", apart) == (
        "A-2 and A-1 lie about 47 m (95 %: 44.0–50.0) apart, from nearest edge to nearest edge."
    )
    touching = Measurement("distance", Quantity(0.0, 1.5, "m"), (), "", ())
    assert say_apart("A-2", "A-1", touching).startswith("A-2 and A-1 touch or overlap (95 %")


@given(
    st.floats(20, 1e5),
    st.floats(0.005, 0.2),
    st.integers(1, 30),
    st.integers(0, 10),
    st.sampled_from([None, "hectares", "square-feet"]),
)
def test_capacity_is_never_one_number(
    value: float, error: float, floors: int, more: int, units: str | None
) -> None:
    """Every clause that says a capacity has two different ends, the assumption and whose it is."""
    assumed = Assumed((floors, floors + more), "J. Doe", "a photo", (60.0, 120.0), (20.0, 50.0))
    said = say_capacity("A-2", infer_capacity(make_area(value, value * error), assumed), units)
    assert said.startswith("If A-2 has ")
    assert "(J. Doe's assumption: a photo)" in said
    assert said.count("possible room") == 2
    ranges = re.findall(r"([\d,.]+) to ([\d,.]+)(?= m²\.|; | hect| square| m²;|\. Measured)", said)
    assert len(ranges) >= 3
    assert all(low != high for low, high in ranges), said
    assert "95 %" in said
