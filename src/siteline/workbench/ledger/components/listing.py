"""Parts listed and shown, withdrawn, published; and companies asked for their word."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from siteline.ledger.components.companies import company_key, state_on
from siteline.ledger.components.datecodes import readings
from siteline.ledger.components.exporting import cells_of_part, write_parts, write_table
from siteline.ledger.components.intake import known_by
from siteline.ledger.components.merging import list_of
from siteline.ledger.components.ordering import natural
from siteline.ledger.components.publishing import public_part
from siteline.model.component import PRECISION_M, Part, Reply
from siteline.model.errors import BadInput, BadSetting, NotFound
from siteline.workbench.case import Case
from siteline.workbench.files import write_derived
from siteline.workbench.ledger.components.counting import tell_tally
from siteline.workbench.ledger.components.ledger import PartsLedger
from siteline.workbench.ledger.linking import report_of
from siteline.workbench.ledger.named import names_of


def list_parts(
    case: Case, wreck: str = "", as_of: datetime | None = None, *, internal: bool = False, maker: str = ""
) -> list[dict[str, Any]]:
    """Every part as each source tells of it, wreck by wreck. maker: only those of that brand or maker, by name or entity."""
    ledger = PartsLedger(case, as_of)
    chosen = [p for p in ledger.parts if not wreck or p.recovery.wreck == wreck]
    if maker:
        given = {name: key for key, name in ledger.shown.names.items()}.get(maker, maker)
        keys = {company_key(name) for name in names_of(case, maker, as_of) or (given,)}
        chosen = [
            p for p in chosen if keys & {company_key(name) for name in (*p.made.brand, *p.made.manufacturer)}
        ]
    if wreck and not maker and not chosen:
        raise NotFound(f"no wreck {wreck!r}", "See: siteline ledger components list")
    ordered = sorted(
        chosen, key=lambda p: (natural(p.recovery.wreck), natural(p.item.tag), *list_of(p), p.key)
    )
    return [_tell(p if internal else public_part(p, ledger.shown), p.key) for p in ordered]


def _tell(part: Part, key: str) -> dict[str, Any]:
    """Interchange form: the columns of the table, and what was read from them."""
    cells: dict[str, Any] = {name: cell or None for name, cell in cells_of_part(part).items()}
    read = readings(part.item.date_code, part.item.scheme, known_by(part)) if part.item.date_code else ()
    return {
        "id": key[:12],
        **cells,
        "label": part.item.label,
        "quantity": part.item.quantity,
        "marking_normalised": part.item.marking or None,
        "date_readings": [{**one.days.as_dict(), "scheme": one.scheme} for one in read],
        "place_radius_m": PRECISION_M[part.recovery.precision],
        "lacks": list(part.source.lacks),
    }


def show_part(
    case: Case, start: str, as_of: datetime | None = None, *, internal: bool = False
) -> dict[str, Any]:
    """One part by the start of its id, with what its maker was when it was recovered, and whether it was asked."""
    ledger = PartsLedger(case, as_of)
    found = [p for p in ledger.parts if len(start) >= 6 and p.key.startswith(start)]
    gone = {
        key: why
        for key, why in ledger.components.withdrawn(as_of).items()
        if len(start) >= 6 and key.startswith(start)
    }
    if not found and gone:
        raise NotFound(
            f"part {start!r} was withdrawn: {ledger.shown.text(next(iter(gone.values())))}",
            "It is in no count since.",
        )
    if not found:
        raise NotFound(f"no part {start!r}", "See: siteline ledger components list")
    if len(found) > 1:
        raise BadInput(f"{start!r} fits {len(found)} parts", "Give more of the id.")
    [part] = found
    told = _tell(part if internal else public_part(part, ledger.shown), part.key)
    day = part.recovery.days.last if part.recovery.days else None
    told["incident_report"] = report_of(case, part.recovery.incident, as_of)
    told["makers"] = [_tell_maker(ledger, name, day, internal) for name in part.made.manufacturer]
    return told


def _tell_maker(ledger: PartsLedger, name: str, day: date | None, internal: bool) -> dict[str, Any]:
    state = state_on(ledger.states, name, day) if day else None
    reply = ledger.components.replies(ledger.as_of).get(company_key(name))
    say = (lambda text: text) if internal else ledger.shown.name
    return {
        "name": say(name),
        "on": day.isoformat() if day else None,
        "seat": state.seat if state else None,
        "parent": say(state.parent) if state and state.parent else None,
        "now": say(state.company) if state and company_key(state.company) != company_key(name) else None,
        "may_be_named": company_key(name) not in ledger.shown.withheld,
        "asked_at": reply.asked_at.isoformat() if reply else None,
    }


def withdraw(case: Case, start: str, why: str) -> str:
    """Take a part or a stated figure out of the counts; it stays on record with the reason."""
    return PartsLedger(case).components.withdraw(start, why)


def list_tallies(case: Case, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Figures that sources state of wrecks."""
    ledger = PartsLedger(case, as_of)
    return [
        tell_tally(key, tally, ledger.shown) for key, tally in ledger.components.tally_keys(as_of).items()
    ]


