"""What the story of a statement says of its judgements, and whether the finding behind it has moved on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from siteline.model.claim import Statement
from siteline.workbench.case import Case
from siteline.workbench.claims.judging import tell_assessments
from siteline.workbench.claims.lines import say_assessed


def judged(case: Case, statement: Statement, as_of: datetime | None) -> dict[str, Any]:
    """What is judged of the claim, as far as it is open to whoever reads; nothing where nobody judged it."""
    if not case.assessments.is_judged(statement.claim.id) and not case.outcomes.history(
        statement.claim.id, as_of
    ):
        return {"assessments": []}
    told = tell_assessments(case, statement.claim.id, as_of)
    lines = [{"text": line.strip()} for line in list(say_assessed(told))[1:]]
    return {"assessments": lines, "judged": told}


def moved_on(case: Case, statement: Statement, as_of: datetime | None) -> dict[str, Any]:
    """Of a statement from images: why it needs review."""
    made = case.pixel_claims.of(statement.id, as_of)
    if made is None:
        return {}
    from siteline.workbench.claims.pixels.stale import why_stale  # brings the survey and its libraries

    reason = why_stale(case, made, as_of)
    source = made.source
    scenes = [
        {"text": f"scene {scene}, sha256 {sha256}", "scene": scene, "sha256": sha256, "exhibit": exhibit}
        for scene, sha256, exhibit in source.scenes
        if exhibit not in case.exhibits.hidden()
    ]
    version = "" if source.version is None else f", version {source.version}"
    by = f", accepted by {source.accepted_by}" if source.accepted_by else ""
    return {
        "made_from": [{"text": f"{source.origin.value} {source.object_id}{version}{by}; {source.method}"}],
        "scenes": scenes,
        "stale": [{"text": reason}] if reason else [],
    }
