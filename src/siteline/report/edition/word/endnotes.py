"""Endnotes of a Word file, which python-docx does not make: a part of its own, and the references to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from siteline.report.inert import inert

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.endnotes+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/endnotes"


def add_endnotes(document: Any, notes: Sequence[Sequence[str]]) -> None:
    """
    Put the notes into a document of python-docx; note 1 is `notes[0]`, each with a paragraph for each line.

    The paragraphs refer to them with `refer_to`.
    """
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    between = "".join(
        f'<w:endnote w:type="{kind}" w:id="{n}"><w:p><w:r><w:{mark}/></w:r></w:p></w:endnote>'
        for kind, mark, n in (
            ("separator", "separator", -1),
            ("continuationSeparator", "continuationSeparator", 0),
        )
    )
    told = "".join(_note(n, lines) for n, lines in enumerate(notes, 1))
    xml = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:endnotes xmlns:w="{_W}">{between}{told}</w:endnotes>'
    part = Part(PackURI("/word/endnotes.xml"), _TYPE, xml.encode(), document.part.package)
    document.part.relate_to(part, _RELATION)
    _at_the_end_of_the_section(document)


def _at_the_end_of_the_section(document: Any) -> None:
    """In figures, on pages with the section's own header, and so with its stamps, wherever a program heeds that."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for owner, follows in (
        (document.settings.element, "w:compat"),
        (document.sections[0]._sectPr, "w:pgSz"),
    ):
        told = OxmlElement("w:endnotePr")
        for name, value in (("w:pos", "sectEnd"), ("w:numFmt", "decimal")):
            one = OxmlElement(name)
            one.set(qn("w:val"), value)
            told.append(one)
        next_one = owner.find(qn(follows))
        if next_one is not None:
            next_one.addprevious(told)
        else:
            owner.append(told)


def refer_to(paragraph: Any, number: int) -> None:
    """Add the reference to a note at the end of a paragraph."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    run = paragraph.add_run()
    run.font.superscript = True
    reference = OxmlElement("w:endnoteReference")
    reference.set(qn("w:id"), str(number))
    run._r.append(reference)


def _note(number: int, lines: Sequence[str]) -> str:
    small = '<w:rPr><w:sz w:val="16"/></w:rPr>'
    first = '<w:r><w:rPr><w:vertAlign w:val="superscript"/><w:sz w:val="16"/></w:rPr><w:endnoteRef/></w:r>'
    told = "".join(
        f'<w:p><w:pPr><w:spacing w:after="40"/></w:pPr>{first if n == 0 else ""}<w:r>{small}'
        f'<w:t xml:space="preserve"> {escape(inert(line, 20_000))}</w:t></w:r></w:p>'
        for n, line in enumerate(lines or ("",))
    )
    return f'<w:endnote w:id="{number}">{told}</w:endnote>'
