"""One sentence as drafts: whole, or by clauses where each has a speaker of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from siteline.claims.draft.attribution import Cue, find_cues
from siteline.claims.draft.chains import governing
from siteline.claims.draft.dates import find_dates
from siteline.claims.draft.hedges import find_conditions, find_flags, find_hedges, find_negations
from siteline.claims.draft.intervals import Widths
from siteline.claims.draft.lexicon import Lexicon
from siteline.claims.draft.quantities import find_quantities
from siteline.claims.draft.sentences import Sentence
from siteline.claims.draft.speakers import Memory, anonymity
from siteline.claims.draft.stances import Read, read_stance
from siteline.claims.draft.tokens import Tokens, one_of
from siteline.model.draft import Draft, Flag, SaidDate, SaidQuantity, Span, Voice

_TURNS = one_of("but while whereas although though and yet але а проте однак но однако тоді как")
_MOST_COLON = 7


@dataclass(frozen=True, slots=True)
class Clause:
    """A draft, and what is needed to lend it a speaker."""

    draft: Draft
    paragraph: int
    speaks: bool
    """Whether it is all quoted words, and nobody in it is named as their speaker."""


def clauses_of(
    tokens: Tokens,
    quoted: list[bool],
    sentence: Sentence,
    number: int,
    lexicon: Lexicon,
    memory: Memory,
    widths: Widths,
) -> list[Clause]:
    """Drafts of one sentence."""
    cues = find_cues(tokens, lexicon, quoted)
    parts = _parts(tokens, cues)
    made = []
    for a, b in parts:
        part = Tokens(tokens.text, tokens.norms[a:b], tokens.starts[a:b], tokens.ends[a:b])
        whole = len(parts) == 1
        start = sentence.start if whole else part.starts[0]
        end = sentence.end if whole else part.ends[-1]
        own = cues if whole else find_cues(part, lexicon, quoted[a:b])
        draft = _draft(part, quoted[a:b], own, (start, end), sentence, number, lexicon, memory, widths)
        said = [q for q, n in zip(quoted[a:b], part.norms, strict=True) if n[0].isalnum()]
        speaks = not draft.chain and bool(said) and sum(said) >= 0.8 * len(said)
        made.append(Clause(draft, sentence.paragraph, speaks))
    return made


def _parts(tokens: Tokens, cues: Sequence[Cue]) -> list[tuple[int, int]]:
    """Where a sentence falls apart: `X said it, but Y denied it`."""
    cuts: list[tuple[int, int]] = []
    for earlier, later in pairwise(cues):
        begin = (
            later.start
            if later.form in ("told", "citing")
            else later.group[0]
            if later.group
            else later.start
        )
        if later.form not in ("before", "told", "passive", "bare") or begin <= earlier.end:
            continue
        lead = _lead(tokens, earlier.end, begin)
        if lead is not None and lead > (cuts[-1][1] if cuts else 0):
            cuts.append((lead, begin))
    places, start = [], 0
    for lead, begin in cuts:
        places.append((start, lead))
        start = begin
    places.append((start, len(tokens)))
    return [(a, b) for a, b in (_bare(tokens, a, b) for a, b in places) if b > a] or [(0, len(tokens))]


def _lead(tokens: Tokens, after: int, begin: int) -> int | None:
    """Where the clause before ends, if a clause of its own begins here."""
    if begin < 1:
        return None
    before = tokens.norms[begin - 1]
    if before == ";":
        return begin - 1
    if before not in _TURNS:
        return None
    is_parted = begin - 2 >= after and tokens.norms[begin - 2] in ",;—–"
    if is_parted:
        return begin - 2
    return (
        begin - 1
        if before in ("but", "while", "whereas", "але", "но", "однак", "однако", "проте")
        and begin - 1 > after
        else None
    )


def _bare(tokens: Tokens, a: int, b: int) -> tuple[int, int]:
    while b > a and tokens.norms[b - 1] in ",;—–":
        b -= 1
    return a, b


def _draft(
    tokens: Tokens,
    quoted: Sequence[bool],
    cues: list[Cue],
    place: tuple[int, int],
    sentence: Sentence,
    number: int,
    lexicon: Lexicon,
    memory: Memory,
    widths: Widths,
) -> Draft:
    cue = governing(cues, tokens, lexicon)
    if cue is None:
        cue = _before_colon(tokens, is_headline=sentence.kind == "headline")
    dates, taken = find_dates(tokens, lexicon)
    hedges = find_hedges(tokens, lexicon, taken)
    flags = find_flags(tokens, lexicon)
    condition = _condition(tokens, lexicon)
    read = read_stance(
        tokens, quoted, cue, hedges, lexicon, is_conditional=condition is not None, is_spoken=any(quoted)
    )
    chain, reasons = _chain(tokens, cue, number, lexicon, memory)
    quantities = find_quantities(tokens, lexicon, taken, widths)
    memory.learn(tokens, number, chain, lexicon)
    a, b = place
    return Draft(
        a,
        b,
        tokens.text[a:b],
        number,
        lexicon.code,
        sentence.kind if sentence.kind in ("headline", "list") else "sentence",
        read.stance,
        tuple(chain),
        _span(tokens, cue.start, cue.end) if cue else None,
        cue.stance if cue else "",
        tuple(hedges),
        tuple(quantities),
        tuple(dates),
        tuple(find_negations(tokens, lexicon)),
        condition,
        tuple(flags),
        tuple(_reasons(read, cue, chain, tokens) + reasons),
        tuple(asks_of(chain, cue.stance if cue else "", quantities, dates, flags)),
    )


def _chain(
    tokens: Tokens, cue: Cue | None, number: int, lexicon: Lexicon, memory: Memory
) -> tuple[list[Voice], list[str]]:
    if cue is None or cue.group is None:
        return [], []
    chain, reasons = [], []
    for place, group in enumerate([cue.group, *(relay for relay in cue.relays if relay != cue.group)]):
        is_first = place == 0
        found = memory.find(tokens, group, number, lexicon)
        hidden, words = anonymity(tokens, group, lexicon) if is_first else ("", "")
        inner = _inner_reference(tokens, group, number, lexicon, memory) if found is None else None
        why = found[1] if found else inner or ""
        if hidden:
            reasons.append(f"no name is given: “{words}”")
        if why:
            reasons.append(why)
        chain.append(
            Voice(
                _span(tokens, *group),
                "primary" if is_first else "relay",
                hidden,
                found[0] if found else None,
                why,
            )
        )
    return chain, reasons


def _inner_reference(
    tokens: Tokens, group: tuple[int, int], number: int, lexicon: Lexicon, memory: Memory
) -> str | None:
    """What "the centre" stands for in "a research associate at the centre"."""
    for k in range(group[1] - 2, group[0], -1):
        if tokens.norms[k] == "the" and tokens.norms[k - 1] in ("at", "of", "from", "for", "with"):
            found = memory.find(tokens, (k, min(group[1], k + 2)), number, lexicon)
            return found[1] if found else None
    return None


def _before_colon(tokens: Tokens, *, is_headline: bool) -> Cue | None:
    """`Officials: 24 missiles fired`, of headlines; `Weir: “We saw it.”` anywhere."""
    for k in range(1, min(_MOST_COLON, len(tokens) - 2)):
        if tokens.norms[k] == ":":
            if not is_headline and tokens.norms[k + 1] not in ('"', "“", "«", "„"):
                return None
            return Cue(k, k + 1, "neutral", "before", (0, k)) if tokens.is_capital(0) else None
        if not (tokens.is_word(k) or tokens.norms[k] in "-'’"):
            return None
    return None


def _condition(tokens: Tokens, lexicon: Lexicon) -> Span | None:
    """The first clause of condition: to its comma, or to the end."""
    for i, j in find_conditions(tokens, lexicon):
        end = j
        while end < len(tokens) and tokens.norms[end] not in (
            ",",
            ";",
            ".",
            "!",
            "?",
            ":",
            '"',
            "”",
            "»",
            "then",
        ):
            end += 1
        if end > j:
            return _span(tokens, i, end)
    return None


def _reasons(read: Read, cue: Cue | None, chain: Sequence[Voice], tokens: Tokens) -> list[str]:
    reasons = [read.reason]
    if cue is None:
        return [*reasons, "nobody is named as its speaker: the text itself says it"]
    said = tokens.text[tokens.starts[cue.start] : tokens.ends[cue.end - 1]]
    where = {
        "before": "the words before it",
        "after": "the words after it",
        "told": "the words after it",
        "passive": "by whom, after it",
        "citing": "whom it cites",
        "cited": "whom it cites",
        "quoted": "whom it quotes",
        "bare": "a formula",
    }[cue.form]
    reasons.append(
        f"“{said}”" + (f": {where}, “{chain[0].span.words}”" if chain else ": a formula, nobody named")
    )
    reasons += [f"“{voice.span.words}” passed it on" for voice in chain[1:]]
    if cue.stance == "doubt":
        reasons.append(f"“{said}” keeps a distance: the writer's, not the speaker's")
    return reasons


def asks_of(
    chain: Sequence[Voice],
    cue_stance: str,
    quantities: Sequence[SaidQuantity],
    dates: Sequence[SaidDate],
    flags: Sequence[Flag],
) -> list[str]:
    """What a person should settle before accepting."""
    asks = []
    if (
        chain
        and chain[0].refers_to is None
        and chain[0].span.words.lower() in ("he", "she", "it", "they", "we")
    ):
        asks.append(f"Who is “{chain[0].span.words}”?")
    elif chain and chain[0].refers_to is None and _is_bare_the(chain[0].span.words):
        asks.append(f"Which is “{chain[0].span.words}”?")
    for quantity in quantities:
        if quantity.kind == "share":
            asks.append(
                f"“{quantity.span.words}”: a share of what, in which unit?" if not quantity.other
                else f"“{quantity.span.words}”: which “{quantity.other}” are counted, and in which unit?"
            )  # fmt: skip
        if quantity.kind == "ratio" and not quantity.other:
            asks.append(f"“{quantity.span.words}”: beside what?")
    if any(date.first.startswith("--") for date in dates):
        asks.append("In which year?")
    kinds = {flag.kind: flag.span.words for flag in flags}
    if "removal" in kinds:
        asks.append(f"“{kinds['removal']}”: a claim of removal; which capture and which checks show it?")
    if "vague_source" in kinds:
        asks.append(f"“{kinds['vague_source']}”: who?")
    if "image" in kinds:
        asks.append(f"“{kinds['image']}”: which images, of which day?")
    if cue_stance == "no_answer":
        asks.append("Who asked, when and how?")
    return asks


def _is_bare_the(said: str) -> bool:
    """Whether it is "the ministry", of which there are many."""
    words = said.split()
    return len(words) == 2 and words[0].lower() == "the" and words[1].islower()


def _span(tokens: Tokens, i: int, j: int) -> Span:
    a, b = tokens.starts[i], tokens.ends[j - 1]
    return Span(a, b, tokens.text[a:b])
