"""Manifests: what is read, what is refused, and in which words."""

from __future__ import annotations

import contextlib
import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from siteline.catalog.manifest import Row, read_rows
from siteline.model.errors import BadManifest, SitelineError
from siteline.model.imagery import BANDS, Use

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def rows_of(tmp_path: Path, text: str | bytes) -> tuple[Row, ...]:
    """The rows of a manifest with this text."""
    path = tmp_path / "scenes.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_rows(path)[0]


def refusal(tmp_path: Path, text: str | bytes) -> BadManifest:
    """How a manifest with this text is refused."""
    with pytest.raises(BadManifest) as caught:
        rows_of(tmp_path, text)
    return caught.value


def test_reads_every_column(tmp_path: Path) -> None:
    """Each column of the design lands in its field, with its type."""
    (row,) = rows_of(
        tmp_path,
        "file,acquired,id,sensor,gsd_m,bands,scale,offset,nodata,mask,mask_kind,sun_azimuth,sun_elevation,"
        "view_off_nadir,view_azimuth,credit,licence,use\n"
        "a.tif,2024-04-19T02:14:00Z,S1,PlanetScope,3.0,blue green red nir alpha,0.0001,-0.1,0,m.tif,udm2,"
        "151.2,44.5,3.1,98,Planet Labs PBC,proprietary,publish_max_px=1200\n",
    )
    assert (row.file, row.id, row.sensor, row.gsd_m) == ("a.tif", "S1", "PlanetScope", 3.0)
    assert row.bands == ("blue", "green", "red", "nir", "")
    assert (row.scale, row.offset, row.nodata) == (0.0001, -0.1, 0.0)
    assert (row.mask, row.mask_kind) == ("m.tif", "udm2")
    assert (row.sun_azimuth, row.sun_elevation, row.view_off_nadir, row.view_azimuth) == (
        151.2,
        44.5,
        3.1,
        98,
    )
    assert (row.credit, row.licence, row.use, row.publish_max_px) == (
        "Planet Labs PBC",
        "proprietary",
        Use.PUBLISH_MAX_PX,
        1200,
    )
    assert row.acquired.has_hour


def test_absent_means_unknown(tmp_path: Path) -> None:
    """Nothing is made up: no scale, rights unknown, and a month stays a month."""
    (row,) = rows_of(tmp_path, "file,acquired\na.png,2009-12\n")
    assert row.scale is None
    assert (row.credit, row.licence, row.use) == ("unknown", "unknown", Use.UNKNOWN)
    assert (row.acquired.first_day.day, row.acquired.last_day.day) == (1, 31)


@pytest.mark.parametrize(
    "text",
    [
        "file,acquired\na.png,2024-01-02\n",
        "\ufefffile,acquired\r\na.png,2024-01-02\r\n",
        "file;acquired\na.png;2024-01-02\n",
        "file\tacquired\na.png\t2024-01-02",
        "\n  File , ACQUIRED ,,\n\n a.png , 2024-01-02 ,,\n,,\n",
        'acquired,file\n2024-01-02,"a.png"\n',
    ],
)
def test_spreadsheets_write_it_in_many_ways(tmp_path: Path, text: str) -> None:
    """A byte-order mark, semicolons, tabs, Windows lines, blank lines and empty columns change nothing."""
    (row,) = rows_of(tmp_path, text)
    assert (row.file, row.acquired.text) == ("a.png", "2024-01-02")


