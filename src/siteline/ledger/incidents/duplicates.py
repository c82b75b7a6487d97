"""Reports that may tell of one incident: proposed with reasons, never put together without a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rapidfuzz.distance import Indel

from siteline.ledger.incidents.rows import Kept
from siteline.ledger.incidents.spots import folded, kilometres
from siteline.ledger.incidents.weapons import Mapping
from siteline.model.incident import Judged


@dataclass(frozen=True, slots=True)
class Rules:
    """When two reports are proposed; options, and shown with the proposals."""

    days: int = 1
    km: float = 5.0
    text: float = 0.85
    longest_days: float = 3.0
    """A longer window is a scope that holds incidents, not one of them."""

    most: int = 10_000
    """Proposals beyond which the rest is only counted."""

    looked: int = 500_000
    """Pairs that are looked at; those that share what is rarest come first, and what was not looked at is said."""


RULES = Rules()
_WITHHELD = {"", "withheld", "source withheld", "anonymous", "confidential", "unknown", "n/a", "none", "-"}
_TEXTS = ("notes", "note", "source_headline", "where_description", "description")
_SHORTEST = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two reports that may be one incident."""

    a: str
    b: str
    reasons: tuple[str, ...]
    score: int
    """How many kinds of reasons there are."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """What was found, and what was not shown or looked at."""

    candidates: list[Candidate]
    """Best first."""

    left: int
    """Pairs with reasons beyond `rules.most`."""

    unseen: int
    """Pairs beyond `rules.looked` that nobody looked at, at most so many: ask again for fewer days."""


def propose(
    kept: Iterable[Kept], mapping: Mapping, judged: Sequence[Judged] = (), rules: Rules = RULES
) -> Proposed:
    """
    Candidates among reports; as many pairs are looked at as `rules` say, however many reports there are.

    Same class (sets that share one, or none named in both) within `days`, and one of: `km` or less apart, the same province or
    locality, the same address, similar text. Pairs on which a person has spoken are not proposed again.
    """
    known = {
        frozenset((a, b)) for one in judged for i, a in enumerate(one.reports) for b in one.reports[i + 1 :]
    }
    limit = timedelta(days=rules.longest_days)
    short = [one for one in kept if one.report.window.end - one.report.window.start <= limit]
    found, left = list[Candidate](), 0
    near = _Near(short, rules)
    for a, b in near:
        if frozenset((a.id, b.id)) in known or not _same_class(a, b, mapping):
            continue
        reasons = _reasons(a, b, rules)
        if not reasons:
            continue
        if len(found) >= rules.most:
            left += 1
            continue
        days = abs((_day(a) - _day(b)).days)
        when = "the same day" if days == 0 else f"{days} day apart"
        shown = a.report.class_text or "no class named"
        found.append(Candidate(a.id, b.id, (when, f"same class ({shown})", *reasons), len(reasons)))
    found.sort(key=lambda one: (-one.score, one.a, one.b))
    return Proposed(found, left, near.unseen)


class _Near:
    """Pairs that share a place, a square of the map, an address or a text's start, within the days; each once."""

    def __init__(self, kept: Sequence[Kept], rules: Rules) -> None:
        self._kept = kept
        self._rules = rules
        self.unseen = 0
        """Complete once all pairs were gone through."""

    def __iter__(self) -> Iterator[tuple[Kept, Kept]]:
        days = [_day(one).toordinal() for one in self._kept]
        buckets: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for i in sorted(range(len(days)), key=days.__getitem__):
            for name in _names(self._kept[i]):
                buckets[name].append(i)
        seen = set[tuple[int, int]]()
        for members in sorted(buckets.values(), key=len):  # what few share says most
            until = 0
            for n, i in enumerate(members):
                until = max(until, n + 1)
                while until < len(members) and days[members[until]] - days[i] <= self._rules.days:
                    until += 1
                for place in range(n + 1, until):
                    if len(seen) >= self._rules.looked:
                        self.unseen += until - place
                        break
                    j = members[place]
                    pair = (min(i, j), max(i, j))
                    if i != j and pair not in seen:
                        seen.add(pair)
                        yield self._kept[pair[0]], self._kept[pair[1]]


def _names(one: Kept) -> Iterator[tuple[str, ...]]:
    spot = one.report.spot
    if spot.province:
        yield "province", folded(spot.country), folded(spot.province)
    elif spot.locality:
        yield "locality", folded(spot.country), folded(spot.locality)
    if spot.lat is not None and spot.lon is not None:
        y, x = round(spot.lat * 10), round(spot.lon * 10)
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                yield "square", str(y + dy), str(x + dx)
    if address := _address(one):
        yield "address", address
    if text := _text(one):
        yield "text", text[:30]


def _reasons(a: Kept, b: Kept, rules: Rules) -> list[str]:
    reasons = list[str]()
    p, q = a.report.spot, b.report.spot
    km = kilometres(p, q)
    if km is not None and km <= rules.km:
        reasons.append(f"{km:.1f} km apart")
    elif p.province and folded(p.province) == folded(q.province) and folded(p.country) == folded(q.country):
        reasons.append(f"same province ({p.province})")
    elif p.locality and not p.province and not q.province and folded(p.locality) == folded(q.locality):
        reasons.append(f"same place ({p.locality})")
    if _address(a) and _address(a) == _address(b):
        reasons.append("same address of the source")
    first, second = _text(a), _text(b)
    if first and second:
        likeness = Indel.normalized_similarity(first[:2000], second[:2000], score_cutoff=rules.text)
        if likeness >= rules.text:
            reasons.append(f"text alike to {likeness:.0%}")
    return reasons


def _same_class(a: Kept, b: Kept, mapping: Mapping) -> bool:
    p, q = mapping.meant(a.report.class_text).classes, mapping.meant(b.report.class_text).classes
    return bool(p & q) or not (p or q)


def _address(one: Kept) -> str:
    """The address of its source; a source that is withheld is nobody's."""
    url = one.report.url.strip()
    return "" if url.casefold() in _WITHHELD else url


def _text(one: Kept) -> str:
    said = next((one.report.cells[name] for name in _TEXTS if one.report.cells.get(name)), "")
    flat = " ".join(said.split()).casefold()
    return flat if len(flat) >= _SHORTEST else ""


def _day(one: Kept) -> date:
    return date.fromisoformat(one.report.window.day)
