"""Truth that is a point: the nearest proposal finds it, within a distance."""

from __future__ import annotations

from typing import Any

import pytest

from siteline.model.errors import BadSmartFile
from siteline.sites.smart.scoring.points import PointTruth, points_of, score_points
from siteline.sites.smart.scoring.rules import ScoreOptions
from tests.sites.smart.made import DEGREE_M, day, make_proposal, make_region, square


def point(x: float, y: float = 100.0, site_id: str = "KR_R001_0001", status: str = "positive") -> PointTruth:
    return PointTruth(site_id, status, square(x, y, 0.002).centroid, day("2018-06-01"))


def run(points: list[PointTruth], *proposals: Any, **options: Any) -> dict[str, Any]:
    return score_points(points, proposals, make_region(), ScoreOptions(**options))


@pytest.mark.parametrize(("x", "found", "metres"), [(100, True, 0), (290, True, 90), (310, False, None)])
def test_a_point_is_found_within_the_distance(x: float, found: bool, metres: float | None) -> None:
    told = run([point(x)], make_proposal())
    assert (told["tp"], told["fn"]) == ((1, 0) if found else (0, 1))
    assert told["fp"] == (0 if found else 1)
    assert told["detections"][0]["distance_m"] == (None if metres is None else pytest.approx(metres, abs=1.5))
    assert run([point(310)], make_proposal(), min_spatial_distance=200.0)["tp"] == 1


def test_of_two_points_a_proposal_finds_the_nearer_or_both_within_it() -> None:
    near, far = point(250), point(280, site_id="KR_R001_0002")
    told = run([near, far], make_proposal())
    assert [one["verdict"] for one in told["detections"]] == ["tp", "fn"]
    both = run([point(50), point(150, site_id="KR_R001_0002")], make_proposal())
    assert both["tp"] == 2


def test_a_second_proposal_near_a_found_point_is_not_false_and_one_near_none_is() -> None:
    told = run(
        [point(100)],
        make_proposal(),
        make_proposal("KR_R001_7002", square(150)),
        make_proposal("KR_R001_7003", square(2000)),
    )
    assert (told["tp"], told["fp"]) == (1, 1)
    assert told["false_alarms"] == ["KR_R001_7003"]


def test_statuses_count_as_elsewhere() -> None:
    told = run([point(100, status="negative")], make_proposal())
    assert (told["tp"], told["fp"]) == (0, 1)
    early = PointTruth("KR_R001_0001", "positive", point(100).place, day("2018-06-01"), day("2012-01-01"))
    assert run([early], make_proposal())["detections"][0]["counts_as"] == "positive_unbounded"
    assert run([point(9000)], make_proposal())["outside_region"] == 1


def test_points_are_read_and_what_is_wrong_is_named() -> None:
    feature: dict[str, Any] = {
        "type": "Feature",
        "properties": {
            "site_id": "KR_R001_0001",
            "status": "positive",
            "date": "2018-06-01",
            "point_version": "1",
        },
        "geometry": {"type": "Point", "coordinates": [100 / DEGREE_M, 0.001]},
    }
    said = {"type": "FeatureCollection", "features": [feature]}
    [one] = points_of(said, "p.geojson")
    assert (one.id, one.day, one.start) == ("KR_R001_0001", day("2018-06-01"), None)
    for key, value, named in (
        ("date", None, "has no date"),
        ("date", "June", "date is 'June'"),
        ("status", "good", "status is 'good'"),
        ("site_id", "1", "site_id is '1'"),
    ):
        bad = {**feature, "properties": {**feature["properties"], key: value}}
        with pytest.raises(BadSmartFile, match=rf"p: feature 1 .*{named}"):
            points_of({"features": [bad]}, "p")
    with pytest.raises(BadSmartFile, match="geometry is a Polygon"):
        points_of(
            {
                "features": [
                    {
                        **feature,
                        "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
                    }
                ]
            },
            "p",
        )
    with pytest.raises(BadSmartFile, match="two points have the id"):
        points_of({"features": [feature, feature]}, "p")
    with pytest.raises(BadSmartFile, match="not a list"):
        points_of([], "p")
