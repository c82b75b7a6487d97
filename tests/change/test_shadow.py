"""What a shadow proves: it must follow the sun."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from siteline.change.shadow import ShadowEvidence, compare_shadows, strip_darkness, weigh_shadow
from siteline.change.stories.kinds import SURE_SHADOW
from siteline.simulate.sun import find_sun
from tests.change.scenes import GSD_M, PLACE, cast

DAYS = [datetime(2023, 1, 8, 7, 30, tzinfo=UTC) + timedelta(days=20 * n) for n in range(24)]
SUN = np.array([find_sun(day, *PLACE) for day in DAYS])


def strips(heights: list[float], road: bool = False, colour: float = 0.7) -> NDArray[np.float32]:
    """Darkness beside a roof of 12 x 16 px of the given height at each look; `road`: dark ground on its north side, always."""
    solid = np.zeros((60, 60), bool)
    solid[26:38, 22:38] = True
    rng = np.random.default_rng(5)
    bright = np.empty((len(DAYS), 60, 60), np.float32)
    for t, (height_m, sky) in enumerate(zip(heights, SUN, strict=True)):
        dark = cast(solid, height_m, *sky) if height_m else np.zeros_like(solid)
        layer = np.where(solid, colour, 0.0) - 0.9 * dark
        if road:
            layer[18:26] -= 0.5
        bright[t] = layer + rng.normal(0, 0.05, layer.shape)
    usable: NDArray[np.bool_] = np.ones_like(bright, bool)
    return strip_darkness(solid, bright, usable, SUN[:, 0])


def weigh(height_m: float, road: bool = False, colour: float = 0.7) -> ShadowEvidence | None:
    """A roof in 24 looks over the year."""
    dark = strips([height_m] * len(DAYS), road, colour)
    return weigh_shadow(dark, SUN[:, 1], GSD_M, np.ones(len(DAYS), bool))


@pytest.mark.parametrize("height_m", [5.0, 8.0, 12.0])
def test_swept_shadow_says_present_and_how_tall(height_m: float) -> None:
    """A shadow that grows in winter and turns with the sun is a standing thing, of its height within 2 m."""
    found = weigh(height_m)
    assert found is not None
    assert found.log_bayes > SURE_SHADOW
    assert found.height == pytest.approx(height_m, abs=2)


@pytest.mark.parametrize("colour", [0.7, -0.7, 0.0])
def test_flat_ground_says_absent(colour: float) -> None:
    """Paint, bright, dark or none, casts no shadow."""
    found = weigh(0.0, colour=colour)
    assert found is not None
    assert found.log_bayes < -1


def test_road_beside_it_is_no_shadow() -> None:
    """Ground that is always dark on the side away from the sun does not count as a shadow."""
    found = weigh(0.0, road=True)
    assert found is not None
    assert found.log_bayes < SURE_SHADOW


def test_two_looks_prove_nothing() -> None:
    """With fewer than three looks that know their sun there is no evidence, neither way."""
    dark = np.zeros((24, 9), np.float32)
    assert weigh_shadow(dark, SUN[:, 1], GSD_M, np.arange(24) < 2) is None
    assert weigh_shadow(dark, np.full(24, np.nan), GSD_M, np.ones(24, bool)) is None


@pytest.mark.parametrize(("first", "second"), [(0.0, 8.0), (8.0, 0.0), (8.0, 8.0)])
def test_what_a_shadow_did_is_told_from_few_looks(first: float, second: float) -> None:
    """Two looks after a change tell whether a shadow came, went or stayed, where by themselves they tell nothing."""
    n = np.arange(len(DAYS))
    before, after = n < 18, (n >= 18) & (n < 20)
    dark = strips([first if early else second for early in before])
    assert weigh_shadow(dark, SUN[:, 1], GSD_M, after) is None
    found = compare_shadows(dark, SUN[:, 1], GSD_M, before, after)
    assert found is not None
    said = {(0.0, 8.0): found.appeared, (8.0, 0.0): found.vanished, (8.0, 8.0): found.stayed}
    mine = said.pop((first, second))
    assert mine > SURE_SHADOW
    assert mine > max(said.values()) + 1


def test_flat_ground_has_no_turn_of_its_shadow() -> None:
    """Where nothing stood and nothing stands, flat ground is likelier than any shadow."""
    n = np.arange(len(DAYS))
    found = compare_shadows(strips([0.0] * len(DAYS)), SUN[:, 1], GSD_M, n < 18, n >= 18)
    assert found is not None
    assert max(found.appeared, found.vanished, found.stayed) < 0
