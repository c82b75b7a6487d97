"""`scenes fetch` as a user runs it: into custody once, offline from then on, whatever happens on the way."""

from __future__ import annotations

import csv
import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import rasterio

from siteline.catalog.remote.spans import total
from siteline.model.dates import parse_acquired
from siteline.model.found import Asset, FoundScene
from siteline.workbench.case import open_case
from tests.catalog.offered import file_routes, ground, offer, write_cog
from tests.cli.conftest import siteline
from tests.servers import Reply, Route, serving

SITE_FILE = {
    "type": "FeatureCollection",
    "site": {"id": "works", "name": "Works"},
    "features": [
        {
            "type": "Feature",
            "properties": {"role": "aoi", "label": "aoi"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[3.06, 39.69], [3.074, 39.69], [3.074, 39.70], [3.06, 39.70], [3.06, 39.69]]
                ],
            },
        }
    ],
}
"""1.2 x 1.1 km, in the middle of 12 km of pixels."""


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


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with scenes of a small site that never was."""
    from siteline.simulate.render import render_story
    from siteline.simulate.story import random_story

    folder = tmp_path_factory.mktemp("story")
    render_story(folder, random_story(3, looks=10, size_m=200.0, buildings=2), 3)
    return folder


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with red.tif and nir.tif of 1200 x 1200 px."""
    folder = tmp_path_factory.mktemp("files")
    for seed, band in enumerate(("red", "nir")):
        write_cog(folder / f"{band}.tif", ground(1200, 1200, seed)[None], nodata=0)
    return folder


@pytest.fixture
def works(case: Path) -> Path:
    """A case with a site."""
    (case / "site.geojson").write_text(json.dumps(SITE_FILE), encoding="utf-8")
    assert siteline("site", "add", "site.geojson", cwd=case).code == 0
    return case


def blob(case: Path, sha256: str) -> Path:
    return case / "blobs" / sha256[:2] / sha256[2:]


def tries(case: Path) -> list[tuple[str, int, str, dict[str, object]]]:
    """Scene, number, outcome and the rest of every try on record."""
    with sqlite3.connect(case / "case.db") as raw:
        rows = raw.execute("SELECT scene_id, number, outcome, noun FROM fetch_try ORDER BY seq").fetchall()
    return [(*row[:3], json.loads(row[3])) for row in rows]


def test_what_was_fetched_is_surveyed_with_the_network_gone(case: Path, story: Path) -> None:
    """Found, fetched, surveyed: the pixels of the files themselves, and not one request after the fetch."""
    assert siteline("site", "add", story / "site.geojson", cwd=case).code == 0
    [site] = json.loads(siteline("site", "list", "--json", cwd=case).out)
    with serving(file_routes(story)) as server:
        record(case, site["id"], rendered_offers(story, server.url))
        before = json.loads(siteline("scenes", "list", site["id"], "--json", cwd=case).out)
        assert {row["reason"] for row in before} == {f"not fetched yet: siteline scenes fetch {site['id']}"}
        said = siteline("scenes", "fetch", site["id"], cwd=case)
        assert said.code == 0, said.err
        assert "10 scenes fetched" in said.out
        asked = len(server.asked)
        again = siteline("scenes", "fetch", site["id"], cwd=case)
        assert again.code == 0
        assert "nothing new to fetch" in again.out
        assert len(server.asked) == asked
    assert not list((case / "cache" / "mirrors").glob("*/*")), "what is in custody needs no mirror"
    fetched = siteline("survey", site["id"], "--json", cwd=case)
    assert fetched.code == 0, fetched.err
    listed = json.loads(siteline("scenes", "list", site["id"], "--json", cwd=case).out)
    assert len(listed) == 10
    assert sum(row["used"] for row in listed) >= 5
    chips = {row["id"]: row["sha256"] for row in listed}
    with (story / "scenes.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            with (
                rasterio.open(story / row["file"]) as file,
                rasterio.open(blob(case, chips[row["id"]])) as chip,
            ):
                there = file.window(*chip.bounds).round_offsets().round_lengths()
                assert (chip.read() == file.read(window=there)).all()


