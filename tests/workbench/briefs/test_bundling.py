"""A bundle of an edition is checked by a stranger, offline; whatever was done to it is named."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as given_any
from hypothesis import strategies as st

from siteline.evidence.custody.bundle import STATEMENT, digest_of_bytes, sums
from siteline.model.errors import BadInput, BrokenCustody, CannotTell
from siteline.workbench.briefs.bundling import bundle_edition
from siteline.workbench.briefs.verifying import CANNOT_TELL, verify_handed
from siteline.workbench.keyring import find_key
from tests.conftest import missing
from tests.workbench.briefs.released import (
    GOOD,
    A,
    as_analyst,
    brief_case,
    built,
    given,
    let_go,
    photograph,
    say,
    write,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with a released edition: `hall.zip`, unpacked as `out`."""
    folder = tmp_path_factory.mktemp("edition")
    case = brief_case(folder)
    photo = photograph(case)
    say(case, "O1", "The furnace was lit.")
    file = write(
        folder, GOOD, "A guard said the furnace was lit. [@statement:O1]", f"![The gate](exhibit:{photo.id})"
    )
    built(case, file)
    let_go(folder, file, given())
    bundle_edition(as_analyst(folder / "case", A), "", folder / "hall.zip", "a reader")
    with zipfile.ZipFile(folder / "hall.zip") as archive:
        archive.extractall(folder / "out")
    return folder


def names(told: dict) -> set[str]:  # type: ignore[type-arg]
    return {finding["object"] for finding in told["findings"]}


def files_of(out: Path) -> list[str]:
    return sorted(f.relative_to(out).as_posix() for f in out.rglob("*") if f.is_file())


def test_a_bundle_is_intact_by_whose_key_and_cannot_tell_a_withdrawal(folder: Path) -> None:
    for path in (folder / "hall.zip", folder / "out"):
        told = verify_handed(path)
        assert (told["ok"], told["findings"]) == (True, [])
        signer = find_key().signer
        assert signer is not None
        assert told["key"] == {"fingerprint": signer.public.fingerprint, "trusted_by": "own key"}
        assert told["says"][0].startswith("Intact")
        assert told["says"][-1] == CANNOT_TELL
        assert told["edition"]["number"] == 1
        assert (
            told["checked"] == 3
        )  # two images and the page; the photograph has a camera's coordinates in it


def test_the_same_edition_gives_the_same_bytes_whenever_it_is_bundled(folder: Path) -> None:
    case = as_analyst(folder / "case", A)
    say(case, "LATER", "Something else came in since.")
    bundle_edition(case, "hall/1", folder / "again.zip", "another reader")
    assert (folder / "again.zip").read_bytes() == (folder / "hall.zip").read_bytes()


def test_what_may_be_shared_is_there_and_the_rest_by_its_hash(folder: Path) -> None:
    told = json.loads((folder / "out/edition/rests-on.json").read_text())
    shared = {i["sha256"] for i in told["items"] if i["shared"]}
    assert {f.removeprefix("blobs/") for f in files_of(folder / "out") if f.startswith("blobs/")} == shared
    [kept] = [i for i in told["items"] if not i["shared"]]
    assert kept["kind"] == "image"
    assert re.fullmatch(r"[0-9a-f]{64}", kept["sha256"])


def test_a_stranger_checks_it_with_sha256sum_and_openssl_alone(folder: Path, tmp_path: Path) -> None:
    """Every command of the README, as it stands; and they fail for a file that was changed."""
    if shutil.which("openssl") is None:
        missing("openssl")
    copy = Path(shutil.copytree(folder / "out", tmp_path / "copy"))
    blocks = re.findall(r"```sh\n(.*?)```", (copy / "README.md").read_text(), re.DOTALL)
    assert len(blocks) >= 6

    def run() -> list[int]:
        return [
            subprocess.run(["sh", "-c", block], cwd=copy, capture_output=True, check=False).returncode
            for block in blocks
        ]

    assert set(run()) == {0}
    page = copy / "edition/page.html"
    page.write_bytes(page.read_bytes().replace(b"first visible", b"last visible!"))
    (copy / "edition/files.sha256").write_text(
        "".join(
            f"{digest_of_bytes((copy / 'edition' / name).read_bytes())}  {name}\n"
            for name in sorted(files_of(copy / "edition"))
            if name not in ("edition.json", "files.sha256")
        )
    )
    assert 1 in run()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given_any(data=st.data())
