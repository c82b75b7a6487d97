"""A case to file claims in, and an exhibit with words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from siteline.workbench.case import Case, make_case
from siteline.workbench.custody import Description, Kept, take_files

ARTICLE = (
    "The “second hall” is 60-70% the size of the first, the analyst said.\r\n"
    "At least 12 people were killed on Monday. At least 12.\n"
    "Un cafe\u0301 brûlait. \u202eevil\u202c"
)


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """An empty case."""
    made = make_case(tmp_path / "case")
    yield made
    made.close()


@pytest.fixture
def article(case: Case, tmp_path: Path) -> str:
    """The id of a text in custody."""
    return take_in(case, tmp_path, ARTICLE)


def take_in(case: Case, folder: Path, text: str) -> str:
    """Take a text into custody; returns its id."""
    file = folder / "article.txt"
    file.write_bytes(text.encode())
    [taken] = take_files(case, [file], Description())
    assert isinstance(taken, Kept)
    return taken.exhibit.id
