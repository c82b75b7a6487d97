"""Laws of the step tests: what a pixel's own history says, before anything is an object."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from siteline.change.series.features import Series
from siteline.change.series.steps import (
    clip_excursions,
    estimate_noise,
    levels_of,
    partition,
    remove_season,
    score_one_step,
    weigh_looks,
)
from siteline.change.series.surroundings import less_surroundings
from tests.change import oracles

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]
SIGMA = 0.05


def make_pixels(n_looks: int, at: int, size: float, seed: int = 0, side: int = 4) -> Array:
    """(feature, time, y, x) noise of SIGMA, with a step of `size` from look `at` on."""
    values = np.random.default_rng(seed).normal(0, SIGMA, (2, n_looks, side, side))
    values[0, at:] += size
    return values.astype(np.float32)


def all_seen(values: Array) -> tuple[Array, Mask, Array]:
    """A series with all looks usable, at the true noise."""
    return (
        values,
        np.ones(values.shape[1:], bool),
        np.full((len(values), *values.shape[2:]), SIGMA, np.float32),
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(6, 30), st.data())
def test_one_step_is_found_at_its_look(n_looks: int, data: st.DataObject) -> None:
    """Up or down, wherever it lies, the step test and the partition both name the look at which a step happens."""
    at = data.draw(st.integers(2, n_looks - 2))
    size = data.draw(st.sampled_from([-0.6, 0.6])) * data.draw(st.floats(1, 4))
    values = make_pixels(n_looks, at, size, seed=data.draw(st.integers(0, 99)))
    score, when = score_one_step(*all_seen(values))
    assert (when == at).all()
    assert score.min() > 100
    starts = partition(*all_seen(values), price=40)
    assert [int(t) for t in np.flatnonzero(starts.any(axis=(1, 2)))] == [at]
    level = levels_of(starts, values, np.ones(values.shape[1:], bool))
    assert np.sign(level[0, at] - level[0, at - 1]) == pytest.approx(np.sign(size))


def test_constant_series_has_no_step() -> None:
    """What never changes scores nothing and is never cut."""
    still = all_seen(np.full((2, 12, 5, 5), 0.3, np.float32))
    assert score_one_step(*still)[0].max() < 1e-3
    assert not partition(*still, price=1.0).any()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_partition_is_the_best_of_all(seed: int) -> None:
    """No other way to cut eight looks explains more for its price: held against trying all 128."""
    rng = np.random.default_rng(seed)
    line = (rng.normal(0, 1, 8) + np.repeat(rng.normal(0, 3, 4), 2)).astype(np.float32)
    price = float(rng.uniform(1, 12))
    centred = line - line.mean()

    def gain(cuts: tuple[int, ...]) -> float:
        ends = (0, *cuts, 8)
        return sum(centred[a:b].sum() ** 2 / (b - a) for a, b in pairwise(ends)) - price * len(cuts)

    every = [cuts for n in range(8) for cuts in combinations(range(1, 8), n)]
    values = line[None, :, None, None]
    starts = partition(values, np.ones((8, 1, 1), bool), np.ones((1, 1, 1), np.float32), price)
    found = tuple(int(t) for t in np.flatnonzero(starts[:, 0, 0]))
    assert gain(found) == pytest.approx(max(map(gain, every)), abs=1e-3)


def test_levels_last_as_long_as_asked() -> None:
    """With at least two looks a level, nothing but the first and the last may last for one."""
    values = make_pixels(20, 8, 1.0)
    values[0, 9:] -= 1.0
    assert partition(*all_seen(values), 40, least=1)[8].all()
    for line in partition(*all_seen(values), 40, least=2).reshape(20, -1).T:
        ends = np.flatnonzero(line)
        assert (np.diff(ends) >= 2).all()


def test_masked_looks_say_nothing() -> None:
    """Whatever a masked look holds, the step is found where the usable ones have it."""
    values = make_pixels(16, 8, 0.5)
    usable = np.ones(values.shape[1:], bool)
    usable[[3, 8]] = False
    values[:, ~usable[:, 0, 0]] = 7.0
    starts = partition(values, usable, np.full((2, 4, 4), SIGMA, np.float32), 40)
    assert {int(t) for t in np.flatnonzero(starts.any(axis=(1, 2)))} <= {8, 9}
    assert starts.sum(axis=0).min() == 1


def test_a_poor_look_counts_for_less() -> None:
    """Four times the noise counts for a sixteenth, ground that changed for good is no noise, and a step beside is still found."""
    values = make_pixels(12, 7, 0.0, side=40)
    values[:, 2] *= 4
    values[0, 7:, :, :8] += 0.3
    usable = np.ones(values.shape[1:], bool)
    weight = weigh_looks(Series(("brightness", "warmth"), values, usable, np.arange(12.0)))
    assert weight[2] == pytest.approx(1 / 16, rel=0.25)
    assert np.delete(weight, 2).min() > 0.7
    sigma = np.full((2, 40, 40), SIGMA, np.float32)
    starts = partition(values, usable, sigma, 40, 1, weight)
    assert starts[7, :, 2:6].mean() > 0.95
    assert not starts[:, :, 20:].any()


def test_noise_is_measured_beside_steps() -> None:
    """The noise of a pixel is that of its looks, whether it steps or not."""
    still, stepping = make_pixels(40, 20, 0.0, side=24), make_pixels(40, 20, 5.0, side=24)
    usable = np.ones(still.shape[1:], bool)
    for values in (still, stepping):
        assert np.median(estimate_noise(values, usable)) == pytest.approx(SIGMA, rel=0.1)
    usable[::3] = False
    assert np.median(estimate_noise(still * usable, usable)) == pytest.approx(SIGMA, rel=0.15)


def test_yearly_wave_is_fitted_and_a_trend_of_days_is_not() -> None:
    """A wave that comes back each year is given back, to a twentieth; noise alone yields hardly any."""
    years = np.arange(48) / 16
    wave = (0.3 * np.cos(2 * np.pi * (years - 0.2)))[None, :, None, None].astype(np.float32)
    usable = np.ones((48, 3, 3), bool)
    noise = make_pixels(48, 0, 0.0, side=3)
    none = np.zeros(usable.shape, bool)
    assert np.abs(remove_season(noise + wave, usable, none, years) - noise).mean() < 0.05
    assert np.abs(remove_season(noise, usable, none, years) - noise).mean() < SIGMA / 2


def test_what_comes_and_goes_is_cut_off_and_a_step_is_not() -> None:
    """One bright look loses its height; a step keeps its look and its size."""
    values = make_pixels(30, 18, 1.0)
    values[0, 9] += 2.0
    usable = np.ones(values.shape[1:], bool)
    clipped = values.copy()
    clip_excursions(clipped, usable, np.full((2, 4, 4), SIGMA, np.float32))
    assert clipped[0, 9].max() < 0.5
    assert clipped[0, 18].mean() - clipped[0, 17].mean() == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize(
    ("features", "looks", "rows", "cols"), [(1, 5, 3, 70), (2, 40, 37, 130), (3, 24, 18, 61)]
)
@pytest.mark.parametrize("gaps", [0.0, 0.25])
def test_compiled_loops_do_what_plain_code_does(
    features: int, looks: int, rows: int, cols: int, gaps: float
) -> None:
    """Noise, scores, cuts, levels, waves, excursions, surroundings: as array code gives them, on tiles of any size."""
    rng = np.random.default_rng(looks)
    usable = rng.random((looks, rows, cols)) >= gaps
    if gaps:
        usable[:, 1, 2] = False  # a pixel never seen, one seen once, one seen only in the end
        usable[:, 1, 3] = np.arange(looks) == 2
        usable[: looks - 2, 1, 4] = False
    values = rng.normal(0, SIGMA, (features, looks, rows, cols))
    values[0, looks // 2 :, rows // 3 :, cols // 3 :] += 0.3
    values = np.where(usable, values, 0).astype(np.float32)
    counts = rng.uniform(0.1, 1, looks).astype(np.float32)

    sigma = estimate_noise(values, usable)
    np.testing.assert_allclose(sigma, oracles.estimate_noise(values, usable), rtol=1e-5)

    for weight in (None, counts):
        sums = oracles.add_up(values, usable * (1 if weight is None else weight[:, None, None]), sigma)
        score, when = score_one_step(values, usable, sigma, weight=weight)
        least_score, least_when = oracles.score_one_step(sums)
        np.testing.assert_allclose(score, least_score, rtol=1e-3, atol=1e-3)
        assert np.mean(when != least_when) < 0.01  # where two dates are as good
        for least in (1, 2):
            starts = partition(values, usable, sigma, 12.0, least, weight)
            assert np.mean(starts != oracles.partition(sums, 12.0, least)) < 1e-3
    weight = usable.astype(np.float32)

    level = levels_of(starts, values, usable)
    np.testing.assert_allclose(level, oracles.levels_of(starts, values, weight), atol=1e-6)
    years = np.sort(rng.uniform(0, 3, looks))
    wave = oracles.fit_season(values - level, usable, years)
    calm = remove_season(values, usable, starts, years)
    np.testing.assert_allclose(calm, np.where(usable, values - wave, 0), atol=1e-5)
    clipped = calm.copy()
    clip_excursions(clipped, usable, sigma)
    np.testing.assert_allclose(clipped, oracles.clip_excursions(calm, usable, sigma), atol=1e-6)
    np.testing.assert_allclose(
        less_surroundings(values, usable, 21), oracles.less_surroundings(values, usable, 21), atol=1e-6
    )


def test_cuts_do_not_depend_on_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread or many: the same numbers to the last bit."""
    values = make_pixels(30, 12, 0.1, side=90)
    many = score_one_step(*all_seen(values)), partition(*all_seen(values), 20.0)
    monkeypatch.setattr("siteline.raster.compiled.count_threads", lambda: 1)
    one = score_one_step(*all_seen(values)), partition(*all_seen(values), 20.0)
    assert (many[0][0] == one[0][0]).all()
    assert (many[0][1] == one[0][1]).all()
    assert (many[1] == one[1]).all()
