"""Bundles are read as hostile files, and any change to one is named."""

from __future__ import annotations

import json
import os
import shutil
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siteline.evidence.custody import bundle as bundle_module
from siteline.evidence.custody import bundle_rows
from siteline.evidence.custody.bundle import (
    STATEMENT,
    STATEMENT_TYPE,
    digest_of_bytes,
    kept_back,
    pretty,
    stated,
    sums,
)
from siteline.evidence.custody.bundle_check import SUMS
from siteline.evidence.custody.dsse import seal
from siteline.evidence.custody.keys import new_signer
from siteline.evidence.custody.log import open_checkpoint
from siteline.evidence.custody.report import Report
from siteline.evidence.custody.rows import canonical
from siteline.model.errors import BadInput
from siteline.workbench.evidence.handover import export_bundle
from siteline.workbench.evidence.verifying import check_bundle, tell_report
from tests.evidence.custody.material import make_full_case, opened


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle without its restricted exhibit, as a folder; beside it as a ZIP."""
    folder = tmp_path_factory.mktemp("bundle")
    with opened(make_full_case(folder, batches=2)) as case:
        export_bundle(case, folder / "out.zip")
        export_bundle(case, folder / "out")
    return folder / "out"


def test_a_whole_bundle_is_whole_without_its_case(bundle: Path) -> None:
    """Folder and ZIP both hold; rows that were kept back do not break the chain."""
    for path in (bundle, bundle.with_suffix(".zip")):
        report = check_bundle(path)
        assert (report.findings, report.checked) == ([], 7)
        assert report.trusted_by == "own key"
    assert '"redacted":true' in (bundle / "custody.jsonl").read_text()
    assert check_bundle(bundle, "0" * 64).findings


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_byte_of_any_file_is_named(bundle: Path, tmp_path: Path, data: st.DataObject) -> None:
    """Whatever byte is flipped, in whatever file, the file is named; nothing crashes."""
    copy = tmp_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(bundle, copy)
    files = sorted(f for f in copy.rglob("*") if f.is_file())
    file = data.draw(st.sampled_from(files))
    raw = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= 1 << data.draw(st.integers(0, 7))
    file.write_bytes(raw)
    report = check_bundle(copy)
    assert report.findings
    if file.name != "SHA256SUMS":
        assert file.relative_to(copy).as_posix() in {f["object"] for f in report.findings}


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "no bundle at"),
        (lambda path: path.write_bytes(b"no zip"), "no ZIP"),
        (lambda path: zipfile.ZipFile(path, "w").close(), "no bundle of evidence"),
    ],
)
def test_what_is_no_bundle_is_refused(tmp_path: Path, make: Callable[[Path], object], said: str) -> None:
    """Nothing, no ZIP and an empty one are said to be no bundle."""
    make(tmp_path / "x.zip")
    with pytest.raises(BadInput, match=said):
        check_bundle(tmp_path / "x.zip")


def test_two_files_of_one_name_are_refused(bundle: Path, tmp_path: Path) -> None:
    """A ZIP in which one file could hide another is not looked at."""
    path = Path(shutil.copy(bundle.with_suffix(".zip"), tmp_path))
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("custody.jsonl", "")
    with pytest.raises(BadInput, match="twice"):
        check_bundle(path)


def test_a_file_that_came_in_later_is_named(bundle: Path, tmp_path: Path) -> None:
    """What SHA256SUMS does not list is a fault, but for what the README's own commands make."""
    copy = Path(shutil.copytree(bundle, tmp_path / "copy"))
    (copy / "check").mkdir()
    (copy / "check/signed").write_text("made by following the README")
    assert check_bundle(copy).findings == []
    (copy / "blobs" / ("0" * 64)).write_text("slipped in")
    assert {f["object"] for f in check_bundle(copy).findings} == {"blobs/" + "0" * 64}


def renew_sums(bundle: Path) -> None:
    """What whoever changes a file can do as well."""
    files = sorted(f.relative_to(bundle).as_posix() for f in bundle.rglob("*") if f.is_file())
    digests = {f: digest_of_bytes((bundle / f).read_bytes()) for f in files if f not in (SUMS, STATEMENT)}
    (bundle / SUMS).write_bytes(sums(digests))


