"""How likely a story is real: logistic models fitted on rendered districts that no test and no benchmark uses."""

from __future__ import annotations

import math
from collections.abc import Mapping

from siteline.change.kinds import terms_of
from siteline.change.stories import Story
from siteline.model.change import Kind

OUTLINED: Mapping[str, float] = {}
GROUND: Mapping[str, float] = {}


def odds_of(story: Story) -> float:
    """Probability, 0–1, that a change is real and lasting."""
    terms = weigh(story)
    weights = GROUND if math.isnan(story.evidence.rim) else OUTLINED
    if not weights:
        return story.probability
    x = sum(weight * terms[name] for name, weight in weights.items())
    return 1 / (1 + math.exp(-max(min(x, 12.0), -12.0)))


def weigh(story: Story) -> dict[str, float]:
    """What the models weigh, by name."""
    e = story.evidence
    before = e.shadow_before.log_bayes if e.shadow_before else 0.0
    after = e.shadow_after.log_bayes if e.shadow_after else 0.0
    loud = max(_number(e.contrast_before), _number(e.contrast_after))
    rim = 0.0 if math.isnan(e.rim) else min(e.rim, 6.0)
    return {
        **terms_of(e),
        "rim": rim,
        "faint_rim": math.log(max(rim, 0.5)),
        "solid": e.solidity,
        "shadow": min(max(before, after, -3.0), 3.0),
        "plain_shadow": math.sqrt(min(max(before, after, 3.0), 40.0)),
        "contrast": min(loud, 8.0),
        "agreement": _agreement(story.kind, before, after),
        "built": float(story.kind is Kind.CONSTRUCTION),
        "gone": float(story.kind is Kind.DEMOLITION),
        "reroofed": float(story.kind is Kind.ROOF_CHANGE),
        "company": math.log(e.company + 1e-3),
        "green": max(_number(e.green_after), -0.3),
        "greener": min(max(_number(e.green_after - e.green_before), -0.4), 0.4),
    }


def _agreement(kind: Kind | None, before: float, after: float) -> float:
    """How far the shadows on both sides bear out what is said to have happened, in log Bayes factors."""
    before, after = min(max(before, -4.0), 6.0), min(max(after, -4.0), 6.0)
    if kind is Kind.CONSTRUCTION:
        return after - before
    if kind is Kind.DEMOLITION:
        return before - after
    return min(before, after) if kind is Kind.ROOF_CHANGE else 0.0


def _number(value: float) -> float:
    return 0.0 if math.isnan(value) else value
