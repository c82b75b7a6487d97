"""
Makers and listed companies whose names may be one: proposed with score and reasons, for a person to confirm.

Names are compared folded (case, accents, legal form, Cyrillic in Latin). What two names share counts only where it tells
companies apart: the rarest word of each must find its like in the other, so that "Shenzhen A Technology" does not match
"Shenzhen B Technology".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from siteline.ledger.components.companies import company_key, folded, is_legal_form
from siteline.ledger.components.countries import codes_of, name_of
from siteline.model.regime import Listing, Match, Verdict

LEAST = 86.0
"""Score from which a match is proposed, of 100."""

WEAK = 85.0
"""The most that a weak alias earns: it is shown to a person, never strong."""

_SHORTEST = 4
"""Letters below which only the very same name matches."""

_RARE = 84.0
"""How alike the rarest words must be."""


_LEGAL = 79.0
"""How alike a word must be to a legal form to be one misspelt."""


class Index:
    """The names of many listings, folded once."""

    def __init__(self, listings: Iterable[Listing]) -> None:
        self._entries: dict[str, Listing] = {}
        self._names: list[tuple[str, str, Listing, bool]] = []
        for entry in listings:
            seen = set[str]()
            self._entries[entry.key] = entry
            for name, is_weak in [*((n, False) for n in entry.names), *((n, True) for n in entry.weak_names)]:
                fold = folded(name)
                if fold and fold not in seen:
                    seen.add(fold)
                    self._names.append((fold, name, entry, is_weak))
        self._folds = [fold for fold, *_ in self._names]
        self._often = Counter(word for fold in set(self._folds) for word in set(fold.split()))

    def find(
        self,
        maker: str,
        seats: Sequence[str] = (),
        judged: Mapping[tuple[str, str], tuple[Verdict, str, str]] | None = None,
        key: str = "",
        least: float = LEAST,
    ) -> list[Match]:
        """Listings that may be this maker, best first; what a person judged to be different comes with that verdict."""
        from rapidfuzz import fuzz, process

        asked = folded(maker)
        if not asked:
            return []
        best: dict[str, Match] = {}
        close = [
            found
            for scorer in (fuzz.token_sort_ratio, fuzz.ratio)
            for found in process.extract(asked, self._folds, scorer=scorer, score_cutoff=least - 6, limit=60)
        ]
        glued = asked.replace(" ", "")
        places = {place for *_, place in close} | {
            place for place, fold in enumerate(self._folds) if fold == asked or fold.replace(" ", "") == glued
        }
        for place in sorted(places):
            fold, name, entry, is_weak = self._names[place]
            score, reasons = self._score(asked, fold, maker, name)
            if is_weak:
                score, reasons = min(score, WEAK), [*reasons, "the list calls this alias weak"]
            if score < (min(least, WEAK) if is_weak else least):
                continue
            reasons += _seat_reason(seats, entry)
            verdict, why, who = (judged or {}).get((key, entry.key), (None, "", ""))
            match = Match(maker, entry, name, round(score, 1), tuple(reasons), verdict, why, who)
            if entry.key not in best or match.score > best[entry.key].score:
                best[entry.key] = match
        for (judged_maker, entry_key), (verdict, why, who) in (judged or {}).items():
            if (
                judged_maker == key
                and verdict is Verdict.SAME
                and entry_key in self._entries.keys() - best.keys()
            ):
                entry, said = self._entries[entry_key], "by a person's word; the names are not alike"
                best[entry_key] = Match(maker, entry, entry.name, 0.0, (said,), verdict, why, who)
        return sorted(
            best.values(),
            key=lambda m: (m.verdict is Verdict.DIFFERENT, -m.score, m.listing.name, m.listing.key),
        )

    def _score(self, asked: str, fold: str, maker: str, name: str) -> tuple[float, list[str]]:
        from rapidfuzz import fuzz

        if maker == name:
            return 100.0, ["the name as it is listed"]
        if asked == fold:
            return 100.0, ["the same name but for case, legal form or script"]
        if asked.replace(" ", "") == fold.replace(" ", ""):
            return 98.0, ["the same letters, divided otherwise"]
        if min(len(asked), len(fold)) < _SHORTEST:
            return 0.0, []
        ours, theirs = self._rarest(asked), self._rarest(fold)
        rare = min(
            _likeness(ours, {*fold.split(), *company_key(name).split()}),
            _likeness(theirs, set(asked.split())),
        )
        if rare < _RARE:
            return 0.0, []
        score = min(97.0, max(fuzz.token_sort_ratio(asked, fold), fuzz.ratio(asked, fold)))
        return score, [f"spelled nearly alike ({score:.0f} of 100); its rarest word fits {rare:.0f} of 100"]

    def _rarest(self, fold: str) -> str:
        return min(fold.split(), key=lambda word: (self._often[word], -len(word), word))


def _likeness(word: str, words: set[str]) -> float:
    """How like a word is to the likest of some, 0–100; a letter lost from "Ltd" or "JSC" does not count against it."""
    from rapidfuzz import fuzz

    best = max(words, key=lambda other: (fuzz.ratio(word, other), other))
    ratio = float(fuzz.ratio(word, best))
    return 100.0 if is_legal_form(best) and ratio >= _LEGAL else ratio


def _seat_reason(seats: Sequence[str], entry: Listing) -> list[str]:
    listed = {code for said in entry.countries for code in (codes_of(said) or ())}
    if not seats or not listed:
        return []
    if listed & set(seats):
        return [f"both of {', '.join(name_of(c) for c in sorted(listed & set(seats)))}"]
    return [
        f"countries differ: {', '.join(map(name_of, seats))} here, {', '.join(map(name_of, sorted(listed)))} on the list"
    ]
