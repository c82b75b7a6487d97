"""
Which entities are one: derived from judgements, never stored.

The last word on a pair holds. What is joined by `same`, directly or through others, is one thing; its canonical id is that of
its oldest member, so it never depends on the order of the judgements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from siteline.model.entity import IdentityJudgement, IdentityVerdict


class Identity:
    """Who is one with whom, at one moment."""

    def __init__(self, judgements: Iterable[IdentityJudgement], age: Mapping[str, int]) -> None:
        """`judgements`: oldest first; `age`: place in the order in which entities came, of all that are judged."""
        last: dict[frozenset[str], IdentityVerdict] = {}
        for judgement in judgements:
            last[frozenset((judgement.a, judgement.b))] = judgement.verdict
        self._age = age
        self._joined: dict[str, set[str]] = {}
        for pair, verdict in last.items():
            if verdict is IdentityVerdict.SAME and len(pair) == 2:
                a, b = pair
                self._joined.setdefault(a, set()).add(b)
                self._joined.setdefault(b, set()).add(a)
        self._of: dict[str, tuple[str, ...]] = {}
        for start in self._joined:
            if start not in self._of:
                members = self._sorted(self._reached(start))
                self._of.update(dict.fromkeys(members, members))

    def members(self, entity: str) -> tuple[str, ...]:
        """Everything that is one with it, itself too; the oldest first."""
        return self._of.get(entity, (entity,))

    def canonical(self, entity: str) -> str:
        """The id of the whole."""
        return self.members(entity)[0]

    def merged(self) -> list[tuple[str, ...]]:
        """All wholes of more than one."""
        return list(dict.fromkeys(self._of.values()))

    def joined_to(self, entity: str) -> tuple[str, ...]:
        """Those that a judgement itself calls the same as it."""
        return self._sorted(self._joined.get(entity, set()))

    def without(self, entity: str) -> list[tuple[str, ...]]:
        """The pieces that would be left of its whole if it were taken out, the oldest piece first."""
        rest = set(self.members(entity)) - {entity}
        pieces = []
        while rest:
            piece = self._reached(self._sorted(rest)[0], leave_out=entity)
            pieces.append(self._sorted(piece))
            rest -= piece
        return pieces

    def _reached(self, start: str, leave_out: str = "") -> set[str]:
        seen, todo = {start}, [start]
        while todo:
            for other in self._joined.get(todo.pop(), ()):
                if other not in seen and other != leave_out:
                    seen.add(other)
                    todo.append(other)
        return seen

    def _sorted(self, members: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(members, key=lambda each: (self._age.get(each, 1 << 62), each)))
