"""What a page is known by again: its bytes, its words, its shape, its media; and how alike two pages are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from siteline.evidence.watch.page import Page, read_page

ALIKE = 0.9
"""Pages at least as similar as this are the same page."""

_FEW_WORDS = 40
"""Below, 64 bits say too little: words are compared one by one."""

_SKETCH = 64
_MOST_WORDS = 20_000
_OWN_NAME = 16
"""Letters of a name that nobody gives to a logo."""

_WORD = re.compile(r"\w+")
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE = re.compile(
    r"[\[(]?\b(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4}"
    rf"|\d{{1,2}}\.? (?:{_MONTHS})[a-z]*\.?,? \d{{4}}|(?:{_MONTHS})[a-z]*\.? \d{{1,2}},? \d{{4}})\b"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?[\])]?|\b\d{4}년 ?\d{1,2}월 ?\d{1,2}일",
    re.I,
)
_GONE_WORDS = re.compile(
    r"(?i)no longer available|has been (?:removed|deleted)|page (?:was )?not found|does not exist|content unavailable"
    r"|\b404\b|видео недоступно|страница не найдена|삭제된|찾을 수 없"
)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What one answer is known by again."""

    sha256: str
    """Of the payload."""

    is_page: bool
    """Whether it is text with markup; else only its bytes can be compared."""

    title: str = ""
    """Dates left out."""

    words: int = 0
    """Of the main text."""

    simhash: str = ""
    """64 bits of the main text's runs of three words, hexadecimal."""

    sketch: tuple[int, ...] = ()
    """The 64 smallest hashes of its words."""

    outline: str = ""
    """64 bits of its elements and their parents, hexadecimal."""

    media: tuple[str, ...] = ()
    """Names of pictures, video and sound in the main part, sorted."""

    marks: tuple[str, ...] = ()
    """What is known from interstitials."""

    suspicions: tuple[str, ...] = ()
    """Words that make one look twice; never a verdict."""

    is_shell: bool = False
    """Scripts and next to no words: without a browser nothing can be said."""


def fingerprint(body: bytes, url: str = "", content_type: str = "") -> Fingerprint:
    """What the bytes at an address are known by; the address's own words, often echoed, are left out."""
    sha256 = hashlib.sha256(body).hexdigest()
    if not _is_page(body, content_type):
        return Fingerprint(sha256, False)
    return of_page(read_page(body, url, content_type), sha256, url)


def of_page(page: Page, sha256: str, url: str) -> Fingerprint:
    """The fingerprint of a page that was read."""
    path, plain = _path(url), page.text
    for echoed in (url, unquote(path), path, PurePosixPath(unquote(path)).name):
        if len(echoed) > 4:
            plain = plain.replace(echoed, " ")
    words = _WORD.findall(_DATE.sub(" ", plain).lower())[:_MOST_WORDS]
    runs = [" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2))] if words else []
    sketch = tuple(sorted({_hash(word) >> 32 for word in words})[:_SKETCH])
    names = {PurePosixPath(_path(m)).name or m for m in page.media}
    return Fingerprint(
        sha256,
        True,
        " ".join(_DATE.sub(" ", page.title).split()).strip(" -|·,"),
        len(words),
        _simhash(runs),
        sketch,
        _simhash(page.paths),
        tuple(sorted(names)),
        page.marks,
        tuple(dict.fromkeys(m[0].lower() for m in _GONE_WORDS.finditer(f"{page.title}\n{page.text}"[:20_000])))[:5],
        page.has_scripts and len(words) < 10,
    )  # fmt: skip


def similarity(one: Fingerprint, other: Fingerprint) -> float:
    """How much of the main text two answers share: 1 the same bytes or words, about 0.5 nothing in a long text."""
    if one.sha256 == other.sha256:
        return 1.0
    if not (one.is_page and other.is_page) or not (one.words and other.words):
        return 0.0
    if min(one.words, other.words) < _FEW_WORDS:
        mine, theirs = set(one.sketch), set(other.sketch)
        return len(mine & theirs) / len(mine | theirs)
    return 1 - (int(one.simhash, 16) ^ int(other.simhash, 16)).bit_count() / 64


def outline_similarity(one: Fingerprint, other: Fingerprint) -> float:
    """How alike two pages are built."""
    if not (one.outline and other.outline):
        return 0.0
    return 1 - (int(one.outline, 16) ^ int(other.outline, 16)).bit_count() / 64


def are_alike(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two answers are the same page."""
    return similarity(one, other) >= ALIKE


def own_media(print_: Fingerprint) -> set[str]:
    """Names of pictures, video and sound in the main part that are too long to be chance."""
    return {name for name in print_.media if len(name) >= _OWN_NAME}


def as_json(print_: Fingerprint) -> dict[str, Any]:
    """A fingerprint as it stands in rows."""
    return asdict(print_)


def from_json(told: Mapping[str, Any]) -> Fingerprint:
    """The fingerprint that `as_json` told."""
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in told.items()}
    return Fingerprint(**values)


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return url


def _is_page(body: bytes, content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    head = body[:1024].lstrip().lower()
    if (
        head.startswith((b"<!doctype html", b"<html", b"<?xml", b"<head", b"<body", b"<!--"))
        or b"<html" in head
    ):
        return True
    if b"\0" in head or kind.startswith(("image/", "video/", "audio/", "application/pdf")):
        return False
    return kind in ("text/html", "application/xhtml+xml", "text/plain", "") and _is_text(body[:1024])


def _is_text(head: bytes) -> bool:
    return sum(byte < 9 or 13 < byte < 32 for byte in head) == 0


@lru_cache(maxsize=65_536)
def _hash(word: str) -> int:
    return int.from_bytes(
        hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big"
    )


def _simhash(features: Iterable[str]) -> str:
    """Charikar's hash: each bit by the majority of the features, each feature counted once."""
    counts = [0] * 64
    for value in {_hash(feature) for feature in features}:
        for bit in range(64):
            counts[bit] += 1 if value >> bit & 1 else -1
    return f"{sum(1 << bit for bit, count in enumerate(counts) if count > 0):016x}"
