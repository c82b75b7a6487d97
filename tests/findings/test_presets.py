"""Presets say what they miss and how often they are wrong, from the candidates of the site itself."""

import pytest

from siteline.change.options import Preset
from siteline.change.presets import foresee
from siteline.findings.presets import say_foreseen

BUSY = (0.99, 0.97, 0.95, 0.9, 0.6, 0.4, 0.1)
QUIET = (0.55, 0.4, 0.3, 0.1, 0.08)


@pytest.mark.parametrize(("preset", "listed"), [(Preset.WIDE, 6), (Preset.BALANCED, 5), (Preset.STRICT, 4)])
def test_expected_numbers_are_sums_of_probabilities(preset: Preset, listed: int) -> None:
    """False among the listed, real among those left out; together with the rest they are all candidates."""
    found = foresee(preset, BUSY, calibrated=True)
    assert found.listed == listed
    assert found.false == pytest.approx(sum(1 - p for p in BUSY[:listed]))
    assert found.missed == pytest.approx(sum(BUSY[listed:]))
    assert found.listed - found.false + found.missed == pytest.approx(sum(BUSY))


def test_a_stricter_preset_is_wrong_less_and_misses_more() -> None:
    """Whatever the candidates."""
    for candidates in (BUSY, QUIET):
        wide, balanced, strict = (foresee(preset, candidates, calibrated=True) for preset in Preset)
        assert wide.false >= balanced.false >= strict.false
        assert wide.missed <= balanced.missed <= strict.missed


def test_the_same_threshold_is_wrong_more_often_where_little_happens() -> None:
    """The share of false events follows the base rate of the site."""
    busy, quiet = (foresee(Preset.BALANCED, candidates, calibrated=True) for candidates in (BUSY, QUIET))
    assert quiet.false / quiet.listed > 3 * busy.false / busy.listed


def test_the_sentence_gives_numbers_and_what_is_not_counted() -> None:
    """Plural, singular, nothing listed, nothing at all."""
    assert say_foreseen(foresee(Preset.WIDE, BUSY, calibrated=True)) == (
        "wide lists what is at least 20 % likely: six events, of which about one (20 %) is expected not to be real. Of one "
        "candidate that it leaves out, fewer than one is expected to be real; what never became a candidate is not counted."
    )
    assert "one event, which is expected not to be real with 45 % probability" in say_foreseen(
        foresee(Preset.BALANCED, QUIET, calibrated=True)
    )
    assert say_foreseen(foresee(Preset.STRICT, QUIET, calibrated=True)).startswith(
        "strict lists what is at least 80 % likely: nothing here. Of five candidates that it leaves out, about one is expected"
    )
    assert say_foreseen(foresee(Preset.STRICT, (), calibrated=True)) == (
        "strict lists what is at least 80 % likely: nothing here; no change is even 5 % likely."
    )


def test_probabilities_that_are_not_calibrated_are_said_to_be() -> None:
    """Expected numbers are worth what the probabilities behind them are worth."""
    assert say_foreseen(foresee(Preset.WIDE, BUSY, calibrated=False)).endswith(
        "not calibrated for images like these."
    )
