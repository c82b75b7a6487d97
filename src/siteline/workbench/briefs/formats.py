"""One edition in every form it can be read in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from importlib import import_module

from siteline.model.errors import BadSetting, MissingExtra
from siteline.model.remark import Remark
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


def read_formats(said: Sequence[str]) -> tuple[Format, ...]:
    """Formats as a person names them, several with commas, each once; raises BadSetting."""
    words = [word.strip() for one in said for word in one.split(",") if word.strip()]
    if not words or (odd := [word for word in words if word not in list(Format)]):
        wrong = odd[0] if words else ""
        raise BadSetting(f"no such format: {wrong!r}", f"Formats are {', '.join(Format)}.")
    return tuple(dict.fromkeys(map(Format, words)))


_NEEDS: Mapping[Format, tuple[tuple[str, str], ...]] = {
    Format.PDF: (("weasyprint", "pdf"), ("pypdf", "pdf")),
    Format.DOCX: (("docx", "docx"), ("resvg_py", "docx")),
}
"""Modules by which a form is written or looked into, each with the extra that brings it."""


def forms_here(wanted: Sequence[Format] | None = None) -> tuple[tuple[Format, ...], tuple[Remark, ...]]:
    """
    The forms that can be written, and looked into, on this machine; and what is missing for the others.

    wanted: only these; raises MissingExtra for one that cannot be made.
    """
    able, told = list[Format](), list[Remark]()
    for form in Format if wanted is None else wanted:
        try:
            for name, extra in _NEEDS.get(form, ()):
                _import(name, extra)
        except MissingExtra as error:
            if wanted is not None:
                raise
            told.append(Remark(form.value, f"left out: {error}", error.hint))
        else:
            able.append(form)
    return tuple(able), tuple(told)


def _import(name: str, extra: str) -> None:
    try:
        import_module(name)
    except (ImportError, OSError) as error:
        raise MissingExtra.of(name, extra) from error


def write_as(
    form: Format, material: EditionMaterial, source_sha256: str, reviews: tuple[Node, ...] = ()
) -> bytes:
    """
    The edition's bytes in one form, nothing restricted named; raises MissingExtra.

    source_sha256: of its text; "" for a copy that nobody reads back.
    """
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
