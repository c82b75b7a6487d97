"""What a phrase says of a share that is a range."""

from __future__ import annotations

from pathlib import Path

from siteline.workbench.ledger import asking
from siteline.workbench.ledger.importing import import_file
from siteline.workbench.ledger.sources import pick_edition, words_of
from tests.workbench.claims.cases import made_case

ROWS = "start,weapon,launched\n2024-07-01,KN-23,1\n2024-07-01,Iskander-M/KN-23,5\n2024-07-02,Iskander-M,4\n"


def test_a_phrase_that_lies_between_the_ends_of_a_share_is_not_said_to_be_wrong(tmp_path: Path) -> None:
    """From 10 to 60 %: neither end is about a third, and a third is not ruled out."""
    case = made_case(tmp_path / "case")
    (tmp_path / "mine.csv").write_text(ROWS, encoding="utf-8")
    import_file(case, tmp_path / "mine.csv", "csv", "first")
    source, words = pick_edition(case), words_of(case, None)
    asked = asking.ask_share(case, source, words, "KN-23", None, None, ["ballistic-group"], "about a third")
    told = asking.shares(case, source, words, asked)["phrase"]
    assert (told["fits_none"], told["between"]) == (["ballistic-group"], ["ballistic-group"])
