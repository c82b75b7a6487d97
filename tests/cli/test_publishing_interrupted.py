"""Killed while an edition goes out or is handed over: nothing is half released, and the same command completes it."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path

import pytest

from tests.cli.conftest import NURSERY, siteline
from tests.cli.test_publishing import ANSWERS, READER, WRITER, prepared

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a command is killed in a fork")

RELEASE = (
    "siteline.workbench.briefs.releasing:lay_out:1",
    "siteline.store.blobs:Blobs.keep:1",
    "siteline.store.blobs:Blobs.keep:3 done",
    "siteline.workbench.briefs.releasing:note_bytes:1 done",
    "siteline.editions.releases:Releases.record:1",
    "siteline.editions.releases:Releases.record:1 done",
)
BUNDLE = (
    "siteline.workbench.evidence.handover:sums:1",
    "siteline.workbench.evidence.handover:_checked:1",
    "siteline.workbench.briefs.bundling:write_bundle:1 done",
    "pathlib:Path.rename:1",
)


killed = partial(NURSERY.killed, who=READER["SITELINE_WHO"])


def editions(case: Path) -> list[str]:
    return [e["edition"] for e in json.loads(siteline("brief", "list", "--json", cwd=case).out)]


def test_a_release_that_was_killed_is_out_whole_or_not_at_all(case: Path, tmp_path: Path) -> None:
    """`kill -9` before, between and after its records: no edition, no row that tells of one; then it goes out."""
    _, brief = prepared(case, tmp_path)
    assert siteline("brief", "build", brief, cwd=case, environ=WRITER).code == 0
    words = ("brief", "release", brief, *ANSWERS, "--format", "md")
    for moment in RELEASE:
        assert killed(moment, *words, cwd=case) == ""
        assert editions(case) == [], moment
    log = siteline("evidence", "log", "--json", cwd=case)
    assert log.code == 0, log.err
    assert "released" not in log.out
    done = siteline(*words, "--json", cwd=case, environ=READER)
    assert done.code == 0, done.err
    assert (json.loads(done.out)["edition"], editions(case)) == ("furnace/1", ["furnace/1"])

    brief.write_text(brief.read_text().replace("was not found", "was looked for and not found"))
    assert siteline("brief", "build", brief, cwd=case, environ=WRITER).code == 0
    assert killed("siteline.editions.releases:Releases.get:1", *words, cwd=case) == ""
    assert editions(case) == ["furnace/1", "furnace/2"]  # on record, though nobody was told: the rerun tells
    again = siteline(*words, cwd=case, environ=READER)
    assert (again.code, "is out already, as furnace/2" in again.err) == (1, True), again.err
    verified = siteline("evidence", "verify", cwd=case)
    assert verified.code == 0, verified.out


def test_a_bundle_that_was_killed_has_no_name_and_the_next_is_whole(case: Path, tmp_path: Path) -> None:
    """A file called as asked is a whole bundle; what a killed one left aside hinders nobody, and is gone after the next."""
    _, brief = prepared(case, tmp_path)
    assert siteline("brief", "build", brief, cwd=case, environ=WRITER).code == 0
    words = ("brief", "release", brief, *ANSWERS, "--format", "md")
    assert siteline(*words, cwd=case, environ=READER).code == 0
    away = tmp_path / "away"
    away.mkdir()
    for moment in BUNDLE:
        assert killed(moment, "brief", "bundle", "--out", away / "furnace.zip", cwd=case) == ""
        assert not (away / "furnace.zip").exists(), moment
    done = siteline("brief", "bundle", "--out", away / "furnace.zip", cwd=case, environ=READER)
    assert done.code == 0, done.err
    assert [path.name for path in away.iterdir()] == ["furnace.zip"]
    other = siteline("brief", "bundle", "--out", tmp_path / "other.zip", cwd=case, environ=READER)
    assert other.code == 0, other.err
    assert (away / "furnace.zip").read_bytes() == (tmp_path / "other.zip").read_bytes()
    seen = siteline("verify", away / "furnace.zip", cwd=away)
    assert (seen.code, "Intact" in seen.out) == (0, True), seen.err
