"""Judgements are signed, blind until the second one, kept side by side, and shown as they stood."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siteline.claims.weighing.blind import analyst_key
from siteline.claims.weighing.calibration import Calibration
from siteline.model.assessment import Came
from siteline.model.claim import Access, Attribution
from siteline.model.errors import BadInput, BadSetting, NotFound
from siteline.store import tables
from siteline.workbench.case import Case
from siteline.workbench.claims.hypotheses import ask, bring, export_matrix, matrix_of, rate, tell_matrix
from siteline.workbench.claims.judging import (
    calibrations,
    judge_claim,
    list_assessments,
    resolve_outcome,
    tell_assessments,
    tell_calibration,
)
from siteline.workbench.claims.lines import say_assessed, say_matrix
from siteline.workbench.claims.linked import claim_review, prov_of
from tests.claims.factory import make_statement
from tests.workbench.claims.cases import A, B, C, as_analyst, made_case

TODAY = datetime.now(UTC).date().isoformat()
TELLTALE = "zanzibar"
"""A word of the first analyst's reasons: wherever it is seen, the first analyst's judgement is seen."""


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    made = made_case(tmp_path / "case")
    made.statements.add(
        [
            make_statement("S1", "fired", 24.0, 24.0, speaker="Prosecutor", lineage="L1"),
            make_statement("S2", "fired", 60.0, 60.0, speaker="Ministry", lineage="L2"),
        ]
    )
    yield made
    made.close()


def claim_of(case: Case, statement: str = "S1") -> str:
    return case.statements.get(statement).statement.claim.id


def test_the_letter_sits_on_the_source_and_the_digit_on_the_item(case: Case) -> None:
    done = judge_claim(
        case, "S1", "wreck examined", credibility="2", reliability="b", likelihood="65", confidence="moderate"
    )
    assert done.assessment is not None
    assert done.rating is not None
    assert (done.rating.source, done.rating.reliability.value) == ("Prosecutor", "B")
    told = tell_assessments(case, done.claim_id)
    [assessed], [source] = told["assessments"], told["sources"]
    assert assessed["credibility"] == "2"
    assert assessed["likelihood"] == {"percent": 65.0, "band": [55, 80], "term": "likely", "terms": "A"}
    assert assessed["confidence"] == "moderate"
    assert "reliability" not in assessed
    assert source["ratings"][0]["reliability"] == "B"


def test_one_is_computed_from_two_lineages_and_shown_beside_what_was_typed(case: Case) -> None:
    claim = claim_of(case)
    judge_claim(case, claim, "one prosecutor only", credibility="3")
    assert tell_assessments(case, claim)["credibility_computed"] is None
    case.statements.add([make_statement("S3", "fired", 24.0, 24.0, speaker="Monitor", lineage="L3")])
    told = tell_assessments(case, claim)
    assert (told["credibility_computed"], told["origins"]) == ("1", ["L1", "L3"])
    assert told["assessments"][0]["credibility"] == "3"


def test_an_echo_makes_no_second_origin(case: Case) -> None:
    """The same lineage again, and a relay without access of its own, leave the digit as it was."""
    relay = Attribution("Outlet", "outlet", Access.RELAY)
    echo = replace(make_statement("S4", "fired", 24.0, 24.0, lineage="L4"), attribution=(relay,))
    case.statements.add(
        [
            make_statement("S3", "fired", 24.0, 24.0, speaker="Paper", lineage="L1"),
            echo,
        ]
    )
    assert tell_assessments(case, claim_of(case))["credibility_computed"] is None


def test_a_wider_value_does_not_confirm_a_narrower_one(case: Case) -> None:
    """ "24" bears out "14 or more", not the other way round."""
    case.statements.add([make_statement("S3", "fired", 14.0, None, speaker="Monitor", lineage="L3")])
    assert tell_assessments(case, claim_of(case, "S3"))["credibility_computed"] == "1"
    assert tell_assessments(case, claim_of(case, "S1"))["credibility_computed"] is None


@pytest.mark.parametrize(
    ("said", "match"),
    [
        ({"credibility": "1"}, "computed and never typed"),
        ({"credibility": "B2"}, "two things at once"),
        ({"reliability": "7"}, "not a letter"),
        ({"likelihood": "0"}, "not in the table"),
        ({"likelihood": "100"}, "not in the table"),
        ({"likelihood": "likely"}, "number behind it"),
        ({"confidence": "high"}, "confidence in what"),
        ({}, "nothing was judged"),
        ({"credibility": "2", "source": "Prosecutor"}, "nothing said of it"),
        ({"reliability": "B", "source": "Nobody"}, "no source of claim"),
    ],
)
def test_what_cannot_be_a_judgement_is_refused_and_nothing_is_filed(
    case: Case, said: dict[str, str], match: str
) -> None:
    with pytest.raises(BadInput, match=match) as refused:
        judge_claim(case, "S1", "because", **said)  # type: ignore[arg-type]
    assert refused.value.hint
    assert list_assessments(case) == {"claims": [], "kept_back": 0, "sources": [], "sources_kept_back": 0}


def test_a_bad_letter_takes_the_whole_judgement_back(case: Case) -> None:
    """The letter and the digit of one breath are filed together or not at all."""
    with pytest.raises(BadInput):
        judge_claim(case, "S1", "because", credibility="2", reliability="B", source="Nobody")
    assert list_assessments(case)["claims"] == []


@pytest.mark.parametrize("why", ["", "  \n", "x" * 10_001])
def test_a_reason_is_wanted(case: Case, why: str) -> None:
    with pytest.raises(BadInput):
        judge_claim(case, "S1", why, credibility="2")


def test_nobody_unnamed_judges(case: Case) -> None:
    with pytest.raises(BadSetting, match="nobody has signed"):
        judge_claim(as_analyst(case.folder, "unknown"), "S1", "because", credibility="2")


def test_no_claim_no_judgement(case: Case) -> None:
    with pytest.raises(NotFound):
        judge_claim(case, "nope", "because", credibility="2")


def test_a_reason_that_a_brief_would_refuse_is_named(case: Case) -> None:
    done = judge_claim(case, "S1", "Likely, with high confidence.", credibility="2")
    assert "one sentence" in str(done.remarks[0])
    other = judge_claim(case, "S2", "It is probable.", likelihood="60")
    assert "of the words B" in str(other.remarks[0])


# --- blindness --------------------------------------------------------------------------------------------


def roads(case: Case) -> dict[str, Callable[[], Any]]:
    """Every way by which a judgement leaves a case."""
    claim = claim_of(case)
    question = case.questions.all()[0].id
    return {
        "show": lambda: "\n".join(say_assessed(tell_assessments(case, claim))),
        "show json": lambda: tell_assessments(case, claim),
        "list json": lambda: list_assessments(case),
        "as of": lambda: list_assessments(case, datetime.now(UTC) + timedelta(hours=1)),
        "prov": lambda: prov_of(case),
        "matrix": lambda: "\n".join(say_matrix(matrix_of(case, question))),
        "matrix json": lambda: tell_matrix(matrix_of(case, question)),
        "matrix csv": lambda: export_matrix(case, question, "csv", None).read_text(encoding="utf-8"),
        "matrix html": lambda: export_matrix(case, question, "html", None).read_text(encoding="utf-8"),
        "calibration": lambda: [tell_calibration(c) for part in calibrations(case)[:2] for c in part],
        "review": lambda: claim_review(case, claim, "https://example.org/x"),
    }


def leaks(case: Case) -> set[str]:
    """The roads on which the first analyst's reason is seen."""
    found = set()
    for name, road in roads(case).items():
        try:
            told = road()
        except BadInput as error:
            told = str(error)
        text = told if isinstance(told, str) else json.dumps(told, default=str)
        if TELLTALE in text:
            found.add(name)
    return found


