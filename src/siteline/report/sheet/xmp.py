"""Provenance inside the file: an XMP packet that says what the figure is, whose images are in it, and how it was made."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import escape

from siteline.report.inert import inert

NAMESPACE = "https://siteline.invalid/ns/figure/1/"
"""Ours; a name, not an address."""

_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
"""Type of the box that holds XMP in MP4 (XMP Specification Part 3)."""


@dataclass(frozen=True, slots=True)
class SceneSource:
    """One image that a figure shows."""

    id: str
    acquired: str
    sha256: str
    role: str = ""
    """`before`, `after`, `frame`, `background`, `look`."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a figure's file says of itself; nothing of who made it, or where."""

    title: str
    caption: str
    alt: str
    credit: str
    licence: str
    use: str
    desk: str
    stamps: tuple[str, ...]
    simulated: bool
    shape: str
    site_id: str
    event_id: str
    scenes: tuple[SceneSource, ...]
    recipe: str
    version: str


def packet(told: Provenance) -> str:
    """The packet; the same provenance gives the same text."""
    creators = [c for c in (told.desk, *told.credit.split("; ")) if c]
    kind = "algorithmicMedia" if told.simulated else "compositeCapture"
    terms = "; ".join(filter(None, (told.licence, told.use, *told.stamps)))
    lines = [
        _alt("dc:title", told.title),
        _alt("dc:description", told.caption),
        _list("dc:creator", "Seq", creators),
        _alt("dc:rights", f"{told.credit}. {terms}" if told.credit else terms),
        _list("dc:date", "Seq", [scene.acquired for scene in told.scenes]),
        _alt("xmpRights:UsageTerms", terms),
        _simple("photoshop:Credit", told.credit),
        _alt("Iptc4xmpCore:AltTextAccessibility", told.alt),
        _simple("Iptc4xmpExt:DigitalSourceType", _SOURCE + kind) if told.scenes else "",
        _simple("xmp:CreatorTool", f"Siteline {told.version}"),
        _simple("siteline:version", told.version),
        _simple("siteline:shape", told.shape),
        _simple("siteline:site", told.site_id),
        _simple("siteline:event", told.event_id),
        _simple("siteline:recipe", told.recipe),
        _list("siteline:stamps", "Bag", told.stamps),
        _scenes(told.scenes),
    ]
    body = "\n".join(line for line in lines if line)
    spaces = " ".join(f'xmlns:{name}="{uri}"' for name, uri in _SPACES)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f'<rdf:Description rdf:about="" {spaces}>\n{body}\n</rdf:Description></rdf:RDF></x:xmpmeta>\n'
        '<?xpacket end="r"?>'
    )


def in_svg(text: str) -> str:
    """The packet as it stands in an SVG's metadata: without its processing instructions."""
    return text.split("?>\n", 1)[1].rsplit("\n<?xpacket", 1)[0]


def in_png(png: bytes, text: str) -> bytes:
    """A PNG with the packet as its first text."""
    body = b"XML:com.adobe.xmp\0\0\0\0\0" + text.encode()
    chunk = struct.pack(">I", len(body)) + b"iTXt" + body
    chunk += struct.pack(">I", zlib.crc32(b"iTXt" + body))
    after = 8 + 25  # the signature, then the header
    return png[:after] + chunk + png[after:]


def in_gif(gif: bytes, text: str) -> bytes:
    """A GIF with the packet as an application extension before its frames (XMP Specification Part 3)."""
    magic = b"\x01" + bytes(range(255, -1, -1)) + b"\x00"
    colours = 3 * 2 ** ((gif[10] & 7) + 1) if gif[10] & 0x80 else 0
    after = 13 + colours  # signature, screen, table of colours
    return gif[:after] + b"\x21\xff\x0bXMP DataXMP" + text.encode() + magic + gif[after:]


def in_mp4(mp4: bytes, text: str) -> bytes:
    """An MP4 with the packet in a box of its own at the end."""
    body = text.encode()
    return mp4 + struct.pack(">I", 24 + len(body)) + b"uuid" + _BOX + body


_SPACES = (
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("xmp", "http://ns.adobe.com/xap/1.0/"),
    ("xmpRights", "http://ns.adobe.com/xap/1.0/rights/"),
    ("photoshop", "http://ns.adobe.com/photoshop/1.0/"),
    ("Iptc4xmpCore", "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"),
    ("Iptc4xmpExt", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"),
    ("siteline", NAMESPACE),
)


def _simple(name: str, text: str) -> str:
    return f"<{name}>{_said(text)}</{name}>" if text else ""


def _alt(name: str, text: str) -> str:
    return (
        f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{_said(text)}</rdf:li></rdf:Alt></{name}>'
        if text
        else ""
    )


def _list(name: str, kind: str, items: Sequence[str]) -> str:
    listed = "".join(f"<rdf:li>{_said(item)}</rdf:li>" for item in items if item)
    return f"<{name}><rdf:{kind}>{listed}</rdf:{kind}></{name}>" if listed else ""


def _scenes(scenes: Sequence[SceneSource]) -> str:
    listed = "".join(
        '<rdf:li rdf:parseType="Resource">'
        + _simple("siteline:id", scene.id)
        + _simple("siteline:acquired", scene.acquired)
        + _simple("siteline:sha256", scene.sha256)
        + _simple("siteline:role", scene.role)
        + "</rdf:li>"
        for scene in scenes
    )
    return f"<siteline:scenes><rdf:Seq>{listed}</rdf:Seq></siteline:scenes>" if listed else ""


def _said(text: str) -> str:
    return str(escape(inert(text)))