@pytest.mark.parametrize(
    ("text", "said", "remedy"),
    [
        (
            "file,aquired\na.tif,2024-01-01\n",
            "did you mean it by 'aquired'",
            "Rename 'aquired' to 'acquired'",
        ),
        ("file,date\na.tif,2024-01-01\n", "did you mean it by 'date'", "Rename 'date' to 'acquired'"),
        ("filename,acquired\na.tif,2024-01-01\n", "did you mean it by 'filename'", "Rename"),
        ("foo,bar\n1,2\n", "no column 'file'", "file,acquired"),
        ("", "no column 'file'", ""),
        ("file,acquired\n", "no scene in it", "one line per image"),
        ("file,acquired,file\na,2024-01-01,b\n", "column 'file' appears twice", "Keep one"),
        ("file,,acquired\na,b,2024-01-01\n", "a column without a name", "Name it"),
        ("file,acquired\na.tif,\n", "line 2, column acquired: empty", "its date"),
        ("file,acquired\n,2024-01-01\n", "line 2, column file: empty", ""),
        ("file,acquired\na.tif,2024-13-01\n", "line 2, column acquired", "2024-04-19"),
        ("file,acquired\na.tif,2024-02-30\n", "line 2, column acquired", "2024-04-19"),
        ("file,acquired\na.tif,19.04.2024\n", "line 2, column acquired", "2024-04-19"),
        ("file,acquired\na.tif,1024-01-01\n", "that old", "Check the year"),
        ("file,acquired\na,2024-01-01\nb,2024-01-02,x\n", "line 3: 3 cells under 2 columns", "double quotes"),
        ('file,acquired\n"a,2024-01-01\n', "not a table", "double quote"),
        ("file,acquired,gsd_m\na,2024-01-01,3 m\n", "column gsd_m: '3 m'", "without a unit"),
        ("file;acquired;scale\na;2024-01-01;0,0001\n", "column scale: '0,0001'", "decimal point"),
        ("file,acquired,scale\na,2024-01-01,0\n", "column scale", "decimal point"),
        ("file,acquired,scale\na,2024-01-01,inf\n", "column scale", "decimal point"),
        ("file,acquired,sun_elevation\na,2024-01-01,120\n", "from -90 to 90", ""),
        ("file,acquired,bands\na,2024-01-01,blue gren\n", "did you mean green", "Known are"),
        ("file,acquired,bands\na,2024-01-01,gray\n", "did you mean grey", "Known are"),
        ("file,acquired,bands\na,2024-01-01,red red\n", "one twice", "once"),
        ("file,acquired,bands\na,2024-01-01,alpha\n", "names no band", ""),
        ("file,acquired,mask_kind\na,2024-01-01,qa\n", "column mask_kind: 'qa'", "qa_pixel"),
        ("file,acquired,use\na,2024-01-01,public\n", "column use: 'public'", "publish_max_px=N"),
        ("file,acquired,use\na,2024-01-01,publish_max_px=0\n", "column use", ""),
        (b"file,acquired\n\xff\xfea.tif,2024-01-01\n", "line 2: not UTF-8", "CSV UTF-8"),
        ("file,acquired\n".encode("utf-16"), "not UTF-8", "CSV UTF-8"),
        (b"file,acquired\na\0,2024-01-01\n", "zero bytes", "CSV UTF-8"),
    ],
)
def test_refusal_names_place_and_remedy(tmp_path: Path, text: str | bytes, said: str, remedy: str) -> None:
    """What is wrong is named by line and column, with what to do."""
    error = refusal(tmp_path, text)
    assert "scenes.csv" in str(error)
    assert said in str(error)
    assert remedy in error.hint


def test_unknown_columns_are_kept_and_named_once(tmp_path: Path) -> None:
    """A column that we do not read becomes a note; one remark names all, and guesses what was meant."""
    path = tmp_path / "scenes.csv"
    path.write_text("file,acquired,sun_azimut,analyst\na,2024-01-01,151,Kim\nb,2024-01-02,152,\n")
    rows, remarks = read_rows(path)
    assert dict(rows[0].notes) == {"sun_azimut": "151", "analyst": "Kim"}
    assert dict(rows[1].notes) == {"sun_azimut": "152"}
    (remark,) = remarks
    assert "sun_azimut (did you mean sun_azimuth?), analyst" in remark.text


def test_a_missing_manifest_is_refused(tmp_path: Path) -> None:
    """No file, or a folder: one sentence and a remedy."""
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(BadManifest) as caught:
            read_rows(path)
        assert caught.value.hint