def test_the_first_judgement_is_blind_on_every_road_until_the_second(case: Case) -> None:
    question = ask(case, "What was fired?", ["24", "60"]).id
    bring(case, question, "S1", "medium", "high", "on the point")
    judge_claim(
        case, "S1", f"{TELLTALE} says so", credibility="2", likelihood="70", confidence="low", reliability="B"
    )
    rate(case, question, "E1", ["H1=CC", "H2=I"], f"{TELLTALE} fits")
    everything = set(roads(case)) - {"calibration"}
    assert leaks(case) == everything, "own files are always visible"
    second = as_analyst(case.folder, B)
    assert leaks(second) == set()
    assert tell_assessments(second, claim_of(case))["kept_back"] == 1
    assert leaks(as_analyst(case.folder, C, may_look=(C,))) == everything
    judge_claim(second, "S1", "my own view", credibility="4", reliability="D")
    rate(second, question, "E1", ["H1=C", "H2=I"], "my own view")
    assert leaks(second) == everything
    assert leaks(as_analyst(case.folder, C)) == everything
    told = tell_assessments(second, claim_of(case))
    assert [(a["analyst"], a["blind"]) for a in told["assessments"]] == [(A, True), (B, True)]
    [differs] = told["differences"]
    assert differs == {
        "kind": "content",
        "in": "credibility",
        "said": [{"analyst": A, "credibility": "2"}, {"analyst": B, "credibility": "4"}],
    }


