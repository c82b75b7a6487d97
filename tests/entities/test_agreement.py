"""The second property that a person or a weak name needs: what agrees with it, and whose it is."""

from __future__ import annotations

from datetime import date

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


def test_a_name_that_held_on_other_days_decides_nothing(entities: Entities, index: NameIndex) -> None:
    """Asked of a day: its first and last day count, a name without days always holds, and the reason is said."""
    works = thing(entities, "Old Works")
    named(entities, works, "Sangum Plant", valid_from="2015-01-01", valid_to="2020-12-31")
    for day, is_auto in (
        (date(2014, 12, 31), False),
        (date(2015, 1, 1), True),
        (date(2020, 12, 31), True),
        (date(2021, 1, 1), False),
        (None, True),
    ):
        [match] = resolve(entities, index, "Sangum Plant", on=day).matches
        assert match.is_auto is is_auto, day
        assert (f"not its name on {day}: a person decides" in match.reasons) is not is_auto
        assert (match.score <= 0.5) is not is_auto
    assert resolve(entities, index, "Old Works", on=date(2014, 1, 1)).matches[0].is_auto


def test_of_two_things_that_bore_a_name_in_turn_the_day_tells_which(
    entities: Entities, index: NameIndex
) -> None:
    first, second = thing(entities, "Plant 125"), thing(entities, "Ryongsong")
    named(entities, first, "Chollima Works", valid_to="2010-12-31")
    named(entities, second, "Chollima Works", valid_from="2011-01-01")
    assert not any(match.is_auto for match in resolve(entities, index, "Chollima Works").matches)
    for day, meant in ((date(2005, 1, 1), first), (date(2015, 1, 1), second)):
        best, other = resolve(entities, index, "Chollima Works", on=day).matches
        assert (best.id, best.is_auto, other.is_auto) == (meant, True, False)
