"""From a model's answers to proposals: outlines, kinds and probabilities, never more than a person is to look at."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import ndimage

from siteline.change.slot.tiles import blend
from siteline.model.change import ChangeEvent, Kind, Method, Observation, Proposer, Stage, State
from siteline.model.dates import DateInterval
from siteline.model.errors import BadModel
from siteline.model.imagery import Grid
from siteline.model.slot import Form, ModelCard, SlotClass
from siteline.raster.grid import outline_of

Floats = NDArray[np.float32]
_COIN = 0.5
"""Probability of what a model only says yes to: nobody knows how often it is right."""


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: of one image, or of two."""

    scenes: tuple[str, ...]
    """One, or before and after."""

    onset: DateInterval
    proposer: Proposer


@dataclass(frozen=True, slots=True)
class Proposals:
    """What a model proposes of one question."""

    events: tuple[ChangeEvent, ...]
    too_small: int
    """Places left out because they are smaller than the card's `smallest_px`."""


def propose(
    before: tuple[xr.Dataset, ...],
    after: tuple[xr.Dataset, ...],
    cube: xr.Dataset,
    card: ModelCard,
    question: Question,
) -> Proposals:
    """
    Places where the answer reaches the card's threshold, each with an outline along pixel edges.

    after: answers of the later, or only, image, or of the pair. before: of the earlier image where a model of single
    images was asked of two; () otherwise. A place is then new where the later answer reaches the threshold and the
    earlier one, on the whole, does not. Raises BadModel if there are more than the card allows.
    """
    scenes = question.scenes if not before else question.scenes[1:]
    now = blend(after, cube, scenes)
    was = blend(before, cube, question.scenes[:1]) if before else None
    grid: Grid = cube.attrs["grid"]
    events: list[ChangeEvent] = []
    small = 0
    for layer, one in enumerate(card.classes):
        here = now[layer]
        if was is None:
            found, few = _places(here, None, one, one.kind, one.stage, card, grid, question)
        else:
            found, few = _places(here, was[layer], one, one.kind, one.stage, card, grid, question)
            if one.vanished is not None:
                gone, fewer = _places(was[layer], here, one, one.vanished, None, card, grid, question)
                found, few = found + gone, few + fewer
        events += found
        small += few
        if len(events) > card.most:
            raise BadModel(
                f"the model proposes more than {card.most} places",
                "Raise output.threshold or proposals.smallest_px; a person is to look at each of them.",
            )
    return Proposals(tuple(sorted(events, key=lambda e: -e.probability)), small)


def _places(
    there: Floats,
    elsewhere: Floats | None,
    one: SlotClass,
    kind: Kind,
    stage: Stage | None,
    card: ModelCard,
    grid: Grid,
    question: Question,
) -> tuple[list[ChangeEvent], int]:
    """Connected places where `there` reaches the threshold and `elsewhere`, on the whole, does not."""
    with np.errstate(invalid="ignore"):
        mask = there >= card.threshold
    if elsewhere is not None:
        mask &= np.isfinite(elsewhere)  # where one image could not be seen, nothing is new
    labels, _ = ndimage.label(mask)
    found, small = list[ChangeEvent](), 0
    for number, window in enumerate(ndimage.find_objects(labels), 1):
        place = labels[window] == number
        if int(place.sum()) < card.smallest_px:
            small += 1
            continue
        if elsewhere is not None and float(elsewhere[window][place].mean()) >= card.threshold:
            continue
        if len(found) > card.most:
            break
        whole = np.zeros(mask.shape, bool)
        whole[window] = place
        sure = float(there[window][place].mean())
        found.append(
            _event(
                whole,
                sure if question.proposer.tells_probability else _COIN,
                kind,
                stage,
                one,
                grid,
                question,
            )
        )
    return found, small


def _event(
    mask: NDArray[np.bool_],
    probability: float,
    kind: Kind,
    stage: Stage | None,
    one: SlotClass,
    grid: Grid,
    question: Question,
) -> ChangeEvent:
    *before, seen = question.scenes
    remarks = ["a stranger's model proposed it: how often it is right on images like these is not known"]
    if not question.proposer.tells_probability:
        remarks.append("the model says yes or no, and no probability")
    if not before:
        remarks.append("the model was asked of one image alone: since when it is so, it does not say")
    return ChangeEvent(
        outline=outline_of(mask, grid),
        crs=grid.crs,
        kind=kind,
        stage=stage,
        method=Method.DETECTED,
        probability=round(min(max(probability, 0.0), 0.99), 4),
        calibrated=False,
        onset=question.onset,
        finished=None,
        last_without=before[0] if before else None,
        first_with=seen,
        observations=(
            *(Observation(scene, State.UNCHANGED) for scene in before),
            Observation(seen, State.CHANGED),
        ),
        remarks=tuple(remarks),
        proposer=replace(question.proposer, label=one.label),
    )


def tells_probability(card: ModelCard) -> bool:
    """Whether a model's answers are probabilities, rather than yes or no."""
    return card.form in (Form.PROBABILITY, Form.CLASSES)
