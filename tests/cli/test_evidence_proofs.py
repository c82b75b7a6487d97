"""Trusted time, likeness and imports on the command line, as a researcher types them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

from tests.cli.conftest import siteline
from tests.evidence.authority import authority
from tests.evidence.custody.material import write_files
from tests.evidence.test_importing import make_wacz
from tests.evidence.times.calendar import calendar


def test_the_log_is_dated_by_two_authorities_and_a_calendar(case: Path, tmp_path: Path) -> None:
    """A clear refusal without one; two make a bound; verify prints it with its roots; a promise is followed up."""
    siteline("evidence", "add", *write_files(tmp_path / "in", 2), cwd=case)
    said = siteline("evidence", "timestamp", cwd=case)
    assert said.code == 1
    assert "no authority is named" in said.err
    assert "--authority URL --authority URL" in said.err
    none = siteline("evidence", "timestamps", cwd=case)
    assert "no time proof yet" in none.out
    with authority(tmp_path / "a", "Alpha") as alpha, authority(tmp_path / "b", "Beta") as beta:
        roots = [tmp_path / "a/root.pem", tmp_path / "b/root.pem"]
        with calendar(b"alice") as alice:
            done = siteline(
                "evidence", "timestamp", "--authority", alpha, "--authority", beta, "--calendar", alice.url,
                "--chain", roots[0], "--chain", roots[1], "--json", cwd=case,
            )  # fmt: skip
            told = json.loads(done.out)
            assert (told["siteline"], told["authorities"]) == ("times/1", 2)
            assert {p["verdict"] for p in told["proofs"]} == {"ok", "pending"}
            waits = siteline("evidence", "upgrade", "--calendar", alice.url, cwd=case)
            assert "nothing new" in waits.out
            assert "not in a block yet" in waits.err
            alice.is_mined = True
            grown = json.loads(
                siteline("evidence", "upgrade", "--calendar", alice.url, "--json", cwd=case).out
            )
            assert [g["verdict"] for g in grown] == ["complete"]
        down = siteline("evidence", "timestamp", "--authority", "http://127.0.0.1:9/", "--again", cwd=case)
        assert down.code == 0
        assert "not_reached" in down.out
    verified = siteline("evidence", "verify", "--chain", roots[0], "--chain", roots[1], cwd=case)
    assert verified.code == 0
    assert "by the word of 2 authorities" in verified.out
    assert "Root: CN=Alpha root" in verified.out
    assert "opentimestamps" in siteline("evidence", "timestamps", cwd=case).out
    assert (
        json.loads(siteline("evidence", "timestamps", "--json", "--as-of", "2020-01-01", cwd=case).out) == []
    )
    assert siteline("evidence", "verify", "--chain", tmp_path / "gone.pem", cwd=case).code == 1


def test_what_is_alike_is_found_drawn_and_judged(case: Path, tmp_path: Path) -> None:
    luma = np.random.default_rng(3).uniform(0, 255, (12, 16)).astype(np.uint8)
    picture = Image.fromarray(luma).resize((640, 480), Image.Resampling.BICUBIC).convert("RGB")
    picture.save(tmp_path / "a.jpg")
    picture.rotate(90, expand=True).resize((300, 400)).save(tmp_path / "b.png")
    lines = siteline("evidence", "add", tmp_path / "a.jpg", tmp_path / "b.png", "--json-lines", cwd=case).out
    a, b = (json.loads(line)["id"] for line in lines.splitlines())
    told = json.loads(siteline("evidence", "match", "--json", "--pictures", tmp_path / "pairs", cwd=case).out)
    [pair] = told["matches"]
    assert (told["siteline"], told["hashed"], pair["verdict"]) == ("matches/1", 2, "match")
    assert pair["view"] != "as it is"
    assert [Path(file).exists() for file in told["pictures"]] == [True]
    assert siteline("evidence", "match", a, "--same", b, cwd=case).code == 1
    assert (
        "same, by A. Analyst"
        in siteline("evidence", "match", a, "--same", b, "--why", "one wall", cwd=case).out
    )
    shown = siteline("evidence", "match", "--list", cwd=case).out
    assert "one wall" in shown
    assert "Look at the pair" in shown
    assert (
        json.loads(siteline("evidence", "match", "--as-of", "2020-01-01", "--json", cwd=case).out)["matches"]
        == []
    )
    assert siteline("evidence", "match", a, b, a, cwd=case).code == 2
    assert siteline("evidence", "match", a, "--same", b, "--different", b, cwd=case).code == 2
    assert siteline("evidence", "verify", cwd=case).code == 0


def test_archives_are_imported_and_bad_ones_named(case: Path, tmp_path: Path) -> None:
    good = make_wacz(tmp_path / "a.wacz")
    (tmp_path / "bad.warc").write_text("nothing")
    said = siteline("evidence", "import", good, tmp_path / "bad.warc", tmp_path / "gone", cwd=case)
    assert said.code == 1
    assert "https://news.example/hall" in said.out
    assert "refused: bad.warc: bad.warc is no web archive" in said.err
    assert "2 of 3 archives were refused; 1 are in custody" in said.err
    [again] = json.loads(siteline("evidence", "import", good, "--json", cwd=case).out)
    assert (again["siteline"], again["again"], len(again["pages"])) == ("imported/1", True, 1)
    assert "second" in siteline("evidence", "search", "second hall", cwd=case).out
    alone = siteline("evidence", "import", tmp_path / "bad.warc", cwd=case)
    assert "siteline evidence add" in alone.err
