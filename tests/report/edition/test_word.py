"""A Word file goes out, an editor changes words, and the brief comes back with every citation, or with a plain refusal."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from siteline.claims.draft.reading import sentence_spans
from siteline.model.errors import BadBrief
from siteline.report.edition.word.back import BroughtBack, bring_back
from siteline.report.edition.word.read import read_word
from siteline.report.edition.word.write import rastered, write_word
from siteline.report.gate.source import read_brief
from tests.conftest import missing, wanted
from tests.report.edition.made import BODY, HEAD, claim, made
from tests.report.edition.test_outputs import SECRET, with_secret

wanted("docx")
SHA = "5a" * 32


def back(content: bytes, source: str = HEAD + BODY) -> BroughtBack:
    return bring_back(read_word(content, "brief.docx"), source, sentence_spans)


def edited(change: Callable[[Any], None], content: bytes | None = None) -> bytes:
    import docx

    document = docx.Document(io.BytesIO(content or write_word(made(), SHA)))
    change(document)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def paragraph(document: Any, words: str) -> Any:
    return next(p for p in document.paragraphs if words in p.text)


def same(one: str, other: str) -> None:
    """Two texts are one brief: sentences with their citations and kinds, pictures, shapes of blocks."""
    a, b = (read_brief(text, sentence_spans) for text in (one, other))
    assert [(s.text, s.citations, s.kind, s.is_editorial) for s in a.sentences] == [
        (s.text, s.citations, s.kind, s.is_editorial) for s in b.sentences
    ]
    assert [(f.shape, f.cites, f.caption, f.alt) for f in a.figures] == [
        (f.shape, f.cites, f.caption, f.alt) for f in b.figures
    ]
    assert [(x.shape, x.depth) for x in a.blocks] == [(x.shape, x.depth) for x in b.blocks]
    assert (a.title, a.names, a.authors) == (b.title, b.names, b.authors)


def test_untouched_it_comes_back_as_the_same_brief() -> None:
    brought = back(write_word(made(), SHA))
    same(brought.text, HEAD + BODY)
    assert (brought.changed, brought.added, brought.removed) == ((), (), ())


def test_it_says_which_text_it_was_made_from() -> None:
    assert read_word(write_word(made(), SHA), "x").source_sha256 == SHA


def test_the_same_material_gives_the_same_file() -> None:
    assert write_word(made(), SHA) == write_word(made(), SHA)


def test_changed_words_come_back_with_their_citations() -> None:
    def change(document: Any) -> None:
        paragraph(document, "The hall is large").runs[0].text = "The hall is very large."
        paragraph(document, "평양의 공장").runs[0].text = "A new title"

    brought = back(edited(change))
    brief = read_brief(brought.text, sentence_spans)
    [sentence] = [s for s in brief.sentences if s.text == "The hall is very large."]
    assert [str(c) for c in sentence.citations] == ["claim:c1"]
    assert brief.title == "A new title"
    assert brought.changed == (("The hall is large.", "The hall is very large."),)


def test_a_lost_citation_is_refused_by_name() -> None:
    def change(document: Any) -> None:
        runs = paragraph(document, "The hall is large").runs
        next(r for r in runs if r.text.strip() == "[@said]").text = ""

    with pytest.raises(BadBrief, match="lost its citation @said"):
        back(edited(change))


def test_a_lost_mark_of_judgement_is_refused_too() -> None:
    def change(document: Any) -> None:
        runs = paragraph(document, "We judge it likely").runs
        next(r for r in runs if "judgement" in r.text).text = " [@said]"

    with pytest.raises(BadBrief, match="judgement"):
        back(edited(change))


def test_a_broken_mark_is_refused() -> None:
    def change(document: Any) -> None:
        next(r for r in paragraph(document, "Its words").runs if "@said" in r.text).text = " @said; @other]"

    with pytest.raises(BadBrief, match="a citation was broken"):
        back(edited(change))


def test_a_mark_that_names_nothing_is_refused() -> None:
    def change(document: Any) -> None:
        next(r for r in paragraph(document, "Its words").runs if "@said" in r.text).text = " [@sayd; @other]"

    with pytest.raises(BadBrief, match="nothing that this brief cites is called 'sayd'"):
        back(edited(change))


def test_a_sentence_that_is_taken_out_whole_is_told() -> None:
    def change(document: Any) -> None:
        node = paragraph(document, "Its words")._p
        node.getparent().remove(node)

    assert back(edited(change)).removed == ("Its words [sic] stand.",)


def test_tracked_changes_are_read_as_accepted() -> None:
    from docx.oxml import parse_xml

    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

    def change(document: Any) -> None:
        run = paragraph(document, "The hall is large").runs[0]._r
        run.addprevious(
            parse_xml(
                f'<w:ins {w} w:id="1" w:author="E"><w:r><w:t xml:space="preserve">The new hall is large.</w:t></w:r></w:ins>'
            )
        )
        gone = parse_xml(
            f'<w:del {w} w:id="2" w:author="E"><w:r><w:delText>The hall is large.</w:delText></w:r></w:del>'
        )
        run.addprevious(gone)
        run.getparent().remove(run)

    assert back(edited(change)).changed == (("The hall is large.", "The new hall is large."),)


@pytest.mark.parametrize(
    "words", ["# no heading", "*loud* `code` <b>", "[link](https://example.org)", "+ no list", "a|b", "$x$"]
)
def test_what_an_editor_types_is_words_and_no_marks(words: str) -> None:
    def change(document: Any) -> None:
        paragraph(document, "The hall is large").runs[0].text = f"{words} and the hall is large."

    brief = read_brief(back(edited(change)).text, sentence_spans)
    assert words in " ".join(s.text for s in brief.sentences)
    assert len(brief.blocks) == len(made().brief.blocks)


def test_it_has_figures_with_alternative_text_notes_and_stamps_in_the_header() -> None:
    import docx

    content = write_word(made(), SHA)
    document = docx.Document(io.BytesIO(content))
    assert "DRAFT – NOT PASSED" in document.sections[0].header.paragraphs[0].text
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        body = package.read("word/document.xml").decode()
        pictures = [name for name in package.namelist() if name.startswith("word/media/")]
    assert 'descr="two pictures of a hall"' in body
    assert len(pictures) == 3
    told = re.findall(r'<w:bookmarkStart w:id="\d+" w:name="siteline-note-(\d+)"', body)
    assert told == re.findall(r'<w:hyperlink w:anchor="siteline-note-(\d+)"', body)
    assert len(told) > 5
    ids = re.findall(r'<w:bookmarkStart w:id="(\d+)"', body)
    assert len(ids) == len(set(ids))
    assert "Figure 1. " in body


def test_a_drawing_in_points_becomes_a_picture_too() -> None:
    """Charts come from matplotlib, which measures in points; 360 of them are 480 pixels, drawn twice as fine."""
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="360pt" height="180pt" viewBox="0 0 360 180"/>'
    with Image.open(io.BytesIO(rastered(svg))) as picture:
        assert picture.size == (960, 480)


def test_nothing_names_what_is_restricted_nor_what_is_withheld() -> None:
    from dataclasses import replace

    material = made("The hall is large. [@claim:c1] The guard is called Otto. [@claim:c1]")
    for one in (with_secret(), replace(material, withheld={"s2": "withheld to protect a source"})):
        with zipfile.ZipFile(io.BytesIO(write_word(one, SHA))) as package:  # type: ignore[arg-type]
            whole = b"".join(package.read(name) for name in package.namelist()).decode("utf-8", "ignore")
        assert not [secret for secret in (*SECRET, "Otto") if secret in whole]


def test_a_redacted_copy_does_not_say_which_text_it_was_made_from() -> None:
    from dataclasses import replace

    copy = write_word(replace(made(), withheld={"s2": "withheld"}), SHA)
    assert read_word(copy, "x").source_sha256 == ""


@pytest.mark.parametrize(
    "hostile", ["\x00\x0b\ufffe", '=HYPERLINK("http://x")', "\u202eevil", "<w:p/>", "&amp;]]>"]
)
def test_hostile_words_make_a_sound_file(hostile: str) -> None:
    bad = claim("c1", title=hostile)
    content = write_word(made(f"The hall {hostile.replace(chr(0), '')} is large. [@claim:c1]", bad), SHA)
    import docx
    from defusedxml.ElementTree import fromstring

    docx.Document(io.BytesIO(content))
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                fromstring(package.read(name))
                assert b"http://x" not in package.read(name) or name == "word/document.xml"
                assert "\u202e" not in package.read(name).decode()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"words", b"%PDF-1.7"])
def test_what_is_no_word_file_is_refused(content: bytes) -> None:
    with pytest.raises(BadBrief, match="no Word file"):
        read_word(content, "brief.docx")


def packed(document: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", document)
    return held.getvalue()


def test_an_entity_in_a_word_file_is_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    with pytest.raises(BadBrief, match="damaged"):
        read_word(packed(bomb), "brief.docx")


def test_a_file_that_unpacks_to_too_much_is_refused_unread() -> None:
    with pytest.raises(BadBrief, match="unpacks to more"):
        read_word(packed(b" " * 200_000_001), "brief.docx")


def test_every_page_that_libreoffice_prints_bears_the_stamps_also_those_of_notes(tmp_path: Path) -> None:
    for program in ("soffice", "pdftotext"):
        if shutil.which(program) is None:
            missing(f"{program} (apt install libreoffice-writer-nogui poppler-utils)")
    said = "\n\n".join(f"The hall is large, it was said for the {n}th time. [@said]" for n in range(60))
    (tmp_path / "brief.docx").write_bytes(write_word(made(f"{said}\n"), SHA))
    run = ["soffice", f"-env:UserInstallation=file://{tmp_path}/home", "--headless", "--convert-to", "pdf"]
    run += ["--outdir", str(tmp_path), str(tmp_path / "brief.docx")]
    subprocess.run(run, check=True, capture_output=True, timeout=240)
    told = subprocess.run(
        ["pdftotext", str(tmp_path / "brief.pdf"), "-"], check=True, capture_output=True, text=True
    ).stdout
    pages = told.strip("\f\n").split("\f")
    assert len(pages) > 3
    assert "Brandt Centre" in pages[-1]
    assert all("NOT RELEASED" in page for page in pages)


def test_it_comes_back_through_libreoffice(tmp_path: Path) -> None:
    if shutil.which("soffice") is None:
        missing("LibreOffice (apt install libreoffice-writer-nogui)")
    (tmp_path / "brief.docx").write_bytes(write_word(made(), SHA))
    for first, second in (("docx", "odt"), ("odt", "docx")):
        run = [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/home",
            "--headless",
            "--convert-to",
            second,
        ]
        subprocess.run(
            [
                *run,
                "--outdir",
                str(tmp_path / second),
                str(tmp_path / ("" if first == "docx" else first) / f"brief.{first}"),
            ],
            check=True,
            capture_output=True,
            timeout=240,
        )
    content = (tmp_path / "docx" / "brief.docx").read_bytes()
    assert read_word(content, "x").source_sha256 == SHA
    brought = back(content)
    same(brought.text, HEAD + BODY)
    assert brought.removed == ()
