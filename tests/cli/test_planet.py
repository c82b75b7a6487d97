"""Planet as a user meets it: search, price, budget, one order whatever happens, and scenes in custody."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import rasterio

from siteline.cli.app import main
from siteline.workbench.case import make_case
from tests.catalog.planet_api import CORNER, KEY, PIXEL, Planet, pixels, plan, planet_api, psscene
from tests.cli.conftest import Said
from tests.cli.test_fetch import SITE_FILE, blob, tries

KEYS = {"PL_API_KEY": KEY}


@pytest.fixture
def planet() -> Iterator[Planet]:
    """The stand-in with three scenes of the site, and one of another place."""
    items = [psscene(0), psscene(1), psscene(2), psscene(3, shift_m=50_000)]
    with planet_api(items) as running:
        yield running


@pytest.fixture
def works(tmp_path: Path, planet: Planet, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A case with a site, Planet at the stand-in, and a budget of 100 km²."""
    monkeypatch.setattr("siteline.catalog.planet.orders.SETTLE_S", (0.01, 0.01))
    case = tmp_path / "case"
    make_case(case).close()
    (case / "site.geojson").write_text(json.dumps(SITE_FILE), encoding="utf-8")
    assert here("site", "add", "site.geojson", cwd=case).code == 0
    settle(case, planet, "budget_km2 = 100")
    return case


def here(*words: str, cwd: Path, environ: Mapping[str, str] = KEYS) -> Said:
    """A command in this process, as its own would run it."""
    out, err = io.StringIO(), io.StringIO()
    code: Any = 0
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.chdir(cwd),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setattr(sys, "argv", ["siteline", *words])
        for name, value in environ.items():
            patch.setenv(name, value)
        try:
            main()
        except SystemExit as stop:
            code = stop.code
    return Said(code, out.getvalue(), err.getvalue())


def settle(case: Path, planet: Planet, *lines: str) -> None:
    """Write siteline.toml."""
    text = "\n".join(
        [
            "[sources.planet]",
            f'url = "{planet.url}"',
            f'hosts = ["{planet.storage[7:]}"]',
            "poll_s = 0.05",
            *lines,
        ]
    )
    (case / "siteline.toml").write_text(text + "\n", encoding="utf-8")


def find(case: Path, *words: str) -> Said:
    return here(
        "scenes", "find", "works", "--source", "planet", "--from", "2024-04-01", "--to", "2024-04-30", *words,
        cwd=case,
    )  # fmt: skip


def fetch(case: Path, *words: str) -> Said:
    return here("scenes", "fetch", "works", *words, cwd=case)


def order_rows(case: Path) -> list[tuple[str, str, float]]:
    with sqlite3.connect(case / "case.db") as raw:
        return list(raw.execute("SELECT state, order_id, km2 FROM image_order ORDER BY seq"))


