"""Sanction lists in a case: loaded by edition, held against the makers, judged by a person."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from siteline.ledger.components.companies import company_key
from siteline.ledger.components.datecodes import span_of
from siteline.ledger.components.dating import readings_of
from siteline.ledger.components.merging import Piece, wrecks_of
from siteline.ledger.components.others import read_goods
from siteline.ledger.components.regimes.eu import read_eu
from siteline.ledger.components.regimes.ftm import read_ftm
from siteline.ledger.components.regimes.matching import Index
from siteline.ledger.components.regimes.ordering import Ordered, order_dates
from siteline.ledger.components.regimes.programmes import read_programme
from siteline.ledger.components.tables import read_bytes, read_table
from siteline.model.cells import CellFault
from siteline.model.component import Days
from siteline.model.errors import BadComponents, BadInput, BadSetting, NotFound
from siteline.model.regime import Listing, Match, RegimeEdition, Verdict
from siteline.model.remark import Remark
from siteline.workbench.case import Case
from siteline.workbench.evidence.custody import note_bytes
from siteline.workbench.ledger.components.ledger import PartsLedger

FORMATS = ("eu-journal", "ftm", "goods", "programmes")
SAYS = (
    "Dates in their order, nothing more: a listing after production, or before it, does not say that anybody broke a rule. "
    "Who supplied what, to whom and when is in none of these dates."
)


def import_list(
    case: Case, path: Path, kind: str, edition: date | None, name: str = "", *, lenient: bool = False
) -> dict[str, Any]:
    """
    Load one edition of a list, or the names of regimes (a YAML file, or a folder of them).

    Raises BadComponents naming the lines that cannot be read; `lenient` loads the others.
    """
    if kind not in FORMATS:
        raise BadSetting(f"no format {kind!r}", f"There are: {', '.join(FORMATS)}.")
    regimes = PartsLedger(case).regimes
    if kind == "programmes":
        files = sorted([*path.glob("*.yml"), *path.glob("*.yaml")]) if path.is_dir() else [path]
        if not files:
            raise BadComponents(
                f"no .yml file in {path.name}", "Name a folder of programme files, or one file."
            )
        new = regimes.file_programmes("programmes", [read_programme(file) for file in files])
        return {
            "edition": None,
            "entries": len(files),
            "new": new,
            "rejected": 0,
            "left_out": {},
            "remarks": (),
        }
    if edition is None:
        raise BadSetting(
            "a list is of some day, and nothing in the file says which",
            "Say the day on which it was drawn: --edition-date 2026-06-20",
        )
    data: bytes | None = None
    if kind == "ftm":
        listings, faults, left, remarks = read_ftm(path)
    else:
        data = read_bytes(path)
        table = read_table(data, path.name)
        if kind == "eu-journal":
            listings, faults, left, remarks = read_eu(table)
        else:
            listings, faults, _, remarks = read_goods(table)
            left = ()
    _refuse(path.name, faults, lenient)
    if not listings:
        raise BadComponents(f"{path.name}: no company and no goods are listed in it", "Check the format.")
    sha256 = case.blobs.keep_file(path) if data is None else case.blobs.keep(data)
    if faults:
        remarks = (
            *remarks,
            Remark(path.name, f"{len(faults)} lines were left out: {'; '.join(map(str, faults[:5]))}"),
        )
    loaded = RegimeEdition(
        id=hashlib.sha256(f"{sha256} {edition} {name}".encode()).hexdigest()[:16],
        name=name or path.stem,
        format=kind,
        as_of=edition,
        programmes=tuple(sorted({entry.programme for entry in listings})),
        left_out=left,
    )
    with case.db.appending():
        note_bytes(case, [(sha256, f"a sanction list: {loaded}")], "ledger components regimes import")
        new = regimes.file(loaded, listings)
    return {
        "edition": str(loaded), "entries": len(listings), "new": new, "rejected": len(faults), "left_out": dict(left),
        "remarks": remarks,
    }  # fmt: skip


def _refuse(name: str, faults: Sequence[CellFault], lenient: bool) -> None:
    if faults and not lenient:
        more = f"; and {len(faults) - 10} more" if len(faults) > 10 else ""
        raise BadComponents(f"{name}: {len(faults)} lines refused: {'; '.join(map(str, faults[:10]))}{more}")


def list_regimes(case: Case, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Loaded editions, with the regimes in them."""
    regimes = PartsLedger(case, as_of).regimes
    named = regimes.programmes(as_of)
    return [
        {
            "id": edition.id,
            "name": edition.name,
            "as_of": edition.as_of.isoformat(),
            "format": edition.format,
            "entries": len(edition.keys),
            "programmes": [
                {
                    "key": key,
                    "title": named[key].title if key in named else None,
                    "url": named[key].url if key in named else None,
                }
                for key in edition.programmes
            ],
            "left_out": dict(edition.left_out),
        }
        for edition in regimes.editions(as_of)
    ]


