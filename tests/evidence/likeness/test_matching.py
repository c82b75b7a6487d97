"""What looks alike among real pictures and videos in custody: found, kept, judged by a person, never leaked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from siteline.model.errors import BadInput, BadSetting, NotForYou, NotFound
from siteline.workbench.case import Case, make_case, open_case
from siteline.workbench.evidence.custody import Kept
from siteline.workbench.evidence.journal import list_log
from siteline.workbench.evidence.marks import GRAPHIC, mark_event
from siteline.workbench.evidence.matching import judge_pair, list_pairs, match
from siteline.workbench.evidence.pair_pictures import draw_pairs
from siteline.workbench.evidence.verifying import check_custody_of_all
from tests.conftest import wanted
from tests.evidence.custody.material import behind_the_triggers, take
from tests.evidence.stills import EASY, bars, grab, logo

wanted("av")

TURNS = {
    "r90": lambda p: p.rotate(90, expand=True),
    "r180": lambda p: p.rotate(180),
    "r270": lambda p: p.rotate(270, expand=True),
    "mirror": ImageOps.mirror,
    "flip": ImageOps.flip,
    "mirror90": lambda p: ImageOps.mirror(p).rotate(90, expand=True),
    "mirror270": lambda p: ImageOps.mirror(p).rotate(270, expand=True),
}


def taken(case: Case, *files: Path, **said: object) -> list[str]:
    kept = take(case, *files, **said)
    assert all(isinstance(one, Kept) for one in kept), kept
    return [one.exhibit.id for one in kept if isinstance(one, Kept)]


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    made = make_case(tmp_path / "case")
    yield made
    made.close()


@pytest.fixture(scope="module")
def full(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Case, dict[str, str]]]:
    """A case with edits and turnings of one picture, strangers, and four videos; ids by name."""
    folder = tmp_path_factory.mktemp("full")
    evidence = shared / "data/evidence"
    files = sorted((evidence / "pdq/bridge-mods").glob("*.jpg"))
    with Image.open(evidence / "pdq/bridge-mods/aaa-orig.jpg") as original:
        for name, turn in TURNS.items():
            turn(original.convert("RGB")).save(folder / f"{name}.jpg", quality=90)
            files.append(folder / f"{name}.jpg")
    files += [evidence / "pdq/misc-images/small.jpg", *sorted((evidence / "video").glob("*.mp4"))]
    made = make_case(folder / "case")
    ids = dict(zip([file.stem for file in files], taken(made, *files), strict=True))
    yield made, ids
    made.close()


def found(told: dict[str, Any], one: str) -> dict[str, dict[str, Any]]:
    """Matches of one exhibit by the other's id."""
    pairs = [m for m in told["matches"] if one in (m["a"], m["b"]) and m["verdict"] == "match"]
    return {m["b"] if m["a"] == one else m["a"]: m for m in pairs}


def test_duplicates_are_found_among_all_evidence(full: tuple[Case, dict[str, str]]) -> None:
    """Seven edits and seven turnings of a picture, copies of a video; no stranger, nothing too plain."""
    case, ids = full
    done = match(case)
    assert done.told["hashed"] == len(ids)
    assert done.told["not_compared"] == []
    name = {v: k for k, v in ids.items()}
    own = {name[i]: m for i, m in found(done.told, ids["aaa-orig"]).items()}
    edits = {n for n in ids if n not in TURNS and "hd" not in n and "sd" not in n} - {"aaa-orig", "small"}
    assert len(edits) == 7
    assert own.keys() == edits | TURNS.keys()
    assert all(own[n]["distance"] <= 16 and own[n]["method"] == "pdq" for n in edits)
    assert all(own[n]["view"] != "as it is" and own[n]["distance"] <= 31 for n in TURNS)
    assert found(done.told, ids["small"]) == {}
    videos = {name[i]: m for i, m in found(done.told, ids["pattern-hd-no-bar"]).items()}
    assert videos.keys() == {"pattern-sd-with-small-logo-bar", "pattern-sd-with-large-logo-bar"}
    small = videos["pattern-sd-with-small-logo-bar"]
    assert videos["pattern-sd-with-large-logo-bar"]["share_a"] < small["share_a"] <= 1
    assert small["t_a"] == pytest.approx(small["t_b"], abs=0.7)
    assert found(done.told, ids["doorknob-hd-no-bar"]) == {}
    assert all(m["review"] is None and "Look at the pair" in m["means"] for m in done.told["matches"])


def test_nothing_is_hashed_or_compared_twice(full: tuple[Case, dict[str, str]]) -> None:
    case, _ = full
    first = match(case).told
    rows = len(list_log(case))
    again = match(case).told
    assert again["hashed"] == 0
    assert again["matches"] == first["matches"]
    assert len(list_log(case)) == rows
    assert check_custody_of_all(case).findings == []


