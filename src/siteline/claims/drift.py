"""
What became of a statement on its way: each copy in a lineage is held against the lineage's origin, and each change named.

A contradiction between copies of one report is an error of transmission: it earns no corroboration.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from siteline.claims.amount import Direction, Ratio, direction_between, read_ratio, turned
from siteline.claims.compare import are_incompatible, same_unit, say_value
from siteline.claims.rows import rank
from siteline.claims.scope import Fit, fit_places, fit_scopes, fold
from siteline.claims.succession import why_replaces, why_takes_back
from siteline.model.claim import Hedge, Scope, Stance, Statement


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a copy says otherwise than the origin."""

    kind: str
    """`value`, `unit`, `direction`, `negation`, `date`, `condition`, `hedge_dropped`, `hedge_strengthened`, `hedge_weakened`."""

    was: str
    is_now: str
    says: str
    """In a sentence."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A statement beside the origin that it comes from."""

    statement: Statement
    origin: Statement
    """Itself, where it is the origin."""

    changes: tuple[Change, ...] = ()
    conflicts: bool = False
    """Whether it cannot be so if the origin is: by its value, or turned in unit, direction or negation."""

    replaces: bool = False
    """Whether it is the same source's later word, which takes the place of the origin's and does not conflict with it."""


_TURNS = {"unit", "direction", "negation"}


def trace(statements: Sequence[Statement], replacing: frozenset[tuple[str, str]] = frozenset()) -> list[Copy]:
    """
    Each statement of one lineage and claim key beside its origin, origins first.

    A lineage may carry several claims on one question (all killed; those killed in one place): each has its own origin.
    replacing: pairs of ids (new, old) of which somebody said that the one replaces the other.
    """
    origins: list[Statement] = []
    found = []
    for statement in sorted(statements, key=rank):
        origin = next((o for o in origins if _is_copy(o, statement)), None)
        if origin is None:
            origins.append(statement)
            found.append(Copy(statement, statement))
            continue
        is_said = (statement.id, origin.id) in replacing
        if is_said or why_replaces(statement, origin) or why_takes_back(statement, origin):
            found.append(Copy(statement, origin, replaces=True))
            continue
        changes = tuple(changes_between(origin, statement))
        turned_ = any(change.kind in _TURNS for change in changes)
        conflicts = turned_ or are_incompatible(origin, statement) is not None
        found.append(Copy(statement, origin, changes, conflicts))
    return found


def changes_between(origin: Statement, copy: Statement) -> list[Change]:
    """What a copy says otherwise than its origin; see `Change.kind`."""
    found = []
    turn = _turn(origin, copy)
    if turn is not None:
        was, now = turn
        found.append(
            Change(
                *("direction", was.value, now.value),
                f"{_WAYS[was]} became {_WAYS[now]}: {say_value(origin.claim)} became {say_value(copy.claim)}",
            )
        )
    elif (change := _value_change(origin, copy)) is not None:
        found.append(change)
    first, second = origin.claim, copy.claim
    if first.unit and second.unit and not same_unit(first.unit, second.unit):
        found.append(
            Change("unit", first.unit, second.unit, f"the unit {first.unit!r} became {second.unit!r}")
        )
    if _denies(origin) != _denies(copy):
        words = ("it is so", "it is not so")
        was_said, is_said = words if _denies(copy) else words[::-1]
        found.append(Change("negation", was_said, is_said, f"{was_said!r} became {is_said!r}"))
    if (when := _date_change(origin, copy)) is not None:
        found.append(when)
    if first.condition and not second.condition:
        found.append(
            Change("condition", first.condition, "", f"the condition {first.condition!r} was dropped")
        )
    if (hedge := _hedge_change(origin, copy)) is not None:
        found.append(hedge)
    return found


_WAYS = {
    Direction.OF: "a share *of* it",
    Direction.LARGER: "*larger by* that share",
    Direction.SMALLER: "*smaller by* that share",
}


def ratio_of(statement: Statement) -> Ratio | None:
    """The ratio in a statement's words, if they have one that agrees with its value."""
    read = read_ratio(statement.quote or statement.paraphrase)
    value = statement.claim.value
    return read if read is not None and value is not None and read.value.meets(value) else None


