"""Only what speaks against a hypothesis counts; what says the same of all tells nothing; no order of rows matters."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.claims.hypotheses.matrix import differences, fill, last_words
from siteline.model.hypotheses import Cell, Evidence, Fit, Hypothesis, Sheet, Weight

DAY = datetime(2024, 11, 25, tzinfo=UTC)
H = tuple(Hypothesis(f"h{n}", f"H{n}", "text", "A", DAY) for n in (1, 2, 3))
FITS = st.one_of(st.none(), st.sampled_from(list(Fit)))
WEIGHTS = st.sampled_from(list(Weight))


def row(label: str, credibility: Weight = Weight.MEDIUM, relevance: Weight = Weight.MEDIUM) -> Evidence:
    return Evidence(label, label, "claim", "c", "says", credibility, relevance, "why", "A", DAY)


def cells(label: str, *fits: str | None, analyst: str = "A") -> list[Cell]:
    return [
        Cell(label, h.label, Fit(fit), "why", analyst, DAY) for h, fit in zip(H, fits, strict=True) if fit
    ]


def test_a_score_is_weighted_inconsistency_by_hand() -> None:
    """CC, C and N add nothing; I adds 1, II adds 2, times credibility, times relevance."""
    rows = [row("E1"), row("E2", Weight.HIGH, Weight.HIGH), row("E3", Weight.LOW, Weight.LOW)]
    said = cells("E1", "CC", "I", "N") + cells("E2", "C", "II", "I") + cells("E3", "CC", "I", "NA")
    low = [score.inconsistency[0] for score in fill("A", said, H, rows).scores]
    assert low == pytest.approx([0.0, 1 + 2 * 2 + 0.5, 2.0])


def test_an_unknown_weight_gives_a_range_and_no_number() -> None:
    """F and 6 mean unknown: such a row counts anything from low to high, and never nothing."""
    sheet = fill("A", cells("E1", "I", "II", "C"), H, [row("E1", Weight.UNKNOWN)])
    assert sheet.scores[0].inconsistency == pytest.approx((math.sqrt(0.5), math.sqrt(2)))
    assert sheet.scores[1].inconsistency == pytest.approx((math.sqrt(2), 2 * math.sqrt(2)))
    assert sheet.scores[2].inconsistency == (0.0, 0.0)


@pytest.mark.parametrize(
    ("fits", "variance", "badge"),
    [
        (("C", "C", "C"), 0.0, True),
        (("CC", "II", "N"), 8 / 3, False),
        (("C", None, "C"), 0.0, False),
        (("NA", "NA", "NA"), None, True),
        (("C", "NA", "NA"), None, False),
    ],
)
def test_diagnosticity_is_the_variance_along_the_row(
    fits: tuple[str | None, ...], variance: float | None, badge: bool
) -> None:
    [worth] = fill("A", cells("E1", *fits), H, [row("E1")]).rows
    assert worth.diagnosticity == (None if variance is None else pytest.approx(variance))
    assert worth.not_diagnostic is badge


def test_blanks_are_counted_so_that_a_low_score_deceives_nobody() -> None:
    sheet = fill("A", cells("E1", "I", None, "NA"), H, [row("E1"), row("E2")])
    assert [score.blank for score in sheet.scores] == [1, 2, 1]


def test_a_later_word_of_the_same_analyst_stands_in_the_place_of_the_first() -> None:
    said = cells("E1", "I", "I", "I") + cells("E1", "C", None, None)
    now = last_words(said, {"A": "a"})
    assert [cell.fit for cell in now.values()] == [Fit.C, Fit.I, Fit.I]


def test_what_analysts_rate_otherwise_is_shown_side_by_side() -> None:
    rows = [row("E1")]
    sheets = [
        fill("A", cells("E1", "I", "C", "N"), H, rows),
        fill("B", cells("E1", "C", "C", None, analyst="B"), H, rows),
    ]
    [found] = differences(sheets)
    assert (found.hypothesis, found.said) == ("H1", (("A", Fit.I), ("B", Fit.C)))


@given(
    st.lists(st.tuples(WEIGHTS, WEIGHTS, FITS, FITS, FITS), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_scores_are_the_same_whatever_the_order_of_rows(
    rows: list[tuple[object, ...]], random: object
) -> None:
    evidence = [row(f"E{n}", one[0], one[1]) for n, one in enumerate(rows)]  # type: ignore[arg-type]
    said = [cell for n, one in enumerate(rows) for cell in cells(f"E{n}", *one[2:])]  # type: ignore[arg-type]
    straight = fill("A", said, H, evidence)
    mixed_rows, mixed_cells = list(evidence), list(said)
    random.shuffle(mixed_rows)  # type: ignore[attr-defined]
    random.shuffle(mixed_cells)  # type: ignore[attr-defined]
    mixed = fill("A", mixed_cells, H, mixed_rows)
    assert mixed.scores == straight.scores
    assert sorted(mixed.rows, key=lambda w: w.evidence) == sorted(straight.rows, key=lambda w: w.evidence)


@given(st.lists(st.tuples(WEIGHTS, FITS, FITS, FITS), min_size=1, max_size=6))
def test_what_is_consistent_never_changes_a_score(rows: list[tuple[object, ...]]) -> None:
    """A matrix gains nothing by piling up evidence that fits."""
    evidence = [row(f"E{n}", one[0]) for n, one in enumerate(rows)]  # type: ignore[arg-type]
    said = [cell for n, one in enumerate(rows) for cell in cells(f"E{n}", *one[1:])]  # type: ignore[arg-type]
    before: Sheet = fill("A", said, H, evidence)
    more = fill("A", [*said, *cells("X", "CC", "C", "NA")], H, [*evidence, row("X", Weight.HIGH)])
    assert [s.inconsistency for s in more.scores] == [s.inconsistency for s in before.scores]
