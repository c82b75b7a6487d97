"""Screenshots and overlays in a case: kept, placed, shown, refused in words."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from siteline.model.errors import BadInput, BrokenCustody, SitelineError
from siteline.workbench.case import Case, make_case
from siteline.workbench.images import check_custody, resolved
from siteline.workbench.pictures import add_overlays, add_placed, list_all, say_placement
from tests.catalog.test_overlays import BOX, KML, overlay
from tests.catalog.test_screenshot import Published, lies
from tests.cli.conftest import siteline
from tests.pictures import make_earth_site


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """A case with the site of the drawn pictures."""
    made = make_case(tmp_path / "case")
    made.register.record(make_earth_site(), None)
    yield made
    made.close()


def kmz(path: Path, overlays: str, *pictures: tuple[str, bytes]) -> Path:
    """A KMZ of these overlays and pictures."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", KML.format(overlays))
        for name, content in pictures:
            archive.writestr(name, content)
    path.write_bytes(packed.getvalue())
    return path


def test_a_screenshot_is_placed_kept_and_shown(case: Case, tmp_path: Path) -> None:
    """Picture, points and working copy are in custody; residuals are in the list; better points replace the first."""
    published = Published(tmp_path, lies(14))
    picture, points = published.picture(), published.points()
    added = add_placed(case, "works", picture, "2024-04-19", points, None, {"published": "2024-05-02"})
    assert any("worst is point" in remark.text for remark in added.remarks)
    [row] = list_all(case, "works")
    placed = row["placed"]
    assert (row["published"], row["acquired"]) == ("2024-05-02", "2024-04-19")
    assert placed["rms_px"] < 1
    assert case.blobs.read(placed["original_sha256"]) == picture.read_bytes()
    assert case.blobs.read(placed["source_sha256"]) == points.read_bytes()
    case.blobs.verify(row["sha256"])
    assert placed["worst"] in say_placement(placed)
    again = add_placed(case, "works", picture, "2024-04-19", published.points(seed=3), None, {})
    assert (again.fresh, again.total) == (1, 1)
    assert list_all(case, "works")[0]["placed"]["source_sha256"] != placed["source_sha256"]


def test_an_original_that_was_tampered_with_is_not_surveyed(case: Case, tmp_path: Path) -> None:
    """The working copy alone proves nothing: the published bytes must be what was taken in."""
    published = Published(tmp_path, lies())
    add_placed(case, "works", published.picture(), "2024-04-19", published.points(), None, {})
    [scene] = case.scenes.all("works")
    check_custody(case, resolved(case, scene))
    assert scene.placed is not None
    blob = case.blobs.path(scene.placed.original_sha256)
    blob.chmod(0o644)
    blob.write_bytes(b"other")
    with pytest.raises(BrokenCustody, match="scene article"):
        check_custody(case, scene)


def test_poor_points_are_refused_and_nothing_is_recorded(case: Case, tmp_path: Path) -> None:
    """A point on the wrong roof is named; an unknown model is, too; the case stays as it was."""
    published = Published(tmp_path, lies())
    picture, points = published.picture(), published.points()
    with pytest.raises(BadInput, match="no model 'spline'"):
        add_placed(case, "works", picture, "2024-04", points, "spline", {})
    lines = points.read_text().splitlines()
    x, y, rest = lines[3].split(",", 2)
    lines[3] = f"{float(x) - 40},{float(y) - 33},{rest}"
    points.write_text("\n".join(lines))
    with pytest.raises(BadInput, match="point 3 is 5"):
        add_placed(case, "works", picture, "2024-04", points, None, {})
    assert list_all(case, "works") == []


@pytest.mark.parametrize(
    ("acquired", "columns", "said"),
    [
        ("", {"published": "2024-05-02"}, "does not say when it was taken"),
        ("2024-05-03", {"published": "2024-05-02"}, "before it was taken"),
        ("2024-02-02", {"mosaic_from": "2024-01", "mosaic_to": "2024-03-15"}, "not the mosaic's range"),
        ("2025-02-02", {"mosaic_from": "2024-01", "mosaic_to": "2024-03-15"}, "not the mosaic's range"),
        ("", {"mosaic_from": "2024-01", "mosaic_to": "2024-03-15", "published": "2024-03-01"}, "complete"),
        ("", {"mosaic_from": "2024-01"}, "mosaic_to: empty"),
        ("", {"mosaic_from": "2024-05", "mosaic_to": "2024-03"}, "before mosaic_from"),
        ("2024-04", {"published": "2024-05"}, "not one day"),
        ("", {}, "acquired: empty"),
    ],
)
def test_a_release_date_dates_nothing(
    case: Case, tmp_path: Path, acquired: str, columns: dict[str, str], said: str
) -> None:
    """A day of publication alone, and dates that contradict each other, are refused in words."""
    published = Published(tmp_path, lies())
    with pytest.raises(BadInput, match=said):
        add_placed(case, "works", published.picture(), acquired, published.points(), None, columns)


