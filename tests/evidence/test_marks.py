"""What is graphic is kept from eyes that did not ask, whatever it is called and whatever was made of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from siteline.workbench.case import Case, make_case
from siteline.workbench.evidence.custody import Kept
from siteline.workbench.evidence.exhibits import show_exhibit
from siteline.workbench.evidence.marks import GRAPHIC, blurred_copy, mark_event, marked
from tests.evidence.custody.material import take


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    """A new case of A. Analyst's."""
    monkeypatch.setenv("SITELINE_WHO", "A. Analyst")
    made = make_case(tmp_path / "case")
    yield made
    made.close()


def taken(case: Case, file: Path, **said: object) -> str:
    """Take a file in; its id."""
    [answer] = take(case, file, **said)
    assert isinstance(answer, Kept), answer
    return answer.exhibit.id


def picture(folder: Path, name: str, size: tuple[int, int]) -> Path:
    """A noisy picture."""
    Image.effect_noise(size, 60).save(folder / name)
    return folder / name


def test_what_is_made_from_something_graphic_is_graphic(case: Case, tmp_path: Path) -> None:
    """A crop of it, a crop of that, the same bytes added anew and what is made of those; not a text on it, and nothing else."""
    file = picture(tmp_path, "dead.png", (90, 60))
    whole = taken(case, file)
    other = taken(case, picture(tmp_path, "other.png", (91, 60)))
    assert marked(case) == set()
    case.log.append([mark_event(case.exhibits.get(whole), GRAPHIC, "a test")])
    crop = taken(case, picture(tmp_path, "crop.png", (40, 30)), derived_from=(whole,), activity="cropped")
    small = taken(case, picture(tmp_path, "small.png", (20, 15)), derived_from=(crop,), activity="made small")
    again = taken(case, file, title="Under another title")
    of_again = taken(case, picture(tmp_path, "part.png", (30, 30)), derived_from=(again,), activity="cropped")
    (tmp_path / "note.txt").write_text("what is to be seen on it")
    note = taken(case, tmp_path / "note.txt", derived_from=(whole,), activity="described")
    assert marked(case) == {whole, crop, small, again, of_again}
    assert show_exhibit(case, of_again)["graphic"]
    assert not show_exhibit(case, note)["graphic"]
    assert not show_exhibit(case, other)["graphic"]


def test_no_blurred_copy_is_there_before_its_row_in_the_log(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the row cannot be written, there is no copy."""
    exhibit = taken(case, picture(tmp_path, "dead.png", (90, 60)))

    def fails(_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(case.log, "append", fails)
    with pytest.raises(OSError, match="disk is full"):
        blurred_copy(case, exhibit, tmp_path / "copy.png", "")
    assert not (tmp_path / "copy.png").exists()
