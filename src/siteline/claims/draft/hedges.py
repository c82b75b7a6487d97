"""Hedges: the words by which a source says less, with what only looks like one left out."""

from __future__ import annotations

from collections.abc import Iterator

from siteline.claims.draft.dates import MONTH_BEFORE
from siteline.claims.draft.english import GROUPS, VAGUE
from siteline.claims.draft.lexicon import Lexicon
from siteline.claims.draft.numbers import number_at
from siteline.claims.draft.tokens import Tokens, one_of
from siteline.model.draft import Flag, Hedge, Span

_MIGHT_NOUN = one_of("military his her its their our full naval economic industrial the air sheer all")
_LIMITED = one_of("only first last earliest sole latest largest oldest")
_WHETHER = one_of(
    "ask asked asks asking know knows knew wonder wondered see determine decide check unclear as"
    " establish sure tell test"
)
_POSSESSED = one_of("the his her its their this that these those a of no")
_SPEECH = one_of(
    "say says said argue argues argued claim claims claimed believe believes believed suggest"
    " suggests suggested think thinks"
    " thought consider considers considered feel feels felt regard regards regarded see sees maintain maintained hold held"
    " speculate speculated assert asserted contend contended criticized criticised describe described have"
)


def find_hedges(tokens: Tokens, lexicon: Lexicon, taken: frozenset[int] = frozenset()) -> list[Hedge]:
    """Hedges of a sentence in order; `taken`: tokens that belong to dates, which are not rounded."""
    hedges: list[Hedge] = []
    for i, j, kind in lexicon.hedges.find(tokens):
        if lexicon.code == "en" and not _is_meant(tokens, i, j):
            continue
        hedges.append(Hedge(_span(tokens, i, j), kind))
    hedges += [Hedge(_span(tokens, i, j), kind) for i, j, kind in _before_numbers(tokens, lexicon, taken)]
    if lexicon.code == "en":
        hedges += [
            Hedge(_span(tokens, i, i + 1), "limit")
            for i in range(len(tokens))
            if tokens.norms[i] == "known" and tokens.norm(i - 1) in _LIMITED
        ]
    hedges += [Hedge(_span(tokens, i, j), "conditional") for i, j in find_conditions(tokens, lexicon)]
    return _apart(sorted(hedges, key=lambda h: (h.span.start, -h.span.end)))


def find_flags(tokens: Tokens, lexicon: Lexicon) -> list[Flag]:
    """Words to look at that are no hedges: how often, whose words, removed, pictures."""
    flags = [Flag(_span(tokens, i, j), kind) for i, j, kind in lexicon.flags.find(tokens)]
    if lexicon.code == "en":
        sources = list(_vague(tokens))
        inside = {place for i, j in sources for place in range(i, j)}
        flags += [Flag(_span(tokens, i, j), "vague_source") for i, j in sources]
        flags += [
            Flag(_span(tokens, i, j), "vague_count") for i, j in _vague_counts(tokens) if i not in inside
        ]
    return sorted(flags, key=lambda flag: flag.span.start)


def find_conditions(tokens: Tokens, lexicon: Lexicon) -> Iterator[tuple[int, int]]:
    """The words that open a condition; `if` in the sense of whether is none."""
    for i, j, _ in lexicon.conditions.find(tokens):
        is_whether = tokens.norm(i - 1) in _WHETHER or tokens.norm(i + 1) in ("not", "any", "ever", "only")
        if tokens.norm(i) == "if" and is_whether:
            continue
        if tokens.norm(i).startswith("should") and i > 0:
            continue  # "should the" opens a condition at the beginning only
        if tokens.norms[i] == "on" and tokens.norm(i + 3) == "of":
            continue
        yield i, j


def find_negations(tokens: Tokens, lexicon: Lexicon) -> list[Span]:
    """Negators, each with the words that it reaches: up to five, to the next sign."""
    found = []
    for i in range(len(tokens)):
        if tokens.norms[i] not in lexicon.negators:
            continue
        if tokens.norms[i] == "no" and (tokens.norm(i + 1) == "." or tokens.is_number(i + 1)):
            continue  # No. 5
        if tokens.norms[i] == "not" and tokens.norm(i + 1) == "only":
            continue
        j = i + 1
        while j < len(tokens) and j < i + 6 and (tokens.is_word(j) or tokens.is_number(j)):
            j += 1
        found.append(_span(tokens, i, j))
    return found


def _is_meant(tokens: Tokens, i: int, j: int) -> bool:
    """Whether a word is a hedge here."""
    word, before, after = tokens.norms[i], tokens.norm(i - 1), tokens.norm(j)
    if word == "may":
        return not _is_month(tokens, i)
    if word == "might":
        return before not in _MIGHT_NOUN and after not in ("of", ".", ",", ";", "")
    if word == "could":
        return after != "not" or tokens.norm(j + 1) == "have"  # past: it failed
    if (
        word in ("likely", "possible", "probable")
        and tokens.is_capital(i)
        and (i > 0 or tokens.is_capital(j))
    ):
        return False  # a name
    if word == "either":
        return "or" in tokens.norms[i + 1 : i + 25]
    if (
        word in ("estimate", "estimates", "guess", "suspect", "suspects", "doubts")
        and tokens.is_capital(i)
        and i > 0
    ):
        return False
    if word == "suspects" and before in _POSSESSED:
        return False  # people under suspicion
    if word in ("appear", "appears", "appeared") and j == i + 1:
        return not _is_appearance(tokens, j)
    if word == "potential" and after in ("of", "energy", ".", ",", ";", "difference"):
        return False
    if word == "supposed" and before in ("was", "were", "am") and after == "to":
        return False
    if word in ("believes", "believe", "believed", "belief") and after == "in":
        return False
    return not (word == "possible" and before == "as")


