"""Sites, scenes, surveys and sizes on record: the newest row speaks, the older ones stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from siteline.model.errors import BadInput, NotFound
from siteline.model.imagery import Grid
from siteline.model.quantity import Quantity
from siteline.model.survey import Survey
from siteline.sites.measurements import Measurements
from siteline.sites.register import Register
from siteline.sites.scenes import Scenes
from siteline.sites.surveys import Surveys
from siteline.store.db import Database
from tests.factory import make_area, make_look, make_scene, make_site


@pytest.fixture
def db(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path / 'case.db'}", "A. Analyst")
    made.upgrade()
    return made


def test_a_site_comes_back_as_it_was_drawn(db: Database) -> None:
    """A site is read back equal; adding it again just so adds no row."""
    register = Register(db)
    assert register.record(make_site(), None)
    assert not register.record(make_site(), None)
    assert register.get("invented") == make_site()


def test_a_newer_form_of_a_site_speaks_and_the_older_can_be_asked_for(db: Database) -> None:
    """Adding a changed site replaces nothing: as of an earlier moment it is what it was."""
    register = Register(db)
    register.record(make_site(name="old"), None)
    between = datetime.now(UTC)
    register.record(make_site(name="new"), None)
    assert register.get("invented").name == "new"
    assert register.get("invented", as_of=between).name == "old"


def test_a_misspelt_site_is_refused_with_the_near_one(db: Database) -> None:
    """An unknown id is answered with the id that was probably meant."""
    register = Register(db)
    register.record(make_site(), None)
    with pytest.raises(NotFound, match="inventd") as refusal:
        register.get("inventd")
    assert "invented" in refusal.value.hint


def test_the_same_pixels_are_one_scene(db: Database) -> None:
    """A scene added twice, or the same file under another name, is on record once."""
    scenes = Scenes(db)
    first = make_scene("S1")
    assert scenes.record("s", [first]) == [first]
    assert scenes.record("s", [first, replace(first, id="again")]) == []
    assert [s.id for s in scenes.all("s")] == ["S1"]


def test_one_image_is_not_of_two_days(db: Database) -> None:
    """The same bytes under a second id and another date are filed as unusable, with the reason; no look is added."""
    scenes = Scenes(db)
    scenes.record("s", [make_scene("A", "2024-04-03", sha256="1" * 64)])
    [copy] = scenes.record("s", [make_scene("B", "2024-05-03", sha256="1" * 64)])
    assert copy.fault == "same pixels as A, which is of 2024-04-03"
    assert scenes.record("s", [make_scene("B", "2024-05-03", sha256="1" * 64)]) == []
    [corrected] = scenes.record("s", [make_scene("A", "2024-05-03", sha256="1" * 64)])
    assert (corrected.id, corrected.fault) == ("A", None)


def test_an_id_taken_by_other_pixels_is_refused_and_nothing_is_added(db: Database) -> None:
    """A clash of ids refuses the whole addition."""
    scenes = Scenes(db)
    scenes.record("s", [make_scene("S1")])
    with pytest.raises(BadInput, match="taken"):
        scenes.record("s", [make_scene("S0"), make_scene("S1", sha256="f" * 64)])
    assert [s.id for s in scenes.all("s")] == ["S1"]


def test_a_repaired_scene_takes_the_place_of_a_faulty_one(db: Database) -> None:
    """A scene whose file was broken can be added again from a whole file, under its id."""
    scenes = Scenes(db)
    scenes.record("s", [make_scene("S1", fault="truncated", sha256="0" * 64)])
    scenes.record("s", [make_scene("S1")])
    assert scenes.get("s", "S1").fault is None


def test_scenes_are_listed_in_order_of_time(db: Database) -> None:
    """Whatever the order of the manifest, scenes are listed by acquisition."""
    scenes = Scenes(db)
    scenes.record(
        "s", [make_scene("b", "2024-03"), make_scene("a", "2024-05-01"), make_scene("c", "2023-01-01")]
    )
    assert [s.id for s in scenes.all("s")] == ["c", "b", "a"]


def test_sizes_belong_to_the_version_that_was_measured(db: Database) -> None:
    """A later version's area does not speak for the earlier version."""
    sizes = Measurements(db)
    sizes.record("s", "event", 1, [make_area(1800)])
    sizes.record("s", "event", 2, [make_area(2400)])
    sizes.record("s", "event", 2, [make_area(2400)])
    first, latest = sizes.of("s", "event", 1)["area"].quantity, sizes.of("s", "event")["area"].quantity
    assert (first, latest) == (Quantity(1800, 60, "m²"), Quantity(2400, 60, "m²"))


def test_the_newest_survey_is_the_last_one_made(db: Database) -> None:
    """Going back to an earlier preset makes its survey the newest again."""
    surveys = Surveys(db)
    grid = Grid(None, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (5, 5), None)
    made = [
        Survey(name, "s", name, None, grid, (make_look(),), None, (), {"align": "r"}, {"align": 0.5})
        for name in ("wide", "strict")
    ]
    for survey in (*made, made[0]):
        surveys.record(survey)
    assert surveys.newest("s") == made[0]
    assert surveys.newest("elsewhere") is None
