"""Articles drafted: by rules, and by a model where the settings name one; filed as drafts, never as facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from siteline.claims.draft.article import MAKER, DraftOptions, draft_text
from siteline.claims.draft.intervals import Widths
from siteline.claims.draft.proposals import PROMPT_SHA256, Proposer, believe
from siteline.claims.drafts import OPEN, FiledDraft, Reading
from siteline.model.draft import SaidQuantity, Span
from siteline.model.errors import BadInput, BadSetting, NotReached
from siteline.model.exhibit import Exhibit
from siteline.model.remark import Remark
from siteline.workbench.case import Case
from siteline.workbench.claims.articles import Article, open_article
from siteline.workbench.claims.proposers import proposer_of
from siteline.workbench.evidence.capture_filing import printable
from siteline.workbench.evidence.custody import Description
from siteline.workbench.settings import ClaimsSettings


@dataclass(frozen=True, slots=True)
class Drafted:
    """What came of drafting one article."""

    origin: Exhibit
    text_exhibit: Exhibit
    lang: str
    readings: tuple[Reading, ...]
    drafts: tuple[FiledDraft, ...]
    remarks: tuple[Remark, ...]


def draft_article(
    case: Case,
    said: str,
    about: Description = Description(),  # noqa: B008 frozen
    *,
    use_model: bool = True,
    send_restricted: bool = False,
) -> Drafted:
    """
    Draft an article: a file, an exhibit or a captured page.

    Drafts are filed for people to accept or reject; drafting again adds nothing. What is restricted goes to no model unless
    `send_restricted` says so.
    """
    options = options_of(case.settings.claims)
    proposer = proposer_of(case.settings.claims) if use_model else None
    article = open_article(case, said, about)
    found = draft_text(article.text, options)
    common = (article.text_exhibit.id, article.origin.id)
    reading = Reading(
        *common, MAKER, "", found.sentences, len(found.drafts), dict(found.left_out), found.notes
    )
    ids = case.drafts.file(reading, found.drafts)
    readings, remarks = [reading], [*article.remarks]
    if proposer is not None:
        proposed, why = _ask(case, proposer, article, options, send_restricted=send_restricted)
        remarks += why
        if proposed is not None:
            readings.append(proposed[0])
            ids += proposed[1]
    remarks += [Remark(article.text_exhibit.name, note, "") for note in found.notes]
    remarks += [
        Remark("drafts", f"{n:,} sentences were not drafted: {what}", "") for what, n in found.left_out
    ]
    drafts = {d.id: d for d in case.drafts.find(exhibit_id=article.text_exhibit.id)}
    return Drafted(
        article.origin,
        article.text_exhibit,
        found.lang,
        tuple(readings),
        tuple(d for i, d in drafts.items() if i in set(ids)),
        tuple(remarks),
    )


def list_drafts(
    case: Case, said: str = "", as_of: datetime | None = None, *, every: bool = False
) -> list[FiledDraft]:
    """Open drafts, or all; of one text, page or capture if it is named. What is restricted to others stays out."""
    hidden = case.exhibits.hidden()
    exhibit = case.exhibits.get(said, as_of).id if said else None
    found = case.drafts.find(as_of, exhibit)
    return [d for d in found if not {d.exhibit_id, d.origin_id} & hidden and (every or d.status == OPEN)]


def options_of(settings: ClaimsSettings) -> DraftOptions:
    """How texts are read in a case."""
    return DraftOptions(
        Widths(
            settings.about_percent / 100,
            settings.third_points / 100,
            settings.about_points / 100,
            settings.nearly_points / 100,
            settings.more_points / 100,
            float(settings.dozens),
        )
    )


def _ask(
    case: Case, proposer: Proposer, article: Article, options: DraftOptions, *, send_restricted: bool
) -> tuple[tuple[Reading, list[str]] | None, list[Remark]]:
    """What the model proposed, filed; a model that fails takes nothing away."""
    settings = case.settings.claims
    if article.is_restricted and not send_restricted:
        return None, [
            Remark(
                proposer.name,
                "was not asked: the article is restricted",
                "if it may be sent there: --send-restricted",
            )
        ]
    text, remarks = article.text, []
    if len(text) > settings.model_max_kb * 1000:
        text = text[: settings.model_max_kb * 1000]
        remarks.append(
            Remark(proposer.name, f"was sent the first {len(text):,} of {len(article.text):,} characters", "")
        )
    try:
        believed = believe(
            text, proposer.propose(text, settings.model_budget), settings.model_budget, proposer.name, options
        )
    except NotReached as error:
        return None, [*remarks, Remark(proposer.name, printable(str(error)), error.hint)]
    reading = Reading(
        article.text_exhibit.id, article.origin.id, f"model: {proposer.name}", PROMPT_SHA256, 0, len(believed.drafts),
        dict(believed.dropped), (f"was sent {len(text):,} characters",),
    )  # fmt: skip
    ids = case.drafts.file(reading, believed.drafts)
    if lost := sum(believed.dropped.values()):
        words = "; ".join(f"{n:,} {what}" for what, n in believed.dropped.items())
        remarks.append(Remark(proposer.name, f"{lost:,} of its proposals were dropped: {words}", ""))
    return (reading, ids), remarks


def reject_draft(case: Case, said: str, why: str) -> FiledDraft:
    """A person's no to a draft, with the reason; it stays on file."""
    if not why.strip():
        raise BadSetting("a rejection needs its reason", 'Say it: --why "the source says no such thing"')
    draft = visible(case, said)
    if draft.statements:
        raise BadInput(
            f"draft {draft.id} was accepted: it is statement {draft.statements[-1]}",
            "Withdraw that statement; a draft keeps what was said of it.",
        )
    case.drafts.say(draft, "rejected", why.strip())
    return case.drafts.get(draft.id)


