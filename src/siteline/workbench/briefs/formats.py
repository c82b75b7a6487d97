"""One edition in every form it can be read in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum

from siteline.report.edition.bibliography import write_bibliography
from siteline.report.edition.linked import Node, describe_edition
from siteline.report.edition.material import EditionMaterial
from siteline.report.edition.page import build_edition
from siteline.report.edition.printed import print_edition
from siteline.report.edition.prose import write_prose
from siteline.report.edition.word.write import write_word


class Format(StrEnum):
    """What an edition can be built as."""

    HTML = "html"
    PDF = "pdf"
    DOCX = "docx"
    MARKDOWN = "md"
    JSONLD = "jsonld"
    BIBTEX = "bibtex"


ENDINGS: Mapping[Format, str] = {
    Format.HTML: "html",
    Format.PDF: "pdf",
    Format.DOCX: "docx",
    Format.MARKDOWN: "clean.md",
    Format.JSONLD: "jsonld",
    Format.BIBTEX: "bib",
}
"""How their files end; clean Markdown may lie beside the brief it was made from."""


def write_as(
    form: Format, material: EditionMaterial, source_sha256: str, reviews: tuple[Node, ...] = ()
) -> bytes:
    """The edition's bytes in one form, nothing restricted named; raises MissingExtra."""
    match form:
        case Format.HTML:
            return build_edition(material).encode()
        case Format.PDF:
            return print_edition(material)
        case Format.DOCX:
            return write_word(material, source_sha256)
        case Format.MARKDOWN:
            return write_prose(material).encode()
        case Format.JSONLD:
            told = json.dumps(
                describe_edition(material, reviews), ensure_ascii=False, indent=1, allow_nan=False
            )
            return f"{told}\n".encode()
        case Format.BIBTEX:
            return write_bibliography(material).encode()
