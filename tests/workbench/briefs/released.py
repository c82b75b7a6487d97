"""A small case with a brief that passes the gate, a picture in it, and a second person who may release it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image

from siteline.evidence.custody.restrictions import Restriction
from siteline.evidence.custody.taking import Taking
from siteline.model.change import Status
from siteline.model.claim import Anchor, AnchorKind, Attribution, Claim, Stance, Statement
from siteline.model.exhibit import Exhibit
from siteline.model.imagery import Use
from siteline.model.quantity import Quantity
from siteline.model.survey import Survey
from siteline.workbench.briefs.asking import Given, read_given
from siteline.workbench.briefs.building import build_file
from siteline.workbench.briefs.formats import Format
from siteline.workbench.briefs.releasing import Released, release
from siteline.workbench.case import Case
from tests.factory import make_area, make_event, make_look, make_scene, make_site
from tests.workbench.claims.cases import GRID, A, B, as_analyst, made_case

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SECRET = "The night guard of the northern gate told us that the furnaces run until four every morning."  # noqa: S105 a sentence
REPEATED = "furnaces run until four every morning"
GOOD = "The hall was not visible on 3 April 2024 and first visible on 19 April 2024. [@event:A-2]"
ANSWERS = (
    "hurt=nobody that we know of",
    "recent=the images are two years old",
    "precise=yes, the hall is the point",
    "people=no",
    "embargo=none",
    "reply=The ministry | 2026-11-20 | e-mail to its press office | none",
)
NOT_PRECISE = ("precise=no, the region is enough",)


def brief_case(folder: Path) -> Case:
    """Site "s" with an accepted event, two open images in custody, a photograph, and a page that says the secret."""
    made = made_case(folder / "case")
    made.register.record(make_site("s"), None)
    digests = [made.blobs.keep(content) for content in (b"first image", b"second image")]
    rights = {"credit": "An agency", "licence": "CC BY 4.0", "use": Use.PUBLISH}
    scenes = [
        make_scene("SCENE-ONE", sha256=digests[0], **rights),
        make_scene("SCENE-TWO", "2024-04-19", sha256=digests[1], **rights),
    ]
    made.scenes.record("s", scenes)
    made.exhibits.admit(
        [
            Taking(s.sha256, 9, f"{s.id}.tif", "scene", "image/tiff", licence="CC BY 4.0", credit="An agency")
            for s in scenes
        ],
        "scenes add",
    )
    looks = (make_look("SCENE-ONE"), make_look("SCENE-TWO", "2024-04-19"))
    survey = Survey("one", "s", "balanced", None, GRID, looks, Quantity(150.0, 0.0, "m²"), (), {}, {})
    made.surveys.record(survey)
    event = make_event(label="A-2", last_without="SCENE-ONE", first_with="SCENE-TWO")
    [(event_id, version)] = made.events.detected.record("s", "one", [(event, True)])
    made.measurements.record("s", event_id, version, (make_area(1800.0),))
    made.events.judge(event_id, Status.ACCEPTED, "seen on both")
    return made


def photograph(case: Case, licence: str = "CC BY 4.0") -> Exhibit:
    """A picture in custody, with a camera's coordinates in it."""
    held, exif = io.BytesIO(), Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 54.0, 44.3), 3: "E", 4: (127.0, 36.0, 44.3)})
    Image.linear_gradient("L").convert("RGB").save(held, "JPEG", exif=exif)
    return take(case, held.getvalue(), "gate.jpg", "image", "image/jpeg", licence)


def take(
    case: Case,
    content: bytes,
    name: str,
    kind: str = "text",
    media_type: str = "text/plain",
    licence: str = "CC BY 4.0",
    restriction: Restriction | None = None,
) -> Exhibit:
    """Something taken into custody."""
    sha256 = case.blobs.keep(content)
    taking = Taking(
        sha256,
        len(content),
        name,
        kind,
        media_type,
        licence=licence,
        credit="A desk",
        title=name,
        restriction=restriction,
    )
    [taken] = case.exhibits.admit([taking], "evidence add")
    return taken.exhibit  # type: ignore[union-attr]


def say(case: Case, statement_id: str, words: str, page: str = "", **more: object) -> Exhibit:
    """A statement whose words stand on a page in custody."""
    page = page or words
    exhibit = take(case, page.encode(), f"{statement_id}.txt")
    start = page.index(words)
    anchor = Anchor(AnchorKind.WORDS, exhibit.id, exhibit.sha256, start, start + len(words))
    noun = {"claim": Claim("furnace", statement_id), "attribution": (Attribution("A guard"),), **more}
    case.statements.add(
        [Statement(statement_id, anchor, stance=Stance.ASSERTS, quote=words, language="en", **noun)]  # type: ignore[arg-type]
    )
    return exhibit


def write(folder: Path, *paragraphs: str, name: str = "hall.md", head: str = "") -> Path:
    """A brief's file."""
    file = folder / name
    file.write_text(
        f'+++\ntitle = "The hall"\n{head}+++\n\n' + "\n\n".join(paragraphs) + "\n", encoding="utf-8"
    )
    return file


def built(case: Case, file: Path, out: Path | None = None) -> str:
    """The file built by whoever has the case open; returns the page."""
    made = build_file(case, file, out or file.with_suffix(".html"), NOW.date(), lambda *_: None)
    return made.path.read_text(encoding="utf-8")


def given(*more: str, answers: tuple[str, ...] = ANSWERS, **decisions: object) -> Given:
    """Answers to everything; those named last win."""
    return read_given((*answers, *more), None, **decisions)  # type: ignore[arg-type]


def let_go(
    folder: Path,
    file: Path,
    said: Given,
    now: datetime = NOW,
    who: str = B,
    forms: Sequence[Format] | None = (Format.MARKDOWN, Format.JSONLD, Format.BIBTEX),
) -> Released:
    """The file released by a second person; as PDF and Word only where a test asks, for they take seconds."""
    case = as_analyst(folder / "case", who)
    try:
        return release(case, file, said, now, lambda *_: None, wanted=forms)
    finally:
        case.close()


__all__ = (
    "ANSWERS", "GOOD", "NOT_PRECISE", "NOW", "REPEATED", "SECRET", "A", "B", "as_analyst", "brief_case", "built", "given",
    "let_go", "photograph", "say", "take", "write",
)  # fmt: skip
