"""Exhibits, and findings of removal, as a brief cites them."""

from __future__ import annotations

from collections.abc import Iterator

from siteline.evidence.watch.removal import LADDER
from siteline.evidence.watch.series import Finding
from siteline.model.edition import Citation, CitedExhibit, CitedRemoval, Source, Step, Support
from siteline.model.errors import BrokenCustody, CannotTell
from siteline.model.exhibit import Exhibit
from siteline.workbench.briefs.around import Around
from siteline.workbench.claims.words import render_text

_UNKNOWN = ("", "unknown")
_LONGEST = 300_000


def cited_exhibit(around: Around, citation: Citation) -> Support | None:
    """Something in custody, by its id, the start of it, or its SHA-256; raises NotFound or NotForYou."""
    exhibit = around.case.exhibits.get(citation.ref, around.as_of)
    restrictions = around.restricted
    fault = around.fixity.fault(exhibit.sha256)
    return CitedExhibit(
        cites=citation,
        title=exhibit.title or exhibit.name,
        broken=(fault,) if fault else (),
        rights=tuple(_against(exhibit, exhibit.id in restrictions)),
        personal=("it is marked as personal data",) if exhibit.id in around.personal else (),
        is_picture=exhibit.kind == "scene",
        trace=tuple(_trace(exhibit)),
        sources=(source_of(exhibit),),
        is_restricted=exhibit.id in restrictions,
        kind=exhibit.kind,
        text="" if fault else _text(around, exhibit),
    )


def cited_finding(around: Around, citation: Citation) -> Support | None:
    """What checks of a page add up to, by its id or the start of it."""
    fitting = [
        f for name, f in around.findings.items() if len(citation.ref) >= 4 and name.startswith(citation.ref)
    ]
    if len(fitting) != 1:
        return None
    [finding] = fitting
    return CitedRemoval(
        cites=citation,
        title=f"{finding.kind} {finding.subject}",
        stale=(f"it was back on {finding.back_at.date()}",) if finding.back_at else (),
        rung=_rung(finding),
        is_confirmed=finding.state == "confirmed",
        trace=tuple(_removal_trace(finding)),
    )


def source_of(exhibit: Exhibit) -> Source:
    """An exhibit as a bibliography lists it."""
    author = exhibit.credit if exhibit.credit.strip().lower() not in _UNKNOWN else ""
    accessed = (exhibit.obtained or exhibit.added_at)[:10]
    return Source(
        exhibit.id,
        exhibit.title or exhibit.name,
        author=author,
        url=exhibit.source_url,
        accessed=accessed,
        sha256=exhibit.sha256,
    )


def _against(exhibit: Exhibit, is_restricted: bool) -> Iterator[str]:
    if is_restricted:
        yield "it is restricted to named readers"
    if exhibit.licence.strip().lower() in _UNKNOWN:
        yield "its licence is unknown"
    if exhibit.credit.strip().lower() in _UNKNOWN:
        yield "whom to credit is unknown"


def _text(around: Around, exhibit: Exhibit) -> str:
    try:
        return render_text(around.case, exhibit.id, around.as_of).text[:_LONGEST]
    except (CannotTell, BrokenCustody):
        return ""


def _trace(exhibit: Exhibit) -> Iterator[Step]:
    yield Step("Exhibit", f"{exhibit.id}: {exhibit.title or exhibit.name}", exhibit.sha256)
    if exhibit.source_url:
        yield Step("Found at", exhibit.source_url)
    taken = f"{exhibit.added_at[:10]}, by {exhibit.added_by}"
    yield Step("In custody since", taken + (f"; obtained {exhibit.obtained}" if exhibit.obtained else ""))


def _rung(finding: Finding) -> int:
    """How far up the ladder its wording is; only a removal has a place on it."""
    if finding.kind not in ("removed", "purge"):
        return 0
    wording = finding.wording.replace("those addresses", "that address").lower()
    return next((n for n in range(len(LADDER), 0, -1) if LADDER[n - 1] in wording), 0)


def _removal_trace(finding: Finding) -> Iterator[Step]:
    if finding.available_at is not None:
        yield Step("Available", f"{finding.available_at:%Y-%m-%d %H:%M} UTC", finding.available_sha256)
    if finding.missing_at is not None:
        yield Step("Not available", f"{finding.missing_at:%Y-%m-%d %H:%M} UTC")
    yield from (
        Step("Condition", f"{'met' if c.is_met else 'not met'}: {c.said}") for c in finding.conditions
    )
    yield Step("Checks", ", ".join(finding.checks) or "none")
