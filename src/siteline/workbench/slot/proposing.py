"""Events that a user's own model proposes: asked strip by strip, filed as proposals that nobody has checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteline.change.slot.asking import PROMISES
from siteline.change.slot.card import fits_pixels
from siteline.change.slot.propose import Proposals, Question, propose, tells_probability
from siteline.change.slot.tiles import ask_strip, plan_strips
from siteline.measure.measure import MeasureOptions, measure_event
from siteline.model.change import Proposer
from siteline.model.dates import DateInterval
from siteline.model.errors import BadInput, BadModel, BadSetting, CannotTell
from siteline.model.imagery import Scene
from siteline.model.remark import Remark
from siteline.model.slot import Limits, ModelCard, Units
from siteline.sites.events.drawn import onset_between
from siteline.store.codec import digest
from siteline.workbench.bench import Bench, Progress
from siteline.workbench.case import Case
from siteline.workbench.slot.taking import Taken, take_model
from siteline.workbench.survey import Sight, see_site

if TYPE_CHECKING:
    import xarray as xr

_LEAST_GB, _MOST_GB = 0.5, 256.0
_MOST_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked a model."""

    site_id: str
    model: Path
    card: Path | None = None
    scene: str | None = None
    before: str | None = None
    after: str | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Proposed:
    """What came of it."""

    told: dict[str, Any]
    """Interchange form."""

    remarks: tuple[Remark, ...]


def propose_by_model(case: Case, asked: Asked, progress: Progress) -> Proposed:
    """
    Ask a model about one image, or about two, and file its answers as proposals; the same question twice adds nothing.

    What was answered is kept row of tiles by row of tiles: a run that was cut short goes on where it ended.
    Raises BadModel, BadSetting, CannotTell, NotFound or MissingExtra.
    """
    case.register.get(asked.site_id)
    _refuse_limits(asked.limits)
    seen, before = _scenes(case, asked)
    taken = take_model(case, asked.model, asked.card)
    card = taken.card
    if card.images == 2 and before is None:
        raise BadSetting(f"the model {card.name} compares two images", "Say --before SCENE --after SCENE.")
    bench = Bench(case, progress)
    sight = see_site(bench, asked.site_id)
    shown = tuple(scene.id for scene in (before, seen) if scene is not None)
    remarks = [*_check_sight(sight, card, shown), *_rights(card)]
    answers, recipes = [], []
    for scenes in [shown] if card.images == 2 or before is None else [shown[:1], shown[1:]]:
        strips = plan_strips(sight.grid.shape, card, scenes)
        answers.append(tuple(bench.each(ask_strip, strips, sight.cube, card, taken.file, asked.limits)))
        recipes.append(bench.recipes["ask_strip"])
    proposer = Proposer(
        name=card.name,
        version=card.version,
        sha256=taken.file.sha256,
        card_sha256=taken.card_sha256,
        licence=card.licence,
        credit=card.credit,
        runtime=taken.file.runtime,
        run=digest(*recipes),
        label="",
        tells_probability=tells_probability(card),
    )
    onset = onset_between(before, seen) if before else DateInterval(None, seen.acquired.last_day)
    earlier = answers[0] if len(answers) == 2 else ()
    found = bench.run(propose, earlier, answers[-1], sight.cube, card, Question(shown, onset, proposer))
    filed = _file(case, bench, sight, proposer, (before.id if before else None, seen.id), found)
    held = _held([strip for answer in answers for strip in answer])
    remarks += _told_of_confinement(held)
    told = _tell(taken, shown, found, filed, held, bench)
    return Proposed(told, (*sight.remarks, *remarks))


def _file(
    case: Case,
    bench: Bench,
    sight: Sight,
    proposer: Proposer,
    scenes: tuple[str | None, str],
    found: Proposals,
) -> list[tuple[str, int, bool]]:
    """Measure what was proposed, then file all of it in one piece."""
    there = tuple(known.geometry for known in sight.known)
    sizes = bench.each(measure_event, found.events, sight.cube, MeasureOptions(), there)
    with case.db.appending():
        filed = case.events.proposed.record(sight.site.id, proposer, scenes, found.events)
        for (event_id, version, is_new), measured in zip(filed, sizes, strict=True):
            if is_new:
                case.measurements.record(sight.site.id, event_id, version, measured)
    return filed


def _scenes(case: Case, asked: Asked) -> tuple[Scene, Scene | None]:
    """The image asked of, and the one before it, if two were named."""
    one, two = asked.scene is not None, asked.before is not None and asked.after is not None
    if one == two or (asked.before is None) != (asked.after is None):
        raise BadSetting(
            "of which images is the model to be asked?", "Say --scene SCENE, or --before SCENE --after SCENE."
        )
    seen = _usable(case, asked.site_id, asked.scene or asked.after or "")
    if asked.before is None:
        return seen, None
    before = _usable(case, asked.site_id, asked.before)
    if before.id == seen.id or before.acquired.first_day > seen.acquired.last_day:
        raise BadInput(
            f"--before {before.id} ({before.acquired.text}) is not before --after {seen.id} ({seen.acquired.text})",
            "Exchange the two.",
        )
    return seen, before


