"""Claims judged: filed by whoever signs, shown to whom they are open, told side by side where analysts differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from siteline.claims.weighing.assessments import Word, source_key, standing
from siteline.claims.weighing.blind import Sight
from siteline.claims.weighing.calibration import Calibration, Scored, calibrate, in_force
from siteline.claims.weighing.named import claims_like
from siteline.model.admiralty import Credibility, parse_credibility, parse_reliability
from siteline.model.assessment import Analysis, Assessment, Came, Confidence, Outcome, SourceRating
from siteline.model.claim import Claim
from siteline.model.errors import BadInput, BadSetting, NotFound
from siteline.model.likelihood import Likelihood, TermSet, parse_likelihood
from siteline.model.remark import Remark
from siteline.report.language import lint_text
from siteline.workbench.case import Case
from siteline.workbench.claims.origins import independent_origins
from siteline.workbench.claims.question import visible_filed

CONFIRMED_BY = 2
"""Independent lineages with primary access from which the item's digit is 1."""


_SHORTEST_ID = 4


@dataclass(frozen=True, slots=True)
class Judged:
    """What one `claims judge` filed."""

    claim_id: str
    assessment: Assessment | None
    rating: SourceRating | None
    remarks: tuple[Remark, ...]


def sight_of(case: Case) -> Sight:
    """Through whose eyes this case is read."""
    return Sight(case.settings.signer(), case.settings.judging.may_look)


def judge_claim(
    case: Case,
    said: str,
    why: str,
    *,
    kind: str = "content",
    credibility: str | None = None,
    likelihood: str | None = None,
    confidence: str | None = None,
    terms: str | None = None,
    reliability: str | None = None,
    source: str | None = None,
) -> Judged:
    """
    File what the signer judges of a claim and, with `reliability`, of its source: all of it or nothing.

    said: a claim's id or the start of it, or a statement's, for the claim that it makes; "" to rate a source alone. source:
    whose statement; may be left out where one source alone makes the claim.
    """
    signed(case)
    sight = sight_of(case)
    of_what = _one_of(Analysis, kind, "--kind")
    digit = None if credibility is None else parse_credibility(credibility)
    columns = _one_of(TermSet, (terms or case.settings.judging.terms).upper(), "--terms")
    number = None if likelihood is None else parse_likelihood(likelihood, columns)
    grounds = None if confidence is None else _one_of(Confidence, confidence, "--confidence")
    letter = None if reliability is None else parse_reliability(reliability)
    if not said:
        if letter is None or source is None or digit or number or grounds:
            raise BadInput(
                "which claim?", "Name the claim; or rate a source alone: --source NAME --reliability A..F"
            )
        alone = case.assessments.rate(source, letter, why, sight)
        return Judged("", None, alone, _language(why, columns))
    claim = find_claim(case, said)
    with case.db.appending():
        rating: SourceRating | None = None
        if letter is not None:
            rating = case.assessments.rate(_source(case, claim.id, source), letter, why, sight)
        elif source is not None:
            raise BadInput(f"{source!r} was named, and nothing said of it", "Say --reliability A..F.")
        assessment: Assessment | None = None
        if letter is None or digit is not None or number is not None or grounds is not None:
            word = Word(claim.id, of_what, why, digit, number, grounds)
            assessment = case.assessments.file(word, sight)
    return Judged(claim.id, assessment, rating, _language(why, columns))


def find_claim(case: Case, said: str, as_of: datetime | None = None) -> Claim:
    """
    The claim with this id or start of one, or that a statement with this id makes; raises NotFound or BadInput.

    What rests on exhibits alone that are restricted to others is not there, for whoever is no reader of theirs.
    """
    wanted = said.strip()
    missing = NotFound(f"no claim and no statement {said!r}", "See: siteline claims list")
    like = claims_like(case.db, wanted.lower(), as_of) if len(wanted) >= _SHORTEST_ID else []
    found = [claim for claim in like if not is_hidden(case, claim.id, as_of)]
    exact = [claim for claim in found if claim.id == wanted.lower()] or found
    if len(exact) > 1:
        raise BadInput(f"{said!r} fits {len(exact)} claims", "Give the whole id.")
    if exact:
        return exact[0]
    try:
        claim = case.statements.get(wanted, as_of).statement.claim
    except NotFound as error:
        raise missing from error
    if is_hidden(case, claim.id, as_of):
        raise missing
    return claim


def is_hidden(case: Case, claim_id: str, as_of: datetime | None = None) -> bool:
    """Whether every statement that makes a claim rests on an exhibit that is restricted to others."""
    if not case.exhibits.hidden():
        return False
    filed = case.statements.find(claim_id=claim_id, as_of=as_of, with_withdrawn=True)
    return bool(filed) and not visible_filed(case, filed)


