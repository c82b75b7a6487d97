"""IR-MAD against an implementation of another kind, its laws, and real Landsat pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.stats import chi2

from siteline.change.pairs.ground import changed_ground, find_ground
from siteline.change.pairs.irmad import alteration
from siteline.model.errors import CannotTell
from siteline.model.imagery import Grid
from siteline.model.pairs import PairMode, PairOptions
from tests.change.pairs.made import paired

Doubles = NDArray[np.float64]


def _two_dates(seed: int, bands: int = 5, side: int = 60) -> tuple[Doubles, Doubles, NDArray[np.bool_]]:
    """Ground that both dates share, other gains, and a corner that changed."""
    rng = np.random.default_rng(seed)
    mix = rng.normal(0, 1, (bands, bands))
    hidden = rng.normal(0, 1, (bands, side, side))
    before = np.einsum("ij,jyx->iyx", mix, hidden) + rng.normal(0, 0.1, hidden.shape)
    other = rng.normal(0, 1, (bands, side, side))
    now = hidden.copy()
    now[:, :20, :20] = other[:, :20, :20]
    after = np.einsum("ij,jyx->iyx", mix * rng.uniform(0.5, 2, (bands, 1)), now) + rng.normal(
        0, 0.1, now.shape
    )
    truth = np.zeros((side, side), bool)
    truth[:20, :20] = True
    return before, after, truth


def _slow_irmad(before: Doubles, after: Doubles, rounds: int = 100) -> tuple[Doubles, Doubles]:
    """
    √Z and the correlations by the joint eigenproblem of both dates, in one block matrix, with numpy's weighted covariance.

    Another road than ours: no whitening, no substitution of one date's problem into the other's.
    """
    n = len(before)
    both = np.concatenate([before.reshape(n, -1), after.reshape(n, -1)])
    weight = np.ones(both.shape[1])
    for _ in range(rounds):
        mean = np.average(both, axis=1, weights=weight)[:, None]
        whole = np.cov(both, aweights=weight, ddof=0)
        cross, own = whole.copy(), whole.copy()
        cross[:n, :n] = cross[n:, n:] = 0
        own[:n, n:] = own[n:, :n] = 0
        rho, vectors = eigh(cross, own)
        rho, vectors = rho[n:], vectors[:, n:]
        a, b = vectors[:n], vectors[n:]
        a = a / np.sqrt(np.diag(a.T @ whole[:n, :n] @ a))
        b = b / np.sqrt(np.diag(b.T @ whole[n:, n:] @ b))
        away = a.T @ (both - mean)[:n] - b.T @ (both - mean)[n:]
        z = (away**2 / (2 * (1 - rho))[:, None]).sum(axis=0)
        weight = chi2.sf(z, n) + 1e-9
    return np.sqrt(z).reshape(before.shape[1:]), rho


def test_an_independent_implementation_gives_the_same_numbers() -> None:
    before, after, _ = _two_dates(3)
    ours, rho = alteration(before, after, np.ones(before.shape[1:], bool))
    slow, slow_rho = _slow_irmad(before, after)
    assert rho == pytest.approx(slow_rho, abs=1e-4)
    assert ours == pytest.approx(slow, rel=5e-3, abs=5e-3)


def test_gain_and_offset_of_a_band_change_nothing() -> None:
    before, after, _ = _two_dates(4)
    known = np.ones(before.shape[1:], bool)
    gain = np.array([3.0, 0.01, 7.0, 100.0, 0.5])[:, None, None]
    here, there = alteration(before, after, known)[0], alteration(before, after * gain + 40, known)[0]
    assert there == pytest.approx(here, rel=1e-3, abs=1e-3)


def test_exchanging_the_dates_changes_nothing() -> None:
    before, after, _ = _two_dates(5)
    known = np.ones(before.shape[1:], bool)
    assert alteration(after, before, known)[0] == pytest.approx(
        alteration(before, after, known)[0], rel=1e-3, abs=1e-3
    )


def test_what_is_unknown_moves_no_number() -> None:
    before, after, _ = _two_dates(6)
    known = np.ones(before.shape[1:], bool)
    known[40:, 40:] = False
    spoilt = after.copy()
    spoilt[:, ~known] = 1e6
    assert alteration(before, spoilt, known)[0] == pytest.approx(alteration(before, after, known)[0])


def test_the_changed_corner_is_called_and_little_else() -> None:
    before, after, truth = _two_dates(7)
    called = changed_ground(before, after, np.ones(truth.shape, bool))
    assert (called & truth).sum() > 0.95 * truth.sum()
    assert (called & ~truth).sum() < 0.05 * (~truth).sum()


def test_ground_is_proposed_with_an_outline_and_no_cause() -> None:
    before, after, _ = _two_dates(8)
    grid = Grid("EPSG:32631", (30.0, 0.0, 500_000.0, 0.0, -30.0, 4_400_000.0), (60, 60), 30.0)
    bands = ("blue", "green", "red", "nir", "swir16")
    found = find_ground(paired(before, after, grid, bands), PairOptions(PairMode.GROUND))
    first = found.places[0]
    assert first.appeared is None
    assert first.area == pytest.approx(400 * 900, rel=0.15)
    assert first.outline.bounds == pytest.approx((500_000, 4_399_400, 500_600, 4_400_000), abs=90)
    assert any("season" in str(remark) for remark in found.remarks)


def test_three_bands_are_refused_with_the_other_mode_named() -> None:
    before, after, _ = _two_dates(9, bands=3)
    with pytest.raises(CannotTell, match="4 bands or more") as refused:
        find_ground(paired(before, after), PairOptions(PairMode.GROUND))
    assert "--mode places" in refused.value.hint


def test_on_real_landsat_the_automatic_threshold_reaches_an_f1_of_0_95(shared: Path) -> None:
    import rasterio
    from PIL import Image

    folder = shared / "data/imagery/landsat_taizhou"
    looks = []
    for name in ("2000TM", "2003TM"):
        with rasterio.open(folder / name) as image:
            looks.append(image.read().astype(np.float64))
    changed, same = (
        np.asarray(Image.open(folder / f"{n}.bmp").convert("L")) > 0 for n in ("change", "unchanged")
    )
    called = changed_ground(looks[0], looks[1], np.ones(looks[0].shape[1:], bool))
    hit, wrong = int((called & changed).sum()), int((called & same).sum()) + int((~called & changed).sum())
    assert 2 * hit / (2 * hit + wrong) >= 0.95
