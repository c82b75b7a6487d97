"""Who says it: verbs of speech with their stance, their speakers, and the way the words came by."""

from __future__ import annotations

from dataclasses import dataclass, field

from siteline.claims.draft.groups import Groups
from siteline.claims.draft.lexicon import Lexicon
from siteline.claims.draft.relays import Ways
from siteline.claims.draft.tokens import CLOSING, Tokens, one_of

_MODALS = one_of("will would could can may might should must to")
_PARTICIPLES = one_of("saying adding warning noting claiming alleging stating announcing arguing concluding explaining denying"
                      " rejecting dismissing insisting stressing confirming estimating reporting telling stressing")  # fmt: skip
_NOUNS = one_of(
    "caution stress reply recall documents records counts recounted report reports claim claims estimate"
    " estimates state states note notes warning"
    " confirm believe claimed"
)
"""Verbs that are nouns or part of something else as often."""

_NOT_DENIED = one_of(
    "access entry permission visa visas bail request requests treatment opportunity admission service boarding"
)
_DISMISSABLE = one_of(
    "dismissed dismisses dismiss dismissing rejected rejects reject rejecting disputed disputes"
)
_SAID_OF = one_of("claim allegation report accusation charge suggestion assertion figure idea speculation rumour"
                  " rumor finding account"
                  " number estimate statement story article version narrative conclusion criticism")  # fmt: skip
_SILENT = {"responded": "no_answer", "replied": "no_answer", "answered": "no_answer", "commented": "no_position",
           "confirmed": "no_position", "would": "no_position"}  # fmt: skip
"""After `neither A nor B`: what both left undone."""

_CALLS = one_of("called calls call described describes describe branded labelled labeled decried")
"""With a word such as false behind them, they deny."""

_NO_SUBJECT = one_of(
    "in of at on for with by from to and or the a an into under over about as than most some all"
)
"""Words with which no subject ends."""

_BODIES = one_of(
    "ministry office army government police company institute authority statement report mission navy committee council"
    " prosecution prosecutors centre center university association firm department embassy service staff"
)


@dataclass(slots=True)
class Cue:
    """A verb or formula of attribution, by token numbers."""

    start: int
    end: int
    stance: str
    form: str
    """before, after, told, passive, citing, quoted, bare."""

    group: tuple[int, int] | None
    """The words that name the speaker."""

    relays: list[tuple[int, int]] = field(default_factory=list)
    """Through whom it came, nearest to the speaker first."""

    is_negated: bool = False


def find_cues(tokens: Tokens, lexicon: Lexicon, quoted: list[bool]) -> list[Cue]:
    """Cues outside quotations, in order."""
    finder = _Finder(tokens, lexicon, quoted)
    cues: list[Cue] = []
    i = 0
    while i < len(tokens):
        cue = None if quoted[i] else finder.at(i)
        if cue is None:
            i += 1
            continue
        cues.append(cue)
        i = cue.end
    return cues