def tell_assessments(case: Case, claim_id: str, as_of: datetime | None = None) -> dict[str, Any]:
    """What is judged of one claim, as far as it is open to whoever reads, for other programs."""
    sight = sight_of(case)
    shown = case.assessments.open_to(sight, (claim_id,), as_of)
    now = standing(shown.assessments)
    origins = independent_origins(case, claim_id, as_of)
    outcome = case.outcomes.standing(as_of).get(claim_id)
    return {
        "claim": claim_id,
        "credibility_computed": Credibility.CONFIRMED.value if len(origins) >= CONFIRMED_BY else None,
        "origins": list(origins),
        "assessments": [_tell(one, one in now) for one in shown.assessments],
        "kept_back": shown.kept_back,
        "differences": differences(now),
        "sources": _tell_sources(case, claim_id, sight, as_of),
        "outcome": None if outcome is None else _tell_outcome(outcome),
    }


def list_assessments(case: Case, as_of: datetime | None = None) -> dict[str, Any]:
    """Every claim that anybody judged, as far as it is open to whoever reads; and every rated source."""
    sight = sight_of(case)
    shown = case.assessments.open_to(sight, None, as_of)
    ratings, waiting = case.assessments.ratings_open_to(sight, as_of)
    judged = dict.fromkeys(one.claim_id for one in shown.assessments)
    claims = [claim for claim in judged if not is_hidden(case, claim, as_of)]
    return {
        "claims": [tell_assessments(case, claim, as_of) for claim in claims],
        "kept_back": shown.kept_back,
        "sources": [_tell_rating(one, one in standing(ratings)) for one in ratings],
        "sources_kept_back": waiting,
    }


def differences(now: Sequence[Assessment]) -> list[dict[str, Any]]:
    """
    In what the analysts' last words on one claim differ, each beside the other.

    Likelihoods differ where their bands do. That one says 6, cannot be judged, is no other opinion on the item, but it is shown.
    """
    found: list[dict[str, Any]] = []
    for kind in Analysis:
        of_it = [one for one in now if one.kind is kind]
        digits = [(a.analyst, a.credibility.value) for a in of_it if a.credibility]
        bands = [(a.analyst, a.likelihood.percent, str(a.likelihood.band)) for a in of_it if a.likelihood]
        grounds = [(a.analyst, a.confidence.value) for a in of_it if a.confidence]
        for what, said, told in (
            ("credibility", digits, {digit for _, digit in digits} - {Credibility.UNKNOWN.value}),
            ("likelihood", [(who, percent) for who, percent, _ in bands], {band for *_, band in bands}),
            ("confidence", grounds, set(dict(grounds).values())),
        ):
            if len(told) > 1:
                beside = [{"analyst": who, what: value} for who, value in said]
                found.append({"kind": kind.value, "in": what, "said": beside})
    return found


def resolve_outcome(case: Case, said: str, came: str, on: str, basis: str) -> Outcome:
    """Record how a claim turned out."""
    signed(case)
    how = _one_of(Came, came, "the outcome")
    try:
        day = date.fromisoformat(on)
    except ValueError as error:
        raise BadInput(
            f"not a day: {on!r}", "Write 2024-11-25: the first day on which it could be known."
        ) from error
    return case.outcomes.record(find_claim(case, said).id, how, day, basis)


def calibrations(
    case: Case, as_of: datetime | None = None
) -> tuple[list[Calibration], list[Calibration], int]:
    """
    The record of each analyst, then of the claims of each source; and how many judgements are not open to whoever reads.

    A source's record is of what was judged of its claims, by whomever; one claim that two sources make counts for both.
    """
    sight = sight_of(case)
    shown = case.assessments.open_to(sight, None, as_of)
    by_analyst: dict[str, list[Scored]] = {}
    by_source: dict[str, list[Scored]] = {}
    names: dict[str, str] = {}
    for outcome in case.outcomes.standing(as_of).values():
        scored = in_force(shown.assessments, outcome)
        for one in scored:
            key = source_key(one.analyst)
            names.setdefault(key, one.analyst)
            by_analyst.setdefault(key, []).append(one)
        for source in sources_of(case, outcome.claim_id, as_of) if scored else ():
            names.setdefault(f"source {source_key(source)}", source)
            by_source.setdefault(f"source {source_key(source)}", []).extend(scored)
    return (
        [calibrate(names[key], by_analyst[key]) for key in sorted(by_analyst)],
        [calibrate(names[key], by_source[key]) for key in sorted(by_source)],
        shown.kept_back,
    )


