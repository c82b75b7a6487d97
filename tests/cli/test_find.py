"""`scenes find` as a user runs it: says what leaves the machine, finds, prices, records once, keeps no key."""

from __future__ import annotations

import copy
import io
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from siteline.cli.app import main
from tests.catalog.apis import Api, stac_api
from tests.cli.conftest import Said

DAYS = ("--from", "2023-10-01", "--to", "2023-10-31")


@pytest.fixture(scope="module")
def stac(shared: Path) -> Path:
    return shared / "data" / "imagery" / "stac"


@pytest.fixture(scope="module")
def api(stac: Path) -> Iterator[Api]:
    with stac_api(stac) as running:
        yield running


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with one site in Colorado, 3.4 km across."""
    folder = tmp_path_factory.mktemp("made")
    siteline("init", "case", cwd=folder)
    case = folder / "case"
    ring = [[-105.12, 40.15], [-105.08, 40.15], [-105.08, 40.18], [-105.12, 40.18], [-105.12, 40.15]]
    feature = {
        "type": "Feature",
        "properties": {"role": "aoi", "label": "aoi"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    site = {"type": "FeatureCollection", "site": {"id": "plant", "name": "Plant"}, "features": [feature]}
    (case / "site.geojson").write_text(json.dumps(site))
    assert siteline("site", "add", "site.geojson", cwd=case).code == 0
    return case


@pytest.fixture
def watched(made: Path, tmp_path: Path) -> Path:
    """A copy of that case."""
    return Path(shutil.copytree(made, tmp_path / "case"))


def siteline(*words: str, cwd: Path) -> Said:
    """One command, typed in a folder; in this process, which is quicker than one of its own."""
    out, err, before = io.StringIO(), io.StringIO(), Path.cwd()
    os.chdir(cwd)
    try:
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr("sys.argv", ["siteline", *words])
            with pytest.raises(SystemExit) as ended:
                main()
    finally:
        os.chdir(before)
    return Said(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def listed(case: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(siteline("scenes", "list", "plant", "--json", cwd=case).out)
    return rows


def test_a_dry_run_says_what_there_is_and_records_nothing(watched: Path, api: Api) -> None:
    """Scenes, bytes and price as JSON; the host and its box on stderr before; nothing on record; no file asked for."""
    api.asked.clear()
    done = siteline(
        "scenes", "find", "plant", "--source", f"{api.url}/v1", *DAYS, "--dry-run", "--json", cwd=watched
    )
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert [s["id"] for s in told["scenes"]] == [
        "LC08_L2SP_033032_20231008_02_T1",
        "S2A_13TDE_20231008_0_L2A",
    ]
    assert {"id", "acquired", "source"} <= set(told["scenes"][0])
    assert told["price"] is None
    # 3.41 x 3.34 km: 341 x 335 px of 10 m x 4 bands x 2 bytes, mask of 20 m; 114 x 112 px of 30 m likewise
    assert told["bytes"] == pytest.approx(342 * 335 * 8 + 172 * 168 + 115 * 113 * 10, rel=0.02)
    assert "127.0.0.1 learns the box -105.1200,40.1500,-105.0800,40.1800 (west,south,east,north)" in done.err
    assert "2023-10-01 to 2023-10-31" in done.err
    assert told["recorded"] == 0
    assert listed(watched) == []
    assert len(api.asked) == 1


def test_found_scenes_are_on_record_once(watched: Path, api: Api) -> None:
    """They are listed as not fetched yet; the same search again records nothing; who finds more records more."""
    find = ("scenes", "find", "plant", "--source", f"{api.url}/v1", *DAYS)
    done = siteline(*find, cwd=watched)
    assert "2 scenes found, about 1.1 MB of pixels over the site" in done.out
    assert "2 new on record" in done.out
    assert "scenes fetch plant" in done.out.splitlines()[-1]
    assert "0 new on record" in siteline(*find, cwd=watched).out
    rows = listed(watched)
    assert [(r["id"], r["used"], r["usable"], r["sha256"]) for r in rows] == [
        ("LC08_L2SP_033032_20231008_02_T1", False, None, None),
        ("S2A_13TDE_20231008_0_L2A", False, None, None),
    ]
    assert "not fetched yet: siteline scenes fetch plant" in rows[0]["reason"]
    assert rows[1]["credit"] == "Contains modified Copernicus Sentinel data 2023"
    shown = siteline("scenes", "list", "plant", cwd=watched).out
    assert "not fetched yet" in shown
    assert "1 new on record" in siteline(*find, "--bands", "red", "--limit", "1", cwd=watched).out


def test_the_box_can_be_widened_and_moved(watched: Path, api: Api) -> None:
    """What is sent is the wider box, moved; what is kept still shows the site."""
    api.asked.clear()
    find = ("scenes", "find", "plant", "--source", f"{api.url}/v1", *DAYS, "--dry-run", "--json")
    done = siteline(*find, "--widen", "5km", "--shift", "2km,-1km", cwd=watched)
    west, south, east, north = api.asked[0]["bbox"]
    assert west == pytest.approx(-105.12 - 3 / 85.1, abs=2e-3)
    assert east == pytest.approx(-105.08 + 7 / 85.1, abs=2e-3)
    assert (south, north) == (
        pytest.approx(40.15 - 6 / 111.3, abs=2e-3),
        pytest.approx(40.18 + 4 / 111.3, abs=2e-3),
    )
    assert len(json.loads(done.out)["scenes"]) == 2
    assert "may be missed" not in done.err
    assert "may be missed" in siteline(*find, "--shift", "20km,0", cwd=watched).err


def test_several_sources_and_the_reason_of_the_choice(watched: Path, api: Api, stac: Path) -> None:
    """A folder and an API in one search: the same acquisition once, with what it stands for."""
    page = json.loads((stac / "search" / "es_multi.page1.json").read_text())
    newer = copy.deepcopy(next(i for i in page["features"] if i["id"].startswith("S2A")))
    newer["id"] = "S2A_13TDE_20231008_1_L2A"
    newer["properties"] |= {
        "s2:processing_baseline": "05.10",
        "s2:product_uri": "S2A_MSIL2A_20231008T175231_N0510_R141_T13TDE_20241008T233154.SAFE",
    }
    (watched / "items").mkdir()
    (watched / "items" / "one.json").write_text(json.dumps(newer))
    find = ("scenes", "find", "plant", *DAYS, "--json")
    done = siteline(*find, "--source", f"{api.url}/v1", "--source", "items", cwd=watched)
    assert "items: read on this machine; nobody learns anything" in done.err
    told = {s["id"]: s for s in json.loads(done.out)["scenes"]}
    chosen = told["S2A_13TDE_20231008_1_L2A"]
    assert chosen["instead_of"] == ["S2A_13TDE_20231008_0_L2A"]
    assert "processing baseline 05.10, not 05.09" in chosen["why"]
    assert {r["id"] for r in listed(watched)} == {
        "S2A_13TDE_20231008_1_L2A",
        "LC08_L2SP_033032_20231008_02_T1",
    }


def test_a_newer_processing_found_later_takes_over(watched: Path, api: Api, stac: Path) -> None:
    """Two searches: what the second found better replaces the first on the list; searching the first again does not."""
    first = ("scenes", "find", "plant", "--source", f"{api.url}/v1", *DAYS)
    siteline(*first, cwd=watched)
    item = json.loads((stac / "search" / "es_multi.page1.json").read_text())["features"][0]
    item["id"] = "S2A_13TDE_20231008_9_L2A"
    item["properties"]["s2:processing_baseline"] = "05.11"
    (watched / "items").mkdir()
    (watched / "items" / "one.json").write_text(json.dumps(item))
    assert (
        "1 new on record" in siteline("scenes", "find", "plant", "--source", "items", *DAYS, cwd=watched).out
    )
    for _ in range(2):
        assert [r["id"] for r in listed(watched)] == [
            "LC08_L2SP_033032_20231008_02_T1",
            "S2A_13TDE_20231008_9_L2A",
        ]
        assert "0 new on record" in siteline(*first, cwd=watched).out


def test_a_key_is_sent_and_kept_nowhere(watched: Path, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key from the environment reaches the source and no file, output or error of ours."""
    key = "KEY-7f3a9c-SECRET"
    monkeypatch.setenv("OUR_TOKEN", key)
    with (watched / "siteline.toml").open("a") as file:
        file.write(f'\n[sources.ours]\nurl = "{api.url}/v1"\nsigning = "bearer"\ntoken_env = "OUR_TOKEN"\n')
    api.headers.clear()
    done = siteline("scenes", "find", "plant", "--source", "ours", *DAYS, "--json", cwd=watched)
    assert done.code == 0, done.err
    assert api.headers[0]["authorization"] == f"Bearer {key}"
    wrong = [
        siteline("scenes", "find", "plant", "--source", f"{api.url}/nothing?token={key}", *DAYS, cwd=watched),
        siteline(
            "scenes", "find", "plant", "--source", f"http://user:{key}@127.0.0.1:1/", *DAYS, cwd=watched
        ),
    ]
    assert [w.code for w in wrong] == [1, 1]
    for said in (done, *wrong):
        assert key not in said.out + said.err
    for folder, _, names in os.walk(watched):
        for name in names:
            assert key.encode() not in (Path(folder) / name).read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--source", "nonsense"), "no source 'nonsense'"),
        (("--source", "ftp://h.example/x"), "only http and https"),
        (("--source", "http://localhost:1/x", "--cloud", "200"), "not a percentage"),
        (("--bands", "purple"), "no band is called 'purple'"),
        (("--limit", "0"), "are none"),
        (("--widen", "-5km"), "cannot be made smaller"),
        (("--widen", "five"), "not a length"),
        (("--shift", "5km"), "not two lengths"),
        (("--to", "2020-01-01"), "is before --from"),
    ],
)
def test_wrong_input_is_refused_before_anything_leaves(
    watched: Path, words: tuple[str, ...], said: str
) -> None:
    """One clear sentence each, and no host is asked."""
    done = siteline("scenes", "find", "plant", "--from", "2023-10-01", *words, cwd=watched)
    assert done.code == 1
    assert said in done.err
    assert "learns the box" not in done.err


