"""The standard brief: all sites of a case on one page, drafts stamped as drafts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from siteline import __version__
from siteline.model.errors import CannotTell
from siteline.model.remark import Remark
from siteline.report.page import BriefMaterial, SiteSection, build_page, is_draft
from siteline.workbench.bench import Bench, Progress
from siteline.workbench.case import Case
from siteline.workbench.evidence.custody import note_bytes
from siteline.workbench.files import write_derived
from siteline.workbench.sections import section_of
from siteline.workbench.survey import renew_survey


@dataclass(frozen=True, slots=True)
class Built:
    """One brief that was built."""

    path: Path
    sha256: str
    is_draft: bool
    id: str
    remarks: tuple[Remark, ...]


def build_brief(case: Case, out: Path | None, progress: Progress) -> Built:
    """
    Build the page, keep its bytes, record what it cites; sites are surveyed first as they stand now.

    Raises CannotTell if there is no site.
    """
    sites = case.register.ids()
    if not sites:
        raise CannotTell(
            "there is no site to brief on", "Add one: siteline site add FILE, or siteline start PLACE"
        )
    bench = Bench(case, progress)
    sections: list[SiteSection] = []
    remarks: list[Remark] = []
    for site_id in sites:
        try:
            survey, sight, told = renew_survey(bench, site_id)
            sections.append(section_of(case, sight, survey))
            remarks += told
        except CannotTell as error:
            if len(sites) == 1:
                raise
            remarks.append(Remark(site_id, f"left out of the brief: {error}", error.hint))
    if not sections:
        raise CannotTell(
            "no site of this case has a usable scene", "Add scenes: siteline scenes add SITE --manifest FILE"
        )
    title = sections[0].site.name if len(sections) == 1 else f"{len(sections)} sites under watch"
    material = BriefMaterial(title, tuple(sections), built_at=datetime.now(UTC), version=__version__)
    page = build_page(material).encode()
    draft = is_draft(material)
    case.log.append(())
    sha256 = case.blobs.keep(page)
    note_bytes(case, [(sha256, "page of a brief")], "brief build")
    path = write_derived(case, out, "brief.html", page)
    cites = [
        (finding.event_id, finding.version) for section in sections for finding in section.findings.findings
    ]
    return Built(path, sha256, draft, case.briefs.record(sha256, draft, cites), tuple(remarks))
