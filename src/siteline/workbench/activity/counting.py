"""Counts that a person made on an image: checked, filed, judged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from affine import Affine
from shapely.affinity import affine_transform
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from siteline.model.activity import Count, FiledCount, parse_count
from siteline.model.change import Status
from siteline.model.errors import BadGeometry, BadInput, BadSetting, NotFound
from siteline.model.imagery import Grid, Scene
from siteline.model.place import Site
from siteline.model.remark import Remark
from siteline.model.shown import plain
from siteline.raster.grid import bounds_of, onto_grid, reproject
from siteline.sites.activity import MARK
from siteline.sites.exchange.outline import read_outline
from siteline.workbench.bench import Bench
from siteline.workbench.case import Case
from siteline.workbench.survey import site_grid

_LONGEST = 80
_LONGEST_NOTE = 1000
_WHOLE = 0.99
"""Share of the outline that must be on the image: what is counted on half of it is no count of it."""

_COARSE_M = 1.5
"""Pixels from which single vehicles run into one another, m."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One count as it was handed in."""

    site_id: str
    on: str
    what: str
    count: str | None = None
    """"12..15"; None where it could not be seen."""

    not_seen: str = ""
    zone: str = ""
    """Label of a part of the site."""

    geometry: Path | None = None
    place: str = ""
    """A name for the outline that was drawn."""

    note: str = ""
    analyst: str = ""


def add_count(case: Case, asked: Asked) -> tuple[FiledCount, bool, tuple[Remark, ...]]:
    """
    File a count, or that it could not be seen; returns it, whether it is new, and what its author must know.

    Raises BadInput, BadSetting, BadGeometry or NotFound; nothing is filed then.
    """
    site = case.register.get(asked.site_id)
    if (asked.count is None) == (not asked.not_seen.strip()):
        raise BadSetting(
            "a look was either counted on, or it could not be",
            'Say --count 12..15, or --not-seen "cloud"; where nothing was there, --count 0.',
        )
    counted = None if asked.count is None else parse_count(asked.count)
    what = _words(asked.what, "--what", "rail wagons")
    scene = case.scenes.get(site.id, asked.on)
    if counted is not None and scene.fault is not None:
        raise BadInput(
            f"scene {scene.id} cannot be used: {scene.fault}", "Say --not-seen with the reason, instead."
        )
    outline, place, grid = _where(case, site, asked)
    if counted is not None:
        _refuse_partial(scene, outline, grid)
    count = Count(
        site_id=site.id,
        scene_id=scene.id,
        scene_sha256=scene.sha256,
        what=what,
        place=place,
        outline=outline,
        crs=grid.crs,
        counted=counted,
        not_seen="" if counted is not None else _words(asked.not_seen, "--not-seen", "cloud"),
        note=plain(asked.note, _LONGEST_NOTE),
        analyst=plain(asked.analyst, _LONGEST),
    )
    before = case.counts.all(site.id)
    filed, is_new = case.counts.record(count)
    return filed, is_new, tuple(_remarks(before, filed, scene) if is_new else ())


def judge_count(case: Case, site_id: str, said: str, status: Status, why: str) -> FiledCount:
    """Add a person's word on a count; raises NotFound or BadInput."""
    case.register.get(site_id)
    with case.db.appending():
        case.counts.judge(case.counts.get(site_id, said).id, status, why)
    return case.counts.get(site_id, said)


def is_count(said: str) -> bool:
    """Whether this is how a count is called, rather than an event."""
    return said.startswith(MARK) and all(letter in "0123456789abcdef" for letter in said[len(MARK) :])


def tell_count(filed: FiledCount) -> dict[str, Any]:
    """Interchange form of one person's count."""
    count = filed.count
    return {
        "id": filed.id,
        "scene": count.scene_id,
        "what": count.what,
        "place": count.place,
        "count": count.counted.as_dict() if count.counted is not None else None,
        "not_seen": count.not_seen or None,
        "counter": filed.counter,
        "note": count.note or None,
        "status": filed.status.value,
        "stands": filed.stands,
        "replaced_by": filed.replaced_by or None,
        "filed_by": filed.filed_by,
        "filed_at": filed.filed_at.isoformat(),
        "judgements": [
            {"status": w.status.value, "who": w.who, "when": w.when.isoformat(), "why": w.why}
            for w in filed.words
        ],
    }


