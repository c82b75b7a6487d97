"""The shapes of lists of claims, as their schemas say them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from siteline.model.claim import Stance
from siteline.workbench.claims.question import trace_drift
from siteline.workbench.claims.telling import tell_list
from siteline.workbench.claims.words_said import list_relations
from tests.claims.factory import make_statement
from tests.conftest import ROOT
from tests.workbench.claims.cases import made_case


def test_lists_drift_and_relations_are_as_their_schemas_say(tmp_path: Path) -> None:
    """Open ends, words for values, denials of nothing on record; and a schema refuses what is none of it."""
    case = made_case(tmp_path / "case")
    case.statements.add(
        [
            make_statement("A", low=12.0, lineage="L", said="2024-01-01"),
            make_statement("B", low=3.0, high=3.0, lineage="L", said="2024-01-02", speaker="Paper"),
            make_statement("C", "parent", value_text="Complex X", value_type="entity"),
            make_statement("D", "fired", stance=Stance.DENIES, speaker=""),
        ]
    )
    for name, told in (
        ("claims-drift-1", trace_drift(case)),
        ("claims-relations-1", list_relations(case)),
        ("claims-list-1", tell_list(case)),
    ):
        schema = json.loads((ROOT / f"docs/reference/schemas/{name}.schema.json").read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        assert told
        jsonschema.validate(told, schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate([{**told[0], "kind": 1, "verdict": "true", "stance": "?"}], schema)
