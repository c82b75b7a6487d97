"""`siteline events`: what changed at a site, found by comparison of images or seen by a person."""

from __future__ import annotations

import typer

from siteline.cli.events import adding, comparing, counting, exporting, judging, listing, proposing, smart

app = typer.Typer(
    help="Change events: found by comparison of images, or seen by a person.", no_args_is_help=True
)
app.command("counts")(counting.counts)
app.command("propose")(proposing.propose)
app.command("list")(listing.list_)
app.command("presets")(listing.presets)
app.command("show")(listing.show)
app.command("add")(adding.add)
app.command("judge")(judging.judge)
app.command("name")(judging.name)
app.command("export")(exporting.export)
app.command("import")(smart.import_)
app.command("imported")(smart.imported)
app.command("score")(smart.score)
app.command("compare")(comparing.compare)
app.command("compared")(comparing.compared)
