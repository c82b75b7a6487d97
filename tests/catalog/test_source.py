"""Sources by name, address or folder; what is on record finds its source again."""

from __future__ import annotations

from pathlib import Path

import pytest

from siteline.catalog.source import BUILT_IN, Source, choose_sources, source_named
from siteline.model.errors import BadSetting, ForbiddenAddress, NotFound

OURS = Source("ours", "https://h.example/v1", signing="bearer", token_env="OUR_KEY")  # noqa: S106
KNOWN = {**BUILT_IN, "ours": OURS}


def test_without_a_source_it_is_earth_search() -> None:
    """The one that needs no account; the same source twice is asked once."""
    assert [s.name for s in choose_sources((), KNOWN)] == ["earth-search"]
    assert [s.name for s in choose_sources(("cdse", "ours", "cdse"), KNOWN)] == ["cdse", "ours"]


def test_an_address_that_has_a_section_is_that_section() -> None:
    """Typed in full it has the same key and collections; on record each is what it was then."""
    assert choose_sources(("https://h.example/v1/",), KNOWN) == (OURS,)
    assert source_named("https://h.example/v1", KNOWN).token_env == ""
    assert source_named("ours", KNOWN) == OURS
    assert not BUILT_IN["cdse"].is_named


def test_a_folder_is_known_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name on record is its whole path."""
    (tmp_path / "items").mkdir()
    monkeypatch.chdir(tmp_path)
    [source] = choose_sources(("items",), KNOWN)
    monkeypatch.chdir("/")
    assert source_named(source.name, KNOWN) == source
    assert source.host == ""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("nonsense", NotFound),
        ("ftp://h.example/", ForbiddenAddress),
        ("https://h.example/?api_key=1", BadSetting),
        ("https://u:p@h.example/", ForbiddenAddress),
        ("https://", ForbiddenAddress),
    ],
)
def test_what_is_no_source_is_refused(text: str, kind: type[Exception]) -> None:
    """By what is wrong with it."""
    with pytest.raises(kind):
        choose_sources((text,), KNOWN)
