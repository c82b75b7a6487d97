"""What all claims from images share: the scenes as exhibits, whose claim it is, and that each is filed once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from ulid import ULID

from siteline.claims.weighing.pixels import Source
from siteline.model.claim import (
    Access,
    Anchor,
    AnchorKind,
    Attribution,
    Claim,
    Hedge,
    Scope,
    Stance,
    Statement,
)
from siteline.model.errors import BrokenCustody, CannotTell
from siteline.model.interval import Interval, Period
from siteline.model.place import Site
from siteline.model.quantity import Quantity
from siteline.workbench.case import Case
from siteline.workbench.claims.filing import file_statements

SIMULATED = "a place that never was"


@dataclass(frozen=True, slots=True)
class Made:
    """One claim that was made from images, or that was there already."""

    statement: Statement
    source: Source
    is_new: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim from images before it is filed: in whose words, on which scenes."""

    claim: Claim
    quote: str
    source: Source
    """Its scenes are filled in when it is filed."""

    scene_ids: tuple[str, ...]
    who: str
    """Who accepted, measured or judged it."""

    said: date
    note: str = ""
    stance: Stance = Stance.ASSERTS
    hedges: tuple[Hedge, ...] = ()
    is_negated: bool = False


def file_drafts(case: Case, site: Site, drafts: Sequence[Draft]) -> list[Made]:
    """
    File claims with their exhibits, all or none; what was made of the same state of the same thing before is not made again.

    Raises CannotTell where a scene is no exhibit of this case, and NotForYou where it is restricted to others.
    """
    by_scene = _exhibits(case, site, {scene for draft in drafts for scene in draft.scene_ids})
    made = list[Made]()
    with case.db.appending():
        there = {
            _same(row.source): row.statement_id
            for row in case.pixel_claims.all(site.id)
            if not case.statements.get(row.statement_id).is_withdrawn
        }
        for draft in drafts:
            scenes = tuple((scene, *by_scene[scene]) for scene in dict.fromkeys(draft.scene_ids))
            source = _with_scenes(draft.source, scenes)
            known = there.get(_same(source))
            if known is not None:
                made.append(Made(case.statements.get(known).statement, source, False))
                continue
            statement = _statement(draft, scenes, site)
            file_statements(case, [statement])
            case.pixel_claims.record(statement.id, source)
            made.append(Made(statement, source, True))
    return made


def tell_made(made: Made) -> dict[str, Any]:
    """Interchange form."""
    said, source = made.statement, made.source
    return {
        "statement": said.id,
        "claim": said.claim.id,
        "new": made.is_new,
        "quote": said.quote,
        "what": source.what,
        "value": said.claim.value.ends() if said.claim.value else None,
        "unit": said.claim.unit,
        "version": source.version,
        "accepted_by": source.accepted_by,
        "method": source.method,
        "scenes": [
            {"id": scene, "sha256": sha256, "exhibit": exhibit} for scene, sha256, exhibit in source.scenes
        ],
    }


def scope_of(site: Site, time: Period | None, thing: str = "") -> Scope:
    """When, at which site, of which thing; an invented place says so."""
    place = site.name or site.id
    return Scope(
        time, f"{place.removesuffix(' (simulated)')} ({SIMULATED})" if site.simulated else place, thing=thing
    )


def value_of(quantity: Quantity, *, floor: float | None = None) -> tuple[Interval, Interval]:
    """The 95 % interval of a quantity, rounded as in interchange, and the value itself."""
    told = quantity.as_dict()
    low = told["low95"] if floor is None else max(floor, told["low95"])
    return Interval(low, max(low, told["high95"])), Interval.exactly(told["value"])


def _exhibits(case: Case, site: Site, wanted: set[str]) -> dict[str, tuple[str, str]]:
    """(SHA-256, exhibit) of each scene."""
    digests = {scene.id: scene.sha256 for scene in case.scenes.all(site.id) if scene.id in wanted}
    by_digest: dict[str, str] = {}
    for text in case.exhibits.texts(kind="scene"):
        told = json.loads(text)
        by_digest.setdefault(told["sha256"], told["id"])
    found: dict[str, tuple[str, str]] = {}
    for scene in sorted(wanted):
        digest = digests.get(scene)
        if digest is None:
            raise BrokenCustody(f"scene {scene} is not on record at {site.id}")
        if digest not in by_digest:
            raise CannotTell(
                f"scene {scene} is no exhibit of this case that you may see, so nothing can be cited for what it shows",
                "Add it again from its manifest, or ask one of its readers: siteline evidence list",
            )
        found[scene] = (digest, by_digest[digest])
    return found


def _statement(draft: Draft, scenes: Sequence[tuple[str, str, str]], site: Site) -> Statement:
    _, sha256, exhibit = scenes[-1]
    return Statement(
        id=str(ULID()),
        anchor=Anchor(AnchorKind.OBSERVED, exhibit, sha256),
        claim=draft.claim,
        stance=draft.stance,
        quote=draft.quote,
        language="en",
        hedges=draft.hedges,
        is_negated=draft.is_negated,
        attribution=(Attribution(draft.who, role=Access.PRIMARY, title="analyst"),),
        said=Period(draft.said, draft.said),
        lineage=f"images:{site.id}"[:180],
        imagery=tuple(dict.fromkeys(exhibit for _, _, exhibit in scenes)),
        note=draft.note,
    )


def _with_scenes(source: Source, scenes: tuple[tuple[str, str, str], ...]) -> Source:
    return replace(source, scenes=scenes)


def _same(source: Source) -> tuple[object, ...]:
    """What makes it the same claim: the same state of the same thing, accepted by the same word."""
    return (
        source.origin,
        source.object_id,
        source.what,
        source.version,
        source.told,
        source.survey_id,
        source.accepted_at,
        source.why,
    )


def today() -> date:
    """The day on which something is said, UTC."""
    return datetime.now(UTC).date()


def joined(parts: Iterable[str]) -> str:
    """Remarks as one note."""
    return " ".join(part for part in parts if part)
