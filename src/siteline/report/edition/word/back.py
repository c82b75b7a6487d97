"""What came back from an editor, as a brief's Markdown again; a citation that was lost is named, and nothing is guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from siteline.model.edition import BriefText, Sentence, SentenceKind
from siteline.model.errors import BadBrief
from siteline.report.edition.flow import cited_as, handles
from siteline.report.edition.prose import literal
from siteline.report.edition.word.read import Returned, ReturnedBrief, is_figure_caption
from siteline.report.gate.source import Split, read_brief

_HEAD = re.compile(r"\A\ufeff?\+\+\+[ \t]*\n(?P<head>.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_GROUP = re.compile(r"\[(?P<inside>[^\[\]]{1,4000})\]")
_PICTURE = re.compile(
    r"\[picture\s+(?P<shape>[a-z]+):(?P<name>[\w-]+)(?:\s+[\"“”](?P<alt>[^\[\]]*)[\"“”])?\s*\]"
)
_MARKS = frozenset({*(k.value for k in SentenceKind if k is not SentenceKind.HEADING), "editorial"})
_ALIKE = 0.5
"""Share of characters in common from which two sentences are one, changed."""


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """A brief as an editor left it."""

    text: str
    changed: tuple[tuple[str, str], ...]
    """Sentences that say something else now: (before, after)."""

    added: tuple[str, ...]
    """Sentences that were not there."""

    removed: tuple[str, ...]
    """Sentences that were taken out, with what they cited."""


def bring_back(returned: ReturnedBrief, source: str, split: Split) -> BroughtBack:
    """
    The brief in `source` with the words of the Word file made from it.

    Raises BadBrief where a sentence lost a citation that it had, or a mark was broken.
    """
    before = read_brief(source, split)
    text = _Back(before, source).text(returned.blocks)
    after = read_brief(text, split)
    return _compared(before, after, text)


class _Back:
    def __init__(self, before: BriefText, source: str) -> None:
        self._before, self._source = before, source
        short = handles(before)
        self._known = {short[c.kind, c.ref]: cited_as(c, before) for c in before.citations}
        self._known |= {name: f"@{name}" for name, _ in before.names}

    def text(self, blocks: Sequence[Returned]) -> str:
        found = _HEAD.match(self._source)
        assert found is not None, "the text was read as a brief when it was built"
        title = next((" ".join(b.text.split()) for b in blocks if b.shape == "title"), "")
        head = found["head"]
        if title and title != " ".join(self._before.title.split()):
            written = f"title = {json.dumps(title, ensure_ascii=False)}"
            head = re.sub(r"^title\s*=.*$", lambda _: written, head, count=1, flags=re.MULTILINE)
        return (
            f"+++\n{head}+++\n\n"
            + "\n".join(self._body([b for b in blocks if b.shape != "title"])).rstrip()
            + "\n"
        )

    def _body(self, blocks: Sequence[Returned]) -> Iterator[str]:
        before, is_fenced, rows = "", False, 0
        for block in blocks:
            if is_fenced and block.shape != "code":
                yield from ("```", "")
                is_fenced = False
            if before in ("item", "numbered", "row") and block.shape != before:
                yield ""
            rows = rows + 1 if block.shape == "row" else 0
            match block.shape:
                case "code":
                    if not is_fenced:
                        yield "```"
                        is_fenced = True
                    yield block.text
                case "heading":
                    yield f"{'#' * block.depth} {self._marked(block.text)}"
                case "item" | "numbered":
                    mark = "-" if block.shape == "item" else "1."
                    yield f"{'   ' * (block.depth - 1)}{mark} {self._marked(block.text)}"
                case "quote":
                    yield f"> {self._marked(block.text)}"
                case "row":
                    cells = [self._marked(cell) for cell in block.text.split("\t")]
                    yield f"| {' | '.join(cells)} |"
                    if rows == 1:
                        yield f"|{'---|' * len(cells)}"
                case _ if picture := _PICTURE.search(block.text):
                    yield self._picture(block.text, picture)
                case _:
                    yield self._marked(block.text)
            if block.shape not in ("item", "numbered", "row", "code"):
                yield ""
            before = block.shape
        if is_fenced:
            yield "```"

    def _picture(self, text: str, picture: re.Match[str]) -> str:
        name = self._name(picture["name"], picture[0]).removeprefix("@")
        caption = is_figure_caption(text[: picture.start()] + text[picture.end() :])
        alt = picture["alt"]
        told = f' "{literal(alt)}"' if alt else ""
        return f"![{self._marked(caption.strip())}]({picture['shape']}:{name}{told})"

    def _marked(self, text: str) -> str:
        """Words made literal, marks as the writer's citations."""
        parts, done = list[str](), 0
        for group in _GROUP.finditer(text):
            items = [item.strip() for item in group["inside"].split(";")]
            if not any(item.startswith("@") or item in _MARKS for item in items):
                continue
            parts.append(self._words(text[done : group.start()]))
            said = [self._name(i[1:], group[0]) if i.startswith("@") else i for i in items if i]
            parts.append(f"[{'; '.join(said)}]")
            done = group.end()
        parts.append(self._words(text[done:]))
        return " ".join(part for part in parts if part)

    def _words(self, text: str) -> str:
        names = "|".join(re.escape(name) for name in sorted(self._known, key=len, reverse=True))
        if names and (broken := re.search(rf"@(?:{names})(?![\w-])", text)):
            raise BadBrief(
                f"a citation was broken: {text[max(0, broken.start() - 60) : broken.end() + 20].strip()!r}",
                f"Put it in square brackets again, in the Word file: [{broken[0]}]",
            )
        return literal(text)

    def _name(self, said: str, mark: str) -> str:
        if said in self._known:
            return self._known[said]
        kind, colon, ref = said.partition(":")
        if colon and kind and ref:
            return f"@{said}"
        raise BadBrief(
            f"nothing that this brief cites is called {said!r}, in {mark[:80]!r}",
            "Write the mark as it was, or cite @KIND:ID.",
        )