def test_a_hole_in_a_series_is_seen_and_filled_by_a_retry(works: Path, files: Path) -> None:
    """A failed scene is a row with its reason; only --retry asks again; every try is on record."""
    routes = file_routes(files)
    down = {**routes, "/bad.tif": lambda reply: reply.send(404)}
    with serving(down) as server:
        good = offer(server.url, {"red": f"{server.url}/red.tif", "nir": f"{server.url}/nir.tif"}, "s-1")
        bad = offer(server.url, {"red": f"{server.url}/bad.tif"}, "s-2", day=3)
        late = offer(server.url, {"red": f"{server.url}/red.tif"}, "s-3", day=6)
        record(works, "works", [good, bad, late])
        some = siteline("scenes", "fetch", "works", "--limit", "1", "--json", cwd=works)
        assert some.code == 0, some.err
        assert json.loads(some.out) | {"bytes": 0} == {
            "fetched": ["s-1"],
            "failed": [],
            "failed_before": 0,
            "left": 2,
            "found": 3,
            "unusable": 0,
            "bytes": 0,
            "waiting": [],
            "orders": [],
        }
        said = siteline("scenes", "fetch", "works", cwd=works)
        assert said.code == 1
        assert "1 of 2 scenes could not be fetched" in said.err
        assert f"s-2: not fetched: HTTP 404 ({server.url}/bad.tif)" in said.err
        assert "--retry" in said.err
        rows = json.loads(siteline("scenes", "list", "works", "--json", cwd=works).out)
        assert [(row["id"], row["used"]) for row in rows] == [("s-1", False), ("s-2", False), ("s-3", False)]
        assert rows[1]["reason"] == f"not fetched: HTTP 404 ({server.url}/bad.tif)"
        assert rows[1]["sha256"] is None
        asked = len(server.asked)
        left = siteline("scenes", "fetch", "works", cwd=works)
        assert left.code == 0
        assert "1 failed before" in left.out
        assert len(server.asked) == asked
        server_routes = down
        server_routes["/bad.tif"] = routes["/nir.tif"]
        assert siteline("scenes", "fetch", "works", "--retry", cwd=works).code == 0
    ledger = tries(works)
    assert [row[:3] for row in ledger] == [
        ("s-1", 1, "fetched"),
        ("s-3", 1, "fetched") if ledger[1][0] == "s-3" else ("s-2", 1, "failed"),
        ("s-2", 1, "failed") if ledger[1][0] == "s-3" else ("s-3", 1, "fetched"),
        ("s-2", 2, "fetched"),
    ]
    done = ledger[0][3]
    assert done["crs"] == "EPSG:32631"
    assert done["headers"]["red"]["address"] == f"{server.url}/red.tif"  # type: ignore[index]
    assert done["headers"]["red"]["etag"]  # type: ignore[index]
    rows = json.loads(siteline("scenes", "list", "works", "--json", cwd=works).out)
    assert {row["sha256"] for row in rows} == {row[3]["chip_sha256"] for row in ledger if row[2] == "fetched"}
    assert sorted(file.name for file in (works / "blobs").rglob("*") if file.is_file())
    with (
        sqlite3.connect(works / "case.db") as raw,
        pytest.raises(sqlite3.DatabaseError, match="never changed"),
    ):
        raw.execute("DELETE FROM fetch_try")


def test_where_nothing_found_can_be_used_that_is_said(works: Path) -> None:
    """It is another thing than that nothing was found, in words and in JSON."""
    record(works, "works", [offer("ours", {}, fault="no file whose bands we know among visual")])
    said = siteline("scenes", "fetch", "works", cwd=works)
    assert said.code == 0
    assert "none of the scenes found at works can be used; see why with" in said.out
    told = json.loads(siteline("scenes", "fetch", "works", "--json", cwd=works).out)
    assert (told["found"], told["unusable"]) == (0, 1)


