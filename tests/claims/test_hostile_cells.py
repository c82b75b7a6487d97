"""Cells that were made to stop us: refused or read, in no time, and never with a traceback."""

from __future__ import annotations

import time

import pytest

from siteline.claims.amount import read_ratio
from siteline.claims.intake import read_row
from siteline.claims.speakers import read_speaker
from siteline.claims.table import Row
from siteline.model.cells import CellRefused
from siteline.model.errors import BadInput
from siteline.model.interval import Period


def row(**cells: str) -> Row:
    return Row(1, {"id": "S1", "claim_key": "killed", "url": "https://example.org/a", **cells})


def no_exhibit(said: str) -> tuple[str, str]:
    raise KeyError(said)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("hedges", '[{"text": "may", "start": Infinity}]'),
        ("hedges", '[{"text": "may", "start": NaN}]'),
        ("hedges", '[{"text": "may", "start": 1e999}]'),
        ("published", "/".join(["2024"] * 5000)),
        ("asked", '{"when": "' + "/".join(["2024"] * 5000) + '"}'),
    ],
)
def test_a_hostile_cell_is_refused_by_its_column(column: str, cell: str) -> None:
    """No number that is none, and no tower of slashes, gets past its cell."""
    with pytest.raises(CellRefused):
        read_row(row(**{column: cell}), no_exhibit)


def test_three_days_are_no_period() -> None:
    with pytest.raises(BadInput, match="not a date"):
        Period.parse("2024-01/2024-02/2024-03")


@pytest.mark.parametrize(
    "text", ["a" + " " * 90_000 + "b", "7" * 90_000, "1" + " " * 90_000 + "x", "7 - " * 30_000]
)
def test_long_runs_are_read_in_no_time(text: str) -> None:
    """Blanks and digits by the ten thousand: patterns that try every split would run for hours."""
    began = time.perf_counter()
    read_speaker(text)
    read_ratio(text)
    assert time.perf_counter() - began < 2.0


@pytest.mark.parametrize(
    ("said", "is_so"), [('"no"', False), ('"false"', False), ("true", True), ('"yes"', True)]
)
def test_a_flag_in_words_is_read(said: str, is_so: bool) -> None:
    """ "is_machine": "no" does not make a machine of a translator."""
    read = read_row(row(translation=f'{{"text": "x", "is_machine": {said}}}'), no_exhibit)
    assert read.translation is not None
    assert read.translation.is_machine is is_so