def note_reply(
    case: Case, maker: str, asked_at: date | None, channel: str, answer: str | None, closed_at: date | None
) -> dict[str, Any]:
    """Record that a maker was asked, or what came of it. Raises NotFound or BadInput."""
    ledger = PartsLedger(case)
    key = company_key(maker)
    known = ledger.shown.names
    if key not in known:
        raise NotFound(
            f"no company {maker!r} in the ledger",
            "See: siteline ledger components count --by maker --internal",
        )
    if answer is not None and closed_at is not None:
        raise BadSetting("an answer came, or none: not both", "Leave out one of --answer and --no-answer.")
    if answer is not None and not answer.strip():
        raise BadSetting("an empty answer is none", "Say --no-answer DAY once the time is up.")
    before = ledger.components.replies().get(key)
    asked = asked_at or (before.asked_at if before else None)
    said_by = channel.strip() or (before.channel if before else "")
    if asked is None or not said_by:
        raise BadSetting(
            "a reply needs the day on which the company was asked, and how",
            'Say --asked 2024-05-02 --channel "e-mail to the press office"',
        )
    for name, day in (("the end", closed_at), ("the question", asked)):
        if day is not None and day > date.today():  # noqa: DTZ011
            raise BadSetting(f"{name} lies in the future: {day}", "Record it when it has come.")
    if closed_at is not None and closed_at <= asked:
        raise BadSetting(f"no answer by {closed_at}, to a question of {asked}", "Leave it a day at least.")
    reply = Reply(maker, asked, said_by, answer.strip() if answer else None, closed_at)
    ledger.components.file_reply(key, reply)
    return tell_reply(reply)


def list_replies(case: Case, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """The last word on each company that was asked, and all that are not named yet."""
    ledger = PartsLedger(case, as_of)
    replies = ledger.components.replies(as_of)
    rows = [
        {**tell_reply(replies[key]), "shown_as": name}
        for key, name in ledger.shown.names.items()
        if key in replies
    ]
    rows += [
        {
            "company": key,
            "asked_at": None,
            "channel": None,
            "answer": None,
            "closed_at": None,
            "on_record": False,
            "shown_as": name,
        }
        for key, name in ledger.shown.names.items()
        if key not in replies
    ]
    return sorted(rows, key=lambda row: str(row["company"]).casefold())


def tell_reply(reply: Reply) -> dict[str, Any]:
    """Interchange form."""
    return {
        "company": reply.company,
        "asked_at": reply.asked_at.isoformat(),
        "channel": reply.channel,
        "answer": reply.answer,
        "closed_at": reply.closed_at.isoformat() if reply.closed_at else None,
        "on_record": reply.on_record,
    }


def export(
    case: Case, out: Path | None, as_of: datetime | None = None, *, internal: bool = False
) -> tuple[Path, int, int]:
    """
    Parts as CSV; returns the file, how many parts, and how many companies are withheld in it.

    internal: with all names, such that it reads back without loss. Otherwise as it may be published.
    """
    ledger = PartsLedger(case, as_of)
    if not ledger.parts:
        raise NotFound(
            "no part is on record", "Import a table of parts: siteline ledger components import parts.csv"
        )
    parts = ledger.parts if internal else [public_part(p, ledger.shown) for p in ledger.parts]
    name = "parts-internal.csv" if internal else "parts.csv"
    path = write_derived(case, out, name, write_parts(parts).encode())
    return path, len(parts), 0 if internal else len(ledger.shown.withheld)


def table_text(header: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """A table as CSV that no spreadsheet runs."""
    return write_table(header, rows)
