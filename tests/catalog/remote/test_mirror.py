"""Mirrors: what the journal says is there is there, whatever happened to the process or the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from siteline.catalog.remote.mirror import LARGEST, Edition, Mirror
from siteline.model.errors import BadImage

EDITION = Edition(100_000, '"1"', "Mon, 01 Jan 2024 00:00:00 GMT")


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    made = Mirror(tmp_path / "m")
    made.begin(EDITION, {"etag": '"1"'})
    made.put(0, b"a" * 1000)
    made.put(50_000, b"b" * 500)
    return made


def test_another_process_finds_what_one_has_put(mirror: Mirror) -> None:
    """Spans, edition and headers survive; holes stay holes."""
    again = Mirror(mirror.folder)
    assert again.have == ((0, 1000), (50_000, 50_500))
    assert (again.edition, again.headers) == (EDITION, {"etag": '"1"'})
    assert again.read(50_000, 50_010) == b"b" * 10
    assert again.path.stat().st_size == 100_000
    assert again.path.stat().st_blocks * 512 < 50_000
    assert again.reaches(0, 2000) == 1000
    assert again.lacks(999, 1001)


def test_a_torn_line_and_what_follows_it(mirror: Mirror) -> None:
    """A process killed while it wrote its last line costs that span; the next lines are whole again."""
    journal = mirror.folder / "journal"
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-9])
    again = Mirror(mirror.folder)
    assert again.have == ((0, 1000),)
    again.put(60_000, b"c")
    assert Mirror(mirror.folder).have == ((0, 1000), (60_000, 60_001))


def test_bytes_that_are_not_those_of_the_journal_are_not_believed(mirror: Mirror) -> None:
    """A disk that lost what it had promised to keep, or a hand in the cache."""
    with mirror.path.open("r+b") as file:
        file.seek(50_100)
        file.write(b"\0")
    assert Mirror(mirror.folder).have == ((0, 1000),)
    mirror.path.unlink()
    assert Mirror(mirror.folder).edition is None


@pytest.mark.parametrize(
    "journal",
    [
        b"",
        b"\n",
        b"[]\n",
        b'{"total": 5}\n',
        b"\xff\xfe\n",
        b'[{"total": 100000}, {}]\n[-5, 9, ""]\n["a"]\n[0, 1e9, 0]\n',
    ],
)
def test_a_journal_that_is_not_ours_holds_nothing(mirror: Mirror, journal: bytes) -> None:
    """Whatever lies there, nothing is taken for what it is not."""
    (mirror.folder / "journal").write_bytes(journal)
    assert Mirror(mirror.folder).have == ()


@pytest.mark.parametrize("total", [0, -1, LARGEST + 1])
def test_an_absurd_length_is_refused(tmp_path: Path, total: int) -> None:
    with pytest.raises(BadImage, match="bytes long"):
        Mirror(tmp_path / "m").begin(Edition(total), {})


def test_forgotten_is_gone(mirror: Mirror) -> None:
    mirror.forget()
    assert not mirror.folder.exists()
    assert Mirror(mirror.folder).have == ()
