"""Looks moved by hand: filed with who, when and why, used by the next survey, taken back by another row."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from siteline.catalog.controls import read_points
from siteline.catalog.ties import nudge_by, nudge_by_ties
from siteline.model.errors import BadInput, BadSetting
from siteline.model.imagery import Scene
from siteline.model.nudge import Nudge
from siteline.workbench.case import Case
from siteline.workbench.evidence.custody import note_bytes


def nudge_scene(
    case: Case,
    site_id: str,
    scene_id: str,
    why: str,
    *,
    ties: Path | None = None,
    to: str | None = None,
    shift: str | None = None,
    undo: bool = False,
) -> Nudge:
    """File how a scene is to be moved: by tie points, by a typed shift, or not any more."""
    case.register.get(site_id)
    if not why.strip():
        raise BadSetting("a nudge needs its reason", 'Say --why "the estimate held on to a cloud\'s edge".')
    scene = _usable(case, site_id, scene_id)
    if undo:
        return case.nudges.record(site_id, Nudge("", scene.id, (0.0, 0.0), why.strip(), undone=True))
    if shift is not None:
        nudge = nudge_by(scene, *_parse_shift(shift), why.strip())
        if to is not None:
            nudge = replace(nudge, follows=_reference(case, site_id, scene, to).id)
        return case.nudges.record(site_id, nudge)
    assert ties is not None
    points = read_points(ties)
    reference = None if to is None else _reference(case, site_id, scene, to)
    try:
        nudge = nudge_by_ties(scene, points, reference, why.strip())
    except BadInput as error:
        raise BadInput(f"{ties.name}: {error}", error.hint) from error
    kept = case.blobs.keep_file(ties)
    with case.db.appending():
        note_bytes(case, [(kept, f"tie points of scene {scene.id} of site {site_id}")], "scenes nudge")
        return case.nudges.record(site_id, replace(nudge, source=ties.name, source_sha256=kept))


def _usable(case: Case, site_id: str, scene_id: str) -> Scene:
    scene = case.scenes.get(site_id, scene_id)
    if scene.fault is not None:
        raise BadInput(f"scene {scene.id} cannot be used: {scene.fault}", "Name another scene.")
    if scene.radar is not None:
        raise BadInput(
            f"scene {scene.id} is a radar image, and these are not moved", "Name an image of light."
        )
    return scene


def _reference(case: Case, site_id: str, scene: Scene, to: str) -> Scene:
    reference = _usable(case, site_id, to)
    if reference.id == scene.id:
        raise BadInput(f"scene {scene.id} cannot be held to itself", "Name another scene with --to.")
    return reference


def _parse_shift(said: str) -> tuple[float, float]:
    try:
        right, down = (float(part) for part in said.split(","))
    except ValueError:
        right = down = math.nan
    if not (math.isfinite(right) and math.isfinite(down)):
        raise BadSetting(
            f"--shift {said!r} is not two numbers",
            "Write pixels right and down, such as --shift 3.5,-2 (left and up: minus).",
        )
    return right, down


def add_nudges(case: Case, site_id: str, listed: list[dict[str, Any]], as_of: datetime | None = None) -> None:
    """Tell in a list of scenes which of them are nudged, by whom and why, and whether a survey has used that."""
    standing = case.nudges.standing(site_id, as_of)
    survey = case.surveys.newest(site_id, as_of)
    used = {look.scene_id: look.nudge for look in survey.looks} if survey else {}
    for row in listed:
        found = standing.get(row["id"])
        row["nudged"] = found is not None
        row["nudge"] = None
        if found is None:
            continue
        nudge = found.nudge
        surveyed = used.get(row["id"]) == nudge.id
        row["nudge"] = {
            "id": nudge.id,
            "shift_px": [round(side, 3) for side in nudge.shift_px],
            "follows": nudge.follows,
            "why": nudge.why,
            "who": found.created_by,
            "when": found.created_at.isoformat(timespec="seconds"),
            "ties": len(nudge.ties),
            "residual_px": None if nudge.residual_px is None else round(nudge.residual_px, 3),
            "source": nudge.source or None,
            "surveyed": surveyed,
        }
        if not surveyed:
            row["shift_px"], row["residual_px"] = row["nudge"]["shift_px"], None


def say_nudge(nudge: dict[str, Any]) -> str:
    """A nudge in a few words."""
    right, down = nudge["shift_px"]
    held = f", held to {nudge['follows']}" if nudge["follows"] else ""
    waits = "" if nudge["surveyed"] else " (survey again to use it)"
    return f"nudged by {right:+.1f}, {down:+.1f} px{held} by {nudge['who']} on {nudge['when'][:10]}: {nudge['why']}{waits}"
