"""The solid part of a mask and how far it stands out, held against scipy's morphology and numpy's quantiles."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy.ndimage import binary_dilation, binary_erosion, binary_fill_holes, binary_opening, label

from siteline.change.outlines.blocks import find_block, measure_block

EIGHT = np.ones((3, 3), bool)
masks = npst.arrays(
    bool, npst.array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=14), elements=st.booleans()
)


@settings(deadline=None)
@given(masks)
def test_a_block_is_the_largest_part_left_by_filling_and_opening(mask: np.ndarray) -> None:
    """As large as the largest of scipy's parts, and one of them."""
    opened = binary_opening(np.pad(binary_fill_holes(mask), 1), np.ones((2, 2)))[1:-1, 1:-1]
    parts, count = label(opened)
    image = np.zeros((1, *mask.shape), np.float32)
    block = find_block(mask, 0, 0, image, 0.0)
    if not count:
        assert block is None
        return
    assert block is not None
    assert block.area == np.bincount(parts.ravel())[1:].max()
    number = parts[block.rows, block.cols][block.mask]
    assert len(set(number)) == 1
    assert number[0] > 0


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_rim_is_the_fainter_quarter_of_the_ground_two_pixels_outside(seed: int) -> None:
    """And what is inside is told without the edge, wherever in the image the block lies."""
    rng = np.random.default_rng(seed)
    image = rng.normal(0, 1, (3, 20, 24)).astype(np.float32)
    top, left = int(rng.integers(0, 12)), int(rng.integers(0, 14))
    mask = np.zeros((20, 24), bool)
    mask[top : top + rng.integers(2, 9), left : left + rng.integers(2, 11)] = True
    y, x = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    small = mask[y[0] : y[-1] + 1, x[0] : x[-1] + 1]
    rim, uneven, inside = measure_block(small, int(y[0]), int(x[0]), image)
    core = binary_erosion(mask, EIGHT)
    look = np.median(image[:, core if core.sum() >= 4 else mask], axis=1)
    outside = binary_dilation(mask, EIGHT, 2) & ~binary_dilation(mask, EIGHT)
    assert inside == pytest.approx(look)
    assert rim == pytest.approx(
        np.quantile(np.linalg.norm(image[:, outside] - look[:, None], axis=0), 0.25), rel=1e-4
    )
    assert uneven == pytest.approx(
        np.median(np.linalg.norm(image[:, mask] - look[:, None], axis=0)), rel=1e-4
    )


def test_what_is_ragged_or_thin_is_no_block() -> None:
    """A comb is not solid; a line one pixel wide is nothing at all."""
    image = np.zeros((1, 12, 12), np.float32)
    comb = np.zeros((12, 12), bool)
    comb[0:2] = True
    comb[:, ::4] = comb[:, 1::4] = True
    line = np.zeros((12, 12), bool)
    line[5] = True
    assert find_block(comb, 0, 0, image, 0.72) is None
    assert find_block(line, 0, 0, image, 0.0) is None
