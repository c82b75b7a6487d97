"""`siteline evidence inspect`: what a file is worth, in words and in JSON, without a case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from siteline.cli.app import app
from siteline.model.errors import BadInput, NotFound
from siteline.workbench.evidence.inspecting import inspect_file, kind_of
from tests.conftest import wanted

RUN = CliRunner()


def test_a_time_stamp_is_told_in_words_and_in_json(shared: Path, tmp_path: Path) -> None:
    folder = shared / "data/evidence/timestamps/rfc3161-client/sigstage"
    (tmp_path / "hello").write_bytes(b"hello")
    words = ["evidence", "inspect", str(folder / "response-sha256.tsr"), "--against", str(tmp_path / "hello")]
    words += ["--chain", str(folder / "ts_chain.pem"), "--as-of", "2026-11-26"]
    plain = RUN.invoke(app, words)
    assert plain.exit_code == 0
    assert "rfc3161: ok" in plain.stdout
    assert "existed before 2025-05-09" in plain.stdout
    told = json.loads(RUN.invoke(app, [*words, "--json"]).stdout)
    assert (told["verdict"], told["faults"], told["facts"]["object"]) == ("ok", [], "matches")


def test_a_wacz_is_told_with_what_is_inside(shared: Path) -> None:
    path = shared / "data/evidence/wacz/invalid_signed_example_1.wacz"
    done = RUN.invoke(app, ["evidence", "inspect", str(path)])
    assert "wacz: signature_fail" in done.stdout
    assert "! certificate:" in done.stdout
    assert "warc archive/rec-" in done.stdout


def test_a_picture_gets_each_verdict_apart(shared: Path) -> None:
    wanted("c2pa")
    path = shared / "data/evidence/c2pa/image/nikon-20221019-building.jpeg"
    told = json.loads(RUN.invoke(app, ["evidence", "inspect", str(path), "--json"]).stdout)
    assert {part["kind"]: part["verdict"] for part in told["parts"]} == {
        "image": "exif_sensitive",
        "pdq": "hashed",
        "c2pa": "invalid",
    }


def test_a_still_is_looked_for_in_footage(shared: Path, tmp_path: Path) -> None:
    wanted("av")
    from tests.evidence.stills import grab

    video = shared / "data/evidence/video/doorknob-hd-no-bar.mp4"
    grab(video, [0.02])[0].save(tmp_path / "still.png")
    found = inspect_file(tmp_path / "still.png", against=video)
    match = next(part for part in found.parts if part.kind == "match")
    assert (match.verdict, match.facts["t"]) == ("match", pytest.approx(0.0, abs=0.5))
    assert "look at the pair" in match.means


def test_a_file_is_known_by_its_bytes_and_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_text("just words")
    with pytest.raises(BadInput, match="of no kind that can be examined"):
        inspect_file(tmp_path / "a.warc")
    with pytest.raises(NotFound):
        inspect_file(tmp_path / "absent")
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(BadInput):
        inspect_file(tmp_path / "empty")


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"WARC/1.0\r\n", "warc"),
        (b"filedesc://x", "warc"),
        (b"\x1f\x8bbroken", "warc"),
        (b"PK\x03\x04", "wacz"),
        (b"\0OpenTimestamps\0\0Proof", "opentimestamps"),
        (b"\xff\xd8\xff\xe0", "picture"),
        (b"\0\0\0\x20ftypisom", "footage"),
        (b"\0\0\0\x20ftypavif", "picture"),
        (b"\x30\x82" + b"\0" * 60, "token"),
        (b"%PDF-1.7", ""),
    ],
)
def test_kinds_are_told_from_first_bytes(start: bytes, kind: str) -> None:
    assert kind_of(start) == kind
