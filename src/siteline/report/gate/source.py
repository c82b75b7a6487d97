"""
A brief's Markdown, read: CommonMark with tables, a head in TOML between two lines of `+++`, and citations in square brackets.

A citation stands after what it supports, `[@hall; @claim:C010; judgement]`, before or after the full stop. What is no brief is
refused with its line; nothing of a file is ever run, fetched or passed on as HTML.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from siteline.model.edition import Block, BriefFigure, BriefText, Citation, Sentence, SentenceKind
from siteline.model.errors import BadBrief
from siteline.model.likelihood import TermSet

Split = Callable[[str], Sequence[tuple[int, int]]]
"""Where the sentences of a text lie: (first character, one past the last), in order, apart from each other."""

KINDS = (
    "claim",
    "statement",
    "event",
    "size",
    "count",
    "query",
    "exhibit",
    "finding",
    "survey",
    "assessment",
)
"""What can be cited."""

FIGURES = ("pair", "filmstrip", "timelapse", "map", "timeline", "exhibit", "chart")
"""What can be pictured."""

_MARKS = {kind.value: kind for kind in SentenceKind if kind is not SentenceKind.HEADING}
_EDITORIAL = "editorial"
_REF = r"[\w][\w.:/+-]*"
_CITE = re.compile(rf"@(?:(?P<kind>[a-z]+):)?(?P<ref>{_REF})")
_GROUP = re.compile(r"\s*\[(?P<inside>[^\[\]]{1,4000})\]")
_NAME = re.compile(r"[\w][\w-]*")
_HEAD = re.compile(
    r"\A\ufeff?\+\+\+[ \t]*\r?\n(?P<head>.*?)^\+\+\+[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
"""An editor's note to another; never printed."""

_KEYS = ("title", "language", "terms", "as-of", "authors", "sources")
LARGEST, LONGEST_BLOCK, LONGEST_SENTENCE = 20_000_000, 200_000, 4_000
"""Characters of a brief, of one paragraph and of one sentence; nobody can check what is longer."""


@dataclass
class _Reading:
    """What has been read so far."""

    names: Mapping[str, Citation]
    split: Split
    first_line: int
    sentences: list[Sentence] = field(default_factory=list)
    figures: list[BriefFigure] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


def read_brief(text: str, split: Split) -> BriefText:
    """
    The brief in `text`.

    Raises BadBrief, with the line: no or a broken head, a citation of something unknown, a mark that is none, a picture that
    would have to be fetched.
    """
    if len(text) > LARGEST:
        raise BadBrief(f"the brief has {len(text):,} characters; {LARGEST:,} is the most that is read")
    found = _HEAD.match(text)
    if found is None:
        raise BadBrief(
            "the brief has no head",
            'Begin the file with +++, title = "…", and +++; siteline brief new writes one for you.',
        )
    head = _read_head(found["head"])
    names = _read_names(head.get("sources", {}))
    reading = _Reading(names, split, text.count("\n", 0, found.end()) + 1)
    body = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text[found.end() :])
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(body)
    _read_blocks(tokens, reading)
    return BriefText(
        head["title"],
        head.get("language", "en"),
        _terms(head.get("terms")),
        _as_of(head.get("as-of")),
        tuple(head.get("authors", ())),
        tuple(reading.sentences),
        tuple(reading.figures),
        tuple(reading.blocks),
        tuple(names.items()),
    )


# --- the head -----------------------------------------------------------------------------------------


def _read_head(text: str) -> dict[str, Any]:
    try:
        head = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadBrief(f"the head of the brief is no TOML: {error}") from error
    if odd := [key for key in head if key not in _KEYS]:
        raise BadBrief(
            f"the head of the brief has an unknown line: {odd[0]!r}", f"Known: {', '.join(_KEYS)}."
        )
    if not isinstance(head.get("title"), str) or not head["title"].strip():
        raise BadBrief("the head of the brief has no title", 'Add title = "…" between the two lines of +++.')
    language = head.get("language", "en")
    if not isinstance(language, str) or not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", language):
        raise BadBrief(
            f"language is no language tag: {language!r}", 'Write language = "en", "uk" or "ko-KP".'
        )
    authors = head.get("authors", [])
    if not isinstance(authors, list) or not all(isinstance(a, str) and a.strip() for a in authors):
        raise BadBrief("authors is no list of names", 'Write authors = ["A. Analyst", "B. Reader"].')
    return head


def _terms(said: Any) -> TermSet | None:
    if said is None:
        return None
    if said not in ("A", "B"):
        raise BadBrief(
            f"terms is neither A nor B: {said!r}", 'ICD 203 has two columns of words: write terms = "A".'
        )
    return TermSet(said)


def _as_of(said: Any) -> date | None:
    if said is None:
        return None
    if isinstance(said, datetime):
        return said.date()
    if isinstance(said, date):
        return said
    try:
        return date.fromisoformat(said)
    except (TypeError, ValueError) as error:
        raise BadBrief(f"as-of is no day: {said!r}", "Write as-of = 2024-11-25.") from error


