"""
A Word file that an editor has changed, read back into Markdown: tracked changes as accepted, comments and notes left aside.

The file is a stranger's: nothing in it is run or fetched, and what is too large when unpacked is refused unread.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from siteline.model.errors import BadBrief
from siteline.report.edition.word.styles import (
    CODE,
    NOT_TEXT,
    NOTE_ANCHOR,
    QUOTE,
    REFERENCE,
    TEXT_LINE,
    TEXT_MARK,
    TITLE,
)

LARGEST = 200_000_000
"""Bytes of a file when unpacked, and of one part that is read."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGEST = re.compile(rf"{re.escape(TEXT_LINE.strip())}\s*([0-9a-f]{{64}})")
_FIGURE = re.compile(r"^\s*figure\s*\d+\s*[.:]\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Returned:
    """One paragraph, or one row of a table, as it came back."""

    shape: str
    """`title`, `heading`, `item`, `numbered`, `quote`, `row`, `code`, `caption` or `paragraph`."""

    text: str
    """Of a row: its cells, divided by tabs."""

    depth: int = 0


@dataclass(frozen=True, slots=True)
class ReturnedBrief:
    """A Word file as it came back."""

    source_sha256: str
    """Of the text it was made from; "" where the line is gone."""

    blocks: tuple[Returned, ...]


def read_word(content: bytes, name: str) -> ReturnedBrief:
    """The blocks of a Word file; raises BadBrief where it is none."""
    parts = _parts(content, name)
    body = _xml(parts["word/document.xml"], name).find(f"{_W}body")
    if body is None:
        raise BadBrief(f"{name} holds no document", "Save it as DOCX again.")
    styles = _styles(_xml(parts["word/styles.xml"], name)) if "word/styles.xml" in parts else {}
    found = list(_blocks(body, styles))
    digests = [m[1] for block in found if block.shape != "ours" and (m := _DIGEST.search(block.text))]
    kept = tuple(block for block in found if block.shape != "ours" and not _DIGEST.search(block.text))
    return ReturnedBrief(digests[-1] if digests else "", kept)


def is_figure_caption(text: str) -> str:
    """A caption without "Figure 3."."""
    return _FIGURE.sub("", text)


def _parts(content: bytes, name: str) -> dict[str, bytes]:
    wanted = ("word/document.xml", "word/styles.xml")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            told = {info.filename: info for info in package.infolist()}
            if sum(info.file_size for info in told.values()) > LARGEST:
                raise BadBrief(
                    f"{name} unpacks to more than {LARGEST // 1_000_000} MB", "It is no brief of ours."
                )
            if wanted[0] not in told:
                raise BadBrief(
                    f"{name} is no Word file", "Give the DOCX that siteline brief build --format docx wrote."
                )
            read = {}
            for part in wanted:
                if part in told:
                    with package.open(told[part]) as stream:
                        read[part] = stream.read(LARGEST + 1)
            return read
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise BadBrief(
            f"{name} is no Word file", "Give the DOCX that siteline brief build --format docx wrote."
        ) from error


def _xml(content: bytes, name: str) -> Any:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        return fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise BadBrief(f"{name} is a damaged Word file", "Save it as DOCX again.") from error


def _styles(root: Any) -> dict[str, str]:
    """Names of styles by their ids, in small letters: programs spell them differently."""
    told = {}
    for style in root.iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        if name is not None:
            told[style.get(f"{_W}styleId", "")] = name.get(f"{_W}val", "").lower()
    return told


def _blocks(body: Any, styles: dict[str, str]) -> Iterator[Returned]:
    carried = ""  # of a paragraph whose end was deleted in tracked changes
    for node in _flat(body):
        if node.tag == f"{_W}tbl":
            for row in node.iter(f"{_W}tr"):
                if row.find(f"{_W}trPr/{_W}del") is not None:
                    continue
                cells = [
                    " ".join(" ".join(_text(p) for p in cell.iter(f"{_W}p")).split())
                    for cell in row.iter(f"{_W}tc")
                ]
                if any(cells):
                    yield Returned("row", "\t".join(cells))
            continue
        text = carried + _text(node)
        if node.find(f"{_W}pPr/{_W}rPr/{_W}del") is not None:
            carried = text
            continue
        carried = ""
        shape, depth = _shape(node, styles)
        if text.strip() or shape == "code":
            yield Returned(shape, text if shape == "code" else " ".join(text.split()), depth)


def _flat(body: Any) -> Iterator[Any]:
    """Paragraphs and tables, also those in content controls and of accepted moves."""
    for node in body:
        if node.tag in (f"{_W}p", f"{_W}tbl"):
            yield node
        elif node.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}moveTo", f"{_W}customXml"):
            yield from _flat(node)


def _text(paragraph: Any) -> str:
    """What a paragraph says once its tracked changes are accepted."""
    parts: list[str] = []
    _gather(paragraph, parts)
    return "".join(parts)


def _gather(node: Any, parts: list[str]) -> None:
    for child in node:
        match child.tag.removeprefix(_W):
            case "del" | "moveFrom" | "pPr" | "rPr" | "drawing" | "pict" | "object" | "instrText" | "delText":
                continue
            case "hyperlink" if str(child.get(f"{_W}anchor", "")).startswith(NOTE_ANCHOR):
                continue
            case "r" if _is_reference(child):
                continue
            case "t":
                parts.append(child.text or "")
            case "tab" | "br" | "cr":
                parts.append(" ")
            case "noBreakHyphen":
                parts.append("-")
            case _:
                _gather(child, parts)


def _is_reference(run: Any) -> bool:
    """Whether a run is the number of a note, also where its link was lost."""
    said = run.find(f"{_W}rPr/{_W}rStyle")
    return said is not None and said.get(f"{_W}val", "").lower() == REFERENCE.replace(" ", "").lower()


def _shape(paragraph: Any, styles: dict[str, str]) -> tuple[str, int]:
    said = paragraph.find(f"{_W}pPr/{_W}pStyle")
    name = styles.get(said.get(f"{_W}val", ""), "") if said is not None else ""
    if name in NOT_TEXT:
        return "ours" if name != TEXT_MARK.lower() else "paragraph", 0
    if name == TITLE.lower():
        return "title", 0
    if found := re.fullmatch(r"heading (\d)", name):
        return "heading", int(found[1])
    if found := re.fullmatch(r"list (bullet|number)(?: (\d))?", name):
        return "item" if found[1] == "bullet" else "numbered", int(found[2] or 1)
    told = {QUOTE.lower(): "quote", "caption": "caption", CODE.lower(): "code"}.get(name)
    if told is None and paragraph.find(f"{_W}pPr/{_W}numPr") is not None:
        return "item", 1
    return told or "paragraph", 0
