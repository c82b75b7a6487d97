"""SMART's figures, worked out by hand on squares; and Siteline's own beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.model.errors import BadInput, BadSetting
from siteline.model.smart import NEGATIVE, POSITIVE, Phase, RegionModel, SmartSite
from siteline.sites.smart.read import read_smart
from siteline.sites.smart.scoring.rules import ScoreOptions
from siteline.sites.smart.scoring.score import Score, describe_score, score
from tests.sites.smart.made import (
    AC,
    LIFE,
    NA,
    PC,
    SP,
    UN,
    look,
    make_proposal,
    make_region,
    make_truth,
    square,
)


def run(truth: Sequence[SmartSite], proposals: Sequence[SmartSite], **options: Any) -> Score:
    region = options.pop("region", make_region())
    return score(truth, proposals, region, ScoreOptions(**options))


def later(days: int, life: Sequence[tuple[str, Phase | None]] = LIFE) -> list[tuple[str, Phase | None]]:
    return [((date.fromisoformat(d) + timedelta(days)).isoformat(), p) for d, p in life]


def counts(scored: Score) -> tuple[int, int, int]:
    return scored.tally.tp, scored.tally.fp, scored.tally.fn


def test_a_perfect_copy_is_perfect() -> None:
    scored = run([make_truth()], [make_proposal()])
    assert counts(scored) == (1, 0, 0)
    assert scored.tally.tp_exact == 1
    told = describe_score(scored)
    phases = told["smart"]["phases"]
    assert phases["accuracy"] == 1
    assert phases["f1"] == {p.value: {"micro": 1.0, "macro": 1.0} for p in (SP, AC)}
    assert {p: e["mean_abs_days"] for p, e in phases["onset_error"].items()} == dict.fromkeys(
        (SP, AC, PC), 0.0
    )
    assert told["ours"]["f1"] == 1
    assert told["ours"]["areas"]["median_abs_error"] == 0
    assert told["ours"]["dates"]["intervals_agree"] == 1


@pytest.mark.parametrize(
    ("shift", "found"),
    [
        (0.0, True),
        (130.0, True),  # IoU 70/330 = 0.212
        (150.0, True),  # IoU 50/350 = 0.143 < tau; but 0.25 of the truth is covered
        (159.0, True),  # 41/200 = 0.205
        (161.0, False),  # 39/200 = 0.195
        (300.0, False),
    ],
)
def test_a_shifted_copy_is_found_while_it_overlaps_enough(shift: float, found: bool) -> None:
    scored = run([make_truth()], [make_proposal(outline=square(shift))])
    assert counts(scored) == ((1, 0, 0) if found else (0, 1, 1))


def test_covering_the_truth_is_tried_where_iou_does_not_suffice() -> None:
    vast = square(-400, -400, 1000)  # 25 times the truth: IoU 0.04, IoT 1
    [found] = run([make_truth()], [make_proposal(outline=vast)]).association.found.values()
    assert found.by_iot
    assert found.spatial_overlap == 1
    assert found.looks[0].iou == pytest.approx(0.04, rel=1e-3)
    assert run([make_truth()], [make_proposal()]).association.found["KR_R001_0001"].by_iot is False


def test_a_shrunken_copy_is_found_down_to_a_fifth_of_the_ground() -> None:
    for height, found in ((41, True), (39, False)):
        inner = square(0, 0, 200, height)
        assert counts(run([make_truth()], [make_proposal(outline=inner)])) == (
            (1, 0, 0) if found else (0, 1, 1)
        )


def test_a_delayed_copy_misses_looks_and_then_days() -> None:
    """
    Truth counts on 1 March, 1 June, 1 December and 1 February: 4 looks. It is active from 1 March (10 January at the longest) to
    1 February: 338 days (388).
    """
    soon = run([make_truth()], [make_proposal(life=later(60))]).association.found["KR_R001_0001"]
    assert (
        soon.spatial_overlap == 3 / 4
    )  # first look of the proposal 11 March: nothing to compare with on 1 March
    assert soon.temporal_iot == pytest.approx((338 - 10) / 338)
    assert soon.temporal_iop == pytest.approx(328 / 388)  # 11 March 2018 to 2 April 2019: 388 days
    half = run([make_truth()], [make_proposal(life=later(280))]).association.found["KR_R001_0001"]
    assert half.spatial_overlap == 0.5  # first look 17 October: two of four looks, which is enough
    assert half.temporal_iot == pytest.approx(108 / 338)
    assert counts(run([make_truth()], [make_proposal(life=later(340))])) == (
        0,
        1,
        1,
    )  # 16 December: one of four


def test_a_proposal_must_overlap_the_days_of_the_truth() -> None:
    """Half of the looks suffice in space; in time a fifth of the truth's days and a tenth of the proposal's."""
    life = [("2018-02-01", SP), ("2018-04-30", PC)]  # 89 days, 61 of them among the truth's 338
    found = run([make_truth()], [make_proposal(life=life)])
    assert found.association.found == {}
    [near] = found.association.near
    assert near.spatial_overlap == 1  # what a proposal last said still stands
    assert near.temporal_iot == pytest.approx(61 / 338)
    assert near.temporal_iop == 1  # the longest activity begins on 10 January
    assert counts(run([make_truth()], [make_proposal(life=life)], temporal_iot=0.18)) == (1, 0, 0)
    endless = make_proposal(life=[("2014-01-01", NA), ("2018-03-01", SP), ("2021-08-31", PC)])
    [one] = run([make_truth()], [endless]).association.found.values()
    assert one.temporal_iop == pytest.approx(388 / 2800)


def test_one_proposal_over_two_truths_finds_both() -> None:
    truths = [make_truth(), make_truth("KR_R001_0002", square(220))]
    both = make_proposal(outline=square(0, 0, 420, 200))
    scored = run(truths, [both])
    assert counts(scored) == (2, 0, 0)
    assert (scored.tally.tp_exact, scored.tally.tp_under, scored.tally.tp_under_iou) == (0, 2, 2)
    assert scored.association.finds(scored.association.proposals[0]) == ("KR_R001_0001", "KR_R001_0002")


def test_two_proposals_that_split_a_truth_find_it_together() -> None:
    halves = [
        make_proposal("KR_R001_7001", square(0, 0, 95, 200)),
        make_proposal("KR_R001_7002", square(105, 0, 95, 200)),
    ]
    scored = run([make_truth()], halves)
    assert counts(scored) == (1, 0, 0)
    assert scored.tally.tp_over == 1
    [found] = scored.association.found.values()
    assert found.proposal.members == ("KR_R001_7001", "KR_R001_7002")
    assert found.looks[0].iou == pytest.approx(0.95)


def test_of_several_only_those_that_fit_are_taken() -> None:
    """A vast proposal that touches the truth spoils the union; without it the good one is found, and the vast one is false."""
    good = make_proposal("KR_R001_7002", square())
    stray = make_proposal("KR_R001_7001", square(-3000, -3000, 3001))
    scored = run([make_truth()], [good, stray], tau=0.5)
    [found] = scored.association.found.values()
    assert found.proposal.members == ("KR_R001_7001", "KR_R001_7002")  # by IoT: all of the truth is covered
    assert found.by_iot


def test_a_dropped_proposal_is_a_miss_and_an_invented_one_is_false() -> None:
    truths = [make_truth(), make_truth("KR_R001_0002", square(1000))]
    scored = run(truths, [make_proposal(), make_proposal("KR_R001_7002", square(0, 2000))])
    assert counts(scored) == (1, 1, 1)
    tally = scored.tally
    assert (tally.precision, tally.recall, tally.f1) == (0.5, 0.5, 0.5)
    assert tally.f_beta(2) == pytest.approx(0.5)
    assert tally.fp_area_km2 == pytest.approx(0.04, rel=0.02)
    assert tally.ffpa == pytest.approx(0.04 / (100 - 0.04), rel=0.02)


@pytest.mark.parametrize(
    ("status", "expected", "verdict", "of_proposal"),
    [
        ("positive_pending", (1, 0, 0), "tp", "tp"),
        ("negative", (0, 1, 0), "fp", "fp"),
        ("positive_excluded", (0, 1, 0), "fp", "fp"),
        ("ignore", (0, 0, 0), "0", "0"),
        ("transient_positive", (1, 0, 0), "tp", "tp"),
        ("transient_negative", (0, 1, 0), "fp", "fp"),
        ("transient_ignore", (0, 0, 0), "0", "0"),
    ],
)
def test_a_status_says_what_a_find_is_worth(
    status: str, expected: tuple[int, int, int], verdict: str, of_proposal: str
) -> None:
    bare: list[tuple[str, Phase | None]] = [("2018-01-10", None), ("2019-02-01", None)]
    truth = make_truth(status=status, life=bare)
    scored = run([truth], [make_proposal()])
    assert counts(scored) == expected
    assert scored.association.verdict(scored.association.truths[0]) == verdict
    assert scored.association.verdict_of(scored.association.proposals[0]) == of_proposal
    missed = run([truth], [])
    assert counts(missed) == ((0, 0, 1) if status in POSITIVE else (0, 0, 0))
    assert missed.association.verdict(missed.association.truths[0]) == (
        "fn" if status in POSITIVE else "tn" if status in NEGATIVE else "0"
    )


def test_ignored_truth_takes_a_proposal_by_the_share_of_the_proposal() -> None:
    """Its first and last look only, and no share of its own days: a small proposal within a vast ignored place is forgiven."""
    bare: list[tuple[str, Phase | None]] = [("2014-06-01", None), ("2021-06-01", None)]
    ignored = make_truth("KR_R001_0009", square(-1000, -1000, 3000), bare, "ignore")
    scored = run([ignored], [make_proposal()])
    assert counts(scored) == (0, 0, 0)
    [found] = scored.association.found.values()
    assert found.temporal_iot < 0.2
    assert found.spatial_overlap == 0.5  # before its first look there is no proposal
    unsure = replace(ignored, end=None)
    assert run([unsure], [make_proposal()]).association.truths[0].status == "ignore"


def test_small_truth_is_ignored_by_its_largest_look() -> None:
    side = 94.0  # 8,836 m²
    for status, as_what in (
        ("positive_annotated", "ignore"),
        ("positive_excluded", "ignore"),
        ("negative", "negative"),
    ):
        truth = make_truth(outline=square(0, 0, side), status=status)
        assert run([truth], []).association.truths[0].status == as_what
    large = run([make_truth(outline=square(0, 0, side))], [], small_site_threshold=8000.0)
    assert large.association.truths[0].status == "positive_annotated"


def test_truth_half_outside_the_region_is_ignored_and_wholly_outside_is_not_scored() -> None:
    half, away = make_truth(outline=square(4900)), make_truth("KR_R001_0002", square(9000))
    scored = run([half, away], [])
    assert [t.status for t in scored.association.truths] == ["ignore"]
    assert "KR_R001_0002: lie outside the region" in str(scored.remarks[0])


@pytest.mark.parametrize(
    ("life", "overall", "completed", "partial"),
    [
        (LIFE, "positive_annotated", "positive_annotated", "ignore"),
        # begins in the region's time and goes on after it
        (
            [("2021-01-10", NA), ("2021-03-01", SP), ("2021-10-01", AC), ("2022-02-01", PC)],
            "positive_annotated",
            "positive_unbounded",
            "positive_annotated",
        ),
        # began before it
        (
            [("2013-03-01", SP), ("2014-06-01", AC), ("2014-12-01", PC)],
            "positive_unbounded",
            "positive_unbounded",
            "positive_unbounded",
        ),
        # a late look at a finished site leaves it whole
        (
            [*LIFE, ("2022-05-01", PC)],
            "positive_annotated",
            "positive_annotated",
            "ignore",
        ),
        # nothing but quiet looks
        ([("2018-01-01", NA), ("2018-05-01", NA)], *["positive_unbounded"] * 3),
    ],
)
def test_what_counts_depends_on_the_regions_time(
    life: list[tuple[str, Phase | None]], overall: str, completed: str, partial: str
) -> None:
    truth = make_truth(life=life)
    for activity, expected in (("overall", overall), ("completed", completed), ("partial", partial)):
        assert run([truth], [], activity=activity).association.truths[0].status == expected


def test_proposals_of_other_statuses_or_too_unsure_or_small_are_not_read() -> None:
    proposals = [
        make_proposal("KR_R001_7001", status="system_rejected"),
        make_proposal("KR_R001_7002", score=0.3),
        make_proposal("KR_R001_7003", square(1000, 0, 50)),
    ]
    scored = run([], proposals, confidence=0.5, min_proposal_area=5000.0)
    assert counts(scored) == (0, 0, 0)
    assert "1 of 3 proposals are not read: their status is system_rejected" in str(scored.remarks[0])
    assert counts(run([], proposals)) == (0, 2, 0)
    assert counts(run([], proposals, read_statuses=("system_confirmed", "system_rejected"))) == (0, 3, 0)


def test_days_count_once_where_proposals_overlap_in_time() -> None:
    halves = [
        make_proposal("KR_R001_7001", square(0, 0, 100, 200)),
        make_proposal("KR_R001_7002", square(100, 0, 100, 200), life=later(10)),
    ]
    [found] = run([make_truth()], halves).association.found.values()
    assert found.temporal_iot == 1
    assert found.temporal_iop == pytest.approx(388 / 398)  # 10 January to 11 February


def test_the_better_of_two_looks_on_one_day_counts() -> None:
    truth = make_truth()
    twin = (look("2018-06-01", AC, square(150), source="b"), look("2018-06-01", AC, square(), source="a"))
    truth = replace(truth, observations=(*truth.observations[:2], *twin, *truth.observations[3:]))
    [found] = run([truth], [make_proposal()]).association.found.values()
    assert [one.iou for one in found.looks] == [1, 1, 1, 1]


def test_phases_are_compared_with_what_was_last_said() -> None:
    """Truth SP AC AC PC against SP SP AC AC: pairs (SP,SP) (AC,SP) (AC,AC) (PC,AC); F1 of SP 2/3, of AC 1/2."""
    said = [
        ("2018-01-10", NA),
        ("2018-02-20", SP),
        ("2018-10-01", AC),
        ("2019-01-15", AC),
        ("2019-03-01", PC),
    ]
    scored = run([make_truth()], [make_proposal(life=said)])
    phases = describe_score(scored)["smart"]["phases"]
    assert phases["confusion"]["Active Construction"] == {
        "No Activity": 0,
        "Site Preparation": 1,
        "Active Construction": 1,
        "Post Construction": 0,
    }
    assert phases["accuracy"] == 0.5
    assert phases["f1"]["Site Preparation"]["micro"] == pytest.approx(2 / 3, abs=1e-4)
    assert phases["f1"]["Active Construction"]["micro"] == pytest.approx(2 / 4)
    [labels] = scored.labels
    assert {p: e.days for p, e in labels.onsets.items()} == {SP: -9, AC: 122, PC: 28}
    # SP: 20 February lies between the last quiet look (10 January) and the first busy one (1 March): right at best
    assert (labels.onsets[SP].best, labels.onsets[SP].worst) == (0, 41)
    assert (labels.onsets[AC].best, labels.onsets[AC].worst) == (122, 214)  # last SP of the truth: 1 March
    assert (labels.onsets[PC].best, labels.onsets[PC].worst) == (28, 90)


def test_unknown_of_the_truth_is_not_compared_and_of_a_proposal_is_wrong() -> None:
    life = [("2018-01-10", NA), ("2018-03-01", UN), ("2018-06-01", AC), ("2019-02-01", PC)]
    [labels] = run([make_truth(life=life)], [make_proposal()]).labels
    assert labels.pairs == ((AC, AC), (PC, PC))
    [other] = run([make_truth()], [make_proposal(life=life)]).labels
    assert other.pairs[0] == (SP, UN)
    assert SP in other.not_proposed


def test_options_out_of_range_and_regions_without_time_are_refused() -> None:
    with pytest.raises(BadSetting, match="tau is 2"):
        ScoreOptions(tau=2)
    with pytest.raises(BadSetting, match="small_site_threshold is -1"):
        ScoreOptions(small_site_threshold=-1)
    with pytest.raises(BadSetting, match="no activity 'some'"):
        ScoreOptions(activity="some")
    with pytest.raises(BadInput, match="says no time"):
        run([], [], region=make_region(end=None))


def test_our_own_figures_are_of_objects_days_and_areas() -> None:
    truths = [
        make_truth(),
        make_truth("KR_R001_0002", square(1000)),
        make_truth("KR_R001_0003", square(2000)),
    ]
    cache = MappingProxyType(
        {"siteline": "events/1", "onset": {"after": "2018-02-10", "by": "2018-03-05"}, "area_m2": None}
    )
    proposals = [
        make_proposal("KR_R001_7001", square(0, 0, 200, 180), cache=cache),  # IoU 0.9
        make_proposal("KR_R001_7002", square(1000, 0, 200, 60), life=later(200)),  # IoU 0.3
        make_proposal("KR_R001_7003", square(2160), life=LIFE),  # IoU 0.11
    ]
    ours = describe_score(run(truths, proposals))["ours"]
    assert (ours["hits"], ours["missed"], ours["false"]) == (2, 1, 1)
    assert ours["f1"] == pytest.approx(2 / 3, abs=1e-4)
    assert [pair["late_days"] for pair in ours["pairs"]] == [4, 200]
    assert [pair["intervals_agree"] for pair in ours["pairs"]] == [True, False]
    assert [pair["area_error"] for pair in ours["pairs"]] == pytest.approx([-0.1, -0.7], abs=1e-3)
    assert ours["dates"]["intervals_agree"] == 0.5
    assert ours["refusals"]["areas_not_measured"] == 1


def truth_of(shared: Path, region: RegionModel) -> list[SmartSite]:
    """A region's summaries, with the site models that are at hand in their place."""
    folder = shared / "data/imagery/smart/site_models"
    models = {path.stem: read_smart(path)[0] for path in folder.glob(f"{region.id}_*.geojson")}
    found = [models.get(site.id, site) for site in region.sites]
    assert all(isinstance(site, SmartSite) for site in found)
    return found  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("region_id", "sites", "scored_sites"),
    [("BR_R002", 12, 3), ("KR_R001", 25, 9), ("KR_R002", 118, 30), ("KR_R003", 155, 42), ("PE_R001", 34, 3)],
)
def test_smarts_truth_against_itself_is_perfect(
    shared: Path, region_id: str, sites: int, scored_sites: int
) -> None:
    region, _ = read_smart(shared / f"data/imagery/smart/region_models/{region_id}.geojson")
    assert isinstance(region, RegionModel)
    truth = truth_of(shared, region)
    proposals = [replace(t, status="system_confirmed") for t in truth if t.status in POSITIVE]
    told = describe_score(score(truth, proposals, region))
    found = told["smart"]["search"]
    assert found["truth_annotations"] == sites
    assert found["truth_sites"] == scored_sites == found["tp"]
    assert (found["fp"], found["fn"], found["f1"]) == (0, 0, 1.0)
    assert told["ours"]["f1"] == 1.0
    assert told["ours"]["areas"]["median_abs_error"] == 0
    phases = told["smart"]["phases"]
    if region_id in ("BR_R002", "KR_R001", "KR_R002"):
        assert phases["accuracy"] == 1.0
    # with subsites every phase of the truth is paired with every phase of the proposal, as SMART's scorer does
    if region_id == "KR_R003":
        assert phases["accuracy"] < 1


