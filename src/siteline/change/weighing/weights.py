"""Weights of the models of `siteline.change.weighing.odds`, read from the file that `python -m bench.fitting` writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from siteline.change.weighing.trees import Trees

_READ = json.loads(files("siteline.change.weighing").joinpath("weights.json").read_text(encoding="utf-8"))


def _trees(told: Mapping[str, Any]) -> Trees:
    grown = (
        tuple((int(t), float(limit), int(b), int(a)) for t, limit, b, a in tree) for tree in told["trees"]
    )
    return Trees(tuple(told["names"]), told["start"], tuple(grown))


OUTLINED = _trees(_READ["OUTLINED"])
"""That a change at an outlined place is real, seen by itself."""

AMONG = _trees(_READ["AMONG"])
"""That a change at an outlined place is real, seen among its rivals."""

GROUND: dict[str, float] = _READ["GROUND"]
"""That another change is real."""

KINDS: dict[str, dict[str, float]] = _READ["KINDS"]
"""Of what kind it is."""

STAGES = {stage: _trees(told) for stage, told in _READ["STAGES"].items()}
"""How far a construction has come."""