def test_any_changed_byte_of_any_file_is_named(folder: Path, tmp_path: Path, data: st.DataObject) -> None:
    copy = _fresh(folder, tmp_path)
    name = data.draw(st.sampled_from([f for f in files_of(copy) if (copy / f).stat().st_size]))
    raw = bytearray((copy / name).read_bytes())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    (copy / name).write_bytes(raw)
    told = verify_handed(copy)
    assert not told["ok"]
    if name != "SHA256SUMS":
        assert name in names(told)


def test_every_file_that_is_dropped_or_added_is_named(folder: Path, tmp_path: Path) -> None:
    for name in files_of(folder / "out"):
        if name in ("SHA256SUMS", "custody.jsonl"):
            continue
        copy = _fresh(folder, tmp_path)
        (copy / name).unlink()
        assert name in names(verify_handed(copy)), name
    for name in ("custody.jsonl", "SHA256SUMS"):
        copy = _fresh(folder, tmp_path)
        (copy / name).unlink()
        with pytest.raises(BadInput):
            verify_handed(copy)
    for name in ("edition/new.html", "new.txt", "blobs/" + "0" * 64, "edition/figures/f9-1.jpg"):
        copy = _fresh(folder, tmp_path)
        (copy / name).write_text("slipped in")
        assert name in names(verify_handed(copy)), name


@pytest.mark.parametrize("deed", ["alter", "drop", "add"])
def test_with_sums_made_anew_each_file_of_the_edition_is_still_named(
    folder: Path, tmp_path: Path, deed: str
) -> None:
    for name in [f for f in files_of(folder / "out") if f.startswith(("edition/", "blobs/"))]:
        copy = _fresh(folder, tmp_path)
        if deed == "alter":
            (copy / name).write_bytes((copy / name).read_bytes() + b" ")
        elif deed == "drop":
            (copy / name).unlink()
        else:
            (copy / f"{name}.2").write_text("x")
            name = f"{name}.2"
        _renew_sums(copy)
        told = names(verify_handed(copy))
        assert name in told or name.removeprefix("blobs/") in told, name
        assert "SHA256SUMS" in told


def test_an_edition_of_another_release_is_not_taken_for_this_one(folder: Path, tmp_path: Path) -> None:
    """Whoever remakes the record and all sums cannot remake the row of the log."""
    copy = _fresh(folder, tmp_path)
    record = json.loads((copy / "edition/edition.json").read_text())
    record["released_by"] = "Somebody Else"
    (copy / "edition/edition.json").write_text(json.dumps(record, indent=2, sort_keys=True) + "\n")
    _renew_sums(copy)
    assert "edition/edition.json" in names(verify_handed(copy))