def tell_calibration(found: Calibration) -> dict[str, Any]:
    """Interchange form; no number below twenty."""
    return {
        "name": found.name,
        "resolved": found.count,
        "lacking": found.lacking,
        "brier": None if found.brier is None else found.brier.as_dict(),
        "brier_of_base_rate": None if found.base_brier is None else round(found.base_brier, 4),
        "reliability": [
            {
                "band": [row.band.low, row.band.high],
                "terms": {"A": row.band.term_a, "B": row.band.term_b},
                "judged": row.count,
                "mean_percent": None if row.mean is None else round(row.mean, 2),
                "came_true": row.came_true,
                "came_true_percent": None if row.share is None else round(row.share[0], 2),
                "low95": None if row.share is None else round(row.share[1], 2),
                "high95": None if row.share is None else round(row.share[2], 2),
            }
            for row in found.rows
        ],
    }


def sources_of(case: Case, claim_id: str, as_of: datetime | None = None) -> list[str]:
    """The speakers of the statements that put a claim forward, by name; not of what is restricted to others."""
    named = [
        filed.statement.speaker
        for filed in visible_filed(case, case.statements.find(claim_id=claim_id, as_of=as_of))
        if filed.statement.takes_side and filed.statement.speaker
    ]
    return list({source_key(name): name for name in reversed(named)}.values())


def _source(case: Case, claim_id: str, named: str | None) -> str:
    there = sources_of(case, claim_id)
    if named is None:
        if len(there) == 1:
            return there[0]
        who = (
            "nobody is named as its source"
            if not there
            else f"{len(there)} sources make it: {', '.join(there[:6])}"
        )
        raise BadInput(f"whose reliability? {who}", "Name the source: --source NAME")
    fitting = [name for name in there if source_key(name) == source_key(named)]
    if not fitting:
        known = ", ".join(there[:6]) or "none is named"
        raise BadInput(
            f"{named!r} is no source of claim {claim_id}",
            f"Its sources: {known}. To rate another, name no claim: siteline claims judge --source NAME --reliability A..F",
        )
    return fitting[0]


def _tell(one: Assessment, stands: bool) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "credibility": one.credibility.value if one.credibility else None,
        "likelihood": _tell_likelihood(one.likelihood),
        "confidence": one.confidence.value if one.confidence else None,
        "rationale": one.rationale,
        "analyst": one.analyst,
        "at": one.at.isoformat(),
        "blind": one.blind,
        "stands": stands,
    }


def _tell_likelihood(said: Likelihood | None) -> dict[str, Any] | None:
    if said is None:
        return None
    return {
        "percent": said.percent,
        "band": [said.band.low, said.band.high],
        "term": said.term,
        "terms": said.terms.value,
    }


def _tell_sources(case: Case, claim_id: str, sight: Sight, as_of: datetime | None) -> list[dict[str, Any]]:
    told = []
    for name in sources_of(case, claim_id, as_of):
        ratings, waiting = case.assessments.ratings_open_to(sight, as_of, name)
        now = standing(ratings)
        told.append(
            {
                "source": name,
                "ratings": [_tell_rating(one, one in now) for one in ratings],
                "kept_back": waiting,
            }
        )
    return told


def _tell_rating(one: SourceRating, stands: bool) -> dict[str, Any]:
    return {
        "id": one.id,
        "source": one.source,
        "reliability": one.reliability.value,
        "words": one.reliability.words,
        "rationale": one.rationale,
        "analyst": one.analyst,
        "at": one.at.isoformat(),
        "blind": one.blind,
        "stands": stands,
    }


def _tell_outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "came": outcome.came.value,
        "on": outcome.on.isoformat(),
        "basis": outcome.basis,
        "who": outcome.who,
        "at": outcome.at.isoformat(),
    }


def signed(case: Case) -> None:
    """Raise BadSetting unless a person stands behind what is filed."""
    if case.settings.signer() == "unknown":
        raise BadSetting(
            "a judgement is a person's, and nobody has signed this one",
            "Say whose it is: SITELINE_WHO, or case.who in siteline.toml.",
        )


def _language(why: str, terms: TermSet) -> tuple[Remark, ...]:
    """What would not pass the gate if the reason were printed."""
    return tuple(
        Remark("the reason", fault.message, "It is filed as it is; a brief would refuse the sentence.")
        for fault in lint_text(why, terms=terms)
    )


def _one_of(words: Any, said: str, option: str) -> Any:
    try:
        return words(said)
    except ValueError as error:
        there: Iterable[str] = (word.value for word in words)
        raise BadSetting(f"{option}: no {said!r}", f"There are: {', '.join(there)}.") from error
