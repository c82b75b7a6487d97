"""A written brief built as an edition: always, whatever stands against it, and stamped with what does."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from siteline import __version__
from siteline.model.edition import CitedEvent, Objection
from siteline.report.edition.material import EditionMaterial
from siteline.report.edition.restricted import without_restricted
from siteline.workbench.bench import Bench, Progress
from siteline.workbench.briefs.around import Around
from siteline.workbench.briefs.checking import Checked, check_brief
from siteline.workbench.briefs.formats import ENDINGS, Format, write_as
from siteline.workbench.briefs.picturing import Pictures, draw_all
from siteline.workbench.briefs.reviews import reviews_of
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

    files: tuple[tuple[str, Path, str], ...] = ()
    """(format, path, SHA-256) of each form; `path` and `sha256` are the first one's."""


def build_file(
    case: Case,
    file: Path,
    out: Path | None,
    day: date,
    progress: Progress,
    formats: Sequence[Format] = (Format.HTML,),
    url: str = "",
) -> Edition:
    """
    Build the brief in `file` in each of these forms, keep their bytes, record what it cites.

    out: the file, or the folder of several. day: printed as the day of the edition. url: where it will stand, for ClaimReview.
    Raises BadBrief; MissingExtra before anything is kept.
    """
    checked = check_brief(case, file)
    material = lay_out(case, checked, day, progress)
    source = hashlib.sha256(checked.source.encode()).hexdigest()
    reviews = tuple(reviews_of(case, material, url)) if Format.JSONLD in formats else ()
    made = [(form, write_as(form, material, source, reviews)) for form in dict.fromkeys(formats)]
    case.log.append(())
    kept = [(case.blobs.keep(content), f"{form} of a brief") for form, content in made]
    note_bytes(case, [*kept, (case.blobs.keep(checked.source.encode()), "text of a brief")], "brief build")
    names = [f"{file.stem}.{ENDINGS[form]}" for form, _ in made]
    wanted = [out] if len(made) == 1 else [out / name if out else None for name in names]
    paths = [
        write_derived(case, want, name, content)
        for want, name, (_, content) in zip(wanted, names, made, strict=True)
    ]
    sha256, path = kept[0][0], paths[0]
    files = tuple((form.value, at, sha) for (form, _), at, (sha, _) in zip(made, paths, kept, strict=True))
    events = {(s.event_id, s.version) for s in checked.supports.values() if isinstance(s, CitedEvent)}
    brief_id = case.briefs.record(sha256, bool(material.stamps), sorted(events))
    return Edition(path, sha256, brief_id, checked.objections, tuple(sorted(material.missing.items())), files)


def lay_out(case: Case, checked: Checked, day: date, progress: Progress) -> EditionMaterial:
    """All that an edition is made from, its pictures drawn."""
    brief = checked.brief
    as_of = datetime.combine(brief.as_of, time.max, UTC) if brief.as_of else None
    bare = EditionMaterial(brief, checked.supports, checked.objections, {}, {}, day, __version__)
    pictures = Pictures(Bench(case, progress), Around(case, as_of), bare.stamps)
    drawn, missing = draw_all(pictures, brief.figures, dict(checked.supports))
    return without_restricted(
        EditionMaterial(brief, checked.supports, checked.objections, drawn, missing, day, __version__)
    )
