"""The gate's rules that need no case: what a page must be stamped with, and what may not stand together."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from siteline.model.errors import BadInput
from siteline.model.finding import Finding
from siteline.model.imagery import Scene, Use

UNKNOWN = "unknown"


class Stamp(StrEnum):
    """What is stamped on every page and figure, as printed."""

    NOT_REVIEWED = "DRAFT – NOT REVIEWED"
    RIGHTS_UNKNOWN = "NOT FOR PUBLICATION: RIGHTS UNKNOWN"
    RIGHTS_REFUSED = "NOT FOR PUBLICATION: IMAGES FOR ANALYSIS ONLY"
    SIMULATED = "SIMULATED"
    OPEN = "DRAFT – NOT PASSED"
    """Of a written brief: sentences break rules of the gate."""

    NOT_RELEASED = "NOT RELEASED"
    """Of a written brief that passes: nobody has released it."""


def stamps_of(
    findings: Iterable[Finding],
    scenes: Iterable[Scene],
    simulated: bool = False,
    absence_unreviewed: bool = False,
) -> tuple[Stamp, ...]:
    """
    What must be stamped on a page of these findings made from these scenes; () if nothing.

    absence_unreviewed: that nothing changed at some site is said there on a machine's word alone.
    """
    shown = tuple(scenes)
    found = {
        Stamp.NOT_REVIEWED: absence_unreviewed or any(not finding.is_reviewed for finding in findings),
        Stamp.RIGHTS_UNKNOWN: any(missing_rights(scene) for scene in shown),
        Stamp.RIGHTS_REFUSED: any(scene.use in (Use.ANALYSE, Use.NONE) for scene in shown),
        Stamp.SIMULATED: simulated or any(scene.simulated for scene in shown),
    }
    return tuple(stamp for stamp, holds in found.items() if holds)


def missing_rights(scene: Scene) -> tuple[str, ...]:
    """What of a scene's rights is not known: "credit", "licence", "permitted use"."""
    asked = {"credit": scene.credit, "licence": scene.licence, "permitted use": scene.use.value}
    return tuple(name for name, said in asked.items() if said.strip().lower() in ("", UNKNOWN))


def refuse_mixture(sites: Iterable[tuple[bool, Iterable[Scene]]]) -> None:
    """
    Simulated pictures never stand beside real ones in one page.

    sites: for each, whether it is simulated, and its scenes. Raises BadInput.
    """
    kinds = {
        is_simulated
        for site, scenes in sites
        for is_simulated in (site, *(scene.simulated for scene in scenes))
    }
    if len(kinds) > 1:
        raise BadInput(
            "simulated images would stand beside real ones in one brief",
            "Build one brief for the simulated sites and another for the real ones.",
        )
