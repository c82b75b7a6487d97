"""
How claims came about, as PROV-O (W3C Recommendation, 2013) in JSON-LD.

Entities are exhibits, statements, claims, lineages, assessments, outcomes and the versions of events; activities are what
made or withdrew them; agents are speakers, outlets, analysts and whoever recorded. What rests on a confidential exhibit names
neither it nor its digest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from siteline.claims.statements import Filed, WordKind
from siteline.claims.weighing.assessments import source_key
from siteline.claims.weighing.pixels import Origin, PixelClaim
from siteline.model.assessment import Assessment, Outcome, SourceRating
from siteline.model.change import Judgement
from siteline.model.claim import Access, AnchorKind, Claim, Statement
from siteline.model.exhibit import Exhibit
from siteline.model.linked import CONTEXT, iri

SHAPE = "prov/1"
WITHHELD = "[withheld]"

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventVersion:
    """One form of a change event, as far as provenance needs it."""

    number: int
    said: str
    at: datetime
    by: str
    survey_id: str | None


@dataclass(frozen=True, slots=True)
class EventTrace:
    """A change event with its versions and what people judged."""

    id: str
    site_id: str
    versions: tuple[EventVersion, ...]
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """All that one export is made from, as one reader may see it at one time."""

    filed: Sequence[Filed]
    """Withdrawn ones too."""

    exhibits: Mapping[str, Exhibit]
    """What may be named, by id."""

    confidential: frozenset[str]
    """Ids of exhibits that are restricted, whoever reads."""

    secrets: frozenset[str] = frozenset()
    """What would name one of those: ids, digests, names, titles, addresses."""

    assessments: Sequence[Assessment] = ()
    ratings: Sequence[SourceRating] = ()
    outcomes: Sequence[Outcome] = ()
    pixels: Sequence[PixelClaim] = ()
    events: Sequence[EventTrace] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    """The statement from which a copy in its lineage comes down, by the copy's id."""

    revisions: Sequence[tuple[str, str]] = ()
    """Statements that supersede or correct an earlier one: (later, earlier)."""

    retractions: Sequence[tuple[str, str]] = ()
    """Statements that take an earlier one back: (later, earlier)."""


def describe(material: Material, as_of: datetime) -> dict[str, Any]:
    """The document: one graph, the same for the same material."""
    return _Graph(material).document(as_of)


def is_withheld(statement: Statement, confidential: frozenset[str]) -> bool:
    """Whether a statement quotes a confidential exhibit: then its words and its speaker are that exhibit's."""
    anchor = statement.anchor
    return anchor.kind is AnchorKind.WORDS and anchor.exhibit_id in confidential


