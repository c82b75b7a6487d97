"""Only what a person accepted becomes a claim, with its scenes, interval and version; and it is listed when that moves on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from shapely.affinity import translate
from shapely.geometry import box

from siteline.model.change import ChangeEvent, Status
from siteline.model.claim import AnchorKind, ClaimKind, Stance
from siteline.model.dates import DateInterval
from siteline.model.errors import BadInput, BadSetting, CannotTell, NotAccepted, NotForYou
from siteline.model.measurement import FiledSize, Rested
from siteline.model.place import Function, Role, Structure
from siteline.report.language import lint_text
from siteline.workbench.bench import say_nothing
from siteline.workbench.case import Case
from siteline.workbench.claims.pixels.absence import claim_from_absence
from siteline.workbench.claims.pixels.events import claim_from_function, claims_from_event
from siteline.workbench.claims.pixels.sizes import claim_from_size
from siteline.workbench.claims.pixels.stale import stale_claims
from siteline.workbench.sizes import ratio_of
from tests.factory import make_area, make_event, make_scene
from tests.workbench.claims.cases import A, B, as_analyst, survey_again, watched_case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return watched_case(tmp_path / "case")


def first(case: Case) -> str:
    return case.events.all("s")[0].id


def accept(case: Case, event: str = "") -> str:
    event = event or first(case)
    case.events.judge(event, Status.ACCEPTED, "walls on three looks")
    return event


def test_an_accepted_event_becomes_claims_with_their_exhibits(case: Case) -> None:
    """The change with its onset as time scope, the area with its 95 % interval, both on the scenes by their SHA-256."""
    change, area = claims_from_event(case, "s", accept(case))
    said = change.statement
    assert said.claim.scope.time is not None
    assert (said.claim.scope.time.first, said.claim.scope.time.last) == (date(2024, 4, 3), date(2024, 4, 19))
    assert "not visible on 3 April, first visible on 19 April 2024" in said.quote
    assert said.anchor.kind is AnchorKind.OBSERVED
    assert change.source.version == 1
    assert change.source.accepted_by == A
    assert [sha for _, sha, _ in change.source.scenes] == [make_scene("S1").sha256, make_scene("S2").sha256]
    assert len(said.imagery) == 2
    assert area.statement.claim.value is not None
    assert area.statement.claim.value.low == pytest.approx(1682.4, abs=0.1)
    assert area.statement.claim.value.high == pytest.approx(1917.6, abs=0.1)
    assert area.statement.claim.unit == "m²"
    assert area.source.method == "footprint fitted to 5 looks"
    for made in (change, area):
        assert lint_text(made.statement.quote) == []
        assert made.statement.stance is Stance.ASSERTS
        assert case.statements.get(made.statement.id).statement == made.statement


def test_drafts_stay_drafts(case: Case) -> None:
    """Proposed, rejected, unsure: each is refused with its reason, and nothing is filed."""
    event = first(case)
    with pytest.raises(NotAccepted, match="nobody has accepted it"):
        claims_from_event(case, "s", event)
    case.events.judge(event, Status.REJECTED, "a cloud shadow")
    with pytest.raises(NotAccepted, match=r"rejected by A\. Analyst .*a cloud shadow"):
        claims_from_event(case, "s", event)
    case.events.judge(event, Status.UNSURE, "one look only")
    with pytest.raises(NotAccepted, match=r"left unsure .*one look only") as refused:
        claims_from_event(case, "s", event)
    assert "events judge" in refused.value.hint
    assert case.pixel_claims.all() == []
    assert case.statements.find() == []


def test_what_changed_since_it_was_accepted_is_refused(case: Case) -> None:
    event = accept(case)
    survey_again(case, [make_event(onset=DateInterval(date(2024, 4, 3), date(2024, 5, 1)))], "two")
    with pytest.raises(NotAccepted, match="has changed since"):
        claims_from_event(case, "s", event)


def test_the_same_finding_is_one_claim(case: Case) -> None:
    event = accept(case)
    made = claims_from_event(case, "s", event)
    again = claims_from_event(case, "s", event)
    assert [m.is_new for m in again] == [False, False]
    assert [m.statement.id for m in again] == [m.statement.id for m in made]
    assert len(case.statements.find()) == 2


def test_a_claim_is_stale_once_its_event_moves_on(case: Case) -> None:
    """A later version, another judgement: both name the claim; a second acceptance asks for a new claim."""
    event = accept(case)
    [change, area] = claims_from_event(case, "s", event)
    assert stale_claims(case) == []
    survey_again(case, [make_event(onset=DateInterval(date(2024, 4, 3), date(2024, 5, 1)))], "two")
    assert [s.claim.statement_id for s in stale_claims(case)] == [change.statement.id, area.statement.id]
    accept(case, event)
    [left] = stale_claims(case)
    assert left.claim.statement_id == change.statement.id
    assert "2024-05-01" in left.reason
    new = claims_from_event(case, "s", event)[0]
    assert new.is_new
    case.statements.withdraw(change.statement.id, "made anew of version 2")
    assert stale_claims(case) == []


def test_a_rejected_event_makes_its_claims_stale(case: Case) -> None:
    event = accept(case)
    claims_from_event(case, "s", event)
    case.events.judge(event, Status.REJECTED, "it was a shadow")
    found = stale_claims(case, "s")
    assert len(found) == 2
    assert all("rejected now by A. Analyst: it was a shadow" in s.reason for s in found)


def test_a_size_measured_anew_makes_its_claim_stale_and_not_the_other(case: Case) -> None:
    event = accept(case)
    _, area = claims_from_event(case, "s", event)
    case.measurements.record("s", event, 1, (make_area(2100),))
    assert [s.claim.statement_id for s in stale_claims(case)] == [area.statement.id]


def test_staleness_knows_no_tomorrow(case: Case) -> None:
    """As of before the second survey, nothing was stale; as of before the claim, nothing was there."""
    event = accept(case)
    claims_from_event(case, "s", event)
    before = max(row.at for row in case.pixel_claims.all())
    case.events.judge(event, Status.REJECTED, "no")
    assert len(stale_claims(case)) == 2
    assert stale_claims(case, as_of=before) == []


def test_a_ratio_on_file_becomes_a_claim_in_words_it_supports(case: Case) -> None:
    event = accept(case)
    case.measurements.record("s", "A-1", None, (make_area(3600),))
    told = ratio_of(case, "s", event, "A-1", say_nothing)
    row = case.filed.all("s")[0]
    made = claim_from_size(case, "s", row.id[:8])
    assert made.statement.quote.lower() == f"{told['supported'][0]}.".lower()
    assert made.statement.claim.value is not None
    assert made.statement.claim.value.low == pytest.approx(told["ratio"]["low95"])
    assert made.statement.claim.value_type == "ratio"
    assert told["not_supported"][0] in made.statement.note
    assert stale_claims(case) == []
    case.events.judge(event, Status.UNSURE, "hm")
    assert ["rests on" in s.reason for s in stale_claims(case)] == [True]


def test_a_size_that_rests_on_a_draft_is_refused(case: Case) -> None:
    event = first(case)
    case.measurements.record("s", "A-1", None, (make_area(3600),))
    ratio_of(case, "s", event, "A-1", say_nothing)
    with pytest.raises(NotAccepted, match="nobody has accepted it"):
        claim_from_size(case, "s", case.filed.all("s")[0].id)


def test_a_size_of_no_image_is_no_claim(case: Case) -> None:
    part = Rested("A-1", "A-1", None, make_area())
    filed = FiledSize("s", "area", "A-1", make_area(), None, None, ("The area.",), rests_on=(part,))
    row = case.filed.record(filed, (), "{}")
    with pytest.raises(CannotTell, match="names no image"):
        claim_from_size(case, "s", row.id)


@pytest.mark.parametrize(
    ("function", "match"),
    [
        (Function("final assembly", "certain", "rail spur", "J. Doe"), "said to be 'certain'"),
        (Function("final assembly", "possible", "", "J. Doe"), "lacks its basis"),
        (Function("final assembly", "probable", "rail spur", " "), "lacks its who"),
    ],
)
def test_a_function_is_possible_or_probable_with_basis_and_who(
    tmp_path: Path, function: Function, match: str
) -> None:
    case = watched_case(tmp_path / "case", structures=hall(function))
    with pytest.raises(BadInput, match=match):
        claim_from_function(case, "s", "A-1")


def test_a_function_is_a_judgement_and_hedged(tmp_path: Path) -> None:
    case = watched_case(
        tmp_path / "case", structures=hall(Function("final assembly", "possible", "rail spur", "J. Doe"))
    )
    made = claim_from_function(case, "s", "A-1").statement
    assert made.quote == "A-1: long hall, possibly final assembly (rail spur, J. Doe)."
    assert made.claim.kind is ClaimKind.JUDGEMENT
    assert made.stance is Stance.HEDGES
    assert [h.text for h in made.hedges] == ["possibly"]
    case.register.record(replace(case.register.get("s"), structures=hall(None)), None)
    assert "nothing of its function" in stale_claims(case)[0].reason


def test_nothing_changed_is_a_claim_with_what_could_have_been_seen(tmp_path: Path) -> None:
    """The smallest visible size and the gap travel with it; it says no, and it is signed with a reason."""
    case = watched_case(tmp_path / "case")
    case.events.judge(first(case), Status.REJECTED, "a shadow")
    with pytest.raises(BadInput, match="machine's word"):
        claim_from_absence(case, "s", "", " ")
    made = claim_from_absence(case, "s", "", "looked at both images myself").statement
    assert made.is_negated
    assert "150 m²" in made.quote
    assert "longest time unseen: 16 days" in made.claim.definition
    assert made.claim.scope.time is not None
    assert (made.claim.scope.time.first, made.claim.scope.time.last) == (date(2024, 4, 3), date(2024, 4, 19))
    assert len(made.imagery) == 2
    survey_again(case, [translate_event(400)], "two")
    assert "otherwise now" in stale_claims(case)[0].reason


def test_where_something_changed_or_too_little_was_seen_absence_is_refused(tmp_path: Path) -> None:
    case = watched_case(tmp_path / "case")
    with pytest.raises(NotAccepted, match="1 events lie in"):
        claim_from_absence(case, "s", "", "looked")
    case.events.judge(first(case), Status.REJECTED, "a shadow")
    survey = case.surveys.newest("s")
    assert survey is not None
    blind = replace(survey.watched[0], smallest=None)
    case.surveys.record(replace(survey, id="blind", watched=(blind,)))
    with pytest.raises(CannotTell, match="too little was seen"):
        claim_from_absence(case, "s", "", "looked")


def test_nobody_unnamed_makes_a_claim(case: Case) -> None:
    event = accept(case)
    nobody = as_analyst(case.folder, "unknown")
    with pytest.raises(BadSetting, match="nobody has signed"):
        claims_from_event(nobody, "s", event)


def test_restricted_scenes_are_cited_by_their_readers_alone(case: Case) -> None:
    event = accept(case)
    scene = case.exhibits.get(make_scene("S2").sha256)
    case.exhibits.restrict(scene.id, "licence", [A])
    other = as_analyst(case.folder, B)
    with pytest.raises((CannotTell, NotForYou)):
        claims_from_event(other, "s", event)
    assert other.statements.find() == []
    assert claims_from_event(case, "s", event)


def test_an_invented_place_says_so_in_every_claim(tmp_path: Path) -> None:
    case = watched_case(tmp_path / "case", simulated=True)
    made = claims_from_event(case, "s", accept(case))
    assert all("a place that never was" in m.statement.claim.scope.place for m in made)


def hall(function: Function | None) -> tuple[Structure, ...]:
    return (
        Structure(Role.AOI, "aoi", box(3.0, 0.0, 3.01, 0.01)),
        Structure(
            Role.BUILDING, "A-1", box(3.003, 0.003, 3.004, 0.0035), looks_like="long hall", function=function
        ),
    )


def translate_event(east: float) -> ChangeEvent:
    return make_event(outline=translate(make_event().outline, 277_500 + east, 500))
