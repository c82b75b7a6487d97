"""Fit the models of `siteline.change.odds` on tuning districts and write their weights: `python -m bench.fitting`."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

import siteline.change.odds as odds
from bench.districts import TUNING, District, district
from bench.judging import judge
from siteline.change.chronicle import live_through
from siteline.change.features import extract_series
from siteline.change.find import describe
from siteline.change.options import ChangeOptions
from siteline.change.places import Place, choose_places
from siteline.change.rivals import weigh_among, weigh_up
from siteline.change.scene import Scene
from siteline.change.stories import Story, join_growth
from siteline.model.change import Kind

Matrix = NDArray[np.float64]

HOME = Path(__file__).parents[1] / "src/siteline/change/weights.py"
MODELS = ("OUTLINED", "AMONG", "GROUND", "KINDS", "STAGES")

ROUNDS = 4
"""Which of two stories of one place stands depends on the weights, so that they are fitted again."""

RIDGE = 2.0

STAGE_TERMS = ("texture", "shadow_after", "plain_shadow", "height", "brightening", "green_is", "lasted")
"""What tells a frame from a roof, and both from a slab, whoever draws them; more terms would learn the renderer's habits."""

FOLDS = 8


@dataclass(frozen=True, slots=True)
class Lesson:
    """One story of a tuning district, and what was true of it."""

    district: int
    terms: dict[str, float]
    outlined: bool
    real: bool
    kind: str | None
    """Of the truth it was paired with; None without one."""

    stage: str | None
    among: dict[str, float]
    """Terms of its context; empty for what is not outlined."""

    told: str
    """Kind that its states tell."""

    settled: bool
    """Whether it stands among its rivals; stories that do not teach only what is real by itself."""


def prepare(seed: int, looks: int) -> tuple[District, Scene, list[Story], list[Place]]:
    """A district up to where the weights come in."""
    place = district(seed, looks)
    scene = Scene.of(place.cube, place.looks, extract_series(place.cube), ChangeOptions())
    places = [Place.of(patch, cut, scene) for cut in scene.cuts for patch in cut.patches]
    return place, scene, live_through(places, (), scene), join_growth(choose_places(list(places)), scene)


def teach(prepared: tuple[District, Scene, list[Story], list[Place]]) -> list[Lesson]:
    """What a district teaches with the weights as they are."""
    place, scene, lived, rest = prepared
    if not scene.has_sun:
        return []
    lessons = []
    standing = weigh_up(lived, rest, scene)
    for settled, stories in ((False, weigh_among(lived, scene)), (True, standing)):
        events = [describe(story, scene) for story in stories]
        judged = judge(events, place)
        wrong, neither = {id(e) for e in judged.false}, {id(e) for e in judged.neutral}
        truths = {id(m.event): m.truth for m in (*judged.matches, *judged.ground) if m.event is not None}
        for story, event in zip(stories, events, strict=True):
            if id(event) in neither:
                continue
            truth = truths.get(id(event))
            lessons.append(
                Lesson(
                    place.seed,
                    odds.weigh(story),
                    not math.isnan(story.evidence.rim),
                    id(event) not in wrong,
                    truth.kind.value if truth else None,
                    truth.stage.value if truth and truth.stage and truth.kind is Kind.CONSTRUCTION else None,
                    odds.weigh_context(story, story.context) if story.context else {},
                    story.kind.value if story.kind else odds.UNNAMED,
                    settled,
                )
            )
    return lessons


