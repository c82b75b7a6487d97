"""What a fit leaves unexplained, band by band and together."""

from __future__ import annotations

import numpy as np
import pytest

from siteline.measure.fitted.noise import ALONE, by_band, in_noise, shared_noise, sigma_of


def residuals(texture: float, own: float = 0.01, looks: int = 2) -> np.ndarray:
    """(looks, 4000, 4): texture that all bands have, each as much as it likes, and noise of their own."""
    rng = np.random.default_rng(5)
    common = texture * rng.standard_normal((looks, 4000, 1)) * np.array([0.7, 0.9, 1.1, 1.3])
    return common + own * rng.standard_normal((looks, 4000, 4))


def test_noise_of_bands_alone_divides_each_by_its_own() -> None:
    """Where bands share nothing, a value in units of the noise is the value over its band's sigma."""
    sigma = np.array([[0.01, 0.02], [0.03, 0.05]])
    values = np.arange(12, dtype=float).reshape(2, 3, 2)
    assert in_noise(values, by_band(sigma)) == pytest.approx(values / sigma[:, None])
    assert sigma_of(by_band(sigma)) == pytest.approx(sigma)


def test_noise_keeps_what_each_band_has() -> None:
    """What bands share changes nothing of how much noise each of them has."""
    off = residuals(0.03)
    assert sigma_of(shared_noise(off, np.ones(off.shape[:2]))) == pytest.approx(off.std(axis=1), rel=0.03)


def test_in_units_of_shared_noise_bands_are_alike_and_independent() -> None:
    """Texture of all bands together counts once, and no band more than another."""
    off = residuals(0.02)
    for look in in_noise(off, shared_noise(off, np.ones(off.shape[:2]))):
        assert np.cov(look.T) == pytest.approx(np.eye(4), abs=0.3)


def test_colour_outweighs_brightness_on_textured_ground() -> None:
    """A step along the texture's own colour is worth little, one across it much: so a roof is told from its ground."""
    off = residuals(0.04)
    noise = shared_noise(off, np.ones(off.shape[:2]))
    brighter, redder = np.array([0.7, 0.9, 1.1, 1.3]), np.array([-0.9, 0.7, 0.0, 0.0])
    steps = np.stack([brighter / np.linalg.norm(brighter), redder / np.linalg.norm(redder)])
    along, across = np.linalg.norm(in_noise(np.stack([steps, steps]), noise), axis=2).T
    assert np.all(across > 2.5 * along)


def test_bands_that_are_one_and_the_same_are_still_noise() -> None:
    """Three copies of one band can be inverted, as some of each is taken to be its own."""
    off = np.repeat(residuals(0.02)[..., :1], 3, axis=2)
    noise = shared_noise(off, np.ones(off.shape[:2]))
    assert np.linalg.cond(noise[0]) < 2 / np.sqrt(ALONE / 3)


def test_what_weighs_nothing_has_no_share() -> None:
    """Pixels that are no part of the picture do not make its noise."""
    off, weights = residuals(0.02), np.ones((2, 4000))
    spoilt = off.copy()
    spoilt[:, ::7], weights[:, ::7] = 5.0, 0.0
    assert shared_noise(spoilt, weights) == pytest.approx(shared_noise(off, weights))
