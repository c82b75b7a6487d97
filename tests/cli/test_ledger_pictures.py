"""Pictures of the incident ledger on the command line, from published tallies."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.cli.conftest import siteline


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Path:
    folder = tmp_path_factory.mktemp("pictures") / "case"
    siteline("init", folder, cwd=folder.parent)
    file = shared / "data/records/missile_attacks/missile_attacks_daily.2026-04-05.csv.gz"
    words = ("--format", "ua-airforce", "--edition", "2026-04-05", "--lenient")
    assert siteline("ledger", "incidents", "import", file, *words, cwd=folder).code == 0
    return folder


def drawn(case: Path, *words: str) -> tuple[list[Path], list[dict[str, str]]]:
    said = siteline("ledger", "incidents", "picture", *words, cwd=case)
    assert said.code == 0, said.err
    files = [Path(line) for line in said.out.splitlines()]
    with files[-1].open(encoding="utf-8") as file:
        return files, list(csv.DictReader(file))


HALF = ("--weapon", "KN-23", "--from", "2024-07-01", "--to", "2025-01-01")


def test_the_bars_of_a_half_year_add_up_to_its_range(case: Path) -> None:
    """Six months, 8 to 74; definition, source, edition and query stand in every row."""
    files, rows = drawn(case, "counts", *HALF)
    assert [file.suffix for file in files] == [".svg", ".png", ".csv"]
    assert (len(rows), sum(int(r["lower"]) for r in rows), sum(int(r["upper"]) for r in rows)) == (6, 8, 74)
    assert all(r["definition"] and "2026-04-05" in r["source"] and r["query"] for r in rows)
    before = [file.read_bytes() for file in files]
    assert [file.read_bytes() for file in drawn(case, "counts", *HALF)[0]] == before


def test_each_denominator_has_its_bar(case: Path) -> None:
    """37.8, 32.3, 6.7 and 19.8 % at the upper end, each of what it is of."""
    _, rows = drawn(case, "shares", *HALF, "--narrow")
    high = {r["label"].split(" (")[0]: round(100 * float(r["high"]), 1) for r in rows}
    assert (
        high["ballistic-group"],
        high["ballistic-group+kinzhal"],
        high["all-missiles"],
        high["reports"],
    ) == (37.8, 32.3, 6.7, 19.8)
    assert {r["below_upper"] for r in rows} >= {"196", "229", "1110", "106"}


@pytest.mark.parametrize(
    "words",
    [
        ("map",),
        ("shares",),
        ("pie",),
        ("counts", "--out", "x.gif"),
        ("map", "--round", "-3"),
        ("counts", "--by", "hour"),
    ],
)
def test_a_picture_that_cannot_be_drawn_is_refused(case: Path, words: tuple[str, ...]) -> None:
    """No coordinates in this edition, no weapon, no such picture: one error, one hint."""
    assert siteline("ledger", "incidents", "picture", *words, cwd=case).code == 1
