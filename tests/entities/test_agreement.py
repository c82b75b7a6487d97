"""The second property that a person or a weak name needs: what agrees with it, and whose it is."""

from __future__ import annotations

import pytest

from siteline.entities.index import NameIndex
from siteline.entities.register import Entities
from siteline.entities.resolve import resolve
from siteline.model.entity import EntityType
from tests.entities.making import named, stated, thing


@pytest.mark.parametrize(
    ("prop", "value", "asked", "is_auto"),
    [
        ("birthDate", "1962-03-01", "1962", True),
        ("birthDate", "1962", "1962-03", True),
        ("passportNumber", "12345678", "1234", False),
        ("passportNumber", "12345678", "12345678", True),
    ],
)
def test_only_dates_agree_by_their_beginning(
    entities: Entities, index: NameIndex, prop: str, value: str, asked: str, is_auto: bool
) -> None:
    """A passport that begins with the same digits is another passport; a year holds its days."""
    person = thing(entities, "Ivan Testov", EntityType.PERSON)
    stated(entities, person, prop, value)
    [match] = resolve(entities, index, "Ivan Testov", also={prop: asked}).matches
    assert match.is_auto is is_auto


def test_what_is_said_of_one_half_of_a_merged_thing_holds_for_the_whole(
    entities: Entities, index: NameIndex
) -> None:
    """A name from one list and a birthday from another agree once a person judged the two to be one, and not before."""
    one = thing(entities, "Ivan Testov", EntityType.PERSON)
    other = thing(entities, "Quite Another", EntityType.PERSON)
    stated(entities, other, "birthDate", "1962-03-01")
    asked = {"birthDate": "1962-03-01"}
    assert not resolve(entities, index, "Ivan Testov", also=asked).matches[0].is_auto
    entities.merge(one, other, "the same passport")
    assert resolve(entities, index, "Ivan Testov", also=asked).matches[0].is_auto
    assert not resolve(entities, index, "Ivan Testov", also={"birthDate": "1970"}).matches[0].is_auto


def test_since_when_a_name_holds_is_said(entities: Entities, index: NameIndex) -> None:
    works = thing(entities, "Old Works")
    named(entities, works, "New Works", valid_from="2015-01-01")
    [match] = resolve(entities, index, "New Works").matches[:1]
    assert "the name from 2015-01-01" in match.reasons
