"""What a count by a person carries: both ends, its own thing, its own day, and no comparison that its range forbids."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from siteline.claims.draft.reading import read_sentence, sentence_spans
from siteline.model.edition import Carried, Citation, CitedCount
from siteline.model.interval import Period
from siteline.report.gate.check import hold
from siteline.report.gate.source import read_brief


def make_count(ref: str, low: int | None, high: int | None, day: date, **changed: Any) -> CitedCount:
    """A count of rail wagons; None: it could not be seen."""
    ends = [n for n in (low, high) if n is not None]
    noun = CitedCount(
        cites=Citation("count", ref),
        title=f"rail wagons in yard on {ref}",
        numbers=tuple(Carried(float(n), "count of rail wagons") for n in ends),
        is_picture=True,
        count_id=ref,
        what="rail wagons",
        low=low,
        high=high,
        not_seen="" if ends else "cloud",
        day=Period(day, day),
        ground="g",
    )
    return replace(noun, **changed)


APRIL = make_count("c-1", 12, 15, date(2024, 4, 3))
MAY = make_count("c-2", 20, 24, date(2024, 5, 5))
JUNE = make_count("c-3", 22, 30, date(2024, 6, 5))
CLOUD = make_count("c-4", None, None, date(2024, 7, 5))
PIT = make_count("c-5", 40, 44, date(2024, 8, 5), ground="other")
DISPUTED = make_count("c-6", 3, 5, date(2024, 9, 5), disputed=(("c-7", "B. Analyst counted 8–9"),))
OTHER = make_count("c-7", 8, 9, date(2024, 9, 5), disputed=(("c-6", "A. Analyst counted 3–5"),))
ALL = (APRIL, MAY, JUNE, CLOUD, PIT, DISPUTED, OTHER)


def codes(sentence: str) -> set[str]:
    """Every code that a brief of one sentence breaks."""
    brief = read_brief(f'+++\ntitle = "x"\n+++\n\n{sentence}\n', sentence_spans)
    readings = {s.id: read_sentence(s.text, "en") for s in brief.sentences}
    supports = {(c.cites.kind, c.cites.ref): c for c in ALL}
    return {objection.code for objection in hold(brief, supports, readings)}


@pytest.mark.parametrize(
    "sentence",
    [
        "12–15 rail wagons stood in the yard on 3 April 2024. [@count:c-1]",
        "Between 12 and 15 wagons are visible on the image of 3 April. [@count:c-1]",
        "At least 12 rail wagons stood in the yard. [@count:c-1]",
        "Up to 15 rail wagons stood in the yard. [@count:c-1]",
        "Rail wagons rose from 12–15 on 3 April to 20–24 on 5 May 2024. [@count:c-1; @count:c-2]",
        "More rail wagons stood in the yard on 5 May (20–24) than on 3 April 2024 (12–15). [@count:c-1; @count:c-2]",
        "20–24 and 22–30 rail wagons were counted; neither more nor fewer can be said. [@count:c-2; @count:c-3]",
        "The wagons could not be seen on 5 July 2024 because of cloud. [@count:c-4]",
        "One analyst counted 3–5 rail wagons, another 8–9. [@count:c-6; @count:c-7]",
    ],
)
def test_what_the_counts_carry_may_be_printed(sentence: str) -> None:
    """Ranges whole, or one end with its word; comparisons of what does not overlap."""
    assert codes(sentence) == set()


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("12–16 rail wagons stood in the yard. [@count:c-1]", "number"),
        ("About 14 rail wagons stood in the yard. [@count:c-1]", "number"),
        ("12 rail wagons stood in the yard. [@count:c-1]", "number"),
        ("At least 15 rail wagons stood in the yard. [@count:c-1]", "number"),
        ("Up to 12 rail wagons stood in the yard. [@count:c-1]", "number"),
        ("Twelve rail wagons stood in the yard. [@count:c-1]", "number"),
        ("12–15 excavators stood in the yard. [@count:c-1]", "number"),
        ("12–15 rail wagons stood in the yard on 9 April 2024. [@count:c-1]", "date"),
        ("No rail wagons stood in the yard. [@count:c-4]", "absence"),
        ("Rail wagons fell from 12–15 to 20–24. [@count:c-1; @count:c-2]", "wording"),
        ("Rail wagons increased from 20–24 to 22–30. [@count:c-2; @count:c-3]", "wording"),
        ("More rail wagons stood there (22–30) than before (20–24). [@count:c-2; @count:c-3]", "wording"),
        ("Rail wagons doubled, from 12–15 to 20–24. [@count:c-1; @count:c-2]", "wording"),
        ("Rail wagons rose to 20–24. [@count:c-2]", "wording"),
        ("Rail wagons rose from 12–15 to 40–44. [@count:c-1; @count:c-5]", "wording"),
        ("3–5 rail wagons stood in the yard. [@count:c-6]", "unreviewed"),
        ("12–15 rail wagons stood in the yard. [@count:c-99]", "no-evidence"),
    ],
)
def test_what_they_do_not_carry_is_named(sentence: str, code: str) -> None:
    """One sentence, one fault, and its code."""
    assert code in codes(sentence)
