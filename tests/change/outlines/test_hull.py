"""How much of a block an outline is, held against shapely's hulls."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from shapely import MultiPoint

from siteline.change.outlines.hull import hull_of, solidity

masks = npst.arrays(
    bool, npst.array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.booleans()
).filter(np.any)


@settings(deadline=None)
@given(masks)
def test_the_hull_of_any_mask_is_shapelys(mask: np.ndarray) -> None:
    """Of all corners of all its pixels."""
    y, x = np.nonzero(mask)
    corners = [(a + i, b + j) for a, b in zip(x, y, strict=True) for i in (0, 1) for j in (0, 1)]
    hull = MultiPoint(corners).convex_hull
    assert solidity(mask) == pytest.approx(mask.sum() / hull.area)
    assert {tuple(p) for p in hull.exterior.coords} <= {tuple(p) for p in hull_of(mask)}


def test_a_block_is_solid_and_a_cross_is_not() -> None:
    """Turned or not."""
    y, x = np.mgrid[-35:36, -35:36]
    along, across = (x * 0.866 + y * 0.5), (y * 0.866 - x * 0.5)
    turned = (abs(along) < 11) & (abs(across) < 6)
    cross = ((abs(x) < 3) | (abs(y) < 3)) & (abs(x) < 10) & (abs(y) < 10)
    assert solidity(np.ones((6, 9), bool)) == 1
    assert solidity(turned) > 0.88
    assert solidity(cross) < 0.72
