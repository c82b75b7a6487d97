"""A written brief built as an edition: always, whatever stands against it, and stamped with what does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from siteline import __version__
from siteline.model.edition import CitedEvent, Objection
from siteline.report.edition.material import EditionMaterial
from siteline.report.edition.page import build_edition
from siteline.workbench.bench import Bench, Progress
from siteline.workbench.briefs.around import Around
from siteline.workbench.briefs.checking import Checked, check_brief
from siteline.workbench.briefs.picturing import Pictures, draw_all
from siteline.workbench.case import Case
from siteline.workbench.evidence.custody import note_bytes
from siteline.workbench.files import write_derived


@dataclass(frozen=True, slots=True)
class Edition:
    """One build of a written brief."""

    path: Path
    sha256: str
    id: str
    objections: tuple[Objection, ...]
    missing: tuple[tuple[str, str], ...]
    """(figure, why it could not be made)."""


def build_file(case: Case, file: Path, out: Path | None, day: date, progress: Progress) -> Edition:
    """
    Build the brief in `file` as one HTML page, keep its bytes, record what it cites.

    day: printed as the day of the edition. Raises BadBrief.
    """
    checked = check_brief(case, file)
    material = lay_out(case, checked, day, progress)
    page = build_edition(material).encode()
    case.log.append(())
    sha256 = case.blobs.keep(page)
    source = case.blobs.keep(checked.source.encode())
    note_bytes(case, [(sha256, "page of a brief"), (source, "text of a brief")], "brief build")
    path = write_derived(case, out, f"{file.stem}.html", page)
    events = {(s.event_id, s.version) for s in checked.supports.values() if isinstance(s, CitedEvent)}
    brief_id = case.briefs.record(sha256, bool(material.stamps), sorted(events))
    return Edition(path, sha256, brief_id, checked.objections, tuple(sorted(material.missing.items())))


def lay_out(case: Case, checked: Checked, day: date, progress: Progress) -> EditionMaterial:
    """All that an edition is made from, its pictures drawn."""
    brief = checked.brief
    as_of = datetime.combine(brief.as_of, time.max, UTC) if brief.as_of else None
    bare = EditionMaterial(brief, checked.supports, checked.objections, {}, {}, day, __version__)
    pictures = Pictures(Bench(case, progress), Around(case, as_of), bare.stamps)
    drawn, missing = draw_all(pictures, brief.figures, dict(checked.supports))
    return EditionMaterial(brief, checked.supports, checked.objections, drawn, missing, day, __version__)
