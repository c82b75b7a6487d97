"""Evidence on the command line: acknowledged is durable, and a stranger can check what is handed over."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import zipfile
from pathlib import Path

import pytest

from siteline.workbench.evidence.exhibits import list_exhibits
from siteline.workbench.evidence.verifying import check_custody_of_all
from tests.cli.conftest import NURSERY, siteline
from tests.conftest import missing
from tests.evidence.custody.material import behind_the_triggers, opened, write_files


def listed(case: Path) -> list[dict[str, object]]:
    return list(json.loads(siteline("evidence", "list", "--json", cwd=case).out))


def verified(case: Path, *more: str) -> dict[str, object]:
    return dict(json.loads(siteline("evidence", "verify", "--json", *more, cwd=case).out))


def kill_while_adding(case: Path, files: list[Path], lines: int) -> list[dict[str, object]]:
    """Add files, and `kill -9` after so many acknowledgements; returns all that were acknowledged."""
    env = {**os.environ, "SITELINE_WHO": "A. Analyst"}
    words = ["evidence", "add", "--json-lines", *map(str, files)]
    done = NURSERY.run(words, case, env, 60, kill_after=lines)
    assert done.code == 128 + signal.SIGKILL
    return [json.loads(line) for line in done.out.splitlines(keepends=True) if line.endswith("\n")]


@pytest.mark.parametrize("rounds", [10, pytest.param(100, marks=pytest.mark.soak)])
def test_what_was_acknowledged_survives_a_kill(case: Path, tmp_path: Path, rounds: int) -> None:
    """`kill -9` at any moment loses no acknowledged exhibit and lists no half-written one; running again completes."""
    seen: set[object] = set()
    for attempt in range(rounds):
        files = write_files(tmp_path / "in", 1000, f"round{attempt}-")
        acknowledged = kill_while_adding(case, files, 1 + 41 * (attempt % 10))
        assert acknowledged
        with opened(case) as work:
            there = {str(e["id"]): e for e in list_exhibits(work)}
            report = check_custody_of_all(work)
        for line in acknowledged:
            exhibit = there[str(line["id"])]
            blob = case / "blobs" / str(line["sha256"])[:2] / str(line["sha256"])[2:]
            assert exhibit["sha256"] == line["sha256"]
            assert len(blob.read_bytes()) == exhibit["bytes"] == line["bytes"]
        assert report.findings == []
        assert report.checked == len(there)
        seen |= {line["id"] for line in acknowledged}
        if attempt < rounds - 1 and attempt % 10:
            continue
        again = siteline("evidence", "add", "--json-lines", *files, cwd=case)
        assert again.code == 0, again.err
        lines = [json.loads(line) for line in again.out.splitlines()]
        assert len({line["sha256"] for line in lines}) == 1000
        assert seen <= {e["id"] for e in listed(case)}
    assert verified(case)["ok"]


def test_from_the_file_to_the_proof(case: Path, tmp_path: Path) -> None:
    """Add, list, show, search, prove, verify: each says what the contract says it says."""
    files = write_files(tmp_path / "in", 3)
    added = siteline(
        "evidence", "add", *files, "--title", "The gate", "--source-url", "https://example.org/gate", "--obtained",
        "2024-04", "--licence", "CC0", "--json-lines", cwd=case,
    )  # fmt: skip
    lines = [json.loads(line) for line in added.out.splitlines()]
    assert [set(line) >= {"id", "sha256", "bytes"} for line in lines] == [True] * 3
    there = listed(case)
    assert [e["id"] for e in there] == [line["id"] for line in lines]
    assert there[0]["obtained"] == "2024-04"
    assert there[0]["credit"] == "unknown"
    shown = json.loads(siteline("evidence", "show", lines[0]["id"], "--json", cwd=case).out)
    assert shown["intact"]
    assert "The gate" in siteline("evidence", "show", lines[0]["id"], cwd=case).out
    hits = json.loads(siteline("evidence", "search", "--json", "seen at", "gate", cwd=case).out)
    assert {h["id"] for h in hits} == {line["id"] for line in lines}
    proof = json.loads(siteline("evidence", "proof", "--json", lines[1]["id"][:26], cwd=case).out)
    assert proof["sha256"] == lines[1]["sha256"]
    assert proof["inclusion"]["root"] == proof["checkpoint"]["root"] == proof["consistency"]["new_root"]
    report = verified(case)
    assert (report["ok"], report["checked"], report["findings"]) == (True, 3, [])
    assert report["key"]["trusted_by"] == "own key"  # type: ignore[index]
    assert "added" in siteline("evidence", "log", cwd=case).out
    assert "The gate" in siteline("evidence", "list", cwd=case).out
    assert siteline("evidence", "verify", "--record", cwd=case).out.endswith("all is as it was\n")
    assert json.loads(siteline("evidence", "log", "--json", cwd=case).out)[-1]["action"] == "verified"


def test_refusals_are_lines_and_the_rest_is_in_custody(case: Path, tmp_path: Path) -> None:
    """Faulty files are named on stderr, the good ones are acknowledged, the exit code is 1 and the counts are said."""
    [good] = write_files(tmp_path / "in", 1)
    (tmp_path / "empty.txt").touch()
    said = siteline(
        "evidence",
        "add",
        "--json-lines",
        tmp_path / "empty.txt",
        good,
        tmp_path / "gone",
        tmp_path / "in",
        cwd=case,
    )
    assert said.code == 1
    assert len(said.out.splitlines()) == 1
    assert "refused: empty.txt: it is empty (0 bytes)" in said.err
    assert "refused: gone: it is not there" in said.err
    assert "--recursive" in said.err
    assert "error: 3 of 4 files were refused; 1 are in custody" in said.err


def test_a_flipped_byte_and_a_lost_row_end_with_exit_1(case: Path, tmp_path: Path) -> None:
    """`verify` names the blob and the row, in words and in JSON."""
    files = write_files(tmp_path / "in", 3)
    siteline("evidence", "add", *files, cwd=case)
    [first, *_] = listed(case)
    blob = case / "blobs" / str(first["sha256"])[:2] / str(first["sha256"])[2:]
    blob.chmod(0o644)
    blob.write_bytes(b"x" + blob.read_bytes()[1:])
    said = siteline("evidence", "verify", cwd=case)
    assert said.code == 1
    assert str(first["id"]) in said.out
    with behind_the_triggers(case) as raw:
        raw.execute("DELETE FROM custody_event WHERE seq = 4")
    said = siteline("evidence", "verify", "--json", cwd=case)
    assert said.code == 1
    report = json.loads(said.out)
    assert not report["ok"]
    assert {
        "object": "custody row 5",
        "problem": "the log has a gap before it: rows 4 are missing",
    } in report["findings"]


@pytest.mark.parametrize("signed", [True, False])
def test_a_stranger_verifies_a_bundle_by_its_own_instructions(
    case: Path, tmp_path: Path, signed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands of the bundle's README, run as they stand, accept it; after any change one of them does not."""
    if not shutil.which("openssl") or not shutil.which("sha256sum"):
        missing("openssl and sha256sum")
    if not signed:
        (tmp_path / "file").touch()
        monkeypatch.setenv("SITELINE_CONFIG", str(tmp_path / "file"))
        case = tmp_path / "unsigned"
        assert "not signed" in siteline("init", case, cwd=tmp_path).err
    siteline(
        "evidence", "add", *write_files(tmp_path / "in", 4), "--title", 'A "quoted" 화성 \\ title', cwd=case
    )
    siteline("evidence", "add", *write_files(tmp_path / "in", 1, "g"), "--restricted", "source", cwd=case)
    bundle = tmp_path / "bundle"
    out = siteline("evidence", "export", bundle, "--json", cwd=case)
    assert json.loads(out.out)["exhibits"] == 4
    commands = re.findall(r"```sh\n(.*?)```", (bundle / "README.md").read_text(), re.S)
    assert len(commands) == (6 if signed else 3)
    for command in commands:
        assert follow(bundle, command).returncode == 0, command
    told = json.loads(siteline("evidence", "verify", "--bundle", bundle, "--json", cwd=tmp_path).out)
    assert (told["ok"], told["checked"]) == (True, 4)
    assert told["key"]["trusted_by"] == ("own key" if signed else "no key: the checkpoints are not signed")
    if signed:
        key = json.loads(siteline("evidence", "key", "--json", cwd=case).out)["fingerprint"]
        assert key in follow(bundle, commands[3]).stdout
    for spoil in (
        _flip_blob,
        _drop_row,
        _alter_row,
        _alter_description,
        *([_alter_checkpoint] if signed else []),
    ):
        spoilt = Path(shutil.copytree(bundle, tmp_path / spoil.__name__))
        spoil(spoilt)
        assert any(follow(spoilt, command).returncode for command in commands), spoil.__name__
        assert siteline("evidence", "verify", "--bundle", spoilt, cwd=tmp_path).code == 1
        _renew_sums(spoilt)  # whoever changes a file can change SHA256SUMS as well
        if spoil is not _flip_blob:
            assert any(follow(spoilt, command).returncode for command in commands), spoil.__name__
        assert siteline("evidence", "verify", "--bundle", spoilt, cwd=tmp_path).code == 1


