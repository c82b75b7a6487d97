"""An article in custody, and the text rendition of it that drafts are quoted from."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from siteline.claims.draft.rendition import LARGEST, METHOD, Rendered, is_plain_utf8, render
from siteline.evidence.custody.restrictions import Restriction
from siteline.evidence.custody.rows import Event
from siteline.evidence.custody.taking import Taking
from siteline.evidence.search import LONGEST_TEXT
from siteline.evidence.sniff import kind_of, sniff
from siteline.model.errors import BrokenCustody, CannotTell, NotFound, SitelineError
from siteline.model.exhibit import Exhibit
from siteline.model.remark import Remark
from siteline.store.intake import HEAD, Intake
from siteline.workbench.case import Case
from siteline.workbench.claims.archived import main_page
from siteline.workbench.claims.words import render_text
from siteline.workbench.evidence.capture_filing import printable
from siteline.workbench.evidence.custody import Description, Refused, take_files
from siteline.workbench.evidence.marks import captured_detail

TOOL = "claims draft"
_NO_TEXT = "Add its text as an exhibit made from it: siteline evidence add TEXT --derived-from EXHIBIT --activity transcript"
_TEXTLESS = ("image", "video", "audio", "archive", "program", "scene", "capture", "document")
_ARCHIVES = ("application/wacz", "application/warc", "application/warc+gzip", "application/x-arc")
_MOSTLY = 0.05
"""Share of characters that may be unreadable in what is still a text."""


@dataclass(frozen=True, slots=True)
class Article:
    """A text to draft from."""

    origin: Exhibit
    """What was given: the page, the capture, the file."""

    text_exhibit: Exhibit
    """The text that offsets count in; the origin itself if it is plain UTF-8."""

    text: str
    remarks: tuple[Remark, ...]
    is_restricted: bool


def open_article(case: Case, said: str, about: Description) -> Article:
    """
    An article by a file, which is taken into custody, or by an exhibit's id; with the rendition that can be quoted.

    Raises NotFound, NotForYou, BadInput for what cannot be taken in, CannotTell where there is no text.
    """
    origin, remarks = _origin(case, said, about)
    text_exhibit, notes = _text_of(case, origin)
    text = render_text(case, text_exhibit.id).text
    if text_exhibit.bytes > LONGEST_TEXT:
        notes = [*notes, f"only the first {LONGEST_TEXT >> 20} MiB of the text can be quoted, and are read"]
    restricted = case.exhibits.restrictions()
    looked = [e for e in (origin, text_exhibit) if e.id in restricted]
    if looked:
        case.log.append(
            [Event("read", object=e.sha256, exhibit_id=e.id, tool=TOOL) for e in dict.fromkeys(looked)]
        )
    remarks += [Remark(text_exhibit.name or text_exhibit.id, note, "") for note in notes]
    return Article(origin, text_exhibit, text, tuple(remarks), bool(looked))


def _origin(case: Case, said: str, about: Description) -> tuple[Exhibit, list[Remark]]:
    path = Path(said)
    is_file = _is_file(path)
    if not is_file:
        try:
            return case.exhibits.get(said), []
        except SitelineError as error:
            if isinstance(error, NotFound) or type(error).__name__ == "BadInput":
                raise NotFound(
                    f"{said!r} is no file and no exhibit of this case",
                    "Give a file, or an id from: siteline evidence list",
                ) from error
            raise
    _refuse_textless(path)
    [answer] = take_files(case, [path], about)
    if isinstance(answer, Refused):
        raise CannotTell(f"{answer.name}: {answer.reason}", answer.hint)
    return answer.exhibit, list(answer.remarks)


def _refuse_textless(path: Path) -> None:
    """Whether there is anything to draft from, before it is taken into custody."""
    with path.open("rb") as stream:
        media_type = sniff(stream.read(HEAD))
    rendered = _rendered(path, media_type, kind_of(media_type))
    if rendered is not None and not _has_text(rendered.text):
        raise CannotTell(
            f"{path.name} ({media_type}) has no text that can be quoted",
            "Give a text or a saved page; of a scan or a recording, a transcript.",
        )


def _has_text(text: str) -> bool:
    return any(c.isalpha() for c in text) and text.count("\ufffd") <= max(8, _MOSTLY * len(text))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _text_of(case: Case, origin: Exhibit) -> tuple[Exhibit, list[str]]:
    detail = captured_detail(case, origin.id)
    if detail is not None:
        return _captured_text(case, origin, detail), []
    try:
        rendered = _rendered(case.blobs.path(origin.sha256), origin.media_type, origin.kind)
    except OSError as error:
        raise BrokenCustody(f"the bytes of exhibit {origin.id} are not there") from error
    if rendered is None:
        return origin, []
    if not _has_text(rendered.text):
        raise CannotTell(
            f"exhibit {origin.id} ({origin.media_type}) has no text that can be quoted", _NO_TEXT
        )
    return _file_rendition(case, origin, rendered), list(rendered.notes)


def _rendered(path: Path, media_type: str, kind: str) -> Rendered | None:
    """What can be read in a file; None where the file is that text itself, letter by letter."""
    if media_type in _ARCHIVES:
        page = main_page(path, media_type)
        if page is None:
            return Rendered("", "", (), is_page=False, hidden=0)
        rendered = render(page.body, "text/html")
        said = f"the page {printable(page.url)[:500]} of {printable(page.date)[:40]}, out of the archive"
        return replace(rendered, notes=(said, *rendered.notes))
    if kind in _TEXTLESS:
        return Rendered("", "", (), is_page=False, hidden=0)
    with path.open("rb") as stream:
        content = stream.read(LARGEST + 1)
    rendered = render(content, media_type)
    is_itself = media_type == "text/plain" and is_plain_utf8(content) and not rendered.is_page
    return None if is_itself and _has_text(rendered.text) else rendered


def _captured_text(case: Case, origin: Exhibit, detail: Mapping[str, Any]) -> Exhibit:
    for part in detail.get("parts") or ():
        if isinstance(part, dict) and part.get("what") == "text":
            return case.exhibits.get(str(part["id"]))
    raise CannotTell(
        f"capture {origin.id} brought no text ({detail.get('outcome')})", "Capture it again, or add its text."
    )


def _file_rendition(case: Case, origin: Exhibit, rendered: Rendered) -> Exhibit:
    """The rendition as an exhibit made from the origin, under the same restriction; the one that is there, if it is."""
    activity = f"text rendition ({METHOD}, from {rendered.encoding})"
    if rendered.notes:
        activity = f"{activity}: {'; '.join(rendered.notes)}"
    _, made = case.exhibits.kin(origin.id)
    with (
        tempfile.TemporaryDirectory() as folder,
        Intake(case.blobs, case.settings.evidence.largest) as intake,
    ):
        file = Path(folder) / "text.txt"
        file.write_bytes(rendered.text.encode("utf-8", "replace"))
        copied = intake.copy(file)
        for kin in made:
            if (
                kin["activity"].startswith("text rendition")
                and (same := case.exhibits.get(kin["id"])).sha256 == copied.sha256
            ):
                return same
        intake.settle()
    restriction = case.exhibits.restrictions().get(origin.id)
    taking = Taking(
        sha256=copied.sha256,
        bytes=copied.size,
        name=f"{Path(origin.name).stem[:150] or origin.id}.txt",
        kind="text",
        media_type="text/plain",
        title=origin.title,
        licence=origin.licence,
        credit=origin.credit,
        note="text rendition, for quoting",
        restriction=Restriction(restriction.why, restriction.readers) if restriction else None,
        derived_from=(origin.id,),
        activity=activity,
    )
    [answer] = case.exhibits.admit([taking], TOOL)
    if isinstance(answer, SitelineError):
        raise answer
    return answer.exhibit
