"""
What several sources say of one wreck, as parts that each count once.

Two lists of one wreck may name the same parts. Where they share the examiners' numbers, that is known; where they do
not, a count has a range: at least what the longest list says, at most what all say together. A person may say of two rows
that they are one part, or that they are not; then the range is narrower.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from siteline.ledger.components.cliques import fewest, fewest_of_two
from siteline.ledger.judged import apart, together
from siteline.model.component import NOT_IDENTIFIED, Days, Flag, Part
from siteline.model.incident import Judged
from siteline.model.remark import Remark
from siteline.model.tallied import Span

ListId = tuple[str, str]
"""Source, and its list."""

_MOST_REMARKS = 20
FIELDS = ("brand", "manufacturer", "seat", "made_in", "exporter")


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of one wreck, with all that is told of it."""

    wreck: str
    told: tuple[Part, ...]
    """One for each list that has it."""

    @property
    def quantity(self) -> int:
        """How many such parts: the most that a list says."""
        return max(part.item.quantity for part in self.told)

    @property
    def tag(self) -> str:
        """The examiners' number, of the first list that gives one."""
        return next((part.item.tag for part in self.told if part.item.tag), "")

    @property
    def lists(self) -> frozenset[ListId]:
        """Who has it."""
        return frozenset(list_of(part) for part in self.told)

    @property
    def is_counterfeit(self) -> bool:
        """Whether any list calls it counterfeit."""
        return any(Flag.COUNTERFEIT in part.item.flags for part in self.told)

    def values(self, field: str) -> tuple[str, ...]:
        """All that is said of it in one field, sorted; () if nobody knows. Lists that differ make it one or the other."""
        if field == "label":
            said = {part.item.label for part in self.told} - {NOT_IDENTIFIED}
            return tuple(sorted({word for label in said for word in label.split(" | ")}))
        return tuple(sorted({value for part in self.told for value in getattr(part.made, field)}))


@dataclass(frozen=True, slots=True)
class Wreck:
    """One wreck and its parts."""

    key: str
    pieces: tuple[Piece, ...]
    groups: tuple[frozenset[ListId], ...]
    """Lists that use the same numbers for the same parts."""

    examined: Mapping[ListId, int]
    weapons: frozenset[tuple[str, ...]]
    homes: frozenset[str]
    """Countries in which its weapon was made, as sources say; empty if none does."""

    days: Days | None
    """In which it was recovered, by all sources together; None if none says."""

    remarks: tuple[Remark, ...] = ()

    group_of: Mapping[ListId, int] = field(default_factory=dict)
    """Place of each list's group in `groups`."""

    apart: frozenset[frozenset[str]] = frozenset()
    """Keys of rows of which a person said that they are two parts."""

    def span(self, state: Callable[[Piece], int], pieces: Iterable[Piece] | None = None) -> Span:
        """
        How many parts are so: `state` says 2 for surely, 1 for perhaps, 0 for not.

        pieces: those that can be so at all, where it is known; the others need no look.
        """
        states = [(piece, state(piece)) for piece in (self.pieces if pieces is None else pieces)]
        sure = [piece for piece, s in states if s == 2]
        return Span(self._fewest(sure), _sum(piece for piece, s in states if s >= 1))

    def looked_at(self) -> Span:
        """How many parts were examined: what lists say of themselves, and no fewer than they hold."""
        totals, counted = [Span(0, 0)], 0
        for here in self._by_group():
            lists = [max(self.examined.get(one, 0), n) for one, n in _held(here).items()]
            tagged, loose = _sum(p for p in here if p.tag), _sum(p for p in here if not p.tag)
            totals.append(Span(max(tagged, *lists), max(tagged + loose, *lists)))
            counted += tagged + loose
        twice = counted - _sum(self.pieces)  # what a person found to be one part of two lists
        most = sum(one.upper for one in totals) - twice
        return Span(max(self._fewest(self.pieces), *(one.lower for one in totals)), most)

    def _fewest(self, sure: Sequence[Piece]) -> int:
        """The fewest parts that these can be: rows of one list differ, so do numbers of one group, and what people say."""
        weights = {n: piece.quantity for n, piece in enumerate(sure)}
        holders: dict[object, set[int]] = {}
        for n, piece in enumerate(sure):
            for part in piece.told:
                holders.setdefault(list_of(part), set()).add(n)
                if part.item.tag:
                    holders.setdefault(self.group_of[list_of(part)], set()).add(n)
        cliques = list(dict.fromkeys(frozenset(members) for members in holders.values()))
        least = fewest(weights, cliques)
        if not self.apart:
            return least
        keys = [{part.key for part in piece.told} for piece in sure]
        two = {
            frozenset((n, m))
            for n, m in combinations(range(len(sure)), 2)
            if any(frozenset((a, b)) in self.apart for a in keys[n] for b in keys[m])
        }
        two |= {frozenset(pair) for clique in cliques for pair in combinations(clique, 2)}
        for a, b in combinations(cliques, 2):
            least = max(least, fewest_of_two(weights, a, b, lambda n, m: frozenset((n, m)) in two))
        return least

    def _by_group(self) -> Iterable[list[Piece]]:
        """The parts of each group of lists; one that a person found in two groups is in both."""
        found: dict[int, list[Piece]] = {}
        for piece in self.pieces:
            for group in sorted({self.group_of[list_of(part)] for part in piece.told}):
                found.setdefault(group, []).append(piece)
        return found.values()


def list_of(part: Part) -> ListId:
    """The list that a part stands on."""
    return part.source.name, part.source.list


