"""Whose images a figure is made of, under which licence and for what use: said beside it, and inside its file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from siteline.model.imagery import Scene, Use
from siteline.report.inert import inert
from siteline.report.rules import UNKNOWN

_USES = {
    Use.PUBLISH: "may be published",
    Use.PUBLISH_MAX_PX: "may be published",
    Use.ANALYSE: "for analysis only",
    Use.NONE: "may not be used",
    Use.UNKNOWN: "permitted use unknown",
}
_ARTIST, _COPYRIGHT = 0x013B, 0x8298


class Rights(TypedDict):
    """What a figure carries of the rights in its images."""

    credit: str
    licence: str
    use: str


def rights_of(scenes: Sequence[Scene]) -> Rights:
    """Credit, licence and permitted use of some scenes, each said once."""
    return {"credit": credit_of(scenes), "licence": licence_of(scenes), "use": use_of(scenes)}


def credit_of(scenes: Sequence[Scene]) -> str:
    """Whom to credit for these scenes, each once, as their metadata say; "credit unknown" if they do not."""
    said = dict.fromkeys(
        "credit unknown" if s.credit.strip().lower() in ("", UNKNOWN) else inert(s.credit, 300)
        for s in scenes
    )
    return "; ".join(said) or "credit unknown"


def licence_of(scenes: Sequence[Scene]) -> str:
    """Under which licences these scenes may be used, each once; "licence unknown" if nobody said."""
    said = dict.fromkeys(
        "licence unknown" if s.licence.strip().lower() in ("", UNKNOWN) else inert(s.licence, 300)
        for s in scenes
    )
    return "; ".join(said) or "licence unknown"


def use_of(scenes: Sequence[Scene]) -> str:
    """What may be done with these scenes, in words, each once; "permitted use unknown" if nobody said."""
    said = dict.fromkeys(
        _USES[s.use] + (f", up to {s.publish_max_px} pixels" if s.publish_max_px is not None else "")
        for s in scenes
    )
    return "; ".join(said) or _USES[Use.UNKNOWN]


def note_in_file(media_type: str, rights: Rights) -> dict[str, Any]:
    """What Pillow is to write into a picture's file, so that a copy of it still says whose it is."""
    terms = "; ".join(filter(None, (rights["licence"], rights["use"])))
    if media_type == "image/jpeg":
        exif = Image.Exif()
        exif[_ARTIST] = rights["credit"].encode()
        exif[_COPYRIGHT] = f"{rights['credit']}. {terms}".encode()
        return {"exif": exif}
    noted = PngInfo()
    noted.add_itxt("Author", rights["credit"])
    noted.add_itxt("Copyright", f"{rights['credit']}. {terms}")
    return {"pnginfo": noted}
