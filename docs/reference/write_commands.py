"""Write docs/reference/commands.md from the command line itself: python docs/reference/write_commands.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer.main

from siteline.cli.app import app

HEAD = """# Commands

A command is a noun, then a verb. Reading commands have `--json` and `--as-of`. Exit 0: done; 1: refused, with `error:` and
`hint:` on stderr; 2: wrong usage; 3 (`evidence capture`): kept, but not the whole page. Commands work on the case in the
current folder, or on `--case DIR`. Written from the program by `docs/reference/write_commands.py`.
"""


def describe(name: str, command: Any) -> str:
    """One command, or all of a noun's, as Markdown."""
    inner = getattr(command, "commands", None)
    if inner is not None:
        return "\n".join(describe(f"{name} {key}".strip(), child) for key, child in inner.items())
    lines = [f"## siteline {name}\n", f"{command.help}\n"]
    for parameter in command.params:
        if parameter.name == "help":
            continue
        flags = [opt for opt in parameter.opts if opt.startswith("-")]
        shown = ", ".join(flags) or (parameter.metavar or parameter.name.upper())
        required = " (required)" if flags and parameter.required else ""
        lines.append(f"- `{shown}`{required} {parameter.help or ''}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    page = HEAD + "\n" + describe("", typer.main.get_command(app))
    Path(__file__).with_name("commands.md").write_text(page, encoding="utf-8")