def _read_names(sources: Any) -> dict[str, Citation]:
    if not isinstance(sources, dict):
        raise BadBrief(
            "sources is no table", 'Write [sources] and below it lines such as hall = "event:7f3a".'
        )
    names = {}
    for name, said in sources.items():
        kind, colon, ref = said.partition(":") if isinstance(said, str) else ("", "", "")
        if not colon or kind not in KINDS or not re.fullmatch(_REF, ref):
            raise BadBrief(
                f"the source {name!r} is {said!r}", f"Write KIND:ID; kinds are {', '.join(KINDS)}."
            )
        if not _NAME.fullmatch(name):
            raise BadBrief(f"the name of a source is one word: {name!r}")
        names[name] = Citation(kind, ref, name)
    return names


# --- the body -----------------------------------------------------------------------------------------


def _read_blocks(tokens: Sequence[Token], reading: _Reading) -> None:
    lists: list[bool] = []  # numbered or not, outermost first
    quotes, heading, in_head, in_cell, cells, row_line = 0, 0, False, False, list[str](), 0
    for token in tokens:
        line = reading.first_line + (token.map[0] if token.map else 0)
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                lists.append(token.type.startswith("ordered"))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "blockquote_open":
                quotes += 1
            case "blockquote_close":
                quotes -= 1
            case "heading_open":
                heading = int(token.tag[1:])
            case "heading_close":
                heading = 0
            case "thead_open" | "thead_close":
                in_head = token.type == "thead_open"
            case "tr_open":
                cells, row_line = [], line
            case "tr_close":
                _add(reading, "head_row" if in_head else "row", 0, "\t".join(cells), row_line)
            case "fence" | "code_block":
                reading.blocks.append(Block(len(reading.blocks), "code", 0, token.content))
            case "td_open" | "th_open" | "td_close" | "th_close":
                in_cell = token.type.endswith("open")
            case "inline" if in_cell:
                cells.append(" ".join(_plain(token, reading, line).split()))
            case "inline" if picture := _only_picture(token):
                _add_figure(reading, picture, line)
            case "inline":
                shape = "heading" if heading else "quote" if quotes else "item" if lists else "paragraph"
                depth = heading or (len(lists) * (-1 if lists and lists[-1] else 1) if shape == "item" else 0)
                _add(reading, shape, depth, _plain(token, reading, line), line)


def _only_picture(token: Token) -> Token | None:
    children = [
        c for c in token.children or () if c.type != "softbreak" and (c.type != "text" or c.content.strip())
    ]
    return children[0] if len(children) == 1 and children[0].type == "image" else None


def _plain(token: Token, reading: _Reading, line: int) -> str:
    """The words of a paragraph without its marks of emphasis; links keep their words."""
    parts = []
    for child in token.children or ():
        match child.type:
            case "text" | "code_inline":
                parts.append(child.content)
            case "softbreak" | "hardbreak":
                parts.append(" ")
            case "image":
                raise BadBrief(
                    f"line {line}: a picture stands in the middle of a paragraph",
                    "Give it a paragraph of its own.",
                )
    return "".join(parts)


def _add_figure(reading: _Reading, token: Token, line: int) -> None:
    source = str(token.attrGet("src") or "")
    shape, colon, said = source.partition(":")
    if not colon or shape not in FIGURES:
        raise BadBrief(
            f"line {line}: a picture that we cannot make: {source[:80]!r}",
            f"Pictures are made from what is on record: ![caption](pair:EVENT); shapes are {', '.join(FIGURES)}.",
        )
    given = reading.names.get(said)
    kind, _, ref = said.partition(":")
    if given is None and kind not in KINDS:
        kind, ref = _PICTURED[shape], said
    if given is None and not re.fullmatch(_REF, ref):
        raise BadBrief(f"line {line}: nothing is named by {said[:80]!r}", "Write pair:NAME or pair:event:ID.")
    cites = given or Citation(kind, ref)
    number = len(reading.blocks)
    caption, groups = _take_out(token.content, reading.names, line)
    caption = " ".join(caption.split())
    alt = str(token.attrGet("title") or "")
    reading.figures.append(
        BriefFigure(f"f{len(reading.figures) + 1}", shape, cites, caption, alt, line, number)
    )
    reading.blocks.append(Block(number, "figure", 0))
    if caption:
        own = (cites, *(c for group in groups for c in group.citations))
        reading.sentences.append(
            Sentence(f"s{len(reading.sentences) + 1}", caption, line, number, citations=own)
        )


_PICTURED = {
    "pair": "event", "filmstrip": "event", "timelapse": "survey", "map": "survey", "timeline": "survey",
    "exhibit": "exhibit", "chart": "query",
}  # fmt: skip
"""What a picture is of, where the file does not say."""


