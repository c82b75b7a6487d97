"""Two editions of one data set: which rows came, went and changed, and by what they were told to be the same row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from siteline.ledger.incidents.reading import FORMATS
from siteline.ledger.incidents.rows import Kept
from siteline.model.errors import BadInput
from siteline.model.incident import Edition


@dataclass(frozen=True, slots=True)
class Changed:
    """One row that is in both editions with other cells."""

    old: Kept
    new: Kept
    columns: dict[str, tuple[str, str]]
    """(old, new) cell, by column."""

    by: str
    """The columns by which it was told to be the same row."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of the rows of one edition in another."""

    same: int
    added: tuple[Kept, ...]
    removed: tuple[Kept, ...]
    changed: tuple[Changed, ...]
    keys: tuple[str, ...]
    """By what rows were matched, in that order."""


def compare(old: Edition, new: Edition, before: Iterable[Kept], after: Iterable[Kept]) -> Difference:
    """Match rows by all their cells, then by the key of their format, then by its looser key where that is unique in both."""
    if (old.dataset, old.format) != (new.dataset, new.format):
        raise BadInput(
            f"{old.label} and {new.label} are not editions of one data set",
            "Compare two of one data set and format.",
        )
    kind = FORMATS[new.format]
    left, right = list(before), list(after)
    shared = sorted(_columns(left) & _columns(right))
    matched, left, right = _match(left, right, lambda one: _row(one, shared))
    same = len(matched)
    changed = list[Changed]()
    keys = ["all cells"]
    for columns, must_be_unique in ((kind.KEY, False), (kind.LOOSE_KEY, True)):
        if not columns or not set(columns) <= set(shared) or ", ".join(columns) in keys:
            continue
        name = ", ".join(columns)
        keys.append(name)
        pairs, left, right = _match(left, right, lambda one, c=columns: _row(one, c), must_be_unique)  # type: ignore[misc]
        changed += [Changed(a, b, _changes(a, b, shared), name) for a, b in pairs]
    return Difference(same, tuple(right), tuple(left), tuple(changed), tuple(keys))


def _columns(kept: Iterable[Kept]) -> set[str]:
    return {column for one in kept for column in one.report.cells}


def _row(one: Kept, columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(_flat(one.report.cells.get(column, "")) for column in columns)


def _flat(cell: str) -> str:
    """A cell for comparing: 5.0 is 5."""
    said = cell.strip()
    return said[:-2] if said.endswith(".0") and said[:-2].isdigit() else said


def _match(
    left: Sequence[Kept], right: Sequence[Kept], key: Callable[[Kept], Hashable], must_be_unique: bool = False
) -> tuple[list[tuple[Kept, Kept]], list[Kept], list[Kept]]:
    """Pairs of equal keys, in the order of their lines, and what is left of both sides."""
    waiting: Mapping[Hashable, list[Kept]] = defaultdict(list)
    counts: Mapping[Hashable, list[int]] = defaultdict(lambda: [0, 0])
    for side, rows in enumerate((left, right)):
        for one in rows:
            counts[key(one)][side] += 1
    for one in right:
        waiting[key(one)].append(one)
    pairs, unmatched, taken = list[tuple[Kept, Kept]](), list[Kept](), set[int]()
    for one in left:
        name = key(one)
        if waiting.get(name) and (not must_be_unique or counts[name] == [1, 1]):
            other = waiting[name].pop(0)
            taken.add(id(other))
            pairs.append((one, other))
        else:
            unmatched.append(one)
    return pairs, unmatched, [one for one in right if id(one) not in taken]


def _changes(a: Kept, b: Kept, columns: Iterable[str]) -> dict[str, tuple[str, str]]:
    both = ((column, a.report.cells.get(column, ""), b.report.cells.get(column, "")) for column in columns)
    return {column: (x, y) for column, x, y in both if _flat(x) != _flat(y)}
