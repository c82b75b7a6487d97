"""That nothing changed, as a claim: only where a change could have been seen, with how small a one, and with the gaps."""

from __future__ import annotations

from datetime import datetime

from siteline.claims.weighing.pixels import Origin, Source
from siteline.model.change import State
from siteline.model.claim import Claim
from siteline.model.errors import BadInput, CannotTell, NotAccepted, NotFound
from siteline.model.finding import Answer
from siteline.model.interval import Period
from siteline.model.place import Role, Site
from siteline.model.survey import Survey
from siteline.workbench.case import Case
from siteline.workbench.claims.judging import signed
from siteline.workbench.claims.pixels.filing import Draft, Made, file_drafts, scope_of, today
from siteline.workbench.survey import answer_site


def claim_from_absence(case: Case, site_id: str, part: str, why: str) -> Made:
    """
    "Looked, and nothing changed" as a claim of whoever signs: the survey's words, and why the signer agrees.

    part: the label of a building, zone or perimeter; "" for all that is watched. Raises CannotTell where too little was seen,
    and NotAccepted where there are changes.
    """
    signed(case)
    if not why.strip():
        raise BadInput(
            "that nothing changed is so far a machine's word",
            'Say on which looks you saw it yourself: --why "..."',
        )
    site = case.register.get(site_id)
    survey = case.surveys.newest(site_id)
    answer = answer_of(case, site, part)
    assert survey is not None
    name = part or "all that is watched"
    if answer.state is State.CHANGED:
        raise NotAccepted(
            f"{len(answer.event_ids)} events lie in {name}: {', '.join(answer.event_ids[:4])}",
            f"Reject those that are not real, or make a claim of one: siteline claims from-event {site_id} EVENT",
        )
    if answer.state is not State.UNCHANGED:
        raise CannotTell(
            f"{name}: too little was seen to say that nothing changed; absence of a finding is no finding",
            f"See the gaps: siteline scenes calendar {site_id}",
        )
    [made] = file_drafts(case, site, [_draft(site, survey, answer, why.strip(), case.settings.signer())])
    return made


def answer_of(case: Case, site: Site, part: str, as_of: datetime | None = None) -> Answer:
    """What is known of one part of a site; raises NotFound."""
    answers = answer_site(case, site.id, as_of)
    if not answers:
        raise NotFound(f"{site.id} was never surveyed", f"Survey it: siteline survey {site.id}")
    for answer in answers:
        if (not part and answer.watch.role is Role.AOI) or (part and answer.watch.label == part):
            return answer
    there = ", ".join(a.watch.label for a in answers if a.watch.label) or "none"
    raise NotFound(
        f"no part {part!r} of {site.id} was watched", f"There are: {there}; without --part: all of it."
    )


def tell_absence(answer: Answer) -> str:
    """What makes it the same answer, in one line."""
    return f"{answer.state.value}: {' '.join(answer.sentences)}"


def _draft(site: Site, survey: Survey, answer: Answer, why: str, who: str) -> Draft:
    watch = answer.watch
    smallest = (
        ""
        if watch.smallest is None
        else f"smallest new roof visible: about {watch.smallest.value:.2g} {watch.smallest.unit}"
    )
    faintest = (
        "" if watch.faintest is None else f"faintest new roof visible: {watch.faintest:.2g} (log contrast)"
    )
    gap = (
        ""
        if watch.gap is None
        else f"longest time unseen: {watch.gap.days} days, {watch.gap.last} to {watch.gap.next}"
    )
    return Draft(
        claim=Claim(
            key=f"{site.id}/{watch.label or 'all'}/changed"[:200],
            subject=watch.label or "all that is watched",
            predicate="changed",
            value_text="a change of the ground or of a building",
            value_type="text",
            scope=scope_of(site, Period(watch.seen[0], watch.seen[-1])),
            definition="; ".join(part for part in (smallest, faintest, gap) if part),
        ),
        quote=" ".join(answer.sentences),
        source=Source(
            Origin.ABSENCE,
            site.id,
            watch.label,
            "absence",
            None,
            tell_absence(answer),
            survey.id,
            who,
            why=why,
            method=f"found by comparison of images, preset {survey.preset}",
        ),
        scene_ids=tuple(look.scene_id for look in survey.looks if look.used),
        who=who,
        said=today(),
        note=why,
        is_negated=True,
    )
