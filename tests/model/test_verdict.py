"""The noun of a verdict: survives a worker, and never grows without bound."""

from __future__ import annotations

import json
import pickle

from siteline.model.verdict import MOST_FAULTS, Fault, Inspection


def test_an_inspection_survives_a_worker_and_json() -> None:
    part = Inspection("warc", "whole", "All there.")
    found = Inspection(
        "wacz", "unsigned", "Sound.", (Fault("index", "indexes/", "off", False),), {"n": 1}, (part,)
    )
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301
    told = json.loads(json.dumps(found.as_json()))
    assert (told["parts"][0]["verdict"], told["faults"][0]["grave"]) == ("whole", False)


def test_faults_are_listed_up_to_a_limit_grave_ones_first_and_counted() -> None:
    light = tuple(Fault("uri_space", str(n), "x", grave=False) for n in range(5000))
    found = Inspection("warc", "digest_failure", "No.", (*light, Fault("block_digest", "9", "differs")))
    assert len(found.faults) == MOST_FAULTS
    assert found.faults[0].code == "block_digest"
    assert found.facts["faults"] == 5001
