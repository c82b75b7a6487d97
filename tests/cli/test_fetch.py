"""`scenes fetch` as a user runs it: into custody once, offline from then on, whatever happens on the way."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from siteline.model.dates import parse_acquired
from siteline.model.found import Asset, FoundScene
from siteline.workbench.case import open_case
from tests.catalog.offered import file_routes
from tests.cli.conftest import LOOKS, siteline
from tests.servers import serving


def record(case: Path, site: str, found: list[FoundScene]) -> None:
    """Put scenes on record as a search would."""
    work = open_case(case)
    work.found.record(site, found)
    work.close()


def rendered_offers(rendered: Path, url: str) -> list[FoundScene]:
    """The rendered scenes as a catalog that serves them would offer them."""
    with (rendered / "scenes.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return [
        FoundScene(
            id=row["id"],
            source=url,
            collection="rendered",
            acquired=parse_acquired(row["acquired"]),
            assets=(
                Asset(
                    f"{url}/{row['file']}",
                    tuple(row["bands"].split()),
                    "image",
                    scale=float(row["scale"]),
                    offset=float(row["offset"] or 0),
                    nodata=float(row["nodata"]) if row["nodata"] else None,
                ),
            ),
            mask=Asset(f"{url}/{row['mask']}", (), "mask"),
            mask_kind=row["mask_kind"],
            sensor=row["sensor"],
            sun_azimuth=float(row["sun_azimuth"]),
            sun_elevation=float(row["sun_elevation"]),
            view_off_nadir=float(row["view_off_nadir"]),
            view_azimuth=float(row["view_azimuth"]),
            credit=row["credit"],
            licence=row["licence"],
        )
        for row in rows
    ]


def test_what_was_fetched_is_surveyed_with_the_network_gone(case: Path, rendered: Path) -> None:
    """Found, fetched, surveyed: the same events as from the files themselves, and not one request after the fetch."""
    assert siteline("site", "add", rendered / "site.geojson", cwd=case).code == 0
    [site] = json.loads(siteline("site", "list", "--json", cwd=case).out)
    with serving(file_routes(rendered)) as server:
        record(case, site["id"], rendered_offers(rendered, server.url))
        before = json.loads(siteline("scenes", "list", site["id"], "--json", cwd=case).out)
        assert {row["reason"] for row in before} == {f"not fetched yet: siteline scenes fetch {site['id']}"}
        said = siteline("scenes", "fetch", site["id"], cwd=case)
        assert said.code == 0, said.err
        assert f"{LOOKS} scenes fetched" in said.out
        asked = len(server.asked)
        again = siteline("scenes", "fetch", site["id"], cwd=case)
        assert again.code == 0
        assert "nothing new to fetch" in again.out
        assert len(server.asked) == asked
    assert not list((case / "cache" / "mirrors").glob("*/*")), "what is in custody needs no mirror"
    fetched = siteline("survey", site["id"], "--json", cwd=case)
    assert fetched.code == 0, fetched.err
    listed = json.loads(siteline("scenes", "list", site["id"], "--json", cwd=case).out)
    assert len(listed) == LOOKS
    assert sum(row["used"] for row in listed) > LOOKS / 2
    chips = {row["id"]: row["sha256"] for row in listed}
    with (rendered / "scenes.csv").open(encoding="utf-8") as stream:
        for row in list(csv.DictReader(stream))[:3]:
            with (
                rasterio.open(rendered / row["file"]) as file,
                rasterio.open(blob(case, chips[row["id"]])) as chip,
            ):
                there = file.window(*chip.bounds).round_offsets().round_lengths()
                assert (chip.read() == file.read(window=there)).all()


def blob(case: Path, sha256: str) -> Path:
    return case / "blobs" / sha256[:2] / sha256[2:]