def test_a_still_is_found_in_footage_at_its_second(case: Case, shared: Path, tmp_path: Path) -> None:
    """Cropped, or under a logo between bars: found in the footage it comes from, and not in the other."""
    video = shared / "data/evidence/video"
    ids = taken(case, video / "pattern-hd-no-bar.mp4", video / "doorknob-hd-no-bar.mp4")
    [still] = grab(video / "pattern-hd-no-bar.mp4", [0.5])
    edits = {"crop": EASY["crop to 80 %"], "bars": lambda picture: bars(0.3)(logo(0.3)(picture))}
    for name, edit in edits.items():
        edit(still).convert("RGB").save(tmp_path / f"{name}.jpg", quality=80)
        [one] = taken(case, tmp_path / f"{name}.jpg")
        told = match(case, [one] if name == "crop" else [one, ids[0]]).told
        own = found(told, one)
        assert ids[0] in own, name
        assert ids[1] not in own
        assert own[ids[0]]["a"] == one
        assert own[ids[0]]["t_a"] is None
        assert own[ids[0]]["t_b"] == pytest.approx(0.5 * 6.87, abs=0.7)
        if name == "crop":
            [pair] = match(case, [one, ids[1]]).told["matches"]
            assert pair["verdict"] == "no_match"
            assert "does not show" in pair["means"]
    assert match(case, [one, ids[0]]).told["hashed"] == 0


def noise(file: Path, seed: int, size: tuple[int, int] = (16, 12)) -> Path:
    """A picture of large patches, unlike any of another seed."""
    luma = np.random.default_rng(seed).uniform(0, 255, (size[1], size[0])).astype(np.uint8)
    Image.fromarray(luma).resize((640, 480), Image.Resampling.BICUBIC).convert("RGB").save(file, quality=90)
    return file


def test_a_person_judges_and_the_machine_stays_beside(case: Case, tmp_path: Path) -> None:
    a = noise(tmp_path / "a.jpg", 1)
    with Image.open(a) as picture:
        picture.resize((320, 240)).save(tmp_path / "b.png")
    one, other = taken(case, a, tmp_path / "b.png")
    before = datetime.now(UTC)
    [pair] = match(case).told["matches"]
    assert (pair["verdict"], pair["method"], pair["review"]) == ("match", "pdq", None)
    with pytest.raises(BadSetting, match="reason"):
        judge_pair(case, one, other, "same", " ")
    with pytest.raises(BadSetting, match="one exhibit"):
        judge_pair(case, one, one, "same", "looked")
    judge_pair(case, other, one, "different", "another wall")
    judge_pair(case, one, other, "same", "the same crack")
    [pair] = list_pairs(case)[0]["matches"]
    assert (pair["verdict"], pair["review"]["verdict"], pair["review"]["why"]) == (
        "match",
        "same",
        "the same crack",
    )
    assert list_pairs(case, before)[0]["matches"] == []
    assert check_custody_of_all(case).findings == []


def test_one_blob_under_two_descriptions_is_said_to_be(case: Case, tmp_path: Path) -> None:
    file = noise(tmp_path / "a.jpg", 1)
    taken(case, file, title="from the channel")
    taken(case, file, title="from the agency")
    [pair] = match(case).told["matches"]
    assert (pair["method"], pair["distance"]) == ("bytes", 0)


def test_what_was_made_from_the_other_says_so(case: Case, tmp_path: Path) -> None:
    [one] = taken(case, noise(tmp_path / "a.jpg", 1))
    with Image.open(tmp_path / "a.jpg") as picture:
        picture.resize((300, 225)).save(tmp_path / "b.jpg")
    taken(case, tmp_path / "b.jpg", derived_from=(one,), activity="made smaller")
    [pair] = match(case).told["matches"]
    assert pair["made_from"]


def test_what_cannot_be_decoded_is_named_once_and_remembered(case: Case, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"\0\0\0\x18ftypmp42" + b"\0" * 500)
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0" + b"x" * 400)
    text = tmp_path / "a.txt"
    text.write_text("words")
    video, picture, words = taken(case, bad, broken, text)
    done = match(case)
    assert {one["exhibit"] for one in done.told["not_compared"]} == {video, picture}
    assert match(case).told["hashed"] == 0
    assert len(match(case).told["not_compared"]) == 2
    with pytest.raises(BadInput, match="was not decoded"):
        match(case, [video])
    with pytest.raises(BadInput, match="only pictures and videos"):
        match(case, [words])
    with pytest.raises(NotFound):
        match(case, ["01ARZ3NDEKTSV4RRFFQ69G5FAV"])


