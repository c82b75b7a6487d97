"""How statements stand to each other: the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from siteline.claims.rows import by_number


class RelationKind(StrEnum):
    """What a statement does to another."""

    CONTRADICTS = "contradicts"
    TRANSMISSION_CONFLICT = "transmission_conflict"
    MAY_CONTRADICT = "may_contradict"
    """Would contradict if the scopes are one, which nothing shows: say which."""

    CORROBORATES = "corroborates"
    SAME_AS = "same_as"
    """An echo: the same claim, of one lineage. It earns no corroboration."""

    NARROWS = "narrows"
    SUPERSEDES = "supersedes"
    CORRECTS = "corrects"
    RETRACTS = "retracts"
    SUPPORTS = "supports"
    DENIES = "denies"
    NO_POSITION = "no_position"
    NONRESPONSE = "nonresponse"

    @property
    def is_mutual(self) -> bool:
        """Whether it holds the other way round as well."""
        return self in _MUTUAL


_MUTUAL = {
    RelationKind.CONTRADICTS,
    RelationKind.TRANSMISSION_CONFLICT,
    RelationKind.MAY_CONTRADICT,
    RelationKind.CORROBORATES,
    RelationKind.SAME_AS,
}


@dataclass(frozen=True, slots=True)
class Relation:
    """`a` does `kind` to `b`; of mutual kinds, `a` comes first in the order of ids."""

    a: str
    b: str | None
    """None where nothing is on record that it could be about: a denial of what nobody here asserts."""

    kind: RelationKind
    basis: str
    by: str = "rule"
    """`rule`, `entailment`, or who said it."""

    @property
    def pair(self) -> tuple[str, str | None, RelationKind]:
        """What a word on it is about."""
        return self.a, self.b, self.kind


def make_relation(a: str, b: str | None, kind: RelationKind, basis: str, by: str = "rule") -> Relation:
    """A relation with its ends in order."""
    if kind.is_mutual and b is not None:
        a, b = sorted((a, b), key=by_number)
    return Relation(a, b, kind, basis, by)
