"""The chart of what people counted, as a file with its sidecars, or for a brief."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from siteline import __version__
from siteline.model.activity import CountSeries
from siteline.model.errors import CannotTell, NotFound
from siteline.model.imagery import Scene
from siteline.model.remark import Remark
from siteline.report.figure import Figure
from siteline.report.rights import credit_of
from siteline.report.rules import Stamp, stamps_of
from siteline.report.sheet.counts import compose_counts
from siteline.report.sheet.marks import Words
from siteline.report.sheet.presets import PresetName
from siteline.report.sheet.subject import Made
from siteline.report.sheet.write import Format, write_still
from siteline.report.sheet.xmp import Provenance, SceneSource, packet
from siteline.store.codec import digest
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
from siteline.workbench.figures.style import house_of
from siteline.workbench.files import write_derived

SHAPE = "counts"


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
    content, size, told, made = _draw(case, series, kind, chosen.name, (), as_of)
    slug = "-".join("".join(c if c.isalnum() else "-" for c in w)[:40] for w in (series.what, series.place))
    name = f"{SHAPE}-{site_id}-{slug}-{chosen.name}.{kind.value}"
    path = write_derived(case, out, name, content)
    said = tell_figure(told, made, None, path.name, content, kind, size, chosen.name)
    sidecar = write_derived(case, path.with_name(path.name + ".json"), "", to_bytes(said))
    write_derived(case, path.with_name(path.name + ".txt"), "", say_caption(told, made).encode())
    return Written(path, sidecar, said, tuple(Remark(SHAPE, note) for note in made.notes))


def draw_counts_of(
    case: Case, count_id: str, stamps: Sequence[Stamp], as_of: datetime | None = None
) -> Figure:
    """The chart of the series that a count belongs to, as a brief shows it; raises CannotTell for one that no longer stands."""
    for site_id in case.register.ids(as_of):
        for series in series_of(case, site_id, as_of=as_of):
            if any(one.id == count_id for look in series.looks for one in look.counts):
                content, size, told, made = _draw(
                    case, series, Format.PNG, PresetName.WEB, stamps, as_of, is_named=False
                )
                return Figure(
                    name=f"counts-{count_id}",
                    media_type=Format.PNG.media_type,
                    data=content,
                    size=size,
                    alt=made.alt,
                    caption=made.caption,
                    credit=told.credit,
                    scene_ids=tuple(scene.id for scene in told.scenes),
                    painted=tuple(m.text for m in made.sheet.marks if isinstance(m, Words)),
                )
    raise CannotTell(f"count {count_id} was rejected or counted anew, so no series holds it")


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


def _draw(
    case: Case,
    series: CountSeries,
    kind: Format,
    preset: str,
    stamps: Sequence[Stamp],
    as_of: datetime | None,
    *,
    is_named: bool = True,
) -> tuple[bytes, tuple[int, int], Provenance, Made]:
    """
    A series as a file's bytes, its size in pixels, what the file says of itself, and its words.

    is_named: whether the site is; a brief may have to hold that back.
    """
    house = house_of(case.settings.style, case.folder)
    site = case.register.get(series.site_id, as_of)
    by_id = {scene.id: scene for scene in case.scenes.all(series.site_id, as_of)}
    shown = [by_id[look.scene_id] for look in series.looks]
    counted = [by_id[look.scene_id] for look in series.looks if look.counts]
    own = stamps_of((), [s for s in counted if s.simulated], site.simulated)
    every = tuple(dict.fromkeys((*(s for s in own if s is Stamp.SIMULATED), *stamps)))
    credit = credit_of(counted)
    words = [stamp.value for stamp in every]
    made = compose_counts(series, site.name if is_named else "", credit, preset_of(preset), house, words)
    told = Provenance(
        title=made.title,
        caption=made.caption,
        alt=made.alt,
        credit=credit,
        licence="",
        use="",
        desk=house.desk,
        stamps=tuple(words),
        simulated=site.simulated,
        shape=SHAPE,
        site_id=site.id if is_named else "",
        event_id="",
        scenes=tuple(SceneSource(s.id, s.acquired.text, s.sha256, "look") for s in shown),
        recipe=_recipe(case, series, shown, kind, preset, made),
        version=__version__,
    )
    content, size = write_still(made.sheet, kind, house, packet(told))
    return content, size, told, made


def _recipe(
    case: Case, series: CountSeries, shown: Sequence[Scene], kind: Format, preset: str, made: Made
) -> str:
    """Of what a chart is made: every count with its judgement, the images, the house style."""
    return digest(
        SHAPE, preset, kind, made.caption, made.alt, __version__,
        *(f"{s.id}={s.sha256}" for s in shown),
        *(f"{one.id}/{one.status}" for look in series.looks for one in look.counts),
        json.dumps(case.settings.style.model_dump(), sort_keys=True),
    )  # fmt: skip
