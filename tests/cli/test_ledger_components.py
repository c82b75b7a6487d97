"""The ledger of parts on the command line, as a researcher uses it."""

from __future__ import annotations

import csv
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import siteline
from tests.ledger.components.invented import PAPER, row, table

ACME, LIMBACH = "Acme Semiconductor, Inc.", "Xiamen Limbach Aircraft Engine Co., Ltd."
ROWS = (
    row(
        manufacturer=ACME,
        date_code="2318",
        date_scheme="yyww",
        marking="AB-12",
        place="Northtown",
        lat="50",
        lon="36.2",
    ),
    row(manufacturer=ACME, source=PAPER, list="", marking="AB12", place="Northtown", lat="50", lon="36.2"),
    row(
        item="2",
        manufacturer=LIMBACH,
        seat_country="CN",
        made_in="CN",
        date_code="2209",
        date_scheme="yyww",
        notes=f"{ACME} says no",
    ),
    row(item="3", manufacturer="", seat_country="", made_in="", label=""),
    row(item="4", manufacturer="Own Works", seat_country="KP", made_in="KP"),
    row(item="5", manufacturer="Bolt", seat_country="DE", flags="counterfeit"),
    row(wreck="W2", manufacturer="Комета", seat_country="RU", made_in="", recovered="2025-02-03"),
)


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    siteline("init", folder, cwd=tmp_path)
    (folder / "parts.csv").write_bytes(table(*ROWS))
    return folder


def parts(case: Path, *words: str | Path) -> Any:
    """What a command of this ledger answers, as JSON."""
    said = siteline("ledger", "components", *words, "--json", cwd=case)
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_parts_from_import_to_publication(case: Path, shared: Path) -> None:
    """Taken in once, counted with both denominators, matched with dates, named only after a reply."""
    taken = parts(case, "import", "parts.csv")
    assert (taken["rows"], taken["new"]) == (7, 7)
    assert parts(case, "import", "parts.csv")["new"] == 0

    counted = parts(case, "count", "--by", "seat")
    assert {b["value"]: b["upper"] for b in counted["bins"]} == {
        "United States": 1, "China": 1, "North Korea": 1, "Russia": 1, "unknown": 1, "Counterfeit": 1,
    }  # fmt: skip
    assert counted["identified"] == {"lower": 4, "upper": 4}
    assert counted["examined"] == {"lower": 6, "upper": 6}
    assert [one["wreck"] for one in counted["stands_on"]] == ["W1", "W1", "W2"]
    foreign = parts(case, "count", "--by", "made-in", "--foreign", "--wreck", "W1")
    assert "North Korea" not in {b["value"] for b in foreign["bins"]}
    assert foreign["own_country"]["lower"] == 1
    shares = parts(case, "share", "--by", "seat", "--value", "US", "--of", "examined", "--wreck", "W1")
    assert shares["said"] == "United States: 20.0 % (1 of 5 examined)"

    edition = shared / "data/records/sanctions_eu/32014R0269.selected_rows.csv"
    refused = siteline(
        "ledger", "components", "regimes", "import", edition, "--format", "eu-journal", cwd=case
    )
    assert "--edition-date" in refused.err
    loaded = parts(
        case, "regimes", "import", edition, "--format", "eu-journal", "--edition-date", "2026-06-20"
    )
    assert (loaded["entries"], loaded["left_out"]) == (21, {"Person": 11})
    found = {m["maker"]: m for m in parts(case, "regimes", "match", "--internal")["makers"]}
    assert (
        found[ACME]["said"]
        == "not found in the regimes loaded, edition 32014R0269.selected_rows of 2026-06-20"
    )
    [match] = found[LIMBACH]["matches"]
    assert (match["score"], match["verdict"], match["since"]) == (100.0, "proposed", "2024-12-16")
    assert match["legal_act"].startswith("Regulation (EU) No 269/2014")
    [part] = match["parts"]
    assert part["order"] == {
        "production_listing": "before",
        "recovery_listing": "before",
        "production_recovery": "before",
    }
    assert "Bolt" not in found
    siteline(
        "ledger",
        "components",
        "regimes",
        "judge",
        LIMBACH,
        match["listing"],
        "same",
        "--why",
        "same number",
        cwd=case,
    )
    [again] = {m["maker"]: m for m in parts(case, "regimes", "match", "--internal")["makers"]}[LIMBACH][
        "matches"
    ]
    assert again["verdict"] == "same"

    answers = [("regimes", "match"), ("list",), ("count",), ("queries", "list"), ("dates",)]
    public = json.dumps([parts(case, *words) for words in answers], ensure_ascii=False)
    siteline("ledger", "components", "export", cwd=case)
    public += (case / "out/parts.csv").read_text(encoding="utf-8")
    for name in ("Acme", "Limbach", "Комета", "Own Works", "Bolt"):
        assert name.casefold() not in public.casefold(), name
    for word in ("breach", "violat", "illegal"):
        assert word not in public.casefold()

    siteline("ledger", "components", "reply", ACME, "--asked", "2024-05-01", "--channel", "e-mail", cwd=case)
    assert ACME not in siteline("ledger", "components", "count", cwd=case).out
    siteline("ledger", "components", "reply", ACME, "--answer", "We sold none.", cwd=case)
    assert ACME in siteline("ledger", "components", "count", cwd=case).out


