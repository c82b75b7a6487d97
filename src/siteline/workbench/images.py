"""Scenes of a site: into custody, and how each was used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from siteline.model.errors import BadInput, BrokenCustody, NotFound
from siteline.model.imagery import Look, Scene, Use, blind_times, longest_gap
from siteline.model.place import Site
from siteline.model.radar import RadarLook
from siteline.model.remark import Remark
from siteline.workbench.case import Case
from siteline.workbench.catalogs import unfetched
from siteline.workbench.evidence.scenes import take_scenes
from siteline.workbench.passes import describe_take


@dataclass(frozen=True, slots=True)
class Added:
    """What one `scenes add` did."""

    fresh: int
    faulty: int
    total: int
    remarks: tuple[Remark, ...]


def add_manifest(case: Case, site_id: str, manifest: Path) -> Added:
    """Take all scenes of a manifest into custody, or none if the manifest is at fault."""
    from siteline.catalog.local import read_manifest

    site = case.register.get(site_id)
    scenes, remarks = read_manifest(manifest, site)
    return take_in(case, site, scenes, remarks)


def add_single(case: Case, site_id: str, file: Path, acquired: str, columns: dict[str, str]) -> Added:
    """Take one scene into custody."""
    from siteline.catalog.local import read_single

    site = case.register.get(site_id)
    scene, remarks = read_single(file, site, acquired, **columns)
    return take_in(case, site, (scene,), remarks)


def take_in(
    case: Case, site: Site, scenes: Sequence[Scene], remarks: Sequence[Remark], tool: str = "scenes add"
) -> Added:
    """Take scenes into custody: their bytes, then their rows, all or none."""
    _refuse_mixture(site, (*case.scenes.all(site.id), *scenes))
    case.log.append(())
    for scene in scenes:  # bytes first: a row is a promise that they are there
        keep_bytes(case, scene)
    kept = [replace(s, href="", mask_href=None if s.mask_href is None else "") for s in scenes]
    with case.db.appending():
        fresh = case.scenes.record(site.id, kept)
        take_scenes(case, site.id, fresh, {s.id: Path(s.href) for s in scenes}, tool)
        moved = case.events.drawn.redate(site.id, {s.id: s for s in case.scenes.all(site.id)})
    asked = {scene.id for scene in scenes if scene.fault is not None}
    remarks = (
        *remarks,
        *(
            Remark(s.id, s.fault, "Which day is right? Add it again with that day and the first id.")
            for s in fresh
            if s.fault is not None and s.id not in asked
        ),
        *(
            Remark(f"event {e}", "its scenes have other dates now, and so has it; it needs review")
            for e in moved
        ),
    )
    return Added(
        fresh=len(fresh),
        faulty=sum(scene.fault is not None for scene in fresh),
        total=len(case.scenes.all(site.id)),
        remarks=tuple(remarks),
    )


def keep_bytes(case: Case, scene: Scene) -> None:
    """Take a scene's bytes and its mask's into custody; raises BadInput if they have changed since they were probed."""
    _keep(case, Path(scene.href), scene.sha256)
    if scene.mask_href is not None and scene.mask_sha256 is not None:
        _keep(case, Path(scene.mask_href), scene.mask_sha256)


def _keep(case: Case, file: Path, sha256: str) -> None:
    if case.blobs.path(sha256).exists():
        return
    found = case.blobs.keep_file(file)
    if found != sha256:
        raise BadInput(f"{file.name} changed while it was read", "Let it come to rest, then add it again.")


def _refuse_mixture(site: Site, scenes: Sequence[Scene]) -> None:
    """A picture of a place that never was may not stand beside one of a place that is."""
    usable = [scene for scene in scenes if scene.fault is None]
    if site.simulated:
        odd = next((scene for scene in usable if not scene.simulated), None)
    else:
        odd = next((scene for scene in usable if scene.simulated), None)
    if odd is not None:
        raise BadInput(
            f"scene {odd.id} is {'simulated' if odd.simulated else 'not simulated'}, the site {site.id} is "
            f"{'simulated' if site.simulated else 'not'}",
            "Keep simulated scenes at a simulated site of their own.",
        )


def resolved(case: Case, scene: Scene) -> Scene:
    """The scene with `href` and `mask_href` where its bytes lie in this case."""
    mask = None if scene.mask_sha256 is None else str(case.blobs.path(scene.mask_sha256))
    return replace(scene, href=str(case.blobs.path(scene.sha256)), mask_href=mask)


def check_custody(case: Case, scene: Scene) -> None:
    """Raise BrokenCustody, naming the scene, unless its bytes, its mask's and its original's are what was taken in."""
    original = scene.placed.original_sha256 if scene.placed else None
    for sha256 in filter(None, (scene.sha256, scene.mask_sha256, original)):
        try:
            case.blobs.verify(sha256)
        except (NotFound, BrokenCustody) as error:
            raise BrokenCustody(f"scene {scene.id}: {error}") from error


def list_scenes(case: Case, site_id: str, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Each scene with how the newest survey used it, and each that was found and is not here: a hole; in order of time."""
    case.register.get(site_id, as_of)
    survey = case.surveys.newest(site_id, as_of)
    looks = {look.scene_id: look for look in survey.looks} if survey else {}
    heard = {look.scene_id: look for look in survey.radar.looks} if survey and survey.radar else {}
    scenes = case.scenes.all(site_id, as_of)
    rows = [
        _tell_scene(scene, looks.get(scene.id))
        if scene.radar is None
        else _tell_radar(scene, heard.get(scene.id))
        for scene in scenes
    ]
    taken = {found.id: found.acquired.middle for found in case.found.all(site_id, as_of)}
    taken |= {scene.id: scene.acquired.middle for scene in scenes}
    return sorted([*rows, *unfetched(case, site_id, as_of)], key=lambda row: (taken[row["id"]], row["id"]))