def test_a_key_that_nobody_trusts_proves_nothing_and_that_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On another machine, without the case and the key."""
    monkeypatch.setenv("SITELINE_CONFIG", str(tmp_path / "elsewhere"))
    moved = Path(shutil.copy(folder / "hall.zip", tmp_path))
    told = verify_handed(moved)
    assert told["ok"]
    assert any("proves nothing" in note["problem"] for note in told["notes"])
    assert not verify_handed(moved, "0" * 64)["ok"]
    assert verify_handed(moved, told["key"]["fingerprint"])["key"]["trusted_by"] != told["key"]["trusted_by"]


def test_bytes_that_are_not_what_was_released_are_not_bundled(tmp_path: Path) -> None:
    case = brief_case(tmp_path)
    file = write(tmp_path, GOOD)
    built(case, file)
    done = let_go(tmp_path, file, given())
    page = case.blobs.path(done.edition.noun.page_sha256)
    page.chmod(0o600)
    page.write_bytes(b"another page")
    with pytest.raises(BrokenCustody):
        bundle_edition(as_analyst(tmp_path / "case", A), "", tmp_path / "out.zip")
    assert [p.name for p in tmp_path.iterdir() if "out" in p.name] == []


def test_what_became_confidential_since_stays(tmp_path: Path) -> None:
    case = brief_case(tmp_path)
    exhibit = say(case, "O1", "The furnace was lit.")
    file = write(tmp_path, "A guard said the furnace was lit. [@statement:O1]")
    built(case, file)
    let_go(tmp_path, file, given())
    case.exhibits.restrict(exhibit.id, "a threat", (A,))
    with pytest.raises(CannotTell, match="restricted after"):
        bundle_edition(case, "", tmp_path / "out.zip")
    assert not (tmp_path / "out.zip").exists()


def _with(path: Path, change: Callable[[zipfile.ZipFile], None]) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        change(archive)


def _symlink(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("edition/link.html")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    archive.writestr(info, "/etc/passwd")


HOSTILE: dict[str, Callable[[zipfile.ZipFile], None]] = {
    "climbs": lambda z: z.writestr("../../evil.html", "x"),
    "absolute": lambda z: z.writestr("/etc/evil", "x"),
    "backslash": lambda z: z.writestr("..\\evil", "x"),
    "twice": lambda z: z.writestr("edition/page.html", "x"),
    "link": _symlink,
    "bomb": lambda z: z.writestr("edition/bomb.html", b"\0" * (300 << 20)),
    "many small bombs": lambda z: [z.writestr(f"b{n}", b"\0" * (1 << 20)) for n in range(400)],  # type: ignore[dict-item,return-value]
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_zip_is_refused_in_little_memory_and_time(folder: Path, tmp_path: Path, kind: str) -> None:
    path = Path(shutil.copy(folder / "hall.zip", tmp_path / "x.zip"))
    _with(path, HOSTILE[kind])
    tracemalloc.start()
    start = time.monotonic()
    with pytest.raises(BadInput):
        verify_handed(path)
    assert time.monotonic() - start < 5
    assert tracemalloc.get_traced_memory()[1] < 64 << 20
    tracemalloc.stop()
    assert not (tmp_path.parent / "evil.html").exists()


def test_an_encrypted_or_cut_zip_is_refused(folder: Path, tmp_path: Path) -> None:
    raw = bytearray((folder / "hall.zip").read_bytes())
    cut = tmp_path / "cut.zip"
    cut.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(BadInput):
        verify_handed(cut)
    at = struct.unpack_from("<I", raw, raw.rfind(b"PK\x05\x06") + 16)[0]  # a Word file inside is a ZIP, too
    struct.pack_into("<H", raw, at + 8, struct.unpack_from("<H", raw, at + 8)[0] | 1)
    cut.write_bytes(raw)
    with pytest.raises(BadInput, match="encrypted"):
        verify_handed(cut)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given_any(data=st.data())
def test_a_record_of_any_shape_never_breaks_the_look_at_it(
    folder: Path, tmp_path: Path, data: st.DataObject
) -> None:
    copy = _fresh(folder, tmp_path)
    value = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["files", "name", "sha256", "x"]), inner, max_size=3)
        ),
        max_leaves=8,
    )
    (copy / "edition/edition.json").write_text(json.dumps(data.draw(value)))
    _renew_sums(copy)
    assert "edition/edition.json" in names(verify_handed(copy))


def _fresh(folder: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    return Path(shutil.copytree(folder / "out", copy))


def _renew_sums(copy: Path) -> None:
    digests = {
        name: digest_of_bytes((copy / name).read_bytes())
        for name in files_of(copy)
        if name not in ("SHA256SUMS", STATEMENT)
    }
    (copy / "SHA256SUMS").write_bytes(sums(digests))
