"""Two rows of two documents that are one part, as a desk says so; and makers and weapons named by their entities."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from siteline.entities.rows import name_row
from siteline.entities.spelling.scripts import script_of
from siteline.model.entity import EntityType, NameKind, Strength
from siteline.model.errors import BadInput, BadSetting, NotFound
from siteline.store import tables
from siteline.workbench.case import Case
from siteline.workbench.ledger import asking, reports, sources
from siteline.workbench.ledger.components import counting, judging, listing, stored
from siteline.workbench.ledger.components.importing import import_table
from siteline.workbench.ledger.importing import import_file
from tests.ledger.components.invented import row, table
from tests.ledger.incidents import making
from tests.workbench.claims.cases import made_case

ONE = row(item="", marking="AB-1", manufacturer="Acme Electronics")
OTHER = row(item="", marking="AB-1", manufacturer="Acme Electronics Inc", source="Newspaper B", list="b")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = made_case(tmp_path / "case")
    take(made, tmp_path, ONE, row(item="", marking="CD-2", manufacturer="Bolt"))
    take(made, tmp_path, OTHER)
    return made


def take(case: Case, folder: Path, *rows: dict[str, str]) -> None:
    (folder / "parts.csv").write_bytes(table(*rows))
    import_table(case, folder / "parts.csv", "csv")


def pair(case: Case) -> list[str]:
    [found] = judging.propose(case)["candidates"]
    return [found["a"]["id"], found["b"]["id"]]


def examined(case: Case, as_of: datetime | None = None) -> dict[str, int]:
    found: dict[str, int] = counting.count_parts(case, counting.ask(by="label"), as_of)["examined"]
    return found


def entity(case: Case, *names: str, never: str = "") -> str:
    made = case.entities.add(EntityType.ORGANISATION, "desk")
    rows = [
        name_row(
            made,
            text,
            script_of(text),
            kind=NameKind.OFFICIAL,
            strength=Strength.NEVER_AUTO if text == never else Strength.STRONG,
        )
        for text in (*names, *([never] if never else []))
    ]
    case.entities.file(tables.entity_name, rows)
    return made


def test_pairs_are_proposed_with_reasons_and_put_together_by_a_person_alone(case: Case) -> None:
    told = judging.propose(case)
    assert [one["reasons"] for one in told["candidates"]] == [["same marking", "same kind and maker"]]
    assert examined(case) == {"lower": 2, "upper": 3}
    judging.judge(case, "same", pair(case), "one photograph shows both numbers")
    assert examined(case) == {"lower": 2, "upper": 2}
    assert judging.propose(case)["candidates"] == []


def test_yesterday_knows_no_word_of_today_and_a_kept_number_becomes_stale(case: Case) -> None:
    query = counting.count_parts(case, counting.ask(by="label"))["query"]
    then, ids = datetime.now(UTC), pair(case)
    judging.judge(case, "same", ids, "one photograph")
    assert examined(case, then) == {"lower": 2, "upper": 3}
    assert stored.show_query(case, query)["stale"]
    judging.judge(case, "not_same", ids, "no: two")
    assert examined(case) == {"lower": 2, "upper": 3}


def test_a_word_holds_in_a_new_table_that_says_the_same_and_asks_again_where_it_changed(
    case: Case, tmp_path: Path
) -> None:
    tagged = {**OTHER, "item": "7"}
    take(case, tmp_path, tagged)
    mine = [one["id"] for one in listing.list_parts(case, internal=True) if one["item"] == "7"]
    theirs = [
        one["id"]
        for one in listing.list_parts(case, internal=True)
        if one["marking"] == "AB-1" and one["source"] != "Newspaper B"
    ]
    judging.judge(case, "same", [*mine, *theirs], "one photograph")
    take(case, tmp_path, row(wreck="W9", item="1"), tagged)
    assert judging.propose(case)["look_again"] == []
    take(case, tmp_path, {**tagged, "condition": "burnt"})
    [again] = judging.propose(case)["look_again"]
    now = [one["id"] for one in listing.list_parts(case, internal=True) if one["item"] == "7"]
    assert again["changed"] == [{"id": mine[0], "now": now[0]}]


def test_what_cannot_be_one_part_is_refused(case: Case, tmp_path: Path) -> None:
    take(case, tmp_path, row(wreck="W2", item="", marking="AB-1", source="Newspaper B"))
    by = {
        (one["wreck"], one["marking"], one["source"]): one["id"]
        for one in listing.list_parts(case, internal=True)
    }
    first, second = by["W1", "AB-1", "Institute A"], by["W1", "CD-2", "Institute A"]
    with pytest.raises(BadInput, match="2 wrecks"):
        judging.judge(case, "same", [first, by["W2", "AB-1", "Newspaper B"]], "alike")
    with pytest.raises(BadInput, match="lists both"):
        judging.judge(case, "same", [first, second], "alike")
    with pytest.raises(BadInput, match="two or more"):
        judging.judge(case, "same", [first, first], "alike")
    with pytest.raises(BadSetting, match="reason"):
        judging.judge(case, "same", pair(case), " ")
    with pytest.raises(NotFound):
        judging.judge(case, "same", [first, "ffffffffffff"], "alike")


def test_a_maker_named_by_its_entity_has_the_parts_of_all_its_names(case: Case) -> None:
    acme = entity(case, "Acme Electronics", "ACME ELECTRONICS INC.", never="Bolt")
    found = counting.share_parts(case, counting.ask(by="manufacturer"), acme, "examined", internal=True)
    assert found["numerator"] == {"lower": 1, "upper": 2}
    assert {one["marking"] for one in listing.list_parts(case, internal=True, maker=acme)} == {"AB-1"}
    assert [one["stale"] for one in stored.list_queries(case)] == [False]
    judging.judge(case, "same", pair(case), "one photograph")
    found = counting.share_parts(case, counting.ask(by="manufacturer"), acme, "examined", internal=True)
    assert found["numerator"] == {"lower": 1, "upper": 1}
    with pytest.raises(NotFound, match="no part is by any of"):
        counting.share_parts(case, counting.ask(by="manufacturer"), entity(case, "Nobody"), "examined")


def test_a_maker_that_may_not_be_named_is_not_named_by_way_of_its_entity(case: Case) -> None:
    acme = entity(case, "Acme Electronics", "Acme Electronics Inc")
    told = counting.share_parts(case, counting.ask(by="manufacturer"), acme, "examined")
    assert "acme" not in str(told).casefold()


def test_a_weapon_named_by_its_entity_is_counted_under_all_its_names(case: Case, tmp_path: Path) -> None:
    rows = [making.night("2024-01-02", "KN-23", 2), making.night("2024-01-03", "Kh-101", 9)]
    (tmp_path / "tally.csv").write_bytes(making.table(rows))
    import_file(case, tmp_path / "tally.csv", "ua-airforce", "first")
    kn = entity(case, "Hwasong-11A", "KN-23", "화성-11가", never="Kh-101")
    source, words = sources.pick_edition(case, ""), sources.words_of(case, None)
    asked = asking.ask_count(case, source, words, kn, None, None, "missile")
    assert asking.count(case, source, words, asked)["upper"] == 2
    assert [one["class"] for one in reports.list_reports(case, source, words, kn, None, None)] == ["KN-23"]
    assert counting.count_parts(case, counting.ask(by="label", weapon=kn))["examined"]["upper"] == 3
    with pytest.raises(BadSetting, match="no name of entity"):
        asking.count(case, source, words, {**asked, "weapon": entity(case, "Something Else")})
