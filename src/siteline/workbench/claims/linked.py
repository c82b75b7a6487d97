"""Claims as linked data: gathered as whoever reads may see them, without a word that names what is confidential."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from siteline.claims.linked.prov import EventTrace, EventVersion, Material, describe, is_withheld
from siteline.claims.linked.review import review
from siteline.claims.relation import RelationKind
from siteline.claims.statements import Filed
from siteline.claims.weighing.assessments import standing
from siteline.claims.weighing.pixels import Origin, PixelClaim
from siteline.model.claim import AnchorKind
from siteline.model.errors import BadInput, NotFound
from siteline.model.exhibit import Exhibit
from siteline.workbench.case import Case
from siteline.workbench.claims.judging import CONFIRMED_BY, find_claim, sight_of
from siteline.workbench.claims.origins import independent_origins
from siteline.workbench.claims.question import ask, say_claim, trace_drift
from siteline.workbench.files import write_derived
from siteline.workbench.findings import say_version

_SHORTEST_SECRET = 3


def prov_of(case: Case, claims: Sequence[str] = (), as_of: datetime | None = None) -> dict[str, Any]:
    """How these claims (none named: all) came about, as PROV-O in JSON-LD."""
    wanted = {find_claim(case, said, as_of).id for said in claims}
    filed = [
        f
        for f in case.statements.find(as_of=as_of, with_withdrawn=True)
        if not wanted or f.statement.claim.id in wanted
    ]
    if not filed:
        raise NotFound("no claim is on record", "Add one first: siteline claims add")
    ids, about = {f.id for f in filed}, {f.statement.claim.id for f in filed}
    pixels = [made for made in case.pixel_claims.all(as_of=as_of) if made.statement_id in ids]
    sight = sight_of(case)
    ratings, _ = case.assessments.ratings_open_to(sight, as_of)
    confidential = frozenset(case.exhibits.restrictions())
    exhibits = {e.id: e for e in _exhibits(case, as_of)}
    origins, revised, retracted = _lines(case, filed, as_of)
    material = Material(
        filed=filed,
        exhibits={name: e for name, e in exhibits.items() if name not in confidential},
        confidential=confidential,
        secrets=_secrets(
            case, [e for name, e in exhibits.items() if name in confidential], filed, confidential
        ),
        assessments=[
            a for a in case.assessments.open_to(sight, None, as_of).assessments if a.claim_id in about
        ],
        ratings=ratings,
        outcomes=[o for o in case.outcomes.history(as_of=as_of) if o.claim_id in about],
        pixels=pixels,
        events=_events(case, pixels, as_of),
        origins=origins,
        revisions=revised,
        retractions=retracted,
    )
    return describe(material, as_of or datetime.now(UTC))


def export_prov(case: Case, claims: Sequence[str], out: Path | None, as_of: datetime | None = None) -> Path:
    """The same as a file; returns where."""
    content = json.dumps(prov_of(case, claims, as_of), ensure_ascii=False, indent=1, allow_nan=False)
    return write_derived(case, out, "claims.prov.jsonld", f"{content}\n".encode())


def claim_review(case: Case, said: str, url: str, as_of: datetime | None = None) -> dict[str, Any]:
    """A rated claim as ClaimReview, for the page at `url`; raises BadInput where nobody rated it."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or not url.isprintable():
        raise BadInput(
            f"not the address of a page: {url!r}",
            "Give the page on which the review stands: --url https://...",
        )
    claim = find_claim(case, said, as_of)
    confidential = frozenset(case.exhibits.restrictions())
    filed = [
        f
        for f in case.statements.find(claim_id=claim.id, as_of=as_of)
        if not is_withheld(f.statement, confidential)
    ]
    if not filed:
        raise BadInput(
            f"claim {claim.id} rests on confidential or withdrawn statements alone",
            "Nothing is published of it; add a statement that may be named.",
        )
    if all(f.statement.anchor.kind is AnchorKind.OBSERVED for f in filed):
        raise BadInput(
            f"claim {claim.id} is our own finding from images, and nobody else's claim",
            "A ClaimReview is of what others said; publish a finding in a brief: siteline brief build",
        )
    open_ones = case.assessments.open_to(sight_of(case), (claim.id,), as_of).assessments
    origins = independent_origins(case, claim.id, as_of)
    words = next((f.statement.quote for f in filed if f.statement.takes_side and f.statement.quote), "")
    return review(
        claim,
        words or say_claim(claim),
        filed,
        standing(open_ones),
        url,
        has_two_origins=len(origins) >= CONFIRMED_BY,
    )


def _exhibits(case: Case, as_of: datetime | None) -> list[Exhibit]:
    """Every exhibit that was there, restricted ones too: these are needed to know what must not be named."""
    return [
        exhibit
        for _, exhibit in case.exhibits.after(0)
        if as_of is None or datetime.fromisoformat(exhibit.added_at) <= as_of
    ]


def _secrets(
    case: Case, restricted: Sequence[Exhibit], filed: Sequence[Filed], confidential: frozenset[str]
) -> frozenset[str]:
    """Whatever names a confidential exhibit, and who speaks in it."""
    said: set[str] = set()
    for exhibit in restricted:
        said |= {exhibit.id, exhibit.sha256, exhibit.name, exhibit.title, exhibit.source_url}
    digests = {exhibit.sha256 for exhibit in restricted}
    for site_id in case.register.ids():
        said |= {scene.id for scene in case.scenes.all(site_id) if scene.sha256 in digests}
    open_names = {
        hand.name
        for f in filed
        if not is_withheld(f.statement, confidential)
        for hand in f.statement.attribution
    }
    for f in filed:
        if is_withheld(f.statement, confidential):
            hands = {hand.name for hand in f.statement.attribution}
            said |= {f.id, f.statement.quote, *(hands - open_names)}
    return frozenset(text for text in said if len(text) >= _SHORTEST_SECRET or text in digests)


def _events(case: Case, pixels: Sequence[PixelClaim], as_of: datetime | None) -> list[EventTrace]:
    found = {}
    for made in pixels:
        source = made.source
        if source.origin is Origin.EVENT and source.object_id not in found:
            watched = case.events.get(source.site_id, source.object_id, as_of)
            versions = tuple(
                EventVersion(v.number, say_version(v), v.created_at, v.created_by, v.survey_id)
                for v in watched.versions
            )
            found[source.object_id] = EventTrace(watched.id, watched.site_id, versions, watched.judgements)
    return list(found.values())


def _lines(
    case: Case, filed: Sequence[Filed], as_of: datetime | None
) -> tuple[dict[str, str], list[tuple[str, str]], list[tuple[str, str]]]:
    """Of each copy its origin; then (later, earlier) of what was superseded or corrected, and of what was taken back."""
    origins: dict[str, str] = {}
    revised, retracted = set[tuple[str, str]](), set[tuple[str, str]]()
    for key in sorted({f.statement.claim.key for f in filed if not f.is_withdrawn}):
        for row in trace_drift(case, key, as_of=as_of):
            origins |= {copy: row["origin"] for copy in row["statements"] if copy != row["origin"]}
        for relation in ask(case, key, as_of).relations:
            if relation.b is not None and relation.kind in (RelationKind.SUPERSEDES, RelationKind.CORRECTS):
                revised.add((relation.a, relation.b))
            elif relation.b is not None and relation.kind is RelationKind.RETRACTS:
                retracted.add((relation.a, relation.b))
    later_words = {later for later, _ in revised}
    return {c: o for c, o in origins.items() if c not in later_words}, sorted(revised), sorted(retracted)
