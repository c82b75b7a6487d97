"""Whether addresses that changed changed by a rule: then a site moved, and nobody deleted anything."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from urllib.parse import urlsplit

FEWEST = 3
"""Moves of one form that make a rule."""

_REGULAR_SHARE = 0.6
_RENAMED = 0.7
_LONGEST = 300
"""Letters of a title that are compared."""

_FEW_PAIRS = 10_000
"""Up to so many, every title that went is compared with every one that came."""

_FEW_WORDS, _MANY_BEARING, _FEW_RIVALS = 8, 500, 10
"""Beyond: the rarest words of a title, titles that bear one, and how many of those are compared."""

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
    """
    Titles that went beside titles that came, where the words are nearly the same: proposals, no more.

    Of many, each is held only against those that share most words with it: a page can have thousands of titles, and change all.
    """
    before = {title: _plain(title) for title in lost}
    after = {title: _plain(title) for title in new}
    scored = sorted(
        (
            (score, one, other)
            for one, other in _pairs(before, after)
            if (score := _likeness(before[one], after[other])) >= _RENAMED
        ),
        reverse=True,
    )
    found, told = list[tuple[str, str]](), set[str]()
    answered = set[str]()
    for _, one, other in scored:
        if one not in told and other not in answered:
            found.append((one, other))
            told.add(one)
            answered.add(other)
    return found


def _likeness(one: str, other: str) -> float:
    """How alike two titles are; 0 where a cheaper look shows that they are not alike enough."""
    matcher = SequenceMatcher(None, one, other)
    is_near = matcher.real_quick_ratio() >= _RENAMED and matcher.quick_ratio() >= _RENAMED
    return matcher.ratio() if is_near else 0.0


def _pairs(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Pairs worth comparing: all, if they are few."""
    if len(before) * len(after) <= _FEW_PAIRS:
        yield from ((one, other) for one in before for other in after)
        return
    bearing: dict[str, list[str]] = {}
    for other, plain in after.items():
        for word in set(plain.split()):
            bearing.setdefault(word, []).append(other)
    for one, plain in before.items():
        shared = Counter[str]()
        rare = sorted((w for w in set(plain.split()) if w in bearing), key=lambda word: len(bearing[word]))
        for word in rare[:_FEW_WORDS]:
            shared.update(islice(bearing[word], _MANY_BEARING))
        enough = len(rare[:_FEW_WORDS]) / 2
        yield from ((one, other) for other, count in shared.most_common(_FEW_RIVALS) if count >= enough)


def _plain(title: str) -> str:
    return " ".join(re.findall(r"\w+", title[:_LONGEST].casefold().replace(" 's", "s").replace("'s", "s")))