def test_killed_ten_times_nothing_is_fetched_twice_but_what_was_on_its_way(works: Path, files: Path) -> None:
    """`kill -9` in mid-fetch, ten times: then the case is complete, and the server has hardly sent a byte twice."""
    threads, scenes, kills = 4, 24, 10
    (works / "siteline.toml").write_text(f"[fetch]\nthreads = {threads}\n", encoding="utf-8")
    sent: list[tuple[str, int, int]] = []
    lock, pace = threading.Lock(), threading.Semaphore(0)

    def route(file: str) -> Route:
        whole = (files / file).read_bytes()

        def answer(reply: Reply) -> None:
            pace.acquire(timeout=20)
            first, last = reply.asked.headers["range"].removeprefix("bytes=").split("-")
            with lock:
                sent.append((reply.asked.path, int(first), min(int(last) + 1, len(whole))))
            reply.send_part(whole, ETag='"1"')

        return answer

    with serving({"/red.tif": route("red.tif"), "/nir.tif": route("nir.tif")}) as server:
        found = [
            offer(
                server.url,
                {band: f"{server.url}/{band}.tif?scene={number}" for band in ("red", "nir")},
                f"s-{number:02d}",
                day=number,
                notes={"number": str(number)},
            )
            for number in range(scenes)
        ]
        record(works, "works", found)
        for _ in range(kills):
            before = len(sent)
            process = subprocess.Popen(
                [sys.executable, "-m", "siteline", "scenes", "fetch", "works"],
                cwd=works,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for _ in range(7):
                pace.release()
            ends = time.monotonic() + 30
            while len(sent) < before + 7 and time.monotonic() < ends and process.poll() is None:
                time.sleep(0.01)
            assert process.poll() is None, "it was killed in mid-fetch"
            process.send_signal(signal.SIGKILL)
            process.wait()
        for _ in range(5000):
            pace.release()
        last = siteline("scenes", "fetch", "works", cwd=works)
        assert last.code == 0, last.err
    rows = json.loads(siteline("scenes", "list", "works", "--json", cwd=works).out)
    assert len(rows) == scenes
    assert all(row["sha256"] and blob(works, row["sha256"]).is_file() for row in rows)
    assert [row[2] for row in tries(works)] == ["fetched"] * scenes, "a killed try is no failure"
    twice = len(sent) - len(set(sent))
    assert twice <= kills * threads
    longest = max(stop - start for _, start, stop in sent)
    unique = sum(total(row[1:] for row in sent if row[0] == path) for path in {row[0] for row in sent})
    assert sum(stop - start for _, start, stop in sent) <= unique + kills * threads * longest


def test_keys_are_sent_and_appear_nowhere(works: Path, files: Path) -> None:
    """A bearer's key, a store's token and AWS keys: in requests only, never in the case, in what is printed, or in errors."""
    secrets = {
        "OUR_KEY": "s3cr3t-bearer-key-1",
        "AWS_ACCESS_KEY_ID": "AKIAS3CR3TNAME",
        "AWS_SECRET_ACCESS_KEY": "s3cr3t-aws-key-2",
        "PC_SDK_SUBSCRIPTION_KEY": "s3cr3t-subscription-3",
    }
    query = "st=2024&se=2025&sig=s3cr3t-sas-4"
    routes = file_routes(files)

    def guarded(reply: Reply) -> None:
        is_keyed = reply.asked.headers.get("authorization") == "Bearer s3cr3t-bearer-key-1"
        is_signed = "sig=s3cr3t-sas-4" in reply.asked.path or "X-Amz-Signature=" in reply.asked.path
        if not (is_keyed or is_signed):
            reply.send(403)
        elif "broken" in reply.asked.path:
            reply.send(404, body=b"no such key s3cr3t-aws-key-2")
        else:
            routes["/red.tif"](reply)

    def give_token(reply: Reply) -> None:
        reply.send(200, json.dumps({"token": query, "msft:expiry": "2999-01-01T00:00:00Z"}).encode())

    with serving({"/token/test": give_token, "*": guarded}) as server:
        (works / "siteline.toml").write_text(
            f'[sources.ours]\nurl = "{server.url}"\nsigning = "bearer"\ntoken_env = "OUR_KEY"\n',
            encoding="utf-8",
        )
        ways = {"bearer": "ours", "planetary-computer": server.url, "s3": server.url}
        found = [
            offer(
                ways[way],
                {"red": f"s3://bucket/{name}.tif" if way == "s3" else f"{server.url}/{name}.tif"},
                f"{way}-{name}",
                signing=way,
                notes={"way": way},
            )
            for way in ways
            for name in ("red", "broken")
        ]
        record(works, "works", found)
        environ = {**secrets, "AWS_ENDPOINT_URL": server.url, "PC_SDK_SAS_URL": f"{server.url}/token"}
        said = siteline("scenes", "fetch", "works", cwd=works, environ=environ)
        listed = siteline("scenes", "list", "works", "--json", cwd=works)
    assert said.code == 1
    assert "3 of 6 scenes could not be fetched" in said.err, said.err
    assert said.err.count("HTTP 404") == 3, said.err
    everything = said.out + said.err + listed.out
    for file in works.rglob("*"):
        if file.is_file():
            everything += file.read_bytes().decode("latin-1")
    for secret in ("s3cr3t", "AKIAS3", "sig=", "X-Amz"):
        assert secret.lower() not in everything.lower(), secret


def test_two_fetches_at_once_are_one(works: Path, files: Path) -> None:
    """A second process is told to wait; the first goes on."""
    routes = file_routes(files)
    started, go = threading.Event(), threading.Event()

    def slow(reply: Reply) -> None:
        started.set()
        go.wait(60)
        routes["/red.tif"](reply)

    with serving({"/red.tif": slow}) as server:
        record(works, "works", [offer(server.url, {"red": f"{server.url}/red.tif"})])
        first = subprocess.Popen([sys.executable, "-m", "siteline", "scenes", "fetch", "works"], cwd=works)
        assert started.wait(60)
        second = siteline("scenes", "fetch", "works", cwd=works)
        go.set()
        assert first.wait(60) == 0
    assert second.code == 1
    assert "another process is fetching scenes" in second.err


def test_ctrl_c_leaves_what_is_done_and_does_not_wait_for_a_server_that_hangs(
    works: Path, files: Path
) -> None:
    """It is answered at once, in words, and the next run goes on."""
    routes = file_routes(files)
    asked, go = threading.Event(), threading.Event()

    def hanging(reply: Reply) -> None:
        asked.set()
        go.wait(30)
        routes["/nir.tif"](reply)

    with serving({**routes, "/nir.tif": hanging}) as server:
        record(
            works,
            "works",
            [
                offer(server.url, {"red": f"{server.url}/red.tif"}, "s-1"),
                offer(server.url, {"nir": f"{server.url}/nir.tif"}, "s-2", day=1),
            ],
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "siteline", "scenes", "fetch", "works"], cwd=works, stderr=subprocess.PIPE
        )
        assert asked.wait(60)
        ends = time.monotonic() + 60
        while not tries(works) and time.monotonic() < ends:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, err = process.communicate(timeout=20)
        assert time.monotonic() - began < 10
        go.set()
        assert process.returncode == 130
        assert b"run the same command to go on" in err
        assert [row[:3] for row in tries(works)] == [("s-1", 1, "fetched")]
        assert siteline("scenes", "fetch", "works", cwd=works).code == 0
    assert [row[:3] for row in tries(works)] == [("s-1", 1, "fetched"), ("s-2", 1, "fetched")]


