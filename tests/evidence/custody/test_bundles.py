"""Bundles are read as hostile files, and any change to one is named."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siteline.model.errors import BadInput
from siteline.workbench.evidence.exhibits import check_bundle
from siteline.workbench.evidence.handover import export_bundle
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
    with pytest.raises(BadInput, match="two files of one name"):
        check_bundle(path)


def test_a_file_that_came_in_later_is_named(bundle: Path, tmp_path: Path) -> None:
    """What SHA256SUMS does not list is a fault, but for what the README's own commands make."""
    copy = Path(shutil.copytree(bundle, tmp_path / "copy"))
    (copy / "check").mkdir()
    (copy / "check/signed").write_text("made by following the README")
    assert check_bundle(copy).findings == []
    (copy / "blobs" / ("0" * 64)).write_text("slipped in")
    assert {f["object"] for f in check_bundle(copy).findings} == {"blobs/" + "0" * 64}
