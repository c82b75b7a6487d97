"""Outlines of buildings, and stories weighed against each other."""

from dataclasses import replace

import numpy as np
import pytest

from siteline.change.find import ChangeOptions
from siteline.change.scene import Scene
from siteline.change.series.features import extract_series
from siteline.change.series.patches import Patch
from siteline.change.stories.chronicle import live_through
from siteline.change.stories.places import Place
from siteline.change.stories.roofs import Roof, choose_roofs
from siteline.change.stories.story import Context, Story
from siteline.change.weighing import rivals, weights
from siteline.change.weighing.odds import kind_by_odds, odds_of, weigh, weigh_context
from siteline.change.weighing.rivals import leave_unexplained, settle, weigh_among
from siteline.model.change import Kind, Stage
from tests.change.scenes import Block, days_apart, make_cube

YARD = Block(14, 12, 22, 28, since=16, colour=(0.15, 0.19, 0.24, 0.29))
HALL = Block(20, 18, 9, 14, since=22, height_m=9.0)


@pytest.fixture(scope="module")
def scene() -> Scene:
    """A yard cleared at look 16, and a hall on it from look 22 of 40."""
    cube, looks = make_cube(days_apart(40, 25), [YARD, HALL], sun=True)[:2]
    return Scene.of(cube, looks, extract_series(cube), ChangeOptions())


@pytest.fixture(scope="module")
def places(scene: Scene) -> list[Place]:
    """All that changed there."""
    return [Place.of(patch, cut, scene) for cut in scene.cuts for patch in cut.patches]


def iou(roof: Roof, block: Block) -> float:
    """Of an outline and a block, in pixels."""
    true = np.zeros((64, 64), bool)
    true[block.top : block.top + block.rows, block.left : block.left + block.cols] = True
    found = np.zeros((64, 64), bool)
    found[roof.rows, roof.cols] = roof.mask
    return float((true & found).sum() / (true | found).sum())


@pytest.fixture(scope="module")
def stories(places: list[Place], scene: Scene) -> list[Story]:
    """Every story of every outline, with its probability."""
    return weigh_among(live_through(places, (), scene), scene)


def test_the_hall_is_outlined_and_not_its_yard(places: list[Place], scene: Scene) -> None:
    """Of the outlines kept, one is the hall's; none is the yard's, which it lies in."""
    roofs = choose_roofs(places, scene)
    assert max(iou(r, HALL) for r in roofs) > 0.7
    assert max(iou(r, YARD) for r in roofs) < 0.7


def test_one_story_stands_where_one_hall_was_built(stories: list[Story], scene: Scene) -> None:
    """However many outlines there were, the settled stories that overlap the hall are one."""
    here = [s for s in settle(stories, scene) if s.probability >= 0.5]
    assert len(here) == 1
    assert here[0].kind is Kind.CONSTRUCTION


def test_the_yard_is_explained_by_the_hall(stories: list[Story], places: list[Place], scene: Scene) -> None:
    """The clearing of the ground around it is part of the works; without the hall it is told."""
    hall = [s for s in settle(stories, scene) if s.probability >= 0.5]
    yard = [p for p in places if p.probability > 0.3 and p.patch.area > 200]
    assert yard
    assert leave_unexplained(yard, hall, scene) == []
    assert leave_unexplained(yard, [], scene) == yard


def test_a_widely_dated_story_explains_all_of_its_interval(
    stories: list[Story], places: list[Place], scene: Scene
) -> None:
    """What changed within the interval in which a building may have come is that building's doing, however late it is sure."""
    hall = next(s for s in settle(stories, scene) if s.probability >= 0.5)
    late = replace(hall, turn=replace(hall.turn, last_without=10, first_with=36, complete=36))
    same = [p for p in places if p.at < 26 and p.patch.overlap(hall.patch) > 0.3]
    assert same
    assert leave_unexplained(same, [late], scene) == []


