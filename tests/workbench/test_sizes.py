"""Sizes on file are called by their whole names, held against others only, and signed where they are judgements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from siteline.model.errors import BadInput, BadSetting, NotMeasured
from siteline.model.imagery import Grid
from siteline.model.measurement import FiledSize
from siteline.model.survey import Survey
from siteline.workbench.bench import say_nothing
from siteline.workbench.case import Case, make_case
from siteline.workbench.filing import file_size, hashed, list_filed
from siteline.workbench.settings import Settings
from siteline.workbench.sizes import capacity_of, distance_of, measured, ratio_of, size_of
from tests.factory import CRS, make_area, make_event, make_look, make_scene, make_site

GRID = Grid(CRS, (3.0, 0.0, 277_000.0, 0.0, -3.0, 2_000.0), (700, 700), 3.0)


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """A site that was surveyed, with a hall (A-1) and two events of sizes on file; no sun is known."""
    made = make_case(tmp_path / "case")
    made.register.record(make_site("s"), None)
    made.scenes.record("s", [make_scene("S1"), make_scene("S2", "2024-04-19")])
    survey = Survey("one", "s", "balanced", None, GRID, (make_look(),), None, (), {}, {})
    made.surveys.record(survey)
    found = [(make_event(), True), (make_event(outline=make_event().outline.buffer(200)), True)]
    for number, (event_id, version) in enumerate(made.events.detected.record("s", "one", found)):
        made.measurements.record("s", event_id, version, (make_area(1800 + 900 * number),))
    made.measurements.record("s", "A-1", None, (make_area(3600),))
    yield made
    made.close()


def first_of(case: Case) -> str:
    """The id of the smaller event."""
    sizes = {e.id: case.measurements.of("s", e.id)["area"] for e in case.events.all("s")}
    return min(sizes, key=lambda name: sizes[name].quantity.value)  # type: ignore[union-attr]


def test_an_abbreviated_id_is_written_out_and_a_label_goes_before_it(case: Case) -> None:
    """Typed by its start, an event is called by its whole id in every sentence; once it has a label, by that."""
    event = first_of(case)
    for name in (event, "N-1"):
        if name == "N-1":
            case.events.name(event, name)
        said: list[Any] = [
            size_of(case, "s", "area", event[:5], say_nothing)["said"],
            distance_of(case, "s", event[:5], "A-1", say_nothing)["said"],
            *ratio_of(case, "s", event[:5], "A-1", say_nothing)["supported"],
        ]
        assert all(name in sentence for sentence in said), said
        assert not any(f" {event[:5]} " in sentence or f"{event[:5]}'" in sentence for sentence in said)


def test_a_thing_is_not_held_against_itself(case: Case) -> None:
    """By label and by id, whole or not: the same thing has no ratio and no distance to itself."""
    event = first_of(case)
    case.events.name(event, "N-1")
    for a, b in (("A-1", "A-1"), (event, event), ("N-1", event[:5])):
        for ask in (ratio_of, distance_of):
            with pytest.raises(BadInput, match="held against itself"):
                ask(case, "s", a, b, say_nothing)
    assert list_filed(case, "s") == []


def test_a_height_without_a_sun_says_why(case: Case) -> None:
    """Where no image tells where the sun stood, the missing height is explained by that; else it is just not there."""
    with pytest.raises(NotMeasured, match="has sun angles") as refusal:
        measured(case, "s", "height", first_of(case), say_nothing)
    assert "measure height s" in (refusal.value.hint or "")
    case.scenes.record("s", [make_scene("S2", "2024-04-19", sun_azimuth=150.0, sun_elevation=35.0)])
    with pytest.raises(NotMeasured, match="no height on file"):
        measured(case, "s", "height", first_of(case), say_nothing)


def test_a_capacity_is_somebodys_judgement(case: Case) -> None:
    """Unsigned it is refused; signed by name or by the case it is filed as that person's, with the assumption."""

    def ask(who: str | None) -> dict[str, Any]:
        return capacity_of(case, "s", "A-1", (1, 2), "a photo", None, None, say_nothing, who=who)

    case.settings = Settings.model_validate({"case": {"who": "unknown"}})
    with pytest.raises(BadSetting, match="nobody has signed") as refusal:
        ask(None)
    assert "--analyst" in refusal.value.hint
    ask("J. Doe")
    [filed] = list_filed(case, "s")
    assert (filed["judgement"], filed["analysts"], filed["capacity"]["why"]) == (True, ["J. Doe"], "a photo")
    assert filed["value"] is None
    case.settings = Settings.model_validate({"case": {"who": "R. Roe"}})
    assert ask(None)["who"] == "R. Roe"
    assert len(list_filed(case, "s")) == 2


def test_a_drawing_that_changed_while_it_was_measured_is_not_filed(case: Case, tmp_path: Path) -> None:
    """What is in custody is what was measured, or nothing is filed."""
    file = tmp_path / "hall.geojson"
    file.write_text("{}")
    read = hashed(file)
    filed = FiledSize("s", "area", "the outline drawn", make_area(), None, None, ("It is large.",))
    file.write_text("{ }")
    with pytest.raises(BadInput, match=r"hall.geojson was changed"):
        file_size(case, filed, ((file, read),))
    assert list_filed(case, "s") == []
    assert file_size(case, filed, ((file, hashed(file)),))["id"] == list_filed(case, "s")[0]["id"]


def test_what_was_measured_anew_is_filed_beside_the_old(case: Case) -> None:
    """A ratio keeps the sizes it was taken from; when one of them changes, the new ratio is another one."""
    old = ratio_of(case, "s", first_of(case), "A-1", say_nothing)
    assert ratio_of(case, "s", first_of(case), "A-1", say_nothing) == old
    case.measurements.record("s", "A-1", None, (replace(make_area(3700), method="fitted to 9 looks"),))
    new = ratio_of(case, "s", first_of(case), "A-1", say_nothing)
    assert new["id"] != old["id"]
    first, second = list_filed(case, "s")
    assert [part["size"]["value"] for part in first["rests_on"]] == [1800, 3600]
    assert [part["size"]["value"] for part in second["rests_on"]] == [1800, 3700]
