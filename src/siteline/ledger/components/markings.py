"""Text from outside, cleaned without losing it; and markings as they are compared."""

from __future__ import annotations

import html
import re
import unicodedata
from html.parser import HTMLParser

_TAG = re.compile(r"<[A-Za-z/!][^<>]*>|&(?:[A-Za-z]{2,8}|#\d{1,6}|#x[0-9A-Fa-f]{1,6});")
_HIDDEN = frozenset(
    [0x00AD, 0x034F, 0x061C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070),
     *range(0xFFF0, 0xFFFC), *range(0xE0000, 0xE0080)]
)  # fmt: skip
_JOINERS = (0x200C, 0x200D)


def cleaned(text: str) -> str:
    """The text in NFC, on one line, without control, direction and zero-width characters; joiners stay in Persian."""
    spelled = unicodedata.normalize("NFC", text)
    kept = []
    for place, letter in enumerate(spelled):
        if ord(letter) in _JOINERS and 0 < place < len(spelled) - 1:
            if ord(spelled[place - 1]) > 0x250 and ord(spelled[place + 1]) > 0x250:
                kept.append(letter)
            continue
        if letter in "\n\r\t":
            kept.append(" ")
        elif ord(letter) not in _HIDDEN and unicodedata.category(letter) not in ("Cc", "Cs", "Co", "Cn"):
            kept.append(letter)
    return " ".join("".join(kept).split())


def has_html(text: str) -> bool:
    """Whether a cell holds tags or character references."""
    return _TAG.search(text) is not None


def without_html(text: str) -> str:
    """What a browser would show of a cell; scripts and styles show nothing."""
    reader = _Words()
    reader.feed(text)
    reader.close()
    return " ".join("".join(reader.words).split())


def normal_marking(raw: str) -> str:
    """A marking as it is compared: NFKC, upper case, only letters and digits; unlike marks stay unlike."""
    flat = unicodedata.normalize("NFKC", html.unescape(raw)).upper()
    return "".join(letter for letter in flat if letter.isalnum() or letter in "./+")


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style") and self._silent > 0
        self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)