def _compared(before: BriefText, after: BriefText, text: str) -> BroughtBack:
    was, now = list(before.sentences), list(after.sentences)
    pairs = _paired(was, now)
    for old, new in pairs:
        if lost := _marks(old) - _marks(new):
            named = {f"{c.kind}:{c.ref}": cited_as(c, before) for c in old.citations}
            told = ", ".join(named.get(one, one) for one in sorted(lost))
            raise BadBrief(
                f"a sentence lost its citation {told}: {new.text[:160]!r}",
                f"Put [{told}] behind it again, in the Word file; to take the sentence out, delete it whole.",
            )
    old_ids, new_ids = {id(old) for old, _ in pairs}, {id(new) for _, new in pairs}
    return BroughtBack(
        text,
        tuple((old.text, new.text) for old, new in pairs if old.text != new.text),
        tuple(s.text for s in now if id(s) not in new_ids),
        tuple(s.text for s in was if id(s) not in old_ids),
    )


def _marks(sentence: Sentence) -> set[str]:
    kinds = {sentence.kind.value} - {SentenceKind.FACT.value, SentenceKind.HEADING.value}
    editorial = {"editorial"} if sentence.is_editorial else set()
    return {f"{c.kind}:{c.ref}" for c in sentence.citations} | kinds | editorial


def _paired(was: list[Sentence], now: list[Sentence]) -> list[tuple[Sentence, Sentence]]:
    """Each sentence with what became of it: the same words first, in order, then the most alike."""
    pairs, left, right = [], list[Sentence](), list[Sentence]()
    for code, a, b, c, d in SequenceMatcher(
        None, [s.text for s in was], [s.text for s in now], autojunk=False
    ).get_opcodes():
        if code == "equal":
            pairs += list(zip(was[a:b], now[c:d], strict=True))
        else:
            left += was[a:b]
            right += now[c:d]
    scored = sorted(
        ((-_alike(o.text, n.text), i, j) for i, o in enumerate(left) for j, n in enumerate(right))
    )
    used_left, used_right = set[int](), set[int]()
    for score, i, j in scored:
        if -score >= _ALIKE and i not in used_left and j not in used_right:
            used_left.add(i)
            used_right.add(j)
            pairs.append((left[i], right[j]))
    return pairs


def _alike(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0.0