NAMED = {
    "custody.jsonl": ("custody row", "custody.jsonl", "custody log"),
    "exhibits.jsonl": ("exhibit ", "exhibits.jsonl"),
    "checkpoints.jsonl": ("checkpoint ", "checkpoints.jsonl", "checkpoint.dsse.json", "custody row"),
    "proofs.jsonl": ("exhibit ", "proofs.jsonl"),
    "manifest.json": ("exhibit ", "manifest.json"),
}
"""How a fault in a file is named, where not by the file."""


def files_of(bundle: Path) -> list[str]:
    return sorted(f.relative_to(bundle).as_posix() for f in bundle.rglob("*") if f.is_file())


def named_by(name: str, report: Report) -> bool:
    """Whether a report names a file of a bundle, or what stands in it."""
    said = NAMED.get(name, (name.removeprefix("blobs/"),))
    return any(str(f["object"]).removeprefix("blobs/").startswith(said) for f in report.findings)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whoever_renews_the_sums_is_still_found_out(
    bundle: Path, tmp_path: Path, data: st.DataObject
) -> None:
    """Whatever is changed, with SHA256SUMS made anew: the file is named, and that the list is not the one that was signed."""
    copy = tmp_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(bundle, copy)
    name = data.draw(st.sampled_from([f for f in files_of(copy) if f != SUMS]))
    file = copy / name
    raw, lines = file.read_bytes(), file.read_bytes().splitlines(keepends=True)
    place = data.draw(st.integers(0, len(raw) - 1))
    line = data.draw(st.integers(0, len(lines) - 1))
    how = data.draw(
        st.sampled_from(["flip", "cut", "lengthen", "drop a line", "double a line", "spaces", "gone"])
    )
    changed = {
        "flip": raw[:place] + bytes([raw[place] ^ 1 << data.draw(st.integers(0, 7))]) + raw[place + 1 :],
        "cut": raw[:place],
        "lengthen": raw + data.draw(st.sampled_from([b"x", b"\n", b"{}\n", b"\x00", b"x" * 5_000_000])),
        "drop a line": b"".join(lines[:line] + lines[line + 1 :]),
        "double a line": b"".join([*lines[: line + 1], *lines[line:]]),
        "spaces": raw.replace(b":", b": ", 1) if b":" in raw else raw + b" ",
    }
    file.unlink() if how == "gone" else file.write_bytes(changed[how])
    renew_sums(copy)
    if name == "custody.jsonl" and how == "gone":
        with pytest.raises(BadInput, match="no bundle of evidence"):
            check_bundle(copy)
        return
    report = check_bundle(copy)
    assert named_by(name, report), (name, how, report.findings)
    if name != STATEMENT:
        assert SUMS in {f["object"] for f in report.findings}, (name, how)


def rewrite(file: Path, **changes: object) -> None:
    said = json.loads(file.read_bytes())
    file.write_bytes(pretty({**said, **changes}))


def redact_one_more(bundle: Path) -> str:
    """Keep a row back that went out, as somebody who wants to hide it."""
    file = bundle / "custody.jsonl"
    lines = file.read_bytes().splitlines()
    row = json.loads(lines[1])
    lines[1] = kept_back({**row, "row_hash": digest_of_bytes(lines[1])}).encode()
    file.write_bytes(b"\n".join([*lines, b""]))
    said = json.loads((bundle / "manifest.json").read_bytes())
    rewrite(bundle / "manifest.json", rows_kept_back=said["rows_kept_back"] + 1)
    return SUMS


def say_nothing_was_left_out(bundle: Path) -> str:
    rewrite(bundle / "manifest.json", exhibits_left_out=0)
    return SUMS


def leave_an_exhibit_out(bundle: Path) -> str:
    """Blob, description, proof and manifest's entry all together."""
    said = json.loads((bundle / "manifest.json").read_bytes())
    gone, *rest = said["exhibits"]
    (bundle / gone["blob"]).unlink()
    for name in ("exhibits.jsonl", "proofs.jsonl"):
        lines = (bundle / name).read_bytes().splitlines(keepends=True)
        (bundle / name).write_bytes(b"".join(lines[1:]))
    rewrite(bundle / "manifest.json", exhibits=rest)
    return f"exhibit {gone['id']}"


def advise_another_command(bundle: Path) -> str:
    page = bundle / "README.md"
    page.write_text(page.read_text().replace("sha256sum -c", "true sha256sum -c"))
    return "README.md"


def put_in_a_page(bundle: Path) -> str:
    (bundle / "OPEN ME.html").write_text("<script>alert(1)</script>")
    return "OPEN ME.html"


