"""Names of paragraph styles: how a Word file is read again after LibreOffice, Word or Pages has saved it."""

from __future__ import annotations

FRONT, PICTURE, CREDIT, CODE, TEXT_MARK = (
    "Siteline front",
    "Siteline picture",
    "Siteline credit",
    "Siteline code",
    "Siteline text",
)
MARK = "Siteline mark"
"""Of the characters of a citation's mark."""

NOTE = "Siteline note"
REFERENCE = "Siteline reference"
"""Of the raised number of a note."""

NOTE_ANCHOR = "siteline-note-"
"""Before the number of a note, where a link leads to it."""

QUOTE, CAPTION, TITLE = "Quote", "Caption", "Title"
NOT_TEXT = frozenset(name.lower() for name in (FRONT, PICTURE, CREDIT, TEXT_MARK, NOTE))
"""Paragraphs that we made and that say nothing of the brief's own."""

TEXT_LINE = "Text of this brief: "
"""Before the digest of the text that a file was made from."""
