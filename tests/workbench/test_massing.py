"""Which buildings stand in a massing, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from shapely.affinity import translate
from shapely.geometry import box

from siteline.model.change import Kind, Stage, Status
from siteline.model.errors import BadInput, BadSetting, NotFound
from siteline.model.imagery import Grid
from siteline.model.measurement import BudgetLine, Measurement
from siteline.model.place import Footprint, Frame
from siteline.model.quantity import Quantity
from siteline.model.survey import Survey
from siteline.workbench.case import Case, make_case
from siteline.workbench.massing import export_massing
from tests.factory import CRS, make_area, make_event, make_look, make_scene, make_site

GRID = Grid(CRS, (3.0, 0.0, 277_000.0, 0.0, -3.0, 2_000.0), (700, 700), 3.0)
RING = tuple(box(278_000, 500, 278_060, 530).exterior.coords[:-1])


def make_height(value: float | None, refused: str | None = None) -> Measurement:
    """A height, or why there is none."""
    quantity = Quantity(value, 1.0, "m") if value is not None else None
    return Measurement("height", quantity, (BudgetLine("roof form", 1.0, False),), "shadow", ("S2",), refused)


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """A surveyed site: hall A-1 (fitted, two slopes), a new hall, a foundation, cleared ground, a demolition."""
    made = make_case(tmp_path / "case")
    made.register.record(make_site("s"), None)
    made.scenes.record("s", [make_scene("S1"), make_scene("S2", "2024-04-19")])
    made.surveys.record(Survey("one", "s", "balanced", None, GRID, (make_look(),), None, (), {}, {}))
    here = translate(make_event().outline, 278_500, 700)
    found = [
        (make_event(outline=here), True),
        (make_event(outline=translate(here, 100), stage=Stage.FOUNDATION), True),
        (make_event(outline=translate(here, 200), kind=Kind.CLEARING, stage=None), True),
        (make_event(outline=translate(here, 300), kind=Kind.DEMOLITION, stage=None), True),
    ]
    ids = [event_id for event_id, _ in made.events.detected.record("s", "one", found)]
    made.measurements.record("s", ids[0], 1, (make_area(1800), make_height(7.0)))
    footprint = Footprint(RING, CRS, 0.5, "S2", True, "two slopes")
    area = Measurement("area", Quantity(1800.0, 50.0, "m²"), (), "fit", ("S2",), footprint=footprint)
    made.measurements.record("s", "A-1", None, (area, make_height(9.0)))
    yield made
    made.close()


def drawn(case: Case, *names: str, every: bool = False) -> dict[str, dict[str, object]]:
    """What stands in the KML, by what it is."""
    told = export_massing(case, "s", names, "kml", None, every=every).told
    return {str(block["what"]): block for block in told["blocks"]}


def test_all_that_stands_is_drawn_and_nothing_else(case: Case) -> None:
    """Known and new buildings stand there; cleared ground and what was torn down do not; a foundation lies flat."""
    blocks = drawn(case)
    assert set(blocks) == {"building", "new building, walls or frame", "new building, foundation"}
    assert blocks["building"]["height_m"]["value"] == 9.0  # type: ignore[index]
    assert "assumed, not measured" in str(blocks["building"]["roof"])
    assert blocks["new building, foundation"]["height_m"] is None
    assert "foundation" in str(blocks["new building, foundation"]["height_unknown"])
    assert blocks["new building, walls or frame"]["status"] == "proposed"


def test_a_flat_outline_is_remarked_upon(case: Case) -> None:
    """Whoever exports is told which heights are unknown, and why."""
    remarks = export_massing(case, "s", (), "kmz", None).remarks
    assert [str(r) for r in remarks if "height is unknown: a foundation" in r.text]


def test_what_was_rejected_is_left_out_as_in_an_export_of_events(case: Case) -> None:
    """A rejected event is no block, unless every candidate is asked for or it is named."""
    event = next(e for e in case.events.all("s") if e.current.event.stage is Stage.STRUCTURE)
    case.events.judge(event.id, Status.REJECTED, "a shadow")
    assert "new building, walls or frame" not in drawn(case)
    assert "new building, walls or frame" in drawn(case, every=True)
    assert drawn(case, event.id)["new building, walls or frame"]["status"] == "rejected"


def test_one_building_is_drawn_once(case: Case) -> None:
    """A new roof on A-1 is the same building: it is no second block in the first one's place."""
    over = make_event(outline=box(278_000, 500, 278_060, 530), kind=Kind.ROOF_CHANGE, stage=None)
    case.events.detected.record("s", "two", [(over, True)])
    drawing = export_massing(case, "s", (), "kml", None)
    assert not any("roof replaced" in b["what"] for b in drawing.told["blocks"])
    assert any("drawn once, as A-1" in r.text for r in drawing.remarks)


def test_named_ones_only(case: Case) -> None:
    """Names choose; a name that is none is refused with those that are."""
    assert set(drawn(case, "A-1")) == {"building"}
    with pytest.raises(NotFound, match="no event and no building"):
        drawn(case, "A-9")


def test_pixels_have_no_place_on_earth(case: Case) -> None:
    """Frames without georeference are refused with one error and the remedy, and nothing is written."""
    case.register.record(make_site("frames", frame=Frame.IMAGE), None)
    with pytest.raises(BadInput, match="place on Earth") as refusal:
        export_massing(case, "frames", (), "glb", None)
    assert "--control-points" in (refusal.value.hint or "")
    assert not list(case.out.glob("*massing*"))


def test_formats_that_are_none_are_refused(case: Case) -> None:
    """The refusal lists those that there are."""
    with pytest.raises(BadSetting, match="no massing format") as refusal:
        export_massing(case, "s", (), "obj", None)
    assert "glb" in (refusal.value.hint or "")
