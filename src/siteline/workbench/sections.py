"""All that can be said and shown of one site, gathered for pages and figures."""

from __future__ import annotations

from collections.abc import Sequence

from siteline.findings.draft import draft_site
from siteline.model.change import Status
from siteline.model.finding import SiteFindings
from siteline.model.survey import Survey
from siteline.report.page import JudgedEvent, SiteSection
from siteline.sites.events.life import WatchedEvent
from siteline.workbench.case import Case
from siteline.workbench.findings import findings_of
from siteline.workbench.sizes import compare_halls
from siteline.workbench.survey import Sight


def section_of(case: Case, sight: Sight, survey: Survey) -> SiteSection:
    """All that a page says of one site."""
    said = findings_of(case, sight.site, survey.grid, sight.scenes)
    comparisons = compare_halls(case, sight.site, [watched for watched, _ in said])
    findings: SiteFindings = draft_site(
        sight.site.id, tuple(finding for _, finding in said), comparisons, survey, sight.site
    )
    events = _judged([watched for watched, _ in said])
    rejected = sum(e.status is Status.REJECTED for e in case.events.all(sight.site.id))
    return SiteSection(sight.site, survey, sight.cube, sight.scenes, findings, events, rejected)


def _judged(events: Sequence[WatchedEvent]) -> tuple[JudgedEvent, ...]:
    return tuple(
        JudgedEvent(e.id, e.current.number, e.current.event, e.judgements, e.needs_review) for e in events
    )