def follow(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False)


def _renew_sums(folder: Path) -> None:
    names = [line.split("  ", 1)[1] for line in (folder / "SHA256SUMS").read_text().splitlines()]
    done = subprocess.run(["sha256sum", *names], cwd=folder, capture_output=True, text=True, check=True)
    (folder / "SHA256SUMS").write_text(done.stdout)


def _flip_blob(folder: Path) -> None:
    blob = next((folder / "blobs").iterdir())
    blob.write_bytes(b"x" + blob.read_bytes()[1:])


def _drop_row(folder: Path) -> None:
    lines = (folder / "custody.jsonl").read_text().splitlines(keepends=True)
    (folder / "custody.jsonl").write_text("".join(lines[:3] + lines[4:]))


def _alter_row(folder: Path) -> None:
    text = (folder / "custody.jsonl").read_text()
    (folder / "custody.jsonl").write_text(text.replace("A. Analyst", "B. Analyst", 1))


def _alter_description(folder: Path) -> None:
    text = (folder / "exhibits.jsonl").read_text()
    (folder / "exhibits.jsonl").write_text(text.replace("화성", "화송", 1))


def _alter_checkpoint(folder: Path) -> None:
    """Another, self-made statement under the old signature: chain and head agree, the signature does not."""
    import base64

    envelope = json.loads((folder / "checkpoint.dsse.json").read_text())
    said = json.loads(base64.b64decode(envelope["payload"]))
    said["time"] = "2020-01-01T00:00:00.000000+00:00"
    payload = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    envelope["payload"] = base64.b64encode(payload).decode()
    text = json.dumps(envelope, sort_keys=True, separators=(",", ":"))
    (folder / "checkpoint.dsse.json").write_text(text + "\n")