def visible(case: Case, said: str, as_of: datetime | None = None) -> FiledDraft:
    """One draft by its id, if its text may be seen."""
    draft = case.drafts.get(said, as_of)
    for exhibit in (draft.exhibit_id, draft.origin_id):
        case.exhibits.get(exhibit)
    return draft


def tell_drafted(drafted: Drafted) -> dict[str, Any]:
    """What came of drafting an article, for other programs."""
    return {
        "siteline": "drafts/1",
        "exhibit": drafted.text_exhibit.id,
        "sha256": drafted.text_exhibit.sha256,
        "made_from": drafted.origin.id,
        "lang": drafted.lang,
        "readings": [
            {
                "maker": r.maker,
                "prompt_sha256": r.prompt_sha256 or None,
                "sentences": r.sentences,
                "drafts": r.drafts,
                "dropped": dict(r.dropped),
                "notes": list(r.notes),
            }
            for r in drafted.readings
        ],
        "drafts": tell_drafts(drafted.drafts),
        "remarks": [{"subject": r.subject, "text": r.text} for r in drafted.remarks],
    }


def tell_drafts(drafts: Iterable[FiledDraft]) -> list[dict[str, Any]]:
    """Drafts for other programs: every span with its words and its place."""
    return [_tell(d) for d in drafts]


def _tell(filed: FiledDraft) -> dict[str, Any]:
    draft = filed.draft
    return {
        "id": filed.id,
        "status": filed.status,
        "exhibit": filed.exhibit_id,
        "made_from": filed.origin_id,
        "maker": filed.maker,
        "start": draft.start,
        "end": draft.end,
        "quote": draft.quote,
        "sentence": draft.sentence,
        "lang": draft.lang,
        "kind": draft.kind,
        "stance": draft.stance or None,
        "source": _span(draft.source),
        "chain": [
            {
                **(_span(v.span) or {}),
                "role": v.role,
                "anonymity": v.anonymity or None,
                "refers_to": _span(v.refers_to),
                "reason": v.reason,
            }
            for v in draft.chain
        ],
        "outlet": _span(draft.outlet),
        "cue": {**(_span(draft.cue) or {}), "stance": draft.cue_stance} if draft.cue else None,
        "hedges": [{**(_span(h.span) or {}), "kind": h.kind} for h in draft.hedges],
        "quantities": [
            {
                "number": n,
                **(_span(q.span) or {}),
                "kind": q.kind,
                "low": q.low,
                "high": q.high,
                "excludes_low": q.low_open,
                "excludes_high": q.high_open,
                "unit": q.unit,
                "direction": q.direction or None,
                "other": q.other or None,
                "rule": q.width,
                "stated": list(q.stated) if q.stated else None,
            }
            for n, q in enumerate(draft.quantities, 1)
        ],
        "dates": [{**(_span(d.span) or {}), "first": d.first, "last": d.last} for d in draft.dates],
        "negations": [_span(s) for s in draft.negations],
        "condition": _span(draft.condition),
        "flags": [{**(_span(f.span) or {}), "kind": f.kind} for f in draft.flags],
        "reasons": list(draft.reasons),
        "asks": list(draft.asks),
        "verdicts": [
            {"verdict": v.verdict, "statement": v.statement_id or None, "why": v.why, "who": v.by, "at": v.at}
            for v in filed.verdicts
        ],
        "drafted_at": filed.at,
        "drafted_by": filed.by,
    }


def _span(span: Span | None) -> dict[str, Any] | None:
    return None if span is None else {"text": span.words, "start": span.start, "end": span.end}


def show_draft(filed: FiledDraft) -> list[str]:
    """A draft in lines for a terminal; nothing in it can move the cursor or turn the text round."""
    draft = filed.draft
    who = (
        " → ".join(_shown(v.span.words, v.refers_to.words if v.refers_to else "") for v in draft.chain)
        or "the text itself"
    )
    status = "" if filed.status == OPEN else f"  [{filed.status}]"
    lines = [
        f"{filed.id}  {draft.stance or 'not read'}  {printable(who)}{status}",
        f"    {draft.start}–{draft.end}: {printable(draft.quote)[:600]}",
    ]
    for n, q in enumerate(draft.quantities, 1):
        beside = f" {q.direction or 'of'} {q.other}".rstrip() if q.direction or q.other else ""
        said = f"    quantity {n}: “{q.span.words}” = {_interval(q)} {q.unit}{beside} ({q.width})"
        lines.append("    " + printable(said))
    lines += [f"    date: {d.first}" + (f" to {d.last}" if d.last != d.first else "") for d in draft.dates]
    if draft.condition:
        lines.append(f"    condition: {printable(draft.condition.words)}")
    lines += [f"    why: {printable(reason)}" for reason in draft.reasons]
    lines += [f"    ask: {printable(ask)}" for ask in draft.asks]
    return lines


def _shown(words: str, stands_for: str) -> str:
    return f"{words} (= {stands_for}?)" if stands_for else words


def _interval(q: SaidQuantity) -> str:
    opens = "(" if q.low_open or q.low is None else "["
    closes = ")" if q.high_open or q.high is None else "]"
    return f"{opens}{_end(q.low, '−∞')}, {_end(q.high, '∞')}{closes}"


def _end(value: float | None, open_end: str) -> str:
    return open_end if value is None else f"{value:.4g}" if abs(value) < 1 else f"{value:.10g}"
