"""brief build --format and brief read, as a desk uses them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import siteline
from tests.conftest import wanted

BRIEF = """+++
title = "A note"
+++

All images have pixels of 3 m. [method; editorial]

The hall is large. [@claim:none]
"""


@pytest.fixture
def folder(case: Path) -> Path:
    (case / "brief.md").write_text(BRIEF, encoding="utf-8")
    return case


def test_a_word_file_goes_out_and_comes_back_with_what_an_editor_changed(folder: Path) -> None:
    docx = wanted("docx")
    built = siteline("brief", "build", "brief.md", "--format", "docx", "--out", "to-editor.docx", cwd=folder)
    assert built.code == 0, built.err
    document = docx.Document(io.BytesIO((folder / "to-editor.docx").read_bytes()))
    next(p for p in document.paragraphs if "pixels of 3 m" in p.text).runs[
        0
    ].text = "Every image has pixels of 3 m."
    document.save(str(folder / "back.docx"))
    read = siteline("brief", "read", "back.docx", "--out", "edited.md", "--json", cwd=folder)
    assert read.code == 0, read.err
    assert [c["after"] for c in json.loads(read.out)["changed"]] == ["Every image has pixels of 3 m."]
    text = (folder / "edited.md").read_text(encoding="utf-8")
    assert "Every image has pixels of 3 m. [method; editorial]" in text
    assert "[@claim:none]" in text
    again = siteline("brief", "read", "back.docx", "--out", "edited.md", cwd=folder)
    assert again.code == 1
    assert "exists" in again.err


def test_several_forms_go_into_one_folder(folder: Path) -> None:
    told = siteline(
        "brief",
        "build",
        "brief.md",
        "--format",
        "md,jsonld",
        "--format",
        "bibtex",
        "--out",
        "all",
        "--json",
        cwd=folder,
    )
    assert told.code == 0, told.err
    files = json.loads(told.out)["files"]
    assert [Path(f["file"]).name for f in files] == ["brief.clean.md", "brief.jsonld", "brief.bib"]
    assert all((folder / f["file"]).is_file() for f in files)


@pytest.mark.parametrize(
    "words", [("--format", "odt"), ("--format", ""), ("--format", "jsonld", "--url", "no address")]
)
def test_what_cannot_be_built_is_refused_with_a_remedy(folder: Path, words: tuple[str, ...]) -> None:
    said = siteline("brief", "build", "brief.md", *words, cwd=folder)
    assert said.code == 1, said.out


@pytest.mark.parametrize("content", [None, b"", b"words"])
def test_what_is_no_word_file_is_refused(folder: Path, content: bytes | None) -> None:
    if content is not None:
        (folder / "x.docx").write_bytes(content)
    assert siteline("brief", "read", "x.docx", cwd=folder).code == 1