def _usable(case: Case, site_id: str, scene_id: str) -> Scene:
    scene = case.scenes.get(site_id, scene_id)
    if scene.fault is not None:
        raise BadInput(f"scene {scene_id} cannot be used: {scene.fault}", "Name another scene.")
    return scene


def _refuse_limits(limits: Limits) -> None:
    if not _LEAST_GB <= limits.memory_gb <= _MOST_GB:
        raise BadSetting(f"--memory-gb {limits.memory_gb:g}", f"From {_LEAST_GB:g} to {_MOST_GB:g} GB.")
    if not 0 < limits.seconds <= _MOST_SECONDS:
        raise BadSetting(f"--seconds-per-tile {limits.seconds:g}", f"Above 0, up to {_MOST_SECONDS:g} s.")


def _check_sight(sight: Sight, card: ModelCard, shown: Sequence[str]) -> Iterator[Remark]:
    """Refuse what the model was not made for; tell what cannot be known."""
    looks = {look.scene_id: look for look in sight.looks}
    for scene_id in shown:
        look = looks.get(scene_id)
        if look is None or not look.used:
            why = look.reason if look is not None and look.reason else "not among the looks"
            raise CannotTell(f"scene {scene_id} cannot be asked about: {why}", "Name another scene.")
    there = [str(band) for band in sight.cube["band"].values]
    missing = [band for band in card.bands if band not in there]
    if missing:
        raise BadModel(
            f"the model {card.name} wants the band {missing[0]}; the images of {sight.site.id} share {', '.join(there)}",
            "Ask it where there are such images.",
        )
    units = sight.cube.attrs["units"]
    if card.units is not Units.ANY and card.units.value != units:
        raise BadModel(
            f"the model {card.name} wants {card.units.value} numbers; those of {sight.site.id} are {units}",
            'Add scale and offset to the scenes, or say units = "any" if the model does not mind.',
        )
    size = sight.grid.gsd_m
    fits = fits_pixels(card, size)
    if fits is False:
        assert card.gsd_m is not None
        raise BadModel(
            f"the model {card.name} was made for pixels of {card.gsd_m[0]:g}–{card.gsd_m[1]:g} m; these have {size:g} m",
            "Ask it where the images are as sharp as those it was made for.",
        )
    if fits is None:
        yield Remark(card.name, "whether it was made for pixels of this size is not known")


def _rights(card: ModelCard) -> Iterator[Remark]:
    lacking = [
        name
        for name, said in (("licence", card.licence), ("credit", card.credit))
        if said.casefold() == "unknown"
    ]
    if lacking:
        yield Remark(
            card.name,
            f"its card does not say its {' and '.join(lacking)}: recorded as unknown",
            "Write them into the card before anything that it proposed is published.",
        )


def _held(strips: Sequence[xr.Dataset]) -> tuple[str, ...]:
    """What the model's process was kept from in every strip that was asked."""
    told = [set(strip.attrs["held"].split("; ")) for strip in strips if float(strip["weight"].max()) > 0]
    return tuple(what for what in PROMISES if all(what in one for one in told))


def _told_of_confinement(held: Sequence[str]) -> Iterator[Remark]:
    lacking = [what for what in PROMISES if what not in held]
    if lacking:
        yield Remark(
            "model",
            f"on this machine its process could not be held from or within: {', '.join(lacking)}",
            "Run models of strangers on Linux (x86-64 or ARM64), or in a container of your own.",
        )


def _tell(
    taken: Taken,
    shown: Sequence[str],
    found: Proposals,
    filed: Sequence[tuple[str, int, bool]],
    held: Sequence[str],
    bench: Bench,
) -> dict[str, Any]:
    card = taken.card
    return {
        "model": {
            "name": card.name,
            "version": card.version or None,
            "sha256": taken.file.sha256,
            "card_sha256": taken.card_sha256,
            "bytes": taken.file.bytes,
            "licence": card.licence,
            "credit": card.credit,
            "made_for": card.made_for or None,
            "runtime": taken.file.runtime,
        },
        "scenes": list(shown),
        "events": [event_id for event_id, _, _ in filed],
        "proposed": len(filed),
        "new": sum(is_new for _, _, is_new in filed),
        "too_small": found.too_small,
        "held": list(held),
        "not_held": [what for what in PROMISES if what not in held],
        "work": {stage: done._asdict() for stage, done in bench.work.items()},
        "seconds": {stage: round(spent, 2) for stage, spent in bench.seconds.items()},
    }
