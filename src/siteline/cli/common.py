"""What several commands share: the case they work on, how they show progress, how they print JSON."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siteline.model.dates import parse_acquired
from siteline.model.errors import SitelineError
from siteline.model.remark import Remark

if TYPE_CHECKING:
    from siteline.workbench.case import Case

CaseOption = Annotated[
    str | None, typer.Option("--case", metavar="DIR", help="The case folder; default: the current one.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DATE", help="What the case knew at the end of that day, or at that moment."
    ),
]


@contextmanager
def opened(context: typer.Context, case: str | None) -> Iterator[Case]:
    """The case that a command works on, closed afterwards; what is refused is refused in words for that case."""
    from siteline.workbench.case import open_case

    folder = case_folder(context, case)
    try:
        found = open_case(folder)
        try:
            yield found
        finally:
            found.close()
    except SitelineError as error:
        error.hint = as_typed(error.hint, folder)
        raise


def case_folder(context: typer.Context, case: str | None) -> Path:
    """The case folder that a command was given, before or after its name; else the current folder."""
    return named_folder(case if case is not None else context.obj)


def named_folder(name: str) -> Path:
    """A folder by its name; an empty one, as of a shell's variable that was never set, is wrong usage."""
    if not name.strip():
        raise typer.BadParameter("the folder's name is empty; the current folder is called .")
    return Path(name)


_IN_A_CASE = re.compile(
    r"\bsiteline ((?:claims hypotheses [a-z-]+|ledger incidents (?:queries|editions|duplicates) [a-z-]+"
    r"|ledger (?:incidents|components) [a-z-]+"
    r"|(?:site|scenes|events|measure|evidence|claims|entities|brief|figure|cache) [a-z-]+|start|survey)\b(?! --case))"
)


def as_typed(text: str, folder: Path) -> str:
    """The commands in a text as this user can type them here: this program, on this case."""
    where = "" if folder == Path() else f" --case {shlex.quote(str(folder))}"
    return _IN_A_CASE.sub(lambda found: f"{_program()} {found[1]}{where}", text)


def _program() -> str:
    """How this program is called: by its name where the shell finds it, else by the path that was typed."""
    if shutil.which("siteline"):
        return "siteline"
    called = sys.argv[0]
    if Path(called).stem == "siteline" and os.access(called, os.X_OK):
        return shlex.quote(called)
    return f"{shlex.quote(sys.executable)} -m siteline"


def moment(as_of: str | None) -> datetime | None:
    """`--as-of` as an instant: a day or month means its end."""
    if as_of is None:
        return None
    span = parse_acquired(as_of)
    return span.start if span.has_hour else datetime.combine(span.last_day, time.max, UTC)


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


def say(remarks: Iterable[Remark], folder: Path) -> None:
    """What the user must know, on stderr, each once."""
    for remark in dict.fromkeys(remarks):
        typer.echo(f"note: {as_typed(str(remark), folder)}", err=True)


def table(rows: Sequence[tuple[str, ...]], heads: tuple[str, ...]) -> None:
    """Plain columns, as wide as they need to be; what would move a terminal's cursor or turn its text round is left out."""
    shown = [tuple("".join(filter(str.isprintable, cell)) for cell in row) for row in [heads, *rows]]
    widths = [max(len(row[i]) for row in shown) for i in range(len(heads))]
    for row in shown:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


STAGE_NAMES = {
    "render_story": "rendering the site that never was",
    "fetch_scenes": "fetching scenes",
    "wait_for_orders": "waiting for orders",
    "plan_grid": "laying out the pixel grid",
    "read_native": "reading scenes",
    "align": "aligning scenes",
    "build_cube": "building the time series",
    "find_changes": "looking for changes",
    "plan_radar": "sorting radar passes",
    "build_radar": "building the radar series",
    "find_radar_changes": "looking for changes by radar",
    "join_witnesses": "joining radar and light",
    "lay_pair": "laying one image on the other",
    "find_places": "looking for places",
    "find_ground": "looking for ground that changed",
    "even_pair": "matching colours",
    "measure_event": "measuring",
    "measure_outline": "measuring known structures",
    "frame_evidence": "hashing frames",
    "compare_evidence": "comparing",
    "ask_strip": "asking the model",
    "propose": "outlining what it proposes",
}
"""What a person reads while a stage runs."""


class ShownProgress:
    """A bar on a terminal; elsewhere a plain line as a stage begins for the first time."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._said: set[str] = set()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` items of a stage are finished."""
        name = STAGE_NAMES.get(stage, stage)
        if self._is_terminal:
            share = done / total if total else 1.0
            filled = round(24 * share)
            end = "\n" if done == total else ""
            sys.stderr.write(f"\r{name:<36} [{'=' * filled}{' ' * (24 - filled)}] {done}/{total}{end}")
            sys.stderr.flush()
        elif stage not in self._said:
            typer.echo(f"{name} ...", err=True)
        self._said.add(stage)
