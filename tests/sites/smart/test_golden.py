"""
Figures that SMART's own scorer gave: its example run, published in pubgeo/IARPA-SMART under src/example/output.compare.

Only figures are here: dates and areas it derived from site models that are also among the shared data, and the labels it
compared at two sites, with what it made of them. Site models of the example are a version older than the shared ones where
noted; their dates and areas are the same.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from siteline.model.smart import Phase, RegionModel, SmartSite
from siteline.sites.smart.read import read_smart
from siteline.sites.smart.scoring.classify import ORDER, confusion, label, label_f1
from siteline.sites.smart.scoring.compare import compare
from siteline.sites.smart.scoring.rules import ScoreOptions, area_of
from siteline.sites.smart.scoring.stack import settle_truth, stack_of
from tests.sites.smart.made import AC, NA, PC, SP, make_proposal, make_region, make_truth

# site: union km², largest look km², first look, earliest start, latest start, end of activity, last look
SITES = {
    "BR_R002_0008": (0.012892924428639886, 0.009888761074855602, "2014-02-01 2014-04-06 2014-05-08 2015-02-13 2016-08-02"),
    "KR_R002_0002": (0.015152554229022105, 0.010671096098767145, "2015-06-09 2015-06-09 2015-10-17 2017-09-20 2017-09-20"),
    "KR_R002_0004": (0.013413484021635804, 0.008892192935688855, "2015-01-23 2015-01-23 2015-10-21 2016-11-01 2016-11-01"),
}  # fmt: skip

# site: km², start and end of activity, how it counts in "overall"
SUMMARIES = {
    "BR_R002_0004": (0.0131972252, "2007-07-01", "2010-08-31", "positive_unbounded"),
    "BR_R002_0005": (0.0213064919, "2019-06-01", "2021-08-31", "ignore"),
    "BR_R002_0006": (0.0579232009, "2015-04-01", "2021-08-31", "ignore"),
    "BR_R002_0007": (0.0272582479, "2014-01-01", "2017-04-30", "negative"),
    "BR_R002_0009": (0.0946652029, "2014-01-01", "2021-08-31", "ignore"),
    "BR_R002_0012": (0.0545782047, "2019-02-01", "2020-04-30", "ignore"),
    "BR_R002_0014": (0.0066334077, "2014-01-01", "2016-04-30", "ignore"),
    "KR_R002_0009": (0.0544772053, "2014-01-01", "2015-07-31", "positive_unbounded"),
    "KR_R002_0011": (0.0303026605, "2015-10-01", "2017-09-30", "negative"),
    "KR_R002_0014": (0.0126009131, "2020-05-01", "2021-08-31", "ignore"),
    "KR_R002_0022": (0.0059929065, "2018-11-01", "2019-10-31", "negative"),
    "KR_R002_0030": (0.0246587027, "2017-02-01", "2018-10-31", "negative"),
    "KR_R002_0036": (0.0051315103, "2014-01-01", "2017-03-31", "ignore"),
    "KR_R002_0042": (0.0575083392, "2016-05-01", "2020-03-31", "ignore"),
    "KR_R002_0077": (0.0177289972, "2014-01-01", "2017-11-30", "negative"),
    "KR_R002_0091": (0.0009887115, "2018-07-01", "2019-10-31", "ignore"),
    "KR_R002_0101": (0.0235074921, "2015-07-01", "2017-10-31", "negative"),
    "KR_R002_0120": (0.0156582237, "2020-05-01", "2020-10-31", "negative"),
    "KR_R002_0121": (0.0353809879, "2018-07-01", "2020-10-31", "negative"),
    "KR_R002_0129": (0.0084520668, "2014-01-01", "2015-07-31", "ignore"),
}


def region_of(shared: Path, site_id: str) -> RegionModel:
    region, _ = read_smart(shared / f"data/imagery/smart/region_models/{site_id[:7]}.geojson")
    assert isinstance(region, RegionModel)
    return region


@pytest.mark.parametrize("site_id", SITES)
def test_dates_and_areas_of_labelled_sites_are_those_of_smarts_scorer(shared: Path, site_id: str) -> None:
    site, _ = read_smart(shared / f"data/imagery/smart/site_models/{site_id}.geojson")
    assert isinstance(site, SmartSite)
    stack = stack_of(site, region_of(shared, site_id))
    union, largest, days = SITES[site_id]
    assert area_of(stack.union) / 1e6 == pytest.approx(union, rel=1e-9)
    assert stack.largest / 1e6 == pytest.approx(largest, rel=1e-9)
    assert stack.longest is not None
    found = (
        stack.slices[0].day,
        stack.earliest_start,
        stack.latest_start,
        stack.longest.last,
        stack.slices[-1].day,
    )
    assert " ".join(map(str, found)) == days


@pytest.mark.parametrize("site_id", SUMMARIES)
def test_dates_areas_and_statuses_of_other_sites_are_those_of_smarts_scorer(
    shared: Path, site_id: str
) -> None:
    region = region_of(shared, site_id)
    site = next(one for one in region.sites if one.id == site_id)
    stack = stack_of(site, region)
    area, start, end, counts_as = SUMMARIES[site_id]
    assert area_of(stack.union) / 1e6 == pytest.approx(area, abs=6e-11)
    settled = settle_truth(stack, region, ScoreOptions())
    assert settled is not None
    assert settled.status == counts_as
    assert (str(settled.active[0].first), str(settled.active[0].last)) == (start, end)


# The phase table of two sites that the example found: days of the truth, then of the proposal, run by run.
# Days of the proposal that fall on one of the truth's with the same label are not marked in the table; where its figures of
# days show that it has them they are given (2017-02-18, 2018-04-19). The table has each day once; its counts show that one day of
# Active Construction of each site has two looks, on which day makes no difference to any figure.
TRUTH_0 = {
    NA: "2016-04-24 2016-08-01",
    SP: "2016-10-16 2016-12-30",
    AC: "2017-02-18 2017-03-10 2017-03-10 2017-03-30 2017-05-29 2017-06-09 2017-08-03 2017-09-06 2017-10-11 2017-12-20 "
    "2018-03-25 2018-06-13 2018-07-08 2018-09-26 2018-12-20 2019-01-29 2019-02-23 2019-03-30 2019-04-19 2019-05-19 2019-06-15 "
    "2019-06-19 2019-07-08 2019-08-02 2019-08-17 2019-10-06 2020-03-24 2020-05-13 2020-06-02 2020-07-07 2020-08-11",
    PC: "2021-01-18",
}  # fmt: skip
SAID_0 = [
    (SP, "2016-11-28"),
    (AC, ("2017-02-18 2017-04-03 2017-06-18 2017-07-28 2017-12-10 2018-01-19 2018-02-08 2018-04-19 2018-04-20 2018-05-04 "
     "2018-06-23 2018-07-03 2018-08-12 2018-09-01")),
    (PC, "2018-12-15 2019-03-10 2019-06-23 2019-09-16 2019-11-05 2019-12-25 2020-02-08 2020-04-28 2020-05-01 2020-05-28"),
    (AC, "2020-07-24"),
    (PC, "2020-08-11 2020-09-30 2020-10-27"),
    (NA, "2020-11-29 2020-12-19 2021-01-28 2021-03-04 2021-03-25 2021-04-10"),
]  # fmt: skip
TRUTH_1 = {
    NA: "2017-10-11 2017-12-20",
    SP: "2018-04-19 2018-04-29 2018-06-26",
    AC: "2018-07-03 2018-07-18 2018-09-01 2018-09-08 2018-09-24 2018-09-26 2018-09-26 2018-12-13 2018-12-15 2018-12-20 "
    "2019-01-24 2019-01-29 2019-01-30 2019-02-08 2019-02-23 2019-03-10 2019-03-15 2019-04-04 2019-04-20 2019-05-06 2019-06-15 "
    "2019-07-08 2019-08-02",
    PC: "2019-10-06",
}  # fmt: skip
SAID_1 = [
    (NA, ("2016-11-28 2017-02-18 2017-03-10 2017-03-30 2017-04-03 2017-05-29 2017-06-18 2017-07-28 2017-08-25 2017-09-06 "
     "2017-12-10 2018-01-19 2018-02-08")),
    (SP, "2018-03-25 2018-04-19"),
    (AC, "2018-05-04 2018-06-23 2018-08-12 2019-04-19 2019-06-23 2019-09-16"),
    (PC, ("2019-10-06 2019-11-05 2019-12-25 2020-02-08 2020-03-24 2020-04-28 2020-05-01 2020-05-28 2020-06-02 2020-07-07 "
     "2020-07-24 2020-08-11")),
    (NA, "2020-09-30 2020-11-29 2020-12-19 2021-01-28 2021-03-04 2021-04-10"),
]  # fmt: skip


def life(said: list[tuple[Phase, str]]) -> list[tuple[str, Phase | None]]:
    return [(day, phase) for phase, days in said for day in days.split()]


def test_labels_are_scored_as_smarts_scorer_scored_them() -> None:
    region = make_region()
    both = []
    for number, (truth, said) in enumerate(((TRUTH_0, SAID_0), (TRUTH_1, SAID_1))):
        annotated = stack_of(make_truth(f"BR_R002_000{number}", life=life(list(truth.items()))), region)
        proposed = stack_of(make_proposal(f"BR_R002_700{4 + number}", life=life(said)), region)
        both.append(label(compare(annotated, proposed, ScoreOptions())))
    first, second = both
    table = confusion([pair for one in both for pair in one.pairs])
    assert [[table[true][said] for said in ORDER] for true in ORDER[1:]] == [
        [0, 3, 1, 0],
        [0, 0, 37, 17],
        [1, 0, 0, 1],
    ]
    micro = label_f1([pair for one in both for pair in one.pairs])
    assert (round(micro[SP], 4), round(micro[AC], 4)) == (0.8571, 0.8043)
    macro = [sum(one.f1()[phase] for one in both) / 2 for phase in (SP, AC)]
    assert macro == pytest.approx([0.9, 0.8004], abs=1e-4)
    assert first.tiou[SP] == pytest.approx(0.013157894736842105)
    assert first.tiou[AC] == pytest.approx(0.44217151848937847)
    assert first.tiou[PC] == 0.0
    assert second.tiou[SP] == pytest.approx(0.010638297872340425)
    assert second.tiou[AC] == pytest.approx(0.7904191616766467)
    assert second.tiou[PC] == 0.0
    errors = {phase: (e.worst, e.days, e.best) for phase, e in second.onsets.items()}
    assert errors == {SP: (95, -25, 0), AC: (-60, -60, -53), PC: (65, 0, 0)}


@pytest.mark.parametrize(
    ("truth", "proposal", "iot", "iop"),
    [
        (("2019-02-01", "2020-04-30"), ("2018-12-01", "2021-01-14"), 1.0, 0.586340206185567),
        (("2019-06-01", "2021-08-31"), ("2019-06-01", "2020-02-28"), 0.33171324422843257, 1.0),
    ],
)
def test_shares_of_days_are_those_of_smarts_scorer(
    truth: tuple[str, str], proposal: tuple[str, str], iot: float, iop: float
) -> None:
    """Days are counted with both ends; the proposals' ends are ones that give the published shares."""
    region = make_region()
    annotated = stack_of(make_truth(status="ignore", life=[(day, None) for day in truth]), region)
    proposed = stack_of(make_proposal(life=[(day, None) for day in proposal]), region)
    found = compare(annotated, proposed, ScoreOptions())
    assert found.temporal_iot == pytest.approx(iot)
    assert found.temporal_iop == pytest.approx(iop)
    assert date.fromisoformat(proposal[0]) < date.fromisoformat(proposal[1])