def put_in_a_key(bundle: Path) -> str:
    key = new_signer().public
    (bundle / f"keys/{key.fingerprint}.pem").write_text(key.pem)
    return f"keys/{key.fingerprint}.pem"


def go_back_to_an_older_log(bundle: Path) -> str:
    """The log as it was a checkpoint earlier, which is a whole log."""
    points = (bundle / "checkpoints.jsonl").read_bytes().splitlines(keepends=True)[:-1]
    size = open_checkpoint(points[-1].decode())[1]["size"]
    rows = (bundle / "custody.jsonl").read_bytes().splitlines(keepends=True)[:size]
    (bundle / "checkpoints.jsonl").write_bytes(b"".join(points))
    (bundle / "checkpoint.dsse.json").write_bytes(points[-1])
    (bundle / "custody.jsonl").write_bytes(b"".join(rows))
    return SUMS


def sign_it_anew(bundle: Path) -> str:
    """With a key of one's own, which comes with the bundle."""
    thief = new_signer()
    (bundle / f"keys/{thief.public.fingerprint}.pem").write_text(thief.public.pem)
    rewrite(bundle / "manifest.json", exhibits_left_out=0)
    renew_sums(bundle)
    envelope = (bundle / "checkpoint.dsse.json").read_text().strip()
    case = open_checkpoint(envelope)[1]["case"]
    said = canonical(stated(case, envelope, digest_of_bytes((bundle / SUMS).read_bytes())))
    (bundle / STATEMENT).write_text(seal(said.encode(), thief, STATEMENT_TYPE).to_json() + "\n")
    return STATEMENT


def take_the_statement_away(bundle: Path) -> str:
    (bundle / STATEMENT).unlink()
    return STATEMENT


def add_a_signature(bundle: Path) -> str:
    """A second one on the newest checkpoint, where nothing hashes it."""
    for name in ("checkpoints.jsonl", "checkpoint.dsse.json"):
        lines = (bundle / name).read_text().splitlines()
        told = json.loads(lines[-1])
        told["signatures"].append({"keyid": "0" * 64, "sig": "AAAA"})
        (bundle / name).write_text(
            "\n".join([*lines[:-1], json.dumps(told, sort_keys=True, separators=(",", ":")), ""])
        )
    return "checkpoint "


def say_more_in_a_row_kept_back(bundle: Path) -> str:
    file = bundle / "custody.jsonl"
    file.write_bytes(file.read_bytes().replace(b'"redacted":true', b'"note":"forged","redacted":true', 1))
    return "custody row"


def link_to_another_file(bundle: Path) -> str:
    (bundle / "blobs/notes").symlink_to("/etc/hostname")
    return "blobs/notes"


@pytest.mark.parametrize(
    "spoil",
    [
        redact_one_more,
        say_nothing_was_left_out,
        leave_an_exhibit_out,
        advise_another_command,
        put_in_a_page,
        put_in_a_key,
        go_back_to_an_older_log,
        sign_it_anew,
        take_the_statement_away,
        add_a_signature,
        say_more_in_a_row_kept_back,
        link_to_another_file,
    ],
)
def test_a_forger_who_knows_the_shape_is_found_out(
    bundle: Path, tmp_path: Path, spoil: Callable[[Path], str]
) -> None:
    """Changes that agree with each other, with the sums made anew; each is named."""
    copy = Path(shutil.copytree(bundle, tmp_path / "copy"))
    object_ = spoil(copy)
    if spoil is not sign_it_anew:
        renew_sums(copy)
    report = check_bundle(copy)
    assert any(str(f["object"]).startswith(object_) for f in report.findings), report.findings


def test_of_an_unsigned_bundle_it_is_said_what_nothing_proves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a key all its parts can agree and be made up; that is said."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("SITELINE_CONFIG", str(tmp_path / "file"))
    with opened(make_full_case(tmp_path, batches=1)) as case:
        export_bundle(case, tmp_path / "out")
    report = check_bundle(tmp_path / "out")
    assert report.findings == []
    [note] = [n for n in report.notes if n["object"] == STATEMENT]
    assert "could have changed" in note["problem"]


