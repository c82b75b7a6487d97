"""Words are found wherever they stand; whatever is asked is safe."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siteline.evidence.search import Index, written_in
from siteline.model.errors import BadInput
from siteline.model.exhibit import Exhibit

PLAIN = Exhibit(
    "01A", "0" * 64, 10, "scan_0042.jpg", "image", "image/jpeg", "The gate at Tidewater", "https://example.org/gate",
    "", "unknown", "unknown", "seen from the east", "", "",
)  # fmt: skip
KOREAN = replace(PLAIN, id="01B", name="화성 영상.mp4", title="2월 11일 공장 조립동", note="", source_url="")
PAGE = replace(PLAIN, id="01C", name="page.html", media_type="text/html", title="", note="", source_url="")
TEXTS = {"01C": "<p>The <b>second hall</b>, 100% new_roof\\</p>"}


@pytest.fixture(params=[True, False], ids=["fts5", "plain"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Index:
    """An index of three exhibits, with SQLite's full text and without."""
    made = Index(tmp_path / "cache" / "search.db", "case", fts=request.param)
    fill(made)
    return made


def fill(index: Index) -> None:
    everything = [(1, PLAIN), (2, KOREAN), (3, PAGE)]
    index.catch_up(
        lambda seq: [pair for pair in everything if pair[0] > seq],
        lambda exhibit: written_in(exhibit, TEXTS.get(exhibit.id, "").encode()),
    )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("gate", {"01A"}),
        ("GATE east", {"01A"}),
        ("tidew", {"01A"}),
        ("gate hall", set()),
        ('"second hall"', {"01C"}),
        ('"hall second"', set()),
        ("화성", {"01B"}),
        ("조립", {"01B"}),
        ("성", {"01B"}),
        ("scan_0042", {"01A"}),
        ("new_roof", {"01C"}),
        ("100%", {"01C"}),
    ],
)
def test_exhibits_are_found_by_their_words(index: Index, asked: str, found: set[str]) -> None:
    """All words must be there; a beginning of a word will do; any part of a Korean name will."""
    assert {hit.id for hit in index.find(asked)} == found


def test_what_is_hidden_is_not_found(index: Index) -> None:
    """An exhibit that is not for this person is no hit."""
    assert index.find("gate", hidden={"01A"}) == []


def test_an_index_fills_up_and_is_made_again(index: Index) -> None:
    """Filling it twice finds each once; a damaged file is made anew."""
    fill(index)
    assert len(index.find("gate")) == 1
    index._file.write_bytes(b"not a database, not at all" * 100)
    fill(index)
    assert len(index.find("gate")) == 1


def test_another_case_does_not_find_what_was_indexed_here(index: Index) -> None:
    """An index that came from elsewhere is thrown away."""
    other = Index(index._file, "another case")
    other.catch_up(lambda seq: [], lambda exhibit: "")
    assert other.find("gate") == []


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.one_of(st.text(max_size=40), st.text("\"*^:(){}-+ ANDORNEAR/\\%_'\0", max_size=30)))
def test_no_question_is_dangerous(index: Index, asked: str) -> None:
    """Whatever is asked, there are hits or a refusal in words, and the index is as it was."""
    try:
        index.find(asked)
    except BadInput:
        pass
    except sqlite3.Error as error:  # pragma: no cover
        pytest.fail(f"{asked!r}: {error}")
    assert len(index.find("gate")) == 1


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_page_gives_some_text(raw: bytes) -> None:
    """Broken pages, wrong charsets and half tags give text, never a crash, and no tag survives whole."""
    text = written_in(PAGE, b"<meta charset=euc-kr>" + raw)
    assert isinstance(text, str)


def test_scripts_are_not_text_and_entities_are() -> None:
    """What a reader would not see is not searched."""
    page = b"<p>A &amp; B</p><script>hidden()</script><!-- gone --><STYLE>p{}</STYLE>end"
    assert written_in(PAGE, page) == "A & B end"


@pytest.mark.parametrize("piece", [b"<!--", b"<script>", b"<", b"<a ", b"</", b"&"])
def test_a_page_made_to_be_slow_is_not(piece: bytes) -> None:
    """Two megabytes of beginnings without ends are read in one pass."""
    started = time.process_time()  # not the clock: others work here, too
    written_in(PAGE, piece * (2_000_000 // len(piece)))
    assert time.process_time() - started < 10


def test_pages_in_old_charsets_are_read() -> None:
    """A page in EUC-KR that says so, and a text in UTF-16, are found in their own words."""
    assert "화성" in written_in(PAGE, b"<meta charset='euc-kr'><p>" + "화성".encode("euc-kr"))
    assert "화성" in written_in(replace(PAGE, media_type="text/plain"), "화성".encode("utf-16"))