def _turn(origin: Statement, copy: Statement) -> tuple[Direction, Direction] | None:
    """The directions, if a copy kept the number and turned what it is a share of."""
    first, second = origin.claim.value, copy.claim.value
    if first is None or second is None or first == second:
        return None
    was, now = ratio_of(origin), ratio_of(copy)
    if was is not None and now is not None:
        kept = was.stated.meets(now.stated)
        return (was.direction, now.direction) if kept and was.direction is not now.direction else None
    if "ratio" not in (origin.claim.value_type, origin.claim.unit):
        return None
    if was is not None:
        to = next(
            (d for d in Direction if d is not was.direction and turned(was.stated, d).meets(second)), None
        )
        return None if to is None else (was.direction, to)
    return direction_between(first, second)


def _value_change(origin: Statement, copy: Statement) -> Change | None:
    first, second = origin.claim, copy.claim
    was, now = say_value(first), say_value(second)
    if first.value is not None and second.value is not None:
        if first.value == second.value:
            return None
        if not first.value.meets(second.value):
            return Change("value", was, now, f"{was} became {now}")
        how = (
            "more exact"
            if second.value.lies_in(first.value)
            else "looser"
            if first.value.lies_in(second.value)
            else "other"
        )
        return Change("value", was, now, f"{was} became {now}: {how}, though both can be so")
    if fold(first.value_text) != fold(second.value_text):
        return Change("value", was, now, f"{was or 'nothing'} became {now or 'nothing'}")
    if (first.value is None) != (second.value is None):
        return Change("value", was, now, f"{was or 'no number'} became {now or 'no number'}")
    return None


def _date_change(origin: Statement, copy: Statement) -> Change | None:
    first, second = origin.claim.scope.time, copy.claim.scope.time
    if first is None or (second is not None and first.is_same(second)):
        return None
    now = str(second) if second else "no date"
    return Change("date", str(first), now, f"{first} became {now}")


def _denies(statement: Statement) -> bool:
    return (statement.stance is Stance.DENIES) != statement.is_negated


_SURENESS = (
    (4, r"almost certain\w*|nearly certain|certainly|definitely"),
    (3, r"(?:very|highly) (?:likely|probable)|confident\w*|strongly"),
    (1, (r"un(?:likely|confirmed|verified)|improbable|doubt\w*|alleged\w*|claimed|purported\w*|rumou?r\w*|may|might|could|"
        r"possib\w*|perhaps|conceivabl\w*|potential\w*|suspected")),
    (2, (r"likely|probabl\w*|appear\w*|seem\w*|suggest\w*|believ\w*|thought|presumabl\w*|reported\w*|apparent\w*|"
        r"preliminary|estimat\w*|assess\w*|consistent with|broadly")),
)  # fmt: skip
_SURE = tuple((level, re.compile(rf"\b(?:{words})\b", re.I)) for level, words in _SURENESS)
BARE = 5


def sureness(hedges: Sequence[Hedge]) -> int:
    """How surely a source put it: 5 without a hedge, down to 1 for "may" or "allegedly". Words at numbers do not count."""
    levels = [next((level for level, words in _SURE if words.search(h.text)), BARE) for h in hedges]
    return min(levels, default=BARE)


def _hedge_change(origin: Statement, copy: Statement) -> Change | None:
    was, now = sureness(origin.hedges), sureness(copy.hedges)
    if was == now:
        return None
    before, after = (", ".join(h.text for h in s.hedges) or "no hedge" for s in (origin, copy))
    if now == BARE:
        return Change("hedge_dropped", before, after, f"{before!r} was dropped: it is put as a fact")
    if now > was:
        return Change("hedge_strengthened", before, after, f"{before!r} became {after!r}: put more surely")
    return Change("hedge_weakened", before, after, f"{before!r} became {after!r}: put less surely")


def _is_copy(origin: Statement, statement: Statement) -> bool:
    """Whether a statement is of the same claim as an earlier one of its lineage, changed or not."""
    first, second = origin.claim, statement.claim
    if first.says != second.says or first.kind is not second.kind:
        return False
    both = first.subject and second.subject and first.subject != second.subject
    if both and fit_scopes(first, second).subject is Fit.UNKNOWN:
        return False
    apart = _are_apart(first.scope, second.scope)
    if not apart:
        return True
    is_other_voice = statement.is_relay or fold(origin.speaker) != fold(statement.speaker)
    return is_other_voice and first.value is not None and first.value == second.value


def _are_apart(one: Scope, other: Scope) -> bool:
    """Whether two scopes are both given and differ in time, place or thing."""
    if one.time and other.time and not one.time.is_same(other.time):
        return True
    if one.thing and other.thing and fold(one.thing) != fold(other.thing):
        return True
    return (
        bool(one.place and other.place and one.place != other.place)
        and fit_places(one, other) is not Fit.SAME
    )
