"""The `siteline` command: its nouns, and how a refusal is said."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Any

import typer
from typer.main import get_command

from siteline import __version__
from siteline.cli import (
    brief,
    capturing,
    cases,
    claiming,
    claims,
    claims_said,
    custody,
    drafting,
    entities,
    events,
    evidence,
    figure,
    fromimages,
    hypotheses,
    importing,
    inspecting,
    judging,
    ledger,
    linked,
    marking,
    matching,
    measure,
    nudge,
    releasing,
    scenes,
    sites,
    survey,
    timing,
    verifying,
    watching,
)
from siteline.model.errors import SitelineError

app = typer.Typer(
    name="siteline",
    help="From satellite pixels to a sentence that can be published, and back.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(survey.demo)
app.command("init")(cases.init)
app.command("start", context_settings={"ignore_unknown_options": True})(sites.start)
app.command("survey")(survey.survey)
app.command("verify")(verifying.verify)
scenes.app.command("nudge", context_settings={"ignore_unknown_options": True})(nudge.nudge)
app.add_typer(sites.app, name="site")
app.add_typer(scenes.app, name="scenes")
app.add_typer(events.app, name="events")
app.add_typer(measure.app, name="measure")
app.add_typer(evidence.app, name="evidence")
claims.app.command("add")(claiming.add)
claims.app.command("draft")(drafting.draft)
for said in (
    claims_said.lineage,
    claims_said.entail,
    claims_said.withdraw,
    claims_said.evidence,
    claims_said.checked,
):
    claims.app.command(said.__name__)(said)
app.add_typer(claims.app, name="claims")
app.add_typer(ledger.app, name="ledger")
app.add_typer(entities.app, name="entities")
app.add_typer(figure.app, name="figure")
app.add_typer(brief.app, name="brief")
app.add_typer(cases.cache_app, name="cache")
for step in (releasing.release, releasing.bundle, releasing.diff, releasing.correct, releasing.delivered):
    brief.app.command(step.__name__)(step)
brief.app.command("list")(releasing.list_)
for command in (
    marking.mark,
    marking.decide,
    capturing.capture,
    inspecting.inspect,
    custody.verify,
    custody.log,
    custody.proof,
    custody.explain,
    custody.key,
    matching.match,
):
    evidence.app.command(command.__name__)(command)
for watch in (watching.check, watching.findings, watching.confirm):
    evidence.app.command(watch.__name__)(watch)
for judged in (judging.judge, judging.assessments, judging.resolve_outcome, judging.calibration):
    claims.app.command(judged.__name__.replace("_", "-"))(judged)
for made in (
    fromimages.from_event,
    fromimages.from_size,
    fromimages.from_function,
    fromimages.from_absence,
    fromimages.stale,
    linked.prov,
    linked.claimreview,
):
    claims.app.command(made.__name__.replace("_", "-"))(made)
claims.app.add_typer(hypotheses.app, name="hypotheses")
for time in (timing.timestamp, timing.timestamps, timing.upgrade):
    evidence.app.command(time.__name__)(time)
evidence.app.command("import")(importing.import_)
evidence.app.command("rotate-key")(custody.rotate_key)
evidence.app.command("trust-key")(custody.trust_key)


_WrongUsage: Any = typer.BadParameter.__mro__[1]
"""click's UsageError: typer carries click inside, and names only this one of its refusals."""


_INTERRUPTED = 130


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"siteline {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    case: str = typer.Option(".", "--case", metavar="DIR", help="The case folder to work on."),
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Say the version."
    ),
) -> None:
    """Work on the case in the current folder, or on --case DIR."""
    context.obj = case


@cache
def built() -> Any:
    """All commands with their options: a fifth of a second, once in a process that runs several."""
    return get_command(app)


def main() -> None:
    """Run a command; exit 0 done, 1 refused (error and hint on stderr), 2 wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = built()(standalone_mode=False) or 0
        if code == _INTERRUPTED:  # typer's own word for Ctrl-C
            raise KeyboardInterrupt
        sys.exit(code)
    except SitelineError as error:
        _refuse(str(error), error.hint)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except _WrongUsage as error:
        error.show()
        _explain(getattr(error, "param", None))
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort):
        _refuse(
            "stopped before the end", "What was finished is kept; run the same command to go on.", code=130
        )
    except BrokenPipeError:  # the reader, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _refuse(
            _in_words(error), "Check the path, its permissions and the room on the disk, then run it again."
        )


def _refuse(what: str, hint: str, code: int = 1) -> None:
    flat = " ".join(what.split())
    typer.echo(f"error: {flat}", err=True)
    typer.echo(f"hint: {' '.join(hint.split()) or 'See: siteline --help'}", err=True)
    sys.exit(code)


def _explain(parameter: Any) -> None:
    """What the option or argument is for that is missing or wrong."""
    if why := getattr(parameter, "help", None):
        flag = next((opt for opt in parameter.opts if opt.startswith("--")), None)
        typer.echo(f"hint: {flag or parameter.metavar or parameter.name.upper()}: {why}", err=True)


def _in_words(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{(error.strerror or str(error)).lower()}"


if __name__ == "__main__":
    main()
