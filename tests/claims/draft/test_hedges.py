"""Hedges, and what only looks like one."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest

from siteline.claims.draft.article import draft_text
from siteline.claims.draft.uncertainty import is_uncertain


def hedges(text: str) -> list[tuple[str, str]]:
    """(words, kind) of the hedges of a text."""
    return [(h.span.words, h.kind) for d in draft_text(text).drafts for h in d.hedges]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The plant may be a canteen.", [("may", "epistemic")]),
        ("It was reportedly hit.", [("reportedly", "evidential")]),
        ("It appears to be finished.", [("appears to", "epistemic")]),
        ("The hall is said to be finished.", [("is said to", "evidential")]),
        ("About 50 men were there.", [("About", "approximator")]),
        ("It is the only known copy.", [("known", "limit")]),
        ("So far nothing was found.", [("So far", "limit")]),
        ("If it rains, they stop.", [("If", "conditional")]),
        ("It could be either a kiln or a silo.", [("could", "epistemic"), ("either", "epistemic")]),
    ],
)
def test_each_kind_of_hedge_is_found_at_its_words(text: str, found: list[tuple[str, str]]) -> None:
    assert hedges(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "The attack was in May 2024.",
        "May 12 was a holiday.",
        "The May parade was large.",
        "It was hit last May.",
        "She could not enter the hall.",
        "Likely Ltd built it.",
        "The builder was Likely Steel.",
        "The country showed its military might.",
        "He asked about the plant.",
        "They walked around the hall.",
        "He climbed over the fence.",
        "She asked if the hall was finished.",
        "He appeared in court.",
        "They believe in God.",
    ],
)
def test_what_only_looks_like_a_hedge_is_none(text: str) -> None:
    """The month, the past, names, a preposition without a number."""
    assert hedges(text) == []


def test_frequency_is_a_flag_of_its_own() -> None:
    [draft] = draft_text("Passes are often cloudy.").drafts
    assert draft.hedges == ()
    assert [(f.kind, f.span.words) for f in draft.flags] == [("frequency", "often")]
    assert draft.stance == "asserts"


def test_uncertain_sentences_are_told_without_training(shared: Path) -> None:
    """B4: F1 of at least 0.62 on sentences that nothing here was fitted to; no line makes it fail."""
    with gzip.open(shared / "data/records/hedges/test.csv.gz") as packed:
        rows = list(csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8")))
    assert len(rows) > 7000
    pairs = [(is_uncertain(row["text"]), row["label"] == "1") for row in rows]
    hit = sum(said and true for said, true in pairs)
    f1 = 2 * hit / (sum(said for said, _ in pairs) + sum(true for _, true in pairs))
    assert f1 >= 0.62, f1
