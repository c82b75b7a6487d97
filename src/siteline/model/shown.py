"""Text from outside as it may be shown: one line, nothing that a terminal or a reader's eye would obey."""

from __future__ import annotations

import unicodedata


def plain(text: str, longest: int = 200) -> str:
    """Controls, direction marks and invisible characters as escapes, spaces run together, at most `longest` characters."""
    seen = []
    for letter in text[: longest + 1]:
        kind = unicodedata.category(letter)
        if letter in "\t\n\r ":
            seen.append(" ")
        elif kind in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            seen.append(f"\\u{ord(letter):04x}")
        else:
            seen.append(letter)
    short = " ".join("".join(seen).split())
    return short if len(text) <= longest else short[: longest - 1] + "…"
