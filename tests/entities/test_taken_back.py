"""What was withdrawn by mistake can be said again."""

from __future__ import annotations

from pathlib import Path

from siteline.workbench.entities.adding import add_entity, add_name, relate, set_properties, withdraw
from tests.workbench.claims.cases import made_case


def test_what_was_taken_back_can_be_said_again(tmp_path: Path) -> None:
    """A name, a property and an edge, each withdrawn and said anew, are there once more; as often as that happens."""
    case = made_case(tmp_path / "case")
    works, _ = add_entity(case, "facility", "The Works")
    other, _ = add_entity(case, "facility", "The Other")
    for _ in range(2):
        add_name(case, works, "Second Name")
        assert set_properties(case, works, ["country=kp"], "") == 1
        edge = relate(case, works, "not_same_as", other, source="a map")
        [name] = [n for n in case.entities.names([works]) if n.text == "Second Name"]
        [said] = case.entities.statements([works])
        assert [e.id for e in case.entities.edges([works])] == [edge]
        for row in (name.id, said.id, edge):
            withdraw(case, row, "misread")
    assert not case.entities.edges([works])
    assert [n.text for n in case.entities.names([works])] == ["The Works"]
    case.close()