def fit_many(terms: Sequence[Mapping[str, float]], answers: Sequence[str]) -> dict[str, dict[str, float]]:
    """Weights of exclusive answers by name of term: multinomial logit with a ridge on standardised terms."""
    names = [n for n in terms[0] if n != "constant"]
    x = np.array([[t[n] for n in names] for t in terms])
    middle, spread = x.mean(axis=0), x.std(axis=0)
    useful = spread > 1e-6
    names, x = [n for n, u in zip(names, useful, strict=True) if u], x[:, useful]
    middle, spread = middle[useful], spread[useful]
    z = np.column_stack([np.ones(len(x)), (x - middle) / spread])
    labels = sorted(set(answers))
    target = np.array([[float(a == label) for label in labels] for a in answers])

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        w = flat.reshape(z.shape[1], len(labels))
        s = z @ w
        s = s - s.max(axis=1, keepdims=True)
        p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
        slope = z.T @ (p - target)
        slope[1:] += RIDGE * w[1:]
        return float(
            -(target * np.log(p + 1e-12)).sum() + 0.5 * RIDGE * np.square(w[1:]).sum()
        ), slope.ravel()

    w = minimize(loss, np.zeros(z.shape[1] * len(labels)), jac=True).x.reshape(z.shape[1], len(labels))
    raw = w[1:] / spread[:, None]
    constant = w[0] - (middle[:, None] * raw).sum(axis=0)
    return {
        label: {
            "constant": float(constant[k]),
            **{n: float(r) for n, r in zip(names, raw[:, k], strict=True)},
        }
        for k, label in enumerate(labels)
    }


def fit_one(terms: Sequence[Mapping[str, float]], real: Sequence[bool]) -> dict[str, float]:
    """Weights of a yes by name of term."""
    both = fit_many(terms, ["yes" if r else "no" for r in real])
    return {n: both["yes"][n] - both["no"][n] for n in both["yes"]}


def fit_by_kind(lessons: Sequence[Lesson]) -> dict[str, dict[str, float]]:
    """
    Weights of a yes for each kind of change that states tell.

    Each kind starts from what all kinds share, which is added as one more term: what few lessons cannot tell stays shared.
    """
    shared = fit_one([le.terms for le in lessons], [le.real for le in lessons])
    told = {}
    for name in sorted({le.told for le in lessons}):
        mine = [le for le in lessons if le.told == name]
        if len({le.real for le in mine}) < 2:
            told[name] = shared
            continue
        both = [{**le.terms, "shared": sum(w * le.terms[n] for n, w in shared.items())} for le in mine]
        own = fit_one(both, [le.real for le in mine])
        pull = own.pop("shared", 0.0)
        told[name] = {n: own.get(n, 0.0) + pull * shared.get(n, 0.0) for n in {**shared, **own}}
    return told


def fit_all(lessons: Sequence[Lesson]) -> dict[str, dict]:  # type: ignore[type-arg]
    """All models."""
    alone = [le for le in lessons if le.outlined and not le.settled]
    told = [le for le in lessons if le.settled]
    outlined, ground = ([le for le in told if le.outlined is flag] for flag in (True, False))
    kinds, stages = [le for le in told if le.kind], [le for le in told if le.stage]
    rimless = [{n: v for n, v in le.terms.items() if n not in ("rim", "faint_rim")} for le in ground]
    return {
        "OUTLINED": fit_by_kind(alone),
        "AMONG": fit_one([le.among for le in outlined], [le.real for le in outlined]),
        "GROUND": fit_one(rimless, [le.real for le in ground]),
        "KINDS": fit_many([le.terms for le in kinds], [str(le.kind) for le in kinds]),
        "STAGES": fit_many([_some(le.terms, STAGE_TERMS) for le in stages], [str(le.stage) for le in stages]),
    }


def _some(terms: Mapping[str, float], names: Sequence[str]) -> dict[str, float]:
    return {n: terms[n] for n in ("constant", *names)}


def use(models: Mapping[str, dict]) -> None:  # type: ignore[type-arg]
    """Let the odds weigh by these models."""
    for name in MODELS:
        setattr(odds, name, models[name])


