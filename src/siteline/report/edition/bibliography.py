"""Sources of an edition as BibTeX: whatever stands in them, it is text to TeX and to whoever reads the file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from siteline.model.edition import Source
from siteline.report.edition.flow import traced
from siteline.report.edition.material import EditionMaterial
from siteline.report.inert import inert

_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "@": r"{@}", '"': r"{''}",
}  # fmt: skip
_LONGEST_TITLE = 300


def write_bibliography(material: EditionMaterial) -> str:
    """One entry for each source, in the order of their keys; a restricted one is not named."""
    sources = {s.id: s for s in _sources(material)}
    entries = sorted((key_of(source), source) for source in sources.values())
    stamps = "".join(f"% {stamp.value}\n" for stamp in material.stamps)
    return stamps + "\n".join(_entry(key, source) for key, source in entries)


def key_of(source: Source) -> str:
    """A key that stays the same as long as the source does: "brandt2024-9k3f7xq2"."""
    spelled = unicodedata.normalize("NFKD", source.author or source.publisher or "source")
    words = re.findall(r"[a-z]+", spelled.encode("ascii", "ignore").decode().lower())
    name = max(words, key=len)[:20] if words else "source"
    year = re.match(r"\d{4}", source.published)
    tail = re.sub(r"[^a-z0-9]", "", source.id.lower())[-8:]
    return f"{name}{year[0] if year else ''}-{tail or 'x'}"


def tex(text: str) -> str:
    """Words as TeX prints them: no command, comment or group can come out of them."""
    return "".join(_TEX.get(letter, letter) for letter in " ".join(inert(text).split()))


def address(url: str) -> str:
    """A web address that ends no field; "" for anything else."""
    said = inert(url.strip())
    if urlsplit(said).scheme not in ("http", "https"):
        return ""
    return quote(said, safe="/:?#[]!&'()*+,;=%-._~")


def _sources(material: EditionMaterial) -> Iterator[Source]:
    for sentence in traced(material):
        for support in material.supports_of(sentence):
            if not support.is_restricted:
                yield from support.sources


def _entry(key: str, source: Source) -> str:
    note = "; ".join(
        filter(
            None,
            [
                f"in custody since {source.accessed}" if source.accessed and source.sha256 else "",
                f"SHA-256 {source.sha256}" if source.sha256 else "not in custody",
            ],
        )
    )
    title = source.title if len(source.title) <= _LONGEST_TITLE else f"{source.title[:_LONGEST_TITLE]} […]"
    said = {
        "title": f"{{{tex(title)}}}",
        "author": f"{{{tex(source.author)}}}" if source.author else "",
        "publisher": tex(source.publisher),
        "year": source.published[:4],
        "date": source.published,
        "url": address(source.url),
        "urldate": source.accessed,
        "langid": re.sub(r"[^A-Za-z-]", "", source.language),
        "note": tex(note),
    }
    fields = ",\n".join(f"  {name} = {{{value}}}" for name, value in said.items() if value)
    return f"@misc{{{key},\n{fields}\n}}\n"
