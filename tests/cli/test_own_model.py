"""A user's own model, as it is typed: proposals with their origin, twice the same, resumed, refused, judged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.change.slot import models
from tests.cli.conftest import siteline
from tests.cli.small_site import write_small_site
from tests.cli.test_route import paint_frames
from tests.conftest import wanted

wanted("onnxruntime")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with the small site, and bright.onnx with its card beside it."""
    folder = tmp_path_factory.mktemp("asked")
    write_small_site(folder / "in")
    siteline("init", "case", cwd=folder)
    case = folder / "case"
    assert siteline("site", "add", folder / "in/site.geojson", cwd=case).code == 0
    assert siteline("scenes", "add", "plant", "--manifest", folder / "in/scenes.csv", cwd=case).code == 0
    (folder / "bright.onnx").write_bytes(models.bright())
    (folder / "bright.onnx.toml").write_text(models.CARD)
    return case


def propose(case: Path, *words: str | Path) -> dict[str, Any]:
    said = siteline("events", "propose", "plant", *words, "--json", cwd=case)
    assert said.code == 0, said.err
    told: dict[str, Any] = json.loads(said.out)
    return told


def features(case: Path, *words: str) -> list[dict[str, Any]]:
    said = siteline("events", "list", "plant", *words, "--json", cwd=case)
    assert said.code == 0, said.err
    told: list[dict[str, Any]] = [f["properties"] for f in json.loads(said.out)["features"]]
    return told


def test_a_model_proposes_and_nobody_has_checked(asked: Path) -> None:
    """A pair: one new hall, proposed, uncalibrated, with the model and the card by their digests; twice the same."""
    model = asked.parent / "bright.onnx"
    told = propose(asked, "--model", model, "--before", "S2", "--after", "S3")
    assert (told["proposed"], told["new"]) == (1, 1)
    [event] = features(asked)
    assert event["id"] == told["events"][0]
    assert (event["status"], event["calibrated"], event["method"]) == ("proposed", False, "detected")
    assert event["onset"] == {"after": "2024-04-19", "by": "2024-05-05"}
    assert event["proposer"]["name"] == "Bright roofs"
    assert event["proposer"]["sha256"] == told["model"]["sha256"]
    assert event["area_m2"]["low95"] < event["area_m2"]["value"] < event["area_m2"]["high95"]
    said = siteline("events", "show", "plant", event["id"], cwd=asked)
    assert (
        f"Proposed by the user's model Bright roofs (sha256 {told['model']['sha256'][:8]}…), not checked."
        in said.out
    )
    listed = siteline("events", "list", "plant", cwd=asked)
    assert "proposed by the user's model Bright roofs" in listed.out
    again = propose(asked, "--model", model, "--before", "S2", "--after", "S3")
    assert (again["events"], again["new"]) == (told["events"], 0)
    assert again["work"]["ask_strip"]["anew"] == 0
    blobs = asked / "blobs"
    for digest in (told["model"]["sha256"], told["model"]["card_sha256"]):
        assert (blobs / digest[:2] / digest[2:]).is_file()
    assert siteline("evidence", "verify", cwd=asked).code == 0


def test_one_image_alone_does_not_say_since_when(asked: Path) -> None:
    """The onset is open, and the words say why."""
    told = propose(asked, "--model", asked.parent / "bright.onnx", "--scene", "S4")
    [event] = [e for e in features(asked) if e["id"] in told["events"]]
    assert event["onset"] == {"after": None, "by": "2024-05-21"}
    said = siteline("events", "show", "plant", event["id"], cwd=asked)
    assert "earlier images were not asked" in said.out


def test_a_survey_neither_continues_nor_ends_what_a_model_proposed(asked: Path) -> None:
    """A brief may be built; an accepted proposal tells who proposed and that a person accepted it."""
    before = {e["id"]: e["version"] for e in features(asked, "--all") if e["proposer"]}
    siteline("survey", "plant", cwd=asked)
    after = {e["id"]: e["version"] for e in features(asked, "--all") if e["proposer"]}
    assert before == after
    [event_id, *_] = before
    assert (
        siteline("events", "judge", "plant", event_id, "accept", "--why", "seen on S3", cwd=asked).code == 0
    )
    said = siteline("events", "show", "plant", event_id, cwd=asked)
    assert "Proposed by the user's model" in said.out
    assert "accepted by a person" in said.out
    for format_ in ("csv", "kml", "geojson"):
        done = siteline("events", "export", "plant", "--format", format_, cwd=asked)
        assert done.code == 0, done.err
        assert "Bright roofs" in Path(done.out.strip()).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("data", "card", "said"),
    [
        (models.no_number, models.CARD, "no number"),
        (models.wrong_shape, models.CARD, "the card says"),
        (models.elsewhere, models.CARD, "another file"),
        (models.strange_operator, models.CARD, "com.example"),
        (lambda: models.bright()[:-30], models.CARD, "no ONNX model"),
        (lambda: b"PK\x03\x04" + b"x" * 99, models.CARD, "zip archive"),
        (models.bright, "", "no card"),
        (models.bright, models.CARD.replace('"image"', '"picture"'), "no input 'picture'"),
        (models.bright, models.CARD.replace('"answer"', '"mask"'), "no output 'mask'"),
        (
            models.bright,
            models.CARD.replace('"red", "green", "blue"', '"red", "green", "nir"'),
            "wants the band nir",
        ),
        (models.bright, models.CARD.replace("[2.0, 5.0]", "[0.3, 0.6]"), "made for pixels of 0.3–0.6 m"),
        (models.bright, models.CARD.replace('units = "reflectance"', 'units = "relative"'), "wants relative"),
        (models.brighter, models.PAIR, "compares two images"),
    ],
)
def test_a_model_that_cannot_be_asked_is_one_clear_error(
    asked: Path, tmp_path: Path, data: Any, card: str, said: str
) -> None:
    """And nothing is on record of it."""
    before = features(asked, "--all")
    (tmp_path / "m.onnx").write_bytes(data())
    if card:
        (tmp_path / "m.onnx.toml").write_text(card)
    refused = siteline(
        "events", "propose", "plant", "--model", tmp_path / "m.onnx", "--scene", "S3", cwd=asked
    )
    assert refused.code == 1
    assert said in refused.err
    assert features(asked, "--all") == before