def match_makers(
    case: Case, maker: str = "", as_of: datetime | None = None, *, internal: bool = False, least: float = 0.0
) -> dict[str, Any]:
    """
    Every maker against every loaded list: what its name may be there, with dates, or that it was not found, and in what.

    Goods listed by customs code come apart from companies.
    """
    ledger = PartsLedger(case, as_of)
    if not ledger.parts:
        raise NotFound(
            "no part is on record", "Import a table of parts: siteline ledger components import parts.csv"
        )
    editions = ledger.regimes.editions(as_of)
    if not editions:
        raise NotFound(
            "no list is loaded",
            "Load one: siteline ledger components regimes import 32014R0833.csv --format eu-journal --edition-date DAY",
        )
    listings = ledger.regimes.listings(as_of)
    index = Index(entry for entry in listings if entry.names)
    judged = ledger.regimes.judgements(as_of)
    pieces = [piece for wreck in wrecks_of(ledger.parts, ledger.judged) for piece in wreck.pieces]
    told = []
    for name, its in _by_maker(pieces).items():
        if maker and company_key(maker) != company_key(name) and maker != ledger.shown.name(name):
            continue
        seats = sorted({seat for piece in its for seat in piece.values("seat")})
        extra = {"least": least} if least else {}
        found = index.find(name, seats, judged, company_key(name), **extra)
        hidden = not internal and company_key(name) in ledger.shown.withheld
        told.append(_tell_maker(ledger, name, its, found, editions, hidden))
    if maker and not told:
        raise NotFound(f"no maker {maker!r}", "See: siteline ledger components count --by maker --internal")
    goods = [entry for entry in listings if entry.goods_code]
    return {
        "makers": sorted(told, key=lambda row: str(row["maker"]).casefold()),
        "goods": [
            _tell_goods(piece, entry) for piece in pieces for entry in goods if _is_listed(piece, entry)
        ],
        "editions": [str(edition) for edition in editions],
        "as_of": as_of.isoformat() if as_of else None,
        "says": SAYS,
    }


def judge(case: Case, maker: str, listing: str, verdict: str, why: str) -> str:
    """A person's word on whether a maker is the listed company. Raises NotFound or BadInput."""
    ledger = PartsLedger(case)
    if verdict not in set(Verdict):
        raise BadSetting(f"no verdict {verdict!r}", f"There are: {', '.join(Verdict)}.")
    keys = [key for key, name in ledger.shown.names.items() if key == company_key(maker) or name == maker]
    if not keys:
        raise NotFound(f"no maker {maker!r}", "See: siteline ledger components regimes match --internal")
    fitting = [
        entry for entry in ledger.regimes.listings() if len(listing) >= 6 and entry.key.startswith(listing)
    ]
    if len(fitting) != 1:
        if fitting:
            raise BadInput(f"{listing!r} fits {len(fitting)} listings", "Give more of the id.")
        raise NotFound(f"no listing {listing!r}", "See: siteline ledger components regimes match")
    ledger.regimes.judge(keys[0], fitting[0].key, Verdict(verdict), why)
    return fitting[0].name


