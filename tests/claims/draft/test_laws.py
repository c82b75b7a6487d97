"""Laws that hold for any text."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.claims.draft.article import draft_text
from siteline.claims.draft.quotations import find_quotations
from siteline.claims.draft.rendition import render
from siteline.claims.draft.tokens import in_order
from siteline.model.draft import STANCES
from siteline.store.codec import from_json, to_json
from tests.claims.draft.measured import OURS, assert_exact, read_article

WORDS = in_order(
    "the ministry said denied that about 60 to 70 percent of more than a third if may May not never no “ ” \" ' « » „ ( ) , . ;"
    " : — - ? ! according to citing Weir Dana U.S. Mr. neither nor confirmed did respond we it he she 24 1,200 $3m 3 February"
    " 2024 twice larger smaller than size killed wounded dozens hundreds said. could be reached for comment earlier version this"
    " article заявив заперечив «ми ніколи» щонайменше якщо 말했다 부인했다 에"
    " 따르면 최소 24발 \u200b \u202e \x00 \ufffd"
    " e\u0301 İ ß"
)
WORDS += ["\n", "\n\n"]
SOUP = st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)
ANY = st.one_of(
    st.text(max_size=300), SOUP, st.lists(st.one_of(SOUP, st.text(max_size=20)), max_size=4).map("".join)
)


@settings(max_examples=300, deadline=None)
@given(ANY)
def test_every_word_of_every_draft_is_where_it_says(text: str) -> None:
    found = draft_text(text)
    assert_exact(text, found)
    for draft in found.drafts:
        assert text[draft.start : draft.end] == draft.quote
        assert draft.stance in (*STANCES, "")
        for q in draft.quantities:
            assert q.low is not None or q.high is not None
            assert q.low is None or q.high is None or q.low <= q.high
        inner = [*(h.span for h in draft.hedges), *(q.span for q in draft.quantities), *draft.negations]
        assert all(draft.start <= s.start and s.end <= draft.end for s in inner)


@settings(max_examples=100, deadline=None)
@given(ANY)
def test_the_same_text_gives_the_same_drafts_and_they_survive_filing(text: str) -> None:
    once, again = draft_text(text), draft_text(text)
    assert once == again
    for draft in once.drafts:
        if draft.quote.isprintable():
            assert from_json(type(draft), to_json(draft)) == draft


@settings(max_examples=150, deadline=None)
@given(SOUP)
def test_drafts_do_not_overlap_and_are_in_order(text: str) -> None:
    drafts = draft_text(text).drafts
    assert all(a.end <= b.start for a, b in pairwise(drafts))


@settings(max_examples=150, deadline=None)
@given(ANY)
def test_quotations_nest(text: str) -> None:
    found = find_quotations(text)
    for a in found:
        for b in found:
            assert (
                b.start >= a.end
                or b.end <= a.start
                or (a.start <= b.start and b.end <= a.end)
                or (b.start <= a.start and a.end <= b.end)
            )


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(OURS[:3]),
    st.sampled_from(
        ("Read more: Five charts", "© 2024 Meridian", "Subscribe to our newsletter", "Share this")
    ),
)
def test_boilerplate_before_an_article_moves_its_drafts_and_changes_none(name: str, line: str) -> None:
    text, _ = read_article(name)
    moved = draft_text(f"{line}\n\n{text}")
    by = len(line) + 2
    assert [(d.quote, d.stance, d.start - by) for d in moved.drafts] == [
        (d.quote, d.stance, d.start) for d in draft_text(text).drafts
    ]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(("text/html", "text/plain")))
def test_any_bytes_become_a_text_that_can_be_filed(raw: bytes, media_type: str) -> None:
    text = render(raw, media_type).text
    assert text.encode("utf-8").decode("utf-8") == text
    assert "\x00" not in text
    assert_exact(text, draft_text(text))
