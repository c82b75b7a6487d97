"""Nouns go to JSON and come back equal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
