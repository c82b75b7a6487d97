"""How likely a story is real, of what kind, and how far it has come: models fitted on rendered districts that no test uses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeVar

from siteline.change.outlines.marks import Marks
from siteline.change.shadow import ShadowTurn
from siteline.change.stories.kinds import PLAIN_SHADOW, SURE_SHADOW, Evidence, terms_of
from siteline.change.stories.story import Context, Story
from siteline.change.weighing.weights import AMONG, GROUND, KINDS, OUTLINED, STAGES
from siteline.model.change import Kind, Stage

T = TypeVar("T")

NO_MARKS = Marks(1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.0)
"""For places that have no outline of their own."""

CLOSE = 0.5
"""A kind that is at least so likely beside the likeliest one is named with it."""


def odds_of(story: Story) -> float:
    """Probability, 0–1, that a change is real and lasting."""
    terms = weigh(story)
    return _chance(_sum(GROUND, terms) if math.isnan(story.evidence.rim) else OUTLINED.score(terms))


def odds_among(story: Story, context: Context) -> float:
    """Probability, 0–1, that a change of an outlined place is real, seen among its rivals."""
    return _chance(AMONG.score(weigh_among_rivals(story, context)))


def weigh_among_rivals(story: Story, context: Context) -> dict[str, float]:
    """What `odds_among` weighs, by name: the story by itself and its context."""
    return {**weigh(story), **weigh_context(story, context)}


def weigh_context(story: Story, context: Context) -> dict[str, float]:
    """What its rivals say of a story, by name."""
    mine, theirs = _logit(context.alone), _logit(context.rival) if context.rivals else -6.0
    lead = mine - theirs
    return {
        "alone": mine,
        "rival": theirs,
        "lead": min(max(lead, -3.0), 3.0),
        "leads": float(lead > 0),
        "rivals": math.log1p(context.rivals),
        "smaller": min(max(math.log(context.size), -2.0), 0.0),
        "larger": max(min(math.log(context.size), 2.0), 0.0),
        "shared": context.shared,
        "within": context.shared * float(context.size < 1),
        "around": context.shared * float(context.size > 1),
        "inner": context.inner,
    }


def _chance(odds: float) -> float:
    """Probability of log odds; nothing is surer than 12."""
    return 1 / (1 + math.exp(-max(min(odds, 12.0), -12.0)))


def _logit(p: float) -> float:
    return math.log(max(p, 0.003) / max(1 - p, 0.003))


def kind_by_odds(story: Story) -> tuple[Kind, Kind | None]:
    """The likeliest kind, and the runner-up where it is not much less likely."""
    shadows = story.evidence.shadows
    if len(shadows) == 2 and min(shadows) > PLAIN_SHADOW:
        return Kind.ROOF_CHANGE, None
    if len(shadows) < 2 and story.kind is not None:  # too few looks for a shadow: the states around it tell
        return story.kind, None
    likely = _shares({Kind(k): w for k, w in KINDS.items()}, weigh(story))
    (first, most), (second, next_most) = sorted(likely.items(), key=lambda item: -item[1])[:2]
    return first, second if next_most > CLOSE * most else None


def stage_by_odds(story: Story) -> Stage:
    """How far a construction has come at the end."""
    terms = weigh(story)
    return Stage(max(STAGES, key=lambda stage: STAGES[stage].score(terms)))


def weigh(story: Story) -> dict[str, float]:
    """What the models weigh, by name."""
    e = story.evidence
    before = e.shadow_before.log_bayes if e.shadow_before else 0.0
    after = e.shadow_after.log_bayes if e.shadow_after else 0.0
    rim = 0.0 if math.isnan(e.rim) else min(e.rim, 6.0)
    height = e.shadow_after.height if e.shadow_after and after > SURE_SHADOW else 0.0
    return {
        **terms_of(e),
        **_marks(e),
        **_shadow_turn(story.kind, e.shadow_turn),
        "rim": rim,
        "faint_rim": math.log(max(rim, 0.5)),
        "solid": e.solidity,
        "shadow": min(max(before, after, -3.0), 3.0),
        "plain_shadow": math.sqrt(min(max(before, after, 3.0), 40.0)),
        "shadow_before": min(max(before, -4.0), 5.0),
        "shadow_after": min(max(after, -4.0), 5.0),
        "height": min(height, 12.0),
        "agreement": _agreement(story.kind, before, after),
        "built": float(story.kind is Kind.CONSTRUCTION),
        "gone": float(story.kind is Kind.DEMOLITION),
        "reroofed": float(story.kind is Kind.ROOF_CHANGE),
        "contrast": min(max(_number(e.contrast_before), _number(e.contrast_after)), 8.0),
        "contrast_before": min(_number(e.contrast_before), 6.0),
        "contrast_after": min(_number(e.contrast_after), 6.0),
        "company": math.log(e.company + 1e-3),
        "green_was": max(_number(e.green_before), -0.3),
        "green_is": max(_number(e.green_after), -0.3),
        "greener": min(max(_number(e.green_after - e.green_before), -0.4), 0.4),
        "brightening": _within(e.brightening, 1.0),
        "brighter": _within(e.brightness_step, 1.0),
        "warming": _within(e.warming, 0.4),
        "warmer": _within(e.warmth_step, 0.4),
        "texture": min(e.texture, 0.5),
        "works": min(e.works, 1.5),
        "lasted": min(e.lasted, 1.5),
        "looks_before": math.log1p(e.looks_before),
        "looks_after": math.log1p(e.looks_after),
    }


def _marks(e: Evidence) -> dict[str, float]:
    """What the images on both sides show at the outline; nothing for places that have none."""
    m = e.marks or NO_MARKS
    before, after, change = (
        math.log(max(min(rim, 8.0), 0.3)) for rim in (m.rim_before, m.rim_after, m.rim_change)
    )
    return {
        "rim_before": before,
        "rim_after": after,
        "rim_change": change,
        "patchy": math.log(max(min(m.patchy, 8.0), 0.2)),
        "within": math.log(max(min(m.within, 12.0), 0.3)),
        "spread": min(m.beside / max(m.within, 0.5), 1.5),
        "slope": min(m.slope, 4.0),
    }


def _shadow_turn(kind: Kind | None, turn: ShadowTurn | None) -> dict[str, float]:
    """How far what the shadow did bears out what is said to have happened, against all else it may have done."""
    if turn is None:
        return {"turned": 0.0, "appeared": 0.0, "vanished": 0.0, "stayed": 0.0}
    all_three = (turn.appeared, turn.vanished, turn.stayed)
    top = max(*all_three, 0.0)
    appeared, vanished, stayed = (max(value - top, -6.0) for value in all_three)
    said = {Kind.CONSTRUCTION: appeared, Kind.DEMOLITION: vanished, Kind.ROOF_CHANGE: stayed}
    named = said[kind] if kind in said else max(-top, -6.0)
    return {"turned": named, "appeared": appeared, "vanished": vanished, "stayed": stayed}


def _agreement(kind: Kind | None, before: float, after: float) -> float:
    """How far the shadows on both sides bear out what is said to have happened, in log Bayes factors."""
    before, after = min(max(before, -4.0), 6.0), min(max(after, -4.0), 6.0)
    if kind is Kind.CONSTRUCTION:
        return after - before
    if kind is Kind.DEMOLITION:
        return before - after
    return min(before, after) if kind is Kind.ROOF_CHANGE else 0.0


def _sum(weights: Mapping[str, float], terms: Mapping[str, float]) -> float:
    return sum(weight * terms[name] for name, weight in weights.items())


def _shares(models: Mapping[T, Mapping[str, float]], terms: Mapping[str, float]) -> dict[T, float]:
    """Probability of each of several exclusive answers."""
    sums = {answer: _sum(weights, terms) for answer, weights in models.items()}
    top = max(sums.values())
    grown = {answer: math.exp(value - top) for answer, value in sums.items()}
    return {answer: value / sum(grown.values()) for answer, value in grown.items()}


def _within(value: float, limit: float) -> float:
    return min(max(_number(value), -limit), limit)


def _number(value: float) -> float:
    return 0.0 if math.isnan(value) else value