class _Graph:
    def __init__(self, material: Material) -> None:
        self._m = material
        self._nodes: dict[str, Node] = {}
        self._open = [f for f in material.filed if not is_withheld(f.statement, material.confidential)]
        self._claims = {f.statement.claim.id for f in self._open}
        self._ids = {f.id for f in self._open}
        self._withheld: dict[str, str] = {}

    def document(self, as_of: datetime) -> dict[str, Any]:
        m = self._m
        for filed in self._open:
            self._statement(filed)
        self._lineages()
        self._successions()
        for assessed in m.assessments:
            if assessed.claim_id in self._claims:
                self._assessment(assessed)
        self._revise(m.assessments, lambda a: (a.claim_id, a.kind.value, source_key(a.analyst)), "assessment")
        for rating in m.ratings:
            self._rating(rating)
        self._revise(m.ratings, lambda r: (source_key(r.source), source_key(r.analyst)), "rating")
        for outcome in m.outcomes:
            if outcome.claim_id in self._claims:
                self._outcome(outcome)
        self._revise(m.outcomes, lambda o: (o.claim_id,), "outcome")
        for event in m.events:
            self._event(event)
        self._pixels()
        graph = [self._nodes[name] for name in sorted(self._nodes)]
        return {
            "@context": CONTEXT,
            "siteline": SHAPE,
            "asOf": as_of.isoformat(),
            "withheldStatements": len(m.filed) - len(self._open),
            "@graph": _scrub(graph, m.secrets),
        }

    # --- nodes ------------------------------------------------------------------------------------------

    def _put(self, name: str, types: Sequence[str], **said: Any) -> str:
        node = self._nodes.setdefault(name, {"@id": name, "@type": []})
        node["@type"] = sorted({*node["@type"], *types})
        for key, value in said.items():
            if value not in (None, "", [], ()):
                node[key] = value
        return name

    def _link(self, name: str, key: str, *targets: str) -> None:
        there = self._nodes[name].setdefault(key, [])
        there += [target for target in targets if target not in there]

    def _agent(self, name: str, kind: str = "Agent", **said: Any) -> str:
        return self._put(iri("agent", source_key(name)), [f"prov:{kind}"], label=name, **said)

    def _activity(self, name: str, kind: str, who: str, at: str, **said: Any) -> str:
        activity = self._put(iri("activity", name), ["prov:Activity", f"sl:{kind}"], endedAtTime=at, **said)
        self._link(activity, "wasAssociatedWith", self._agent(who))
        return activity

    def _exhibit(self, exhibit_id: str) -> str:
        if exhibit_id in self._m.confidential or exhibit_id not in self._m.exhibits:
            blank = self._withheld.setdefault(exhibit_id, f"_:withheld{len(self._withheld) + 1}")
            return self._put(blank, ["prov:Entity", "sl:WithheldExhibit"])
        exhibit = self._m.exhibits[exhibit_id]
        name = self._put(
            iri("exhibit", exhibit.id),
            ["prov:Entity", "sl:Exhibit"],
            sha256=exhibit.sha256,
            title=exhibit.title or exhibit.name,
            format=exhibit.media_type,
            publishedAt=exhibit.source_url,
            licence=exhibit.licence,
            credit=exhibit.credit,
            generatedAtTime=exhibit.added_at,
        )
        taken = self._activity(
            f"custody:{exhibit.id}", "TakingIntoCustody", exhibit.added_by, exhibit.added_at
        )
        self._link(name, "wasGeneratedBy", taken)
        return name

    def _statement(self, filed: Filed) -> None:
        said = filed.statement
        name = self._put(
            iri("statement", said.id),
            ["prov:Entity", "sl:Statement"],
            value=said.quote,
            paraphrase=said.paraphrase,
            language=said.language,
            stance=said.stance.value,
            isNegated=said.is_negated or None,
            hedge=[hedge.text for hedge in said.hedges],
            publishedAt=said.anchor.url,
            generatedAtTime=filed.at,
            **_period(said.said),
        )
        self._link(name, "claims", self._claim(said.claim))
        self._link(self._nodes[iri("claim", said.claim.id)]["@id"], "wasDerivedFrom", name)
        filing = self._activity(f"filing:{said.id}", "Filing", filed.by, filed.at)
        self._link(name, "wasGeneratedBy", filing)
        exhibits = [e for e in (said.anchor.exhibit_id, *said.imagery) if e]
        for exhibit in dict.fromkeys(exhibits):
            node = self._exhibit(exhibit)
            is_quoted = exhibit == said.anchor.exhibit_id and said.anchor.kind is AnchorKind.WORDS
            self._link(name, "wasQuotedFrom" if is_quoted else "wasDerivedFrom", node)
            self._link(filing, "used", node)
        for exhibit in filed.evidence:
            self._link(name, "offered", self._exhibit(exhibit))
        self._chain(name, said)
        for support in said.supports:
            if support in self._ids:
                self._link(name, "wasDerivedFrom", iri("statement", support))
        if said.translation is not None:
            self._translation(name, said)
        if filed.is_withdrawn:
            word = next(w for w in reversed(filed.words) if w.kind is WordKind.WITHDRAWN)
            gone = self._activity(f"withdrawal:{said.id}", "Withdrawal", word.by, word.at, reason=word.why)
            self._link(name, "wasInvalidatedBy", gone)
            self._nodes[name]["invalidatedAtTime"] = word.at

    def _chain(self, name: str, said: Statement) -> None:
        """Whose words they are, and through whose hands they came."""
        for place, hand in enumerate(said.attribution):
            kind = "Organization" if hand.level == "outlet" else "Agent"
            agent = self._agent(hand.name, kind, role=hand.title)
            if place == 0:
                self._link(name, "wasAttributedTo", agent)
                if hand.role is Access.PRIMARY:
                    self._nodes[name]["access"] = hand.role.value
            else:
                self._link(name, "passedOnBy", agent)
        self._nodes[name].get("passedOnBy", []).sort()

    def _translation(self, name: str, said: Statement) -> None:
        assert said.translation is not None
        told = said.translation
        node = self._put(
            iri("translation", said.id),
            ["prov:Entity", "sl:Translation"],
            value=told.text,
            language=told.language,
            isMachine=told.is_machine,
            checkedBy=told.checked_by,
        )
        self._link(node, "wasDerivedFrom", name)
        self._link(
            node,
            "wasAttributedTo",
            self._agent(told.translator, "SoftwareAgent" if told.is_machine else "Person"),
        )

    def _claim(self, claim: Claim) -> str:
        value = claim.value
        return self._put(
            iri("claim", claim.id),
            ["prov:Entity", "sl:Claim"],
            key=claim.key,
            subject=claim.subject,
            predicate=claim.says,
            low=None if value is None else value.low,
            high=None if value is None else value.high,
            value=claim.value_text,
            unit=claim.unit,
            condition=claim.condition,
            definition=claim.definition,
            place=claim.scope.place,
            thing=claim.scope.thing,
            kind=claim.kind.value,
            **_period(claim.scope.time),
        )

    def _lineages(self) -> None:
        for filed in self._open:
            lineage = filed.statement.lineage_name
            name = self._put(
                iri("lineage", lineage), ["prov:Collection", "prov:Entity", "sl:Lineage"], label=lineage
            )
            self._link(name, "hadMember", iri("statement", filed.id))
            origin = self._m.origins.get(filed.id)
            if origin in self._ids and origin is not None and origin != filed.id:
                self._link(iri("statement", filed.id), "hadPrimarySource", iri("statement", origin))

    def _successions(self) -> None:
        """What a source said later in the place of what it had said."""
        by_id = {filed.id: filed for filed in self._open}
        for later, earlier in self._m.revisions:
            if {later, earlier} <= self._ids:
                self._link(iri("statement", later), "wasRevisionOf", iri("statement", earlier))
        for later, earlier in self._m.retractions:
            if {later, earlier} <= self._ids:
                speaker = by_id[later].statement.speaker or by_id[later].by
                taking = self._activity(f"retraction:{later}", "Retraction", speaker, by_id[later].at)
                self._link(taking, "used", iri("statement", later))
                self._link(iri("statement", earlier), "wasInvalidatedBy", taking)

    def _assessment(self, one: Assessment) -> None:
        said = one.likelihood
        name = self._put(
            iri("assessment", one.id),
            ["prov:Entity", "sl:Assessment"],
            kind=one.kind.value,
            credibility=one.credibility.value if one.credibility else None,
            percent=said.percent if said else None,
            term=said.term if said else None,
            band=str(said.band) if said else None,
            confidence=one.confidence.value if one.confidence else None,
            rationale=one.rationale,
            isBlind=one.blind,
            generatedAtTime=one.at.isoformat(),
        )
        self._judged(
            name, iri("claim", one.claim_id), one.analyst, one.at, f"assessing:{one.id}", "Assessing"
        )

    def _rating(self, one: SourceRating) -> None:
        source = iri("agent", source_key(one.source))
        if source not in self._nodes:  # a source of withheld statements alone is not named
            return
        name = self._put(
            iri("rating", one.id),
            ["prov:Entity", "sl:SourceRating"],
            reliability=one.reliability.value,
            rationale=one.rationale,
            isBlind=one.blind,
            generatedAtTime=one.at.isoformat(),
        )
        self._judged(name, source, one.analyst, one.at, f"rating:{one.id}", "Rating")

    def _outcome(self, one: Outcome) -> None:
        name = self._put(
            iri("outcome", one.id),
            ["prov:Entity", "sl:Outcome"],
            came=one.came.value,
            firstDay=one.on.isoformat(),
            basis=one.basis,
            generatedAtTime=one.at.isoformat(),
        )
        self._judged(name, iri("claim", one.claim_id), one.who, one.at, f"resolving:{one.id}", "Resolving")

    def _judged(self, name: str, about: str, who: str, at: datetime, activity: str, kind: str) -> None:
        doing = self._activity(activity, kind, who, at.isoformat())
        self._link(name, "about", about)
        self._link(name, "wasAttributedTo", self._agent(who, "Person"))
        self._link(name, "wasGeneratedBy", doing)
        if not about.startswith("urn:siteline:agent:"):
            self._link(name, "wasDerivedFrom", about)
            self._link(doing, "used", about)

    def _revise(self, rows: Sequence[Any], key: Callable[[Any], tuple[str, ...]], kind: str) -> None:
        """A later word of the same person on the same thing revises the earlier one."""
        last: dict[tuple[str, ...], str] = {}
        for row in rows:
            name = iri(kind, row.id)
            if name in self._nodes:
                before = last.get(key(row))
                if before is not None:
                    self._link(name, "wasRevisionOf", before)
                last[key(row)] = name

    def _event(self, event: EventTrace) -> None:
        whole = self._put(iri("event", event.id), ["prov:Entity", "sl:ChangeEvent"], site=event.site_id)
        before = ""
        for version in event.versions:
            name = self._put(
                _version(event.id, version.number),
                ["prov:Entity", "sl:ChangeEventVersion"],
                label=version.said,
                generatedAtTime=version.at.isoformat(),
            )
            self._link(name, "specializationOf", whole)
            kind = "Survey" if version.survey_id else "Drawing"
            doing = self._activity(
                f"version:{event.id}:{version.number}",
                kind,
                version.by,
                version.at.isoformat(),
                survey=version.survey_id,
            )
            self._link(name, "wasGeneratedBy", doing)
            if before:
                self._link(name, "wasRevisionOf", before)
            before = name
        for number, judged in enumerate(event.judgements, 1):
            name = self._put(
                iri("judgement", f"{event.id}:{number}"),
                ["prov:Entity", "sl:Judgement"],
                status=judged.status.value,
                rationale=judged.why,
                generatedAtTime=judged.when.isoformat(),
            )
            self._judged(
                name,
                _version(event.id, judged.version),
                judged.who,
                judged.when,
                f"judging:{event.id}:{number}",
                "Judging",
            )

    def _pixels(self) -> None:
        """What statements from images were made from, and which earlier one each stands in the place of."""
        last: dict[tuple[str, ...], str] = {}
        for made in self._m.pixels:
            source, name = made.source, iri("statement", made.statement_id)
            if made.statement_id not in self._ids:
                continue
            self._nodes[name]["method"] = source.method
            version = _version(source.object_id, source.version or 0)
            if source.origin is Origin.EVENT and version in self._nodes:
                self._link(name, "wasDerivedFrom", version)
            key = (source.site_id, source.origin.value, source.object_id, source.what)
            if key in last:
                self._link(name, "wasRevisionOf", last[key])
            last[key] = name


def _version(event_id: str, number: int) -> str:
    return iri("event", f"{event_id}/v{number}")


def _period(period: Any) -> Node:
    if period is None:
        return {}
    days = {"firstDay": period.first, "lastDay": period.last}
    return {key: day.isoformat() for key, day in days.items() if day is not None}


def _scrub(value: Any, secrets: Iterable[str]) -> Any:
    """The same without any text that names what is confidential; whole texts go, not words of them."""
    tokens = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
    if not tokens:
        return value
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(token)}(?!\w)" for token in tokens), re.IGNORECASE)

    def clean(part: Any, is_name: bool = False) -> Any:
        if isinstance(part, str):
            return part if is_name or not pattern.search(part) else WITHHELD
        if isinstance(part, dict):
            return {key: clean(inner, key in ("@id", "@type")) for key, inner in part.items()}
        if isinstance(part, list):
            return [clean(inner, is_name or str(inner).startswith(("urn:", "_:"))) for inner in part]
        return part

    return clean(value)
