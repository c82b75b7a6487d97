"""A page taken apart: title, main text without boilerplate, outline, links, media; in linear time, whatever the markup."""

from __future__ import annotations

import codecs
import html
import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

LARGEST = 2 << 20
"""Bytes of a page that are read."""

_DEEPEST, _MANY_LINKS, _MANY_MEDIA = 200, 3000, 300
_CHARSET = re.compile(rb"charset=[\"']?([\w-]{2,30})", re.I)
_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]{0,40})")
_ATTRIBUTE = re.compile(r"([a-zA-Z][\w:-]{0,60})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_RAW = ("script", "style", "template", "noscript", "textarea", "svg", "iframe")
_SIDE = ("nav", "header", "footer", "aside", "form", "menu", "dialog")
_SIDE_NAMES = re.compile(
    r"(?i)(^|[\s_-])(nav|navbar|menu|breadcrumbs?|sidebar|footer|cookie|consent|banner|share|social|related|comments?"
    r"|advert|ads?|promo|newsletter)($|[\s_-])"
)
_BLOCKS = frozenset(
    ("p", "div", "section", "article", "main", "li", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote",
     "pre", "figcaption", "figure", "tr", "ul", "ol", "table", "dd", "dt", "dl", "body", "html", "head", "br", "hr",
     "center", *_SIDE)
)  # fmt: skip
_VOID = frozenset(
    (
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    )
)
_MEDIA = {"img": "src", "video": "src", "audio": "src", "source": "src", "embed": "src", "object": "data"}
_MARKS = (
    ("challenge", re.compile(r"(?i)challenge-platform|cf[-_]chl|cf-challenge|_incapsula_|ddos-guard|px-captcha|datadome|"
                             r"sucuri_cloudproxy|awswafcookiedomain|ak_bmsc|bm-verify|checking-browser")),
    ("captcha", re.compile(r"(?i)g-recaptcha|h-captcha|cf-turnstile|captcha-(?:form|box|container)|smartcaptcha")),
    ("login", re.compile(r"(?i)type\s*=\s*[\"']?password")),
    ("consent", re.compile(r"(?i)(?:id|class|action|name)\s*=\s*[\"'][^\"'>]{0,80}(?:consent|cookie-?wall|gdpr"
                           r"|cmp-?(?:box|wrap|wall))")),
    ("paywall", re.compile(r"(?i)(?:id|class)\s*=\s*[\"'][^\"'>]{0,80}pay-?wall")),
)  # fmt: skip
"""What known interstitials are built of: names in their markup, not words that they say."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is on a page."""

    title: str
    text: str
    """Main text, boilerplate left out where there is anything else."""

    paths: tuple[str, ...]
    """Each element with its parent, in order of the document."""

    links: tuple[tuple[str, str], ...]
    """(words, absolute address) of each link."""

    media: tuple[str, ...]
    """Absolute addresses of pictures, video and sound in the main part."""

    shown: tuple[tuple[str, str], ...]
    """(address of a picture or film, where it links to or "") anywhere on the page."""

    marks: tuple[str, ...]
    """What in its markup is known from interstitials."""

    has_scripts: bool


def decode(body: bytes, content_type: str = "") -> str:
    """The text of a page by what it says of its own charset; never fails."""
    head = content_type.encode("latin-1", "replace") + b" " + body[:4096]
    found = _CHARSET.search(head)
    charset = found[1].decode("ascii", "replace") if found else "utf-8"
    try:
        known = codecs.lookup(charset)
        if not known._is_text_encoding:
            charset = "utf-8"
    except (LookupError, ValueError):
        charset = "utf-8"
    return body[:LARGEST].decode(charset, "replace")


def read_page(body: bytes, url: str, content_type: str = "") -> Page:
    """Take a page apart."""
    text = decode(body, content_type)
    reader = _Reader(url)
    reader.read(text)
    marks = tuple(name for name, pattern in _MARKS if pattern.search(text))
    return Page(
        " ".join(html.unescape("".join(reader.title)).split())[:500],
        reader.main_text(),
        tuple(reader.paths),
        tuple(reader.links),
        tuple(dict.fromkeys(reader.media)),
        tuple(dict.fromkeys(reader.shown)),
        marks,
        "<script" in text.lower(),
    )


class _Reader:
    """One pass over the markup; no recursion, no step back."""

    def __init__(self, url: str) -> None:
        self.base = url
        self.title: list[str] = []
        self.paths: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.media: list[str] = []
        self.shown: list[tuple[str, str]] = []
        self._open: list[tuple[str, bool]] = []
        self._blocks: list[tuple[str, float, bool]] = []
        self._words: list[str] = []
        self._linked = 0
        self._link: str | None = None
        self._link_words: list[str] = []
        self._in_title = False

    def read(self, text: str) -> None:
        """Go over all of it."""
        lower, at, size = text.lower(), 0, len(text)
        if len(lower) != size:  # a letter that is longer in lower case: keep the places in step
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
            end = text.find(">", opening)
            if end < 0:
                at = size
                break
            if name is None:
                if text[opening + 1 : opening + 2] not in ("!", "?", "/"):
                    self._say("<")
                    end = opening
                at = end + 1
                continue
            tag, at = name[1].lower(), end + 1
            if text[opening + 1] == "/":
                self._end(tag)
                continue
            self._start(tag, text[name.end() : min(end, name.end() + 8000)])
            if tag in _RAW and text[end - 1] != "/":
                close = lower.find(f"</{tag}", at)
                at = size if close < 0 else close
        else:
            opening = size
        if at < size:
            self._say(text[at:])
        self._close_block()

    def main_text(self) -> str:
        """Blocks of the main part that are not mostly links; all that is said if that leaves nothing."""
        kept = [words for words, linked, aside in self._blocks if not aside and linked <= 0.5]
        if sum(map(len, kept)) < 40:
            kept = [words for words, _, aside in self._blocks if not aside] or [b[0] for b in self._blocks]
        return "\n".join(kept)

    @property
    def _aside(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def _start(self, tag: str, attributes: str) -> None:
        said = {
            m[1].lower(): html.unescape(m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(attributes)
        }
        parent = self._open[-1][0] if self._open else ""
        if len(self.paths) < 20_000:
            self.paths.append(f"{parent}>{tag}")
        if tag in _BLOCKS:
            self._close_block()
        if tag == "base" and said.get("href"):
            self.base = _absolute(self.base, said["href"]) or self.base
        self._in_title = self._in_title or (tag == "title" and not self.title)
        if tag == "a":
            self._end_link()
            self._link = _absolute(self.base, said.get("href", ""))
        aside = self._aside or tag in _SIDE or (
            tag not in ("html", "body", "main", "article")
            and bool(_SIDE_NAMES.search(f"{said.get('class', '')} {said.get('id', '')} {said.get('role', '')}"))
        )  # fmt: skip
        is_pixel = said.get("width") in ("0", "1") or said.get("height") in ("0", "1")
        if tag in _MEDIA and not is_pixel and len(self.shown) < _MANY_LINKS:
            addresses = [
                _absolute(self.base, said.get(name, "")) for name in (_MEDIA[tag], "poster", "data-src")
            ]
            self.shown += [(where, self._link or "") for where in addresses if where]
            if not aside and len(self.media) < _MANY_MEDIA:
                self.media += filter(None, addresses)
        if tag not in _VOID and not attributes.endswith("/") and len(self._open) < _DEEPEST:
            self._open.append((tag, aside))

    def _end(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._close_block()
        if tag == "title":
            self._in_title = False
        if tag == "a":
            self._end_link()
        for depth in range(len(self._open) - 1, max(-1, len(self._open) - 30), -1):
            if self._open[depth][0] == tag:
                del self._open[depth:]
                break

    def _say(self, text: str) -> None:
        if not text or text.isspace():
            if text and self._words:
                self._words.append(" ")
            return
        if self._in_title:
            self.title.append(text)
            return
        plain = html.unescape(text)
        self._words.append(plain)
        if self._link is not None:
            self._linked += len(plain)
            self._link_words.append(plain)

    def _end_link(self) -> None:
        if self._link and len(self.links) < _MANY_LINKS:
            self.links.append((" ".join("".join(self._link_words).split())[:300], self._link))
        self._link, self._link_words = None, []

    def _close_block(self) -> None:
        words = " ".join("".join(self._words).split())
        if words:
            self._blocks.append((words, self._linked / max(1, len(words)), self._aside))
        self._words, self._linked = [], 0


def _absolute(base: str, said: str) -> str:
    """An http address, absolute, without its fragment; "" if it is none."""
    said = said.strip()
    if not said or len(said) > 4000:
        return ""
    try:
        joined = urljoin(base, said)
        parts = urlsplit(joined)
        _ = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return joined.partition("#")[0]
