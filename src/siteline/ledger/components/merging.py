"""
What several sources say of one wreck, as parts that each count once.

Two lists of one wreck may name the same parts. Where they share the examiners' numbers, that is known; where they do
not, a count has a range: at least what the longest list says, at most what all say together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from siteline.model.component import NOT_IDENTIFIED, Days, Flag, Part
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
        """The examiners' number."""
        return self.told[0].item.tag

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

    def span(self, state: Callable[[Piece], int], pieces: Iterable[Piece] | None = None) -> Span:
        """
        How many parts are so: `state` says 2 for surely, 1 for perhaps, 0 for not.

        pieces: those that can be so at all, where it is known; the others need no look.
        """
        least = [Span(0, 0)]
        for here in self._by_group(self.pieces if pieces is None else pieces):
            states = [(piece, state(piece)) for piece in here]
            sure = [piece for piece, s in states if s == 2]
            held = max(_sum(p for p in sure if p.tag), *_held(sure).values(), 0)
            least.append(Span(held, _sum(piece for piece, s in states if s >= 1)))
        return Span(max(one.lower for one in least), sum(one.upper for one in least))

    def looked_at(self) -> Span:
        """How many parts were examined: what lists say of themselves, and no fewer than they hold."""
        totals = [Span(0, 0)]
        for here in self._by_group(self.pieces):
            lists = [max(self.examined.get(one, 0), n) for one, n in _held(here).items()]
            tagged, loose = _sum(p for p in here if p.tag), _sum(p for p in here if not p.tag)
            totals.append(Span(max(tagged, *lists), max(tagged + loose, *lists)))
        return Span(max(one.lower for one in totals), sum(one.upper for one in totals))

    def _by_group(self, pieces: Iterable[Piece]) -> Iterable[list[Piece]]:
        found: dict[int, list[Piece]] = {}
        for piece in pieces:
            found.setdefault(self.group_of[list_of(piece.told[0])], []).append(piece)
        return found.values()


def list_of(part: Part) -> ListId:
    """The list that a part stands on."""
    return part.source.name, part.source.list


def wrecks_of(parts: Iterable[Part]) -> tuple[Wreck, ...]:
    """The wrecks, by key."""
    by_wreck: dict[str, list[Part]] = {}
    for part in parts:
        by_wreck.setdefault(part.recovery.wreck, []).append(part)
    return tuple(_wreck(key, by_wreck[key]) for key in sorted(by_wreck))


def _wreck(key: str, parts: Sequence[Part]) -> Wreck:
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
    )


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
