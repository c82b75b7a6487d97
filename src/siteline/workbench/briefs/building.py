"""A written brief built as an edition: always, whatever stands against it, and stamped with what does."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from siteline import __version__
from siteline.model.edition import CitedEvent, Objection
from siteline.model.release import Edition
from siteline.report.edition.material import EditionMaterial
from siteline.report.edition.press import Press
from siteline.report.edition.restricted import without_restricted
from siteline.report.edition.trace import film_name
from siteline.report.rules import Stamp
from siteline.workbench.bench import Bench, Progress
from siteline.workbench.briefs.around import Around
from siteline.workbench.briefs.checking import Checked, brief_name, check_brief
from siteline.workbench.briefs.formats import ENDINGS, Format, write_as
from siteline.workbench.briefs.picturing import Pictures, draw_all
from siteline.workbench.briefs.pressing import set_press
from siteline.workbench.briefs.publishing import numbered
from siteline.workbench.briefs.reviews import reviews_of
from siteline.workbench.case import Case
from siteline.workbench.evidence.custody import note_bytes
from siteline.workbench.files import write_derived


@dataclass(frozen=True, slots=True)
class Built:
    """One build of a written brief."""

    path: Path
    sha256: str
    id: str
    objections: tuple[Objection, ...]
    missing: tuple[tuple[str, str], ...]
    """(figure, why it could not be made)."""

    is_draft: bool = True
    number: str = ""
    """Of the edition that this text was released as; "" for one that was not."""

    files: tuple[tuple[str, Path, str], ...] = ()
    """(format, path, SHA-256) of each form and film; `path` and `sha256` are the first one's."""


def build_file(
    case: Case,
    file: Path,
    out: Path | None,
    day: date,
    progress: Progress,
    formats: Sequence[Format] = (Format.HTML,),
    url: str = "",
) -> Built:
    """
    Build the brief in `file` in each of these forms, keep their bytes, record what it cites and who built it.

    A text that was released is built as its edition, and stamped again if anything it rests on has fallen. out: the file, or
    the folder of several. day: printed as the day of a draft. url: where it will stand, for ClaimReview. Raises BadBrief;
    MissingExtra before anything is kept.
    """
    checked = check_brief(case, file)
    text = checked.source.encode()
    source = hashlib.sha256(text).hexdigest()
    edition = case.releases.of_text(source)
    material = (
        lay_out_again(case, checked, edition, progress) if edition else lay_out(case, checked, day, progress)
    )
    reviews = tuple(reviews_of(case, material, url)) if Format.JSONLD in formats else ()
    made = [(form, write_as(form, material, source, reviews)) for form in dict.fromkeys(formats)]
    case.log.append(())
    kept = [(case.blobs.keep(content), f"{form} of a brief") for form, content in made]
    note_bytes(case, [*kept, (case.blobs.keep(text), "text of a brief")], "brief build")
    names = [f"{file.stem}.{ENDINGS[form]}" for form, _ in made]
    wanted = [out] if len(made) == 1 else [out / name if out else None for name in names]
    paths = [
        write_derived(case, want, name, content)
        for want, name, (_, content) in zip(wanted, names, made, strict=True)
    ]
    films = write_films(case, material, paths[0].parent)
    files = tuple((form.value, at, sha) for (form, _), at, (sha, _) in zip(made, paths, kept, strict=True))
    events = {(s.event_id, s.version) for s in checked.supports.values() if isinstance(s, CitedEvent)}
    is_draft = bool(set(material.stamps) - {Stamp.SIMULATED})
    sha256 = kept[0][0]
    with case.db.appending():
        case.releases.built(brief_name(file), source)
        brief_id = case.briefs.record(sha256, is_draft, sorted(events))
    missing = tuple(sorted(material.missing.items()))
    return Built(
        paths[0], sha256, brief_id, material.objections, missing, is_draft, material.number, (*files, *films)
    )


def write_films(case: Case, material: EditionMaterial, folder: Path) -> tuple[tuple[str, Path, str], ...]:
    """What moves, kept, and written where pages in `folder` say that it lies: ("film", path, SHA-256) of each."""
    films = [p.film for drawn in material.pictures.values() for p in drawn if p.film is not None]
    kept = [case.blobs.keep(film.data) for film in films]
    note_bytes(case, [(sha256, "film of a brief") for sha256 in kept], "brief build")
    return tuple(
        ("film", write_derived(case, folder / film_name(film), "", film.data), sha256)
        for film, sha256 in zip(films, kept, strict=True)
    )


def lay_out(
    case: Case,
    checked: Checked,
    day: date,
    progress: Progress,
    *,
    number: str = "",
    corrections: tuple[str, ...] = (),
    press: Press | None = None,
) -> EditionMaterial:
    """
    All that an edition is made from, its pictures drawn; one with a number has been released.

    press: what no picture may show, in its words or as a map; figures that it holds are not drawn.
    """
    brief = checked.brief
    as_of = datetime.combine(brief.as_of, time.max, UTC) if brief.as_of else None
    bare = EditionMaterial(
        brief,
        checked.supports,
        checked.objections,
        {},
        {},
        day,
        __version__,
        number,
        bool(number),
        corrections,
    )
    pictures = Pictures(Bench(case, progress), Around(case, as_of), bare.stamps, press)
    held = press.held_figures(brief) if press is not None else {}
    drawn, missing = draw_all(pictures, brief.figures, dict(checked.supports), held)
    return without_restricted(replace(bare, pictures=drawn, missing=missing))


def lay_out_again(case: Case, checked: Checked, edition: Edition, progress: Progress) -> EditionMaterial:
    """A text that was released, as it stands now: with its number, without what was held back, stamped if it has fallen."""
    noun = edition.noun
    press = set_press(case, checked.brief, noun.holds, noun.salt)
    material = lay_out(
        case,
        checked,
        date.fromisoformat(noun.day),
        progress,
        number=str(noun.number),
        corrections=noun.corrections,
        press=press,
    )
    return numbered(press.copy(material))
