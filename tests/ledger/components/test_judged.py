"""Rows of two documents that a person found to be one part, or two: every count follows."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.ledger.components.cliques import fewest_of_two
from siteline.ledger.components.counting import Asked, count
from siteline.ledger.components.merging import wrecks_of
from siteline.model.component import Part
from siteline.model.incident import Judged
from siteline.model.tallied import Span
from tests.ledger.components.invented import INSTITUTE, PAPER, make_part


def said(verdict: str, *parts: Part) -> Judged:
    return Judged("j", verdict, tuple(sorted(part.key for part in parts)), "seen", "A. Analyst", "2024-03-01")


def loose(name: str, n: int, **more: object) -> list[Part]:
    """Parts of a list without the examiners' numbers."""
    return [make_part(name=name, list=name, tag="", marking=f"{name}-{i}", **more) for i in range(n)]


def counted(parts: list[Part], *judged: Judged) -> tuple[Span, Span]:
    found = count(parts, Asked(by="manufacturer"), "edition", judged=judged)
    return found.identified, found.examined


def test_one_part_in_two_lists_counts_once_at_the_upper_end() -> None:
    a, b = loose(INSTITUTE, 3), loose(PAPER, 3)
    assert counted([*a, *b]) == (Span(3, 6), Span(3, 6))
    assert counted([*a, *b], said("same", a[0], b[0])) == (Span(3, 5), Span(3, 5))
    every = [said("same", one, other) for one, other in zip(a, b, strict=True)]
    assert counted([*a, *b], *every) == (Span(3, 3), Span(3, 3))


def test_two_parts_that_are_not_one_raise_the_lower_end() -> None:
    a, b = loose(INSTITUTE, 1), loose(PAPER, 1)
    assert counted([*a, *b]) == (Span(1, 2), Span(1, 2))
    assert counted([*a, *b], said("not_same", a[0], b[0])) == (Span(2, 2), Span(2, 2))


def test_what_is_none_of_the_others_is_a_part_more() -> None:
    """Three parts on one list and one elsewhere that is none of them: four at least."""
    a, b = loose(INSTITUTE, 3), loose(PAPER, 1)
    two = [said("not_same", one, b[0]) for one in a]
    assert counted([*a, *b], *two[:2]) == (Span(3, 4), Span(3, 4))
    assert counted([*a, *b], *two) == (Span(4, 4), Span(4, 4))


def test_the_last_word_holds_and_takes_back_the_one_before() -> None:
    a, b = loose(INSTITUTE, 2), loose(PAPER, 2)
    before = counted([*a, *b])
    same, apart = said("same", a[0], b[0]), said("not_same", a[0], b[0])
    assert counted([*a, *b], same, apart) == (Span(2, 4), Span(2, 4)) == before
    assert counted([*a, *b], apart, same) == counted([*a, *b], same)


def test_a_joined_part_has_all_that_is_said_of_it() -> None:
    """One list knows the maker, the other does not; lists that differ make it one or the other."""
    a = make_part(name=INSTITUTE, tag="", manufacturer=("Acme",))
    b = make_part(name=PAPER, list="b", tag="", manufacturer=("Bolt",))
    found = count([a, b], Asked(by="manufacturer"), "e", judged=[said("same", a, b)])
    assert [(one.value, one.count) for one in found.bins] == [("Acme or Bolt", Span(1, 1))]


def test_a_word_on_rows_that_one_list_tells_apart_is_named_and_does_not_count() -> None:
    """A new edition of a list that has both: counted apart until somebody looks again."""
    a, b = loose(INSTITUTE, 2)
    [wreck] = wrecks_of([a, b], [said("same", a, b)])
    assert len(wreck.pieces) == 2
    assert "counted apart" in str(wreck.remarks[0])


def test_examined_totals_that_lists_state_lose_only_what_is_known_to_be_one() -> None:
    a, b = loose(INSTITUTE, 1, examined=10), loose(PAPER, 1, examined=10)
    assert counted([*a, *b])[1] == Span(10, 20)
    assert counted([*a, *b], said("same", a[0], b[0]))[1] == Span(10, 19)
    assert counted([*a, *b], said("not_same", a[0], b[0]))[1] == Span(10, 20)


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 2), min_size=1, max_size=3),
    st.lists(st.integers(1, 2), min_size=1, max_size=3),
    st.data(),
)
def test_the_fewest_of_two_lists_is_what_trying_every_pairing_gives(
    left: list[int], right: list[int], data: st.DataObject
) -> None:
    pairs = [(i, 10 + j) for i in range(len(left)) for j in range(len(right))]
    two = set(data.draw(st.lists(st.sampled_from(pairs))))
    weights = {**dict(enumerate(left)), **{10 + j: w for j, w in enumerate(right)}}
    a, b = frozenset(range(len(left))), frozenset(10 + j for j in range(len(right)))
    units_a = [i for i in sorted(a) for _ in range(weights[i])]
    units_b = [j for j in sorted(b) for _ in range(weights[j])]
    short, long = sorted((units_a, units_b), key=len)
    most = max(
        sum((min(x, y), max(x, y)) not in two for x, y in zip(short, order, strict=False))
        for order in permutations(long, len(short))
    )
    found = fewest_of_two(weights, a, b, lambda n, m: (min(n, m), max(n, m)) in two)
    assert found == len(units_a) + len(units_b) - most


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 3), st.integers(1, 3), st.data())
def test_no_word_widens_a_range(n: int, m: int, data: st.DataObject) -> None:
    """One more judgement on a fresh pair never lowers the lower end nor raises the upper one."""
    a, b = loose(INSTITUTE, n), loose(PAPER, m)
    pairs = data.draw(
        st.lists(st.sampled_from([(x, y) for x in a for y in b]), unique_by=lambda p: p[0].key + p[1].key)
    )
    judged = list[Judged]()
    before = counted([*a, *b])[0]
    for x, y in pairs:
        judged.append(said("not_same", x, y))
        after = counted([*a, *b], *judged)[0]
        assert before.lower <= after.lower <= after.upper <= before.upper
        before = after
