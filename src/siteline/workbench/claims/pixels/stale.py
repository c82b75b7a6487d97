"""Claims whose finding has moved on since they were made: listed for review, never changed by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from siteline.claims.weighing.pixels import Origin, PixelClaim
from siteline.model.change import Status
from siteline.model.errors import NotFound
from siteline.workbench.case import Case
from siteline.workbench.claims.pixels.absence import answer_of, tell_absence
from siteline.workbench.claims.pixels.events import (
    current_sizes,
    structure_of,
    tell_change,
    tell_function,
    tell_size,
)


@dataclass(frozen=True, slots=True)
class Stale:
    """A claim from images that needs review."""

    claim: PixelClaim
    reason: str
    remedy: str


def stale_claims(case: Case, site_id: str | None = None, as_of: datetime | None = None) -> list[Stale]:
    """Claims made from images whose finding is not what it was, oldest first; withdrawn ones are left out."""
    found = []
    for claim in case.pixel_claims.all(site_id, as_of):
        if case.statements.get(claim.statement_id, as_of).is_withdrawn:
            continue
        reason = why_stale(case, claim, as_of)
        if reason:
            found.append(Stale(claim, reason, _remedy(claim)))
    return found


def tell_stale(found: Stale) -> dict[str, Any]:
    """Interchange form."""
    source = found.claim.source
    return {
        "statement": found.claim.statement_id,
        "site": source.site_id,
        "origin": source.origin.value,
        "object": source.object_id,
        "what": source.what,
        "version": source.version,
        "reason": found.reason,
        "remedy": found.remedy,
    }


def why_stale(case: Case, claim: PixelClaim, as_of: datetime | None = None) -> str:
    """Why a claim needs review; "" while its finding is what it was."""
    source = claim.source
    try:
        if source.origin is Origin.EVENT:
            return _of_event(case, claim, as_of)
        if source.origin is Origin.SIZE:
            return _of_size(case, claim, as_of)
        site = case.register.get(source.site_id, as_of)
        if source.origin is Origin.FUNCTION:
            now = tell_function(structure_of(site, source.object_id))
            return (
                ""
                if now == source.told
                else f"the site's drawing now says: {now or 'nothing of its function'}"
            )
        answer = answer_of(case, site, source.object_id, as_of)
    except NotFound as error:
        return f"what it was made from is not there any more: {error}"
    now = tell_absence(answer)
    return "" if now == source.told else f"the newest survey says otherwise now: {now}"


def _of_event(case: Case, claim: PixelClaim, as_of: datetime | None) -> str:
    source = claim.source
    watched = case.events.get(source.site_id, source.object_id, as_of)
    judged = watched.judgement
    if judged is None or watched.status is not Status.ACCEPTED:
        by = "" if judged is None else f" by {judged.who}: {judged.why}"
        return f"its event is {watched.status.value} now{by}"
    if watched.needs_review:
        return f"its event has changed since version {judged.version} was accepted; it is version {watched.current.number} now"
    if source.what == "change":
        now = tell_change(watched.current.event, reproduced=watched.current.reproduced)
    else:
        now = tell_size(current_sizes(case, watched, as_of).get(source.what))
    if now == source.told:
        return ""
    return (
        f"made of {source.told!r}, and version {watched.current.number} now says {now or 'nothing of it'!r}"
    )


def _of_size(case: Case, claim: PixelClaim, as_of: datetime | None) -> str:
    source = claim.source
    row = next((r for r in case.filed.all(source.site_id, as_of) if r.id == source.object_id), None)
    if row is None or row.problem is not None:
        return "the filed size is gone" if row is None else f"the filed size is broken: {row.problem}"
    for part in row.filed.rests_on:
        if part.version is None:
            continue
        watched = case.events.get(source.site_id, part.id, as_of)
        if watched.status is not Status.ACCEPTED:
            return f"it rests on {part.name}, which is {watched.status.value} now"
        if watched.needs_review:
            return f"it rests on {part.name}, which has changed since it was accepted"
        size = part.size
        if size is not None and tell_size(current_sizes(case, watched, as_of).get(size.what)) != tell_size(
            size
        ):
            return f"it rests on version {part.version} of {part.name}, whose {size.what} was measured anew"
    return ""


def _remedy(claim: PixelClaim) -> str:
    source = claim.source
    if source.origin is Origin.EVENT:
        return (
            f"Judge the event (siteline events judge {source.site_id} {source.object_id} accept), then: siteline claims "
            f"from-event {source.site_id} {source.object_id}"
        )
    if source.origin is Origin.SIZE:
        return f"Measure it again, then: siteline claims from-size {source.site_id} ID"
    if source.origin is Origin.FUNCTION:
        return f"Read it, then: siteline claims from-function {source.site_id} {source.object_id}"
    return f"Look again, then: siteline claims from-absence {source.site_id}"
