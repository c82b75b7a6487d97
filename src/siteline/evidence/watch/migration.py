"""Whether addresses that changed changed by a rule: then a site moved, and nobody deleted anything."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from urllib.parse import urlsplit

FEWEST = 3
"""Moves of one form that make a rule."""

_REGULAR_SHARE = 0.6
_RENAMED = 0.7
_VARIABLE = re.compile(r"\d|^[0-9a-f]{8,}$|.{25,}")


@dataclass(frozen=True, slots=True)
class Rule:
    """Addresses of one form became addresses of another."""

    old: str
    """With {} for what varies."""

    new: str
    pairs: tuple[tuple[str, str], ...]


def form_of(url: str) -> str:
    """An address with {} in place of its last part and of whatever looks like a number or key."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    segments = [s for s in parts.path.split("/") if s]
    shown = []
    for place, segment in enumerate(segments):
        is_last = place == len(segments) - 1
        stem, dot, ending = segment.rpartition(".")
        tail = f".{ending}" if dot and stem and len(ending) <= 6 and is_last else ""
        shown.append("{}" + tail if is_last or _VARIABLE.search(segment) else segment)
    query = (
        "?" + "&".join(sorted(p.partition("=")[0] + "={}" for p in parts.query.split("&")))
        if parts.query
        else ""
    )
    return f"{parts.netloc}/{'/'.join(shown)}{query}"


def rules_of(moves: Iterable[tuple[str, str]]) -> list[Rule]:
    """The rules that explain most of these moves; none if most follow no rule."""
    pairs = list(dict.fromkeys(pair for pair in moves if pair[0] != pair[1]))
    forms: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for old, new in pairs:
        forms.setdefault((form_of(old), form_of(new)), []).append((old, new))
    found = [
        Rule(old, new, tuple(of_form))
        for (old, new), of_form in forms.items()
        if len(of_form) >= FEWEST and len({new for _, new in of_form}) == len(of_form)
    ]
    regular = sum(len(rule.pairs) for rule in found)
    return found if found and regular >= _REGULAR_SHARE * len(pairs) else []


def likely_renamed(lost: Iterable[str], new: Iterable[str]) -> list[tuple[str, str]]:
    """Titles that went beside titles that came, where the words are nearly the same: proposals, no more."""
    scored = sorted(
        (
            (SequenceMatcher(None, _plain(one), _plain(other)).ratio(), one, other)
            for one in lost
            for other in new
        ),
        reverse=True,
    )
    found: list[tuple[str, str]] = []
    for score, one, other in scored:
        if score >= _RENAMED and all(one != a and other != b for a, b in found):
            found.append((one, other))
    return found


def _plain(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold().replace(" 's", "s").replace("'s", "s")))