class _Finder:
    """One walk over a sentence."""

    def __init__(self, tokens: Tokens, lexicon: Lexicon, quoted: list[bool]) -> None:
        self.tokens, self.lexicon, self.quoted = tokens, lexicon, quoted
        self.groups = Groups(tokens, lexicon, quoted)
        self.ways = Ways(tokens, lexicon, self.groups)

    def at(self, i: int) -> Cue | None:
        """The cue that begins at a token."""
        if hit := self.lexicon.bare.at(self.tokens, i):
            return self._bare(i, *hit)
        if hit := self.lexicon.told.at(self.tokens, i):
            return self._told(i, *hit)
        if hit := self.lexicon.verbs.at(self.tokens, i):
            return self._verb(i, *hit)
        if self.tokens.norms[i] == "neither":
            return self._neither(i)
        if self.tokens.norms[i] in _CALLS:
            return self._called(i)
        return None

    def _called(self, i: int) -> Cue | None:
        """`The ministry called the report “false”.`"""
        ahead = self.tokens.norms[i + 1 : i + 12]
        if (
            not set(ahead) & self.lexicon.false_words
            or "not" in ahead
            or self._passed(i) & self.lexicon.passive
        ):
            return None
        group = self.groups.left(i - 1)
        return Cue(i, i + 1, "denial", "before", group) if group else None

    def _neither(self, i: int) -> Cue | None:
        """`Neither the company nor its owner responded.`"""
        tokens = self.tokens
        has_nor = False
        for k in range(i + 1, min(len(tokens), i + 16)):
            word = tokens.norms[k]
            has_nor = has_nor or word == "nor"
            if stance := _SILENT.get(word):
                if not has_nor or k - i < 4 or tokens.norms[k - 1] == "nor":
                    return None
                return Cue(k, k + 1, stance, "before", (i, self.groups.last_of(k - 1) + 1))
            if word in ",;:." or self.quoted[k]:
                return None
        return None

    def _bare(self, i: int, j: int, stance: str) -> Cue:
        tokens = self.tokens
        group = None
        if tokens.norm(j - 1) in ("this", "the") and tokens.is_word(
            j
        ):  # an earlier version of this | article said
            verb = next(
                (k for k in range(j, min(len(tokens), j + 6)) if self.lexicon.verbs.at(tokens, k)), None
            )
            if verb is not None:
                return Cue(verb, self.lexicon.verbs.at(tokens, verb)[0], stance, "bare", (i, verb))  # type: ignore[index]
            j += 1
        if tokens.norm(j - 1) in ("reach", "contact"):
            group = self.groups.right(j)
        elif tokens.norm(j) in ("from", "to", "by", "of"):
            group = self.groups.right(j + 1)
        elif i > 0 and tokens.norm(i) in ("has", "have", "was", "were", "is", "hereby"):
            group = None
        return Cue(i, j, stance, "bare", group)

    def _told(self, i: int, j: int, stance: str) -> Cue | None:
        tokens = self.tokens
        group = self.groups.right(j, leading=i == 0 or tokens.norm(i - 1) in self.lexicon.joiners)
        if group is None:
            return None
        word = tokens.norm(i)
        if word in ("citing", "quoting", "посилаючись", "ссылаясь", "со", "з"):
            return Cue(i, j, stance, "citing", group)
        if word.endswith("ed") and tokens.norm(i - 1) in self.lexicon.determiners:
            return None
        return Cue(i, j, stance, "told", group, self.ways.seen_by(group))

    def _verb(self, i: int, j: int, stance: str) -> Cue | None:
        tokens, lexicon = self.tokens, self.lexicon
        word, before, after = tokens.norm(i), tokens.norm(i - 1), tokens.norm(j)
        is_single = j == i + 1
        if is_single and self._is_no_verb(i, j, stance):
            return None
        passed = self._passed(i)
        if is_single and passed & _MODALS and lexicon.code == "en":
            return None
        if word == "quoted" and (cue := self._quoted(i, j)) is not None:
            return cue
        if is_single and passed & lexicon.passive and word != "told":
            return self._passive(i, j, stance)
        is_negated = bool(passed & lexicon.negators)
        if is_negated and stance in ("neutral", "doubt", "denial"):
            stance = "no_position"
        start = self._negation(i) if is_negated else i
        if word == "quoted":
            return None
        if is_single and word not in ("told", "tell", "tells") and self._is_inverted(i, j):
            group = self.groups.right(j)
            if group is not None and not self._is_aside(i, group):
                return Cue(start, j, stance, "after", group, self.ways.seen_by(group), is_negated)
        if word in _PARTICIPLES and before == ",":
            return None
        group = self.groups.left(i - 1)
        if group is None:
            if (
                lexicon.code != "en"
                and is_single
                and (group := self.groups.right(j)) is not None
                and after not in lexicon.breakers
            ):
                return Cue(start, j, stance, "after", group, self.ways.seen_by(group), is_negated)
            return None
        last = group[1] - 1
        if lexicon.code == "en" and tokens.norms[last] in _NO_SUBJECT and not tokens.is_capital(last):
            return None
        if word in _NOUNS and is_single and not self._is_clause(group, j):
            return None
        if stance == "no_answer":
            group = self.ways.asked(group)
        relays = self.ways.seen_by(group)
        if word in ("told", "tell", "tells") and (hearer := self.ways.hearer(j)):
            relays = [*relays, hearer]
        if with_whom := self.ways.interviewer(j):
            relays = [*relays, with_whom]
        return Cue(start, j, stance, "before", group, relays, is_negated)

    def _is_no_verb(self, i: int, j: int, stance: str) -> bool:
        """Whether the word is an adjective or noun here, or means something else."""
        tokens = self.tokens
        word, before, after = tokens.norm(i), tokens.norm(i - 1), tokens.norm(j)
        if self.lexicon.code != "en":
            return False
        if tokens.is_capital(i) and i > 0 and tokens.is_word(i - 1):
            return True  # the United States
        if before in self.lexicon.determiners or before in ("of", "with", "by", "from", "-") or after == "-":
            return before not in ("this", "that", "it", "these", "those") or after == "-" or word in _NOUNS
        if word in ("added", "adds", "add", "adding") and after in (
            "to",
            "up",
            "new",
            "a",
            "an",
            "two",
            "three",
        ):
            return True
        if word == "claimed" and after in ("responsibility", "victory", "the", "lives", "credit"):
            return after != "the"
        if stance == "denial" and after in _NOT_DENIED:
            return True
        if word in _DISMISSABLE:
            ahead = tokens.norms[j : j + 8]
            return not ("as" in ahead or any(w.rstrip("s").rstrip("'") in _SAID_OF for w in ahead))
        return word in (
            "counted",
            "recorded",
            "documented",
            "described",
            "describes",
            "indicated",
            "believe",
            "believes",
        ) and (after == "on" or before in self.lexicon.passive)

    def _passed(self, i: int) -> set[str]:
        """Auxiliaries and adverbs between a verb and its subject."""
        words: set[str] = set()
        k = i - 1
        while k >= 0 and (self.tokens.norms[k] in self.lexicon.fillers or self.tokens.norms[k] in ("to", "may", "might", "must",
                                                                                                   "should")):  # fmt: skip
            words.add(self.tokens.norms[k])
            k -= 1
        if k >= 0 and self.tokens.norms[k].endswith("n't"):
            words.add(self.tokens.norms[k])
        return words

    def _negation(self, i: int) -> int:
        k = i - 1
        while k > 0 and self.tokens.norms[k] not in self.lexicon.negators:
            k -= 1
        while k > 0 and self.tokens.norms[k - 1] in ("has", "have", "had", "did", "does", "do"):
            k -= 1
        return max(k, 0)

    def _passive(self, i: int, j: int, stance: str) -> Cue | None:
        """`was denied by the ministry`."""
        for k in range(j, min(len(self.tokens), j + 6)):
            if self.tokens.norms[k] in self.lexicon.by:
                group = self.groups.right(k + 1)
                return Cue(i, j, stance, "passive", group) if group else None
            if not self.tokens.is_word(k):
                break
        return None

    def _quoted(self, i: int, j: int) -> Cue | None:
        """`the agency quoted an official as saying`; `he was quoted as saying`; `quoted by X as saying`."""
        tokens = self.tokens
        at = next((k for k in range(j, min(len(tokens) - 1, j + 25)) if tokens.norms[k] == "as" and tokens.norms[k + 1] in
                   ("saying", "telling", "stating", "warning", "writing")), None)  # fmt: skip
        if at is None:
            return None
        subject = self.groups.left(i - 1)
        by = next((k for k in range(j, at) if tokens.norms[k] == "by"), None)
        if self._passed(i) & self.lexicon.passive:
            relay = (by + 1, at) if by is not None and by + 1 < at else None
            return Cue(i, at + 2, "neutral", "before", subject, [relay] if relay else []) if subject else None
        if j >= at:
            return None
        return Cue(i, at + 2, "neutral", "quoted", (j, at), [subject] if subject else [])

    def _is_inverted(self, i: int, j: int) -> bool:
        """`…, said Dana Weir.`: the speaker comes after the verb."""
        tokens = self.tokens
        before, after = tokens.norm(i - 1), tokens.norm(j)
        is_led = i == 0 or before in (",", "—", "–", "-") or (before in CLOSING and self.quoted[i - 1])
        if not is_led or j >= len(tokens) or after in self.lexicon.breakers or not tokens.is_word(j):
            return False
        if self.lexicon.code == "en" and i == 0:
            return False
        group = self.groups.right(j)
        if group is None or self.groups.is_finite(*group):
            return False
        is_quote_led = i > 0 and (self.quoted[i - 1] or (i > 1 and self.quoted[i - 2]))
        ends = group[1] >= len(tokens) or not tokens.is_word(group[1]) or self.groups._is_when(group[1])
        names = (
            tokens.is_capital(j)
            or after in self.lexicon.determiners
            or after in self.lexicon.pronouns
            or (
                after in self.lexicon.persons
                or tokens.norm(group[1] - 1) in self.lexicon.persons
                or self.lexicon.code != "en"
            )
        )
        return names and (is_quote_led or ends or tokens.norm(group[1]) in self.lexicon.breakers)

    def _is_aside(self, i: int, group: tuple[int, int]) -> bool:
        """Whether `, said` closes an aside about the speaker before it: the words after it name nobody."""
        tokens = self.tokens
        if tokens.norm(i - 1) != "," or self.quoted[i - 1] or (i > 1 and self.quoted[i - 2]):
            return False
        known = self.lexicon.persons | self.lexicon.relays | _BODIES
        has_number = any(tokens.is_number(k) for k in range(*group))
        names = not has_number and any(
            tokens.norms[k] in known or (tokens.is_capital(k) and tokens.is_word(k)) for k in range(*group)
        )
        return not names and self.groups.left(i - 1) is not None

    def _is_clause(self, group: tuple[int, int], j: int) -> bool:
        """Whether a word that may be a noun is a verb here: a name or pronoun before, a clause behind."""
        tokens = self.tokens
        after = tokens.norm(j)
        if after in ("that", ",", ":") or (
            after in self.lexicon.pronouns | self.lexicon.determiners | {"at", "more", "about"}
        ):
            return tokens.norm(group[1] - 1) not in self.lexicon.fillers
        return (
            self.groups.is_finite(j, min(len(tokens), j + 12))
            and tokens.is_word(j)
            and after not in ("of", "in", "from", "by", "on")
        )
