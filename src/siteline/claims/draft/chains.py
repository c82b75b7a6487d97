"""Of several cues in one sentence, the one that the whole stands under, and the way its words came by."""

from __future__ import annotations

from dataclasses import replace

from siteline.claims.draft.attribution import Cue
from siteline.claims.draft.lexicon import Lexicon
from siteline.claims.draft.tokens import Tokens, one_of

_UNABLE = one_of("could cannot can was were is are")
_MATERIAL = one_of(
    "data figures images imagery documents records reasons concerns security evidence footage photographs"
    " statistics risks rules law"
)
"""What is cited and speaks for nobody."""


def governing(cues: list[Cue], tokens: Tokens, lexicon: Lexicon) -> Cue | None:
    """
    The cue that the whole stands under, with its chain.

    Of nested ones (`X said that Y denied it`) the innermost speaks, and the others pass it on; `citing Z` names who spoke.
    """
    cited = [cue for cue in cues if cue.form == "citing"]
    plain = [cue for cue in cues if cue.form != "citing"]
    if not plain:
        return cited[0] if cited else None
    settled = [cue for cue in plain if cue.stance in ("correction", "retraction")]
    if settled:
        return next((cue for cue in settled if cue.group is not None), settled[0])
    main = plain[0]
    for cue in plain[1:]:
        if cue.group is None or cue.form == "bare":
            main = _firmer(main, cue)
        elif _is_pronoun(cue, tokens, lexicon):
            main = Cue(
                main.start,
                main.end,
                _stronger(main, cue),
                main.form,
                main.group,
                main.relays,
                main.is_negated,
            )
        elif cue.start > main.end and main.form == "before" and cue.form in ("before", "passive"):
            trails = tokens.norm(cue.group[0] - 1) == ","
            if not trails and cue.stance == "no_position" and tokens.norms[cue.start] in _UNABLE:
                main = replace(
                    main, start=cue.start, end=cue.end, stance=cue.stance
                )  # said that we could not confirm
                continue
            inner, outer = (main, cue) if trails else (cue, main)
            main = Cue(
                inner.start,
                inner.end,
                inner.stance,
                inner.form,
                inner.group,
                _joined(inner, outer),
                inner.is_negated,
            )
        elif cue.group is not None and main.group is not None:
            main = Cue(
                main.start, main.end, main.stance, main.form, main.group, _joined(main, cue), main.is_negated
            )
        else:
            main = _firmer(main, cue)
    cited = [
        cue for cue in cited if cue.group is not None and tokens.norms[cue.group[1] - 1] not in _MATERIAL
    ]
    if cited and cited[0].group is not None and main.form != "citing":
        relays = [main.group, *main.relays] if main.group else main.relays
        form = "cited" if main.form in ("before", "after") else main.form
        main = Cue(main.start, main.end, main.stance, form, cited[0].group, relays, main.is_negated)
    return main


def _joined(inner: Cue, outer: Cue) -> list[tuple[int, int]]:
    chain = [*inner.relays, *([outer.group] if outer.group else []), *outer.relays]
    return list(dict.fromkeys(chain))


def _firmer(main: Cue, cue: Cue) -> Cue:
    """The one that settles more: silence and denial before plain speech."""
    if cue.stance in ("no_answer", "no_position", "denial") and main.stance in ("neutral", "doubt"):
        return Cue(
            cue.start, cue.end, cue.stance, cue.form, cue.group or main.group, main.relays, cue.is_negated
        )
    return main


def _stronger(main: Cue, cue: Cue) -> str:
    """`The ministry said it denied the report`."""
    return cue.stance if main.stance == "neutral" and cue.stance in ("denial", "no_position") else main.stance


def _is_pronoun(cue: Cue, tokens: Tokens, lexicon: Lexicon) -> bool:
    return (
        cue.group is not None
        and cue.group[1] - cue.group[0] == 1
        and tokens.norms[cue.group[0]] in lexicon.pronouns
    )
