"""Ratios, and the sentences that they support."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.measure.ratio import ratio
from siteline.model.errors import BadInput, NotMeasured
from siteline.model.measurement import BudgetLine, Measurement
from siteline.model.quantity import Quantity


def make_size(
    value: float, own: float = 0.02, shared: float = 0.0, unit: str = "m²", **changed: object
) -> Measurement:
    """An area with an own and a shared relative error."""
    lines = (BudgetLine("edge", own * value, False), BudgetLine("scale", shared * value, True))
    noun = {
        "what": "area",
        "quantity": Quantity(value, value * float(np.hypot(own, shared)), unit),
        "budget": lines,
        "method": "",
        "scene_ids": ("S1",),
    }
    return Measurement(**{**noun, **changed})  # type: ignore[arg-type]


def test_two_thirds_is_neither_larger_nor_twice() -> None:
    """0.65 within a few percent is 60–70 % and about two thirds of it, smaller by 30–40 %, and nothing else."""
    found = ratio(make_size(0.65), make_size(1.0), "A-2", "A-1")
    assert "the footprint of A-2 is 60–70 % of A-1's" in found.supported
    assert "the footprint of A-2 is about two-thirds of A-1's" in found.supported
    assert "the footprint of A-2 is smaller than A-1's by 30–40 %" in found.supported
    for wrong in ("smaller than A-1's by 60–70 %", "larger than A-1's by 60–70 %", "twice as large as A-1's"):
        assert any(sentence.endswith(wrong) for sentence in found.not_supported)


def test_a_wide_interval_supports_only_wide_words() -> None:
    """With 6 % on each, "60–70 %" is refused and "roughly half to four-fifths" is said."""
    found = ratio(make_size(0.65, 0.06), make_size(1.0, 0.06), "A-2", "A-1")
    assert "the footprint of A-2 is 60–70 % of A-1's" in found.not_supported
    assert "the footprint of A-2 is roughly half to four-fifths of A-1's" in found.supported


def test_times_as_large_is_not_larger_by() -> None:
    """1.5 times as large is larger by 50 %, not by 150 %."""
    found = ratio(make_size(1.5, 0.01), make_size(1.0, 0.01), "B", "A")
    assert "the footprint of B is 1.4–1.6 times as large as A's" in found.supported
    assert any("larger than A's by 4" in s or "larger than A's by 5" in s for s in found.supported)
    assert any("larger than A's by 14" in s or "larger than A's by 15" in s for s in found.not_supported)


@settings(deadline=None)
@given(st.floats(1, 1e5), st.floats(0.001, 0.2), st.floats(0, 0.1))
def test_a_thing_is_as_large_as_itself(value: float, own: float, shared: float) -> None:
    """The ratio of a size to itself is 1, without error, and no larger or smaller."""
    size = make_size(value, own, shared)
    found = ratio(size, size, "A", "A")
    assert (found.quantity.value, found.quantity.sigma) == (1.0, 0.0)
    assert found.supported == ("the footprint of A is the same size as A's",)


@settings(deadline=None)
@given(st.floats(0.05, 20), st.floats(0.002, 0.15), st.floats(0.002, 0.15))
def test_every_percentage_follows_the_rule(value: float, first: float, second: float) -> None:
    """ "L–U %" is supported if and only if the interval lies within half a percent of it."""
    found = ratio(make_size(value, first), make_size(1.0, second), "B", "A")
    low, high = found.quantity.low95, found.quantity.high95
    assert not set(found.supported) & set(found.not_supported)
    for sentences, holds in ((found.supported, True), (found.not_supported, False)):
        for sentence in sentences:
            assert "±" not in sentence
            assert sentence.startswith(("the footprint of B", "no difference"))
            if match := re.search(r"is (\d+)–(\d+) % of", sentence):
                within = int(match[1]) - 0.5 <= 100 * low + 1e-6 and 100 * high - 1e-6 <= int(match[2]) + 0.5
                assert within == holds, (sentence, low, high)
    assert any("smaller than" in s for s in found.supported) == (high < 1)
    assert any("larger than" in s for s in found.supported) == (low > 1)


def test_shared_errors_cancel_on_the_same_images_only() -> None:
    """A scale error that both share drops out; on other images, or on images nobody knows, it stays."""
    a, b = make_size(65, 0.02, 0.1), make_size(100, 0.02, 0.1)
    elsewhere, nowhere = (make_size(100, 0.02, 0.1, scene_ids=ids) for ids in (("S9",), ()))
    assert ratio(a, b, "A", "B").quantity.sigma / 0.65 == pytest.approx(0.02 * np.sqrt(2), rel=1e-6)
    unknown = replace(a, scene_ids=())
    for one, other in ((a, elsewhere), (a, nowhere), (unknown, b), (unknown, nowhere)):
        assert ratio(one, other, "A", "B").quantity.sigma / 0.65 == pytest.approx(
            np.hypot(0.02, 0.1) * np.sqrt(2)
        )


@settings(deadline=None)
@given(st.floats(1.01, 100))
def test_a_common_scale_changes_no_ratio(scale: float) -> None:
    """Both sizes in another unit: the same ratio, the same sentences."""
    here = ratio(make_size(65), make_size(100), "A", "B")
    there = ratio(make_size(65 * scale), make_size(100 * scale), "A", "B")
    assert there.quantity.value == pytest.approx(here.quantity.value)
    assert there.supported == here.supported


def test_interval_holds_the_truth() -> None:
    """Two sizes drawn many times: the interval holds the true ratio 95 % of the time."""
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(400):
        a = make_size(0.65 * rng.normal(1, 0.05), 0.05)
        b = make_size(1.0 * rng.normal(1, 0.04), 0.04)
        q = ratio(a, b, "A", "B").quantity
        held += q.low95 <= 0.65 <= q.high95
    assert 0.92 < held / 400 < 0.98


def test_what_cannot_be_compared_is_refused() -> None:
    """A refused size, two units, or length against area: refused, each with its reason."""
    refused = Measurement("area", None, (), "", (), refused="too small")
    with pytest.raises(NotMeasured, match="too small"):
        ratio(refused, make_size(1), "A", "B")
    with pytest.raises(BadInput, match="px²"):
        ratio(make_size(1), make_size(1, unit="px²"), "A", "B")
    with pytest.raises(BadInput):
        ratio(make_size(1), make_size(1, what="length"), "A", "B")
