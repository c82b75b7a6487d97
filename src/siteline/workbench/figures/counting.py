"""The chart of what people counted, as a file with its sidecars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from siteline.model.activity import CountSeries
from siteline.model.errors import CannotTell, NotFound
from siteline.model.remark import Remark
from siteline.workbench.activity.charting import SHAPE, draw_series
from siteline.workbench.activity.listing import series_of
from siteline.workbench.case import Case
from siteline.workbench.figures.files import (
    Written,
    format_of,
    preset_of,
    say_caption,
    tell_figure,
    to_bytes,
)
from siteline.workbench.files import write_derived


def make_counts_figure(
    case: Case,
    site_id: str,
    what: str,
    zone: str,
    format_: str | None,
    preset: str,
    out: Path | None,
    as_of: datetime | None = None,
) -> Written:
    """
    Draw one series and write it, with FILE.json (provenance) and FILE.txt (caption) beside it.

    Raises NotFound where nothing was counted, CannotTell where several series fit, BadSetting.
    """
    chosen, kind = preset_of(preset), format_of(SHAPE, format_, out)
    series = _one(series_of(case, site_id, what, zone, as_of), site_id)
    content, size, told, made = draw_series(case, series, kind, chosen, (), as_of)
    slug = "-".join("".join(c if c.isalnum() else "-" for c in w)[:40] for w in (series.what, series.place))
    name = f"{SHAPE}-{site_id}-{slug}-{chosen.name}.{kind.value}"
    path = write_derived(case, out, name, content)
    said = tell_figure(told, made, None, path.name, content, kind, size, chosen.name)
    sidecar = write_derived(case, path.with_name(path.name + ".json"), "", to_bytes(said))
    write_derived(case, path.with_name(path.name + ".txt"), "", say_caption(told, made).encode())
    return Written(path, sidecar, said, tuple(Remark(SHAPE, note) for note in made.notes))


def _one(every: Sequence[CountSeries], site_id: str) -> CountSeries:
    if not every:
        raise NotFound(
            f"nothing was counted at {site_id}",
            f'Count: siteline events add {site_id} --on SCENE --what "rail wagons" --zone LABEL --count 12..15',
        )
    if len(every) > 1:
        known = "; ".join(f'--what "{one.what}" --zone "{one.place}"' for one in every)
        raise CannotTell(f"{len(every)} series were counted at {site_id}", f"Say which: {known}.")
    return every[0]
