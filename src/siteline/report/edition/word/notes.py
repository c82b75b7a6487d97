"""
Notes of a Word file: paragraphs of the text's own section, so that each page of them bears the stamps of its header.

Endnotes, which Word has for this, are printed by LibreOffice on pages of their own, without any header.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from siteline.report.edition.word.styles import FRONT, NOTE, NOTE_ANCHOR, REFERENCE
from siteline.report.inert import inert

_BACK = "note-of-"


def add_notes(document: Any, notes: Sequence[Sequence[str]]) -> None:
    """Add the notes to a document of python-docx; note 1 is `notes[0]`, each with a paragraph for each line."""
    if not notes:
        return
    document.add_paragraph(style=FRONT).add_run("Notes").bold = True
    for number, lines in enumerate(notes, 1):
        for place, line in enumerate(lines or ("",)):
            paragraph = document.add_paragraph(style=NOTE)
            if place == 0:
                _mark(paragraph, f"{NOTE_ANCHOR}{number}", 2 * number)
                _link(paragraph, f"{number}", f"{_BACK}{number}")
            paragraph.add_run(f" {inert(line, 20_000)}")


def refer_to(paragraph: Any, number: int) -> None:
    """Add the reference to a note at the end of a paragraph."""
    _mark(paragraph, f"{_BACK}{number}", 2 * number + 1)
    _link(paragraph, f"\u2009{number}", f"{NOTE_ANCHOR}{number}")


def _mark(paragraph: Any, name: str, number: int) -> None:
    """A place that a link can lead to."""
    for kind, told in (
        ("w:bookmarkStart", {"w:id": number, "w:name": name}),
        ("w:bookmarkEnd", {"w:id": number}),
    ):
        paragraph._p.append(_element(kind, told))


def _link(paragraph: Any, text: str, to: str) -> None:
    """A raised number that leads to a place in the document."""
    run = paragraph.add_run(text)
    run.style = REFERENCE
    link = _element("w:hyperlink", {"w:anchor": to, "w:history": "1"})
    run._r.addprevious(link)
    link.append(run._r)


def _element(name: str, attributes: dict[str, Any]) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(key), str(value))
    return made
