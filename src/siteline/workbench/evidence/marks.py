"""What an exhibit is marked as, in the log: graphic, so that nobody sees or hears it unasked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from siteline.evidence.custody.log import detail_of
from siteline.evidence.custody.rows import Event
from siteline.model.errors import BadSetting
from siteline.model.exhibit import Exhibit
from siteline.store import tables
from siteline.workbench.case import Case

if TYPE_CHECKING:
    from PIL.Image import Image

GRAPHIC = "graphic"
_READ = ("text", "data", "page")
"""Kinds of which nobody sees a picture."""

_BLUR_PARTS = 24
"""A blurred picture keeps so many patches along its longer side."""


def mark_event(exhibit: Exhibit, mark: str, tool: str) -> Event:
    """The row by which an exhibit is marked."""
    return Event("marked", object=exhibit.sha256, exhibit_id=exhibit.id, tool=tool, detail={"mark": mark})


def marked(case: Case, mark: str = GRAPHIC) -> set[str]:
    """Exhibits that bear a mark; what is graphic is so under any name, and in what is made from it."""
    table = tables.custody_event.c
    rows = case.db.rows(sa.select(table.exhibit_id, table.detail).where(table.action == "marked"))
    found = {exhibit_id for exhibit_id, detail in rows if detail_of(detail).get("mark") == mark}
    return _reached(case, found) if found and mark == GRAPHIC else found


def _reached(case: Case, marked_ones: set[str]) -> set[str]:
    """These, other exhibits of the same bytes, and what was made from either, as far as there is anything to see or hear."""
    exhibit, derivation = tables.exhibit.c, tables.derivation.c
    every = case.db.rows(sa.select(exhibit.id, exhibit.sha256, exhibit.kind))
    made = case.db.rows(sa.select(derivation.exhibit_id, derivation.from_id).order_by(derivation.seq))
    found, before = set(marked_ones), 0
    while len(found) > before:
        before = len(found)
        for one, origin in made:
            if origin in found:
                found.add(one)
        bytes_seen = {sha256 for one, sha256, _ in every if one in found}
        found |= {one for one, sha256, kind in every if sha256 in bytes_seen and kind not in _READ}
    return {one for one, _, kind in every if one in found and (kind not in _READ or one in marked_ones)}


def captured_detail(case: Case, exhibit_id: str) -> dict[str, object] | None:
    """What the log says of a capture; None for what is none."""
    table = tables.custody_event.c
    query = sa.select(table.detail).where(table.exhibit_id == exhibit_id, table.action == "captured")
    rows = case.db.rows(query.order_by(table.seq))
    if not rows:
        return None
    return {name: value for name, value in detail_of(rows[0][0]).items() if name != "salt"}


def outcomes(case: Case) -> dict[str, str]:
    """What each capture turned out to be (`complete`, `http_error`, …), by exhibit."""
    table = tables.custody_event.c
    rows = case.db.rows(
        sa.select(table.exhibit_id, table.note).where(table.action == "captured").order_by(table.seq)
    )
    return dict(rows)


def is_graphic(case: Case, said: str) -> bool:
    """Whether an exhibit is marked as graphic."""
    return case.exhibits.get(said).id in marked(case)


def blurred_copy(case: Case, said: str, file: Path, why: str) -> Exhibit:
    """Write a picture blurred beyond recognition, and log it; what is no picture is kept back."""
    exhibit = case.exhibits.get(said)
    if exhibit.kind != "image":
        raise BadSetting(
            f"exhibit {exhibit.id} is marked as graphic, and only pictures can be shown blurred",
            "To have it as it is: --show-graphic",
        )
    if file.is_dir():
        file = file / f"{Path(exhibit.name).stem or exhibit.id}-blurred.png"
    if file.exists():
        raise BadSetting(f"{file} exists", "Name a new file: a working copy never replaces anything.")
    case.blobs.verify(exhibit.sha256)
    small = _blurred(case.blobs.path(exhibit.sha256))
    note = why or "a blurred copy was made"
    event = Event("read", object=exhibit.sha256, exhibit_id=exhibit.id, tool="evidence copy", note=note)
    case.log.append([event])
    small.save(file, "PNG")
    return exhibit


def _blurred(source: Path) -> Image:
    from PIL import Image

    try:
        with Image.open(source) as picture:
            picture.draft("RGB", (512, 512))
            picture.thumbnail((512, 512))
            small = picture.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise BadSetting(
            "it cannot be read as a picture, so not blurred", "As it is: --show-graphic"
        ) from error
    size = small.size
    small.thumbnail((_BLUR_PARTS, _BLUR_PARTS))
    return small.resize(size, Image.Resampling.BILINEAR)
