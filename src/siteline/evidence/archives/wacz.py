"""
WACZ examined by a verifier of our own: structure, every resource, the seal, the signature, and the WARCs inside.

The stock validator passes a wrongly signed file and fails a sound one of version 1.0.0; it is a second opinion only.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from pathlib import Path
from typing import Any

from siteline.evidence.archives.records import Archived, walk
from siteline.evidence.archives.signed import Trust, inspect_signature
from siteline.evidence.archives.warc import Tally
from siteline.evidence.archives.zips import Zip, open_zip
from siteline.model.errors import BadArchive
from siteline.model.verdict import Fault, Inspection

_PACKAGE, _SEAL = "datapackage.json", "datapackage-digest.json"
_LARGEST_JSON = 32 << 20
_LONGEST_LINE = 1 << 20
_MOST_LISTED = 200_000
_MOST_PAGES = 2_000_000
_MOST_OFFSETS = 2_000_000
_KNOWN_VERSIONS = ("1.0.0", "1.1.0", "1.1.1", "1.2.0")
_HASH = re.compile(r"^(sha256|md5|sha512):([0-9a-f]+)$")
_MUST_BE_STORED = (".warc", ".warc.gz", ".arc", ".arc.gz", ".cdx.gz")
_CORRUPT = frozenset({"resource_missing", "resource_hash", "resource_size", "seal", "unreadable_part"})
_SHAPE = frozenset(
    {
        "missing",
        "unlisted",
        "not_stored",
        "hash_absent",
        "hash_unknown",
        "pages",
        "version",
        "twin",
        "datapackage",
    }
)
_TRUST_EVERYONES = Trust()


def inspect_wacz(path: Path, trust: Trust = _TRUST_EVERYONES) -> Inspection:
    """
    What a WACZ is worth, read offline.

    Verdicts: signature_ok, signature_fail, unsigned, old_version_hashes_absent, records_faulty, nonconforming,
    corrupt, unreadable.
    """
    try:
        with open_zip(path) as archive:
            return _Look(archive, trust).verdict()
    except BadArchive as error:
        return Inspection(
            "wacz", "unreadable", f"Not read: {error}.", (Fault("unreadable", path.name, str(error)),)
        )


class _Look:
    """One look through a package, part by part."""

    def __init__(self, archive: Zip, trust: Trust) -> None:
        self.zip = archive
        self.faults = list(archive.faults)
        self.parts: list[Inspection] = []
        self.package = self._json(_PACKAGE)
        version = self.package.get("wacz_version")
        self.version = version if isinstance(version, str) else ""
        if self.package.get("profile") == "wacz" and self.version in ("", "1.1.1"):
            self.version = "1.2.0"  # known by its profile; a number is only kept for older readers
        self.is_old = self.version.startswith(("0.", "1.0."))
        self.facts: dict[str, Any] = {
            "version": self.version or None,
            "title": self._text("title") or self._text("title", self.package.get("metadata")),
            "created": self._text("created"),
            "software": self._text("software"),
            "files": len(archive.entries),
        }
        self._structure()
        self._resources()
        self._sealed(trust)
        self.offsets: dict[str, set[int]] = {}
        self._records()
        self._pages()
        self._indexes()

    def _text(self, name: str, of: Any = None) -> str | None:
        said = (of if of is not None else self.package) or {}
        value = said.get(name) if isinstance(said, dict) else None
        return value[:500] if isinstance(value, str) else None

    def _json(self, name: str) -> dict[str, Any]:
        if name not in self.zip.entries:
            raise BadArchive(f"this ZIP is not a WACZ: it lacks {name}")
        try:
            found = json.loads(self.zip.read(name, _LARGEST_JSON))
        except (ValueError, RecursionError) as error:
            raise BadArchive(f"{name} is not JSON: {str(error)[:100]}") from None
        if not isinstance(found, dict):
            raise BadArchive(f"{name} is not a JSON object")
        return found

    def _fault(self, code: str, where: str, text: str, *, grave: bool = True) -> None:
        self.faults.append(Fault(code, where[:300], text, grave))

    def _structure(self) -> None:
        names = self.zip.entries
        for folder in ("archive/", "indexes/"):
            if not any(name.startswith(folder) for name in names):
                self._fault("missing", folder, "a WACZ must have something in this folder")
        if "pages/pages.jsonl" not in names:
            self._fault("missing", "pages/pages.jsonl", "a WACZ must have this list of pages")
        if self.version not in _KNOWN_VERSIONS:
            self._fault(
                "version", _PACKAGE, f"WACZ version {self.version or 'not stated'} is not one we know"
            )
        for name, entry in names.items():
            if name.endswith(_MUST_BE_STORED) and not entry.stored:
                self._fault(
                    "not_stored", name, "it is compressed once more by the ZIP, so players cannot seek in it"
                )

    def _resources(self) -> None:
        """Every file that the package lists, by what its bytes really are; and every file that it does not list."""
        listed = self.package.get("resources")
        if not isinstance(listed, list):
            self._fault("datapackage", _PACKAGE, "it lists no resources")
            return
        seen: set[str] = set()
        checked = 0
        for one in listed[:_MOST_LISTED]:
            name = one.get("path") if isinstance(one, dict) else None
            if not isinstance(name, str) or name in seen:
                self._fault(
                    "datapackage", _PACKAGE, f"a resource without a path of its own: {str(name)[:100]!r}"
                )
                continue
            seen.add(name)
            if name not in self.zip.entries:
                self._fault("resource_missing", name, "it is listed, but not there")
                continue
            checked += self._resource(name, one)
        for name in sorted(set(self.zip.entries) - seen - {_PACKAGE, _SEAL}):
            self._fault("unlisted", name, "it is in the ZIP but not in the list, so nothing vouches for it")
        self.facts["resources"] = len(seen)
        self.facts["resources_checked"] = checked

    def _resource(self, name: str, said: dict[str, Any]) -> int:
        stats = said.get("stats") if isinstance(said.get("stats"), dict) else {}
        stated, size = said.get("hash"), said.get("bytes")
        if not isinstance(stated, str) and isinstance(stats, dict) and isinstance(stats.get("hash"), str):
            if not self.is_old:
                self._fault("hash_absent", name, "its digest is stated in the manner of version 1.0.0")
            stated, size = f"{said.get('hashing')}:{stats['hash']}", stats.get("bytes")
        if not isinstance(stated, str):
            self._fault("hash_absent", name, "no digest is stated for it", grave=not self.is_old)
            return 0
        match = _HASH.match(stated)
        if match is None:
            self._fault("hash_unknown", name, f"its digest {stated[:80]!r} is of no kind that is known here")
            return 0
        try:
            found, length = self.zip.digest(name, match[1])
        except BadArchive as error:
            self._fault("unreadable_part", name, str(error))
            return 0
        if found != match[2]:
            self._fault("resource_hash", name, f"stated as {stated[:80]}, its bytes have {match[1]}:{found}")
        if size != length:
            self._fault("resource_size", name, f"stated as {str(size)[:20]} bytes, it has {length}")
        if match[1] == "md5":
            self._fault(
                "weak_digest", name, "MD5: others could have made a second file that fits", grave=False
            )
        return int(found == match[2])

    def _sealed(self, trust: Trust) -> None:
        """The digest of the list itself, and who signed it."""
        self.signature = "absent"
        if _SEAL not in self.zip.entries:
            if not self.is_old:
                self._fault(
                    "unsealed", _SEAL, "nothing states a digest of the list of resources", grave=False
                )
            return
        seal = self._json(_SEAL)
        own = hashlib.sha256(self.zip.read(_PACKAGE, _LARGEST_JSON)).hexdigest()
        if seal.get("path") != _PACKAGE or seal.get("hash") != f"sha256:{own}":
            self._fault("seal", _SEAL, f"it states {str(seal.get('hash'))[:80]}; {_PACKAGE} has sha256:{own}")
        said = seal.get("signedData")
        if said is None and "signatureData" in seal:
            said = seal["signatureData"]
            self._fault(
                "misprint",
                _SEAL,
                "the signature is under `signatureData`, a misprint of the standard",
                grave=False,
            )
        if said is None:
            return
        if not isinstance(said, dict):
            self.faults.append(Fault("form", "signedData", "it is not an object"))
            self.signature = "fails"
            return
        faults, facts, parts = inspect_signature(said, f"sha256:{own}", trust)
        self.faults.extend(faults)
        self.parts.extend(parts)
        self.facts["signed"] = facts
        self.signature = "fails" if any(fault.grave for fault in faults) else "holds"

    def _records(self) -> None:
        """Every WARC inside."""
        self.records_faulty: list[str] = []
        for name in sorted(self.zip.entries):
            if not name.startswith("archive/") or not name.endswith((".warc", ".warc.gz", ".arc", ".arc.gz")):
                continue
            tally = Tally()
            offsets = self.offsets.setdefault(name, set())
            try:
                with self.zip.open(name) as stream:
                    for one in walk(stream):  # type: ignore[arg-type]
                        tally.count(one)
                        if isinstance(one, Archived) and len(offsets) < _MOST_OFFSETS:
                            offsets.add(one.offset)
            except BadArchive as error:
                tally.count(Fault("unreadable", name, str(error)))
            part = tally.verdict(name)
            self.parts.append(part)
            if not part.verdict.startswith("whole"):
                self.records_faulty.append(name)

    def _pages(self) -> None:
        pages = 0
        for name in sorted(self.zip.entries):
            if not name.startswith("pages/") or not name.endswith(".jsonl"):
                continue
            try:
                for number, line in enumerate(self._lines(name), start=1):
                    page = json.loads(line) if line.strip() else {"format": ""}
                    if not isinstance(page, dict):
                        raise ValueError("not an object")
                    if number == 1 and "format" in page:
                        continue
                    if line.strip() and not (
                        isinstance(page.get("url"), str) and isinstance(page.get("ts"), str)
                    ):
                        self._fault("pages", name, f"line {number}: a page needs `url` and `ts`")
                        break
                    pages += bool(line.strip())
                    if pages > _MOST_PAGES:
                        raise BadArchive(f"{name} lists more than {_MOST_PAGES} pages")
            except (ValueError, RecursionError):
                self._fault("pages", name, "a line of it is not a JSON object")
            except BadArchive as error:
                self._fault("unreadable_part", name, str(error))
        self.facts["pages"] = pages

    def _lines(self, name: str) -> Any:
        """Lines of one file, each of bounded length."""
        with self.zip.open(name) as stream:
            held = b""
            while piece := stream.read(1 << 16):
                held += piece
                *whole, held = held.split(b"\n")
                yield from whole
                if len(held) > _LONGEST_LINE:
                    raise BadArchive(f"{name} has a line of more than {_LONGEST_LINE} bytes")
            if held:
                yield held

    def _indexes(self) -> None:
        """Whether the indexes point at records that are there: players believe them."""
        wrong = 0
        for name in sorted(self.zip.entries):
            if not name.startswith("indexes/") or not name.endswith((".cdx", ".cdxj", ".cdx.gz")):
                continue
            try:
                for line in self._index_lines(name):
                    wrong += self._points_nowhere(line)
            except BadArchive as error:
                self._fault("unreadable_part", name, str(error))
        if wrong:
            self._fault(
                "index", "indexes/", f"{wrong} lines point at records that are not there", grave=False
            )

    def _index_lines(self, name: str) -> Any:
        if not name.endswith(".gz"):
            yield from self._lines(name)
            return
        held, out, inflate = b"", 0, zlib.decompressobj(31)
        with self.zip.open(name) as stream:
            raw = stream.read(1 << 16)
            while raw:
                try:
                    text = inflate.decompress(raw, 1 << 20)
                except zlib.error as error:
                    raise BadArchive(f"{name} is not gzip: {error}") from None
                out += len(text)
                if out > 1 << 30:
                    raise BadArchive(f"{name} grows beyond 1 GiB")
                *whole, held = (held + text).split(b"\n")
                yield from whole
                if len(held) > _LONGEST_LINE:
                    raise BadArchive(f"{name} has a line of more than {_LONGEST_LINE} bytes")
                if inflate.eof:
                    raw = inflate.unused_data or stream.read(1 << 16)
                    inflate = zlib.decompressobj(31)
                else:
                    raw = inflate.unconsumed_tail or stream.read(1 << 16)
            if held:
                yield held

    def _points_nowhere(self, line: bytes) -> bool:
        at = line.find(b"{")
        if at < 0:
            return False
        try:
            said = json.loads(line[at:])
            offset = int(said["offset"])
            offsets = self.offsets.get("archive/" + str(said["filename"]).removeprefix("archive/"))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return True
        return offsets is None or (len(offsets) < _MOST_OFFSETS and offset not in offsets)

    def verdict(self) -> Inspection:
        """The gravest thing that can be said, first."""
        codes = {fault.code for fault in self.faults if fault.grave}
        first = next((str(fault) for fault in self.faults if fault.grave), "")
        if codes & _CORRUPT:
            worst = next(str(fault) for fault in self.faults if fault.code in _CORRUPT)
            return self._said("corrupt", f"It is not what was packed: {worst}.")
        if self.signature == "fails":
            why = "; ".join(str(f) for f in self.faults if f.grave and f.code not in _SHAPE)
            return self._said(
                "signature_fail", f"The files agree with their digests, but it is wrongly signed: {why}."
            )
        if self.is_old:
            checked = self.facts.get("resources_checked", 0)
            return self._said(
                "old_version_hashes_absent",
                f"A WACZ of the old version {self.version}: the digests and the seal that later versions have are absent. "
                f"Not corrupt; {checked} digests of the old form agree, but nothing seals the list of them.",
            )
        if codes & _SHAPE:
            return self._said(
                "nonconforming", f"Its bytes agree with its digests, but it is not built as a WACZ: {first}."
            )
        if self.records_faulty:
            return self._said(
                "records_faulty",
                f"The package is as it was packed; what is in {self.records_faulty[0]} is not sound.",
            )
        if self.signature == "holds":
            return self._said("signature_ok", self._signed_by())
        return self._said(
            "unsigned",
            "All files agree with their digests; nobody signed it, so whoever changed it could state new ones.",
        )

    def _signed_by(self) -> str:
        signed = self.facts["signed"]
        if signed["form"] == "anonymous":
            return f"All files agree with their digests, signed with the key {signed['key'][:16]}… of an unknown holder."
        vouched = "" if signed.get("time_trusted") else " (an authority for whom nobody here vouches)"
        return (
            f"All files agree with their digests, signed for {signed['domain']} with its certificate of that time, "
            f"before {signed.get('time')}{vouched}."
        )

    def _said(self, verdict: str, means: str) -> Inspection:
        faults = tuple(sorted(self.faults, key=lambda fault: not fault.grave))
        self.facts["signature"] = self.signature
        return Inspection("wacz", verdict, means, faults, self.facts, tuple(self.parts))