def test_the_same_log_gives_the_same_bundle(case: Path, tmp_path: Path) -> None:
    """Two exports of one state are equal byte by byte, as a folder and as a ZIP; a ZIP holds what the folder holds."""
    siteline("evidence", "add", *write_files(tmp_path / "in", 3), cwd=case)
    twin = Path(shutil.copytree(case, tmp_path / "twin"))
    for name in ("a", "a.zip"):
        before = shutil.copytree(case, tmp_path / f"before {name}")
        assert siteline("evidence", "export", tmp_path / name, cwd=before).code == 0
    assert siteline("evidence", "export", tmp_path / "b.zip", cwd=twin).code == 0
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    outside = {
        f.relative_to(tmp_path / "a").as_posix(): f.read_bytes()
        for f in (tmp_path / "a").rglob("*")
        if f.is_file()
    }
    assert inside == outside
    refused = siteline("evidence", "export", tmp_path / "a", cwd=case)
    assert "exists" in refused.err


def test_a_damaged_blob_does_not_go_out(case: Path, tmp_path: Path) -> None:
    """Bytes are hashed on their way out; nothing half-written stays."""
    siteline("evidence", "add", *write_files(tmp_path / "in", 2), cwd=case)
    blob = next(f for f in (case / "blobs").rglob("*") if f.is_file())
    blob.chmod(0o644)
    blob.write_bytes(b"spoilt")
    refused = siteline("evidence", "export", tmp_path / "out", cwd=case)
    assert refused.code == 1
    assert "now reads" in refused.err
    assert [p.name for p in tmp_path.iterdir() if "out" in p.name] == []


def test_every_scene_and_every_kept_byte_is_in_the_log(case: Path, rendered: Path) -> None:
    """Images are exhibits; masks, site files and pages of briefs stand in the log; `verify` covers every blob."""
    siteline("site", "add", rendered / "site.geojson", cwd=case)
    [site] = json.loads(siteline("site", "list", "--json", cwd=case).out)
    siteline("scenes", "add", site["id"], "--manifest", rendered / "scenes.csv", cwd=case)
    scenes = json.loads(siteline("scenes", "list", site["id"], "--json", cwd=case).out)
    exhibits = json.loads(siteline("evidence", "list", "--kind", "scene", "--json", cwd=case).out)
    assert {s["sha256"] for s in scenes} == {e["sha256"] for e in exhibits}
    report = verified(case)
    blobs = [f for f in (case / "blobs").rglob("*") if f.is_file()]
    assert report["ok"]
    assert report["notes"] == []
    assert report["checked"] == len(blobs)
    siteline("scenes", "add", site["id"], "--manifest", rendered / "scenes.csv", cwd=case)
    assert verified(case)["log"] == report["log"]