def test_what_was_answered_is_kept_when_a_run_is_cut_short(asked: Path, tmp_path: Path) -> None:
    """A model that breaks at the hall leaves the strips above it answered; they are not asked again, whatever the limits."""
    import sqlalchemy as sa

    from siteline.store import tables
    from siteline.workbench.case import open_case

    case = tmp_path / "case"
    shutil.copytree(asked, case)
    (tmp_path / "m.onnx").write_bytes(models.breaks_where_bright())
    (tmp_path / "m.onnx.toml").write_text(
        models.CARD.replace("tile = 64", "tile = 32").replace("= 16", "= 8")
    )
    words = ("events", "propose", "plant", "--model", tmp_path / "m.onnx", "--scene", "S3")

    def answered() -> set[str]:
        work = open_case(case)
        run = tables.run.c
        rows = work.db.rows(sa.select(run.recipe).where(run.stage.like("%ask_strip")))
        work.close()
        return {row[0] for row in rows}

    before = answered()
    assert "no number" in siteline(*words, cwd=case).err
    first = answered() - before
    assert len(first) == 1
    assert "no number" in siteline(*words, "--seconds-per-tile", "30", cwd=case).err
    assert answered() - before == first


def test_the_card_may_stand_in_the_model_and_rights_are_asked_for(asked: Path, tmp_path: Path) -> None:
    """A missing licence is told and recorded as unknown; it stops nothing."""
    card = models.CARD.replace('licence = "CC-BY-4.0"\n', "").replace('version = "1.0"', 'version = "2"')
    (tmp_path / "m.onnx").write_bytes(models.with_metadata(models.bright(), card))
    said = siteline(
        "events", "propose", "plant", "--model", tmp_path / "m.onnx", "--scene", "S3", "--json", cwd=asked
    )
    assert said.code == 0, said.err
    assert "does not say its licence" in said.err
    assert json.loads(said.out)["model"]["licence"] == "unknown"


@pytest.mark.parametrize(
    "words",
    [(), ("--scene", "S3", "--before", "S1"), ("--before", "S3", "--after", "S2"), ("--scene", "nowhere"),
     ("--scene", "S3", "--memory-gb", "nan"), ("--scene", "S3", "--seconds-per-tile", "0")],
)  # fmt: skip
def test_a_question_that_is_none_is_refused(asked: Path, words: tuple[str, ...]) -> None:
    """One image or two, in order, within limits."""
    refused = siteline(
        "events", "propose", "plant", "--model", asked.parent / "bright.onnx", *words, cwd=asked
    )
    assert refused.code == 1


def test_without_the_extra_there_is_one_clear_error(asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command to install it."""
    import importlib.util

    from siteline.change.slot.asking import runtime_version
    from siteline.model.errors import MissingExtra

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="onnxruntime is not installed") as refused:
        runtime_version()
    assert "siteline[ml]" in refused.value.hint


def test_bare_image_frames_are_asked_the_same_way(tmp_path: Path) -> None:
    """Relative numbers, pixels for places, and a word on the pixel size that nobody knows."""
    paint_frames(tmp_path / "frames")
    siteline("init", "case", cwd=tmp_path)
    case = tmp_path / "case"
    assert siteline("site", "add", tmp_path / "frames/site.geojson", cwd=case).code == 0
    added = siteline("scenes", "add", "desert", "--manifest", tmp_path / "frames/scenes.csv", cwd=case)
    assert added.code == 0
    (tmp_path / "dark.onnx").write_bytes(models.bright(bias=14.0, gain=-40.0))
    card = models.CARD.replace('"reflectance"', '"relative"').replace("smallest_px = 20", "smallest_px = 600")
    (tmp_path / "dark.onnx.toml").write_text(card)
    words = ("--model", tmp_path / "dark.onnx", "--before", "2014", "--after", "2015", "--json")
    said = siteline("events", "propose", "desert", *words, cwd=case)
    assert said.code == 0, said.err
    assert "pixels of this size is not known" in said.err
    listed = json.loads(siteline("events", "list", "desert", "--json", cwd=case).out)
    assert listed["frame"] == "image"
    [event] = listed["features"]
    assert event["properties"]["onset"] == {"after": "2014-06-01", "by": "2015-06-30"}
    xs, ys = zip(*event["geometry"]["coordinates"][0], strict=True)
    for found, true in zip((min(xs), min(ys), max(xs), max(ys)), (60, 50, 100, 80), strict=True):
        assert abs(found - true) < 3
