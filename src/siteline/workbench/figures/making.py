"""A figure as a file, asked for by a person: made in the studio, written with its sidecars."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from siteline.model.errors import BadSetting
from siteline.model.remark import Remark
from siteline.report.rules import Stamp
from siteline.report.sheet.presets import PRESETS, Preset, PresetName
from siteline.report.sheet.subject import Made
from siteline.report.sheet.write import MOVING, STILL, Format
from siteline.report.sheet.xmp import Provenance
from siteline.workbench.bench import Bench, Progress
from siteline.workbench.case import Case
from siteline.workbench.figures.studio import Composed, Studio, Wanted
from siteline.workbench.files import write_derived

SHAPES = ("pair", "filmstrip", "timelapse", "map", "timeline")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for."""

    shape: str
    site_id: str
    event: str | None = None
    format: str | None = None
    preset: str = "web"
    on: str | None = None
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A figure that was written."""

    path: Path
    sidecar: Path
    told: dict[str, Any]
    """As in the sidecar."""

    remarks: tuple[Remark, ...]


def make_figure(case: Case, asked: Asked, out: Path | None, progress: Progress) -> Written:
    """
    Make one figure and write it, with FILE.json (provenance) and FILE.txt (caption) beside it.

    Drafts are always made, and stamped. Raises NotFound, CannotTell, BadInput or BadSetting.
    """
    preset, kind = _preset(asked.preset), _format(asked, out)
    studio = Studio(Bench(case, progress))
    wanted = Wanted(asked.shape, asked.site_id, asked.event, asked.on, asked.before, asked.after)
    composed = studio.compose(wanted, preset, kind)
    content, size = studio.write(composed, kind)
    provenance, made = composed.provenance, composed.made
    name = "-".join(filter(None, [asked.shape, provenance.site_id, provenance.event_id[:12], preset.name]))
    path = write_derived(case, out, f"{name}.{kind.value}", content)
    told = tell_figure(composed, path.name, content, kind, size)
    sidecar = write_derived(case, path.with_name(path.name + ".json"), "", _json(told))
    write_derived(case, path.with_name(path.name + ".txt"), "", _caption(provenance, made).encode())
    remarks = (*composed.told, *(Remark(asked.shape, note) for note in made.notes))
    return Written(path, sidecar, told, remarks)


def _preset(said: str) -> Preset:
    if said not in set(PresetName):
        raise BadSetting(f"no preset {said!r}", f"There are: {', '.join(PresetName)}.")
    return PRESETS[PresetName(said)]


def _format(asked: Asked, out: Path | None) -> Format:
    """The format asked for, else that of the file's name, else PNG, or GIF for a time-lapse."""
    able = MOVING if asked.shape == "timelapse" else STILL
    by_name = "" if out is None else out.suffix.lower().lstrip(".").replace("jpeg", "jpg")
    said = (asked.format or by_name or able[0].value).lower().replace("jpeg", "jpg")
    if said not in set(Format) or Format(said) not in able:
        raise BadSetting(f"a {asked.shape} cannot be written as {said!r}", f"There are: {', '.join(able)}.")
    if asked.format and by_name and by_name != said:
        raise BadSetting(
            f"--format {said}, but the file is called {out.name if out else ''}", "Say one of them."
        )
    return Format(said)


def tell_figure(
    composed: Composed, name: str, content: bytes, kind: Format, size: tuple[int, int]
) -> dict[str, Any]:
    """What a figure's sidecar says of it, in the shape figure/1."""
    told, made = composed.provenance, composed.made
    return {
        "siteline": "figure/1",
        "shape": told.shape,
        "file": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "media_type": kind.media_type,
        "width": size[0],
        "height": size[1],
        "preset": composed.preset.name.value,
        "site": told.site_id,
        "event": told.event_id or None,
        "event_version": composed.event_version,
        "title": told.title,
        "caption": told.caption,
        "alt": told.alt,
        "credit": told.credit,
        "licence": told.licence,
        "use": told.use,
        "desk": told.desk,
        "stamps": list(told.stamps),
        "draft": any(stamp != Stamp.SIMULATED.value for stamp in told.stamps),
        "simulated": told.simulated,
        "why": made.why,
        "scenes": [asdict(scene) for scene in told.scenes],
        "skipped": [{"id": one.scene_id, "reason": one.reason} for one in made.skipped],
        "notes": list(made.notes),
        "recipe": told.recipe,
        "version": told.version,
    }


def _json(told: dict[str, Any]) -> bytes:
    return (json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def _caption(told: Provenance, made: Made) -> str:
    """What to print beneath it, as plain text."""
    credit = f"{told.credit}. {told.licence}; {told.use}." if told.credit else ""
    parts = [*told.stamps, told.caption, credit, f"Alternative text: {told.alt}"]
    if made.why and made.why not in told.caption:
        parts.insert(-1, made.why)
    return "\n\n".join(filter(None, parts)) + "\n"
