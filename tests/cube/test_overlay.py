"""The compiled loops of the registration, held against plain array code."""

from __future__ import annotations

import numpy as np
import pytest

from siteline.cube.coregister import moved
from siteline.cube.overlay import BLOCKS, RIM, equations, lay_on, taps


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.63, -0.41), (-3.0, 2.0), (7.4, 5.1), (-9.5, -0.2)])
@pytest.mark.parametrize("gaps", [False, True])
def test_look_is_laid_and_weighed_as_array_code_does_it(shift: tuple[float, float], gaps: bool) -> None:
    """Moved as `resample` moves; nothing counts at the rim, beyond the image, or on ground that is not valid."""
    rng = np.random.default_rng(3)
    reference, look = rng.normal(size=(2, 61, 83)).astype(np.float32)
    valid = rng.random(look.shape) > (0.1 if gaps else 0.0)
    trust = rng.uniform(0.2, 1, look.shape).astype(np.float32)
    here, weight = np.empty((2, *look.shape), np.float32)
    count, gain = lay_on(reference, look, valid, bool(valid.all()), trust, shift, *taps(*shift), here, weight)

    expected = moved(look, *shift)
    y, x = np.indices(look.shape)
    at_y, at_x = np.floor(y + shift[1] + 0.5).astype(int), np.floor(x + shift[0] + 0.5).astype(int)
    inside = (at_y >= 0) & (at_x >= 0) & (at_y < look.shape[0]) & (at_x < look.shape[1])
    ground = np.where(inside, valid[at_y.clip(0, 60), at_x.clip(0, 82)], False) if gaps else True
    counts = valid & ground & np.isfinite(expected)
    counts[:RIM] = counts[-RIM:] = counts[:, :RIM] = counts[:, -RIM:] = False
    wanted = np.where(counts, trust, 0)
    assert np.mean(weight != wanted) < 0.002  # an edge pixel may round the other way
    same = counts & (weight > 0)
    np.testing.assert_allclose(here[same], expected[same], atol=2e-5)
    assert count == np.count_nonzero(weight)
    power = np.sum(weight * here * here)
    assert gain == pytest.approx(np.clip(np.sum(weight * reference * here) / power, 0.2, 5.0), rel=1e-4)

    sums = np.zeros((BLOCKS**2, 5))
    equations(reference, here, weight, gain, 0.5, sums)
    error = reference - np.float32(gain) * here
    w = weight / (1 + np.square(error)) / 0.25
    slope_y, slope_x = np.gradient(reference)
    terms = (slope_x * slope_x, slope_x * slope_y, slope_y * slope_y, slope_x * error, slope_y * error)
    for n, term in enumerate(terms):
        assert sums[:, n].sum() == pytest.approx(float(np.sum(w * term)), rel=1e-3, abs=0.2)
