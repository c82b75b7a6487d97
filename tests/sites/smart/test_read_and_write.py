"""SMART's files come in and go out as they were, and what is wrong with one is named."""

from __future__ import annotations

import copy
import json
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.model.errors import BadSiteFile, BadSmartFile
from siteline.model.smart import POSITIVE, Phase, RegionModel, SmartSite
from siteline.sites.smart.read import looks_like_smart, parse_smart, read_smart, smart_of
from siteline.sites.smart.write import describe_smart, write_smart
from tests.sites.smart.made import AC, NA, SP, make_region, make_truth, square


def files(shared: Path) -> list[Path]:
    return sorted((shared / "data/imagery/smart").glob("*_models/*.geojson"))


def test_every_file_of_smart_is_written_as_it_was_read(shared: Path) -> None:
    assert len(files(shared)) == 10
    for path in files(shared):
        model, _ = read_smart(path)
        assert json.loads(write_smart(model)) == json.loads(path.read_bytes()), path.name


def test_what_smart_annotated_is_read_as_it_was_meant(shared: Path) -> None:
    folder = shared / "data/imagery/smart"
    region, _ = read_smart(folder / "region_models/KR_R003.geojson")
    assert isinstance(region, RegionModel)
    assert dict(region.counts())["negative"] == 57
    assert sum(site.status in POSITIVE for site in region.sites) == 35 + 21 + 5 + 2
    pending = next(site for site in region.sites if site.id == "KR_R003_0168")
    assert (pending.start, pending.end, pending.is_summary) == (date(2021, 3, 1), None, True)
    site, remarks = read_smart(folder / "site_models/KR_R003_0054.geojson")
    assert isinstance(site, SmartSite)
    assert remarks == ()
    parted = [look for look in site.observations if len(look.parts) > 1]
    assert len(parted) == 35
    assert [part.phase for part in parted[0].parts] == [AC, SP]
    assert [part.is_boundary for part in parted[0].parts] == [False, True]
    hidden, _ = read_smart(folder / "site_models/KR_R001_0017.geojson")
    assert isinstance(hidden, SmartSite)
    assert Counter(look.parts[0].is_occluded for look in hidden.observations) == {False: 38, True: 1}


def test_ours_is_said_in_smarts_words() -> None:
    said = describe_smart(make_truth())
    site, first = said["features"][0]["properties"], said["features"][1]
    assert site["type"] == "site"
    assert (site["start_date"], site["end_date"]) == ("2018-01-10", "2019-02-01")
    assert "score" not in site  # where nothing is noted, nothing is said
    assert first["geometry"]["type"] == "MultiPolygon"
    assert first["properties"]["current_phase"] == "No Activity"
    assert first["properties"]["is_occluded"] == "False"
    assert first["properties"]["is_site_boundary"] == "True"
    assert first["properties"]["source"] is None  # null, never an empty text
    again, remarks = smart_of(json.loads(json.dumps(said)), "x")
    assert remarks == ()
    assert [look.phases for look in again.observations] == [look.phases for look in make_truth().observations]  # type: ignore[union-attr]


def test_what_is_changed_is_written_and_the_rest_stays(shared: Path) -> None:
    path = shared / "data/imagery/smart/site_models/KR_R003_0054.geojson"
    was = json.loads(path.read_bytes())
    site, _ = read_smart(path)
    assert isinstance(site, SmartSite)
    first = site.observations[0]
    relabelled = replace(first, parts=tuple(replace(part, phase=SP) for part in first.parts))
    changed = replace(site, status="system_confirmed", observations=(relabelled, *site.observations[1:]))
    now = json.loads(write_smart(changed))
    expected = copy.deepcopy(was)
    expected["features"][0]["properties"]["status"] = "system_confirmed"
    expected["features"][1]["properties"]["current_phase"] = "Site Preparation"
    assert now == expected


