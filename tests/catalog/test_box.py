"""How much of a site an outline shows, wherever on Earth it lies."""

from __future__ import annotations

import pytest
from shapely.geometry import MultiPolygon, Polygon, box

from siteline.catalog.box import shown_share

HERE = box(29.9, 39.9, 30.1, 40.1)
AT_THE_DATELINE = box(179.9, 10.0, 179.99, 10.1)


@pytest.mark.parametrize(
    ("outline", "site"),
    [
        (box(-180, -90, 180, 90), HERE),
        (box(-120, -60, 120, 60), HERE),
        (box(20, 30, 40, 50), HERE),
        (MultiPolygon([box(179, 9, 180, 11), box(-180, 9, -179, 11)]), AT_THE_DATELINE),
        (Polygon([(179, 9), (-179, 9), (-179, 11), (179, 11)]), AT_THE_DATELINE),
    ],
)
def test_an_outline_that_covers_the_site_covers_it_whole(outline: Polygon, site: Polygon) -> None:
    """Around the world, around half of it, or across the antimeridian, cut there or not."""
    assert shown_share(outline.wkt, site) == pytest.approx(1.0)


def test_an_outline_across_the_antimeridian_shows_nothing_of_the_other_side_of_the_world() -> None:
    """Drawn without a cut it would span the world."""
    assert shown_share(Polygon([(179, 39), (-179, 39), (-179, 41), (179, 41)]).wkt, HERE) == 0