def test_items_of_a_folder_are_found_and_fetched_from_disk_and_from_the_web(works: Path, files: Path) -> None:
    """`find`, then `fetch`: files beside their item are read where they lie, others by their parts."""
    items = works / "items"
    items.mkdir()
    (items / "red.tif").write_bytes((files / "red.tif").read_bytes())
    corners = [[2.99, 39.63], [3.15, 39.63], [3.15, 39.76], [2.99, 39.76], [2.99, 39.63]]
    with serving(file_routes(files)) as server:
        for day, href in ((3, "./red.tif"), (8, f"{server.url}/red.tif")):
            item = {
                "type": "Feature",
                "stac_version": "1.0.0",
                "id": f"scene-{day}",
                "bbox": [2.99, 39.63, 3.15, 39.76],
                "geometry": {"type": "Polygon", "coordinates": [corners]},
                "properties": {"datetime": f"2024-04-0{day}T10:30:00Z", "proj:epsg": 32631},
                "links": [],
                "assets": {
                    "red": {
                        "href": href,
                        "type": "image/tiff; application=geotiff; profile=cloud-optimized",
                        "roles": ["data"],
                        "eo:bands": [{"name": "red", "common_name": "red"}],
                    }
                },
            }
            (items / f"scene-{day}.json").write_text(json.dumps(item), encoding="utf-8")
        (works / "siteline.toml").write_text(
            f'[sources.mine]\nurl = "items"\nhosts = ["127.0.0.1:{server.port}"]\n', encoding="utf-8"
        )
        found = siteline("scenes", "find", "works", "--source", "mine", "--from", "2024-04", cwd=works)
        assert found.code == 0, found.err
        said = siteline("scenes", "fetch", "works", cwd=works)
        assert said.code == 0, said.err
        assert {asked.path for asked in server.asked} == {"/red.tif"}
    rows = json.loads(siteline("scenes", "list", "works", "--json", cwd=works).out)
    assert [row["id"] for row in rows] == ["scene-3", "scene-8"]
    near, far = (next(row[3] for row in tries(works) if row[0] == name) for name in ("scene-3", "scene-8"))
    assert near["bytes"] == 0
    assert isinstance(far["bytes"], int)
    assert 0 < far["bytes"] < (files / "red.tif").stat().st_size / 2
    near_chip, far_chip = (blob(works, str(said["chip_sha256"])).read_bytes() for said in (near, far))
    assert near_chip == far_chip, "the same pixels, whichever way they came"
