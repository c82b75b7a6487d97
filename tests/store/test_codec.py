"""Nouns go to JSON and come back equal."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.model.imagery import Scene
from siteline.model.placing import Model, PlacedPoint, Placement
from siteline.store.codec import digest, from_json, to_json
from tests.factory import make_area, make_event, make_look, make_scene, make_site


@pytest.mark.parametrize(
    "noun", [make_event(), make_scene(notes={"any": "column"}), make_look(), make_site(), make_area()]
)
def test_a_noun_comes_back_equal(noun: Any) -> None:
    """Every noun that is filed reads back as it was, and is written the same again."""
    text = to_json(noun)
    back = from_json(type(noun), text)
    assert back == noun
    assert to_json(back) == text


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_two_lists_of_parts_share_no_digest(a: list[str], b: list[str]) -> None:
    """Moving a letter from one part to the next changes the digest."""
    assert (digest(*a) == digest(*b)) == (a == b)


def test_a_scene_filed_before_it_could_be_published_or_placed_still_reads() -> None:
    """Rows of earlier versions lack fields; these have their defaults, and a placed mosaic comes back as it was."""
    scene = make_scene()
    old = {k: v for k, v in json.loads(to_json(scene)).items() if k not in ("published", "mosaic", "placed")}
    assert from_json(Scene, json.dumps(old)) == scene
    point = PlacedPoint("gate", 1.5, 2.5, 500_000.0, 4_400_000.0, 0.3, 0.9)
    placed = Placement(
        "a" * 64,
        "p.csv",
        "b" * 64,
        Model.AFFINE,
        "EPSG:32631",
        (1, 0, 0, 0, 1, 0, 0, 0, 1),
        False,
        (point,),
        0.3,
        0.9,
    )
    full = make_scene(published=date(2024, 5, 2), mosaic=(date(2024, 1, 1), date(2024, 3, 15)), placed=placed)
    assert from_json(Scene, to_json(full)) == full
