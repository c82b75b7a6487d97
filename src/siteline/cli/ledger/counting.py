"""Numbers from the incident ledger: each a range, from one edition, filed as a query."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from siteline.cli.common import AsOfOption, CaseOption, JsonOption, moment, opened, print_json
from siteline.cli.ledger.options import (
    DatasetOption,
    EditionOption,
    FromOption,
    NotKeptOption,
    ToOption,
    WeaponOption,
    WeaponsOption,
)
from siteline.cli.ledger.saying import echo, table


def count(
    context: typer.Context,
    weapon: WeaponOption = "",
    start: FromOption = None,
    until: ToOption = None,
    unit: Annotated[
        str, typer.Option("--unit", metavar="U", help="missile, report, attack or day.")
    ] = "missile",
    by: Annotated[
        str, typer.Option("--by", metavar="STEP", help="A series instead: day, week, month or year.")
    ] = "",
    zone: Annotated[
        str,
        typer.Option("--zone", metavar="TZ", help="Reckon days in this time zone; default: the edition's."),
    ] = "",
    period: Annotated[
        str,
        typer.Option(
            "--period",
            metavar="RULE",
            help="start: a report belongs to the day on which it starts; split: one that an end cuts counts 0 to all.",
        ),
    ] = "start",
    edition: EditionOption = "",
    dataset: DatasetOption = "",
    weapons: WeaponsOption = None,
    not_stored: NotKeptOption = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Count with a lower and an upper bound; definition, period rule and edition are part of the answer."""
    from siteline.workbench.ledger import asking, sources

    with opened(context, case) as work:
        source = sources.pick_edition(work, edition, dataset, weapon=weapon, as_of=moment(as_of))
        words = sources.words_of(work, Path(weapons) if weapons else None)
        asked = asking.ask_count(work, source, words, weapon, start, until, unit, zone, period)
        answer = asking.count(work, source, words, asked)
        if not not_stored:
            answer = asking.keep(work, "count", source, asked, answer)
        if by:
            answer["series"] = asking.tell_series(asking.count_series(work, source, words, asked, by))
    if json:
        print_json(answer)
        return
    upper = "no upper bound" if answer["upper"] is None else answer["upper"]
    echo(f"{answer['lower']} to {upper} {unit}s ({weapon or 'all weapons'})")
    if by:
        points = answer["series"]["points"]
        table(
            [(p["from"], str(p["lower"]), str(p["upper"]), str(p["unknown"])) for p in points],
            ("from", "lower", "upper", "unknown"),
        )
    _foot(answer)