def as_file(site: SmartSite | None = None) -> dict[str, Any]:
    return json.loads(json.dumps(describe_smart(site or make_truth())))  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("feature", "key", "value", "named", "remedy"),
    [
        (
            0,
            "status",
            "positive_anotated",
            "status is 'positive_anotated'",
            "Did you mean 'positive_annotated'?",
        ),
        (0, "status", None, "status is None", "Statuses:"),
        (0, "site_id", "KR_R1_17", "site_id is 'KR_R1_17'", "KR_R001_0017"),
        (0, "site_id", "KR_R001_00１7", "site_id", "KR_R001_0017"),  # a digit of another script
        (0, "region_id", "Korea", "region_id is 'Korea'", "KR_R001"),
        (0, "mgrs", "4QFJ", "mgrs is '4QFJ'", "two digits"),
        (0, "version", "2", "version is '2'", "2.0.1"),
        (0, "start_date", "2018-02-30", "start_date is '2018-02-30', which is no day", "2024-04-19"),
        (0, "end_date", 2019, "end_date is 2019", "or null"),
        (0, "score", 1.5, "score is 1.5, which is no number from 0 to 1", "leave it out"),
        (0, "score", True, "score is True", "leave it out"),
        (0, "validated", "yes", "validated is 'yes', neither True nor False", "in quotes"),
        (0, "cache", [1], "cache is [1], which is no object", "{}"),
        (0, "model_content", "propsed", "model_content is 'propsed'", "Did you mean 'proposed'?"),
        (2, "current_phase", "Site Prep", "names the phase 'Site Prep'", "Phases:"),
        (2, "current_phase", "Active Construction, Unknown", "has 2 values for 1 polygon", "each polygon"),
        (2, "current_phase", ["Unknown"], "is ['Unknown'], which is no text", "A, B"),
        (2, "is_occluded", "maybe", "holds 'maybe', neither True nor False", "each polygon"),
        (2, "observation_date", "01/03/2018", "observation_date is '01/03/2018'", "2024-04-19"),
        (2, "sensor_name", "Sentinel 2", "sensor_name is 'Sentinel 2'", "Sentinel-2"),
        (2, "source", 7, "source is 7, which is no text", "quotes"),
    ],
)
def test_a_bad_property_is_named_with_its_feature_and_the_remedy(
    feature: int, key: str, value: Any, named: str, remedy: str
) -> None:
    said = as_file()
    said["features"][feature]["properties"][key] = value
    with pytest.raises(BadSmartFile) as refused:
        smart_of(said, "x.geojson")
    assert str(refused.value).startswith(f"x.geojson: feature {feature + 1} (")
    assert key in str(refused.value)
    assert named in str(refused.value)
    assert remedy in refused.value.hint


@pytest.mark.parametrize(
    ("geometry", "named"),
    [
        (None, "geometry is None"),
        ({"type": "Point", "coordinates": [0, 0]}, "geometry is 'Point'"),
        ({"type": "MultiPolygon", "coordinates": []}, "geometry is empty"),
        ({"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [0, 0]]]]}, "encloses nothing"),
        (
            {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1]]]]},
            "does not end where it begins",
        ),
        (
            {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, "x"], [0, 0]]]]},
            "not made of numbers",
        ),
        (
            {"type": "MultiPolygon", "coordinates": [[[[0, 0], [900, 0], [1, 1], [0, 0]]]]},
            "longitude and latitude",
        ),
        ({"type": "MultiPolygon", "coordinates": [[{"a": 1}]]}, "polygon 1"),
        ({"type": "MultiPolygon", "coordinates": 3}, "geometry is"),
    ],
)
def test_a_bad_outline_is_named_with_its_feature(geometry: Any, named: str) -> None:
    said = as_file()
    said["features"][3]["geometry"] = geometry
    with pytest.raises(BadSmartFile, match=r"x: feature 4 \(observation 2018-06-01\)") as refused:
        smart_of(said, "x")
    assert named in str(refused.value)


