"""A case folder is made whole, opened only if it is one, and never on a disk that cannot lock."""

from __future__ import annotations

from pathlib import Path

import pytest

from siteline.model.errors import BadSetting, CaseExists, NotACase
from siteline.workbench import case as cases
from siteline.workbench.case import make_case, open_case
from siteline.workbench.settings import read_settings


def test_a_new_case_can_be_opened(tmp_path: Path) -> None:
    """What `init` makes, every other command can open."""
    make_case(tmp_path / "case").close()
    opened = open_case(tmp_path / "case")
    assert opened.register.ids() == []


def test_a_case_is_not_made_over_another(tmp_path: Path) -> None:
    """A second `init` in one folder is refused."""
    make_case(tmp_path / "case")
    with pytest.raises(CaseExists):
        make_case(tmp_path / "case")
    (tmp_path / "file").write_text("")
    with pytest.raises(CaseExists, match="is a file"):
        make_case(tmp_path / "file")


def test_a_folder_without_a_case_is_refused(tmp_path: Path) -> None:
    """A folder that is no case is named, with how to make one."""
    with pytest.raises(NotACase, match=tmp_path.name) as refusal:
        open_case(tmp_path)
    assert "siteline init" in refusal.value.hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("[survay]\n", "survay", "survey"),
        ("[survey]\npresett = 'wide'\n", "survey.presett", "preset"),
        ("[survey]\npreset = 'careless'\n", "survey.preset", ""),
        ("[cache]\nmax_gb = -1\n", "cache.max_gb", ""),
        ("[survey\n", "cannot be read", "TOML"),
        ("[survey]\n[style]\ndesk = 'A'\n[survey]\n", "twice", "further up already"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, said: str, hint: str) -> None:
    """A misspelt or impossible setting is refused by its name, never ignored."""
    (tmp_path / "siteline.toml").write_text(text)
    with pytest.raises(BadSetting, match=said) as refusal:
        read_settings(tmp_path / "siteline.toml")
    assert hint in refusal.value.hint


def test_a_network_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite on a network disk is refused, with PostgreSQL as the way out."""
    monkeypatch.setattr(cases, "_filesystem", lambda folder: "nfs4")
    with pytest.raises(BadSetting, match="nfs4") as refusal:
        make_case(tmp_path / "case")
    assert "PostgreSQL" in refusal.value.hint
