"""
Radar from a catalog, as a user gets it: find, fetch, survey, with passes that the tests made (items, numbers, signatures).

The API, the file server with ranges and the endpoint that signs are servers on loopback.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from tests.catalog.apis import stac_api
from tests.catalog.offered import file_routes
from tests.catalog.passes import COLLECTION, grd_item, rtc_item, speckled, write_pass
from tests.cli.conftest import siteline
from tests.cli.small_site import HALL, NORTH, WEST, write_small_site
from tests.servers import Reply, Route, Served, serving

pytestmark = pytest.mark.timeout(600)

ORBITS = (("ascending", 58), ("descending", 109))
PASSES = 20
SHAPE = (256, 256)
CORNER = (WEST - 900.0, NORTH + 900.0)
"""Of each file: the site begins 90 pixels inside."""

RING = [[128.9, 39.6], [129.1, 39.6], [129.1, 39.8], [128.9, 39.8], [128.9, 39.6]]
DAYS = ("--from", "2023-10-01", "--to", "2024-06-30")
STAYS = 17
"""Passes of each orbit before the hall stands; it is built between 19 April and 5 May 2024."""


def file_name(flight: str, number: int, name: str) -> str:
    return f"{flight[0]}{number:02d}-{name}.tiff"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two orbits of passes over the small site: bare ground, and a hall of 60 x 48 m that sends back 8 dB more."""
    folder = tmp_path_factory.mktemp("passes")
    top, bottom, left, right = (90 + round(edge * 0.3) for edge in HALL)
    for at, (flight, relative) in enumerate(ORBITS):
        for number in range(PASSES):
            for name, level in (("vv", -10.0), ("vh", -17.0)):
                mean = np.full(SHAPE, level)
                if number >= STAYS:
                    mean[top : bottom + 1, left : right + 1] += 8
                numbers = speckled(mean, SHAPE, relative * 1000 + number * 10 + at + (name == "vh"))
                write_pass(folder / file_name(flight, number, name), numbers, CORNER)
    return folder


@dataclass
class Store:
    """A file server whose files want a token, and the endpoint that gives them."""

    served: Served
    given: list[str] = field(default_factory=list)
    refused: int = 0
    """Requests with a token that had run out."""


@contextmanager
def store(
    files: Path, runs_out_after: int = 10**9, pace: threading.Semaphore | None = None
) -> Iterator[Store]:
    """The store; its first token is good for so many requests. pace: each file request waits for one."""
    lock = threading.Lock()
    plain = file_routes(files)
    told: Store

    def give(reply: Reply) -> None:
        with lock:
            told.given.append(f"s3cr3t-{len(told.given)}")
            token = f"se=2999-01-01&sp=rl&sig={told.given[-1]}"
        reply.send(200, json.dumps({"token": token, "msft:expiry": "2999-01-01T00:00:00Z"}).encode())

    def guarded(reply: Reply) -> None:
        if pace is not None:
            pace.acquire(timeout=30)
        parts = urlsplit(reply.asked.path)
        said = parse_qs(parts.query).get("sig", [""])[0]
        with lock:
            is_old = said == "s3cr3t-0" and len(told.served.asked) > runs_out_after
            told.refused += is_old
        if is_old or not said.startswith("s3cr3t-"):
            reply.send(403, b"AuthenticationFailed")
        else:
            plain[parts.path](reply)

    routes: dict[str, Route] = {"/token/sentinel-1-rtc": give, "*": guarded}
    with serving(routes) as server:
        told = Store(server)
        yield told


def items_of(url: str) -> list[dict[str, Any]]:
    """An item of each pass."""
    return [
        rtc_item(
            {name: f"{url}/{file_name(flight, number, name)}" for name in ("vv", "vh")},
            RING,
            number,
            (flight, relative),
        )
        for flight, relative in ORBITS
        for number in range(PASSES)
    ]


@contextmanager
def catalog(folder: Path, items: list[dict[str, Any]]) -> Iterator[str]:
    """An API with these items and the collection that they are of; its address."""
    described = folder / "stac" / "items"
    described.mkdir(parents=True, exist_ok=True)
    (described / "rtc.collection.json").write_text(json.dumps(COLLECTION), encoding="utf-8")
    with stac_api(folder / "stac", items) as api:
        yield f"{api.url}/v1"


