"""One file examined for what it is: an archive, a time proof, a picture, footage; nothing is kept."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from siteline.model.errors import BadInput, BadMedia, BadProof, MissingExtra, NotFound
from siteline.model.verdict import Fault, Inspection

_LARGEST_PROOF = 4 << 20
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*", b"BM")
_FOOTAGE = (b"\x1aE\xdf\xa3", b"FLV", b"\0\0\x01\xba", b"\0\0\x01\xb3", b"OggS", b"0&\xb2u")


def inspect_file(
    path: Path,
    *,
    against: Path | None = None,
    chain: Sequence[Path] = (),
    headers: Path | None = None,
    as_of: datetime | None = None,
) -> Inspection:
    """
    What one file is worth, offline, by what its bytes are and not by its name.

    against: the object that a time proof should be about (or the request it should answer), or the footage that a
    still should come from. chain: certificates whom the user trusts. headers: Bitcoin block headers. as_of: when
    certificates are judged; now, if not given.
    """
    for one in (path, *([against] if against else []), *chain, *([headers] if headers else [])):
        if not one.is_file():
            raise NotFound(f"{one} is not a file", "Name a file that exists.")
    start = _start_of(path)
    kind = kind_of(start)
    if kind in ("wacz", "zip"):
        return _wacz(path, chain)
    if kind == "warc":
        from siteline.evidence.archives.warc import inspect_warc

        return inspect_warc(path)
    if kind == "opentimestamps":
        return _ots(path, against, headers)
    if kind == "picture":
        return _picture(path, against, chain)
    if kind == "footage":
        return _footage(path, chain)
    if kind == "token":
        return _token(path, against, chain, as_of)
    raise BadInput(
        f"{path.name} is of no kind that can be examined: its first bytes are {start[:8].hex(' ')}",
        "WARC, ARC, WACZ, RFC 3161 tokens, OpenTimestamps proofs, pictures and footage are. "
        "Anything else can be taken into custody all the same.",
    )


def kind_of(start: bytes) -> str:
    """What a file is by its first bytes: wacz, warc, opentimestamps, token, picture, footage, or empty."""
    plain = start
    if start[:2] == b"\x1f\x8b":
        try:
            plain = zlib.decompressobj(31).decompress(start, 4096)
        except zlib.error:
            plain = b"WARC/"  # broken gzip: let the reader say where
    if plain.startswith((b"WARC/", b"filedesc://")):
        return "warc"
    if start[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "wacz"
    if start.startswith(b"\0OpenTimestamps"):
        return "opentimestamps"
    if start.startswith(_PICTURES) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP"):
        return "picture"
    if start[4:8] == b"ftyp":
        return "picture" if start[8:12] in (b"avif", b"avis", b"heic", b"heix", b"mif1") else "footage"
    if start.startswith(_FOOTAGE) or (start[:4] == b"RIFF" and start[8:12] == b"AVI "):
        return "footage"
    if start[:1] == b"G" and start[188:189] == b"G":
        return "footage"
    if start[:1] == b"\x30" and len(start) > 40:
        return "token"
    return ""


def _start_of(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(4096)


def digester(path: Path) -> Callable[[str], bytes | None]:
    """Digests of a file by a named function, computed when asked for, once each."""

    @cache
    def digest(name: str) -> bytes | None:
        if name == "keccak256" or name not in hashlib.algorithms_available:
            return None
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, lambda: hashlib.new(name, usedforsecurity=False)).digest()

    return digest


def _wacz(path: Path, chain: Sequence[Path]) -> Inspection:
    from siteline.evidence.archives.signed import Trust
    from siteline.evidence.archives.wacz import inspect_wacz
    from siteline.evidence.proofs.authority import read_chain

    return inspect_wacz(path, Trust(time=read_chain(chain)) if chain else Trust())


def _ots(path: Path, against: Path | None, headers: Path | None) -> Inspection:
    from siteline.evidence.proofs.headers import read_headers
    from siteline.evidence.proofs.opentimestamps import inspect_ots

    return inspect_ots(
        _small(path),
        digest=digester(against) if against else None,
        headers=read_headers(headers) if headers else None,
    )


def _token(path: Path, against: Path | None, chain: Sequence[Path], as_of: datetime | None) -> Inspection:
    from siteline.evidence.proofs.authority import read_chain
    from siteline.evidence.proofs.request import read_request
    from siteline.evidence.proofs.rfc3161 import inspect_token

    trusted = read_chain(chain)
    data = _small(path)
    if against is None:
        return inspect_token(data, chain=trusted, as_of=as_of)
    about = inspect_token(data, digest=digester(against), chain=trusted, as_of=as_of)
    if about.facts.get("object") != "differs" or against.stat().st_size > _LARGEST_PROOF:
        return about
    try:  # a request is also a thing that a token can be held against
        read_request(against.read_bytes())
    except BadProof:
        return about
    return inspect_token(data, request=against.read_bytes(), chain=trusted, as_of=as_of)


def _small(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_LARGEST_PROOF + 1)


def _picture(path: Path, against: Path | None, chain: Sequence[Path]) -> Inspection:
    from siteline.evidence.media.exif import inspect_exif
    from siteline.evidence.media.pdq import inspect_pdq

    parts = [inspect_exif(path), inspect_pdq(path)]
    faults = _add_credentials(path, chain, parts)
    if against is not None:
        parts.append(_found_in(path, against))
    return _together("picture", path, parts, faults)


def _footage(path: Path, chain: Sequence[Path]) -> Inspection:
    parts: list[Inspection] = []
    faults = _add_credentials(path, chain, parts)
    if find_spec("av") is None:
        faults.append(_not_looked("the frames", MissingExtra.of("av", "media")))
    else:
        from siteline.evidence.media.footage import inspect_footage

        parts.append(inspect_footage(path))
    return _together("footage", path, parts, faults)


def _add_credentials(path: Path, chain: Sequence[Path], parts: list[Inspection]) -> list[Fault]:
    from siteline.evidence.proofs.c2pa import inspect_c2pa

    anchors = "\n".join(one.read_text(encoding="ascii", errors="replace") for one in chain) or None
    try:
        named = ", ".join(one.name for one in chain)
        parts.append(inspect_c2pa(path, anchors=anchors, anchors_of=named))
    except (MissingExtra, BadMedia) as error:
        return [_not_looked("content credentials", error)]
    return []


def _not_looked(what: str, error: MissingExtra | BadMedia) -> Fault:
    return Fault("not_looked", what, f"not looked for: {error} ({error.hint})", grave=False)


def _found_in(path: Path, against: Path) -> Inspection:
    """Whether a still comes out of a video, as an inspection like the others."""
    from siteline.evidence.media.footage import read_footage
    from siteline.evidence.media.match import Frames, Still, find_still
    from siteline.evidence.media.pictures import read_luma

    match = find_still(Still(path.name, read_luma(path)), Frames(read_footage(against)))
    facts = {
        "footage": match.footage,
        "t": match.t,
        "method": match.method,
        "distance": match.distance,
        "view": match.view,
        "inliers": match.inliers,
        "spread": match.spread,
    }
    return Inspection("match", match.verdict, match.means, (), facts)


def _together(kind: str, path: Path, parts: list[Inspection], faults: list[Fault]) -> Inspection:
    """Several looks at one file, each with its own verdict; none is added up into another."""
    means = " ".join(part.means for part in parts) or "Nothing could be looked at."
    return Inspection(kind, "looked_at", means, tuple(faults), {"name": path.name}, tuple(parts))
