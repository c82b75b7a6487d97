"""Fit the models of `siteline.change.weighing.odds` on tuning districts and write their weights: `python -m bench.fitting`."""

from __future__ import annotations

import json
import math
import os
import pickle
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.ensemble import GradientBoostingClassifier

import siteline.change.weighing.odds as odds
from bench.districts import TUNING, District, district
from bench.judging import judge
from siteline.change.find import describe
from siteline.change.options import ChangeOptions
from siteline.change.scene import Scene
from siteline.change.series.features import extract_series
from siteline.change.stories.chronicle import live_through
from siteline.change.stories.places import Place, choose_places
from siteline.change.stories.story import Story, join_growth
from siteline.change.weighing.rivals import weigh_among, weigh_up
from siteline.change.weighing.trees import Node, Trees
from siteline.model.change import Kind

Matrix = NDArray[np.float64]

HOME = Path(__file__).parents[1] / "src/siteline/change/weighing/weights.json"
MODELS = ("OUTLINED", "AMONG", "GROUND", "KINDS", "STAGES")

Models = dict[str, Any]
"""By name: trees, or weights by name of term."""

ROUNDS = 3
"""Which of two stories of one place stands depends on the weights, so that they are fitted again."""

GROWTH: dict[str, Any] = {
    "n_estimators": 150,
    "learning_rate": 0.06,
    "subsample": 0.6,
    "max_features": 0.4,
    "min_samples_leaf": 20,
    "random_state": 1,
}
"""How trees are grown: many small ones, each on some of the lessons, none on a handful."""

RIDGE = 2.0

STAGE_TERMS = ("texture", "shadow_after", "plain_shadow", "height", "brightening", "green_is", "lasted")
"""What tells a frame from a roof, and both from a slab, whoever draws them; more terms would learn the renderer's habits."""

FOLDS = 4


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


def grow(terms: Sequence[Mapping[str, float]], real: Sequence[bool], depth: int) -> Trees:
    """Boosted trees for a yes by name of term; the same lessons, the same trees."""
    names = tuple(terms[0])
    x = np.array([[t[n] for n in names] for t in terms], np.float32)
    model = GradientBoostingClassifier(max_depth=depth, **GROWTH).fit(x, np.array(real, int))
    share, rate = float(np.mean(real)), GROWTH["learning_rate"]
    return Trees(
        names,
        round(math.log(share / (1 - share)), 4),
        tuple(_nodes(grown.tree_, rate) for (grown,) in model.estimators_),
    )


def _nodes(tree: Any, rate: float) -> tuple[Node, ...]:
    nodes: list[Node] = []
    for number in range(tree.node_count):
        below, above = int(tree.children_left[number]), int(tree.children_right[number])
        if below < 0:
            nodes.append((-1, round(rate * float(tree.value[number, 0, 0]), 4), 0, 0))
        else:
            nodes.append((int(tree.feature[number]), float(f"{tree.threshold[number]:.5g}"), below, above))
    return tuple(nodes)


def fit_alone(lessons: Sequence[Lesson]) -> Trees:
    """How likely an outlined story is by itself; the models do not change what these lessons say."""
    alone = [le for le in lessons if le.outlined and not le.settled]
    return grow([_varied(le.terms) for le in alone], [le.real for le in alone], depth=4)


def fit_rest(lessons: Sequence[Lesson]) -> Models:
    """The models of stories that stand among their rivals."""
    told = [le for le in lessons if le.settled]
    outlined, ground = ([le for le in told if le.outlined is flag] for flag in (True, False))
    kinds, stages = [le for le in told if le.kind], [le for le in told if le.stage]
    rimless = [{n: v for n, v in le.terms.items() if n not in ("rim", "faint_rim")} for le in ground]
    both = [_varied({**le.terms, **le.among}) for le in outlined]
    return {
        "AMONG": grow(both, [le.real for le in outlined], depth=3),
        "GROUND": fit_one(rimless, [le.real for le in ground]),
        "KINDS": fit_many([le.terms for le in kinds], [str(le.kind) for le in kinds]),
        "STAGES": {
            stage: grow(
                [_some(le.terms, STAGE_TERMS) for le in stages], [le.stage == stage for le in stages], 3
            )
            for stage in sorted({str(le.stage) for le in stages})
        },
    }


def _some(terms: Mapping[str, float], names: Sequence[str]) -> dict[str, float]:
    return {n: terms[n] for n in names}


def _varied(terms: Mapping[str, float]) -> dict[str, float]:
    """Without the constant, which splits nothing."""
    return {n: v for n, v in terms.items() if n != "constant"}


def use(models: Models) -> None:
    """Let the odds weigh by these models."""
    for name in MODELS:
        setattr(odds, name, models[name])


