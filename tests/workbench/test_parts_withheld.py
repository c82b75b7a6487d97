"""Makers that have not had their say: named in no answer, error, old query or list of what was stored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from siteline.model.errors import SitelineError
from siteline.workbench.case import Case
from siteline.workbench.ledger.components import counting, listing, stored
from siteline.workbench.ledger.components.importing import import_table
from siteline.workbench.ledger.queries import all_queries
from tests.ledger.components.invented import row, table
from tests.workbench.claims.cases import made_case

NAME = "Northwind Devices"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = made_case(tmp_path / "case")
    rows = [row(manufacturer=NAME), row(item="2", manufacturer="Acme"), row(wreck="W2", manufacturer=NAME)]
    (tmp_path / "parts.csv").write_bytes(table(*rows))
    import_table(made, tmp_path / "parts.csv", "csv")
    return made


def test_an_error_about_a_share_lists_no_names(case: Case) -> None:
    with pytest.raises(SitelineError) as refused:
        counting.share_parts(case, counting.ask(by="manufacturer"), "Nobody", "examined")
    assert NAME not in f"{refused.value} {refused.value.hint}"


def test_a_query_whose_parts_were_withdrawn_gives_no_name_away_and_hides_no_other_query(case: Case) -> None:
    """The wreck is gone, its maker is in no count: what was answered of it stays, without the name."""
    asked = counting.ask(by="manufacturer", wreck="W2")
    counting.count_parts(case, asked)
    counting.share_parts(case, asked, NAME, "examined")
    counting.count_parts(case, counting.ask(by="label"))
    for part in listing.list_parts(case, internal=True):
        if part["manufacturer"] == NAME:
            listing.withdraw(case, part["id"], "of another wreck")
    told = stored.list_queries(case)
    assert [one["stale"] for one in told] == [True, True, True]
    said = json.dumps([told, all_queries(case)]).casefold()
    assert "northwind" not in said
    assert "northwind" in json.dumps(stored.list_queries(case, internal=True))
    assert told[2]["answer_now"]["examined"] == {"lower": 1, "upper": 1}


def test_a_query_is_run_again_by_the_start_of_its_id(case: Case) -> None:
    made = counting.count_parts(case, counting.ask(by="label"))["query"]
    listing.withdraw(case, listing.list_parts(case)[0]["id"], "counted twice")
    assert stored.show_query(case, made[:12])["stale"]
    assert not stored.run_again(case, made.removeprefix("parts-"))["stale"]
    with pytest.raises(SitelineError, match="no query"):
        stored.show_query(case, "parts-")
