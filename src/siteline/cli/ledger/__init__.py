"""`siteline ledger`: incidents and components, each a noun of its own."""

from __future__ import annotations

import typer

from siteline.cli.ledger import charts, components, incidents, questions

app = typer.Typer(help="Count incidents and components, with ranges and editions.", no_args_is_help=True)
app.add_typer(incidents.app, name="incidents")
app.add_typer(components.app, name="components")
incidents.app.command("picture")(charts.picture)
app.command("queries")(questions.list_all)
