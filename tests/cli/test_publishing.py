"""From a text to a bundle on another machine, as two people and a stranger type it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.cli.conftest import siteline

WRITER, READER = {"SITELINE_WHO": "A. Analyst"}, {"SITELINE_WHO": "B. Reader"}
ANSWERS = [
    word
    for said in (
        "hurt=nobody",
        "recent=two years old",
        "precise=yes",
        "people=no",
        "embargo=none",
        "reply=nobody: no one is accused",
    )
    for word in ("--answer", said)
]


def prepared(case: Path, folder: Path) -> tuple[str, Path]:
    """A brief on one page in custody; returns the exhibit's id and the file."""
    page = folder / "report.txt"
    page.write_text("The furnace was lit in May.")
    words = ("evidence", "add", page, "--licence", "CC BY 4.0", "--credit", "A desk", "--json-lines")
    exhibit = json.loads(siteline(*words, cwd=case, environ=WRITER).out)["id"]
    brief = folder / "furnace.md"
    brief.write_text(
        f'+++\ntitle = "The furnace"\n+++\n\nA report tells that the furnace was lit in May. [@exhibit:{exhibit}]\n\n'
        "A second report was not found. [caveat; editorial]\n"
    )
    return exhibit, brief


def test_the_whole_road_of_a_brief(case: Path, tmp_path: Path) -> None:
    exhibit, brief = prepared(case, tmp_path)
    refused = siteline("brief", "release", brief, *ANSWERS, cwd=case, environ=READER)
    assert refused.code == 1
    assert "nobody has built" in refused.err
    built = siteline("brief", "build", brief, cwd=case, environ=WRITER)
    assert (built.code, "NOT RELEASED" in built.out) == (0, True), built.err
    assert siteline("brief", "release", brief, *ANSWERS, cwd=case, environ=WRITER).code == 1
    unanswered = siteline("brief", "release", brief, "--answer", "people=no", cwd=case, environ=READER)
    assert unanswered.code == 1
    assert "hurt: Who could be hurt" in unanswered.err
    done = siteline("brief", "release", brief, *ANSWERS, "--json", cwd=case, environ=READER)
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert (told["edition"], told["released_by"], told["written_by"]) == (
        "furnace/1",
        "B. Reader",
        ["A. Analyst"],
    )
    again = siteline("brief", "build", brief, cwd=case, environ=WRITER)
    assert "edition 1" in again.out
    assert siteline("brief", "delivered", "1", "--to", "The Daily", "--how", "e-mail", cwd=case).code == 0

    bundle = tmp_path / "furnace.zip"
    assert siteline("brief", "bundle", "furnace/1", "--out", bundle, cwd=case, environ=READER).code == 0
    away = tmp_path / "away"
    away.mkdir()
    moved = shutil.copy(bundle, away)
    elsewhere = {"SITELINE_CONFIG": str(tmp_path / "other-config")}
    seen = siteline("verify", moved, cwd=away, environ=elsewhere)
    assert seen.code == 0, seen.err
    assert "Intact" in seen.out
    assert "cannot be told from here whether it was corrected or withdrawn" in seen.out
    shape = json.loads(siteline("verify", moved, "--json", cwd=away, environ=elsewhere).out)
    assert {"ok", "checked", "findings", "key"} <= set(shape)
    assert set(shape["key"]) == {"fingerprint", "trusted_by"}
    raw = bytearray(Path(moved).read_bytes())
    raw[raw.find(b"The furnace") + 4] ^= 1
    Path(moved).write_bytes(raw)
    spoiled = siteline("verify", moved, cwd=away, environ=elsewhere)
    assert spoiled.code == 1

    assert (
        siteline("brief", "correct", "1", "s1", "--why", "it was June", "--now", "lit in June", cwd=case).code
        == 0
    )
    brief.write_text(brief.read_text().replace("was not found", "was looked for and not found"))
    siteline("brief", "build", brief, cwd=case, environ=WRITER)
    assert siteline("brief", "release", brief, *ANSWERS, "--format", "md", cwd=case, environ=READER).code == 0
    page = tmp_path / "diff.html"
    differs = siteline("brief", "diff", "1", "2", "--html", page, cwd=case)
    assert "s2: other words on the same ground" in differs.out, differs.out
    assert "<ins>" in page.read_text()
    [change] = json.loads(siteline("brief", "diff", "furnace/1", brief, "--json", cwd=case).out)["changes"]
    assert change["kind"] == "wording"

    assert siteline("evidence", "mark", exhibit, "personal", "--why", "names a guard", cwd=case).code == 0
    listed = siteline("brief", "list", cwd=case)
    assert "tell The Daily" in listed.out
    both = json.loads(siteline("brief", "list", "--json", cwd=case).out)
    assert [(e["edition"], e["stands"]) for e in both] == [("furnace/1", False), ("furnace/2", False)]
    assert siteline("evidence", "decide", exhibit, "publish", "--why", "he agreed", cwd=case).code == 0
    both = json.loads(siteline("brief", "list", "--json", cwd=case).out)
    assert [e["stands"] for e in both] == [True, True]
    assert both[0]["delivered"][0]["affected"]  # it was corrected
    assert json.loads(siteline("brief", "list", "--json", "--as-of", "2020-01-01", cwd=case).out) == []


def test_evidence_bundles_are_verified_by_the_same_command(case: Path, tmp_path: Path) -> None:
    prepared(case, tmp_path)
    assert siteline("evidence", "export", tmp_path / "out.zip", cwd=case).code == 0
    seen = siteline("verify", tmp_path / "out.zip", cwd=tmp_path)
    assert (seen.code, "Intact" in seen.out) == (0, True), seen.err + seen.out
    assert siteline("verify", tmp_path / "report.txt", cwd=tmp_path).code == 1
    assert siteline("verify", tmp_path / "nothing.zip", cwd=tmp_path).code == 1


def test_wrong_words_are_refused_plainly(case: Path, tmp_path: Path) -> None:
    exhibit, brief = prepared(case, tmp_path)
    siteline("brief", "build", brief, cwd=case, environ=WRITER)
    for words in (
        ("brief", "release", brief, *ANSWERS, "--redact", "s1"),
        ("brief", "release", brief, *ANSWERS, "--redact", "s77=why"),
        ("brief", "release", brief, *ANSWERS, "--round-km", "0"),
        ("brief", "release", brief, "--answers", tmp_path / "none.toml"),
        ("brief", "release", brief, "--answer", "people=maybe"),
        ("brief", "bundle", "--out", tmp_path / "x.zip"),
        ("brief", "correct", "1", "s1", "--why", "x"),
        ("brief", "delivered", "3", "--to", "x", "--how", "y"),
        ("brief", "diff", "1", "2"),
        ("evidence", "mark", exhibit, "secret", "--why", "x"),
        ("evidence", "mark", exhibit, "personal", "--why", " "),
        ("evidence", "decide", exhibit, "publish", "--why", "x"),
    ):
        said = siteline(*words, cwd=case, environ=READER)
        assert said.code == 1, (words, said.out)
    assert (
        siteline("brief", "delivered", "1", "--to", "x", "--how", "y", "--when", "soon", cwd=case).code == 2
    )
