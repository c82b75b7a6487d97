"""Every number that a case has stored, of both ledgers, with the briefs that quote it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from siteline.model.errors import BrokenCustody, NotFound
from siteline.workbench.case import Case
from siteline.workbench.ledger import stored
from siteline.workbench.ledger.components.stored import list_queries


def all_queries(
    case: Case, as_of: datetime | None = None, *, only_stale: bool = False
) -> list[dict[str, Any]]:
    """Stored numbers of incidents, then of parts; makers as they may be named in publication."""
    told = [
        {
            "id": one["id"], "ledger": "incidents", "kind": one["kind"], "about": _about(one["asked"]),
            "edition": one["edition"], "value": one["value"], "edition_now": one["newest_edition"],
            "value_now": one["newest_value"], "stale": one["stale"], "trouble": one["trouble"],
        }
        for one in stored.tell(case, stored.look_all(case, as_of))
    ]  # fmt: skip
    for one in list_queries(case, as_of):
        asked = {name: one[name] for name in ("by", "wreck", "value", "of")}
        told.append(
            {
                "id": one["id"],
                "ledger": "components",
                "kind": one["kind"],
                "about": _about(asked),
                "edition": one["edition"],
                "value": one["answer"],
                "edition_now": one["edition_now"],
                "value_now": one["answer_now"],
                "stale": one["stale"],
                "trouble": one["answer_now"].get("refused"),
            }
        )
    told = [one for one in told if one["stale"] or not only_stale]
    quoted = _quoted(case, [str(one["id"]) for one in told], as_of)
    return [{**one, "quoted_in": quoted[str(one["id"])]} for one in told]


def _about(asked: dict[str, Any]) -> str:
    """What was asked, in a few words; how it was reckoned stands in the query itself."""
    first, left_out = ("weapon", "phrase", "unit", "from", "to"), ("mapping", "dataset", "zone", "period")
    names = [*first, *(name for name in asked if name not in (*first, *left_out))]
    said = {name: asked[name] for name in names if asked.get(name) not in ("", None, [])}
    return ", ".join(
        f"{name} {' or '.join(value) if isinstance(value, list) else value}" for name, value in said.items()
    )


def _quoted(case: Case, ids: list[str], as_of: datetime | None) -> dict[str, list[str]]:
    """Builds of briefs whose page carries the id of a query, by id."""
    found: dict[str, list[str]] = {name: [] for name in ids}
    for built in case.briefs.all(as_of) if ids else ():
        try:
            page = case.blobs.read(built.sha256)
        except (BrokenCustody, NotFound):
            continue  # `evidence verify` names it
        for name in ids:
            if name.encode() in page:
                found[name].append(built.id)
    return found
