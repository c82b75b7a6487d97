"""What looks alike: search, list, draw side by side, judge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from siteline.cli.common import (
    AsOfOption,
    CaseOption,
    JsonOption,
    ShownProgress,
    case_folder,
    moment,
    opened,
    print_json,
    say,
    table,
)


def match(
    context: typer.Context,
    exhibits: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[EXHIBIT [OTHER]]",
            help="Two exhibits, one with all others, or none: all pictures and videos with all.",
        ),
    ] = None,
    same: Annotated[
        str | None,
        typer.Option("--same", metavar="OTHER", help="You looked: EXHIBIT and OTHER show the same."),
    ] = None,
    different: Annotated[
        str | None, typer.Option("--different", metavar="OTHER", help="You looked: they do not.")
    ] = None,
    why: Annotated[str, typer.Option("--why", help="What you saw, with --same or --different.")] = "",
    on_record: Annotated[
        bool, typer.Option("--list", help="Compare nothing; only list what is on record.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="List pairs that do not match as well.")] = False,
    pictures: Annotated[
        Path | None,
        typer.Option("--pictures", metavar="DIR", help="Draw each pair side by side into this folder."),
    ] = None,
    show_graphic: Annotated[
        bool, typer.Option("--show-graphic", help="Draw what is marked as graphic as it is, not blurred.")
    ] = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Find stills in footage and duplicates among all evidence; you judge each pair, the machine only proposes."""
    from siteline.workbench.evidence.matching import judge_pair, list_pairs, match
    from siteline.workbench.evidence.pair_pictures import draw_pairs

    named = exhibits or []
    if len(named) > 2:
        raise typer.BadParameter("name two exhibits at most")
    if same or different:
        if len(named) != 1 or (same and different):
            raise typer.BadParameter(
                "a verdict is on two exhibits: match EXHIBIT --same OTHER, or --different OTHER"
            )
        verdict = "same" if same else "different"
        with opened(context, case) as work:
            a, b = judge_pair(work, named[0], same or different or "", verdict, why)
            typer.echo(f"{a.id} and {b.id}: {verdict}, by {work.db.who}")
        return
    with opened(context, case) as work:
        if on_record or as_of is not None:
            told, pairs = list_pairs(work, moment(as_of), named, every=every)
        else:
            done = match(work, named, ShownProgress())
            say(done.remarks, case_folder(context, case))
            told, pairs = done.told, done.pairs
            if every:
                listed, pairs = list_pairs(work, named=named, every=True)
                told = {**told, **listed}
        drawn = draw_pairs(work, pairs, pictures, show_graphic=show_graphic) if pictures else []
    if json:
        print_json({**told, **({"pictures": [str(file) for file in drawn]} if pictures else {})})
        return
    _print(told["matches"])
    for file in drawn:
        typer.echo(f"drawn: {file}")


def _print(pairs: list[dict[str, Any]]) -> None:
    if not pairs:
        typer.echo("nothing is alike; that does not show that nothing is the same")
        return
    table(
        [
            (
                one["verdict"] or "",
                one["review"]["verdict"] if one["review"] else "to be judged",
                one["a"],
                one["b"],
                one.get("method") or "",
                _when(one),
            )
            for one in pairs
        ],
        ("machine", "person", "a", "b", "by", "at"),
    )
    for one in pairs:
        if one.get("means"):
            typer.echo(f"{one['means']}{' One was made from the other.' if one['made_from'] else ''}")
        if review := one["review"]:
            typer.echo(f"  {review['verdict']}, by {review['who']}: {review['why']}")


def _when(one: dict[str, Any]) -> str:
    times = [f"{one[name]:.2f} s" for name in ("t_a", "t_b") if one.get(name) is not None]
    return " / ".join(times)
