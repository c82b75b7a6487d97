"""One planted fault of each code is named, and none is invented; the repaired sentence passes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest

from siteline.claims.draft.reading import read_sentence, sentence_spans
from siteline.model.dates import DateInterval
from siteline.model.edition import (
    Carried,
    Citation,
    CitedAssessment,
    CitedClaim,
    CitedEvent,
    CitedExhibit,
    CitedQuery,
    CitedRemoval,
    CitedSize,
    CitedSurvey,
    Objection,
    Support,
)
from siteline.model.interval import Interval, Period
from siteline.report.gate.check import CODES, hold
from siteline.report.gate.source import read_brief

EVENT = CitedEvent(
    cites=Citation("event", "e1"),
    title="A-2: new building",
    is_accepted=True,
    onset=DateInterval(date(2024, 4, 3), date(2024, 4, 19)),
    bracket=(Period(date(2024, 4, 3), date(2024, 4, 3)), Period(date(2024, 4, 19), date(2024, 4, 19))),
    is_picture=True,
)
SIZE = CitedSize(
    cites=Citation("size", "z1"),
    title="footprint of A-2",
    low95=4080.0,
    high95=4550.0,
    numbers=(
        Carried(4310.0, "footprint", "m²"),
        Carried(4080.0, "95 % bound", "m²"),
        Carried(4550.0, "95 % bound", "m²"),
    ),
    is_picture=True,
)
RATIO = CitedSize(
    cites=Citation("size", "r1"),
    title="A-2 / A-1",
    low95=0.61,
    high95=0.69,
    is_ratio=True,
    numbers=(Carried(0.65, "ratio", "ratio"), Carried(0.61, "95 % bound", "ratio"), Carried(0.69, "95 % bound", "ratio")),
    is_picture=True,
)  # fmt: skip
CLAIM = CitedClaim(
    cites=Citation("claim", "c1"),
    title="statement of the Brandt Centre",
    quote="The hall appears to be about complete, the researchers said",
    language="en",
    speaker="Brandt Centre",
    stance="hedges",
    hedges=("appears",),
    said=Period(date(2024, 11, 25), date(2024, 11, 25)),
)
COUNT = CitedClaim(
    cites=Citation("claim", "c2"),
    title="statement of the prosecutors",
    quote="at least 24 missiles",
    language="en",
    value=Interval(24.0, None),
    numbers=(Carried(24.0, "as stated"),),
)
KOREAN = CitedClaim(
    cites=Citation("claim", "c3"),
    title="broadcast of 3 May",
    quote="새 조립장이 완공되였다",
    language="ko",
    translations=("the new assembly shop has been completed",),
)
SHARE = CitedQuery(
    cites=Citation("query", "q1"),
    title="share of ballistic attacks",
    lower=0.035,
    upper=0.323,
    denominator="ballistic missiles, Kinzhal included",
    is_share=True,
    numbers=(Carried(32.3, "upper share", "%"), Carried(3.5, "lower share", "%")),
)
SURVEY = CitedSurvey(
    cites=Citation("survey", "v1"),
    title="survey of Tidewater",
    smallest_m2=150.0,
    longest_gap_days=21,
    is_accepted=True,
    is_picture=True,
    numbers=(
        Carried(150.0, "smallest visible size", "m²"),
        Carried(3.0, "weeks of the longest gap"),
        Carried(3.0, "pixel", "m"),
    ),
)
GONE = CitedRemoval(cites=Citation("finding", "f1"), title="page of the broadcast", rung=2, is_confirmed=True)
JUDGED = CitedAssessment(
    cites=Citation("assessment", "a1"), title="assessment by A. Analyst", claim_id="c1", likelihood="likely"
)
PHOTO = CitedExhibit(cites=Citation("exhibit", "x1"), title="photo.jpg", kind="image")
SUPPORTS = (EVENT, SIZE, RATIO, CLAIM, COUNT, KOREAN, SHARE, SURVEY, GONE, JUDGED, PHOTO)


def held(body: str, *changed: Support, terms: str = "") -> tuple[Objection, ...]:
    """What the gate says of a brief with this body."""
    supports = {(s.cites.kind, s.cites.ref): s for s in (*SUPPORTS, *changed)}
    head = f'+++\ntitle = "The hall"\n{f"terms = {terms!r}" if terms else ""}\n+++\n'
    brief = read_brief(head + body, sentence_spans)
    return hold(brief, supports, {s.id: read_sentence(s.text) for s in brief.sentences})


@dataclass(frozen=True)
class Planted:
    """A sentence with one fault, and the same one repaired."""

    code: str
    faulty: str
    repaired: str
    changed: tuple[Support, ...] = ()
    """Records that are not as usual while the fault is there."""


PLANTED = (
    Planted("no-evidence", "The hall is large.", "The hall is large. [@event:e1]"),
    Planted("no-evidence", "We used free images. [method]", "We used free images. [method; editorial]"),
    Planted("no-evidence", "The hall is large. [@event:nope]", "The hall is large. [@event:e1]"),
    Planted(
        "no-evidence",
        "The hall is large. [@event:e1]",
        "The hall is large. [@event:e1]",
        (replace(EVENT, broken=("the image 3a9f… is missing",)),),
    ),
    Planted(
        "no-evidence",
        "Researchers said “the hall appears to be finished”. [@claim:c1]",
        "Researchers said “the hall appears to be about complete”. [@claim:c1]",
    ),
    Planted(
        "no-assessment",
        "We judge it likely that the hall is in use. [@claim:c1; judgement]",
        "We judge it likely that the hall is in use. [@claim:c1; @assessment:a1; judgement]",
    ),
    Planted("hedge", "The hall is complete. [@claim:c1]", "The hall appears to be complete. [@claim:c1]"),
    Planted(
        "hedge",
        "Prosecutors counted 24 missiles. [@claim:c2]",
        "Prosecutors counted at least 24 missiles. [@claim:c2]",
    ),
    Planted(
        "number",
        "Prosecutors counted at least 34 missiles. [@claim:c2]",
        "Prosecutors counted at least 24 missiles. [@claim:c2]",
    ),
    Planted(
        "number",
        "Its footprint is about 4,300 m² ± 120. [@size:z1]",
        "Its footprint is about 4,300 m² (95 %: 4,080–4,550). [@size:z1]",
    ),
    Planted(
        "denominator",
        "The upper count is 32.3 %. [@query:q1]",
        "The upper count is 32.3 % of the ballistic missiles, Kinzhal included. [@query:q1]",
    ),
    Planted(
        "confirmed",
        "It is confirmed that at least 24 missiles were fired. [@claim:c2]",
        "Prosecutors say that at least 24 missiles were fired. [@claim:c2]",
    ),
    Planted(
        "mixed",
        "It is likely that the hall is in use, and our confidence is low. [@claim:c1; @assessment:a1; judgement]",
        "It is likely that the hall is in use. [@claim:c1; @assessment:a1; judgement] "
        "Our confidence is low. [@claim:c1; @assessment:a1; judgement]",
    ),
    Planted(
        "removed",
        "The footage has since been deleted. [@finding:f1]",
        "The footage was removed from that address. [@finding:f1]",
    ),
    Planted(
        "stale",
        "Prosecutors counted at least 24 missiles. [@claim:c2]",
        "Prosecutors counted at least 24 missiles. [@claim:c2]",
        (replace(COUNT, stale=("superseded by C010",)),),
    ),
    Planted(
        "denial",
        "Prosecutors counted at least 24 missiles. [@claim:c2]",
        "Prosecutors counted at least 24 missiles. [@claim:c2]",
        (replace(COUNT, denials=("c9",)),),
    ),
    Planted(
        "person",
        "Prosecutors counted at least 24 missiles. [@claim:c2]",
        "Prosecutors counted at least 24 missiles. [@claim:c2]",
        (replace(COUNT, personal=("it names a private person",)),),
    ),
    Planted(
        "unreviewed",
        "The hall is large. [@event:e1]",
        "The hall is large. [@event:e1]",
        (replace(EVENT, is_accepted=False),),
    ),
    Planted(
        "began",
        "Construction began between 3 and 19 April 2024. [@event:e1]",
        "It was not visible on 3 April 2024 and first visible on 19 April 2024. [@event:e1]",
    ),
    Planted(
        "absence",
        "Nothing changed at the site. [@survey:v1]",
        "No change was visible at 3 m; nothing smaller than about 150 m² could have been seen, and for three weeks there "
        "was no usable image, a gap. [@survey:v1]",
    ),
    Planted(
        "function",
        "The new building appears to be an assembly hall. [@event:e1; @claim:c1]",
        "The new building appears to be, possibly, an assembly hall. [@event:e1; @claim:c1]",
    ),
    Planted(
        "wording",
        "The new hall is 63 to 67 percent the size of the old one. [@size:r1]",
        "The new hall is 60 to 70 percent the size of the old one. [@size:r1]",
    ),
    Planted(
        "date",
        "The hall was up by 12 April 2024. [@event:e1]",
        "The hall was first visible on 19 April 2024. [@event:e1]",
    ),
    Planted(
        "translation",
        "State media said “the new assembly shop has been completed”. [@claim:c3]",
        "State media said “새 조립장이 완공되였다”. [@claim:c3]",
    ),
    Planted(
        "rights",
        "![](exhibit:x1)",
        "![](exhibit:x1)",
        (replace(PHOTO, rights=("licence unknown",)),),
    ),
    Planted(
        "synthetic",
        "The hall is large. [@event:e1]\n\nNothing else is known. [context; @event:e2]",
        "The hall is large. [@event:e1]",
        (replace(EVENT, cites=Citation("event", "e2"), title="invented", is_simulated=True),),
    ),
)


@pytest.mark.parametrize("planted", PLANTED, ids=[f"{p.code}: {p.faulty[:40]}" for p in PLANTED])
def test_a_planted_fault_is_named_and_no_other(planted: Planted) -> None:
    assert {o.code for o in held(planted.faulty, *planted.changed)} == {planted.code}


@pytest.mark.parametrize("planted", PLANTED, ids=[f"{p.code}: {p.repaired[:40]}" for p in PLANTED])
def test_the_repaired_sentence_passes(planted: Planted) -> None:
    assert held(planted.repaired) == ()


def test_every_code_of_the_gate_has_a_planted_fault() -> None:
    assert {p.code for p in PLANTED} == set(CODES)


def test_a_denial_may_be_told_anywhere_in_the_brief() -> None:
    denied = replace(COUNT, denials=("c9",))
    denial = CitedClaim(
        cites=Citation("claim", "c9"),
        title="denial",
        quote="we deny it",
        language="en",
        stance="denies",
        members=("c9",),
    )
    body = "Prosecutors counted at least 24 missiles. [@claim:c2]\n\nThe ministry denies it. [@claim:c9]"
    assert held(body, denied, denial) == ()


def test_a_heading_says_no_more_than_its_section() -> None:
    body = "# 30 halls confirmed\n\nThe hall is large. [@event:e1]"
    assert {o.code for o in held(body)} == {"number", "confirmed"}


def test_two_columns_of_likelihood_words_do_not_stand_in_one_brief() -> None:
    body = (
        "It is likely that the hall is in use. [@claim:c1; @assessment:a1; judgement]\n\n"
        "It is highly probable that it is heated. [@claim:c1; @assessment:a1; judgement]"
    )
    assert {o.code for o in held(body)} == {"mixed"}


def test_a_refusal_to_comment_is_not_printed_as_a_denial() -> None:
    mute = CitedClaim(
        cites=Citation("claim", "c7"),
        title="the embassy",
        quote="declined to comment",
        language="en",
        stance="no_position",
    )
    assert {o.code for o in held("The embassy denied it. [@claim:c7]", mute)} == {"hedge"}
    assert held("The embassy declined to comment. [@claim:c7]", mute) == ()


def test_a_ratio_may_be_told_as_its_value_with_its_bounds() -> None:
    assert held("The new hall is 65 % the size of the old one (95 %: 61–69 %). [@size:r1]") == ()
    assert {o.code for o in held("The new hall is 65 % the size of the old one. [@size:r1]")} == {"number"}


def test_larger_is_never_said_of_what_is_smaller() -> None:
    assert {o.code for o in held("The new hall is 60 to 70 % larger than the old one. [@size:r1]")} == {
        "wording"
    }


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("The hall was first visible in April 2024.", None),
        ("The hall was not visible on 3 April, first visible on 19 April 2024.", None),
        ("The hall went up between 3 and 19 April 2024.", None),
        ("The hall was built on 19 April 2024.", "date"),
        ("The hall went up in mid-April, on 10 April 2024.", "date"),
        ("The hall was first visible in May 2024.", "date"),
    ],
)
def test_a_date_is_never_tighter_than_its_interval(said: str, code: str | None) -> None:
    assert {o.code for o in held(f"{said} [@event:e1]")} == ({code} if code else set())


@pytest.mark.parametrize(
    "said",
    [
        "The claim has not been independently verified.",
        "Prosecutors neither confirmed nor denied it.",
        "Unconfirmed posts spoke of at least 24 missiles.",
    ],
)
def test_not_confirmed_is_not_confirmed(said: str) -> None:
    assert "confirmed" not in {o.code for o in held(f"{said} [@claim:c2]")}


def test_a_building_removed_is_no_page_removed() -> None:
    gone = replace(EVENT, title="A-1: building removed")
    assert held("The old hall was removed; it was still visible on 3 April 2024. [@event:e1]", gone) == ()
