"""`KN-23/24` and `A or B`: a text that names one of several things is a set, and an alias of none."""

from __future__ import annotations

import re
import unicodedata

_OR = re.compile(r"\s+(?:and/or|or possibly|or|oder|ou|або|чи|или|либо|또는|혹은|이나)\s+", re.I)
_SLASH = re.compile(r"\s*[/|／]\s*")
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—−﹣－", "-"))
_STEM = re.compile(r"^(.*?)(\d+[^\W\d_]?)$")
_REST = re.compile(r"^-?\d+[^\W\d_]?$|^[^\W\d_]$")
MOST = 12
"""Alternatives that are told apart in one text."""


def alternatives(text: str) -> list[str]:
    """
    The things that a text offers, each spelled out: `KN-23/24` gives KN-23 and KN-24. One or none: it is no composite.

    A part of digits alone takes over what stands before the digits of its neighbour; a part of one letter what stands before the
    letter (`Hwasong-11A/B`).
    """
    text = unicodedata.normalize("NFKC", text).translate(_HYPHENS).strip()
    parts = [part for half in _OR.split(text) for part in _SLASH.split(half) if part]
    if not 2 <= len(parts) <= MOST:
        return [text] if text else []
    whole: list[str] = []
    for part in parts:
        whole.append(_completed(whole[-1], part) if whole and _REST.match(part) else part)
    return list(dict.fromkeys(whole))


def _completed(before: str, part: str) -> str:
    """A short part with the beginning of the one before it."""
    found = _STEM.match(before)
    if found is None:
        return part
    stem, number = found.groups()
    if part.isalpha():
        return stem + re.sub(r"[^\d]$", "", number) + part
    return stem + part.removeprefix("-")
