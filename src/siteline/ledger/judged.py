"""What people said of pairs: these are one, these are not. Nothing is one by itself, and the last word on a pair holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from siteline.model.incident import Judged


def last_words(judged: Iterable[Judged]) -> dict[frozenset[str], Judged]:
    """The last word on each pair, oldest first."""
    word: dict[frozenset[str], Judged] = {}
    for one in judged:
        for pair in map(frozenset, combinations(one.reports, 2)):
            word[pair] = one
    return word


def together(judged: Iterable[Judged]) -> list[frozenset[str]]:
    """Rows that are one: of each pair the last word holds, and what was said of pairs carries over."""
    groups: dict[str, set[str]] = {}
    for pair, word in last_words(judged).items():
        if word.verdict == "same":
            a, b = sorted(pair)
            joined = groups.get(a, {a}) | groups.get(b, {b})
            for name in joined:
                groups[name] = joined
    return [frozenset(group) for group in {id(g): g for g in groups.values()}.values()]


def apart(judged: Iterable[Judged]) -> dict[frozenset[str], Judged]:
    """Pairs of which the last word is that they are two."""
    return {pair: word for pair, word in last_words(judged).items() if word.verdict != "same"}


def contradicted(judged: Sequence[Judged], verdict: str, rows: Sequence[str], what: str = "incident") -> str:
    """
    Why one more word would not hold: through which others rows stay together, or who kept them apart; "" if it does.

    Without this, a split of two would change nothing while both are one with a third, and a merge could undo a split unseen.
    """
    named = tuple(sorted(set(rows)))
    after = [*judged, Judged("", verdict, named, "", "", "")]
    groups = together(after)
    if verdict == "not_same":
        for group in groups:
            if len(here := sorted(group & set(named))) > 1:
                others = sorted(group - set(named))
                return f"{' and '.join(here)} would stay one {what} through {', '.join(others)}"
        return ""
    for pair, one in apart(after).items():
        if any(pair <= group and group & set(named) for group in groups):
            return f"{' and '.join(sorted(pair))} would become one {what}, and {one.who} said that they are not: {one.why}"
    return ""