@QUICK
@given(st.binary(max_size=300))
@example(b'file,acquired\r\n"')
@example(b"file,acquired\n\r\na,2024-01-01\x85")
def test_no_bytes_raise_anything_else(tmp_path: Path, content: bytes) -> None:
    """Whatever lies in the file, it is read or refused."""
    with contextlib.suppress(SitelineError):
        rows_of(tmp_path, content)


@QUICK
@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8"), max_size=12), min_size=2, max_size=5), max_size=4
    ),
    st.sampled_from([",", ";", "\t"]),
)
def test_no_table_raises_anything_else(tmp_path: Path, cells: list[list[str]], separator: str) -> None:
    """Any cells under a proper header are read or refused."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([["file", "acquired", "bands", "use", "scale"], *cells])
    with contextlib.suppress(SitelineError):
        rows_of(tmp_path, text.getvalue())


PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@QUICK
@given(
    file=PLAIN,
    day=st.dates(min_value=date(1980, 1, 1), max_value=date(2024, 1, 1)),
    bands=st.lists(st.sampled_from(BANDS), min_size=1, unique=True),
    scale=st.floats(1e-9, 1e6),
    credit=PLAIN,
    separator=st.sampled_from([",", ";", "\t"]),
)
def test_what_is_valid_comes_back(
    tmp_path: Path, file: str, day: date, bands: list[str], scale: float, credit: str, separator: str
) -> None:
    """A valid row survives being written and read, whatever the separator and the script of its text."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(
        [
            ["file", "acquired", "bands", "scale", "credit"],
            [file, str(day), " ".join(bands), repr(scale), credit],
        ]
    )
    (row,) = rows_of(tmp_path, text.getvalue())
    assert (row.file, row.acquired.text, row.credit) == (file, str(day), credit)
    assert (row.bands, row.scale) == (tuple(bands), scale)


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("file,published\na.tif,2024-05-02\n", "no column 'acquired'", "release date"),
        (
            "file,acquired,published\na.tif,,2024-05-02\n",
            "line 2, column acquired: empty. That it was",
            "release date",
        ),
        ("file,acquired,published\na.tif,2024-05-03,2024-05-02\n", "before it was taken", "wrong"),
        ("file,acquired,published\na.tif,2024-05,2024-04-30\n", "before it was taken", "wrong"),
        ("file,acquired,published\na.tif,2024-05-01,soon\n", "column published: not a date", ""),
        ("file,mosaic_from,mosaic_to\na.tif,2024-01,\n", "column mosaic_to: empty", "both ends"),
        ("file,mosaic_from,mosaic_to\na.tif,2024-03,2024-01\n", "before mosaic_from", "Exchange"),
        ("file,mosaic_from,mosaic_to\na.tif,,\n", "column acquired: empty", "its date"),
    ],
)
def test_three_dates_are_never_taken_for_one_another(tmp_path: Path, text: str, said: str, hint: str) -> None:
    """A release date dates nothing; dates that contradict each other are refused by line and column."""
    path = tmp_path / "scenes.csv"
    path.write_text(text)
    with pytest.raises(BadManifest, match=said) as refused:
        read_rows(path)
    assert hint in refused.value.hint


def test_a_mosaic_needs_no_day(tmp_path: Path) -> None:
    """Its range is when it was acquired; given as well, the same range is no contradiction, and a day inside it is."""
    path = tmp_path / "scenes.csv"
    path.write_text("file,mosaic_from,mosaic_to,published\na.tif,2024-01,2024-03-15,2024-05-02\n")
    [row], told = read_rows(path)
    assert told == ()
    assert (row.acquired.first_day, row.acquired.last_day) == row.mosaic
    assert row.acquired.text == "2024-01-01/2024-03-15"
    path.write_text("file,acquired,mosaic_from,mosaic_to\na.tif,2024-01,2024-01-01,2024-01-31\n")
    assert read_rows(path)[0][0].acquired.is_month
    path.write_text("file,acquired,mosaic_from,mosaic_to\na.tif,2024-01-09,2024-01-01,2024-01-31\n")
    with pytest.raises(BadManifest, match="not the mosaic's range"):
        read_rows(path)