def _words(said: str, option: str, example: str) -> str:
    """A few words that may be printed; raises BadSetting for none, or for what a reader could not see."""
    text = " ".join(said.split())
    if not text or not any(letter.isalpha() for letter in text):
        raise BadSetting(f"{option} says nothing", f'Say it in words: {option} "{example}".')
    if len(text) > _LONGEST or plain(text, _LONGEST) != text:
        raise BadSetting(
            f"{option}: {plain(text, 40)!r} is not a few plain words",
            f'Say it shortly: {option} "{example}".',
        )
    return text


def _where(case: Case, site: Site, asked: Asked) -> tuple[BaseGeometry, str, Grid]:
    """The outline on the site's grid, and what it is called."""
    if bool(asked.zone) == (asked.geometry is not None):
        known = ", ".join(s.label for s in site.structures if s.geometry.area > 0) or "none yet"
        raise BadSetting(
            "within which area was it counted?",
            f"Say either --zone (labels of {site.id}: {known}) or --geometry FILE.",
        )
    grid = site_grid(Bench(case), site)
    if asked.geometry is not None:
        outline = onto_grid(read_outline(asked.geometry, site.frame), grid)
        west, south, east, north = bounds_of(grid)
        left, low, right, high = outline.bounds
        if left > east or right < west or low > north or high < south:
            raise BadGeometry(f"{asked.geometry.name}: the outline lies outside the images of {site.id}")
        place = _words(asked.place or asked.geometry.stem, "--area", "north yard")
        if any(s.label.casefold() == place.casefold() for s in site.structures):
            raise BadSetting(
                f"{place!r} is the label of a part of {site.id}",
                f'Say --zone "{place}", or give the drawn outline another name with --area.',
            )
        return outline, place, grid
    fitting = [s for s in site.structures if s.label == asked.zone]
    if not fitting:
        labels = ", ".join(s.label for s in site.structures) or "none"
        raise NotFound(f"no part {asked.zone!r} at site {site.id!r}", f"Its parts: {labels}.")
    [*_, part] = fitting
    if part.geometry.area <= 0:
        raise BadGeometry(f"{part.label} of {site.id} encloses no area", "Name another part, or draw one.")
    return onto_grid(part.geometry, grid), part.label, grid


def _refuse_partial(scene: Scene, outline: BaseGeometry, grid: Grid) -> None:
    """A count needs the whole area on the image."""
    if scene.crs is None or scene.transform is None or grid.crs is None:
        left, low, right, high = bounds_of(grid)
        extent = box(left, low, right, high)
    else:
        rows, cols = scene.shape
        a = Affine(*scene.transform)
        extent = reproject(
            affine_transform(box(0, 0, cols, rows), (a.a, a.b, a.d, a.e, a.c, a.f)), scene.crs, grid.crs
        )
    share = extent.intersection(outline).area / outline.area
    if share < _WHOLE:
        raise BadGeometry(
            f"only {100 * share:.0f} % of the area is on image {scene.id}",
            'Count within a smaller area, or say --not-seen "off the image".',
        )


def _remarks(before: tuple[FiledCount, ...], filed: FiledCount, scene: Scene) -> list[Remark]:
    count, told = filed.count, []
    same = [
        one
        for one in before
        if one.stands
        and (one.count.scene_id, one.count.what.casefold(), one.count.place.casefold())
        == (count.scene_id, count.what.casefold(), count.place.casefold())
    ]
    for one in same:
        if one.counter == filed.counter:
            told.append(Remark(filed.id, f"takes the place of your former count {one.id}, which is kept"))
        elif None not in (one.count.counted, count.counted):
            assert one.count.counted is not None
            assert count.counted is not None
            if not one.count.counted.meets(count.counted):
                told.append(
                    Remark(
                        filed.id,
                        f"{one.counter} counted {one.count.counted} on the same image ({one.id}); both are kept",
                        f'To decide: siteline events judge {count.site_id} ID accept --why "…"',
                    )
                )
    if count.counted is not None and scene.gsd_m is not None and scene.gsd_m > _COARSE_M:
        told.append(
            Remark(
                scene.id,
                f"its pixels are {scene.gsd_m:g} m: things smaller than about {2 * scene.gsd_m:g} m run into one another",
                "" if count.note else "Say with --note how they were told apart.",
            )
        )
    return told
