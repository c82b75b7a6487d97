"""The child that reads hostile files: bounded, and deaf to the folder it is started in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from siteline.evidence.confined import ask_confined
from siteline.model.errors import BadMedia
from tests.conftest import wanted

wanted("c2pa")


def test_a_folder_full_of_modules_is_not_imported_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stranger's c2pa.py, json.py and siteline in the current folder stay unread."""
    for name in ("c2pa.py", "json.py", "siteline.py", "importlib.py"):
        (tmp_path / name).write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    told = ask_confined("siteline.evidence.proofs.c2pa", {"path": str(tmp_path / "c2pa.py"), "anchors": None})
    assert told == {"found": "none"}
    assert not (tmp_path / "ran").exists()


def test_a_child_that_fails_or_lasts_too_long_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(BadMedia, match="broke down"):
        ask_confined("siteline.evidence.proofs.c2pa", {})
    with pytest.raises(BadMedia, match="more than 0 s"):
        ask_confined("siteline.evidence.proofs.c2pa", {"path": str(tmp_path), "anchors": None}, seconds=0)


def test_secrets_do_not_reach_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a broken library could give away must not be there."""
    monkeypatch.setenv("SITELINE_SIGNING_KEY", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@proxy")
    told = ask_confined("siteline.evidence.confined", {})
    assert "PATH" in told["names"] or os.name == "nt"
    assert not {"SITELINE_SIGNING_KEY", "HTTPS_PROXY"} & set(told["names"])
