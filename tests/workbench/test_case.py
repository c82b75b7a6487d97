"""A case folder is made whole, opened only if it is one, and never on a disk that cannot lock."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from siteline.model.errors import BadSetting, BrokenCustody, CaseExists, CaseTrouble, MissingExtra, NotACase
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
        ("[survey]\n[style]\ndesk = 'A'\n[survey]\n", "twice", "further up: move these lines there"),
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


@pytest.mark.parametrize("left", ["bytes", "memory", "an empty file"])
def test_a_case_whose_rows_are_gone_is_not_begun_anew(tmp_path: Path, left: str) -> None:
    """Without case.db nothing is as it was; an empty one in its place would say that all is well."""
    made = make_case(tmp_path / "case")
    if left == "bytes":
        made.blobs.keep(b"in custody")
    made.close()
    for file in (tmp_path / "case").glob("case.db*"):
        file.unlink()
    if left == "an empty file":
        (tmp_path / "case" / "case.db").touch()
    folder = tmp_path / "case"
    if left == "bytes":  # a folder that came from elsewhere: this machine remembers nothing of it
        folder = folder.rename(tmp_path / "moved")
    with pytest.raises(BrokenCustody, match=r"case\.db is (gone|empty)"):
        open_case(folder)
    assert not (folder / "case.db").exists() or not (folder / "case.db").stat().st_size


def test_a_new_case_is_not_made_over_bytes_of_another(tmp_path: Path) -> None:
    """Bytes that no row knows of belong to a case that lost its rows."""
    made = make_case(tmp_path / "case")
    made.blobs.keep(b"in custody")
    made.close()
    for name in ("siteline.toml", "case.db"):
        (tmp_path / "case" / name).unlink()
    with pytest.raises(BrokenCustody, match="is gone"):
        make_case(tmp_path / "case")
    assert not (tmp_path / "case" / "siteline.toml").exists()


def test_settings_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    """As editors on Windows save them."""
    (tmp_path / "siteline.toml").write_bytes(b"\xef\xbb\xbf[survey]\r\npreset = 'wide'\r\n")
    assert read_settings(tmp_path / "siteline.toml").survey.preset == "wide"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("secret", "no address of a database"),
        ("mysql://me:secret@127.0.0.1/x", "'mysql', which is not supported"),
        ("postgresql+none://me:secret@127.0.0.1/x", "driver that does not exist"),
        ("postgresql+psycopg2://me:secret@127.0.0.1/x", "wants psycopg2"),
        ("postgresql://me:secret@127.0.0.1:notaport/x", "no address of a database"),
    ],
)
def test_a_database_that_cannot_be_used_is_refused_in_words(tmp_path: Path, address: str, said: str) -> None:
    """A wrong address is refused with how one is written, and what may be a password is not repeated."""
    (tmp_path / "siteline.toml").write_text(f'[case]\ndatabase = "{address}"\n')
    with pytest.raises(BadSetting, match=said) as refusal:
        open_case(tmp_path)
    assert "postgresql://" in refusal.value.hint
    assert "secret" not in str(refusal.value) + refusal.value.hint


def test_a_server_that_does_not_answer_is_said(tmp_path: Path) -> None:
    """The reason of the server's library, and where to look."""
    pytest.importorskip("psycopg")
    (tmp_path / "siteline.toml").write_text('[case]\ndatabase = "postgres://me:secret@127.0.0.1:1/x"\n')
    with pytest.raises(CaseTrouble, match="does not answer") as refusal:
        open_case(tmp_path)
    assert "secret" not in str(refusal.value) + refusal.value.hint


def test_without_the_extra_for_postgresql_its_name_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine without psycopg is told how to install it."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    (tmp_path / "siteline.toml").write_text('[case]\ndatabase = "postgresql://me@127.0.0.1/x"\n')
    with pytest.raises(MissingExtra, match="psycopg") as refusal:
        open_case(tmp_path)
    assert "siteline[postgres]" in refusal.value.hint
