"""Two editions side by side: each sentence that changed, and what its change rests on."""

from __future__ import annotations

import base64
import difflib
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from siteline.model.release import ReleasedSentence, Rested
from siteline.report.frame import environment, template_text

_ALIKE = 0.45
"""Words that two sentences must share, of all they have, to be one sentence that was changed."""

_WORDS = re.compile(r"\s+|[^\s]+")
_NUMBER = re.compile(r"\d[\d.,\u202f\u00a0]*")
_MOST_PAIRS = 40_000

WORDS = {
    "added": "added",
    "removed": "removed",
    "wording": "other words on the same ground",
    "number": "its number moved",
    "claim": "what it cites says something else",
    "sources": "it cites something else",
    "rests": "the words are the same, what they rest on is not",
    "redacted": "redacted",
    "shown": "no longer redacted",
}
"""What a change is, in words."""


@dataclass(frozen=True, slots=True)
class Change:
    """One sentence that differs."""

    kind: str
    """Of `WORDS`."""

    before: ReleasedSentence | None
    after: ReleasedSentence | None
    because: tuple[str, ...]
    """What the change rests on, one line each; () for wording alone."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two."""

    name: str
    """ "hall/1", or a file."""

    title: str
    day: str
    sentences: tuple[ReleasedSentence, ...]
    figures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs between two."""

    a: Side
    b: Side
    changes: tuple[Change, ...]
    same: int
    """Sentences that are the same and rest on the same."""

    figures: tuple[str, ...]
    """What became of figures, one line each."""

    def as_dict(self) -> dict[str, Any]:
        """Interchange form."""
        return {
            "siteline": "diff/1",
            "a": _side(self.a),
            "b": _side(self.b),
            "same": self.same,
            "title": None if self.a.title == self.b.title else [self.a.title, self.b.title],
            "changes": [
                {
                    "kind": c.kind,
                    "words": WORDS[c.kind],
                    "a": _told(c.before),
                    "b": _told(c.after),
                    "because": list(c.because),
                }
                for c in self.changes
            ],
            "figures": list(self.figures),
        }


def compare(a: Side, b: Side) -> Difference:
    """What differs, in the reading order of the second; sentences are matched by their words, then by what they cite."""
    pairs = _pairs(a.sentences, b.sentences)
    changes = [change for before, after in pairs if (change := _change(before, after)) is not None]
    return Difference(a, b, tuple(changes), len(pairs) - len(changes), tuple(_figures(a, b)))


def _pairs(
    a: Sequence[ReleasedSentence], b: Sequence[ReleasedSentence]
) -> list[tuple[ReleasedSentence | None, ReleasedSentence | None]]:
    keys_a, keys_b = [_key(s) for s in a], [_key(s) for s in b]
    matcher = difflib.SequenceMatcher(None, keys_a, keys_b, autojunk=False)
    found: list[tuple[ReleasedSentence | None, ReleasedSentence | None]] = []
    for what, a0, a1, b0, b1 in matcher.get_opcodes():
        if what == "equal":
            found += zip(a[a0:a1], b[b0:b1], strict=True)
        else:
            found += _match(a[a0:a1], b[b0:b1])
    return _moved(found)


def _match(
    gone: Sequence[ReleasedSentence], new: Sequence[ReleasedSentence]
) -> list[tuple[ReleasedSentence | None, ReleasedSentence | None]]:
    """Of two runs that differ, which sentences are one sentence that was changed: the most alike first."""
    scores = (
        sorted(
            (
                (score, i, j)
                for i, one in enumerate(gone)
                for j, other in enumerate(new)
                if (score := _alike(one, other))
            ),
            key=lambda s: (-s[0], s[1], s[2]),
        )
        if len(gone) * len(new) <= _MOST_PAIRS
        else [(1.0, i, i) for i in range(min(len(gone), len(new)))]
    )
    taken_a, taken_b = dict[int, int](), dict[int, int]()
    for _, i, j in scores:
        if i not in taken_a and j not in taken_b:
            taken_a[i], taken_b[j] = j, i
    told: list[tuple[ReleasedSentence | None, ReleasedSentence | None]] = []
    told += [(one, None) for i, one in enumerate(gone) if i not in taken_a]
    told += [(gone[taken_b[j]] if j in taken_b else None, other) for j, other in enumerate(new)]
    return told


def _moved(
    pairs: list[tuple[ReleasedSentence | None, ReleasedSentence | None]],
) -> list[tuple[ReleasedSentence | None, ReleasedSentence | None]]:
    """A sentence that only stands elsewhere was neither removed nor added."""
    gone = {_key(before): before for before, after in pairs if before is not None and after is None}
    back = {_key(after) for before, after in pairs if before is None and after is not None}
    told: list[tuple[ReleasedSentence | None, ReleasedSentence | None]] = []
    for before, after in pairs:
        if before is not None and after is None and _key(before) in back:
            continue
        if before is None and after is not None and _key(after) in gone:
            told.append((gone.pop(_key(after)), after))
            continue
        told.append((before, after))
    return told


def _alike(one: ReleasedSentence, other: ReleasedSentence) -> float:
    """How alike two sentences are, 0 to 2; 0 for two of which neither comes from the other."""
    if one.redacted or other.redacted:
        return 0.5 if one.id == other.id else 0.0
    a, b = one.text.casefold().split(), other.text.casefold().split()
    share = difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()
    cites = {r.cites for r in one.rests_on} & {r.cites for r in other.rests_on}
    score = share + (0.25 if cites else 0.0)
    return score if share >= _ALIKE or (cites and share >= _ALIKE / 2) else 0.0


def _change(before: ReleasedSentence | None, after: ReleasedSentence | None) -> Change | None:
    if before is None:
        assert after is not None
        return Change("added", None, after, tuple(f"rests on {_say(r)}" for r in after.rests_on))
    if after is None:
        return Change("removed", before, None, tuple(f"rested on {_say(r)}" for r in before.rests_on))
    if bool(before.redacted) != bool(after.redacted):
        kind = "redacted" if after.redacted else "shown"
        return Change(kind, before, after, (after.redacted or before.redacted,))
    because, moved = _grounds(before, after)
    is_same = before.text == after.text
    if is_same and not because:
        return None
    if is_same:
        return Change("rests", before, after, because)
    if not because:
        return Change("wording", before, after, ())
    has_new_number = _NUMBER.findall(before.text) != _NUMBER.findall(after.text)
    kind = "number" if has_new_number and moved else "claim" if moved else "sources"
    return Change(kind, before, after, because)


def _grounds(before: ReleasedSentence, after: ReleasedSentence) -> tuple[tuple[str, ...], bool]:
    """What of that on which a sentence rests has changed, and whether anything cited by both has."""
    was, now = _by_name(before), _by_name(after)
    told, moved = list[str](), False
    for cites, rested in now.items():
        old = was.get(cites)
        if old is None:
            told.append(f"now also cites {_say(rested)}")
        elif old.digest != rested.digest:
            moved = True
            told.append(_became(old, rested))
    told += [f"no longer cites {_say(rested)}" for cites, rested in was.items() if cites not in now]
    return tuple(told), moved


def _became(old: Rested, new: Rested) -> str:
    what = {
        "query": "was answered anew",
        "claim": "stands otherwise now",
        "statement": "stands otherwise now",
        "event": "has another version or judgement",
        "size": "was measured anew",
        "count": "was counted or judged anew",
        "exhibit": "is not what it was",
        "finding": "has changed",
        "survey": "was made anew",
    }.get(new.cites.partition(":")[0], "has changed")
    if old.state == new.state:
        return f"{new.cites} {what}: {new.state or new.title} (the way back to it differs)"
    return f"{new.cites} {what}: {old.state or 'nothing'} → {new.state or 'nothing'}"


def _say(rested: Rested) -> str:
    return f"{rested.cites} ({rested.title})" + (f": {rested.state}" if rested.state else "")


def _by_name(sentence: ReleasedSentence) -> dict[str, Rested]:
    return {rested.cites: rested for rested in sentence.rests_on}


def _key(sentence: ReleasedSentence) -> str:
    return f"\0{sentence.id}" if sentence.redacted else sentence.text


def _figures(a: Side, b: Side) -> Iterator[str]:
    was, now = dict(a.figures), dict(b.figures)
    for name, caption in now.items():
        if name not in was:
            yield f"figure {name} added: {caption}".rstrip(": ")
        elif was[name] != caption:
            yield f"figure {name}: {was[name]} → {caption}"
    yield from (
        f"figure {name} removed: {caption}".rstrip(": ") for name, caption in was.items() if name not in now
    )


def _side(side: Side) -> dict[str, Any]:
    return {"name": side.name, "title": side.title, "day": side.day, "sentences": len(side.sentences)}


def _told(sentence: ReleasedSentence | None) -> Mapping[str, Any] | None:
    if sentence is None:
        return None
    return {
        "id": sentence.id,
        "text": sentence.text or None,
        "redacted": sentence.redacted or None,
        "rests_on": [{"cites": r.cites, "title": r.title, "state": r.state} for r in sentence.rests_on],
    }


def pieces(before: str, after: str) -> list[tuple[str, str]]:
    """Words of two versions as (kind, text): `same`, `gone`, `new`; what is `same` and `new` gives the second."""
    a, b = _WORDS.findall(before), _WORDS.findall(after)
    told: list[tuple[str, str]] = []
    for what, a0, a1, b0, b1 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if what == "equal":
            told.append(("same", "".join(b[b0:b1])))
            continue
        told += [("gone", "".join(a[a0:a1]))] if a1 > a0 else []
        told += [("new", "".join(b[b0:b1]))] if b1 > b0 else []
    return told


def build_diff(difference: Difference) -> str:
    """The difference as one HTML file, with the means of our pages: nothing is fetched, no script runs."""
    css = Markup(template_text("page.css") + template_text("edition.css") + template_text("diff.css"))  # noqa: S704
    return (
        environment()
        .get_template("diff.html.j2")
        .render(
            a=difference.a,
            b=difference.b,
            css=css,
            style_hash=base64.b64encode(hashlib.sha256(str(css).encode()).digest()).decode(),
            changes=[
                {
                    "kind": c.kind,
                    "words": WORDS[c.kind],
                    "id": (c.after or c.before).id,  # type: ignore[union-attr]
                    "pieces": _shown(c),
                    "because": c.because,
                }
                for c in difference.changes
            ],
            same=difference.same,
            figures=difference.figures,
        )
    )


def _shown(change: Change) -> list[tuple[str, str]]:
    def text(sentence: ReleasedSentence | None) -> str:
        return "" if sentence is None else f"[{sentence.redacted}]" if sentence.redacted else sentence.text

    before, after = text(change.before), text(change.after)
    if change.kind in ("redacted", "shown"):
        return [("gone", before), ("new", after)]
    return pieces(before, after)
