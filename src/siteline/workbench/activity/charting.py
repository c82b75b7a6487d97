"""One series of counts as a picture: for a file, or for a brief."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from siteline import __version__
from siteline.model.activity import CountSeries
from siteline.model.errors import CannotTell
from siteline.model.imagery import Scene
from siteline.report.figure import Figure
from siteline.report.rights import credit_of
from siteline.report.rules import Stamp, stamps_of
from siteline.report.sheet.counts import compose_counts
from siteline.report.sheet.marks import Words
from siteline.report.sheet.presets import PRESETS, Preset, PresetName
from siteline.report.sheet.subject import Made
from siteline.report.sheet.write import Format, write_still
from siteline.report.sheet.xmp import Provenance, SceneSource, packet
from siteline.store.codec import digest
from siteline.workbench.activity.listing import series_of
from siteline.workbench.case import Case
from siteline.workbench.style import house_of

SHAPE = "counts"


def draw_counts_of(
    case: Case, count_id: str, stamps: Sequence[Stamp], as_of: datetime | None = None
) -> Figure:
    """The chart of the series that a count belongs to, as a brief shows it; raises CannotTell for one that no longer stands."""
    for site_id in case.register.ids(as_of):
        for series in series_of(case, site_id, as_of=as_of):
            if any(one.id == count_id for look in series.looks for one in look.counts):
                content, size, told, made = draw_series(
                    case, series, Format.PNG, PRESETS[PresetName.WEB], stamps, as_of, is_named=False
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


def draw_series(
    case: Case,
    series: CountSeries,
    kind: Format,
    preset: Preset,
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
    made = compose_counts(series, site.name if is_named else "", credit, preset, house, words)
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
        recipe=_recipe(case, series, shown, kind, preset.name, made),
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
