"""The story of a statement or a question in plain lines, safe for a terminal whatever the sources wrote."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from siteline.claims.statements import Filed
from siteline.model.claim import AnchorKind, Attribution, Stance
from siteline.workbench.case import Case
from siteline.workbench.claims.question import say_claim
from siteline.workbench.claims.telling import find_seen, tell_page, tell_question

_COPIES = 200
_OWN = {
    "statement",
    "status",
    "lineage",
    "relations",
    "of_its_lineage",
    "rejected",
    "words",
    "as_of",
    "left_out",
}
_STANCES = {
    Stance.ASSERTS: "asserts",
    Stance.HEDGES: "asserts with a hedge",
    Stance.DENIES: "denies",
    Stance.NO_POSITION: "takes no position",
    Stance.NONRESPONSE: "did not respond",
    Stance.CORRECTS: "corrects itself",
    Stance.RETRACTS: "takes it back",
}


def say_page(case: Case, said: str, as_of: datetime | None = None) -> list[str]:
    """The story of a statement in plain lines; see `tell_page`."""
    filed = find_seen(case, said, as_of)
    page = tell_page(case, said, as_of)
    lines = [f"as at {as_of.isoformat()}"] if as_of else []
    lines += _say_statement(filed)
    if page["status"] not in ("standing", "withdrawn"):
        lines.append(f"  {page['status']} by its source: see below")
    row = page["lineage"]
    if row is not None:
        lines += _say_line(row)
        lines += [
            f"  changed from {c['origin']}, {c['kind'].replace('_', ' ')}: {c['says']}"
            for c in row["changes"]
            if c["statement"] == filed.id
        ]
        changed = {c["statement"] for c in row["changes"]} - {filed.id}
        if changed:
            lines.append(f"  also changed in this lineage: {_few(sorted(changed))}")
    lines += [f"  {_say_relation(r)}" for r in page["relations"]]
    if not page["relations"]:
        lines.append("  no relation to other statements on this question is known")
    lines += [f"  rejected: {w['kind']} {w['a']} {w['b']}: {w['why']} ({w['by']})" for w in page["rejected"]]
    lines += [f"  {w['kind']}: {w['detail']} {w['why']} ({w['by']}, {w['at'][:10]})" for w in page["words"]]
    for name, entries in page.items():
        if name not in _OWN and isinstance(entries, list):
            lines += [f"  {name}: {entry['text']}" for entry in entries]
    if page["left_out"]:
        lines.append(
            f"  {page['left_out']:,} other statements on this question were left out of the comparison"
        )
    return [printable(line) for line in lines]


def say_question(case: Case, key: str, as_of: datetime | None = None) -> list[str]:
    """All that is on record of one question, in plain lines."""
    told = tell_question(case, key, as_of)
    lines = [f"as at {as_of.isoformat()}"] if as_of else []
    lines.append(key)
    for row in told["lineages"]:
        lines += _say_line(row)
        found = case.statements.find(ids=row["statements"][:_COPIES], as_of=as_of)
        by_id = {f.id: f for f in found}
        for name in row["statements"][:_COPIES]:
            lines += [f"    {line}" for line in _say_statement(by_id[name])]
            lines += [
                f"      changed from {c['origin']}, {c['kind'].replace('_', ' ')}: {c['says']}"
                for c in row["changes"]
                if c["statement"] == name
            ]
    lines += [f"  {_say_relation(r)}" for r in told["relations"]]
    if told["left_out"]:
        lines.append(f"  {told['left_out']:,} statements were left out")
    return [printable(line) for line in lines]


def printable(text: str) -> str:
    """A line without what would move a terminal's cursor or turn its text round: such characters are named instead."""
    return "".join(c if c.isprintable() else " " if c in "\t\n\r" else f"<U+{ord(c):04X}>" for c in text)


def _say_statement(filed: Filed) -> list[str]:
    statement = filed.statement
    claim, anchor = statement.claim, statement.anchor
    said = f"{filed.id}: {_STANCES[statement.stance]}{' that it is not so' if statement.is_negated else ''}"
    lines = [f"{said}: {say_claim(claim)}" + (" (WITHDRAWN)" if filed.is_withdrawn else "")]
    if claim.condition:
        lines.append(f"  only if: {claim.condition}; it claims nothing about the present")
    scope = ", ".join(filter(None, (str(claim.scope.time or ""), claim.scope.place, claim.scope.thing)))
    if scope:
        lines.append(f"  scope: {scope}")
    if claim.qualifier:
        stated = f" {claim.stated}" if claim.stated else ""
        lines.append(f"  as said: {claim.qualifier}{stated}")
    if statement.quote:
        lines.append(f'  words: "{statement.quote}"')
    if statement.translation:
        made = "by machine" if statement.translation.is_machine else "by a person"
        checked = statement.translation.checked_by
        lines.append(
            f"  translated {made} ({statement.translation.translator}), "
            f"{'checked by ' + checked if checked else 'not checked'}: {statement.translation.text}"
        )
    if statement.paraphrase:
        lines.append(f"  in other words: {statement.paraphrase}")
    if anchor.kind is AnchorKind.WORDS:
        lines.append(
            f"  in exhibit {anchor.exhibit_id}, characters {anchor.start} to {anchor.end} {anchor.url}".rstrip()
        )
    elif anchor.kind is AnchorKind.OBSERVED:
        lines.append(f"  seen in exhibit {anchor.exhibit_id}")
    else:
        lines.append(f"  words not in custody: {anchor.url}")
    if statement.hedges:
        lines.append(f"  hedged by the source: {', '.join(h.text for h in statement.hedges)}")
    chain = " -> ".join(_say_hand(hand) for hand in statement.attribution)
    lines.append(
        f"  by: {chain or 'nobody named'}" + (f"; cites {statement.cites}" if statement.cites else "")
    )
    if statement.dataset:
        lines.append(f"  rests on dataset: {statement.dataset}")
    if statement.asked:
        lines.append(
            f"  asked by {statement.asked.by or 'somebody'}, {statement.asked.when or 'at a time not said'}"
        )
    if statement.stance is Stance.DENIES:
        lines.append(f"  evidence given: {', '.join(filed.evidence) or 'none'}")
    lines.append(f"  said: {statement.said or 'at a time not known'}; recorded {filed.at[:10]} by {filed.by}")
    if statement.note:
        lines.append(f"  note: {statement.note}")
    return lines


def _say_line(row: dict[str, Any]) -> list[str]:
    count = len(row["statements"])
    told = f"{count} statement{'' if count == 1 else 's'}, origin {row['origin']}"
    verdict = row["verdict"].replace("_", " ")
    lines = [f"  lineage {row['lineage']}: {told}; {verdict}; corroboration {row['corroboration']}"]
    if not row["primary_access"]:
        lines.append("  nobody in this lineage has access of their own")
    return lines + [
        f"  may be one with {p['lineage']} ({p['kind'].replace('_', ' ')}): {p['basis']}"
        for p in row["proposed_as_one_with"]
    ]


def _say_relation(told: dict[str, Any]) -> str:
    kind = told["kind"].replace("_", " ")
    ends = f"{told['a']} {kind} {told['b'] or '(nothing on record)'}"
    who = "" if told["by"] in ("rule", "entailment", "table") else f" ({told['by']})"
    return f"{ends}: {told['basis']}{who}"


def _say_hand(hand: Attribution) -> str:
    marks = [
        hand.title,
        "not named" if hand.is_anonymous else "",
        hand.level if hand.level != "speaker" else "",
    ]
    told = ", ".join(filter(None, marks))
    return f"{hand.name} ({told})" if told else hand.name


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
