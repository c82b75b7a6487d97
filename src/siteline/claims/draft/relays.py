"""The ways by which a speaker's words came: seen by, told to, in an interview with; and who was asked and did not answer."""

from __future__ import annotations

from siteline.claims.draft.groups import Groups
from siteline.claims.draft.lexicon import Lexicon
from siteline.claims.draft.tokens import Tokens, one_of

_SEEN_BY = one_of(
    "seen obtained reviewed cited quoted carried published reported released aired broadcast shared circulated"
)
_HEARERS = one_of(
    "reporters journalists us them him her me lawmakers parliament court council lawmakers lawmaker committee deputies"
)
_REQUESTS = one_of(
    "request requests question questions email emails call calls letter letters message messages inquiries"
)


class Ways:
    """Ways through one sentence."""

    def __init__(self, tokens: Tokens, lexicon: Lexicon, groups: Groups) -> None:
        self.tokens, self.lexicon, self.groups = tokens, lexicon, groups

    def seen_by(self, group: tuple[int, int]) -> list[tuple[int, int]]:
        """`a report seen by the Herald`: the Herald passed it on."""
        for k in range(group[0], group[1] - 2):
            if self.tokens.norms[k] in _SEEN_BY and self.tokens.norms[k + 1] == "by":
                return [(k + 2, group[1])]
        return []

    def hearer(self, j: int) -> tuple[int, int] | None:
        """`told the Herald`: the Herald passed it on; of reporters nobody knows."""
        tokens = self.tokens
        end = j
        while (
            end < min(len(tokens), j + 7)
            and tokens.is_word(end)
            and tokens.norms[end] not in self.lexicon.breakers
            and (
                tokens.is_capital(end)
                or tokens.norms[end] in self.lexicon.determiners | self.lexicon.relays | {"news"}
            )
        ):
            end += 1
        if (
            end == j
            or tokens.norm(j) in _HEARERS
            or (end == j + 1 and tokens.norm(j) in self.lexicon.determiners)
        ):
            return None
        words = set(tokens.norms[j:end])
        is_outlet = bool(words & self.lexicon.relays) or (
            tokens.is_capital(end - 1) and tokens.norm(j) == "the"
        )
        return (j, end) if is_outlet and not words & _HEARERS else None

    def interviewer(self, j: int) -> tuple[int, int] | None:
        """`in an interview with the Herald`."""
        tokens = self.tokens
        for k in range(j, min(len(tokens) - 1, j + 12)):
            if tokens.norms[k] == "interview" and tokens.norms[k + 1] == "with":
                return self.groups.right(k + 2)
        return None

    def asked(self, group: tuple[int, int]) -> tuple[int, int]:
        """Of `requests sent to the factory`, the factory."""
        tokens = self.tokens
        if any(tokens.norms[k] in _REQUESTS for k in range(group[0], min(group[1], group[0] + 4))):
            for k in range(group[0], group[1] - 1):
                if tokens.norms[k] == "to":
                    return (k + 1, group[1])
        return group
