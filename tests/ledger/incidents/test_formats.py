"""Words to sets and numbers, the formats of others, and our own plain CSV there and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.ledger.incidents import acled, plain
from siteline.ledger.incidents.duplicates import propose
from siteline.ledger.incidents.queries import query_id
from siteline.ledger.incidents.weapons import built_in, read_mapping
from siteline.ledger.incidents.words import interval, read_phrase
from siteline.model.errors import BadLedgerFile, BadSetting
from siteline.model.incident import Report
from tests.ledger.incidents.making import AIRFORCE, filed, night, open_ledger, read, table

ACLED = (
    "event_id_cnty", "event_date", "time_precision", "event_type", "sub_event_type", "civilian_targeting", "country", "admin1",
    "location", "latitude", "longitude", "geo_precision", "source", "notes", "fatalities",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "classes", "terms"),
    [
        ("KN-23", {"KN-23"}, 1),
        ("Iskander-M/KN-23", {"Iskander-M", "KN-23"}, 1),
        ("KN-23/24", {"KN-23", "KN-24"}, 1),
        ("KN-23 or KN-24", {"KN-23", "KN-24"}, 1),
        ("KN-23 or highly likely KN-23", {"KN-23"}, 1),
        ("Hwasong-11 (KN-23 and KN-24)", {"KN-23", "KN-24"}, 1),
        ("KN-23 (Hwasong-11)", {"KN-23"}, 1),
        ("KN-23 (suspected)", {"KN-23"}, 1),
        ("화성-11가", {"KN-23"}, 1),
        ("X-101/X-555 and Kalibr", {"Kh-101", "Kh-555", "Kalibr"}, 2),
        ("Х‑101", {"Kh-101"}, 1),
        ("k n\u200b-23", {"KN-23"}, 1),
        ("Фенікс", {"Фенікс"}, 1),
        ("", set(), 0),
    ],
)
def test_words_mean_sets_of_classes(text: str, classes: set[str], terms: int) -> None:
    found = built_in().meant(text)
    assert (found.classes, found.terms) == (classes, terms)


def test_a_word_that_nobody_knows_is_refused_with_what_was_meant() -> None:
    with pytest.raises(BadSetting) as refused:
        built_in().asked("KN-32")
    assert "KN-23" in refused.value.hint
    assert built_in().asked("Фенікс", frozenset({"Фенікс"})) == {"Фенікс"}
    assert "Kalibr" in built_in().asked("category:cruise")
    with pytest.raises(BadSetting):
        built_in().asked("category:boats")


@pytest.mark.parametrize(
    "text",
    [
        '[class."A"]\ncategory = "boat"\n',
        '[class."A"]\ncategory = "uav"\naliases = ["x"]\n[class."B"]\ncategory = "uav"\naliases = ["X"]\n',
        "[set]\nq = ['nobody']\n",
        "[other]\na = 1\n",
        "class = 3\n",
        "not toml",
        "[class]\nA = 3\n",
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(BadSetting):
        read_mapping(text, "mine.toml")


def test_a_mapping_of_ones_own_replaces_ours() -> None:
    mine = read_mapping('[class."Falcon"]\ncategory = "uav"\naliases = ["KN-23"]\n', "mine.toml")
    assert mine.meant("kn 23").classes == {"Falcon"}


@pytest.mark.parametrize(
    ("low", "high", "words", "bounds"),
    [
        (24, None, "at least", (24, None)),
        (70, None, "more than", (71, None)),
        (20, None, "over", (21, None)),
        (50, 50, "around", (45, 55)),
        (60, 60, "about", (54, 66)),
        (8, 8, "", (8, 8)),
        (7, None, "", (7, 7)),
        (9, None, "up to", (0, 9)),
        (9, None, "fewer than", (0, 8)),
        (None, None, "could not", (None, None)),
        (3, 5, "", (3, 5)),
    ],
)
def test_words_about_numbers_are_intervals(
    low: int | None, high: int | None, words: str, bounds: tuple[int | None, int | None]
) -> None:
    assert interval(low, high, words) == bounds


@pytest.mark.parametrize(
    ("text", "fit", "unfit"),
    [
        ("a third", (0.31, 0.357), (0.30, 0.37)),
        ("about a third", (0.284, 0.383), (0.28, 0.39)),
        ("nearly a third", (0.284, 0.333), (0.334, 0.28)),
        ("more than a third", (0.334, 0.43), (0.333, 0.44)),
        ("two thirds", (0.66,), (0.33,)),
        ("one in three", (0.33,), (0.5,)),
        ("roughly 30 %", (0.26, 0.34), (0.24, 0.36)),
        ("at least half", (0.5, 1.0), (0.49,)),
        ("half", (0.5,), (0.56,)),
    ],
)
def test_phrases_about_shares_have_widths(
    text: str, fit: tuple[float, ...], unfit: tuple[float, ...]
) -> None:
    phrase = read_phrase(text)
    assert phrase is not None
    assert all(phrase.fits(share) for share in fit)
    assert not any(phrase.fits(share) for share in unfit)


def test_a_phrase_without_a_share_is_none() -> None:
    assert read_phrase("many") is None


def event(name: str, fatalities: object, **more: object) -> dict[str, object]:
    return {
        "event_id_cnty": name, "event_date": "2024-01-02", "event_type": "Explosions/Remote violence", "country": "Ukraine",
        "sub_event_type": "Shelling/artillery/missile attack", "source": "News", "fatalities": fatalities, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "toll", "code"),
    [
        ("4", (4, 4, 4), ""),
        ("dozens", (12, 12, None), "vague_number"),
        ("Tens", (10, 10, None), "vague_number"),
        ("hundreds", (100, 100, None), "vague_number"),
        ("10-15", (10, 10, 15), "differing_numbers"),
    ],
)
def test_acled_codes_vague_numbers_at_their_most_conservative(
    said: str, toll: tuple[object, ...], code: str
) -> None:
    found = read(table([event("UKR1", said)], ACLED), "acled")
    [(_, report)] = found.reports
    assert (report.tolls[0].low, report.tolls[0].best, report.tolls[0].high) == toll
    assert [f.code for f in found.notices] == ([code] if code else [])


def test_acled_codes_unknown_by_whether_there_is_war_and_asks_which() -> None:
    content = table([event("UKR1", "unknown")], ACLED)
    for war, coded in ((True, 10), (False, 3)):
        [(_, report)] = read(content, "acled", war_zone=war).reports
        assert report.tolls[0].best == coded
    with pytest.raises(BadLedgerFile, match="unknown_needs_war_zone") as refused:
        read(content, "acled")
    assert "--war-zone" in refused.value.hint


def test_acled_dates_have_precision_and_totals_that_repeat_are_named() -> None:
    rows = [
        event(f"UKR{i}", 9, notes="Nine people were killed in two villages.", time_precision=i)
        for i in (1, 2, 3)
    ]
    rows.append(event("UKR9", 9, event_date="02 January 2024"))
    found = read(table(rows, ACLED), "acled")
    days = [(r.window.end - r.window.start).days for _, r in found.reports]
    assert days == [1, 7, 31, 1]
    assert {r.window.day for _, r in found.reports} == {"2024-01-02"}
    assert [f.code for f in found.notices] == ["total_repeated"]
    with pytest.raises(BadLedgerFile, match="bad_time"):
        read(table([event("UKR1", 1, event_date="3/4/2024")], ACLED), "acled")


@given(st.integers(0, 10_000), st.integers(1, 60))
def test_a_total_that_is_split_stays_the_total(total: int, days: int) -> None:
    parts = acled.split_total(total, days)
    assert (sum(parts), len(parts)) == (total, days)
    assert max(parts) - min(parts) <= 1


def test_the_plain_csv_comes_back_as_it_went(tmp_path: Path) -> None:
    """Breakdowns, bounds, formulas in cells, places and casualties; twice there and back is the same file."""
    whole = "Iskander-M/KN-23 and Kalibr"
    rows = [
        night(
            "2024-05-01 23:30",
            whole,
            9,
            time_end="2024-05-02 02:00",
            launched_details="{'Kalibr': 3}",
            target="Odesa oblast",
        ),
        night("2024-05-02", "KN-23", "", source="=cmd|' /C calc'!A0"),
        night("2024-05-03", "'KN-23", 4, destroyed=2, target="-Kyiv"),
    ]
    reports = [report for _, report in read(table(rows)).reports]
    text = "".join(plain.write(reports))
    assert "\r\n'=" not in text
    assert ",=cmd" not in text
    again = [report for _, report in read(text.encode(), "csv").reports]
    assert [_kept(one) for one in again] == [_kept(one) for one in reports]
    assert "".join(plain.write(again)) == text


def _kept(report: Report) -> Report:
    """A report without the cells that only its source knows."""
    return replace(report, cells={}, window=replace(report.window, text=""))


def test_casualties_and_bounds_survive_the_plain_csv() -> None:
    heads = (
        "id",
        "start",
        "weapon",
        "launched_lo",
        "launched_hi",
        "killed",
        "killed_hi",
        "injured_lo",
        "victims",
        "lat",
        "lon",
        "sources",
    )
    row = {
        "id": "a", "start": "2024-05", "weapon": "KN-23", "launched_lo": 2, "launched_hi": 5, "killed": 3, "killed_hi": 4,
        "injured_lo": 7, "victims": "civilians", "lat": "-1.5", "lon": 30, "sources": "-1",
    }  # fmt: skip
    [(_, first)] = read(table([row], heads), "csv").reports
    [(_, again)] = read("".join(plain.write([first])).encode(), "csv").reports
    assert _kept(again) == _kept(first)
    assert [(t.low, t.best, t.high) for t in first.tolls] == [(3, 3, 4), (7, 7, None)]
    assert (first.window.day, first.sources, first.spot.lat) == ("2024-05-01", None, -1.5)


def test_duplicates_are_proposed_with_reasons_and_never_twice(tmp_path: Path) -> None:
    _, incidents = open_ledger(tmp_path)
    rows = [
        night("2024-05-01", "KN-23", target="Odesa oblast"),
        night("2024-05-02", "Iskander-M/KN-23", target="Odesa oblast"),
        night("2024-05-04", "KN-23", target="Odesa oblast"),
        night("2024-05-01", "Kalibr", target="Odesa oblast"),
        night("2024-05-01", "KN-23", target="Kyiv oblast", source="withheld"),
        night("2024-05-01", "KN-23", 5, target="Poltava oblast", source="withheld"),
        night("2024-04-29", "KN-23", 9, time_end="2024-05-05", target="Odesa oblast"),
    ]
    edition = filed(incidents, table(rows))
    kept = {one.line: one for one in incidents.reports(edition)}
    proposed = propose(kept.values(), built_in())
    found, left = proposed.candidates, proposed.left
    assert [{one.a, one.b} for one in found] == [{kept[2].id, kept[3].id}]
    assert "same province (odesa)" in found[0].reasons
    assert left == 0
    incidents.judge("not_same", [kept[2].id, kept[3].id], "two wrecks")
    again = propose(kept.values(), built_in(), incidents.judged())
    assert (again.candidates, again.left) == ([], 0)


def test_near_points_and_like_texts_are_reasons(tmp_path: Path) -> None:
    _, incidents = open_ledger(tmp_path)
    notes = "A missile struck an apartment building in the northern district in the night."
    rows = [
        event("A", 1, latitude="50.40", longitude="30.50", notes=notes),
        event("B", 1, latitude="50.43", longitude="30.50", notes=notes + " Rescue went on."),
        event("C", 1, latitude="50.60", longitude="30.50"),
    ]
    edition = filed(incidents, table(rows, ACLED), form="acled")
    [found] = propose(incidents.reports(edition), built_in()).candidates
    assert any("km apart" in reason for reason in found.reasons)
    assert any("text alike" in reason for reason in found.reasons)


def test_the_same_question_has_the_same_id_whatever_the_order() -> None:
    assert query_id("count", {"a": 1, "b": 2}) == query_id("count", {"b": 2, "a": 1})
    assert query_id("count", {"a": 1}) != query_id("share", {"a": 1})


def test_windows_have_utc_ends_and_their_own_day() -> None:
    row = night("2024-05-01 23:30", "KN-23", time_end="2024-05-02 02:00")
    [(_, report)] = read(table([row], AIRFORCE)).reports
    assert report.window.start == datetime(2024, 5, 1, 20, 30, tzinfo=UTC)
    assert report.window.end == datetime(2024, 5, 1, 23, 0, tzinfo=UTC) + timedelta(minutes=1)
    assert report.window.day == "2024-05-01"
