"""Scores are right to the digit, shown from twenty judgements on, and hindsight never counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.claims.weighing.calibration import ENOUGH, Scored, brier, calibrate, in_force, wilson
from siteline.model.assessment import Analysis, Assessment, Came, Outcome
from siteline.model.likelihood import Likelihood, TermSet

PERCENTS = (3, 10, 12, 15, 18, 25, 30, 35, 40, 48, 50, 52, 60, 65, 70, 75, 78, 85, 90, 92, 97, 98, 60, 30)
CAME = (0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0)
DAY = datetime(2024, 11, 25, 12, tzinfo=UTC)


def scored(percents: tuple[int, ...] = PERCENTS, came: tuple[int, ...] = CAME) -> list[Scored]:
    return [
        Scored(f"c{n}", "A. Analyst", float(p), DAY, bool(o), date(2025, 1, 1))
        for n, (p, o) in enumerate(zip(percents, came, strict=True))
    ]


def judged(percent: float, at: datetime, analyst: str = "A. Analyst", number: str = "1") -> Assessment:
    return Assessment(
        number, "c", Analysis.CONTENT, None, Likelihood(percent, TermSet.A), None, "why", analyst, at, True
    )


def outcome(on: date, at: datetime, came: Came = Came.TRUE) -> Outcome:
    return Outcome("o", "c", came, on, "seen", "B. Second", at)


def test_the_brier_score_is_scikit_learns() -> None:
    """brier_score_loss of scikit-learn 1.9.1 on the same 24 judgements."""
    found = brier([float(p) for p in PERCENTS], [bool(o) for o in CAME])
    assert found.value == pytest.approx(0.17831666666666668, abs=1e-15)
    errors = [(p / 100 - o) ** 2 for p, o in zip(PERCENTS, CAME, strict=True)]
    mean = sum(errors) / 24
    assert found.sigma == pytest.approx((sum((e - mean) ** 2 for e in errors) / 23 / 24) ** 0.5)


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [
        (0, 2, 0.0, 0.657619772493347),
        (3, 7, 0.15821985525146964, 0.7495416354723428),
        (5, 5, 0.5655175352168252, 1.0),
        (12, 20, 0.3865815007622531, 0.781193467627183),
    ],
)
def test_bounds_of_a_share_are_those_of_statsmodels(hits: int, count: int, low: float, high: float) -> None:
    """proportion_confint(method="wilson") of statsmodels 0.15.0."""
    assert wilson(hits, count)[1:] == pytest.approx((low, high), abs=1e-12)


def test_the_reliability_table_by_hand() -> None:
    """Of 60, 65, 70, 75, 78, 60 in [55, 80) five came true; of 3 alone in [1, 5) none."""
    rows = {str(row.band): row for row in calibrate("A. Analyst", scored()).rows}
    likely, least = rows["[55, 80) %"], rows["[1, 5) %"]
    assert (likely.count, likely.came_true) == (6, 5)
    assert likely.mean == pytest.approx(68.0)
    assert likely.share is not None
    assert likely.share[0] == pytest.approx(100 * 5 / 6)
    assert (least.count, least.came_true) == (1, 0)
    assert sum(row.count for row in rows.values()) == len(PERCENTS)


def test_nothing_is_shown_below_twenty() -> None:
    """Nineteen give no number at all and say that one is lacking; the twentieth gives all of them."""
    few = calibrate("A. Analyst", scored()[:19])
    assert (few.brier, few.base_brier, few.rows, few.lacking) == (None, None, (), 1)
    enough = calibrate("A. Analyst", scored()[:ENOUGH])
    assert enough.brier is not None
    assert enough.lacking == 0


def test_the_judgement_in_force_at_the_time_counts() -> None:
    """The last one before the day counts; later ones are hindsight, whatever they say."""
    before = [judged(30, DAY, number="1"), judged(60, DAY + timedelta(days=1), number="2")]
    after = [judged(99, DAY + timedelta(days=40), number="3")]
    resolved = outcome(date(2024, 12, 1), DAY + timedelta(days=60))
    assert [one.percent for one in in_force([*after, *before], resolved)] == [60]


def test_a_judgement_of_the_same_day_or_after_the_record_is_hindsight() -> None:
    same_day = judged(99, datetime(2024, 12, 1, 8, tzinfo=UTC))
    assert in_force([same_day], outcome(date(2024, 12, 1), DAY + timedelta(days=60))) == []
    after_record = judged(99, DAY + timedelta(days=3))
    assert in_force([after_record], outcome(date(2025, 6, 1), DAY + timedelta(days=2))) == []


def test_void_outcomes_score_nobody_and_each_analyst_scores_once() -> None:
    both = [judged(30, DAY), judged(70, DAY, "B. Second"), judged(40, DAY + timedelta(hours=1), "a. ANALYST")]
    late = DAY + timedelta(days=60)
    assert in_force(both, outcome(date(2024, 12, 1), late, Came.VOID)) == []
    assert sorted(one.percent for one in in_force(both, outcome(date(2024, 12, 1), late))) == [40, 70]


@given(st.lists(st.tuples(st.integers(1, 99), st.booleans()), min_size=ENOUGH, max_size=60), st.randoms())
def test_a_score_knows_no_order(pairs: list[tuple[int, bool]], random: object) -> None:
    ones = scored(tuple(p for p, _ in pairs), tuple(int(o) for _, o in pairs))
    mixed = list(ones)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert calibrate("x", mixed) == calibrate("x", ones)
