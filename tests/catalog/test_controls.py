"""Control points: read from what people have, refused by line, whatever the bytes."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siteline.catalog.controls import read_points
from siteline.model.errors import BadInput

LON = st.floats(-179, 179, allow_nan=False).map(lambda v: round(v, 7))
LAT = st.floats(-80, 80, allow_nan=False).map(lambda v: round(v, 7))
PIXEL = st.floats(0, 5000, allow_nan=False).map(lambda v: round(v, 2))
POINTS = st.lists(st.tuples(PIXEL, PIXEL, LON, LAT), min_size=1, max_size=9, unique_by=lambda p: p[:2])
QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def write(folder: Path, text: str, name: str = "points.csv") -> Path:
    """A file of points."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path) -> BadInput | None:
    """How a file is refused; None if it is read."""
    try:
        read_points(path)
    except BadInput as error:
        return error
    return None


@QUICK
@given(points=POINTS, separator=st.sampled_from(",;\t"), bom=st.booleans())
def test_a_table_gives_back_what_was_written(
    tmp_path: Path, points: list[tuple[float, ...]], separator: str, bom: bool
) -> None:
    """Commas, semicolons, tabs, a byte-order mark: the numbers come back as they are."""
    lines = [separator.join(("x", "y", "lon", "lat")), *(separator.join(map(repr, p)) for p in points)]
    read = read_points(write(tmp_path, "\ufeff" * bom + "\n".join(lines)))
    assert [(t.x, t.y, *(t.place or ())) for t in read] == points


@QUICK
@given(points=POINTS)
def test_geojson_and_qgis_say_the_same_as_a_table(tmp_path: Path, points: list[tuple[float, ...]]) -> None:
    """Three spellings of the same points are the same points; QGIS counts y upwards."""
    features = [
        {
            "type": "Feature",
            "properties": {"x": x, "y": y},
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
        }
        for x, y, lon, lat in points
    ]
    as_json = write(tmp_path, json.dumps({"type": "FeatureCollection", "features": features}), "p.geojson")
    lines = ["#CRS: EPSG:4326", "mapX,mapY,sourceX,sourceY,enable,dX,dY,residual"]
    lines += [f"{lon!r},{lat!r},{x!r},{-y!r},1,0,0,0" for x, y, lon, lat in points]
    as_qgis = write(tmp_path, "\n".join(lines), "p.points")
    for read in (read_points(as_json), read_points(as_qgis)):
        assert [(t.x, t.y) for t in read] == [p[:2] for p in points]
        for tie, point in zip(read, points, strict=True):
            assert tie.place == pytest.approx(point[2:], abs=1e-9)


@QUICK
@given(text=st.text(st.sampled_from(string.printable + "é\u202e\0"), max_size=300))
def test_any_text_is_read_or_refused_in_words(tmp_path: Path, text: str) -> None:
    """No text makes the reader fall over."""
    for name in ("p.csv", "p.geojson", "p.points"):
        refused = refusal(write(tmp_path, text, name))
        assert refused is None or (str(refused) and refused.hint)


@QUICK
@given(cell=st.text(st.sampled_from("0123456789.eE+-naif ,°"), max_size=9))
def test_any_cell_is_a_number_or_refused_by_its_line(tmp_path: Path, cell: str) -> None:
    """A cell that is no finite number is refused with its line and column."""
    path = tmp_path / "p.csv"
    path.write_text(f'x,y,lon,lat\n1,2,3,4\n5,6,"{cell}",8\n')
    refused = refusal(path)
    assert refused is None or "line 3" in str(refused)


def test_eastings_need_their_crs_and_become_degrees(tmp_path: Path) -> None:
    """Metres of a named CRS are understood; without its name they are refused."""
    [tie] = read_points(write(tmp_path, "x,y,easting,northing,crs,label\n1,2,500000,4400000,EPSG:32631,gate"))
    assert tie.label == "gate"
    assert tie.place == pytest.approx((3.0, 39.7493), abs=1e-3)
    with pytest.raises(BadInput, match="crs: empty"):
        read_points(write(tmp_path, "x,y,easting,northing,crs\n1,2,500000,4400000,"))


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("", "no column", "x,y,lon,lat"),
        ("x,y\n1,2", "do not say", "x,y,lon,lat"),
        ("x,y,lon\n1,2,3", "without 'lat'", ""),
        ("x,y,lon,lat\n1,2,3", "line 2, lat: empty", "decimal point"),
        ("x,y,lon,lat\n1,2,39.7,127.1", "no place on Earth", "exchanged"),
        ("x,y,lon,lat\n1,2,nan,5", "line 2, lon", "decimal point"),
        ("x,y,lon,lat,lon\n1,2,3,4,5", "appears twice", ""),
        ("x,y,lon,lat\n1,2,3,4\n1,2,5,6", "same pixel", "Keep one"),
        ("x,y,lon,lat\n1,5,3,4,7", "5 cells under 4 columns", "point"),
        ("x,y,easting,northing,crs\n1,2,3,4,EPSG:1", "not known", "EPSG:32652"),
        ("mapX,mapY,sourceX,sourceY\n1,2,3,-4", "which CRS", "#CRS"),
        ('{"type": "FeatureCollection", "features": [{"geometry": null}]}', "not a point", ""),
        ('{"features": NaN}', "not GeoJSON", ""),
        ("x,y,lon,lat", "no point", ""),
    ],
)
def test_a_defect_is_named_with_its_remedy(tmp_path: Path, text: str, said: str, hint: str) -> None:
    """One defect a file, one sentence and one hint."""
    with pytest.raises(BadInput, match=said.replace("(", r"\(")) as refused:
        read_points(write(tmp_path, text))
    assert hint in refused.value.hint


def test_a_point_switched_off_in_qgis_does_not_count(tmp_path: Path) -> None:
    """QGIS keeps disabled points in its file."""
    text = "#CRS: EPSG:4326\nmapX,mapY,pixelX,pixelY,enable\n3,4,1,-2,1\n5,6,7,-8,0"
    assert len(read_points(write(tmp_path, text, "a.points"))) == 1
