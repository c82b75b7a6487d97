"""Counts over time: ranges, gaps that are no noughts, and only such comparisons as the ranges support."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from siteline.findings.activity import make_series
from siteline.model.activity import Count, CountRange, CountWord, FiledCount, LookKind, Verdict, parse_count
from siteline.model.change import Status
from siteline.model.errors import BadInput
from siteline.model.imagery import Scene
from tests.factory import CRS, make_look, make_scene

WHEN = datetime(2024, 6, 1, tzinfo=UTC)


def make_count(scene: str = "S1", low: int | None = 12, high: int | None = 15, **changed: Any) -> FiledCount:
    """A count of rail wagons in the yard by A. Analyst; None: could not be seen."""
    words = changed.pop("words", ())
    who = changed.pop("who", "A. Analyst")
    counted = None if low is None else CountRange(low, low if high is None else high)
    noun = Count(
        site_id="s",
        scene_id=scene,
        scene_sha256="0" * 64,
        what="rail wagons",
        place="yard",
        outline=box(0, 0, 100, 50),
        crs=CRS,
        counted=counted,
        not_seen="" if counted else "cloud",
    )
    noun = replace(noun, **changed)
    return FiledCount(f"c-{scene}{who[0]}{noun.counted}", noun, who, WHEN, words)


def scenes(**gsd: float | None) -> dict[str, Scene]:
    days = {"S1": "2024-04-03", "S2": "2024-04-19", "S3": "2024-05-05", "S4": "2024-05-21"}
    return {name: make_scene(name, day, gsd_m=gsd.get(name, 3.0)) for name, day in days.items()}


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from(["..", "–", "-", " .. "]))
def test_a_range_is_read_as_it_was_written(a: int, b: int, between: str) -> None:
    """Both ends, whichever sign stands between them; the lower one first."""
    low, high = sorted((a, b))
    assert parse_count(f"{low}{between}{high}") == CountRange(low, high)
    if a != b:
        with pytest.raises(BadInput):
            parse_count(f"{high}{between}{low}")


@given(st.text(max_size=12))
def test_anything_else_is_refused_and_never_guessed(said: str) -> None:
    """A text is a count as written, or an error with a remedy."""
    try:
        found, hint = parse_count(said), "not needed"
    except BadInput as error:
        hint = error.hint
        found = None
    assert hint
    assert found is None or 0 <= found.low <= found.high


def test_a_cloud_is_a_gap_and_no_nought() -> None:
    """What could not be seen has a reason and no number; a counted nought is a number."""
    [one] = make_series([make_count("S1"), make_count("S2", None), make_count("S3", 0, 0)], scenes())
    assert [(look.kind, look.counted) for look in one.looks] == [
        (LookKind.COUNTED, CountRange(12, 15)),
        (LookKind.NOT_SEEN, None),
        (LookKind.COUNTED, CountRange(0, 0)),
    ]
    assert one.looks[1].reason == "cloud"
    assert [change.verdict for change in one.changes] == [Verdict.FEWER]


def test_a_look_that_the_survey_left_out_is_a_gap_in_between() -> None:
    """It is told with the survey's reason; a usable one that nobody counted on is only told of."""
    left = make_look("S2", "2024-04-19", used=False, reason="cloud")
    after = make_look("S4", "2024-05-21", used=False, reason="cloud")
    [one] = make_series([make_count("S1"), make_count("S3")], scenes(), [left, after])
    assert [(look.scene_id, look.reason, look.said_by) for look in one.looks] == [
        ("S1", "", ""),
        ("S2", "cloud", "survey"),
        ("S3", "", ""),
    ]
    [one] = make_series([make_count("S1"), make_count("S3")], scenes(), [make_look("S2", "2024-04-19")])
    assert (len(one.looks), one.uncounted) == (2, 1)


@given(st.tuples(*[st.integers(0, 30)] * 4))
def test_more_is_said_only_where_the_ranges_do_not_overlap(ends: tuple[int, ...]) -> None:
    """For any two ranges: more, fewer or neither, and never both."""
    a, b = sorted(ends[:2]), sorted(ends[2:])
    [one] = make_series([make_count("S1", *a), make_count("S2", *b)], scenes())
    [change] = one.changes
    wanted = Verdict.MORE if b[0] > a[1] else Verdict.FEWER if b[1] < a[0] else Verdict.NOT_SUPPORTED
    assert change.verdict is wanted
    assert ("overlap" in change.said) == (wanted is Verdict.NOT_SUPPORTED)


def test_other_pixels_are_told_with_a_comparison() -> None:
    """On a sharper image more can be told apart: the sentence says so."""
    [one] = make_series([make_count("S1"), make_count("S2", 20, 24)], scenes(S1=3.0, S2=0.5))
    assert one.changes[0].verdict is Verdict.MORE
    assert "pixels of 3 m and 0.5 m" in one.changes[0].caveats[0]
    [one] = make_series([make_count("S1"), make_count("S2", 20, 24)], scenes(S1=None))
    assert "not known" in one.changes[0].caveats[0]
    [one] = make_series([make_count("S1"), make_count("S2", 20, 24)], scenes())
    assert one.changes[0].caveats == ()


def test_counts_of_other_ground_are_not_compared() -> None:
    """A yard that was drawn anew is another yard."""
    moved = make_count("S2", 20, 24, outline=box(50, 0, 150, 50))
    [one] = make_series([make_count("S1"), moved], scenes())
    assert one.changes[0].verdict is Verdict.NOT_COMPARED


def test_counters_who_disagree_widen_the_range_until_one_is_accepted() -> None:
    """Both are kept and told; an accepted one speaks alone; a rejected one no more."""
    other = make_count("S1", 18, 20, who="B. Analyst")
    [one] = make_series([make_count("S1"), other], scenes())
    assert (one.looks[0].counted, one.looks[0].agreed) == (CountRange(12, 20), False)
    accepted = replace(other, words=(CountWord(Status.ACCEPTED, "C", WHEN, "sharper"),))
    [one] = make_series([make_count("S1"), accepted], scenes())
    assert (one.looks[0].counted, one.looks[0].agreed) == (CountRange(18, 20), True)
    rejected = replace(other, words=(CountWord(Status.REJECTED, "C", WHEN, "slip"),))
    [one] = make_series([make_count("S1"), rejected], scenes())
    assert one.looks[0].counted == CountRange(12, 15)


def test_who_saw_speaks_before_who_could_not() -> None:
    """One counter's cloud does not undo the other's count."""
    [one] = make_series([make_count("S1"), make_count("S1", None, who="B. Analyst")], scenes())
    assert (one.looks[0].counted, len(one.looks[0].counts)) == (CountRange(12, 15), 2)


def test_other_things_and_other_places_are_other_series() -> None:
    """Wagons are not excavators; capitals do not matter."""
    made = make_series(
        [
            make_count("S1"),
            make_count("S2", what="Rail Wagons"),
            make_count("S1", what="excavators"),
            make_count("S1", place="pit"),
        ],
        scenes(),
    )
    assert [(one.what, one.place, len(one.looks)) for one in made] == [
        ("excavators", "yard", 1),
        ("rail wagons", "pit", 1),
        ("Rail Wagons", "yard", 2),
    ]
