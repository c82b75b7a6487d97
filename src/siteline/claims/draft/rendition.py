"""Bytes as text that can be quoted: encodings told, a page's main text without what is hidden or around it; in linear time."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from siteline.claims.draft.page import Page

METHOD = "article/1"
"""How a rendition is made; a change of it gets another number."""

LARGEST = 32 << 20
"""Bytes that are read."""

LARGEST_PAGE = 8 << 20
"""Characters of markup that are read."""

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.I)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w-]{2,30})")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
         (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_IS_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body|article|div|p)\b", re.I)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text, and what was done to have it."""

    text: str
    encoding: str
    notes: tuple[str, ...]
    """What was left out, replaced or guessed."""

    is_page: bool
    hidden: int
    """Characters that a reader of the page would not see, and that were left out."""


def render(content: bytes, media_type: str = "text/plain") -> Rendered:
    """
    The text of a file: as it is for plain text, the main part for a page.

    Never fails. Control characters become \ufffd, one for one; line ends are kept as they are. Styles in separate files are
    not looked at: what only they hide is not known to be hidden.
    """
    notes: list[str] = []
    if len(content) > LARGEST:
        notes.append(f"only the first {LARGEST >> 20} MiB of {len(content):,} bytes are read")
        content = content[:LARGEST]
    text, encoding, how = decode(content)
    notes += [how] if how else []
    text = text.removeprefix("\ufeff")
    text, replaced = _CONTROL.subn("\ufffd", text)
    if replaced:
        notes.append(f"{replaced:,} control characters stand as \ufffd")
    is_page = (
        "html" in media_type
        or ("xml" in media_type and "<p" in text)
        or bool(_IS_PAGE.search(text[:2000]) and "<" in text[:50])
    )
    if not is_page:
        return Rendered(text, encoding, tuple(notes), is_page=False, hidden=0)
    if len(text) > LARGEST_PAGE:
        notes.append(f"only the first {LARGEST_PAGE:,} of {len(text):,} characters of markup are read")
    page = Page()
    page.read(text[:LARGEST_PAGE])
    main, around = page.main()
    if page.hidden:
        notes.append(f"{page.hidden:,} characters that the page hides from its readers are left out")
    if around:
        notes.append(f"{around:,} characters of menus, links and the like are left out")
    return Rendered(main, encoding, tuple(notes), is_page=True, hidden=page.hidden)


def decode(content: bytes) -> tuple[str, str, str]:
    """(text, encoding, a note where it had to be guessed or does not fit)."""
    for mark, name in _BOMS:
        if content.startswith(mark):
            return _with_note(content[len(mark) :], name, "")
    head = content[:4096]
    if min(head[::2].count(0), head[1::2].count(0)) * 8 < head.count(0) > len(head) // 4:
        name = "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
        return _with_note(content, name, f"read as {name}, by its zeros")
    try:
        return content.decode("utf-8"), "utf-8", ""
    except UnicodeDecodeError:
        pass
    said = _CHARSET.search(head) or _XML_CHARSET.search(head)
    if said is not None and (name := _known(said[1].decode("ascii", "replace"))) and name != "utf-8":
        return _with_note(content, name, "")
    name = _likely(content[: 1 << 16])
    return _with_note(content, name, f"its encoding is not said, or not that; read as {name}")


def is_plain_utf8(content: bytes) -> bool:
    """Whether a text file can be quoted as it is."""
    if content.startswith(tuple(mark for mark, _ in _BOMS)):
        return False
    try:
        return not _CONTROL.search(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _with_note(content: bytes, name: str, note: str) -> tuple[str, str, str]:
    text = content.decode(name, "replace").encode("utf-8", "replace").decode("utf-8")
    lost = text.count("\ufffd")
    return (
        text,
        name,
        "; ".join(
            filter(
                None,
                (note, f"{lost:,} bytes or pairs could not be read, and stand as \ufffd" if lost else ""),
            )
        ),
    )


def _known(said: str) -> str:
    try:
        found = codecs.lookup(said)
    except (LookupError, ValueError):
        return ""
    return (
        found.name
        if found._is_text_encoding and not found.name.startswith(("utf-7", "idna", "punycode", "unicode_"))
        else ""
    )


def _likely(content: bytes) -> str:
    """UTF-8 with faults, Korean, Cyrillic or western bytes, by what makes the likeliest letters."""
    whole = content.decode("utf-8", "replace")
    high = sum(byte > 127 for byte in content)
    if high and whole.count("\ufffd") * 4 < high:
        return "utf-8"
    try:
        korean = content.decode("cp949")
        if sum("가" <= c <= "힣" for c in korean) * 2 >= high * 0.8:
            return "cp949"
    except UnicodeDecodeError:
        pass
    best, most = "cp1252", 0.0
    for name in ("cp1251", "koi8-r", "cp866"):
        said = content.decode(name, "replace")
        small = sum("а" <= c <= "я" or c in "іїєґё" for c in said)
        if small > most and small > 0.6 * high:
            best, most = name, small
    return best
