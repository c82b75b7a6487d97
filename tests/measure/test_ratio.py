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
from tests.factory import make_area


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


def fits(low: float, high: float, first: str, last: str) -> bool:
    """DESIGN's rule: an interval within half a percent of "first–last %"."""
    return int(first) - 0.5 <= 100 * low + 1e-6 and 100 * high - 1e-6 <= int(last) + 0.5


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
            assert sentence.startswith(("the footprint of B", "the footprint of A is", "no difference"))
            if match := re.search(r"is (\d+)–(\d+) % of", sentence):
                assert fits(low, high, match[1], match[2]) == holds, (sentence, low, high)
            if match := re.search(r"B is larger than A's by (\d+)–(\d+) %", sentence):
                assert fits(low - 1, high - 1, match[1], match[2]) == holds, (sentence, low, high)
            if match := re.search(r"B is smaller than A's by (\d+)–(\d+) %", sentence):
                assert fits(1 - high, 1 - low, match[1], match[2]) == holds, (sentence, low, high)
            if match := re.search(r"is (\d+\.\d)–(\d+\.\d) times", sentence):
                assert holds
                assert float(match[1]) - 0.03 <= low
                assert high <= float(match[2]) + 0.03
    assert any("smaller than" in s for s in found.supported) == (high < 1)
    assert any("larger than" in s for s in found.supported) == (low > 1)


relative = st.floats(0.002, 0.15)


@settings(deadline=None)
@given(st.floats(0.05, 20), relative, relative)
def test_a_over_b_and_b_over_a_say_the_same(value: float, first: float, second: float) -> None:
    """The one is smaller exactly where the other is larger, and the intervals are each other's inverse."""
    a, b = make_size(value, first), make_size(1.0, second)
    there, back = ratio(a, b, "A", "B"), ratio(b, a, "B", "A")
    assert there.quantity.low95 * back.quantity.high95 == pytest.approx(1)
    assert there.quantity.high95 * back.quantity.low95 == pytest.approx(1)
    assert there.quantity.value * back.quantity.value == pytest.approx(1)
    for word, other in (("smaller", "larger"), ("larger", "smaller")):
        said = f"the footprint of A is {word} than B's" in there.supported
        assert said == (f"the footprint of B is {other} than A's" in back.supported)
    assert not set(there.supported) & set(back.not_supported)
    assert not set(back.supported) & set(there.not_supported)


@settings(deadline=None)
@given(st.floats(0.05, 20), relative, st.floats(0.1, 1.0))
def test_a_narrower_interval_supports_no_less(value: float, error: float, share: float) -> None:
    """Of the same ratio measured better: whatever fixed words held, hold; more numbers are allowed, not fewer."""
    fixed = re.compile(
        r"(smaller|larger) than [AB]'s$|about (half|twice) as|is about (?!the same)|about the same"
    )
    wide = ratio(make_size(value, error), make_size(1.0, error), "A", "B")
    narrow = ratio(make_size(value, error * share), make_size(1.0, error * share), "A", "B")
    held = {sentence for sentence in wide.supported if fixed.search(sentence)}
    assert held <= set(narrow.supported)

    def width(sentences: tuple[str, ...]) -> int:
        found = [re.search(r"A is (\d+)–(\d+) % of", s) for s in sentences]
        return min((int(m[2]) - int(m[1]) for m in found if m), default=0)

    assert width(narrow.supported) <= max(width(wide.supported), 10)


def test_smaller_by_a_third_does_not_make_the_other_larger_by_a_third() -> None:
    """0.65 within a few percent: the other is larger by half, and the turned sentence is named as wrong."""
    found = ratio(make_size(0.65), make_size(1.0), "A-2", "A-1")
    assert "the footprint of A-1 is larger than A-2's by 30–40 %" in found.not_supported


def test_where_no_difference_can_be_told_the_largest_is_said() -> None:
    """An interval around 1 supports how much the two differ at most."""
    found = ratio(make_size(1.02, 0.03), make_size(1.0, 0.03), "A", "B")
    assert "no difference between the footprint of A and B's can be told" in found.supported
    assert "the footprint of A differs from B's by no more than 11 %" in found.supported
    assert "the footprint of A is larger than B's" in found.not_supported


def test_lengths_are_greater_not_larger() -> None:
    """A height is said to be greater than another, and as great as it."""
    a, b = (make_size(v, what="height", unit="m") for v in (13.0, 10.0))
    found = ratio(a, b, "A", "B")
    assert "the height of A is greater than B's" in found.supported
    assert not any("large" in sentence for sentence in (*found.supported, *found.not_supported))


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


def test_what_may_be_nothing_has_no_ratio() -> None:
    """A size whose interval reaches zero bounds no ratio, on either side, and the refusal names it."""
    sure, unsure = make_area(3000.0, 100.0), make_area(1500.0, 800.0)
    for first, second in ((sure, unsure), (unsure, sure)):
        with pytest.raises(NotMeasured, match="may be nothing"):
            ratio(first, second, "A", "B")


def test_ground_is_not_called_a_footprint() -> None:
    """The sentences take the noun that they are given."""
    found = ratio(make_area(8000.0, 600.0), make_area(4600.0, 100.0), "the plot", "A-1", "area")
    assert found.supported[0].startswith("the area of the plot is")
    assert not any("footprint" in said for said in (*found.supported, *found.not_supported))