def test_what_was_published_of_maker_2_holds_after_the_next_import(case: Path) -> None:
    """A later table renumbers no maker: those whom it brings come after."""
    parts(case, "import", "parts.csv")

    def called() -> dict[str, str]:
        return {one["id"]: one["manufacturer"] for one in parts(case, "list") if one["manufacturer"]}

    first = called()
    (case / "more.csv").write_bytes(
        table(*(row(wreck="W3", item=str(n), manufacturer=f"Aardvark {n}") for n in range(30)))
    )
    assert parts(case, "import", "more.csv")["new"] == 30
    assert {key: name for key, name in called().items() if key in first} == first
    assert set(first.values()) == {f"Maker {n}" for n in range(1, 6)}


def test_the_page_on_parts_works_from_an_empty_case(tmp_path: Path) -> None:
    """Each file of the page is written and each command of its blocks is done, in their order."""
    assert siteline("init", "parts", cwd=tmp_path).code == 0
    page = (Path(__file__).parents[2] / "docs/howto/components.md").read_text(encoding="utf-8")
    blocks = "".join(re.findall(r"^```\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    steps = re.findall(
        r"^cat > (\S+) <<'END'\n(.*?)^END$|^(siteline [^\n]*)$", blocks, re.MULTILINE | re.DOTALL
    )
    for file, text, words in steps:
        if file:
            (tmp_path / "parts" / file).write_text(text, encoding="utf-8")
            continue
        said = siteline(*shlex.split(words, comments=True)[1:], cwd=tmp_path / "parts")
        assert said.code == 0, f"{words}\n{said.err}"
    assert len(steps) > 20


def test_an_internal_export_reads_back_into_another_case(case: Path, tmp_path: Path) -> None:
    """The same parts, the same edition."""
    edition = parts(case, "import", "parts.csv")["edition"]
    siteline("ledger", "components", "export", "--internal", "--out", tmp_path / "all.csv", cwd=case)
    siteline("init", tmp_path / "other", cwd=tmp_path)
    assert parts(tmp_path / "other", "import", tmp_path / "all.csv")["edition"] == edition


def test_bad_lines_refuse_the_file_or_are_written_beside_it(case: Path) -> None:
    """Nothing is half imported; lenient, the good lines come in and the others are kept with their reasons."""
    (case / "bad.csv").write_bytes(
        table(row(), row(item="2", quantity="10-15"), row(item="3", marking="2318"))
    )
    refused = siteline("ledger", "components", "import", "bad.csv", cwd=case)
    assert refused.code == 1
    assert "line 3, column quantity: " in refused.err
    assert "[date-code-as-marking]" in refused.err
    assert parts(case, "list") == []
    taken = parts(case, "import", "bad.csv", "--lenient")
    assert (taken["new"], taken["rejected"]) == (1, 2)
    with (case / "bad.rejects.csv").open(encoding="utf-8") as file:
        rejects = list(csv.DictReader(file))
    assert [(r["line"], r["code"], r["item"]) for r in rejects] == [
        ("3", "number", "2"),
        ("4", "date-code-as-marking", "3"),
    ]


def test_a_word_and_a_kept_number_are_told_in_sentences(case: Path) -> None:
    """On the screen nothing is told as a program would print it."""
    parts(case, "import", "parts.csv")
    query = parts(case, "count", "--by", "seat")["query"]
    rows = {one["item"]: one["id"] for one in parts(case, "list", "--wreck", "W1")}
    ids = (rows["2"], rows["4"])
    siteline("ledger", "components", "withdraw", rows["3"], "--why", "of another wreck", cwd=case)
    words = ("ledger", "components", "duplicates", "split", *ids, "--why", "two boards")
    assert f"{ids[0]} and {ids[1]}: different parts from now on; judgement " in siteline(*words, cwd=case).out
    kept = siteline("ledger", "components", "queries", "show", query, cwd=case).out
    assert "(stale)" in kept
    assert "    Russia: 1\n" in kept
    assert "4 identified of " in kept
    assert "now, edition" in kept
    assert "{" not in kept
    assert "[" not in kept
    shown = siteline("ledger", "components", "show", ids[0], cwd=case).out
    assert "may be named no" in shown
    assert "=None" not in shown


def test_what_was_known_then_is_answered_as_it_was(case: Path) -> None:
    """A withdrawal and a new list change the answer from then on; the kept question is stale, and says so."""
    parts(case, "import", "parts.csv")
    before = parts(case, "count", "--by", "label")
    key = next(part["id"] for part in parts(case, "list") if part["item"] == "3")
    [query] = parts(case, "queries", "list")
    assert (query["id"], query["stale"]) == (before["query"], False)
    siteline("ledger", "components", "withdraw", key, "--why", "of another wreck", cwd=case)
    [stale] = parts(case, "queries", "list", "--stale")
    both = json.loads(siteline("ledger", "queries", "--stale", "--json", cwd=case).out)
    assert [(one["id"], one["ledger"], one["quoted_in"]) for one in both] == [(stale["id"], "components", [])]
    assert not parts(case, "queries", "rerun", stale["id"])["stale"]
    assert parts(case, "queries", "list", "--stale") == []
    moment = query["asked_at"]
    then = parts(case, "count", "--by", "label", "--as-of", moment)
    assert then["examined"] == before["examined"]
    assert parts(case, "count", "--by", "label")["examined"]["upper"] == before["examined"]["upper"] - 1
    assert "withdrawn: of another wreck" in siteline("ledger", "components", "show", key, cwd=case).err


def test_the_published_figures_of_one_wreck_are_worked(case: Path, shared: Path) -> None:
    """Assembled not before March 2023, with its shares; and two shares of one lineage are told apart by their source."""
    gold = shared / "data/records/gold/nk_missile_public_claims.csv"
    assert parts(case, "import", gold, "--format", "claims", "--wreck", "W1")["new"] == 3
    [dating] = parts(case, "dates")
    [stated] = dating["stated"]
    assert (stated["not_before"], stated["claim"]) == ("2023-03-01", "C028")
    assert stated["parts_with_code_at_least"] == 138
    assert "not before 2023-03-01" in siteline("ledger", "components", "dates", cwd=case).out
    with gold.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    relayed = next(line for line in lines if line[0] == "C027")
    relayed[0], relayed[5], relayed[6], relayed[12] = "X1", "0.75", "0.75", "Broadcaster, citing CAR"
    with (case / "relay.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, relayed])
    parts(case, "import", "relay.csv", "--format", "claims", "--wreck", "W1")
    [pair] = parts(case, "reconcile")
    assert (pair["verdict"], pair["prefer"].split(" (")[0]) == ("rounding", "75.5 %")


def test_pictures_come_with_their_tables_and_without_names(case: Path) -> None:
    """SVG, PNG and CSV of each kind, the same bytes twice; a wreck that is held is not on the map."""
    parts(case, "import", "parts.csv")
    for kind in ("flows", "shares", "map"):
        said = siteline("ledger", "components", "picture", kind, "--hold", "W2", cwd=case)
        assert said.code == 0, said.err
        files = [Path(line) for line in said.out.splitlines()]
        assert [file.suffix for file in files] == [".svg", ".png", ".csv"]
        kept = [file.read_bytes() for file in files]
        assert b"Acme" not in kept[0] + kept[2]
        siteline("ledger", "components", "picture", kind, "--hold", "W2", cwd=case)
        assert [file.read_bytes() for file in files] == kept
    assert "held back" in (case / "out/parts-map.csv").read_text()
    nowhere = siteline("ledger", "components", "picture", "map", "--hold", "W1", "--hold", "W2", cwd=case)
    assert (nowhere.code, "no wreck has a place that can be drawn" in nowhere.err) == (1, True), nowhere.err
    refused = siteline("ledger", "components", "picture", "map", "--out", "x.pdf", cwd=case)
    assert "neither .svg nor .png" in refused.err


@pytest.mark.parametrize(
    "words",
    [
        ("count", "--by", "country"),
        ("count", "--by", "weight"),
        ("count", "--wreck", "nowhere"),
        ("count", "--from", "2025-01-01", "--to", "2024-01-01"),
        ("count", "--by", "parent"),
        ("share", "--by", "seat", "--value", "US", "--of", "all"),
        ("share", "--by", "seat", "--value", "Ruritania", "--of", "examined"),
        ("show", "zz"),
        ("withdraw", "zzzzzz", "--why", "x"),
        ("reply", "Nobody", "--asked", "2024-01-01", "--channel", "mail"),
        ("reply", "Bolt", "--answer", "yes"),
        (
            "reply",
            "Bolt",
            "--asked",
            "2024-05-01",
            "--channel",
            "mail",
            "--answer",
            "y",
            "--no-answer",
            "2024-06-01",
        ),
        ("reconcile",),
        ("import", "missing.csv"),
        ("import", "parts.csv", "--format", "xlsx"),
        ("import", "parts.csv", "--encoding", "klingon"),
        ("regimes", "match"),
        ("regimes", "judge", "Bolt", "zzzzzz", "same", "--why", "x"),
        ("regimes", "import", "parts.csv", "--format", "eu-journal", "--edition-date", "2026-01-01"),
        ("picture", "pie"),
        ("picture", "map", "--hold", "nowhere"),
    ],
)
def test_what_cannot_be_is_refused_with_a_remedy(case_with_parts: Path, words: tuple[str, ...]) -> None:
    """One error, one hint, exit 1; never a traceback."""
    said = siteline("ledger", "components", *words, cwd=case_with_parts)
    assert said.code == 1, said.out


@pytest.fixture(scope="module")
def case_with_parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("refusals") / "case"
    siteline("init", folder, cwd=folder.parent)
    (folder / "parts.csv").write_bytes(table(*ROWS))
    siteline("ledger", "components", "import", "parts.csv", cwd=folder)
    return folder


def test_parts_and_wrecks_are_listed_as_people_number_them(case: Path) -> None:
    """Chip 2 comes before chip 10, and wreck W9 before W10, in lists and in counts."""
    numbered = [
        row(wreck=wreck, item=f"chip {n}", marking=f"M{n}", manufacturer=f"Maker {n}", label=f"chip {n}")
        for wreck in ("W10", "W9")
        for n in (10, 2, 1)
    ]
    (case / "numbered.csv").write_bytes(table(*numbered))
    parts(case, "import", "numbered.csv")
    listed = [(part["wreck"], part["item"]) for part in parts(case, "list")]
    assert listed == [(w, f"chip {n}") for w in ("W9", "W10") for n in (1, 2, 10)]
    bins = parts(case, "count", "--by", "manufacturer", "--internal")["bins"]
    assert [b["value"] for b in bins if b["value"].startswith("Maker")] == ["Maker 1", "Maker 2", "Maker 10"]


def test_under_a_count_stand_all_days_on_which_a_wreck_may_have_been_found(case: Path) -> None:
    """A month is a month and not its first day."""
    (case / "month.csv").write_bytes(
        table(row(wreck="W3", recovered="2024-03"), row(wreck="W4", recovered="2024-05-06"))
    )
    parts(case, "import", "month.csv")
    told = siteline("ledger", "components", "count", "--by", "seat", cwd=case).out
    assert "W3 (2024-03-01 to 2024-03-31)" in told
    assert "W4 (2024-05-06)" in told
