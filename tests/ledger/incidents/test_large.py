"""Many reports and many totals: an answer in reasonable time, and what was not looked at is said."""

from __future__ import annotations

import time
from datetime import date, timedelta

from siteline.ledger.incidents.duplicates import RULES, Rules, propose
from siteline.ledger.incidents.reconcile import reconcile
from siteline.ledger.incidents.rows import Kept
from siteline.ledger.incidents.weapons import built_in
from siteline.model.incident import Report
from tests.ledger.incidents.making import claim, night, read, table


def kept(n: int, days: int) -> list[Kept]:
    """Reports of one province, over so many days."""
    first = date(2024, 1, 1)
    rows = [
        night(
            (first + timedelta(days=i % days)).isoformat(),
            "KN-23",
            1,
            target="Kharkiv oblast",
            source=f"s{i}",
        )
        for i in range(days)
    ]
    made: list[Report] = [report for _, report in read(table(rows)).reports]
    return [Kept(f"{i:016x}", i, made[i % days]) for i in range(n)]


def test_a_hundred_thousand_reports_of_one_province_are_gone_through_in_a_minute() -> None:
    """Their pairs are ten million: the cap holds, and how many were not looked at is said."""
    many = kept(100_000, 1000)
    start = time.perf_counter()
    found = propose(many, built_in())
    assert time.perf_counter() - start < 60
    assert len(found.candidates) == RULES.most
    assert found.left + len(found.candidates) <= RULES.looked
    assert found.unseen > 1_000_000


def test_what_few_share_is_looked_at_before_what_many_share() -> None:
    """Two reports with one address are found although their province alone would fill the cap."""
    many = kept(300, 2)
    rows = [
        night("2024-01-01", "KN-23", 1, target="Kharkiv oblast", source="https://example.org/a")
        for _ in range(2)
    ]
    rows[1]["launched"] = 2
    twins = [Kept(f"f{i:015x}", 900 + i, report) for i, (_, report) in enumerate(read(table(rows)).reports)]
    found = propose([*many, *twins], built_in(), rules=Rules(looked=50))
    assert {one.id for one in twins} in [{one.a, one.b} for one in found.candidates]
    assert found.unseen > 0


def test_under_the_cap_nothing_is_left_unseen() -> None:
    found = propose(kept(20, 5), built_in())
    assert (found.left, found.unseen) == (0, 0)


def test_a_hundred_thousand_totals_are_reconciled_in_a_minute_and_the_cut_is_a_finding() -> None:
    claims = [claim(f"c{i}", 10, "2024-01-01", "2024-01-31", line=i, lineage=f"l{i}") for i in range(100_000)]
    start = time.perf_counter()
    series = reconcile(claims)
    assert time.perf_counter() - start < 60
    assert [one.code for one in series.findings if one.code == "not_all_held"] == ["not_all_held"]
    assert len(series.pairs) <= 200_000


def test_a_fall_between_neighbours_is_found_beyond_the_cap_too() -> None:
    days = [(date(2024, 1, 1) + timedelta(days=i)).isoformat() for i in range(700)]
    claims = [claim(f"c{i}", i + 1, "2023-12-01", days[i], high=i + 1, line=i) for i in range(700)]
    claims[400] = claim("fall", 5, "2023-12-01", days[400], high=5, line=400)
    found = reconcile(claims).findings
    assert ("c399", "fall") in [one.claims for one in found if one.code == "fall"]
    assert "not_all_held" in [one.code for one in found]