def share(
    context: typer.Context,
    weapon: Annotated[str, typer.Option("--weapon", metavar="W", help="Of which weapon.")],
    start: FromOption = None,
    until: ToOption = None,
    of: Annotated[
        list[str] | None,
        typer.Option(
            "--of",
            metavar="NAME",
            help="ballistic-group, ballistic-group+kinzhal, all-missiles, missiles-only or reports; repeatable; default: each.",
        ),
    ] = None,
    phrase: Annotated[
        str, typer.Option("--phrase", metavar="WORDS", help='Which denominators fit "about a third"?')
    ] = "",
    edition: EditionOption = "",
    dataset: DatasetOption = "",
    weapons: WeaponsOption = None,
    not_stored: NotKeptOption = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Shares under every named denominator, and which of them fit a phrase; a share without one has no value."""
    from siteline.workbench.ledger import asking, sources

    with opened(context, case) as work:
        source = sources.pick_edition(work, edition, dataset, weapon=weapon, as_of=moment(as_of))
        words = sources.words_of(work, Path(weapons) if weapons else None)
        asked = asking.ask_share(work, source, words, weapon, start, until, of or [], phrase)
        answer = asking.shares(work, source, words, asked)
        if not not_stored:
            answer = asking.keep(work, "share", source, asked, answer)
    if json:
        print_json(answer)
        return
    rows = answer.get("shares", [answer])
    between = answer["phrase"]["between"] if answer["phrase"] else ()
    table(
        [
            (
                one["of"],
                _ends(one["denominator"]),
                _share_of(one, "lower", "low"),
                _share_of(one, "upper", "high"),
                "between lower and upper" if one["of"] in between else _fits(one["fits"]),
            )
            for one in rows
        ],
        ("of", "denominator", "lower", "upper", "fits" if phrase else ""),
    )
    if told := answer["phrase"]:
        echo(f'"{told["text"]}" was read as {told["low"]:.1%} to {told["high"]:.1%} ({told["width"]})')
    for one in rows:
        echo(f"{one['of']}: {one['denominator_is']}")
    for unit in dict.fromkeys(one["unit"] for one in rows):
        first = next(one for one in rows if one["unit"] == unit)
        echo(f"numerator in {unit}s: {first['numerator_is']}")
    said = [(one["of"], note) for one in rows for note in one["notes"]]
    for note in dict.fromkeys(note for _, note in said):
        where = [of for of, told in said if told == note]
        only = "" if len(where) == len(rows) else f" ({', '.join(where)})"
        echo(f"note{only}: {note}")
    _foot({**answer, "definition": "", "notes": [], "period": rows[0]["period"]})


def casualties(
    context: typer.Context,
    weapon: WeaponOption = "",
    start: FromOption = None,
    until: ToOption = None,
    place: Annotated[
        str, typer.Option("--place", metavar="PLACE", help="Only there, such as Ukraine or Kyiv.")
    ] = "",
    victims: Annotated[
        str, typer.Option("--victims", metavar="WHO", help="people, civilians or combatants.")
    ] = "people",
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="KIND", help="killed, injured or missing; repeatable; default: each."),
    ] = None,
    edition: EditionOption = "",
    dataset: DatasetOption = "",
    weapons: WeaponsOption = None,
    not_stored: NotKeptOption = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """The least number that public claims prove, from scopes that are provably apart; nested ones never add."""
    from siteline.workbench.ledger import asking, sources

    with opened(context, case) as work:
        source = sources.pick_casualties(work, edition, dataset, moment(as_of))
        words = sources.words_of(work, Path(weapons) if weapons else None)
        asked = asking.ask_casualties(
            work, source, weapon, start, until, place, victims, list(kind or ()), words
        )
        answer = asking.casualties(work, source, words, asked)
        if not not_stored:
            answer = asking.keep(work, "casualties", source, asked, answer)
    if json:
        print_json(answer)
        return
    if "sums" in answer:
        table(
            [
                (s["kind"], s["victims"], str(s["low"]), str(s["best"]), str(s["high"]), str(s["reports"]))
                for s in answer["sums"]
            ],
            ("kind", "victims", "low", "best", "high", "events"),
        )
    for one in answer.get("casualties", ()):
        _say_casualties(one)
    _foot({**answer, "period": "", "notes": []})


def _say_casualties(one: dict[str, Any]) -> None:
    upper = "no upper bound is stated" if one["upper"] is None else f"at most {one['upper']} (stated)"
    echo(f"{one['wording']}; {upper}")
    if not one["exact"]:
        echo("  the search was cut off: the bound holds, a higher one may hold too")
    for policy in ("every_source", "highest_source"):
        for bound in one[policy]:
            parts = " + ".join(f"{s['lower']} ({', '.join(s['claims'])})" for s in bound["scopes"])
            echo(f"  {policy}: {bound['lower']} = {parts or 'nothing'}")
    for left in one["left_out"]:
        echo(f"  not counted: {left['claim']}: {left['why']}")
    for old in one["superseded"]:
        echo(f"  {old['claim']}: {old['how']} {old['by']}, of the same lineage")


def reconcile(
    context: typer.Context,
    weapon: WeaponOption = "",
    key: Annotated[
        list[str] | None,
        typer.Option(
            "--key", metavar="KEY", help="Which totals; repeatable; default: missiles_fired and attacks."
        ),
    ] = None,
    edition: EditionOption = "",
    dataset: DatasetOption = "",
    not_stored: NotKeptOption = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Hold a series of public totals against each other: which pairs cannot both be right, and why."""
    from siteline.workbench.ledger import asking, sources

    with opened(context, case) as work:
        source = sources.pick_edition(work, edition, dataset, of_claims=True, as_of=moment(as_of))
        asked = asking.ask_totals(source, weapon, list(key or ()))
        answer = asking.totals(work, source, sources.words_of(work, None), asked)
        if not not_stored:
            answer = asking.keep(work, "reconcile", source, asked, answer)
    if json:
        print_json(answer)
        return
    table(
        [
            (c["id"], c["from"] or "?", c["until"] or "?", c["words"], c["unit"], c["claimant"])
            for c in answer["claims"]
        ],
        ("id", "from", "until", "words", "of", "who"),
    )
    for pair in (p for p in answer["pairs"] if p["relation"] != "apart"):
        echo(f"{pair['a']} and {pair['b']}: {pair['relation']}, {pair['verdict']}: {pair['reason']}")
    for finding in answer["findings"]:
        echo(f"finding {finding['code']} ({', '.join(finding['claims'])}): {finding['message']}")
    _foot({**answer, "definition": "", "period": "", "notes": []})


def _share_of(one: dict[str, Any], bound: str, name: str) -> str:
    if one[name] is None:
        return "none"
    number = one["numerator"][bound]
    return f"{'no upper bound' if number is None else number} = {one[name]:.1%}"


def _ends(span: dict[str, Any]) -> str:
    """A range in a cell of a table."""
    lower, upper = span["lower"], span["upper"]
    return str(lower) if lower == upper else f"{lower}–{upper}" if upper is not None else f"{lower} or more"


def _fits(fits: dict[str, bool] | None) -> str:
    if fits is None:
        return ""
    named = [name for name, fit in fits.items() if fit]
    return " and ".join(named) + (" fits" if len(named) == 1 else " fit" if named else "no")


def _foot(answer: dict[str, Any]) -> None:
    for name in ("definition", "period"):
        if answer[name]:
            echo(f"{name}: {answer[name]}")
    if answer.get("unknown"):
        echo(f"unknown: {answer['unknown']} reports give no number")
    for note in answer["notes"]:
        echo(f"note: {note}")
    echo(f"{answer['source']}")
    if query := answer.get("query"):
        echo(f"query: {query}")
    if changed := answer.get("changed_from"):
        echo(f"note: edition {changed['edition']} gave {changed['value']}", err=True)
