"""A brief's file: what it may say, and how it is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.claims.draft.reading import sentence_spans
from siteline.model.edition import BriefText, Citation, SentenceKind
from siteline.model.errors import BadBrief
from siteline.report.gate.source import read_brief

HEAD = '+++\ntitle = "The hall"\n[sources]\nhall = "event:7f3a"\n+++\n'


def read(body: str, head: str = HEAD) -> BriefText:
    return read_brief(head + body, sentence_spans)


def cited(brief: BriefText) -> list[list[str]]:
    return [[str(c) for c in s.citations] for s in brief.sentences]


def test_a_citation_belongs_to_the_sentence_that_it_stands_in_or_behind() -> None:
    brief = read("One [@hall]. Two. [@size:a] Three, [@size:b] and on [@claim:C1; judgement].")
    assert [s.text for s in brief.sentences] == ["One.", "Two.", "Three, and on."]
    assert cited(brief) == [["event:7f3a"], ["size:a"], ["size:b", "claim:C1"]]
    assert brief.sentences[2].kind is SentenceKind.JUDGEMENT


def test_a_sentence_without_brackets_cites_nothing() -> None:
    assert cited(read("One. Two. [@hall]")) == [[], ["event:7f3a"]]


def test_brackets_that_cite_nothing_stay_in_the_text() -> None:
    assert read("He said so [sic] twice. [@hall]").sentences[0].text == "He said so [sic] twice."


def test_notes_between_editors_are_dropped() -> None:
    assert [s.text for s in read("One. [@hall] <!-- is this so?\n -->\n\nTwo. [@hall]").sentences] == [
        "One.",
        "Two.",
    ]


def test_a_row_of_a_table_is_held_as_one_sentence() -> None:
    brief = read("| what | size |\n|---|---|\n| hall [@hall] | 3 |\n")
    assert brief.sentences[0].text == "hall\t3"
    assert cited(brief) == [["event:7f3a"]]


def test_a_caption_is_a_sentence_that_rests_on_its_picture() -> None:
    brief = read("![The hall in April](pair:hall)")
    assert brief.figures[0].cites == Citation("event", "7f3a", "hall")
    assert cited(brief) == [["event:7f3a"]]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no head", "no head"),
        ('+++\nlanguage = "en"\n+++\n', "no title"),
        ("+++\ntitle = 3\n+++\n", "no title"),
        ('+++\ntitle = "x"\nterms = "C"\n+++\n', "neither A nor B"),
        ('+++\ntitle = "x"\ncolour = "red"\n+++\n', "unknown line"),
        ('+++\ntitle = "x"\nas-of = "yesterday"\n+++\n', "no day"),
        ('+++\ntitle = "x\n+++\n', "no TOML"),
        ('+++\ntitle = "x"\n[sources]\nhall = "what:7"\n+++\n', "the source 'hall'"),
        (HEAD + "One. [@nobody]", "nothing is called"),
        (HEAD + "One. [@wish:7]", "can be cited"),
        (HEAD + "One. [@hall; loud]", "neither a citation nor a mark"),
        (HEAD + "One. [@hall; fact; method]", "is marked as"),
        (HEAD + "[@hall]", "stands alone"),
        (HEAD + "![x](https://example.org/a.png)", "cannot make"),
        (HEAD + "![x](//example.org/a.png)", "cannot make"),
        (HEAD + "see ![x](pair:hall) there", "middle of a paragraph"),
        (HEAD + "a" * 5000 + ".", "a sentence of"),
        (HEAD + "a " * 200_000, "a paragraph of"),
    ],
)
def test_what_is_no_brief_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(BadBrief, match=says):
        read_brief(text, sentence_spans)


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from(' \n[]@:;.a1!|-#>*`(){}<>\\"“”+'), max_size=200))
def test_any_text_is_read_or_refused(body: str) -> None:
    try:
        brief = read(body)
    except BadBrief:
        return
    assert all(s.text.strip() for s in brief.sentences)
    assert [s.id for s in brief.sentences] == [f"s{n}" for n in range(1, len(brief.sentences) + 1)]


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["One hall stood.", "Two roofs changed.", "It is large."]), min_size=1, max_size=6
    ),
    st.data(),
)
def test_taking_citations_out_leaves_the_words(sentences: list[str], data: st.DataObject) -> None:
    marks = [data.draw(st.sampled_from(["", " [@hall]", " [@size:a; method]"])) for _ in sentences]
    brief = read(" ".join(s + m for s, m in zip(sentences, marks, strict=True)))
    assert [s.text for s in brief.sentences] == sentences
    assert [bool(s.citations) for s in brief.sentences] == [bool(m) for m in marks]


def test_the_head_of_a_table_keeps_its_cells_apart() -> None:
    text = '+++\ntitle = "T"\n+++\n\n| what it is | size |\n|---|---|\n| a hall | large |\n'
    head, row = read_brief(text, lambda said: [(0, len(said))]).blocks
    assert (head.text, row.text) == ("what it is\tsize", "a hall\tlarge")