def _add(reading: _Reading, shape: str, depth: int, text: str, line: int) -> None:
    """Take a block's citations out, and divide what is left into sentences."""
    if len(text) > LONGEST_BLOCK:
        raise BadBrief(f"line {line}: a paragraph of {len(text):,} characters", "Divide it into paragraphs.")
    plain, groups = _take_out(
        text if shape in ("row", "head_row") else " ".join(text.split()), reading.names, line
    )
    number = len(reading.blocks)
    reading.blocks.append(Block(number, shape, depth, plain if shape in ("row", "head_row") else ""))
    if shape == "head_row":
        return
    spans = [(0, len(plain))] if shape in ("heading", "row") else list(reading.split(plain))
    spans = [span for span in spans if plain[span[0] : span[1]].strip()]
    if not spans:
        if groups:
            raise BadBrief(
                f"line {line}: a citation stands alone", "Put it behind the sentence that it supports."
            )
        return
    cited = _assign(spans, groups)
    for (start, end), (citations, marks) in zip(spans, cited, strict=True):
        if end - start > LONGEST_SENTENCE:
            raise BadBrief(
                f"line {line}: a sentence of {end - start:,} characters", "Divide it into sentences."
            )
        kind = SentenceKind.HEADING if shape == "heading" else _kind(marks, line)
        said = " ".join(plain[start:end].split()) if shape != "row" else plain[start:end]
        reading.sentences.append(
            Sentence(
                f"s{len(reading.sentences) + 1}", said, line, number, kind, _EDITORIAL in marks, citations
            )
        )


def _kind(marks: Sequence[str], line: int) -> SentenceKind:
    kinds = {_MARKS[mark] for mark in marks if mark != _EDITORIAL}
    if len(kinds) > 1:
        raise BadBrief(f"line {line}: a sentence is marked as {' and '.join(sorted(k.value for k in kinds))}")
    return kinds.pop() if kinds else SentenceKind.FACT


@dataclass(frozen=True, slots=True)
class _Group:
    """One pair of square brackets, taken out."""

    at: int
    """Where it stood, in the text without citations."""

    citations: tuple[Citation, ...]
    marks: tuple[str, ...]


def _take_out(text: str, names: Mapping[str, Citation], line: int) -> tuple[str, list[_Group]]:
    """The text without citations, and what they were."""
    parts, groups, at, done = list[str](), list[_Group](), 0, 0
    for found in _GROUP.finditer(text):
        read = _read_group(found["inside"], names, line)
        if read is None:
            continue
        parts.append(text[done : found.start()])
        at += found.start() - done
        done = found.end()
        groups.append(_Group(at, *read))
    return "".join((*parts, text[done:])), groups


def _read_group(
    inside: str, names: Mapping[str, Citation], line: int
) -> tuple[tuple[Citation, ...], tuple[str, ...]] | None:
    """What a pair of brackets cites; None where it is no citation, such as [sic]."""
    items = [item.strip() for item in inside.split(";")]
    if not any(item.startswith("@") or item in _MARKS or item == _EDITORIAL for item in items):
        return None
    citations, marks = [], []
    for item in filter(None, items):
        if item in _MARKS or item == _EDITORIAL:
            marks.append(item)
            continue
        found = _CITE.fullmatch(item)
        if found is None:
            raise BadBrief(
                f"line {line}: neither a citation nor a mark: {item[:80]!r}",
                f"Write @NAME or @KIND:ID; marks are {', '.join((*_MARKS, _EDITORIAL))}.",
            )
        citations.append(_cited(found, names, line))
    return tuple(citations), tuple(marks)


def _cited(found: re.Match[str], names: Mapping[str, Citation], line: int) -> Citation:
    kind, ref = found["kind"], found["ref"]
    if kind is None:
        if ref not in names:
            raise BadBrief(
                f"line {line}: nothing is called {ref!r}",
                f'Add {ref} = "KIND:ID" under [sources], or write @KIND:ID; kinds are {", ".join(KINDS)}.',
            )
        return names[ref]
    if kind not in KINDS:
        raise BadBrief(
            f"line {line}: nothing of the kind {kind!r} can be cited", f"Kinds: {', '.join(KINDS)}."
        )
    return Citation(kind, ref)


def _assign(
    spans: Sequence[tuple[int, int]], groups: Sequence[_Group]
) -> Iterator[tuple[tuple[Citation, ...], tuple[str, ...]]]:
    """Citations and marks of each sentence: of the one in which, or right behind which, the brackets stood."""
    ends = [start for _, (start, _) in pairwise(spans)] + [max(len_end for _, len_end in spans) + 1_000_000]
    begins = [-1, *ends[:-1]]
    for begin, end in zip(begins, ends, strict=True):
        own = [group for group in groups if begin < group.at <= end or (begin == -1 and group.at == 0)]
        # a bracket right where the next sentence begins belongs to the one before
        citations = tuple({(c.kind, c.ref): c for group in own for c in group.citations}.values())
        yield citations, tuple(mark for group in own for mark in group.marks)
