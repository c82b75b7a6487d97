"""Colours: gains and offsets found where something stays the same, and left alone where nothing does."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from siteline.cube.harmonise import harmonise

LOOKS, ROWS, COLS = 24, 90, 90
BANDS = ["blue", "green", "red", "nir"]


def make_stack(roofs: bool = True, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Fields that green and dry together with the seasons, and roofs that do not; (time, band, y, x) and roofs."""
    random = np.random.default_rng(seed)
    soil = 0.1 + 0.1 * random.random((ROWS, COLS))
    green = 0.5 + 0.5 * np.sin(np.arange(LOOKS) / 23 * 2 * np.pi) + random.normal(0, 0.1, LOOKS)
    cover = np.clip(green[:, None, None] * random.uniform(0.6, 1, (ROWS, COLS)), 0, 1)
    stack = np.stack(
        [soil * f * (1 - cover) + g * cover for f, g in ((0.6, 0.03), (0.8, 0.06), (1, 0.04), (1.3, 0.4))], 1
    )
    is_roof = np.zeros((ROWS, COLS), bool)
    if roofs:
        for _ in range(14):
            y, x = random.integers(2, ROWS - 12, 2)
            is_roof[y : y + 7, x : x + 9] = True
            level = random.uniform(0.08, 0.5)
            stack[:, :, y : y + 7, x : x + 9] = level * np.array([0.9, 0.95, 1, 1.05])[:, None, None]
    return (stack + random.normal(0, 0.002, stack.shape)).astype(np.float32), is_roof


def spread(stack: NDArray[np.float32], where: NDArray[np.bool_]) -> float:
    """Median relative deviation of pixels from their own median over time."""
    middle = np.median(stack, axis=0)
    return float(np.median((np.abs(stack - middle) / middle)[..., where]))


def test_gains_and_offsets_are_taken_out() -> None:
    """Looks with their own gain and offset per band agree on roofs again, though fields change with the season."""
    stack, roofs = make_stack()
    clear = np.zeros((LOOKS, ROWS, COLS), np.uint8)
    random = np.random.default_rng(4)
    gain = random.normal(1, 0.08, (LOOKS, 4, 1, 1)).astype(np.float32)
    offset = random.normal(0, 0.006, (LOOKS, 4, 1, 1)).astype(np.float32)
    disturbed = gain * stack + offset
    before = spread(disturbed, roofs)
    remarks = harmonise(disturbed, clear, BANDS)
    assert before > 0.04
    assert spread(disturbed, roofs) < 0.25 * before
    assert remarks[0].subject == "colours"
    assert "matched to those of the other looks" in remarks[0].text


def test_what_agrees_is_left_alone() -> None:
    """Looks that agree already do not get worse, and fields keep their seasons."""
    stack, roofs = make_stack()
    clear = np.zeros((LOOKS, ROWS, COLS), np.uint8)
    fitted = stack.copy()
    harmonise(fitted, clear, BANDS)
    assert spread(fitted, roofs) < spread(stack, roofs) * 1.02
    assert spread(fitted, ~roofs) == pytest.approx(spread(stack, ~roofs), rel=0.05)


def test_masked_pixels_have_no_say() -> None:
    """A cloud over half of a look does not change its line."""
    stack, roofs = make_stack()
    masks = np.zeros((LOOKS, ROWS, COLS), np.uint8)
    cloudy, plain = stack.copy(), stack.copy()
    cloudy[5, :, :, :45] = 0.8
    masks[5, :, :45] = 2
    cloudy[5] *= np.float32(1.2)
    plain[5] *= np.float32(1.2)
    harmonise(cloudy, masks, BANDS)
    harmonise(plain, masks, BANDS)
    seen = roofs & (np.arange(COLS) >= 45)
    assert spread(cloudy[:, :, :, :], seen) < 0.02
    np.testing.assert_allclose(cloudy[5][:, seen], plain[5][:, seen], rtol=1e-5)


def test_a_logo_does_not_hold_the_colours() -> None:
    """Pixels written over in pure white in every frame are no proof that the frames agree."""
    stack, roofs = make_stack()
    stack = np.ascontiguousarray(stack[:, :3])
    gain = np.random.default_rng(4).normal(1, 0.1, (LOOKS, 1, 1, 1)).astype(np.float32)
    frames = stack * gain
    frames[:, :, 80:, :40] = 1.0
    clear = np.zeros((LOOKS, ROWS, COLS), np.uint8)
    roofs[80:, :40] = False
    before = spread(frames, roofs)
    harmonise(frames, clear, BANDS[:3])
    assert spread(frames, roofs) < 0.3 * before
    assert (np.abs(np.median(frames[:, :, 85, 20], axis=0) - 1) < 0.3).all()


def test_too_little_to_go_by() -> None:
    """Three looks, or a handful of pixels, are returned as they came."""
    stack, _ = make_stack()
    for part in (stack[:3], stack[:, :, :10, :10]):
        copy = part.copy()
        assert harmonise(copy, np.zeros((len(part), *part.shape[2:]), np.uint8), BANDS) == ()
        assert (copy == part).all()


def test_grey_is_left_alone() -> None:
    """Without colour nothing tells a roof from a field that varies with the season."""
    stack, _ = make_stack()
    grey = np.ascontiguousarray(stack[:, 2:3])
    copy = grey.copy()
    assert harmonise(copy, np.zeros((LOOKS, ROWS, COLS), np.uint8), ["grey"]) == ()
    assert (copy == grey).all()


def test_another_sensor_from_one_day_on_is_named_and_taken_out() -> None:
    """A gain and an offset that come and stay are told with their day; looks that tremble one by one are not."""
    plain, is_roof = make_stack()
    clear = np.zeros((LOOKS, ROWS, COLS), np.uint8)
    days = [date(2023, 1, 1) + timedelta(days=14 * n) for n in range(LOOKS)]
    other = plain.copy()
    other[10:] = other[10:] * np.float32(1.3) + np.float32(0.01)
    told = [r.text for r in harmonise(other, clear, BANDS, days) if "another sensor" in r.text]
    assert len(told) == 1
    assert told[0].startswith("from 21 May 2023 on the images are about 40 % brighter")
    assert spread(other, is_roof) < 0.02
    trembling = plain * np.exp(np.random.default_rng(2).normal(0, 0.1, (LOOKS, 1, 1, 1))).astype(np.float32)
    assert not any("another sensor" in r.text for r in harmonise(trembling, clear, BANDS, days))