def test_smarts_truth_with_every_third_site_dropped_misses_a_third(shared: Path) -> None:
    region, _ = read_smart(shared / "data/imagery/smart/region_models/PE_R001.geojson")
    assert isinstance(region, RegionModel)
    truth = truth_of(shared, region)
    counted = score(truth, [], region).association
    positive = [t.id for t in counted.truths if t.status in POSITIVE]
    assert len(positive) == 3
    proposals = [replace(t, status="system_confirmed") for t in truth if t.id in positive[1:]]
    tally = score(truth, proposals, region).tally
    assert (tally.tp, tally.fp, tally.fn) == (2, 0, 1)
    negative = [t for t in truth if t.status == "negative"]
    dated = [t for t in negative if t.start and t.end]
    assert (len(negative), len(dated)) == (7, 3)  # without a start or an end a site is ignored
    false = [replace(t, status="system_confirmed") for t in negative]
    tally = score(truth, [*proposals, *false], region).tally
    assert (tally.tp, tally.fp) == (2, 3)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(-200, 200), st.integers(60, 300)),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_is_proposed_the_counts_add_up(placed: list[tuple[int, int, int, int]]) -> None:
    truths = [make_truth(f"KR_R001_000{i}", square(i * 260)) for i in range(4)]
    proposals = [
        make_proposal(f"KR_R001_70{i:02d}", square(x * 200, y * 100, side), life=later(days))
        for i, (x, y, days, side) in enumerate(placed)
    ]
    scored = run(truths, proposals)
    tally = scored.tally
    assert tally.tp + tally.fn == 4
    assert tally.tp_exact + tally.tp_under + tally.tp_over == tally.tp
    lonely = sum(not scored.association.finds(p) for p in scored.association.proposals)
    assert tally.fp == lonely
    assert 0 <= tally.f1 <= 1
    assert 0 <= tally.fpa <= 1
    alone = run(truths, [*proposals, make_proposal("KR_R001_7999", square(0, 4000))])
    assert (alone.tally.tp, alone.tally.fp) == (tally.tp, tally.fp + 1)
