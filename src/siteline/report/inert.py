"""Text from outside, made inert: nothing in it can turn the line around, hide, or go on for ever."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset(
    [
        *(0x00AD, 0x034F, 0x061C, 0x180E, 0xFEFF),
        *range(0x200B, 0x2010),  # zero-width and direction marks
        *range(0x2028, 0x202F),  # separators, embeddings, overrides
        *range(0x2060, 0x2070),  # joiners, isolates
        *range(0xFFF0, 0xFFFC),
        *range(0xE0000, 0xE0080),  # tags
    ]
)
_JOINERS = (0x200C, 0x200D)
"""Needed to spell Persian and the scripts of India; of no use beside ASCII but to deceive."""

LONGEST = 4000
"""Characters of one piece of text that are printed."""


def inert(text: str, longest: int = LONGEST) -> str:
    """
    The text without control, direction and zero-width characters, composed, and of bounded length.

    Escaping for HTML and SVG is done where it is printed; this is for what escaping does not catch.
    """
    kept: list[str] = []
    marks = 0
    spelled = unicodedata.normalize("NFC", text[: 4 * longest])
    for place, letter in enumerate(spelled):
        code = ord(letter)
        if code in _JOINERS and 0 < place < len(spelled) - 1:
            if ord(spelled[place - 1]) > 0x250 and ord(spelled[place + 1]) > 0x250:
                kept.append(letter)
            continue
        category = unicodedata.category(letter)
        if letter in "\n\t":
            kept.append(" ")
        if code in _HIDDEN or category in ("Cc", "Cs", "Co", "Cn"):
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= 3:  # towers of accents cover the lines above
            kept.append(letter)
        if len(kept) > longest:
            return "".join(kept[:longest]) + " […]"
    return "".join(kept) + (" […]" if len(text) > 4 * longest else "")
