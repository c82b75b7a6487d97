"""The stated rate of false alarms, on ground of plain speckle that the threshold was not counted on."""

from __future__ import annotations

import numpy as np
import xarray as xr

from siteline.change.radar.omnibus import weigh_all
from siteline.change.radar.options import RadarOptions
from siteline.change.radar.quiet import safe_threshold_at, threshold_at
from siteline.change.radar.tracks import make_ready
from siteline.simulate.radar.speckle import draw_speckle

RATE = 0.01


def speckle(seed: int, looks: int, side: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.stack([draw_speckle(rng, 2, (side, side)) for _ in range(looks)])


def test_the_rate_holds_on_the_half_that_it_was_not_counted_on() -> None:
    """A plain quantile of so few independent pieces would not hold it: the test can fail."""
    west = np.zeros((66, 66), bool)
    west[:, :33] = True
    held, plain = [], []
    for seed in range(24):
        statistic = weigh_all(speckle(seed, 12, 66), 4.4)
        for half in (west, ~west):
            held.append((statistic > safe_threshold_at(statistic, half, RATE))[~half].mean() / RATE)
            plain.append((statistic > threshold_at(statistic, half, RATE))[~half].mean() / RATE)
    assert 0.8 <= np.mean(held) <= 1.2
    assert abs(np.mean(held) - 1) < abs(np.mean(plain) - 1)


def test_the_search_holds_its_rate_beside_a_place_that_changed() -> None:
    far = np.ones((90, 90), bool)
    far[30:60, 30:60] = False
    rates = []
    for seed in range(4):
        series = speckle(100 + seed, 24, 90)
        series[12:, :, 40:48, 40:46] *= 6
        ready = make_ready(cube_of(series), "ascending 58", RadarOptions(rate=RATE))
        assert ready.found[42:46, 42:44].all()
        rates.append((ready.statistic > ready.state.threshold)[far].mean() / RATE)
    assert 0.8 <= np.mean(rates) <= 1.2


def test_places_by_chance_are_not_cleared_away_before_the_rate_is_counted() -> None:
    """Of the pixels beyond the threshold where nothing ever changed, hardly any are missing from the quiet area."""
    over = kept = 0
    for seed in range(4):
        ready = make_ready(cube_of(speckle(100 + seed, 24, 90)), "ascending 58", RadarOptions(rate=RATE))
        high = ready.statistic > ready.state.threshold
        over, kept = over + int(high.sum()), kept + int((high & ready.quiet).sum())
    assert kept >= 0.97 * over


def cube_of(series: np.ndarray) -> xr.Dataset:
    times = len(series)
    return xr.Dataset(
        {"value": (("time", "band", "y", "x"), series.astype(np.float32))},
        coords={
            "time": np.datetime64("2022-01-03", "ns") + 12 * np.arange(times) * np.timedelta64(1, "D"),
            "scene": ("time", [f"R{n}" for n in range(times)]),
            "track": ("time", ["ascending 58"] * times),
        },
    )