def _is_appearance(tokens: Tokens, j: int) -> bool:
    """Whether something appeared, came out, and does not seem: appeared in, on, at, as."""
    return tokens.norm(j) in (
        "in",
        "on",
        "at",
        "as",
        "before",
        "with",
        "for",
        "under",
        "alongside",
        "again",
        "there",
        ".",
        ",",
        "",
    )


def _is_month(tokens: Tokens, i: int) -> bool:
    before, after = tokens.norm(i - 1), tokens.norm(i + 1)
    if tokens.word(i) == "MAY" and i > 0 and tokens.word(i - 1).isupper() and tokens.is_word(i - 1):
        return False  # in capitals throughout
    if not tokens.is_capital(i):
        return tokens.is_number(i - 1) and after in ("19", "20")
    if i > 0 and before not in ('"', "“", "«", "„", "'", "‘", "(", ":", "—", "–", "."):
        return True
    return (
        tokens.is_number(i + 1)
        or before in MONTH_BEFORE
        or after not in ("i", "we", "he", "she", "they", "it", "you", "the", "god")
    )


def _before_numbers(
    tokens: Tokens, lexicon: Lexicon, taken: frozenset[int]
) -> Iterator[tuple[int, int, str]]:
    """about, more than, up to: only where a number follows, or stands before."""
    i = 0
    while i < len(tokens):
        if hit := lexicon.before.at(tokens, i):
            k = hit[0] + (tokens.norm(hit[0]) in ("$", "€", "£", "¥", "₩", "₴"))
            k += tokens.norm(k) in ("the", "a") and number_at(tokens, k, lexicon) is None
            if hit[1] == "nearly" and tokens.is_word(hit[0]) and tokens.norm(i - 1) != "not":
                yield i, hit[0], "approximator"
                i = hit[0]
                continue
            if (number_at(tokens, k, lexicon) is not None and k not in taken) or tokens.norm(k) in (
                "twice",
                "double",
            ):
                yield i, hit[0], "approximator"
                i = hit[0]
                continue
        if (
            i > 0
            and (hit := lexicon.after.at(tokens, i))
            and any(number_at(tokens, i - k, lexicon) is not None for k in (1, 2, 3))
        ):
            yield i, hit[0], "approximator"
            i = hit[0]
            continue
        i += 1


def _vague(tokens: Tokens) -> Iterator[tuple[int, int]]:
    """Groups without names who say or think something: some experts, many, critics."""
    for i in range(len(tokens)):
        word, after = tokens.norms[i], tokens.norm(i + 1)
        if word in VAGUE and after in GROUPS:
            yield i, i + 2
        elif word in VAGUE and tokens.norm(i + 2) in GROUPS and tokens.is_word(i + 1):
            yield i, i + 3
        elif (word in ("some", "many", "others", "most", "several") and after in _SPEECH - {"have"}) or (
            word
            in (
                "critics",
                "experts",
                "scholars",
                "observers",
                "analysts",
                "historians",
                "sceptics",
                "skeptics",
                "commentators",
                "proponents",
                "opponents",
            )
            and (after in _SPEECH or tokens.norm(i + 2) in _SPEECH)
            and tokens.norm(i - 1) not in VAGUE
        ):
            yield i, i + 1


def _vague_counts(tokens: Tokens) -> Iterator[tuple[int, int]]:
    """How many is left open: some, many, most, several, various, a number of."""
    for i in range(len(tokens)):
        word, before, after = tokens.norms[i], tokens.norm(i - 1), tokens.norm(i + 1)
        is_led = before in ("the", "a", "as", "so", "too", "how", "at") or tokens.is_number(i + 1)
        if (
            (
                word in ("some", "many", "several", "various", "numerous", "countless")
                and not is_led
                and tokens.is_word(i + 1)
            )
            or (word == "most" and not is_led and (after == "of" or (after.endswith("s") and len(after) > 3)))
            or (
                word == "certain"
                and not is_led
                and after.endswith("s")
                and before not in ("is", "are", "was", "were")
            )
        ):
            yield i, i + 1
        elif word == "number" and before == "a" and after == "of":
            yield i - 1, i + 2
        elif word == "few" and before == "a":
            yield i - 1, i + 1


def _apart(hedges: list[Hedge]) -> list[Hedge]:
    """None inside another."""
    kept: list[Hedge] = []
    for hedge in hedges:
        if not kept or hedge.span.start >= kept[-1].span.end:
            kept.append(hedge)
    return kept


def _span(tokens: Tokens, i: int, j: int) -> Span:
    a, b = tokens.starts[i], tokens.ends[j - 1]
    return Span(a, b, tokens.text[a:b])
