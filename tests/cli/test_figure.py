"""siteline figure, as a user runs it: on a rendered site and on bare frames, whatever is said wrong."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from PIL import Image

from siteline.model.edition import BriefFigure, Citation, Support
from siteline.model.release import Holds
from siteline.report.edition.layers import texts_in
from siteline.report.edition.press import Press
from siteline.report.edition.secrets import Secrets
from siteline.workbench.bench import Bench, say_nothing
from siteline.workbench.briefs.around import Around
from siteline.workbench.briefs.gather import gather_all
from siteline.workbench.briefs.picturing import Pictures
from siteline.workbench.case import Case, open_case
from tests.cli.conftest import siteline
from tests.cli.test_route import paint_frames, read_json

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs/reference/schemas/figure-1.schema.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def desert(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A case of bare frames whose permitted use nobody said, surveyed: (folder, event id)."""
    folder = tmp_path_factory.mktemp("figures")
    paint_frames(folder / "frames")
    siteline("init", "case", cwd=folder)
    case = folder / "case"
    siteline("site", "add", folder / "frames/site.geojson", cwd=case)
    siteline("scenes", "add", "desert", "--manifest", folder / "frames/scenes.csv", cwd=case)
    read_json("survey", "desert", cwd=case)
    [event] = read_json("events", "list", "desert", cwd=case)["features"]
    return case, event["properties"]["id"]


@pytest.fixture(scope="module")
def works(rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, list[dict[str, Any]]]:
    """A case with the small rendered site, surveyed: (folder, site id, its events)."""
    folder = tmp_path_factory.mktemp("figures")
    siteline("init", "case", cwd=folder)
    case = folder / "case"
    siteline("site", "add", rendered / "site.geojson", cwd=case)
    [site] = read_json("site", "list", cwd=case)
    siteline("scenes", "add", site["id"], "--manifest", rendered / "scenes.csv", cwd=case)
    read_json("survey", site["id"], cwd=case)
    events = [f["properties"] for f in read_json("events", "list", site["id"], cwd=case)["features"]]
    return case, site["id"], events


def test_a_pair_of_bare_frames_is_a_stamped_draft(desert: tuple[Path, str]) -> None:
    """It is made all the same: not reviewed, rights unknown, scale and north unknown; its sidecars say so too."""
    case, event = desert
    told = read_json("figure", "pair", "desert", event, cwd=case)
    jsonschema.validate(told, SCHEMA)
    assert told["stamps"] == ["DRAFT – NOT REVIEWED", "NOT FOR PUBLICATION: RIGHTS UNKNOWN"]
    assert told["draft"]
    assert told["credit"] == "painted"
    path = Path(told["path"])
    assert hashlib.sha256(path.read_bytes()).hexdigest() == told["sha256"]
    with Image.open(path) as picture:
        assert picture.size == (told["width"], told["height"])
        assert picture.width == 1600
    beside = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
    assert beside == {key: value for key, value in told.items() if key != "path"}
    caption = path.with_name(path.name + ".txt").read_text(encoding="utf-8")
    assert "NOT FOR PUBLICATION" in caption
    assert told["alt"] in caption
    assert str(case) not in json.dumps(beside)
    assert "A. Analyst" not in json.dumps(beside) + caption


@pytest.mark.parametrize("shape", ["pair", "filmstrip", "timelapse", "map", "timeline"])
def test_each_shape_is_made_of_frames_twice_the_same(
    desert: tuple[Path, str], tmp_path: Path, shape: str
) -> None:
    """Every shape has its file and keeps to the schema; made again it is equal to the byte."""
    case, event = desert
    ending = "gif" if shape == "timelapse" else "svg"
    of = () if shape in ("map", "timeline") else (event[:6],)
    digests = []
    for name in ("one", "two"):
        out = tmp_path / name / f"figure.{ending}"
        told = read_json("figure", shape, "desert", *of, "--preset", "square", "--out", out, cwd=case)
        jsonschema.validate(told, SCHEMA)
        digests.append(told["sha256"])
        assert out.is_file()
    assert digests[0] == digests[1]


def test_a_timeline_shows_no_image_and_bears_no_word_of_rights(
    desert: tuple[Path, str], tmp_path: Path
) -> None:
    """Only what nobody has reviewed is stamped."""
    case, _ = desert
    told = read_json("figure", "timeline", "desert", "--out", tmp_path / "t.png", cwd=case)
    assert told["stamps"] == ["DRAFT – NOT REVIEWED"]
    assert told["credit"] == ""


def test_a_simulated_site_says_so(works: tuple[Path, str, list[dict[str, Any]]]) -> None:
    """The mark is in the stamps, in the metadata, and burned across; the reason for the pair is printed."""
    case, site, events = works
    event = next(e for e in events if e["kind"] == "construction")
    said = siteline("figure", "pair", site, event["id"], "--format", "jpg", cwd=case)
    assert said.code == 0, said.err
    assert "SIMULATED" in said.out.splitlines()[0]
    assert "clear looks before" in said.out
    [path] = (case / "out").glob("pair-*.jpg")
    assert b"algorithmicMedia" in path.read_bytes()
    told = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
    roles = [scene["role"] for scene in told["scenes"]]
    assert {"before", "after"} <= set(roles) <= {"before", "after", "locator"}
    assert all(len(scene["sha256"]) == 64 for scene in told["scenes"])


