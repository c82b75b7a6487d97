"""A page's main text, without what is hidden or around it; one pass over the markup, no step back."""

from __future__ import annotations

import html
import re

from siteline.claims.draft.tokens import one_of

_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]{0,40})")
_ATTRIBUTE = re.compile(
    r"([a-zA-Z][\w:-]{0,60})(?:\s{0,20}=\s{0,20}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?"
)
_RAW = frozenset(
    (
        "script",
        "style",
        "template",
        "noscript",
        "textarea",
        "svg",
        "iframe",
        "title",
        "select",
        "object",
        "math",
        "canvas",
    )
)
_SIDE = frozenset(("nav", "footer", "aside", "form", "menu", "dialog", "button"))
_SIDE_NAMES = re.compile(
    r"(?i)(^|[\s_-])(nav|navbar|navigation|menu|breadcrumbs?|sidebar|footer|cookie|cookies|consent|banner|share|sharing|social|related"
    r"|comments?|advert|adverts|advertisement|ads?|promo|newsletter|subscribe|recommended|teaser|tags)($|[\s_-])"
)
_HIDDEN_STYLE = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0*)?(?:[;\s]|$)|font-size\s*:\s*0(?:\D|$)"
    r"|(?:left|top|text-indent|margin-left)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*[01](?:px)?[ ,]"
    r"|(?:max-)?height\s*:\s*0(?:px)?\s*(?:;|$)"
)
_HIDDEN_NAMES = re.compile(
    r"(?i)(^|\s)(sr-only|visually-?hidden|screen-reader(?:-text)?|hidden|d-none|is-hidden|hide)(\s|$)"
)
_BLOCKS = _SIDE | one_of(
    "p div section article main li td th h1 h2 h3 h4 h5 h6 blockquote pre figcaption figure tr ul ol table dd dt dl body html"
    " head hr center header address details summary"
)
_VOID = one_of("area base br col embed hr img input link meta param source track wbr")
_DEEPEST = 300
_LONGEST_TAG = 8000


class Page:
    """One pass over the markup; no recursion, no step back."""

    def __init__(self) -> None:
        self.hidden = 0
        self._open: list[tuple[str, bool, bool, bool]] = []
        """Tag, aside, hidden, within the article, of what is open."""

        self._blocks: list[tuple[str, float, bool, bool]] = []
        self._words: list[str] = []
        self._linked = 0
        self._in_link = False

    def read(self, text: str) -> None:
        """Go over all of it."""
        lower, at, size, close = text.lower(), 0, len(text), -1
        if len(lower) != size:
            lower = "".join(c if len(c.lower()) != 1 else c.lower() for c in text)
        while at < size:
            opening = text.find("<", at)
            if opening < 0:
                break
            self._say(text[at:opening])
            if text.startswith("<!--", opening):
                end = text.find("-->", opening + 4)
                at = size if end < 0 else end + 3
                continue
            name = _NAME.match(text, opening)
            if close < opening:
                close = text.find(">", opening)
                close = size if close < 0 else close
            if name is None and text[opening + 1 : opening + 2] not in ("!", "?", "/"):
                self._say("<")
                at = opening + 1
                continue
            if close == size:
                at = size
                break
            end = self._tag_end(text, opening, close)
            at = end + 1
            if name is None:
                continue
            tag = name[1].lower()
            if text[opening + 1] == "/":
                self._end(tag)
                continue
            self._start(tag, text[name.end() : min(end, name.end() + _LONGEST_TAG)])
            if tag in _RAW and text[end - 1] != "/":
                behind = lower.find(f"</{tag}", at)
                at = size if behind < 0 else behind
        if at < size:
            self._say(text[at:])
        self._close_block()

    def main(self) -> tuple[str, int]:
        """(the main text, paragraphs parted by an empty line; how many characters around it were left out)."""
        total = sum(len(words) for words, *_ in self._blocks)
        kept = [block for block in self._blocks if not block[2] and block[1] <= 0.5]
        inside = [block for block in kept if block[3]]
        if sum(len(b[0]) for b in inside) >= max(200, sum(len(b[0]) for b in kept) // 3):
            kept = inside
        if sum(len(b[0]) for b in kept) < 40:
            kept = [block for block in self._blocks if not block[2]] or self._blocks
        return "\n\n".join(words for words, *_ in kept), total - sum(len(b[0]) for b in kept)

    def _tag_end(self, text: str, opening: int, close: int) -> int:
        """Where a tag ends; a > between quotation marks does not end it."""
        for _ in range(8):
            inside = text[opening : min(close, opening + _LONGEST_TAG)]
            mark = next(
                (m for m in "\"'" if inside.count(m) % 2 and f"={m}" in inside.replace(" ", "")), None
            )
            if mark is None:
                return close
            shut = text.find(mark, close, close + _LONGEST_TAG)
            after = text.find(">", shut, shut + _LONGEST_TAG) if shut >= 0 else -1
            if after < 0:
                return close
            close = after
        return close

    def _start(self, tag: str, attributes: str) -> None:
        said = {
            m[1].lower(): html.unescape(m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(attributes)
        }
        above = self._open[-1] if self._open else ("", False, False, False)
        if tag in _BLOCKS:
            self._close_block()
        elif tag == "br":
            self._words.append("\n")
        if tag == "a":
            self._in_link = True
        inside = (
            above[3]
            or tag in ("article", "main")
            or said.get("itemprop") == "articleBody"
            or said.get("role") == "main"
        )
        names = f"{said.get('class', '')} {said.get('id', '')} {said.get('role', '')}"
        is_frame = tag in ("html", "body", "main", "article")
        aside = (
            above[1]
            or tag in _SIDE
            or (tag == "header" and not inside)
            or (not is_frame and bool(_SIDE_NAMES.search(names)))
        )
        hidden = (
            above[2]
            or "hidden" in said
            or said.get("aria-hidden", "").lower() == "true"
            or bool(_HIDDEN_STYLE.search(said.get("style", "")))
            or (not is_frame and bool(_HIDDEN_NAMES.search(said.get("class", ""))))
        )
        if tag not in _VOID and not attributes.endswith("/") and len(self._open) < _DEEPEST:
            self._open.append((tag, aside, hidden, inside))

    def _end(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._close_block()
        if tag == "a":
            self._in_link = False
        for depth in range(len(self._open) - 1, max(-1, len(self._open) - 30), -1):
            if self._open[depth][0] == tag:
                del self._open[depth:]
                break

    def _say(self, text: str) -> None:
        if not text:
            return
        tag, _, hidden, _ = self._open[-1] if self._open else ("", False, False, False)
        if tag in _RAW:
            return
        if hidden:
            self.hidden += len(text.strip())
            return
        plain = html.unescape(text)
        self._words.append(plain.replace("\n", " ").replace("\r", " "))
        if self._in_link:
            self._linked += len(plain.strip())

    def _close_block(self) -> None:
        lines = [" ".join(line.split()) for line in "".join(self._words).split("\n")]
        words = "\n".join(line for line in lines if line)
        if words:
            _, aside, _, inside = self._open[-1] if self._open else ("", False, False, False)
            self._blocks.append((words, self._linked / len(words), aside, inside))
        self._words, self._linked = [], 0