def fit_folds(paths: Sequence[Path], pool: Executor) -> tuple[Models, str]:
    """
    All models from prepared districts, and how well they do on districts that they have not seen, in words.

    What a story is worth among its rivals is learnt beside what models fitted on other districts say of each by itself: beside
    models that know the district it would be trusted too far (stacking with folds, Wolpert 1992).
    """
    shipped: Models = {n: getattr(odds, n) for n in MODELS}
    lessons = _teach_all(paths, [shipped] * len(paths), pool)
    folds = [_fold_of(path) for path in paths]
    everybody = [le for some in lessons for le in some]
    alone = [
        fit_alone([le for some, f in zip(lessons, folds, strict=True) if f != k for le in some])
        for k in range(FOLDS)
    ]
    models = shipped
    for _ in range(ROUNDS):
        seen = [{**models, "OUTLINED": alone[f]} for f in folds]
        lessons = _teach_all(paths, seen, pool)
        models = fit_rest([le for some in lessons for le in some])
    return {"OUTLINED": fit_alone(everybody), **models}, _skill(lessons, folds)


def _skill(lessons: Sequence[Sequence[Lesson]], folds: Sequence[int]) -> str:
    """Skill on folds of districts that were left out of the fit, in words."""
    said, real, kinds, stages = [], [], [], []
    for k in range(FOLDS):
        models = fit_rest([le for some, f in zip(lessons, folds, strict=True) if f != k for le in some])
        for le in (le for some, f in zip(lessons, folds, strict=True) if f == k for le in some if le.settled):
            terms = {**le.terms, **le.among}
            score = (
                models["AMONG"].score(terms)
                if le.outlined
                else sum(w * terms[n] for n, w in models["GROUND"].items())
            )
            said.append(1 / (1 + math.exp(-max(min(score, 12.0), -12.0))))
            real.append(float(le.real))
            if le.kind:
                sums = {a: sum(w * terms[n] for n, w in ws.items()) for a, ws in models["KINDS"].items()}
                kinds.append(max(sums, key=lambda a: sums[a]) == le.kind)
            if le.stage:
                scores = {a: trees.score(terms) for a, trees in models["STAGES"].items()}
                stages.append(max(scores, key=lambda a: scores[a]) == le.stage)
    p, y = np.array(said), np.array(real)
    keep = p >= 0.05
    p, y = p[keep], y[keep]
    skill = 1 - np.square(p - y).mean() / (y.mean() * (1 - y.mean()))
    share = f"{len(p)} candidates, {y.mean():.2f} real, Brier skill {skill:.3f}"
    return f"{share}; kinds {np.mean(kinds):.3f}, stages {np.mean(stages):.3f}"


def write(models: Models) -> None:
    """Write the weights beside the engine."""
    told: dict[str, object] = {}
    for name, model in models.items():
        told[name] = _plain(model)
    lines = [f"{json.dumps(name)}: {_by_trees(model)}" for name, model in sorted(told.items())]
    HOME.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _plain(model: Any) -> object:
    if isinstance(model, Trees):
        return {"names": model.names, "start": model.start, "trees": model.trees}
    return round(model, 3) if isinstance(model, float) else {k: _plain(v) for k, v in model.items()}


def _by_trees(model: object) -> str:
    """JSON with a line for each tree, so that what a new fit moved can be seen."""
    said = json.dumps(model, separators=(",", ":"))
    return said.replace("]],[[", "]],\n[[").replace('"trees":', '"trees":\n')


def _fold_of(path: Path) -> int:
    return int(path.stem.split("-")[1]) % FOLDS


def _teach_all(paths: Sequence[Path], models: Sequence[Models], pool: Executor) -> list[list[Lesson]]:
    return list(pool.map(_teach, zip(paths, models, strict=True)))


def _teach(job: tuple[Path, Models]) -> list[Lesson]:
    path, models = job
    use(models)
    return teach(pickle.loads(path.read_bytes()))  # noqa: S301 our own file


def _prepare(job: tuple[int, int, str]) -> Path:
    seed, looks, folder = job
    home = Path(folder) / f"{looks}-{seed}.pkl"
    if not home.exists():
        home.write_bytes(pickle.dumps(prepare(seed, looks), protocol=5))
    return home


def main(arguments: Sequence[str]) -> None:
    """Fit on all tuning districts; `--folder F` keeps what was prepared, `--looks 12,60` leaves the others out."""
    folder = arguments[arguments.index("--folder") + 1] if "--folder" in arguments else tempfile.mkdtemp()
    named = arguments[arguments.index("--looks") + 1].split(",") if "--looks" in arguments else TUNING
    jobs = [(seed, int(n), folder) for n in named for seed in TUNING[int(n)]]
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        models, skill = fit_folds(list(pool.map(_prepare, jobs)), pool)
    print(skill)
    write(models)
    print(f"written: {HOME.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