def test_a_mosaic_is_of_its_whole_range(case: Case, tmp_path: Path) -> None:
    """Its acquired spans it, and that is told; a picture dated by its day of release is told of, too."""
    published = Published(tmp_path, lies())
    picture, points = published.picture(), published.points()
    mosaic = {"mosaic_from": "2024-01", "mosaic_to": "2024-03-15", "published": "2024-05-02"}
    added = add_placed(case, "works", picture, "", points, None, mosaic)
    assert any("any day from 1 January 2024 to 15 March 2024" in r.text for r in added.remarks)
    [row] = list_all(case, "works")
    assert row["mosaic"] == ["2024-01-01", "2024-03-15"]
    assert row["acquired"] == "2024-01-01/2024-03-15"
    added = add_placed(
        case, "works", picture, "2024-05-02", points, None, {"published": "2024-05-02", "id": "b"}
    )
    assert any("very day on which it was published" in r.text for r in added.remarks)


def test_overlays_become_scenes(case: Case, tmp_path: Path) -> None:
    """Two overlays in one KMZ: dated by their author, which is said, or by --acquired; the KMZ is kept."""
    content = Published(tmp_path, lies()).picture().read_bytes()
    other = Published(tmp_path, lies(9)).picture().read_bytes()
    stamp = "<TimeStamp><when>2023-08-01</when></TimeStamp>"
    file = kmz(
        tmp_path / "maps.kmz",
        overlay(BOX.format("<rotation>12</rotation>") + stamp, name="old")
        + overlay(BOX.format("") + stamp, "files/b.png", "new"),
        ("files/a.png", content),
        ("files/b.png", other),
    )
    added = add_overlays(case, "works", file, None, {})
    assert any("as the author of the file says" in remark.text for remark in added.remarks)
    rows = list_all(case, "works")
    assert [row["id"] for row in rows] == ["maps-new", "maps-old"]
    for row in rows:
        assert (row["acquired"], row["gsd_m"] > 0) == ("2023-08-01", True)
        assert case.blobs.read(row["placed"]["source_sha256"]) == file.read_bytes()
    added = add_overlays(case, "works", file, "2023-07", {})
    assert any("because --acquired says so" in remark.text for remark in added.remarks)
    undated = kmz(tmp_path / "undated.kmz", overlay(BOX.format("")), ("files/a.png", content))
    with pytest.raises(BadInput, match="the file gives no time"):
        add_overlays(case, "works", undated, None, {})
    Published(tmp_path, lies(20)).picture()
    plain = tmp_path / "plain.kml"
    plain.write_text(KML.format(overlay(BOX.format("") + stamp, "article.png")))
    assert add_overlays(case, "works", plain, None, {"id": "plain"}).faulty == 0


def test_hostile_overlays_are_refused(case: Case, tmp_path: Path) -> None:
    """Bombs, climbing names, addresses, pictures that are none, entities: nothing is recorded, nothing is fetched."""
    sound = kmz(tmp_path / "sound.kmz", overlay(BOX.format("")), ("files/a.png", b"\0" * (300 * 2**20)))
    climb = kmz(tmp_path / "climb.kmz", overlay(BOX.format(""), "../a.png"), ("../a.png", b"x"))
    away = kmz(tmp_path / "away.kmz", overlay(BOX.format(""), "http://127.0.0.1:9/a.png"))
    text = kmz(tmp_path / "text.kmz", overlay(BOX.format("")), ("files/a.png", b"no picture"))
    gone = kmz(tmp_path / "gone.kmz", overlay(BOX.format("")))
    entity = tmp_path / "entity.kml"
    entity.write_text('<!DOCTYPE kml [<!ENTITY a SYSTEM "file:///etc/passwd">]><kml>&a;</kml>')
    outside = tmp_path / "outside.kml"
    outside.write_text(KML.format(overlay(BOX.format(""), "%2e%2e/article.png")))
    lone = tmp_path / "lone.kml"
    lone.write_text(KML.format(overlay(BOX.format(""), "nowhere.png")))
    for file, words in (
        (sound, "unpacks to 300 MiB"),
        (climb, "tries to leave its folder"),
        (away, "at an address"),
        (text, "not a GeoTIFF"),
        (gone, "holds no files called"),
        (entity, "entities"),
        (outside, "outside the file"),
        (lone, "no picture 'nowhere.png' beside it"),
        (tmp_path / "none.kmz", "no such file"),
    ):
        with pytest.raises(SitelineError, match=words) as refused:
            add_overlays(case, "works", file, "2024-04", {})
        assert refused.value.hint
    assert list_all(case, "works") == []


def test_the_command_line_says_the_same(case: Case, tmp_path: Path) -> None:
    """`scenes add --control-points`, then `scenes list`: the worst point is named in plain output."""
    published = Published(tmp_path, lies(5))
    picture, points = published.picture(), published.points()
    add = ("scenes", "add", "works", picture, "--control-points", points)
    said = siteline(*add, "--acquired", "2024-04-19", cwd=case.folder)
    assert said.code == 0, said.err
    assert "placed by 8 points (similarity" in siteline("scenes", "list", "works", cwd=case.folder).out
    said = siteline(*add, "--published", "2024-05-02", cwd=case.folder)
    assert (said.code, "--acquired: empty" in said.err) == (1, True)
