"""A polygon taken apart into edges, and put together again."""

from __future__ import annotations

import numpy as np
import pytest
from shapely.geometry import Polygon, box

from siteline.measure.sharp.edges import corners_of, edges_of, right_angled, rings_of, signed_area, slant_of


def test_corners_that_hardly_turn_are_dropped() -> None:
    ring = corners_of(Polygon([(0, 0), (10, 0.1), (20, 0), (20, 10), (0, 10)]))
    assert len(ring) == 4


def test_edges_that_stay_give_the_polygon_back() -> None:
    """Unmoved and unturned, the edges of any polygon meet where its corners were."""
    ring = corners_of(Polygon([(0, 0), (31, 4), (25, 19), (11, 22), (-3, 12)]))
    still = np.zeros(len(ring))
    assert rings_of(edges_of(ring), still, still) == pytest.approx(ring)


@pytest.mark.parametrize("clockwise", [True, False])
def test_moved_edges_move_outward(clockwise: bool) -> None:
    """One pixel outward on every side, however the outline was wound."""
    ring = corners_of(Polygon(box(0, 0, 20, 10).exterior.coords[:: -1 if clockwise else 1]))
    assert signed_area(rings_of(edges_of(ring), np.zeros(4), np.ones(4))) == pytest.approx(22 * 12)


def test_slightly_slanted_edges_become_right_angled() -> None:
    ring = right_angled(corners_of(Polygon([(0, 0), (20, 0.5), (19.6, 10), (0.3, 10.2)])))
    steps = np.roll(ring, -1, axis=0) - ring
    assert np.sum(steps * np.roll(steps, 1, axis=0), axis=1) == pytest.approx(0, abs=1e-9)


def test_slant_is_from_the_nearer_direction() -> None:
    """A long rectangle rules; an edge that cuts its corner is slanted by its own angle."""
    ring = corners_of(Polygon([(0, 0), (60, 0), (60, 30), (10, 30), (0, 20)]))
    assert np.sort(np.abs(np.degrees(slant_of(edges_of(ring))))) == pytest.approx([0, 0, 0, 0, 45], abs=9)