def test_what_tools_write_wrongly_is_understood_said_and_kept() -> None:
    said = as_file()
    said["features"][1]["properties"] |= {"source": "", "current_phase": "", "is_occluded": False}
    said["features"][0]["properties"] |= {"validated": True, "their_own": {"a": [1, None]}}
    said["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    said["features"][2]["id"] = 17
    site, remarks = smart_of(said, "x")
    assert isinstance(site, SmartSite)
    assert site.observations[0].source is None
    assert site.observations[0].parts[0].phase is None
    assert site.observations[0].parts[0].is_occluded is False
    assert site.validated is True
    told = " ".join(str(remark) for remark in remarks)
    assert "source is an empty text once" in told
    assert "is_occluded is a plain boolean once" in told
    assert describe_smart(site) == said


def test_a_file_that_mixes_or_lacks_features_is_refused() -> None:
    region = json.loads(
        json.dumps(describe_smart(make_region(sites=(replace(make_truth(), observations=()),))))
    )
    assert looks_like_smart(region) == "region"
    twice = copy.deepcopy(region)
    twice["features"].append(region["features"][1])
    site = as_file()
    assert looks_like_smart(site) == "site"
    for said, named in (
        ({**site, "features": site["features"] + region["features"]}, "mixes features"),
        ({**site, "features": site["features"][1:]}, "holds 0 sites"),
        ({**site, "features": site["features"][:1]}, "has no observations"),
        ({**site, "features": []}, "not a list of features"),
        ({**region, "features": region["features"][:1] * 2}, "holds 2 regions"),
        (twice, "two sites have the id"),
        ([], "FeatureCollection"),
    ):
        with pytest.raises(BadSmartFile, match=named):
            smart_of(said, "x")
    assert (
        looks_like_smart({"type": "FeatureCollection", "features": [{"properties": {"role": "aoi"}}]}) is None
    )
    assert looks_like_smart({"features": "x"}) is None


def test_hostile_names_do_not_reach_the_terminal() -> None:
    said = as_file()
    said["features"][0]["properties"] |= {"site_id": "\u202eKR\u200b_R001_0001", "status": "\u202e"}
    with pytest.raises(BadSmartFile) as refused:
        smart_of(said, "x")
    assert str(refused.value).isprintable()


def test_a_missing_property_is_refused_or_told() -> None:
    said = as_file()
    del said["features"][0]["properties"]["status"]
    with pytest.raises(BadSmartFile, match=r"feature 1 \(site KR_R001_0001\) has no status"):
        smart_of(said, "x")
    said = as_file()
    del said["features"][2]["properties"]["sensor_name"]
    site, remarks = smart_of(said, "x")
    assert "lacks sensor_name" in str(remarks[0])
    assert describe_smart(site) == said


def test_an_outline_that_crosses_itself_is_kept_as_it_is() -> None:
    said = as_file()
    bow = [[[[0, 0], [0.002, 0.002], [0.002, 0], [0, 0.002], [0, 0]]]]
    said["features"][2]["geometry"]["coordinates"] = bow
    site, remarks = smart_of(said, "x")
    assert isinstance(site, SmartSite)
    assert "cross themselves" in str(remarks[0])
    assert site.observations[1].outline.is_valid
    assert site.observations[1].outline.area > 0
    assert describe_smart(site)["features"][2]["geometry"]["coordinates"] == bow


days = st.dates(date(2000, 1, 1), date(2030, 12, 31))
words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn")), max_size=20)
free = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Site models as people and tools write them."""
    said = as_file(
        make_truth(life=[(d.isoformat(), NA) for d in sorted(draw(st.lists(days, min_size=1, max_size=5)))])
    )
    for feature in said["features"][1:]:
        many = draw(st.integers(1, 3))
        outlines = [square(i * 300 + draw(st.integers(0, 50))) for i in range(many)]
        feature["geometry"]["coordinates"] = [[[list(xy) for xy in o.exterior.coords]] for o in outlines]
        phases = draw(st.none() | st.lists(st.sampled_from(Phase), min_size=many, max_size=many))
        truths = draw(st.none() | st.lists(st.sampled_from(["True", "False"]), min_size=many, max_size=many))
        feature["properties"] |= {
            "current_phase": phases and ", ".join(phases),
            "is_occluded": truths and ", ".join(truths),
            "is_site_boundary": draw(st.sampled_from([None, ", ".join(["True"] * many)])),
            "source": draw(st.none() | words),
            "score": draw(st.floats(0, 1) | st.integers(0, 1)),
        }
        if extra := draw(st.dictionaries(words, free, max_size=3)):
            feature["properties"] |= {f"x-{key}": value for key, value in extra.items()}
    said["features"][0]["properties"] |= {"score": draw(st.floats(0, 1)), "cache": {"a": draw(free)}}
    return json.loads(json.dumps(said))  # type: ignore[no-any-return]


@settings(deadline=None)
@given(documents())
def test_whatever_can_be_read_is_written_as_it_was(said: dict[str, Any]) -> None:
    site, _ = smart_of(said, "x")
    assert describe_smart(site) == said
    again, _ = parse_smart(write_smart(site), "x")
    assert describe_smart(again) == said
    assert again == site


@settings(deadline=None)
@given(documents(), st.data())
def test_whatever_is_broken_is_refused_in_words(said: dict[str, Any], data: st.DataObject) -> None:
    """Any one value replaced by anything: it is read, or refused naming the file; never another error."""
    feature = data.draw(st.sampled_from(said["features"]))
    key = data.draw(st.sampled_from(sorted(feature["properties"])))
    feature["properties"][key] = data.draw(free)
    refused = ""
    try:
        site, _ = smart_of(said, "x.geojson")
    except BadSmartFile as fault:
        refused = f"{fault} {fault.hint}"
    assert refused.startswith("x.geojson: ") or describe_smart(site) == said


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_bring_the_parser_down(data: bytes) -> None:
    with pytest.raises(BadSiteFile):
        parse_smart(b'{"type": "FeatureCollection", "features": [' + data + b"]}", "x")
