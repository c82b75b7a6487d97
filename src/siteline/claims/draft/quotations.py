"""Quotations of a text: all kinds of marks, nested, and running over paragraphs; one pass, no step back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_CLOSERS = {
    "“": "”", "„": "“”", "«": "»", "‹": "›", "『": "』", "「": "」", "《": "》", "〈": "〉", "‘": "’", '"': '"', "'": "'",
    "‚": "‘’",
}  # fmt: skip
_MARK = re.compile("[" + re.escape("".join(_CLOSERS) + "”’»›』」》〉") + "]|\n[^\\S\n]*\n\\s*")
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Quotation:
    """Quoted words, with their marks."""

    start: int
    """Of the opening mark."""

    end: int
    """One past the closing mark."""

    depth: int
    """0: not inside another."""


@dataclass(slots=True)
class _Open:
    mark: str
    start: int
    paragraph: int


def find_quotations(text: str) -> tuple[Quotation, ...]:
    """
    Quotations, by where they begin.

    A mark that opens at the end of a paragraph without closing goes on in the next one if that begins with the same mark, as
    printers do; otherwise it was no quotation.
    """
    found: list[Quotation] = []
    stack: list[_Open] = []
    paragraph = 0
    for hit in _MARK.finditer(text):
        mark, at = hit.group(), hit.start()
        if mark[0] == "\n":
            paragraph += 1
            stack = _carried(stack, text, hit.end())
            continue
        if stack and _closes(stack, mark, text, at):
            while stack[-1].mark != _opener(stack, mark):
                stack.pop()  # left open inside
            opened = stack.pop()
            found.append(Quotation(opened.start, at + 1, len(stack)))
        elif mark in _CLOSERS and len(stack) < _DEEPEST and _opens(mark, text, at):
            if stack and stack[-1].mark == mark and stack[-1].paragraph < paragraph and _begins(text, at):
                stack[-1].paragraph = paragraph  # the same quotation, in its next paragraph
            else:
                stack.append(_Open(mark, at, paragraph))
    return tuple(sorted(found, key=lambda q: (q.start, -q.end)))


def outer(quotations: Sequence[Quotation]) -> tuple[Quotation, ...]:
    """Those that lie in no other."""
    kept: list[Quotation] = []
    for quotation in quotations:
        if not kept or quotation.start >= kept[-1].end:
            kept.append(quotation)
    return tuple(kept)


def _opener(stack: Sequence[_Open], mark: str) -> str:
    return next(o.mark for o in reversed(stack) if mark in _CLOSERS[o.mark])


def _closes(stack: Sequence[_Open], mark: str, text: str, at: int) -> bool:
    """Whether a mark ends something that is open."""
    if not any(mark in _CLOSERS[o.mark] for o in stack):
        return False
    if mark == '"' and _begins(text, at) and not _ends_here(text, at):
        return False  # the same quotation, in its next paragraph
    if mark in "’'":
        return not _between_letters(text, at) and _ends_here(text, at)
    if mark == "“":  # closes „; opens otherwise
        return stack[-1].mark == "„"
    return True


def _opens(mark: str, text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if not after or after.isspace():
        return False
    if mark in "\"'‘‚":
        return (not before or before.isspace() or before in "([{—–-“„«‘\"'/…:") and not (
            mark in "'‘" and not (after.isalnum() or after in '"“')
        )
    return True


def _ends_here(text: str, at: int) -> bool:
    """Whether what comes before is the end of words, not the gap before them."""
    before = text[at - 1 : at]
    return bool(before) and not before.isspace() and before not in "([{—–"


def _begins(text: str, at: int) -> bool:
    """Whether nothing but space is between here and the start of the line."""
    while at > 0 and text[at - 1] in " \t\u00a0":
        at -= 1
    return at == 0 or text[at - 1] == "\n"


def _between_letters(text: str, at: int) -> bool:
    return text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum()


def _carried(stack: list[_Open], text: str, at: int) -> list[_Open]:
    """What stays open over a break of paragraphs: only what the next one takes up with its own opening mark."""
    if not stack:
        return stack
    first = text[at : at + 1]
    return stack[:1] if first and first == stack[0].mark else []
