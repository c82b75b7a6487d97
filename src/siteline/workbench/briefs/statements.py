"""Statements and claims as a brief cites them: words, hedges, lineages, denials, and what has become of them since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from siteline.claims.relation import Relation, RelationKind
from siteline.claims.statements import Filed, WordKind
from siteline.claims.weighing.assessments import standing
from siteline.claims.weighing.pixels import Origin, PixelClaim
from siteline.model.claim import AnchorKind, Claim, Statement
from siteline.model.edition import Carried, Citation, CitedAssessment, CitedClaim, Source, Step, Support
from siteline.workbench.briefs.around import Around
from siteline.workbench.briefs.custody import source_of
from siteline.workbench.claims.judging import sight_of
from siteline.workbench.claims.origins import independent_origins
from siteline.workbench.claims.pixels.stale import why_stale

_REPLACED = {
    RelationKind.SUPERSEDES: "superseded by",
    RelationKind.CORRECTS: "corrected by",
    RelationKind.RETRACTS: "retracted by",
}
_FRACTIONS = ("ratio", "share", "fraction")


def cited_claim(around: Around, citation: Citation) -> Support | None:
    """A claim by its own id, told by its earliest statement; or the claim that a statement makes."""
    case = around.case
    hidden = around.hidden
    found = [
        f
        for f in case.statements.find(claim_id=citation.ref, as_of=around.as_of, with_withdrawn=True)
        if f.statement.anchor.exhibit_id not in hidden
    ]
    if not found:
        return cited_statement(around, citation)
    current = [f for f in found if not f.is_withdrawn]
    return _cited(around, citation, (current or found)[0], current or found)


def cited_statement(around: Around, citation: Citation) -> Support | None:
    """One statement by its id."""
    filed = around.case.statements.get(citation.ref, around.as_of)
    if filed.statement.anchor.exhibit_id in around.hidden:
        return None
    return _cited(around, citation, filed, [filed])


def cited_assessment(around: Around, citation: Citation) -> Support | None:
    """An assessment by its id or the start of it, if it is open to the reader."""
    shown = around.case.assessments.open_to(sight_of(around.case), None, around.as_of).assessments
    fitting = [one for one in shown if one.id == citation.ref] or [
        one for one in shown if len(citation.ref) >= 6 and one.id.startswith(citation.ref)
    ]
    if len(fitting) != 1:
        return None
    [one] = fitting
    likelihood = one.likelihood.term if one.likelihood else ""
    said = f"{one.analyst}, {one.at.date()}: {one.rationale}"
    in_force = {judged.id for judged in standing(shown)}
    return CitedAssessment(
        cites=citation,
        title=f"assessment by {one.analyst}",
        stale=() if one.id in in_force else (f"{one.analyst} has judged it anew since",),
        claim_id=one.claim_id,
        analyst=one.analyst,
        likelihood=likelihood,
        trace=(Step("Assessed", said + (f" ({likelihood})" if likelihood else "")),),
    )


def _cited(around: Around, citation: Citation, filed: Filed, members: Sequence[Filed]) -> CitedClaim:
    statement, claim = filed.statement, filed.statement.claim
    question = around.question(claim.key)
    ids = [f.id for f in members]
    origin = _pixels(around).get(statement.id)
    assessments = around.case.assessments.open_to(
        sight_of(around.case), (claim.id,), around.as_of
    ).assessments
    checked = [w for f in members for w in f.words if w.kind is WordKind.TRANSLATION_CHECKED]
    translation = statement.translation
    return CitedClaim(
        cites=citation,
        title=_title(statement),
        broken=tuple(_broken(around, statement, origin)),
        stale=tuple(_stale(around, filed, question.relations, ids, origin)),
        numbers=tuple(_numbers(claim)),
        is_picture=origin is not None,
        is_simulated=origin is not None and around.sites[origin.source.site_id].simulated,
        personal=("it is marked as personal data",) if statement.anchor.exhibit_id in around.personal else (),
        trace=tuple(_trace(statement, origin)),
        sources=tuple(_sources(around, members)),
        is_restricted=bool({f.statement.anchor.exhibit_id for f in members} & around.restricted),
        quote=statement.quote,
        language=statement.language,
        translations=(translation.text,) if translation else (),
        is_translation_checked=bool(checked or (translation and translation.checked_by)),
        speaker=statement.speaker,
        stance=statement.stance.value,
        hedges=tuple(hedge.text for hedge in statement.hedges),
        value=claim.value,
        unit=claim.unit,
        value_type=claim.value_type,
        is_negated=statement.is_negated,
        condition=claim.condition,
        period=claim.scope.time,
        said=statement.said,
        lineages=len(independent_origins(around.case, claim.id, around.as_of, around.question)),
        members=tuple(ids),
        denials=tuple(r.a for r in question.relations if r.kind is RelationKind.DENIES and r.b in ids),
        assessments=tuple(one.id for one in standing(assessments)),
        function=claim.qualifier if origin and origin.source.origin is Origin.FUNCTION else "",
    )


def _pixels(around: Around) -> dict[str, PixelClaim]:
    if "pixels" not in around.answers:
        around.answers["pixels"] = {
            p.statement_id: p for p in around.case.pixel_claims.all(None, around.as_of)
        }
    found: dict[str, PixelClaim] = around.answers["pixels"]
    return found


def _title(statement: Statement) -> str:
    by = statement.speaker or "nobody named"
    when = f", {statement.said}" if statement.said else ""
    return f"{statement.id} ({by}{when})"


def _broken(around: Around, statement: Statement, origin: PixelClaim | None) -> Iterator[str]:
    anchor = statement.anchor
    if anchor.kind is AnchorKind.URL:
        yield "its words are not in custody; capture the page, then anchor the statement to it"
        return
    if fault := around.fixity.fault(anchor.sha256):
        yield fault
    for _, sha256, _ in origin.source.scenes if origin else ():
        if fault := around.fixity.fault(sha256):
            yield fault


def _stale(
    around: Around, filed: Filed, relations: Sequence[Relation], ids: Sequence[str], origin: PixelClaim | None
) -> Iterator[str]:
    if filed.is_withdrawn:
        yield "it was withdrawn"
    for relation in relations:
        if relation.kind in _REPLACED and relation.b in ids and relation.a not in ids:
            yield f"{_REPLACED[relation.kind]} {relation.a}: {relation.basis}"
    if origin is not None and (why := why_stale(around.case, origin, around.as_of)):
        yield why


def _sources(around: Around, members: Sequence[Filed]) -> Iterator[Source]:
    """Where each statement that makes a claim was published."""
    for filed in members:
        said = filed.statement
        outlets = [hand.name for hand in said.attribution[1:] if hand.level == "outlet"]
        named = {
            "author": said.speaker,
            "publisher": outlets[-1] if outlets else "",
            "published": said.said.first.isoformat() if said.said and said.said.first else "",
            "language": said.language if said.language != "und" else "",
        }
        if said.anchor.exhibit_id:
            kept = source_of(around.case.exhibits.get(said.anchor.exhibit_id, around.as_of))
            yield replace(kept, url=kept.url or said.anchor.url, **named)
        else:
            yield Source(said.id, said.quote or said.paraphrase or said.id, url=said.anchor.url, **named)


def _numbers(claim: Claim) -> Iterator[Carried]:
    is_fraction = claim.value_type in _FRACTIONS or claim.unit in _FRACTIONS
    for interval, words in ((claim.value, "value as read"), (claim.stated, "value as stated")):
        for end in (interval.low, interval.high) if interval else ():
            if end is None:
                continue
            yield Carried(
                end, words, "ratio" if is_fraction else "%" if claim.unit in ("%", "percent") else claim.unit
            )


def _trace(statement: Statement, origin: PixelClaim | None) -> Iterator[Step]:
    anchor = statement.anchor
    chain = " → ".join(hand.name for hand in statement.attribution) or "nobody is named"
    yield Step("Said by", chain + (f", {statement.said}" if statement.said else ""))
    if statement.quote:
        where = f" (characters {anchor.start}–{anchor.end})" if anchor.start is not None else ""
        yield Step("Words", f"“{statement.quote}”{where}", anchor.sha256)
    elif statement.paraphrase:
        yield Step("Paraphrase", statement.paraphrase)
    if statement.translation:
        made = statement.translation
        how = "machine" if made.is_machine else made.translator
        checked = f"checked by {made.checked_by}" if made.checked_by else "not checked"
        yield Step("Translation", f"“{made.text}” ({how}; {checked})")
    if anchor.url:
        yield Step("Published at", anchor.url)
    if origin is not None:
        source = origin.source
        images = tuple(Step("Image", scene, sha256) for scene, sha256, _ in source.scenes)
        accepted = f"; accepted by {source.accepted_by}" if source.accepted_by else ""
        yield Step("Seen", f"{source.told} ({source.method}){accepted}", steps=images)