def scenes_of(case: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(here("scenes", "list", "works", "--json", cwd=case).out)
    return rows


def test_the_price_is_told_before_anything_is_ordered(works: Path, planet: Planet) -> None:
    """A dry run says scenes, square kilometres after clipping, quota and budget; nothing is recorded or ordered."""
    said = find(works, "--dry-run", "--json")
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert [scene["id"] for scene in told["scenes"]] == [item["id"] for item in planet.items[:3]]
    price = told["price"]
    assert price["scenes"] == 3
    assert 3 * 1.33 < price["km2"] < 3 * 1.64, "1.2 x 1.1 km with 30 m around it, three times"
    assert price["quota_left_km2"] == 960
    assert price["quota_after_km2"] == pytest.approx(960 - price["km2"], abs=0.01)
    assert price["budget_km2"] == price["budget_left_km2"] == 100
    assert price["over"] is False
    assert price["fits"] == {"scenes": 3, "km2": price["km2"]}
    assert price["bytes"] == told["bytes"] or abs(price["bytes"] - told["bytes"]) < 0.3 * told["bytes"]
    plain = find(works, "--dry-run")
    assert (
        f"planet: 3 scenes to order cost {price['km2']:.2f} km²; of your quota 960.00 km² are left"
        in plain.out
    )
    assert "left of the budget in siteline.toml: 100.00 of 100.00 km²" in plain.out
    assert "127.0.0.1 learns the box" in plain.err
    assert scenes_of(works) == []
    assert not any(method == "POST" and "orders" in path for method, path, _ in planet.asked)


def test_scenes_are_ordered_clipped_checked_and_kept(works: Path, planet: Planet) -> None:
    """One order; each scene in custody with its mask, its delivered files and the manifest; offline from then on."""
    assert find(works).code == 0
    dry = json.loads(fetch(works, "--dry-run", "--json").out)
    assert (len(dry["scenes"]), dry["price"]["scenes"], planet.orders) == (3, 3, [])
    said = fetch(works, "--json")
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert len(told["fetched"]) == 3
    assert told["waiting"] == told["failed"] == []
    [order] = told["orders"]
    assert (order["state"], order["km2"]) == ("success", dry["price"]["km2"])
    [sent] = planet.orders
    assert sent["products"] == [
        {
            "item_ids": [item["id"] for item in planet.items[:3]],
            "item_type": "PSScene",
            "product_bundle": "analytic_sr_udm2",
        }
    ]
    assert [list(tool) for tool in sent["tools"]] == [["clip"]], "not harmonised unless it is asked for"
    assert sent["delivery"] == {}
    assert "the outline of the site with 30 m around it" in said.err
    rows = scenes_of(works)
    assert [row["id"] for row in rows] == [item["id"] for item in planet.items[:3]]
    assert {row["credit"] for row in rows} == {"Image © 2024 Planet Labs PBC"}
    assert {(row["licence"], row["use"]) for row in rows} == {("Planet, as your contract says", "analyse")}
    assert rows[0]["acquired"].startswith("2024-04-01T10:30:15")
    assert rows[0]["notes"]["order"] == sent["id"]
    with rasterio.open(blob(works, rows[0]["sha256"])) as chip:
        a, _, c, _, _, f = chip.transform[:6]
        left, top = round((c - CORNER[0]) / PIXEL), round((CORNER[1] - f) / PIXEL)
        whole = pixels(rows[0]["id"], 4)[:, top : top + chip.height, left : left + chip.width]
        inside = chip.read(1) > 0
        assert (a, chip.descriptions, chip.nodata) == (PIXEL, ("blue", "green", "red", "nir"), 0)
        assert inside.mean() > 0.7
        assert (chip.read()[:, inside] == whole[:, inside]).all()
    [first, *_] = [row[3] for row in tries(works)]
    assert blob(works, str(first["mask_sha256"])).is_file()
    heads: Any = first["headers"]
    assert set(heads) == {"ortho_analytic_4b_sr", "ortho_udm2", "manifest.json"}
    for head in heads.values():
        assert hashlib.sha256(blob(works, head["sha256"]).read_bytes()).hexdigest() == head["sha256"]
    assert [state for state, _, _ in order_rows(works)] == ["intended", "queued", "success"]
    asked = len(planet.asked)
    again = fetch(works)
    assert (again.code, len(planet.asked)) == (0, asked), "what is in custody is not asked for again"
    assert json.loads(find(works, "--json").out)["price"]["scenes"] == 0
    with (
        sqlite3.connect(works / "case.db") as raw,
        pytest.raises(sqlite3.DatabaseError, match="never changed"),
    ):
        raw.execute("UPDATE image_order SET km2 = 0")


def test_without_a_budget_nothing_is_ordered(works: Path, planet: Planet) -> None:
    """It says what would be ordered, and which line to write."""
    settle(works, planet)
    assert "no budget is set, so nothing will be ordered" in find(works).out
    said = fetch(works)
    assert said.code == 1
    assert "planet charges for what is ordered (3 scenes, 4." in said.err
    assert "below [sources.planet]: budget_km2 = 5" in said.err
    assert planet.orders == []
    assert order_rows(works) == []


def test_an_order_over_the_budget_is_refused_with_what_would_fit(works: Path, planet: Planet) -> None:
    """Square kilometres, scenes and quota each hold; what fits is ordered with the limit that was named."""
    settle(works, planet, "budget_km2 = 3.5")
    told = json.loads(find(works, "--json").out)["price"]
    assert (told["over"], told["fits"]["scenes"]) == (True, 2)
    said = fetch(works)
    assert said.code == 1
    assert "3.50 of 3.50 km² of the budget are left; nothing was ordered" in said.err
    assert "2 of them" in said.err
    assert "scenes fetch works --limit 2" in said.err
    assert planet.orders == []
    some = fetch(works, "--limit", "2", "--json")
    assert some.code == 0, some.err
    assert len(json.loads(some.out)["fetched"]) == 2
    rest = fetch(works)
    assert rest.code == 1
    assert "None of them fits" in rest.err
    settle(works, planet, "budget_scenes = 2")
    assert "0 of 2 scenes of the budget are left" in fetch(works).err
    planet.quota[:] = [plan(100, 99.9)]
    settle(works, planet, "budget_km2 = 100")
    assert "0.10 km² of your quota are left" in fetch(works).err
    assert len(planet.orders) == 1


def test_killed_at_any_moment_there_is_one_order_in_the_end(works: Path, planet: Planet) -> None:
    """`kill -9` before the order, after Planet took it, in waiting, and in the middle of files: one order, all scenes."""
    assert find(works).code == 0
    for moment in ("list", "accepted", "poll", "download manifest", "download file"):
        reached, go = planet.hold(moment)
        process = subprocess.Popen(
            [sys.executable, "-m", "siteline", "scenes", "fetch", "works"],
            cwd=works,
            env={**os.environ, **KEYS},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert reached.wait(60), f"it comes to: {moment}"
        process.send_signal(signal.SIGKILL)
        process.wait()
        go.set()
        assert len(planet.orders) == (moment != "list")
    assert order_rows(works)[0][0] == "intended"
    last = fetch(works, "--json")
    assert last.code == 0, last.err
    assert len(planet.orders) == 1
    assert sum(m == "POST" and "orders" in path for m, path, _ in planet.asked) == 1
    assert [row[2] for row in tries(works)] == ["fetched"] * 3, "a killed try is no failure"
    assert all(row["sha256"] and blob(works, row["sha256"]).is_file() for row in scenes_of(works))
    assert order_rows(works)[-1][:2] == ("success", planet.orders[0]["id"])
    asked = planet.counts["GET /compute/ops/download/"]
    assert asked <= 7 + 1 + 3, "nothing is fetched again but what was on its way"


def test_an_order_that_is_on_no_record_is_found_by_its_name(works: Path, planet: Planet) -> None:
    """A case restored from a copy made before the order fetches it, and does not order again."""
    assert find(works).code == 0
    with sqlite3.connect(works / "case.db") as raw, sqlite3.connect(works.parent / "copy.db") as copy:
        raw.backup(copy)
    assert fetch(works).code == 0
    for file in works.glob("case.db*"):
        file.unlink()
    (works.parent / "copy.db").replace(works / "case.db")
    planet.items.append(psscene(4))
    assert find(works).code == 0
    said = fetch(works, "--json")
    assert said.code == 0, said.err
    assert len(json.loads(said.out)["fetched"]) == 4
    assert f"order {planet.orders[0]['id']} was made before" in said.err
    assert [len(order["products"][0]["item_ids"]) for order in planet.orders] == [3, 1]


@pytest.mark.parametrize(
    ("moment", "answers"),
    [
        ("order", [(429, {"Retry-After": "0"}, {"message": "slow down"}), None]),
        ("order", [500, None]),
        ("order", [409, None]),
        ("accepted", [500]),
        ("accepted", [(200, {}, "no order")]),
        ("poll", [502, 500, (429, {"Retry-After": "0"}, {})]),
        ("list", [503]),
    ],
)
def test_a_server_that_stumbles_gets_one_order(
    works: Path, planet: Planet, moment: str, answers: list[Any]
) -> None:
    """429 with Retry-After, 409, 500 before and after the order was taken, a broken answer: one order, all scenes."""
    assert find(works).code == 0
    planet.fail[moment] = answers
    if moment == "accepted":
        planet.hides = 1
    said = fetch(works)
    assert said.code == 0, said.err
    assert len(planet.orders) == 1
    assert len(scenes_of(works)) == 3
    assert [row[2] for row in tries(works)] == ["fetched"] * 3


def test_an_order_whose_fate_is_not_known_is_not_sent_again_in_the_dark(works: Path, planet: Planet) -> None:
    """The answer is broken and the list does not show it yet: the next run finds it."""
    assert find(works).code == 0
    planet.fail["accepted"] = [(200, {}, "no order")]
    planet.hides = 99
    said = fetch(works)
    assert said.code == 1
    assert "whether Planet took the order is not known" in said.err
    assert "never made twice" in said.err
    assert [state for state, _, _ in order_rows(works)] == ["intended"]
    assert scenes_of(works)[0]["reason"] == "ordered, not fetched yet: siteline scenes fetch works"
    planet.hides = 1
    assert fetch(works).code == 0
    assert len(planet.orders) == 1


def test_what_an_order_does_not_deliver_is_a_hole_with_its_reason(works: Path, planet: Planet) -> None:
    """A partial order: the rest is kept, the missing scene is told, not charged, and ordered anew only with --retry."""
    assert find(works).code == 0
    lost = planet.items[1]["id"]
    planet.ends, planet.lost = "partial", {lost}
    said = fetch(works)
    assert said.code == 1
    assert (
        f"{lost}: not fetched: Planet did not deliver it: Manifest delivery completed; {lost}: no data"
        in said.err
    )
    assert "1 of 3 scenes could not be fetched" in said.err
    state, _, km2 = order_rows(works)[-1]
    assert (state, round(km2 / order_rows(works)[0][2], 3)) == ("partial", 0.667)
    assert fetch(works).code == 0
    assert len(planet.orders) == 1
    planet.ends, planet.lost = "success", set()
    again = fetch(works, "--retry", "--json")
    assert again.code == 0, again.err
    assert json.loads(again.out)["fetched"] == [lost]
    assert [order["products"][0]["item_ids"] for order in planet.orders][1] == [lost]
    assert planet.orders[0]["name"] != planet.orders[1]["name"]


def test_an_order_that_fails_costs_nothing_and_says_why(works: Path, planet: Planet) -> None:
    """Each scene is a hole with Planet's reason; the budget is as it was; --retry orders anew."""
    assert find(works).code == 0
    planet.ends = "failed"
    said = fetch(works)
    assert said.code == 1
    assert "failed: Order failed; quota exceeded on purpose" in said.err
    planet.ends = "success"
    assert json.loads(fetch(works, "--dry-run", "--retry", "--json").out)["price"]["budget_left_km2"] == 100
    assert fetch(works, "--retry").code == 0
    assert len(planet.orders) == 2


def test_what_planet_does_not_take_is_told_in_its_words(works: Path, planet: Planet) -> None:
    """400 "Unable to accept order": refused rows, no charge, the reason in every scene."""
    assert find(works).code == 0
    for item in planet.items:
        item["_permissions"] = []
    said = fetch(works)
    assert said.code == 1
    assert (
        "Planet did not take the order: Unable to accept order; Details: no access to assets: PSScene/"
        in said.err
    )
    assert [(state, km2 > 0) for state, _, km2 in order_rows(works)] == [
        ("intended", True),
        ("refused", False),
    ]
    assert planet.orders == []


def test_addresses_that_run_out_are_signed_anew_and_wrong_bytes_are_not_believed(
    works: Path, planet: Planet
) -> None:
    """Each reading of the order stands two downloads; one file comes with a wrong byte first."""
    assert find(works).code == 0
    planet.token_uses = 1
    planet.spoilt = {f"{planet.items[0]['id']}_3B_AnalyticMS_SR_clip.tif"}
    said = fetch(works)
    assert said.code == 0, said.err
    assert len(planet.orders) == 1
    assert planet.spoilt == set()


def test_files_that_are_gone_are_told_and_ordered_again_only_when_asked(works: Path, planet: Planet) -> None:
    """Planet keeps deliveries for a while: after that the scenes are holes, and --retry buys them again."""
    assert find(works).code == 0
    planet.swept = True
    said = fetch(works)
    assert said.code == 1
    assert said.err.count("are there no longer") == 3
    assert order_rows(works)[-1][0] == "gone"
    assert order_rows(works)[-1][2] > 4, "it was charged"
    planet.swept = False
    assert fetch(works).code == 0
    assert len(planet.orders) == 1
    again = fetch(works, "--retry")
    assert again.code == 0, again.err
    assert len(planet.orders) == 2


def test_files_that_are_refused_on_the_way_are_never_bought_again(works: Path, planet: Planet) -> None:
    """A wall between us and the store answers 403: what was paid for stays there, and --retry reads it."""
    assert find(works).code == 0
    planet.token_uses = 0
    assert fetch(works).code == 1
    planet.token_uses = None
    again = fetch(works, "--retry")
    assert again.code == 0, again.err
    assert len(planet.orders) == 1


def test_an_intention_that_was_never_sent_keeps_to_the_budget_of_today(works: Path, planet: Planet) -> None:
    """It is looked up, not found, and not sent over a budget that became smaller."""
    assert find(works).code == 0
    planet.fail["order"] = [(200, {}, "nothing")]
    assert fetch(works).code == 1
    assert [state for state, _, _ in order_rows(works)] == ["intended"]
    settle(works, planet, "budget_km2 = 1")
    said = fetch(works)
    assert "None of them fits" in said.err
    assert [state for state, _, _ in order_rows(works)] == ["intended", "refused"]
    assert planet.orders == []
    settle(works, planet, "budget_km2 = 100")
    assert fetch(works).code == 0
    assert len(planet.orders) == 1


def test_settings_of_an_order_belong_to_planet_only(works: Path, planet: Planet) -> None:
    """A budget for a catalog that charges nothing is a mistake, and named."""
    (works / "siteline.toml").write_text('[sources.ours]\nurl = "https://x.example"\nbudget_km2 = 5\n')
    said = here("scenes", "find", "works", "--source", "ours", "--from", "2024-04", cwd=works)
    assert said.code == 1
    assert "sources.ours.budget_km2: only a source of Planet has that" in said.err


def test_an_order_in_preparation_is_left_and_found_again(works: Path, planet: Planet) -> None:
    """After wait_minutes the command ends; the next one goes on with the same order, whatever the budget says now."""
    assert find(works).code == 0
    planet.polls = 10_000
    settle(works, planet, "budget_km2 = 100", "wait_minutes = 0.005")
    said = fetch(works, "--json")
    assert said.code == 0, said.err
    assert len(json.loads(said.out)["waiting"]) == 3
    assert "is still being prepared" in said.err
    assert "ordered, not fetched yet" in scenes_of(works)[0]["reason"]
    assert json.loads(find(works, "--json").out)["price"]["scenes"] == 0
    planet.polls = 1
    settle(works, planet)
    assert fetch(works).code == 0
    assert len(planet.orders) == 1
    assert len([row for row in scenes_of(works) if row["sha256"]]) == 3


def test_ctrl_c_in_waiting_leaves_the_order(works: Path, planet: Planet) -> None:
    """It is answered at once; the next run goes on."""
    assert find(works).code == 0
    reached, go = planet.hold("poll")
    process = subprocess.Popen(
        [sys.executable, "-m", "siteline", "scenes", "fetch", "works"],
        cwd=works,
        env={**os.environ, **KEYS},
        stderr=subprocess.PIPE,
    )
    assert reached.wait(60)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    go.set()
    assert process.returncode == 130
    assert b"run the same command to go on" in err
    assert fetch(works).code == 0
    assert len(planet.orders) == 1


def test_harmonising_is_asked_for_in_words_and_put_on_record(works: Path, planet: Planet) -> None:
    """With `harmonise = true` Planet's tool is in the order, and each scene says so."""
    settle(works, planet, "budget_km2 = 100", "harmonise = true")
    assert find(works).code == 0
    assert fetch(works).code == 0
    assert [list(tool) for tool in planet.orders[0]["tools"]] == [["harmonize"], ["clip"]]
    assert {row["notes"]["harmonised"] for row in scenes_of(works)} == {"to Sentinel-2, by Planet"}


def test_the_key_is_sent_and_appears_nowhere(works: Path, planet: Planet) -> None:
    """Not in the case, in what is printed, or in errors, though the server throws it back; nor do signed addresses."""
    said = [find(works)]
    planet.fail["order"] = [(400, {}, {"general": [{"message": f"no order for {KEY}"}], "field": {}})]
    said.append(fetch(works))
    said.append(fetch(works, "--retry", "--json"))
    wrong = {"PL_API_KEY": "PLAKs3cr3t-wrong"}
    for day, words in (
        (5, ["fetch", "works", "--dry-run"]),
        (6, ["find", "works", "--source", "planet", "--from", "2024-04-01"]),
    ):
        planet.items.append(psscene(day))
        assert find(works).code == 0
        said.append(here("scenes", *words, cwd=works, environ=wrong))
        assert said[-1].code == 1
        assert "planet does not accept the key in PL_API_KEY" in said[-1].err
    none = here("scenes", "fetch", "works", cwd=works, environ={"PL_API_KEY": ""})
    assert "the environment variable PL_API_KEY holds no key" in none.err
    assert len(scenes_of(works)) >= 3
    everything = "".join(one.out + one.err for one in said)
    for file in works.rglob("*"):
        if file.is_file():
            everything += file.read_bytes().decode("latin-1")
    for secret in (KEY, "s3cr3t", "token=eyJ", "Signature="):
        at = everything.lower().find(secret.lower())
        assert at < 0, everything[at - 200 : at + 200]


def test_without_the_extra_the_command_is_named_only_where_planet_is_used(
    works: Path, planet: Planet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything else works; a search at Planet says what to install."""
    monkeypatch.setitem(sys.modules, "planet.order_request", None)
    said = find(works)
    assert said.code == 1
    assert "error: planet is not installed\nhint: run: pip install 'siteline[planet]'" in said.err
    assert here("scenes", "list", "works", cwd=works).code == 0
    assert fetch(works).code == 0
    assert planet.asked == []


def test_scenes_of_two_accounts_have_two_prices(works: Path, planet: Planet) -> None:
    """Two sections of Planet, each with scenes of its own: both prices are told, not only the first."""
    with planet_api([psscene(7), psscene(8)]) as second:
        more = ["[sources.partner]", 'kind = "planet"', f'url = "{second.url}"', 'token_env = "PL_API_KEY"']
        settle(works, planet, "budget_km2 = 100", *more)
        search = (
            "scenes",
            "find",
            "works",
            "--from",
            "2024-04-01",
            "--to",
            "2024-04-30",
            "--source",
            "planet",
            "--source",
            "partner",
        )
        told = json.loads(here(*search, "--dry-run", "--json", cwd=works).out)
        assert [(price["source"], price["scenes"]) for price in told["prices"]] == [
            ("planet", 3),
            ("partner", 2),
        ]
        assert told["price"] == told["prices"][0]
        said = here(*search, "--dry-run", cwd=works)
        assert "planet: 3 scenes to order cost" in said.out
        assert "partner: 2 scenes to order cost" in said.out


def test_a_source_without_its_key_is_said_to_be_asked_without_one(works: Path, planet: Planet) -> None:
    """Whoever forgot to set the variable learns its name before wondering what is missing."""
    open_one = ["[sources.partner]", f'url = "{planet.url}"', 'token_env = "PARTNER_KEY"']
    settle(works, planet, "budget_km2 = 100", *open_one)
    said = here(
        "scenes",
        "find",
        "works",
        "--from",
        "2024-04-01",
        "--to",
        "2024-04-30",
        "--source",
        "partner",
        "--dry-run",
        cwd=works,
    )
    assert "PARTNER_KEY is not set" in said.err
