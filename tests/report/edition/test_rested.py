"""What a sentence rested on, in one line that a later moment can be held against."""

from __future__ import annotations

from dataclasses import replace

from siteline.model.edition import Citation, CitedEvent, CitedQuery, CitedSize
from siteline.report.edition.rested import rested

QUERY = CitedQuery(
    cites=Citation("query", "q1"), title="count", lower=12, upper=15, unit="missile", edition="one"
)


def test_a_query_says_its_bounds_its_unit_and_its_edition() -> None:
    assert rested(QUERY).state == "12–15 missile; edition one"
    again = rested(replace(QUERY, upper=16.0, edition="two"))
    assert again.state == "12–16 missile; edition two"
    assert again.digest != rested(QUERY).digest
    assert rested(replace(QUERY)).digest == rested(QUERY).digest


def test_a_size_says_its_bounds_and_an_event_its_version() -> None:
    size = CitedSize(cites=Citation("size", "m1"), title="A-2", low95=1420.0, high95=1810.0)
    assert rested(size).state == "1,420–1,810"
    event = CitedEvent(cites=Citation("event", "e1"), title="A-2", event_id="e1", version=2, is_accepted=True)
    assert rested(event).state == "version 2, accepted"


def test_what_broke_is_part_of_it() -> None:
    assert rested(replace(QUERY, broken=("its file is gone",))).state.endswith("its file is gone")
