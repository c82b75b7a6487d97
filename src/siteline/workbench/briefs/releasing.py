"""A release: a second person answers for a text, and an edition goes out that is never changed."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ulid import ULID

from siteline import __version__
from siteline.evidence.custody.inclusion import Prover
from siteline.evidence.custody.rows import Event, digest_of
from siteline.model.errors import CaseBusy, NotASecondPerson, NotReleased
from siteline.model.release import Answer, Asked, Edition, EditionNoun, Output
from siteline.model.remark import Remark
from siteline.report.edition.material import EditionMaterial
from siteline.report.edition.press import Press
from siteline.report.edition.rested import told_figures, told_sentences
from siteline.report.edition.trace import write_json
from siteline.report.gate.check import CODES, not_held
from siteline.workbench.bench import Progress
from siteline.workbench.briefs.asking import Ask, Given, complete, embargo_until, in_force
from siteline.workbench.briefs.building import lay_out
from siteline.workbench.briefs.checking import Checked, brief_name, check_brief
from siteline.workbench.briefs.correcting import printed_corrections
from siteline.workbench.briefs.formats import Format, forms_here
from siteline.workbench.briefs.pressing import salted, set_press
from siteline.workbench.briefs.publishing import PAGE, RECORD, SUMS, edition_files
from siteline.workbench.briefs.resting import Resting, rest_on, tell_resting
from siteline.workbench.briefs.reviews import reviews_of
from siteline.workbench.case import Case
from siteline.workbench.claims.linked import check_address
from siteline.workbench.evidence.custody import note_bytes

TOOL = "brief release"
EDITION = "edition/1"


@dataclass(frozen=True, slots=True)
class Released:
    """What went out."""

    edition: Edition
    shared: int
    """Kept things whose bytes may go out with it."""

    kept: int
    """Those of which only a hash goes out."""

    remarks: tuple[Remark, ...]
    """What whoever released it must know."""


def release(
    case: Case,
    file: Path,
    given: Given,
    now: datetime,
    progress: Progress,
    ask: Ask | None = None,
    url: str = "",
    wanted: Sequence[Format] | None = None,
) -> Released:
    """
    Release the brief in `file` as its next edition.

    now: aware; what an embargo is held against, and the day that is printed. ask: puts open questions to a person.
    url: where the page will stand, for reviews of rated claims. wanted: the forms it goes out in beside the page; None: all
    that can be made here. Answers are kept whatever follows.
    Raises MissingExtra, BadInput, BadBrief, NotASecondPerson, Unanswered, NotReleased, Leak.
    """
    if url:
        check_address(url)
    forms, without = forms_here(wanted)
    checked = check_brief(case, file)
    source = hashlib.sha256(checked.source.encode()).hexdigest()
    writers = second_person(case, checked, source)
    answers = _answered(case, source, given, ask)
    refuse(case, checked, answers, given, now)
    previous = case.releases.of_text(source)
    if previous is not None and previous.noun.holds == given.holds:
        raise NotReleased(
            f"this text is out already, as {previous.name}",
            "Change the text or what is held back; to look at it: siteline brief list",
        )
    name = brief_name(file)
    number, salt = case.releases.next_number(name), secrets.token_hex(16)
    corrections = printed_corrections(case, name)
    press = set_press(case, checked.brief, given.holds, salt)
    material = lay_out(
        case, checked, now.date(), progress, number=str(number), corrections=corrections, press=press
    )
    copy = press.copy(material)
    if lost := copy.missing.keys() - press.held_figures(checked.brief).keys():
        raise NotReleased(
            f"figure {min(lost)} cannot be made: {copy.missing[min(lost)]}",
            f'Repair it, or hold it: --hold {min(lost)}="…"',
        )
    resting = rest_on(case, [checked.supports[key] for key in copy.supports], press, given.share)
    reviews = tuple(press.clean(list(reviews_of(case, copy, url))))
    files = list(edition_files(case, copy, press, tell_resting(resting, salt, press), forms, reviews))
    noun = _noun(case, name, number, checked, copy, press, source, salt, writers, answers, resting, files)
    return Released(
        _record(case, noun, copy, press, files, now),
        sum(not r.why_not for r in resting),
        sum(bool(r.why_not) for r in resting),
        (*without, *_repeated(press, checked)),
    )


def _repeated(press: Press, checked: Checked) -> list[Remark]:
    return [
        Remark(
            printed,
            f"it repeats words of {redacted}, which is redacted",
            "redact it, too, if they give it away",
        )
        for printed, redacted in press.repeats(checked.brief)
    ]


def second_person(case: Case, checked: Checked, source: str) -> tuple[str, ...]:
    """Who wrote or built a text; raises NotASecondPerson if whoever signs here is one of them."""
    builders = case.releases.builders(source)
    if not builders:
        raise NotASecondPerson(
            "nobody has built this text yet, so nobody stands for it as its writer",
            "Whoever wrote it builds it first: siteline brief build FILE; then a colleague releases it.",
        )
    writers = tuple(dict.fromkeys((builders[0], builders[-1], *checked.brief.authors)))
    if _person(case.db.who) in {_person(writer) for writer in writers}:
        raise NotASecondPerson(f"{case.db.who} wrote or built this text; a second person releases it")
    return writers


def refuse(case: Case, checked: Checked, answers: Mapping[str, Answer], given: Given, now: datetime) -> None:
    """Raise NotReleased for the first thing that stands against a release."""
    if checked.objections:
        first = checked.objections[0]
        codes = ", ".join(sorted({o.code for o in checked.objections}))
        raise NotReleased(
            f"{len(checked.objections)} stand against it ({codes}); first: {first.sentence}: {first.code}: {first.message}"
        )
    until = embargo_until(answers[Asked.EMBARGO].text)
    if until is not None and now < until:
        raise NotReleased(
            f"it is under embargo until {until:%Y-%m-%d %H:%M} UTC",
            "Wait; or, if the embargo was lifted, say so: --answer embargo=none",
        )
    is_needed = answers[Asked.PRECISE].text.casefold().startswith("yes")
    if not is_needed and not given.holds.is_location_held:
        raise NotReleased(
            "the precise location is not needed, it was answered, and would be published all the same",
            "Round it (--round-km 5), leave it out (--withhold-locations), or answer that it is needed.",
        )


def _answered(case: Case, source: str, given: Given, ask: Ask | None) -> dict[str, Answer]:
    """What is in force, with what was given now; all of it kept before anything else is looked at."""
    case.releases.answer(source, given.answers)
    standing = in_force(case.releases.answers(source))
    more = complete(standing, ask)
    case.releases.answer(source, more)
    return in_force(case.releases.answers(source)) if more else standing


def _noun(
    case: Case,
    brief: str,
    number: int,
    checked: Checked,
    copy: EditionMaterial,
    press: Press,
    source: str,
    salt: str,
    writers: tuple[str, ...],
    answers: Mapping[str, Answer],
    resting: list[Resting],
    files: list[tuple[Output, bytes]],
) -> EditionNoun:
    return EditionNoun(
        id=str(ULID()),
        brief=brief,
        number=number,
        title=copy.brief.title,
        language=copy.brief.language,
        day=copy.day.isoformat(),
        version=__version__,
        source_sha256=source,
        page_sha256=next(o.sha256 for o, _ in files if o.name == PAGE),
        outputs=tuple(o for o, _ in files),
        answers=tuple(answers.values()),
        holds=press.holds,
        sentences=told_sentences(copy, checked.supports),
        figures=told_figures(copy.brief),
        checked=(len(checked.brief.sentences), len(checked.brief.figures)),
        writers=writers,
        salt=salt,
        corrections=copy.corrections,
        exhibits=tuple(r.exhibit.id for r in resting if r.exhibit is not None and not r.is_secret),
        shared=tuple(r.exhibit.id for r in resting if r.exhibit is not None and not r.why_not),
    )


def _record(
    case: Case,
    noun: EditionNoun,
    copy: EditionMaterial,
    press: Press,
    files: list[tuple[Output, bytes]],
    now: datetime,
) -> Edition:
    """Keep every file, write the row by which the edition went out, and file it: all of it or nothing."""
    case.log.append(())
    listed = "".join(f"{o.sha256}  {o.name}\n" for o, _ in sorted(files, key=lambda f: f[0].name)).encode()
    files.append(
        (Output(SUMS, hashlib.sha256(listed).hexdigest(), len(listed), "hashes of its files"), listed)
    )
    with case.db.appending():
        if case.releases.next_number(noun.brief) != noun.number:
            raise CaseBusy(f"edition {noun.number} of {noun.brief} was released meanwhile")
        record = press.send(RECORD, write_json(_public(case, noun, files)))
        files.append((Output(RECORD, hashlib.sha256(record).hexdigest(), len(record), "its record"), record))
        for _, content in files:
            case.blobs.keep(content)
        name = f"edition {noun.number} of {noun.brief}"
        note_bytes(case, [(o.sha256, f"{o.what} of {name}") for o, _ in files], TOOL)
        detail = {"edition": noun.id, "brief": noun.brief, "number": noun.number, "page": noun.page_sha256}
        [row] = case.log.append([Event("released", files[-1][0].sha256, tool=TOOL, note=name, detail=detail)])
        whole = replace(noun, outputs=tuple(o for o, _ in files))
        case.releases.record(whole, row.seq)
    return case.releases.get(noun.id)


def _public(case: Case, noun: EditionNoun, files: list[tuple[Output, bytes]]) -> dict[str, Any]:
    """What everybody may know of an edition: what it is, who stands for it, what was held back, and all its files."""
    newest = Prover(case.db)
    is_redacted = bool(noun.holds.sentences) or noun.holds.is_location_held
    held = noun.holds
    return {
        "siteline": EDITION,
        "brief": noun.brief,
        "number": noun.number,
        "title": noun.title,
        "language": noun.language,
        "day": noun.day,
        "version": noun.version,
        "written_by": list(noun.writers),
        "released_by": case.db.who,
        "source": salted(noun.source_sha256, noun.salt) if is_redacted else noun.source_sha256,
        "gate": {
            "sentences": noun.checked[0],
            "figures": noun.checked[1],
            "objections": 0,
            "codes": [code for code in CODES if code not in not_held(noun.language)],
            "not_checked": list(not_held(noun.language)),
        },
        "answers": {
            "questions": sorted({answer.key for answer in noun.answers}),
            "salted": salted(digest_of([[a.key, a.text, a.who] for a in noun.answers]), noun.salt),
        },
        "held": {
            "locations": "withheld"
            if held.is_location_withheld
            else f"rounded to {held.round_km:g} km"
            if held.round_km
            else "as they are",
            "sentences": dict(held.sentences),
            "figures": dict(held.figures),
        },
        "checkpoint": newest.newest() | {"sha256": digest_of(newest.envelope)},
        "files": [{"name": o.name, "sha256": o.sha256, "bytes": o.bytes, "what": o.what} for o, _ in files],
    }


def _person(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def tell_released(released: Released) -> dict[str, Any]:
    """Interchange form of a release."""
    edition = released.edition
    noun = edition.noun
    return {
        "siteline": "release/1",
        "edition": edition.name,
        "id": noun.id,
        "brief": noun.brief,
        "number": noun.number,
        "title": noun.title,
        "released_by": edition.who,
        "released_at": edition.at.isoformat(),
        "written_by": list(noun.writers),
        "page": noun.page_sha256,
        "source": noun.source_sha256,
        "answers": [
            {"key": a.key, "text": a.text, "who": a.who, "at": a.at.isoformat() if a.at else None}
            for a in noun.answers
        ],
        "redacted": dict(noun.holds.sentences),
        "held": dict(noun.holds.figures),
        "shared": released.shared,
        "hashes_only": released.kept,
        "files": [{"name": o.name, "sha256": o.sha256, "bytes": o.bytes} for o in noun.outputs],
    }