def test_the_confidential_tier_holds(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may not see an exhibit sees no pair with it, in no list and no log; his sweep does not spare the reader's."""
    open_one, secret = noise(tmp_path / "a.jpg", 1), tmp_path / "b.jpg"
    with Image.open(open_one) as picture:
        picture.resize((500, 375)).save(secret)
    [one] = taken(case, open_one)
    [hidden] = taken(case, secret, restricted="a source", readers=(case.db.who,))
    reader = case.db.who
    case.close()
    monkeypatch.setenv("SITELINE_WHO", "O. Other")
    other = open_case(case.folder)
    assert match(other).told["matches"] == []
    with pytest.raises(NotForYou):
        match(other, [one, hidden])
    with pytest.raises(NotForYou):
        judge_pair(other, one, hidden, "same", "guessed")
    other.close()
    monkeypatch.setenv("SITELINE_WHO", reader)
    own = open_case(case.folder)
    [pair] = match(own).told["matches"]
    assert {pair["a"], pair["b"]} == {one, hidden}
    assert any(row.get("action") == "read" and row["exhibit_id"] == hidden for row in list_log(own))
    own.close()
    monkeypatch.setenv("SITELINE_WHO", "O. Other")
    other = open_case(case.folder)
    assert list_pairs(other)[0]["matches"] == []
    assert match(other).told["matches"] == []
    assert hidden not in str(list_log(other))
    other.close()


def test_pairs_are_drawn_side_by_side_and_graphic_ones_blurred(case: Case, tmp_path: Path) -> None:
    """Both sides and their ids; blurred where marked as graphic, as they are on demand; never over another file."""
    with Image.open(noise(tmp_path / "a.jpg", 1)) as picture:
        picture.resize((500, 375)).save(tmp_path / "b.jpg")
    one, _ = taken(case, tmp_path / "a.jpg", tmp_path / "b.jpg")
    done = match(case)
    case.log.append([mark_event(case.exhibits.get(one), GRAPHIC, "test")])
    [file] = draw_pairs(case, done.pairs, tmp_path / "blurred")
    [plain] = draw_pairs(case, done.pairs, tmp_path / "plain", show_graphic=True)
    with Image.open(file) as blurred, Image.open(plain) as clear:
        sides = [np.asarray(p.crop((0, 30, 480, 390)), np.float32) for p in (blurred, clear)]
        rough = [float(np.abs(np.diff(side, axis=1)).mean()) for side in sides]
        assert np.asarray(blurred).shape == np.asarray(clear).shape
    assert rough[0] < 0.9 * rough[1]
    assert draw_pairs(case, done.pairs, tmp_path / "plain") == []
    assert sum(row["note"] == "drawn beside what it is alike to" for row in list_log(case)) >= 4
    with pytest.raises(NotFound, match="no match to draw"):
        draw_pairs(case, (), tmp_path / "none")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE frame SET quality = 3 WHERE seq = 1", "not those that the log says"),
        ("UPDATE frame SET noun = '{}' WHERE seq = 1", "not those that the log says"),
        ("UPDATE frame SET sha256 = 'x' WHERE seq = 1", "not those that the log says"),
        ("UPDATE frame SET created_by = 'x' WHERE seq = 1", "altered"),
        ("UPDATE frame SET log_seq = 1 WHERE seq = 1", "no row 1 by which"),
        ("DELETE FROM frame WHERE seq = 2", "not those that the log says"),
        ("UPDATE pair SET verdict = 'no_match'", "altered"),
        ("UPDATE pair SET noun = replace(noun, '\"a\":', '\"A\":')", "altered"),
        ("DELETE FROM pair", "is gone"),
        ("UPDATE pair_verdict SET verdict = 'different'", "altered"),
        ("UPDATE pair_verdict SET why = ''", "altered"),
        ("DELETE FROM pair_verdict", "is gone"),
    ],
)
def test_changed_frames_pairs_and_verdicts_are_named(
    case: Case, tmp_path: Path, change: str, said: str
) -> None:
    with Image.open(noise(tmp_path / "a.jpg", 1)) as picture:
        picture.resize((500, 375)).save(tmp_path / "b.jpg")
    one, other = taken(case, tmp_path / "a.jpg", tmp_path / "b.jpg")
    match(case)
    judge_pair(case, one, other, "same", "looked")
    case.close()
    with behind_the_triggers(case.folder) as raw:
        raw.execute(change)
    again = open_case(case.folder)
    assert any(said in finding["problem"] for finding in check_custody_of_all(again).findings)
    again.close()
