"""Speakers that were named before, so that "she", "the centre" and words without a speaker find theirs; always"
" with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from siteline.claims.draft.lexicon import Lexicon
from siteline.claims.draft.tokens import Tokens, one_of
from siteline.model.draft import Span, Voice

_REACH = 4
"""How many sentences back a pronoun may point."""

_PEOPLE = one_of("he she i вона він она он")
_MANY = one_of("they we вони они ми мы")
_WITHIN = one_of("of at in from for with who")
"""Where the name of a speaker goes on to say whose they are."""

_SMALL = one_of("of the and for in at de von van la")


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who was named as a speaker, or a name that stood in the text."""

    span: Span
    norms: frozenset[str]
    sentence: int
    is_speaker: bool
    is_person: bool | None
    """None: it may be one."""


class Memory:
    """What was named so far."""

    def __init__(self) -> None:
        self._named: list[Named] = []
        self._by_word: dict[str, Named] = {}

    def learn(self, tokens: Tokens, sentence: int, voices: Sequence[Voice], lexicon: Lexicon) -> None:
        """Names of a sentence that was read."""
        for first, end in _names(tokens):
            self._add(tokens, first, end, sentence, is_speaker=False, lexicon=lexicon)
        for voice in voices:
            if voice.refers_to is None:
                first = next((i for i in range(len(tokens)) if tokens.starts[i] >= voice.span.start), 0)
                end = (
                    next(
                        (i for i in range(first, len(tokens)) if tokens.ends[i] >= voice.span.end),
                        len(tokens) - 1,
                    )
                    + 1
                )
                self._add(tokens, first, end, sentence, is_speaker=True, lexicon=lexicon)

    def find(
        self, tokens: Tokens, group: tuple[int, int], sentence: int, lexicon: Lexicon
    ) -> tuple[Span, str] | None:
        """For whom a pronoun, or "the centre", stands: the nearest that fits, and why; None where nothing does."""
        first, end = group
        words = tokens.norms[first:end]
        said = tokens.text[tokens.starts[first] : tokens.ends[end - 1]]
        if len(words) == 1 and words[0] in lexicon.pronouns:
            wants_person = words[0] in _PEOPLE
            for named in reversed(self._named[-60:]):
                if sentence - named.sentence > _REACH:
                    break
                fits = (
                    named.is_person is not False if wants_person else words[0] in _MANY or not named.is_person
                )
                if named.is_speaker and fits:
                    return (
                        named.span,
                        f"“{said}” seems to be “{named.span.words}”: the nearest speaker before that fits",
                    )
            return None
        if (
            words[0] == "the"
            and 2 <= len(words) <= 3
            and not any(tokens.is_capital(i) for i in range(first + 1, end))
        ):
            named_before = self._by_word.get(words[-1])
            if (
                named_before is not None
                and named_before.sentence <= sentence
                and named_before.span.words.lower() != said.lower()
            ):
                return named_before.span, f"“{said}” seems to be “{named_before.span.words}”, named before"
        return None

    def _add(
        self, tokens: Tokens, first: int, end: int, sentence: int, *, is_speaker: bool, lexicon: Lexicon
    ) -> None:
        a, b = tokens.starts[first], tokens.ends[end - 1]
        norms = tokens.norms[first:end]
        main = norms[: norms.index(",")] if "," in norms else norms
        is_person = self._is_person(tokens, first, norms, main, lexicon) if is_speaker else False
        named = Named(Span(a, b, tokens.text[a:b]), frozenset(norms), sentence, is_speaker, is_person)
        self._named.append(named)
        if is_speaker or len(norms) > 1:
            head = next((k for k, word in enumerate(main) if k and word in _WITHIN), len(main))
            for word in main[:head]:
                if word not in _SMALL and len(word) > 3:
                    self._by_word[word] = named
            inner = head + 1 + (head + 1 < len(main) and main[head + 1] == "the")
            if not is_speaker and inner < len(main):  # of "Dana Weir of the Brandt Centre" the centre
                self._add(tokens, first + inner, end, sentence, is_speaker=False, lexicon=lexicon)
        if len(self._named) > 400:
            del self._named[:200]

    def _is_person(
        self, tokens: Tokens, first: int, norms: Sequence[str], main: Sequence[str], lexicon: Lexicon
    ) -> bool | None:
        head = next((k for k, word in enumerate(main) if k and word in _WITHIN), len(main))
        if any(word in lexicon.persons for word in main[:head]) or (
            "," in norms and tokens.is_capital(first)
        ):
            return True
        is_name = (
            all(tokens.is_capital(first + k) for k in range(head)) and main[0] not in lexicon.determiners
        )
        return None if is_name and head <= 3 and not set(main[:head]) & lexicon.relays else False


def anonymity(tokens: Tokens, group: tuple[int, int], lexicon: Lexicon) -> tuple[str, str]:
    """(`asked`, `unnamed` or "", the words that say so) of a speaker; what was asked for may stand anywhere in the sentence."""
    first, end = group
    if lexicon.anonymous is not None:
        for i, j, _ in lexicon.anonymous.find(tokens):
            return "asked", tokens.text[tokens.starts[i] : tokens.ends[j - 1]]
    main = end
    for k in range(first, end):
        if tokens.norms[k] in (",", "who", "at", "of", "from", "in"):
            main = k
            break
    for k in range(first, main):
        if tokens.norms[k] in ("unnamed", "anonymous", "unidentified"):
            return "unnamed", tokens.word(k)
        if tokens.norms[k] in lexicon.persons and not (k + 1 < end and tokens.is_capital(k + 1)):
            return "unnamed", tokens.word(k)
    return "", ""


def _names(tokens: Tokens) -> list[tuple[int, int]]:
    """Runs of at least two capitalised words, numbers and small words between them allowed."""
    found = []
    i = 0
    while i < len(tokens):
        if not (tokens.is_word(i) and tokens.is_capital(i)):
            i += 1
            continue
        j, last = i + 1, i + 1
        while j < len(tokens) and j - i < 8:
            if tokens.is_word(j) and tokens.is_capital(j):
                last = j + 1
            elif not (
                tokens.norms[j] in _SMALL
                or tokens.is_number(j)
                or (tokens.norms[j] == "-" and tokens.touch(j))
            ):
                break
            j += 1
        if last - i > 1:
            begin = i + 1 if tokens.norms[i] in ("the", "a", "in", "at", "on") and last - i > 2 else i
            found.append((begin, last))
        i = max(last, i + 1)
    return found