def test_of_a_yard_and_its_hall_the_one_that_changed_evenly_stands(
    stories: list[Story], scene: Scene
) -> None:
    """A yard does not outdo the hall in it for being a little likelier: half of it changed otherwise than the rest."""
    hall = next(s for s in settle(stories, scene) if s.probability >= 0.5)
    assert hall.context is not None
    assert hall.evidence.marks is not None
    rows, cols, mask = hall.patch.grown(4, scene.natural.usable.shape[1:])
    ground = Patch(rows, cols, np.ones_like(mask), hall.at, np.full(mask.size, hall.at, np.int16))
    yard = replace(
        hall,
        patch=ground,
        context=replace(hall.context, alone=0.7),
        probability=0.95,
        evidence=replace(hall.evidence, marks=replace(hall.evidence.marks, patchy=3.0)),
    )
    inner = replace(hall, context=replace(hall.context, alone=0.6))
    assert settle([yard, inner], scene) == [inner]


def test_what_stands_is_not_built_again(stories: list[Story], scene: Scene) -> None:
    """A second outline of the hall that says it rose at another time contradicts the likelier story."""
    hall = next(s for s in settle(stories, scene) if s.probability >= 0.5)
    assert hall.context is not None
    twin = replace(hall.patch, mask=hall.patch.mask.copy())
    turn = replace(hall.turn, last_without=2, first_with=3, complete=4)
    again = replace(hall, patch=twin, at=3, settled=4, turn=turn, context=replace(hall.context, alone=0.5))
    again = replace(again, probability=0.6)
    assert settle([hall, again], scene) == [hall]
    assert settle([again], scene) == [again]


def test_two_plain_shadows_are_a_new_roof(stories: list[Story]) -> None:
    """What stood before and stands after, beyond doubt, was reroofed, whatever else the models weigh."""
    story = stories[0]
    shadow = next(s.evidence.shadow_after for s in stories if s.evidence.shadow_after is not None)
    sure = replace(shadow, log_bayes=40.0)
    both = replace(story, evidence=replace(story.evidence, shadow_before=sure, shadow_after=sure))
    assert kind_by_odds(both) == (Kind.ROOF_CHANGE, None)


def test_models_weigh_only_what_is_measured(stories: list[Story]) -> None:
    """Every weight has a term, every kind its weights, and every probability lies between 0 and 1."""
    terms = set(weigh(stories[0]))
    for linear in (weights.GROUND, *weights.KINDS.values()):
        assert linear
        assert set(linear) <= terms
    for grown in (weights.OUTLINED, *weights.STAGES.values()):
        assert grown.trees
        assert set(grown.names) <= terms
    assert set(weights.AMONG.names) <= terms | set(weigh_context(stories[0], Context(0.5, 0.5, 1, 1.0, 0.5)))
    assert set(weights.STAGES) <= {s.value for s in Stage}
    assert set(weights.KINDS) == set(Kind)
    assert all(0 < odds_of(s) < 1 for s in stories)


def test_a_waiting_frame_gets_its_likeliest_roof(
    stories: list[Story], scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A roof a year after the frame is its completion; with two, the likelier one is; without a frame it is another roof."""
    monkeypatch.setattr(rivals, "stage_by_odds", lambda story: Stage.STRUCTURE)
    hall = next(s for s in settle(stories, scene) if s.probability >= 0.5)
    bare = replace(hall.evidence, shadow_before=None, shadow_after=None)  # the states alone tell the kind
    frame = replace(hall, evidence=bare, probability=0.95)
    told = [
        replace(
            frame,
            kind=Kind.ROOF_CHANGE,
            at=at,
            settled=at,
            turn=replace(frame.turn, last_without=at - 1, first_with=at, complete=at),
            probability=probability,
        )
        for at, probability in ((36, 0.7), (38, 0.6))
    ]
    [one] = settle([frame, *told], scene)
    assert (one.kind, one.at, one.turn.complete, one.settled) == (Kind.CONSTRUCTION, frame.at, 36, 36)
    assert settle(told[:1], scene) == told[:1]
    monkeypatch.setattr(rivals, "stage_by_odds", lambda story: Stage.ROOFED)
    assert len(settle([frame, told[0]], scene)) == 2
