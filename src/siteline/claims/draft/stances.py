"""What a speaker does with what is said: assert, hedge, deny, take no side, stay silent, correct; with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from siteline.claims.draft.attribution import Cue
from siteline.claims.draft.lexicon import Lexicon
from siteline.claims.draft.tokens import Phrases, Tokens, listed, one_of
from siteline.model.draft import Hedge

_BY_CUE = {
    "correction": ("corrects", "a formula of correction"),
    "retraction": ("retracts", "the words are taken back"),
    "no_answer": ("nonresponse", "asked, and no answer: silence is no denial"),
    "no_position": ("no_position", "neither for nor against"),
    "denial": ("denies", "a verb of denial"),
}
_NO_WORD = Phrases(
    dict.fromkeys(
        listed(
            "no comment|nothing to say|cannot confirm|can't confirm|can neither confirm nor deny|no information|not aware",
            "unable to confirm|neither confirm nor deny|do not comment|does not comment|don't comment|not comment",
            "will not comment|won't comment|не коментуємо|не комментируем|без коментарів|без комментариев",
        ),
        "no_position",
    )
)
_NOT_SO = Phrases(
    dict.fromkeys(
        listed(
            "no truth|nothing of the kind|nothing of the sort|no basis in|not true|not the case|no such|nothing to do with",
            "did not happen|never happened|no grounds|не відповідає дійсності|не відповідають дійсності|нічого спільного",
            "не соответствует действительности|ничего общего",
        ),
        "denial",
    )
)
_BE = one_of("is are was were be being 's it's that's these as were is а це є это эти")
_SELF = one_of("it he she they")
_TELLS = one_of("say tell confirm comment discuss verify disclose answer speculate elaborate")
_ACTS = 7
"""How far after "we" a negation is still ours, in words."""


@dataclass(frozen=True, slots=True)
class Read:
    """A stance, and why."""

    stance: str
    reason: str


def read_stance(
    tokens: Tokens,
    quoted: Sequence[bool],
    cue: Cue | None,
    hedges: Sequence[Hedge],
    lexicon: Lexicon,
    *,
    is_conditional: bool,
    is_spoken: bool,
) -> Read:
    """The stance of a sentence or clause. `is_spoken`: whether somebody is quoted in it, named here or nearby."""
    if cue is not None and cue.stance in _BY_CUE:
        stance, why = _BY_CUE[cue.stance]
        said = tokens.text[tokens.starts[cue.start] : tokens.ends[cue.end - 1]]
        return Read(stance, f"“{said}”: {why}" + (" (a verb of speech, negated)" if cue.is_negated else ""))
    if (cue is not None or is_spoken) and not is_conditional:
        own = _own_words(tokens, quoted, cue)
        if own and (denial := _denies(tokens, own, lexicon, quoted)):
            return denial
    if is_conditional:
        return Read("asserts", "under a condition: it claims nothing about the present")
    if hedges:
        return Read("hedges", "hedged: " + ", ".join(f"“{h.span.words}” ({h.kind})" for h in hedges[:6]))
    return Read("asserts", "no hedge found")


def _own_words(tokens: Tokens, quoted: Sequence[bool], cue: Cue | None) -> list[int]:
    """The tokens that the speaker says: what is quoted, else what follows the verb, or stands before it."""
    inside = [i for i in range(len(tokens)) if quoted[i]]
    if inside and (cue is None or cue.form not in ("before", "quoted", "cited") or inside[0] < cue.end):
        return inside
    if cue is None:
        return []
    if cue.form in ("before", "quoted", "cited"):
        after = list(range(cue.end, len(tokens)))
        return after if len(after) > 2 else list(range(cue.group[0] if cue.group else cue.start))
    return list(range(cue.end, len(tokens))) if cue.start < 3 else list(range(cue.start))


def _denies(tokens: Tokens, own: Sequence[int], lexicon: Lexicon, quoted: Sequence[bool]) -> Read | None:
    first, last = own[0], own[-1] + 1
    if [tokens.norms[i] for i in own if tokens.norms[i][0].isalnum()] in (["no"], ["ні"], ["нет"]):
        return Read("denies", "the speaker says no")
    for i in own:
        if (hit := _NO_WORD.at(tokens, i)) and hit[0] <= last:
            return Read("no_position", f"the speaker takes no side: “{_words(tokens, i, hit[0])}”")
        if (
            (hit := _NOT_SO.at(tokens, i))
            and hit[0] <= last
            and not (tokens.norm(i) == "no" and tokens.norm(hit[0]) in ("thing", "luck"))
        ):
            return Read("denies", f"the speaker says it is not so: “{_words(tokens, i, hit[0])}”")
        if tokens.norms[i] in lexicon.false_words and _is_called(tokens, i, first, lexicon):
            return Read("denies", f"the speaker calls it “{tokens.word(i)}”")
    for i in own:
        word = tokens.norms[i]
        is_own = word in lexicon.own
        is_self = not quoted[i] and word in _SELF and (i - first <= 1 or tokens.norms[i - 1] == "that")
        if not (is_own or is_self):
            continue
        for k in range(i + 1, min(last, i + _ACTS)):
            if tokens.norms[k] in ",;.:":
                break
            if lexicon.before.at(tokens, k) is not None:
                continue  # no more than
            if tokens.norms[k] in lexicon.negators or tokens.norms[k].endswith("n't"):
                return _of_acts(tokens, i, k, last, lexicon)
    return None


def _of_acts(tokens: Tokens, i: int, k: int, last: int, lexicon: Lexicon) -> Read | None:
    """A denial of one's own acts; that one has not seen or does not know something denies nothing."""
    before = tokens.norm(k - 1)
    if before in ("know", "knew", "knows", "known"):
        return Read("no_position", f"the speaker does not know: “{_words(tokens, i, k + 1)}”")
    if before in lexicon.perceives:
        return None  # saw no change
    verb = k + 1
    while verb < last and tokens.norms[verb] in lexicon.fillers | {"been", "yet", "ever", "and"}:
        verb += 1
    word = tokens.norm(verb)
    if tokens.norms[k] in ("can't", "cannot") or (tokens.norm(k - 1) == "can" and tokens.norms[k] == "not"):
        said = _words(tokens, i, min(verb + 1, last))
        return Read("no_position", f"the speaker does not say: “{said}”") if word in _TELLS else None
    if word in lexicon.perceives:
        if word in ("know", "known", "знаємо", "знаем", "знаю"):
            return Read(
                "no_position", f"the speaker does not know: “{_words(tokens, i, min(verb + 1, last))}”"
            )
        return None
    return Read("denies", f"the speaker denies acts of their own: “{_words(tokens, i, min(verb + 1, last))}”")


def _is_called(tokens: Tokens, i: int, first: int, lexicon: Lexicon) -> bool:
    """Whether `false` is said of something, and not negated or a mere adjective."""
    ahead = tokens.norms[max(first, i - 4) : i]
    if any(word in lexicon.negators for word in ahead):
        return False
    return any(word in _BE for word in ahead) or i - first <= 1 or lexicon.code != "en"


def _words(tokens: Tokens, i: int, j: int) -> str:
    return tokens.text[tokens.starts[i] : tokens.ends[j - 1]]