def _tell_scene(scene: Scene, look: Look | None) -> dict[str, Any]:
    reason = scene.fault or (look.reason if look else "not surveyed yet")
    return {
        "id": scene.id,
        "acquired": scene.acquired.text,
        "usable": 0.0 if scene.fault else (round(look.usable, 4) if look else None),
        "used": look is not None and look.used,
        "reason": reason,
        "shift_px": None if look is None or look.shift_px is None else [round(s, 3) for s in look.shift_px],
        "residual_px": None if look is None or look.residual_px is None else round(look.residual_px, 3),
        "sha256": scene.sha256,
        "sensor": scene.sensor,
        "bands": list(scene.bands),
        "gsd_m": scene.gsd_m,
        "credit": scene.credit,
        "licence": scene.licence,
        "use": _say_use(scene.use, scene.publish_max_px),
        "notes": dict(scene.notes),
    }


def _tell_radar(scene: Scene, look: RadarLook | None) -> dict[str, Any]:
    """A radar scene, marked as one: it is never a look of the optical survey."""
    assert scene.radar is not None
    return {
        **_tell_scene(scene, None),
        "usable": 0.0 if scene.fault else (look.usable if look else None),
        "used": look is not None and look.used,
        "reason": scene.fault or (look.reason if look else "not surveyed yet"),
        "radar": describe_take(scene.radar),
    }


def _say_use(use: Use, publish_max_px: int | None) -> str:
    return f"publish_max_px={publish_max_px}" if publish_max_px else use.value


def blind_intervals(case: Case, site_id: str, as_of: datetime | None = None) -> dict[str, Any]:
    """How many looks there are, and the intervals without a usable one."""
    case.register.get(site_id, as_of)
    survey = case.surveys.newest(site_id, as_of)
    scenes = [scene for scene in case.scenes.all(site_id, as_of) if scene.radar is None]
    looks = survey.looks if survey else ()
    longest = longest_gap(looks)
    smallest = survey.smallest_visible.as_dict() if survey and survey.smallest_visible else None
    return {
        "looks": len(scenes),
        "usable": sum(look.used for look in looks),
        "blind": [
            {"from": gap.last.isoformat(), "to": gap.next.isoformat(), "days": gap.days}
            for gap in blind_times(looks)
        ],
        "longest_days": longest.days if longest else 0,
        "smallest_visible": smallest,
        "surveyed": survey is not None,
    }