def cross_validate(lessons: Sequence[Lesson]) -> str:
    """Skill on districts that were left out of the fit, in words."""
    said, real, kinds, stages = [], [], [], []
    for fold in range(FOLDS):
        held = [le for le in lessons if le.district % FOLDS == fold and le.settled]
        models = fit_all([le for le in lessons if le.district % FOLDS != fold])
        for le in held:
            weights, terms = (models["AMONG"], le.among) if le.outlined else (models["GROUND"], le.terms)
            said.append(1 / (1 + math.exp(-sum(w * terms[n] for n, w in weights.items()))))
            real.append(float(le.real))
            for model, answer, right in (
                (models["KINDS"], le.kind, kinds),
                (models["STAGES"], le.stage, stages),
            ):
                if answer:
                    sums = {a: sum(w * le.terms[n] for n, w in ws.items()) for a, ws in model.items()}
                    right.append(max(sums, key=lambda a: sums[a]) == answer)
    p, y = np.array(said), np.array(real)
    keep = p >= 0.05
    p, y = p[keep], y[keep]
    skill = 1 - np.square(p - y).mean() / (y.mean() * (1 - y.mean()))
    share = f"{len(p)} candidates, {y.mean():.2f} real, Brier skill {skill:.3f}"
    return f"{share}; kinds {np.mean(kinds):.3f}, stages {np.mean(stages):.3f}"


def write(models: Mapping[str, dict]) -> None:  # type: ignore[type-arg]
    """Write the weights as source."""
    about = {
        "OUTLINED": "That a change at an outlined place is real, seen by itself, by the kind that its states tell.",
        "AMONG": "That a change at an outlined place is real, seen among its rivals.",
        "GROUND": "That another change is real.",
        "KINDS": "Of what kind it is.",
        "STAGES": "How far a construction has come.",
    }
    text = [
        '"""Weights of the models of `siteline.change.odds`; written by `python -m bench.fitting`, never by hand."""',
        "",
    ]
    text += ["from __future__ import annotations", ""]
    for name, model in models.items():
        kind = (
            "dict[str, dict[str, float]]" if name in ("OUTLINED", "KINDS", "STAGES") else "dict[str, float]"
        )
        rounded = {
            k: {n: round(w, 3) for n, w in v.items()} if isinstance(v, dict) else round(v, 3)
            for k, v in model.items()
        }
        text += [f"{name}: {kind} = {rounded!r}", f'"""{about[name]}"""', ""]
    HOME.write_text("\n".join(text), encoding="utf-8")


def _teach(job: tuple[str, Mapping[str, dict]]) -> list[Lesson]:  # type: ignore[type-arg]
    import pickle

    path, models = job
    use(models)
    return teach(pickle.loads(Path(path).read_bytes()))  # noqa: S301 our own file


def _prepare(job: tuple[int, int, str]) -> str:
    import pickle

    seed, looks, folder = job
    home = Path(folder) / f"{looks}-{seed}.pkl"
    if not home.exists():
        place, scene, lived, rest = prepare(seed, looks)
        home.write_bytes(pickle.dumps((place, scene, lived, rest), protocol=5))
    return str(home)


def main(arguments: Sequence[str]) -> None:
    """Fit on all tuning districts; `--folder F` keeps what was prepared, `--looks 12,60` leaves the others out."""
    import tempfile

    folder = arguments[arguments.index("--folder") + 1] if "--folder" in arguments else tempfile.mkdtemp()
    named = arguments[arguments.index("--looks") + 1].split(",") if "--looks" in arguments else TUNING
    wanted = [int(n) for n in named]
    jobs = [(seed, looks, folder) for looks in wanted for seed in TUNING[looks]]
    models: dict[str, dict] = {n: getattr(odds, n) for n in MODELS}  # type: ignore[type-arg]
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        paths = list(pool.map(_prepare, jobs))
        for _ in range(ROUNDS):
            lessons = [le for some in pool.map(_teach, [(p, models) for p in paths]) for le in some]
            models = fit_all(lessons)
            print(len(lessons), cross_validate(lessons), flush=True)
    write(models)
    print(f"written: {HOME.name}; then run ruff format")


if __name__ == "__main__":
    main(sys.argv[1:])
