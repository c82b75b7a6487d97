"""Satellite images are exhibits, too: taken into custody as they are recorded."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from siteline.evidence.custody.taking import Taking
from siteline.evidence.sniff import sniff
from siteline.model.imagery import Scene
from siteline.store.intake import HEAD
from siteline.workbench.case import Case
from siteline.workbench.evidence.custody import note_bytes, plain_name


def take_scenes(
    case: Case, site_id: str, fresh: Iterable[Scene], files: dict[str, Path], tool: str = "scenes add"
) -> None:
    """
    Every image of a site is an exhibit; its mask, and what laid it on the ground, are in the log.

    `fresh`: scenes that were just recorded, their bytes among the blobs; `files`: where each came from, by scene id.
    """
    takings, beside = [], []
    for scene in fresh:
        blob = case.blobs.path(scene.sha256)
        with blob.open("rb") as stream:
            head = stream.read(HEAD)
        takings.append(
            Taking(
                sha256=scene.sha256,
                bytes=blob.stat().st_size,
                name=plain_name(files[scene.id].name) if scene.id in files else scene.id,
                kind="scene",
                media_type=sniff(head),
                title=f"{scene.id}, {site_id}",
                licence=scene.licence or "unknown",
                credit=scene.credit or "unknown",
                note=f"scene {scene.id} of site {site_id}, acquired {scene.acquired.text}",
            )
        )
        if scene.mask_sha256 is not None:
            beside.append((scene.mask_sha256, f"mask of scene {scene.id} of site {site_id}"))
        if scene.placed is not None:
            beside += [
                (
                    scene.placed.original_sha256,
                    f"picture as published, of scene {scene.id} of site {site_id}",
                ),
                (scene.placed.source_sha256, f"what lays scene {scene.id} of site {site_id} on the ground"),
            ]
    with case.db.appending():
        case.exhibits.admit(takings, tool)
        note_bytes(case, beside, tool)
