"""A figure's file with what lies beside it: its provenance as JSON, its caption as text."""

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


@dataclass(frozen=True, slots=True)
class Written:
    """A figure that was written."""

    path: Path
    sidecar: Path
    told: dict[str, Any]
    """As in the sidecar."""

    remarks: tuple[Remark, ...]


def preset_of(said: str) -> Preset:
    """The preset of that name; raises BadSetting."""
    if said not in set(PresetName):
        raise BadSetting(f"no preset {said!r}", f"There are: {', '.join(PresetName)}.")
    return PRESETS[PresetName(said)]


def format_of(shape: str, asked: str | None, out: Path | None) -> Format:
    """The format asked for, else that of the file's name, else PNG, or GIF for a time-lapse."""
    able = MOVING if shape == "timelapse" else STILL
    by_name = "" if out is None else out.suffix.lower().lstrip(".").replace("jpeg", "jpg")
    said = (asked or by_name or able[0].value).lower().replace("jpeg", "jpg")
    if said not in set(Format) or Format(said) not in able:
        raise BadSetting(f"a {shape} cannot be written as {said!r}", f"There are: {', '.join(able)}.")
    if asked and by_name and by_name != said:
        raise BadSetting(
            f"--format {said}, but the file is called {out.name if out else ''}", "Say one of them."
        )
    return Format(said)


def tell_figure(
    told: Provenance,
    made: Made,
    version: int | None,
    name: str,
    content: bytes,
    kind: Format,
    size: tuple[int, int],
    preset: str,
) -> dict[str, Any]:
    """What the sidecar of a figure says, `docs/reference/schemas/figure-1.schema.json`."""
    return {
        "siteline": "figure/1",
        "shape": told.shape,
        "file": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "media_type": kind.media_type,
        "width": size[0],
        "height": size[1],
        "preset": preset,
        "site": told.site_id,
        "event": told.event_id or None,
        "event_version": version,
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


def to_bytes(told: dict[str, Any]) -> bytes:
    """A sidecar's bytes."""
    return (json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def say_caption(told: Provenance, made: Made) -> str:
    """What to print beneath it, as plain text."""
    credit = f"{told.credit}. {told.licence}; {told.use}." if told.credit else ""
    parts = [*told.stamps, told.caption, credit, f"Alternative text: {told.alt}"]
    if made.why and made.why not in told.caption:
        parts.insert(-1, made.why)
    return "\n\n".join(filter(None, parts)) + "\n"