def _by_maker(pieces: Sequence[Piece]) -> dict[str, list[Piece]]:
    """Parts by the spelling of their maker; a brand stands in where nobody names the maker. Counterfeits left out."""
    found: dict[str, list[Piece]] = {}
    spelled: dict[str, str] = {}
    for piece in pieces:
        if piece.is_counterfeit:
            continue
        for name in piece.values("manufacturer") or piece.values("brand"):
            found.setdefault(spelled.setdefault(company_key(name), name), []).append(piece)
    return found


def _tell_maker(
    ledger: PartsLedger,
    name: str,
    its: Sequence[Piece],
    found: Sequence[Match],
    editions: Sequence[RegimeEdition],
    hidden: bool,
) -> dict[str, Any]:
    shown = ledger.shown.name(name) if hidden else name
    open_ = [m for m in found if m.verdict is not Verdict.DIFFERENT]
    lists = "; ".join(map(str, editions))
    said = f"not found in the regimes loaded, edition {lists}"
    if any(m.verdict is Verdict.SAME for m in open_):
        said = "listed, as a person has confirmed"
    elif open_:
        said = "a listed name may be this maker; nobody has confirmed it"
    return {
        "maker": shown,
        "found": bool(open_),
        "said": said,
        "parts": sum(piece.quantity for piece in its),
        "matches": [] if hidden and not open_ else [_tell_match(m, its, hidden) for m in found],
    }


def _tell_match(match: Match, its: Sequence[Piece], hidden: bool) -> dict[str, Any]:
    entry = match.listing
    held = "withheld: the maker has not had its say"
    return {
        "listing": None if hidden else entry.key[:12],
        "name": held if hidden else entry.name,
        "matched": held if hidden else match.matched,
        "score": match.score,
        "reasons": list(match.reasons),
        "verdict": match.verdict.value if match.verdict else "proposed",
        "why": held if hidden and match.why else match.why,
        "programme": entry.programme,
        "legal_act": entry.legal_act,
        "measure": entry.measure,
        "reason": held if hidden else entry.reason,
        "since": entry.since.isoformat() if entry.since else None,
        "until": entry.until.isoformat() if entry.until else None,
        "amended_by": list(entry.amended_by),
        "parts": [_tell_order(piece, entry) for piece in its],
    }


def _tell_order(piece: Piece, entry: Listing) -> dict[str, Any]:
    ordered = _order(piece, entry)
    return {
        "wreck": piece.wreck,
        "item": piece.tag or None,
        "production": ordered.production.as_dict() if ordered.production else None,
        "recovery": ordered.recovery.as_dict() if ordered.recovery else None,
        "order": {
            "production_listing": ordered.production_listing.value,
            "recovery_listing": ordered.recovery_listing.value,
            "production_recovery": ordered.production_recovery.value,
        },
        "said": ordered.said,
    }


def _order(piece: Piece, entry: Listing) -> Ordered:
    days = [part.recovery.days for part in piece.told if part.recovery.days is not None]
    recovery = Days(min(d.first for d in days), max(d.last for d in days)) if days else None
    return order_dates(span_of(readings_of(piece)), recovery, entry)


def _is_listed(piece: Piece, entry: Listing) -> bool:
    return any(p.item.goods_code and p.item.goods_code.startswith(entry.goods_code) for p in piece.told)


def _tell_goods(piece: Piece, entry: Listing) -> dict[str, Any]:
    return {
        "goods_code": entry.goods_code,
        "programme": entry.programme,
        "legal_act": entry.legal_act,
        "measure": entry.measure,
        "since": entry.since.isoformat() if entry.since else None,
        "until": entry.until.isoformat() if entry.until else None,
        **_tell_order(piece, entry),
    }