def wrecks_of(parts: Iterable[Part], judged: Sequence[Judged] = ()) -> tuple[Wreck, ...]:
    """The wrecks, by key. judged: what people said of rows, by their keys."""
    by_wreck: dict[str, list[Part]] = {}
    for part in parts:
        by_wreck.setdefault(part.recovery.wreck, []).append(part)
    one, two = together(judged), frozenset(apart(judged))
    return tuple(_wreck(key, by_wreck[key], one, two) for key in sorted(by_wreck))


def _wreck(
    key: str,
    parts: Sequence[Part],
    one_part: Sequence[frozenset[str]] = (),
    two_parts: frozenset[frozenset[str]] = frozenset(),
) -> Wreck:
    parts = sorted(parts, key=lambda part: (*list_of(part), part.item.tag, part.item.marking, part.key))
    lists = sorted({list_of(part) for part in parts})
    group = {one: one for one in lists}
    remarks = list[Remark]()
    tags: dict[ListId, dict[str, Part]] = {one: {} for one in lists}
    for part in parts:
        if part.item.tag:
            tags[list_of(part)][part.item.tag] = part
    for one, other in _sharing(tags):
        shared = sorted(tags[one].keys() & tags[other].keys())
        unlike = [tag for tag in shared if not _alike(tags[one][tag], tags[other][tag])]
        if not unlike:
            old, new = group[other], group[one]
            if old != new:
                group = {name: new if root == old else root for name, root in group.items()}
        elif len(remarks) < _MOST_REMARKS:
            remarks.append(
                Remark(
                    f"wreck {key}",
                    f"{_say(one)} and {_say(other)} number parts differently (item {unlike[0]} has two markings); "
                    "whether they list the same parts cannot be told",
                )
            )
    pieces: dict[tuple[object, ...], list[Part]] = {}
    for part in parts:
        root = group[list_of(part)]
        slot = (root, part.item.tag) if part.item.tag else (root, "", part.key)
        pieces.setdefault(slot, []).append(part)
    _put_together(pieces, one_part, group, remarks, key)
    spans = [p.recovery.days for p in parts if p.recovery.days is not None]
    examined: dict[ListId, int] = {}
    for part in parts:
        examined[list_of(part)] = max(examined.get(list_of(part), 0), part.recovery.examined or 0)
    members: dict[ListId, set[ListId]] = {}
    for name, root in group.items():
        members.setdefault(root, set()).add(name)
    roots = sorted(members)
    return Wreck(
        key=key,
        pieces=tuple(Piece(key, tuple(told)) for told in pieces.values()),
        groups=tuple(frozenset(members[root]) for root in roots),
        examined=examined,
        weapons=frozenset(p.recovery.weapons for p in parts if p.recovery.weapons),
        homes=frozenset(p.recovery.weapon_country for p in parts) - {""},
        days=Days(min(d.first for d in spans), max(d.last for d in spans)) if spans else None,
        remarks=tuple(remarks),
        group_of={name: place for place, root in enumerate(roots) for name in members[root]},
        apart=frozenset(pair for pair in two_parts if pair <= {part.key for part in parts}),
    )


def _put_together(
    pieces: dict[tuple[object, ...], list[Part]],
    one_part: Sequence[frozenset[str]],
    group: Mapping[ListId, ListId],
    remarks: list[Remark],
    wreck: str,
) -> None:
    """Join what people found to be one part; what a list has come to tell apart stays apart, and is named."""
    slot_of = {part.key: slot for slot, told in pieces.items() for part in told}
    for said in one_part:
        slots = sorted({slot_of[key] for key in said if key in slot_of}, key=str)
        if len(slots) < 2:
            continue
        told = [part for slot in slots for part in pieces[slot]]
        if why := two_rows(told, group):
            remarks.append(
                Remark(
                    f"wreck {wreck}",
                    f"rows that somebody called one part are counted apart: {why}",
                    "Look again: siteline ledger components duplicates list",
                )
            )
            continue
        for slot in slots:
            del pieces[slot]
        pieces[slots[0]] = sorted(told, key=lambda part: (*list_of(part), part.item.tag, part.key))
        slot_of |= {part.key: slots[0] for part in told}


def two_rows(told: Sequence[Part], group: Mapping[ListId, ListId] | None = None) -> str:
    """Why these rows cannot be one part; "" if they can. group: lists that use the same numbers."""
    for a, b in combinations(told, 2):
        one, other = list_of(a), list_of(b)
        if one == other:
            return f"{_say(one)} lists both"
        if group and group[one] == group[other] and a.item.tag and b.item.tag and a.item.tag != b.item.tag:
            return f"{_say(one)} and {_say(other)} number parts alike, and these are {a.item.tag} and {b.item.tag}"
    return ""


def _sharing(tags: Mapping[ListId, Mapping[str, Part]]) -> list[tuple[ListId, ListId]]:
    """Pairs of lists that use one number at least, in order."""
    users: dict[str, list[ListId]] = {}
    for one in sorted(tags):
        for tag in tags[one]:
            users.setdefault(tag, []).append(one)
    return sorted({pair for lists in users.values() for pair in combinations(lists, 2)})


def _alike(a: Part, b: Part) -> bool:
    """Whether two lists can mean one part by one number: their markings do not differ."""
    return not a.item.marking or not b.item.marking or a.item.marking == b.item.marking


def _held(pieces: Iterable[Piece]) -> dict[ListId, int]:
    """How many parts each list has."""
    found: dict[ListId, int] = {}
    for piece in pieces:
        for one in piece.lists:
            found[one] = found.get(one, 0) + piece.quantity
    return found


def _sum(pieces: Iterable[Piece]) -> int:
    return sum(piece.quantity for piece in pieces)


def _say(one: ListId) -> str:
    return f"{one[0]} ({one[1]})" if one[1] else one[0]