def test_a_key_that_comes_with_the_bundle_is_said_to_prove_nothing(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has no key of the log's and names none is told so; naming one's fingerprint settles it."""
    monkeypatch.setenv("SITELINE_CONFIG", str(tmp_path / "stranger"))
    report = check_bundle(bundle)
    assert report.findings == []
    assert report.trusted_by == "recorded at init (first use)"
    assert ["by another road" in n["problem"] for n in report.notes if n["object"] == "key"] == [True]
    assert check_bundle(bundle, report.fingerprint).notes == []


def test_a_log_of_a_billion_empty_rows_is_refused_in_bounded_memory(bundle: Path, tmp_path: Path) -> None:
    """1 GiB of newlines, sparse lines and one endless row: named within seconds, without the memory they ask for."""
    copy = Path(shutil.copytree(bundle, tmp_path / "copy"))
    with (copy / "custody.jsonl").open("wb") as stream:
        for _ in range(64):
            stream.write(b"\n" * (1 << 20))
        stream.truncate(1 << 30)
    tracemalloc.start()
    try:
        report = check_bundle(copy)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "custody.jsonl" in {f["object"] for f in report.findings}
    assert peak < 64 << 20
    with (copy / "custody.jsonl").open("wb") as stream:
        stream.truncate(1 << 30)  # one row of zeros
    assert "custody.jsonl" in {f["object"] for f in check_bundle(copy).findings}


def test_a_log_that_tells_more_than_is_read_is_refused_in_bounded_memory(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chain without a fault, of rows that all ask to be remembered: what is kept of them has an end."""
    monkeypatch.setattr(bundle_rows, "LARGEST_SHOWN", 8 << 20)
    copy = Path(shutil.copytree(bundle, tmp_path / "copy"))
    first, *rest = (copy / "custody.jsonl").read_bytes().splitlines()
    row = next(said for said in map(json.loads, rest) if said.get("action") == "added")
    head, count = digest_of_bytes(first), 20_000
    with (copy / "custody.jsonl").open("wb") as stream:
        stream.write(first + b"\n")
        for number in range(2, count):
            line = canonical(
                {**row, "seq": number, "prev_hash": head, "exhibit_id": f"{number:026}"}
            ).encode()
            stream.write(line + b"\n")
            head = digest_of_bytes(line)
    tracemalloc.start()
    try:
        report = check_bundle(copy)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert any("more than is read" in f["problem"] for f in report.findings)
    assert 1000 < report.rows < count
    assert peak < 64 << 20


@pytest.mark.parametrize("is_signed", [True, False])
def test_a_page_of_another_version_is_a_remark_if_it_is_signed_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_signed: bool
) -> None:
    """A later Siteline may word its instructions otherwise; without a signature over the list they are anybody's."""
    if not is_signed:
        (tmp_path / "file").touch()
        monkeypatch.setenv("SITELINE_CONFIG", str(tmp_path / "file"))
    with opened(make_full_case(tmp_path, batches=1)) as case, monkeypatch.context() as later:
        later.setattr(bundle_module, "instructions", lambda *_: "# A bundle, as a later version tells it\n")
        export_bundle(case, tmp_path / "out")
    report = check_bundle(tmp_path / "out")
    told = report.notes if is_signed else report.findings
    assert [f["object"] for f in report.findings] == ([] if is_signed else ["README.md"])
    [said] = [f["problem"] for f in told if f["object"] == "README.md"]
    assert ("before you run them" if is_signed else "do not trust") in said


def test_a_bomb_is_refused_before_it_is_unpacked(bundle: Path, tmp_path: Path) -> None:
    """A ZIP that would grow a thousandfold is no bundle."""
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(bundle / "custody.jsonl", "custody.jsonl")
        archive.write(bundle / SUMS, SUMS)
        archive.writestr("blobs/" + "0" * 64, b"\0" * (64 << 20))
    with pytest.raises(BadInput, match="bomb"):
        check_bundle(path)


def test_names_in_a_strangers_bundle_cannot_steer_a_terminal(bundle: Path, tmp_path: Path) -> None:
    """Cursor, colours, text turned round, bytes that are no text: named without them, as JSON, too."""
    copy = Path(shutil.copytree(bundle, tmp_path / "copy"))
    for name in (b"all is\x1b[2J well", "\u202etxt.exe".encode(), b"\xff\xfe", b"two\nlines"):
        Path(os.fsdecode(bytes(copy) + b"/" + name)).write_bytes(b"x")
    told = json.dumps(tell_report(check_bundle(copy)), ensure_ascii=False)
    assert told.encode()
    assert not {"\x1b", "\u202e", "\\u001b"} & set(told)
    assert "all is\N{REPLACEMENT CHARACTER}[2J well" in told