def test_a_site_of_pictures_is_refused(watched: Path) -> None:
    """A site without a place on Earth cannot be searched for."""
    square = {"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]]}
    feature = {"type": "Feature", "properties": {"role": "aoi", "label": "aoi"}, "geometry": square}
    site = {
        "type": "FeatureCollection",
        "site": {"id": "frames", "name": "F"},
        "frame": "image",
        "features": [feature],
    }
    site["site"] = {"id": "frames", "name": "F", "frame": "image"}
    (watched / "site.geojson").write_text(json.dumps(site))
    assert siteline("site", "add", "site.geojson", cwd=watched).code == 0
    done = siteline("scenes", "find", "frames", "--from", "2023-10-01", cwd=watched)
    assert done.code == 1
    assert "pictures without a place on Earth" in done.err


def test_a_wrong_section_is_refused_by_name(watched: Path) -> None:
    """Settings of a source are checked like all others."""
    toml = (watched / "siteline.toml").read_text()
    for section, said in (
        ('[sources.x]\nkind = "stac-api"\n', "sources.x has no url"),
        ('[sources.x]\nurl = "https://h.example/v1"\nkind = "ftp"\n', "sources.x.kind"),
        ('[sources.x]\nurl = "https://h.example/v1?api_key=1"\n', "holds a key or password"),
        ('[sources.x]\nurl = "https://h.example/v1"\ntoken = "abc"\n', "sources.x.token"),
    ):
        (watched / "siteline.toml").write_text(f"{toml}\n{section}")
        done = siteline("scenes", "find", "plant", "--source", "x", "--from", "2023-10-01", cwd=watched)
        assert (done.code, said in done.err) == (1, True), done.err
