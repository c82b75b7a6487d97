"""A figure as a file, asked for by a person: made in the studio, written with its sidecars."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from siteline.model.remark import Remark
from siteline.workbench.bench import Bench, Progress
from siteline.workbench.case import Case
from siteline.workbench.figures.files import Written, format_of, preset_of, say_caption, to_bytes
from siteline.workbench.figures.studio import Studio, Wanted
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


def make_figure(case: Case, asked: Asked, out: Path | None, progress: Progress) -> Written:
    """
    Make one figure and write it, with FILE.json (provenance) and FILE.txt (caption) beside it.

    Drafts are always made, and stamped. Raises NotFound, CannotTell, BadInput or BadSetting.
    """
    preset, kind = preset_of(asked.preset), format_of(asked.shape, asked.format, out)
    studio = Studio(Bench(case, progress))
    wanted = Wanted(asked.shape, asked.site_id, asked.event, asked.on, asked.before, asked.after)
    composed = studio.compose(wanted, preset, kind)
    content, size = studio.write(composed, kind)
    provenance, made = composed.provenance, composed.made
    name = "-".join(filter(None, [asked.shape, provenance.site_id, provenance.event_id[:12], preset.name]))
    path = write_derived(case, out, f"{name}.{kind.value}", content)
    told = composed.tell(path.name, content, kind, size)
    sidecar = write_derived(case, path.with_name(path.name + ".json"), "", to_bytes(told))
    write_derived(case, path.with_name(path.name + ".txt"), "", say_caption(provenance, made).encode())
    remarks = (*composed.told, *(Remark(asked.shape, note) for note in made.notes))
    return Written(path, sidecar, told, remarks)
