"""The bytes that an edition rests on: which exhibits they are, and which of them may go out with it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from siteline.evidence.custody.told import write_exhibit
from siteline.model.edition import Step, Support
from siteline.model.errors import BadInput, Leak
from siteline.model.exhibit import Exhibit
from siteline.model.imagery import Scene, Use
from siteline.report.edition.layers import unread
from siteline.report.edition.press import Press
from siteline.workbench.briefs.pressing import not_shown, salted
from siteline.workbench.case import Case
from siteline.workbench.evidence.marks import marked

_OPEN = re.compile(
    r"(?i)^(?:CC0|CC[ -]?BY(?:-SA)?(?![ -]?(?:NC|ND))|public domain|PDM|OGL|open government licen[cs]e|etalab|"
    r"copernicus|ODC-BY|ODbL|own work|made by us)\b"
)
_UNKNOWN = ("", "unknown")
_LARGEST = 64 << 20
"""Bytes of an exhibit that are looked through for what is held back."""


@dataclass(frozen=True, slots=True)
class Resting:
    """One kept thing that an edition rests on."""

    sha256: str
    exhibit: Exhibit | None
    is_secret: bool
    why_not: str
    """Why its bytes do not go out; "" if they do."""


def rest_on(case: Case, supports: Iterable[Support], press: Press, share: Collection[str]) -> list[Resting]:
    """Everything that published sentences and figures rest on, by digest; `share`: exhibits whose owner allowed it."""
    cleared = {case.exhibits.get(said).id for said in share}
    secret = {*case.exhibits.hidden(), *case.exhibits.restrictions()}
    if refused := cleared & secret:
        raise BadInput(f"exhibit {min(refused)} is restricted and cannot be shared")
    by_bytes: dict[str, list[Exhibit]] = {}
    for _, one in case.exhibits.after(0):
        by_bytes.setdefault(one.sha256, []).append(one)
    scenes = {s.sha256: s for site in case.register.ids() for s in case.scenes.all(site)}
    private = marked(case) | not_shown(case)
    found = []
    for sha256 in sorted({d for support in supports for step in support.trace for d in _digests(step)}):
        exhibits = by_bytes.get(sha256, [])
        is_secret = any(e.id in secret for e in exhibits) or sha256 in press.secrets.digests
        exhibit = exhibits[0] if exhibits else None
        why = (
            _why_not(case, exhibit, scenes.get(sha256), press, cleared, private)
            if not is_secret
            else "confidential"
        )
        found.append(Resting(sha256, exhibit, is_secret, why))
    return found


def tell_resting(found: Iterable[Resting], salt: str, press: Press) -> dict[str, Any]:
    """For the bundle: what is in it, hashes of the rest, salted hashes of what is confidential."""
    return {
        "siteline": "rests-on/1",
        "items": sorted(
            (_tell(one, salt, press) for one in found), key=lambda told: str(sorted(told.items()))
        ),
    }


def _tell(one: Resting, salt: str, press: Press) -> dict[str, Any]:
    if one.is_secret:
        return {"salted": salted(one.sha256, salt), "shared": False, "why": "confidential"}
    told: dict[str, Any] = {"sha256": one.sha256, "shared": not one.why_not}
    if one.exhibit is not None:
        told |= {
            "exhibit": one.exhibit.id,
            "kind": one.exhibit.kind,
            "title": press.text(one.exhibit.title or one.exhibit.name),
            "address": press.text(one.exhibit.source_url),
            "licence": press.text(one.exhibit.licence),
            "credit": press.text(one.exhibit.credit),
        }
    return told | ({"why": one.why_not} if one.why_not else {})


def _why_not(
    case: Case,
    exhibit: Exhibit | None,
    scene: Scene | None,
    press: Press,
    cleared: Collection[str],
    private: Collection[str],
) -> str:
    if exhibit is None:
        return "it is no exhibit"
    if exhibit.id in private:
        return "it is marked as graphic, or shows private persons"
    if exhibit.licence.strip().casefold() in _UNKNOWN or exhibit.credit.strip().casefold() in _UNKNOWN:
        return "its licence or credit is unknown"
    if scene is not None and scene.use is not Use.PUBLISH:
        return "its licence does not allow the whole image to be passed on"
    if not _OPEN.match(exhibit.licence.strip()) and exhibit.id not in cleared:
        return "its licence is not an open one"
    if press.holds.is_location_held and (
        scene is not None or exhibit.media_type.startswith(("image/", "video/"))
    ):
        return "pictures can tell the location that is held back"
    return _leaks(case, exhibit, press)


def _leaks(case: Case, exhibit: Exhibit, press: Press) -> str:
    """Whether what is held back is in its description or its bytes."""
    is_anything_held = press.holds.is_location_held or press.holds.sentences or press.secrets.words
    if is_anything_held and exhibit.bytes > _LARGEST:
        return "it is too large to be looked through for what is held back"
    try:
        press.send("description", write_exhibit(exhibit).encode("utf-8", "surrogatepass"))
        if is_anything_held or exhibit.media_type == "image/jpeg":
            content = case.blobs.read(exhibit.sha256)
            press.send("content", content)
            return unread(content) if is_anything_held else ""
    except Leak:
        return "it holds something that is held back"
    return ""


def _digests(step: Step) -> Iterator[str]:
    if step.digest:
        yield step.digest
    for inner in step.steps:
        yield from _digests(inner)