def test_a_judgement_filed_after_a_look_is_not_blind(case: Case) -> None:
    judge_claim(case, "S1", "first", credibility="2")
    looking = as_analyst(case.folder, C, may_look=(C,))
    assert judge_claim(looking, "S1", "third", credibility="2").assessment.blind is False  # type: ignore[union-attr]
    again = judge_claim(case, "S1", "again", credibility="5")
    assert again.assessment is not None
    assert again.assessment.blind is False
    told = tell_assessments(case, claim_of(case))
    assert [a["stands"] for a in told["assessments"]] == [False, True, True]


def test_that_one_cannot_judge_is_no_other_opinion(case: Case) -> None:
    """6 beside 2 is no disagreement; 4 beside 2 is."""
    judge_claim(case, "S1", "x", credibility="2")
    judge_claim(as_analyst(case.folder, B), "S1", "x", credibility="6")
    assert tell_assessments(case, claim_of(case))["differences"] == []


def test_kinds_of_analysis_are_blind_apart(case: Case) -> None:
    """A second content analysis opens no technical one."""
    judge_claim(case, "S1", TELLTALE, credibility="2", kind="technical")
    second = as_analyst(case.folder, B)
    judge_claim(second, "S1", "mine", credibility="2")
    assert TELLTALE not in json.dumps(tell_assessments(second, claim_of(case)))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from([A, B, C, "a. ANALYST "]), st.sampled_from(["S1", "S2"]), st.integers(2, 6)
        ),
        max_size=8,
    ),
    st.sampled_from([A, B, C]),
)
def test_whoever_files_in_whatever_order_blind_stays_blind(
    tmp_path_factory: pytest.TempPathFactory, filed: list[tuple[str, str, int]], viewer: str
) -> None:
    """And as of any moment nothing is shown that was filed later, and never more than is open now."""
    folder = tmp_path_factory.mktemp("blind") / "case"
    case = made_case(folder)
    case.statements.add(
        [make_statement("S1", "fired", 24.0, 24.0), make_statement("S2", "fired", 60.0, 60.0)]
    )
    for who, statement, digit in filed:
        judge_claim(
            as_analyst(folder, who), statement, f"{analyst_key(who)} {statement}", credibility=str(digit)
        )
    reader = as_analyst(folder, viewer)
    authors: dict[str, set[str]] = {}
    for who, statement, _ in filed:
        authors.setdefault(claim_of(case, statement), set()).add(analyst_key(who))
    now = list_assessments(reader)
    seen = {one["id"]: (told["claim"], one) for told in now["claims"] for one in told["assessments"]}
    for claim, one in seen.values():
        assert analyst_key(one["analyst"]) == analyst_key(viewer) or len(authors[claim]) >= 2
    moments = [datetime.fromisoformat(one["at"]) for _, one in seen.values()]
    for moment in moments:
        then = list_assessments(reader, moment)
        shown = {one["id"]: one for told in then["claims"] for one in told["assessments"]}
        assert set(shown) == {
            i for i, (_, one) in seen.items() if datetime.fromisoformat(one["at"]) <= moment
        }