def configure(case: Path, url: str, served: Served, collections: str = '["sentinel-1-rtc"]') -> None:
    (case / "siteline.toml").write_text(
        f'[sources.s1]\nurl = "{url}"\ncollections = {collections}\n'
        f'token_url = "{served.url}/token"\nhosts = ["127.0.0.1:{served.port}"]\n',
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with the small site and its four images of light."""
    home = tmp_path_factory.mktemp("made")
    write_small_site(home / "files")
    assert siteline("init", "case", cwd=home).code == 0
    case = home / "case"
    assert siteline("site", "add", home / "files" / "site.geojson", cwd=case).code == 0
    added = siteline("scenes", "add", "plant", "--manifest", home / "files" / "scenes.csv", cwd=case)
    assert added.code == 0, added.err
    return case


@pytest.fixture
def plant(made: Path, tmp_path: Path) -> Path:
    """A copy of that case."""
    return Path(shutil.copytree(made, tmp_path / "case"))


def everything_in(case: Path) -> str:
    return "".join(f.read_bytes().decode("latin-1") for f in case.rglob("*") if f.is_file())


def test_found_fetched_and_heard_as_a_second_witness(plant: Path, files: Path, tmp_path: Path) -> None:
    """From a search to what each orbit saw of the hall; signed anew in the middle; no signature is kept or told."""
    find = ("scenes", "find", "plant", "--source", "s1", *DAYS)
    with store(files, runs_out_after=60) as shop, catalog(tmp_path, items_of(shop.served.url)) as url:
        configure(plant, url, shop.served)
        dry = siteline(*find, "--dry-run", "--json", cwd=plant)
        assert dry.code == 0, dry.err
        told = json.loads(dry.out)
        assert told["tracks"] == [
            {"track": "ascending 58", "passes": PASSES},
            {"track": "descending 109", "passes": PASSES},
        ]
        first = told["scenes"][0]
        assert first["radar"] == {"orbit": "ascending", "relative_orbit": 58, "units": "linear"}
        assert (first["sensor"], first["bands"], first["licence"]) == (
            "Sentinel-1 RTC",
            ["vv", "vh"],
            "CC-BY-4.0",
        )
        assert first["credit"] == "Contains modified Copernicus Sentinel data 2023; Microsoft"
        # 36 x 36 px and one more of 4 bytes, twice, of each pass
        assert told["bytes"] == pytest.approx(2 * PASSES * 2 * 37 * 37 * 4, rel=0.05)
        found = siteline(*find, cwd=plant)
        assert "radar, ascending 58, vv vh" in found.out
        assert "radar passes, each orbit read apart: ascending 58: 20, descending 109: 20" in found.out
        assert "0 new on record" in siteline(*find, cwd=plant).out
        assert shop.given == [], "a search asks for no token"
        done = siteline("scenes", "fetch", "plant", "--json", cwd=plant)
        assert done.code == 0, done.err
        fetched = json.loads(done.out)
        assert (len(fetched["fetched"]), fetched["failed"]) == (2 * PASSES, [])
        assert shop.given == ["s3cr3t-0", "s3cr3t-1"]
        assert shop.refused > 0
        whole = sum(file.stat().st_size for file in files.iterdir())
        assert 0 < fetched["bytes"] < 0.5 * whole
    survey = siteline("survey", "plant", "--json", cwd=plant, timeout=500)
    assert survey.code == 0, survey.err
    heard = json.loads(survey.out)["radar"]
    assert heard["looks"] == {"used": 2 * PASSES, "left_out": 0}
    assert {t["track"]: t["looks"] for t in heard["tracks"]} == {
        "ascending 58": PASSES,
        "descending 109": PASSES,
    }
    events = json.loads(siteline("events", "list", "plant", "--json", "--all", cwd=plant).out)["features"]
    seen = [
        f["properties"]["witnesses"] for f in events if f["properties"]["witnesses"]["agreement"] == "agree"
    ]
    assert seen, [f["properties"]["witnesses"]["agreement"] for f in events]
    assert {sight["track"] for sight in seen[0]["radar"]["tracks"] if sight["seen"]} == {
        "ascending 58",
        "descending 109",
    }
    rows = json.loads(siteline("scenes", "list", "plant", "--json", cwd=plant).out)
    assert sum(row["used"] for row in rows if "radar" in row) == 2 * PASSES
    assert "s3cr3t" not in everything_in(plant) + done.out + done.err + found.out + found.err + survey.err


def test_one_orbit_can_be_chosen(plant: Path, files: Path, tmp_path: Path) -> None:
    """By direction, number, or both; what is left out is counted; too few passes are told before they are fetched."""
    find = ("scenes", "find", "plant", "--source", "s1")
    with store(files) as shop, catalog(tmp_path, items_of(shop.served.url)) as url:
        configure(plant, url, shop.served)
        one = siteline(*find, *DAYS, "--orbit", "descending 109", "--dry-run", cwd=plant)
        assert "radar passes, each orbit read apart: descending 109: 20" in one.out
        assert "20 of other orbits" in one.out
        none = siteline(*find, *DAYS, "--orbit", "ascending 109", "--dry-run", "--json", cwd=plant)
        assert json.loads(none.out)["left_out"] == {"clouds": 0, "elsewhere": 0, "orbits": 40}
        few = siteline(*find, "--from", "2024-03", "--to", "2024-04", "--orbit", "58", cwd=plant)
        assert few.code == 0
        assert "radar, ascending 58: five passes of this orbit, and fewer than 16 say nothing" in few.err
        odd = siteline(*find, *DAYS, "--orbit", "sideways", cwd=plant)
        assert odd.code == 1
        assert "no orbit of Sentinel-1: 'sideways'" in odd.err
        lone = siteline(*find, *DAYS, "--bands", "vv", "--orbit", "58", "--dry-run", "--json", cwd=plant)
        assert {tuple(s["bands"]) for s in json.loads(lone.out)["scenes"]} == {("vv",)}


def test_killed_in_mid_fetch_it_goes_on(plant: Path, files: Path, tmp_path: Path) -> None:
    """`kill -9`, three times: then all passes are in custody once, and hardly a byte came twice."""
    threads, kills, each = 4, 3, 20
    pace = threading.Semaphore(0)
    with store(files, pace=pace) as shop, catalog(tmp_path, items_of(shop.served.url)) as url:
        configure(plant, url, shop.served)
        with (plant / "siteline.toml").open("a", encoding="utf-8") as settings:
            settings.write(f"[fetch]\nthreads = {threads}\n")
        find = ("scenes", "find", "plant", "--source", "s1", *DAYS, "--orbit", "58")
        assert siteline(*find, cwd=plant).code == 0
        for _ in range(kills):
            before = len(shop.served.asked)
            process = subprocess.Popen(
                [sys.executable, "-m", "siteline", "scenes", "fetch", "plant"],
                cwd=plant,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for _ in range(each):
                pace.release()
            ends = time.monotonic() + 60
            while (
                len(shop.served.asked) < before + each and time.monotonic() < ends and process.poll() is None
            ):
                time.sleep(0.01)
            assert process.poll() is None, "it was killed in mid-fetch"
            process.send_signal(signal.SIGKILL)
            process.wait()
        for _ in range(5000):
            pace.release()
        last = siteline("scenes", "fetch", "plant", cwd=plant)
        assert last.code == 0, last.err
        parts = [
            (urlsplit(a.path).path, a.headers["range"])
            for a in shop.served.asked
            if a.path.startswith(("/a", "/d"))
        ]
    assert len(parts) - len(set(parts)) <= kills * threads
    rows = json.loads(siteline("scenes", "list", "plant", "--json", cwd=plant).out)
    kept = [row for row in rows if "radar" in row]
    assert len(kept) == PASSES
    assert all(row["sha256"] for row in kept)
    assert not list((plant / "cache" / "mirrors").glob("*/*"))


def test_radar_that_is_not_corrected_is_refused_with_what_to_take_instead(
    plant: Path, files: Path, tmp_path: Path
) -> None:
    """Alone it is an error and nothing is recorded; beside corrected passes it is a note."""
    with store(files) as shop:
        hrefs = {name: f"{shop.served.url}/{file_name('ascending', 0, name)}" for name in ("vv", "vh")}
        raw = [grd_item(hrefs, RING, number) for number in range(3)]
        find = ("scenes", "find", "plant", "--source", "s1", *DAYS)
        with catalog(tmp_path, raw) as url:
            configure(plant, url, shop.served, "[]")
            alone = siteline(*find, cwd=plant)
        assert alone.code == 1
        assert "all 3 scenes found: radar not corrected for terrain" in alone.err
        assert "--source planetary-computer-radar" in alone.err.splitlines()[-1]
        rows = json.loads(siteline("scenes", "list", "plant", "--json", cwd=plant).out)
        assert not [row for row in rows if row["sha256"] is None]
        corrected = rtc_item(hrefs, RING, 9)
        with catalog(tmp_path, [*raw, corrected]) as url:
            configure(plant, url, shop.served, "[]")
            beside = siteline(*find, cwd=plant)
        assert beside.code == 0, beside.err
        assert beside.err.count("three of its scenes are not corrected for terrain") == 1
        assert "not corrected for terrain (GRD)" in beside.out


def test_a_token_that_is_refused_ends_in_one_reason(plant: Path, files: Path, tmp_path: Path) -> None:
    """No file is asked for; the list says why; a good endpoint and --retry bring them."""
    with store(files) as shop, catalog(tmp_path, items_of(shop.served.url)) as url:
        configure(plant, url, shop.served)
        settings = plant / "siteline.toml"
        good = settings.read_text(encoding="utf-8")
        settings.write_text(good.replace("/token", "/closed"), encoding="utf-8")
        find = ("scenes", "find", "plant", "--source", "s1", "--from", "2024-05", "--to", "2024-05")
        assert siteline(*find, cwd=plant).code == 0
        refused = siteline("scenes", "fetch", "plant", cwd=plant)
        assert refused.code == 1
        told = f"no token for its files: {shop.served.url}/closed/sentinel-1-rtc answered 403"
        assert refused.err.count(told) == refused.err.count("note:") > 1
        assert {urlsplit(a.path).path for a in shop.served.asked} == {"/closed/sentinel-1-rtc"}
        assert len(shop.served.asked) == 1
        rows = json.loads(siteline("scenes", "list", "plant", "--json", cwd=plant).out)
        assert {row["reason"] for row in rows if row["sha256"] is None} == {f"not fetched: {told}"}
        settings.write_text(good, encoding="utf-8")
        again = siteline("scenes", "fetch", "plant", "--retry", cwd=plant)
        assert again.code == 0, again.err


def test_a_pass_with_less_than_the_others_is_parted(plant: Path, files: Path, tmp_path: Path) -> None:
    """One without vh, one whose vv is missing, one with other nodata: each a row with its own reason, the rest is found."""
    with store(files) as shop:
        raw = items_of(shop.served.url)[:PASSES]
        single = rtc_item({"vv": raw[0]["assets"]["vv"]["href"]}, RING, 20)
        lost = rtc_item({n: raw[0]["assets"][n]["href"] for n in ("vv", "vh")}, RING, 21)
        del lost["assets"]["vv"]
        odd = rtc_item({n: raw[0]["assets"][n]["href"] for n in ("vv", "vh")}, RING, 22)
        odd["assets"]["vh"]["raster:bands"][0]["nodata"] = 0.5
        with catalog(tmp_path, [*raw, single, lost, odd]) as url:
            configure(plant, url, shop.served)
            found = siteline(
                "scenes",
                "find",
                "plant",
                "--source",
                "s1",
                "--from",
                "2023-10",
                "--to",
                "2024-07",
                "--json",
                cwd=plant,
            )
    assert found.code == 0, found.err
    assert "one of its passes has other polarisations than most" in found.err
    faults = {s["id"]: s["fault"] for s in json.loads(found.out)["scenes"] if s["fault"]}
    assert faults == {
        single["id"]: "it has vv, most passes have vv vh",
        lost["id"]: "its catalog says vv vh, and no file for vv, only vh",
        odd["id"]: "vh: its catalog says that 0.5 means no data, and that is an intensity",
    }
    rows = json.loads(siteline("scenes", "list", "plant", "--json", cwd=plant).out)
    assert {row["id"]: row["reason"] for row in rows if row["id"] in faults} == faults


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('token_url = "https://h.example/t?sig=abc"', "token_url holds a key or password"),
        (
            'token_url = "https://h.example/t"\nsigning = "bearer"',
            "its signing is 'bearer', which takes none",
        ),
        ('token_url = "h.example"', "only http and https addresses"),
    ],
)
def test_an_endpoint_is_named_without_secrets(plant: Path, line: str, said: str) -> None:
    """A key in the settings is refused before anything is asked."""
    (plant / "siteline.toml").write_text(
        f'[sources.s1]\nurl = "https://h.example"\n{line}\n', encoding="utf-8"
    )
    refused = siteline("scenes", "find", "plant", "--source", "s1", *DAYS, cwd=plant)
    assert refused.code == 1
    assert said in refused.err
