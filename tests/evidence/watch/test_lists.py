"""A list page day by day: a migration is not a purge, and what really left it is named."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from siteline.evidence.watch.lists import ListLook, judge_lists
from siteline.evidence.watch.migration import rules_of


def real_days(shared: Path) -> list[ListLook]:
    file = shared / "data" / "evidence" / "menu_links_daily.jsonl.gz"
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [ListLook(datetime.fromisoformat(r["date"]).replace(tzinfo=UTC), r["topics"]) for r in rows]


def test_the_real_move_of_a_site_is_a_migration_and_the_real_disappearances_are_listed(shared: Path) -> None:
    days = real_days(shared)
    assert len(days) == 724
    found = judge_lists(days, "the menu")
    assert {f.kind for f in found} == {"site_migrated", "dropped_from_list"}  # no purge, nothing removed
    [moved] = [f for f in found if f.kind == "site_migrated"]
    assert f"{moved.available_at:%F} {moved.missing_at:%F}" == "2026-07-01 2026-07-09"
    assert "/en/category/articles/q/{}.kcmsf became www.kcna.kp/en/article/list/{}" in moved.wording
    assert ("Society-Life", "Social Life") in moved.proposals  # proposed, not assumed
    dropped = {(f.subject, f"{f.missing_at:%F}", f.state) for f in found if f.kind == "dropped_from_list"}
    assert dropped == {
        ("Latest News", "2026-03-10", "closed"),  # on the list again from 9 July
        ("Celebrations for New Year", "2026-07-09", "supported"),
        ("News Commentary", "2026-07-09", "supported"),
        ("32nd Anniversary of Kim Il Sung 's Demise", "2026-07-24", "supported"),
        ("Marking V-Day", "2026-08-11", "supported"),
    }


def test_an_empty_list_is_no_observation() -> None:
    start, entries = datetime(2026, 1, 1, tzinfo=UTC), {"A": "http://a.example/a", "B": "http://a.example/b"}
    days = [
        ListLook(start, entries),
        ListLook(start + timedelta(days=1), {}),
        ListLook(start + timedelta(days=2), entries),
    ]
    assert judge_lists(days) == []


def test_addresses_that_changed_without_a_rule_are_no_migration() -> None:
    moves = [
        ("http://a.example/a/1", "http://a.example/x"),
        ("http://a.example/b/c/2", "http://b.example/y/z/3"),
    ]
    assert rules_of(moves) == []
    to_the_root = [(f"http://a.example/n/{n}", "http://a.example/") for n in range(5)]
    assert rules_of(to_the_root) == []  # everything led to one page: that is no move