# --- outcomes and calibration -----------------------------------------------------------------------------


def backdate(case: Case, claims: int, days: int = 30) -> None:
    """So many claims that A judged at 60 % before they came true: filed through the table, for the day is the point."""
    from siteline.claims.weighing.assessments import _EPOCH
    from siteline.model.assessment import Analysis, Assessment
    from siteline.model.likelihood import Likelihood, TermSet
    from siteline.store.codec import to_json

    at = datetime.now(UTC) - timedelta(days=days)
    statements = [
        make_statement(f"T{n}", f"k{n}", float(n), float(n), speaker="Ministry") for n in range(claims)
    ]
    case.statements.add(statements)
    for number, statement in enumerate(statements):
        noun = Assessment(
            f"{number:026}", statement.claim.id, Analysis.CONTENT, None, Likelihood(60, TermSet.A), None, "w", A, _EPOCH, True
        )  # fmt: skip
        case.db.append(
            tables.assessment,
            {
                "id": noun.id,
                "claim_id": noun.claim_id,
                "kind": "content",
                "blind": True,
                "noun": to_json(noun),
                "created_at": at.isoformat(timespec="microseconds"),
            },
        )
        resolve_outcome(case, statement.id, "true" if number % 2 else "false", TODAY, "seen")


def test_scores_are_shown_from_twenty_resolved_judgements_on(case: Case) -> None:
    backdate(case, 19)
    [few], [source], _ = calibrations(case)
    for found in (few, source):
        told = tell_calibration(found)
        assert (told["brier"], told["reliability"], told["resolved"], told["lacking"]) == (None, [], 19, 1)


def test_a_score_per_analyst_and_per_source(case: Case) -> None:
    backdate(case, 20)
    analysts, sources, kept = calibrations(case)
    assert kept == 0
    assert [c.name for c in analysts] == [A]
    assert [c.name for c in sources] == ["Ministry"]
    for found in (*analysts, *sources):
        assert isinstance(found, Calibration)
        assert found.brier is not None
        assert found.brier.value == pytest.approx((0.6**2 + 0.4**2) / 2)
        assert found.base_brier == pytest.approx(0.25)


def test_hindsight_and_what_is_blind_are_not_scored(case: Case) -> None:
    judge_claim(case, "S1", "x", likelihood="99")
    resolve_outcome(case, "S1", "true", TODAY, "seen")
    assert calibrations(case)[0] == []
    backdate(case, 20)
    analysts, _, kept = calibrations(as_analyst(case.folder, B))
    assert analysts == []
    assert kept == 21


def test_an_outcome_is_corrected_by_a_later_one_and_stays_on_record(case: Case) -> None:
    first = resolve_outcome(case, "S1", "true", "2024-11-25", "early report")
    resolve_outcome(case, "S1", "void", "2024-11-25", "the report was withdrawn")
    claim = claim_of(case)
    assert tell_assessments(case, claim)["outcome"]["came"] == "void"
    assert tell_assessments(case, claim, first.at)["outcome"]["came"] == "true"
    assert [o.came for o in case.outcomes.history(claim)] == [Came.TRUE, Came.VOID]


@pytest.mark.parametrize(
    ("came", "on", "basis"),
    [
        ("maybe", "2024-11-25", "x"),
        ("true", "25 November", "x"),
        ("true", "2124-11-25", "x"),
        ("true", "2024-11-25", " "),
    ],
)
def test_an_outcome_needs_a_day_that_has_been_and_a_basis(case: Case, came: str, on: str, basis: str) -> None:
    with pytest.raises(BadInput):
        resolve_outcome(case, "S1", came, on, basis)
    assert case.outcomes.history() == []