def test_named_scenes_are_shown(works: tuple[Path, str, list[dict[str, Any]]]) -> None:
    """--before and --after are taken, and told as chosen by hand."""
    case, site, events = works
    ends = events[0]["scenes"]
    told = read_json(
        "figure",
        "pair",
        site,
        events[0]["id"],
        "--before",
        ends["last_without"],
        "--after",
        ends["first_with"],
        cwd=case,
    )
    roles = {scene["role"]: scene["id"] for scene in told["scenes"]}
    assert (roles["before"], roles["after"]) == (ends["last_without"], ends["first_with"])
    assert told["why"].startswith("Both images were chosen by hand")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pair", "nowhere"], "nowhere"),
        (["pair", "desert", "zzzz"], "no change zzzz"),
        (["pair", "desert", "--before", "S99"], "no scene S99"),
        (["map", "desert", "--on", "S99"], "no scene S99"),
        (["pair", "desert", "--preset", "poster"], "no preset 'poster'"),
        (["pair", "desert", "--format", "gif"], "cannot be written as 'gif'"),
        (["timelapse", "desert", "--format", "pdf"], "cannot be written as 'pdf'"),
        (["timelapse", "desert", "--preset", "print"], "cannot be printed"),
        (["pair", "desert", "--format", "svg", "--out", "a.png"], "a.png"),
        (["map", "desert", "--out", "."], "folder"),
    ],
)
def test_what_is_said_wrong_is_refused(desert: tuple[Path, str], words: list[str], said: str) -> None:
    """One error and one hint, and no file."""
    case, _ = desert
    done = siteline("figure", *words, cwd=case)
    assert done.code == 1
    assert said in done.err
    assert not (case / "a.png").exists()


def test_a_style_that_cannot_be_read_is_refused(desert: tuple[Path, str], tmp_path: Path) -> None:
    """A pale accent in siteline.toml stops the figure, with its contrast; taken out again, it is made."""
    case, event = desert
    settings = case / "siteline.toml"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(before.replace("[style]", '[style]\naccent = "#ffffaa"'), encoding="utf-8")
    try:
        done = siteline("figure", "pair", "desert", event, cwd=case)
    finally:
        settings.write_text(before, encoding="utf-8")
    assert done.code == 1
    assert "style.accent" in done.err
    assert "with white paper" in done.err


def test_a_figure_in_a_brief_is_the_one_that_the_command_makes(
    desert: tuple[Path, str], tmp_path: Path
) -> None:
    """To the byte, with the same sidecar; a time-lapse stands still, and its animation is the command's."""
    folder, event = desert
    with _opened(folder) as case:
        pictures = _pictures(case)
        for shape, kind in (("pair", "jpg"), ("filmstrip", "jpg"), ("map", "jpg"), ("timeline", "png")):
            of = _cited(case, event, whole=shape in ("map", "timeline"))
            [drawn] = pictures.draw(BriefFigure("f1", shape, of.cites, "", "", 1, 1), of)
            words = () if shape in ("map", "timeline") else (event,)
            out = tmp_path / f"{shape}.{kind}"
            told = read_json("figure", shape, "desert", *words, "--out", out, cwd=folder)
            assert out.read_bytes() == drawn.data, shape
            assert {**dict(drawn.told or {}), "file": out.name, "path": told["path"]} == told
            assert drawn.narrow is not None
            assert drawn.narrow.size == (1080, 1080)
        of = _cited(case, event, whole=True)
        [still] = pictures.draw(BriefFigure("f2", "timelapse", of.cites, "", "", 1, 1), of)
        out = tmp_path / "film.gif"
        read_json("figure", "timelapse", "desert", "--out", out, cwd=folder)
        assert still.film is not None
        assert still.film.data == out.read_bytes()
        assert still.media_type == "image/jpeg"


def test_a_figure_shows_no_word_and_no_map_of_what_is_held_back(desert: tuple[Path, str]) -> None:
    """A redacted headline is gone from pixels, caption, alternative text, XMP and sidecar; so is the inset."""
    folder, event = desert
    with _opened(folder) as case:
        of = _cited(case, event)
        figure = BriefFigure("f1", "pair", of.cites, "", "", 1, 1)
        [plain] = _pictures(case).draw(figure, of)
        assert plain.told is not None
        assert plain.is_credited
        headline = plain.told["alt"].split("scale. ", 1)[1]
        secrets = Secrets(
            {"s1": headline}, (), True, digests={s.sha256: "salted:x" for s in case.scenes.all("desert")}
        )
        press = Press(Holds(None, True, {"s1": "safety"}, {}), secrets)
        [held] = _pictures(case, press).draw(figure, of)
    assert held.data != plain.data
    assert held.told is not None
    whole = json.dumps(held.told, ensure_ascii=False) + " ".join(texts_in(held.data)) + held.alt
    assert next(secrets.find(whole, is_data=True), None) is None
    assert "[redacted]" in held.told["alt"]
    assert held.told["site"] == ""
    assert {s["role"] for s in held.told["scenes"]} == {"before", "after"}
    assert {s["sha256"] for s in held.told["scenes"]} == {""}
    jsonschema.validate(dict(held.told) | {"file": "f1-1.jpg"}, SCHEMA)
    press.send("f1-1.jpg", held.data)


def _opened(folder: Path) -> closing[Case]:
    return closing(open_case(folder))


def _pictures(case: Case, press: Press | None = None) -> Pictures:
    return Pictures(Bench(case, say_nothing), Around(case, None), (), press)


def _cited(case: Case, event: str, *, whole: bool = False) -> Support:
    """The event, or the survey of its site, as a brief cites it."""
    cites = Citation("survey", "desert") if whole else Citation("event", event)
    found = gather_all(Around(case, None), [cites])
    return found[cites.kind, cites.ref]
