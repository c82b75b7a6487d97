"""What every page of ours shares: templates that let nothing through, stamps on every sheet, figures inside the file."""

from __future__ import annotations

import importlib.resources
import re
from typing import Any

import jinja2
from markupsafe import Markup

from siteline.report.figure import Figure
from siteline.report.inert import inert
from siteline.report.rules import Stamp
from siteline.report.svg import data_uri

_FROM_THE_RIGHT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
_TURNED = re.compile(rf"[{_FROM_THE_RIGHT}](?:[{_FROM_THE_RIGHT}\s\d'’-]*[{_FROM_THE_RIGHT}])?")
"""Words that are written from right to left, with what stands between them."""


def embedded(figure: Figure) -> dict[str, Any]:
    """A figure as a template prints it."""
    return {
        "src": data_uri(figure.media_type, figure.data),
        "is_drawing": figure.media_type == "image/svg+xml",
        "alt": figure.alt,
        "caption": figure.caption,
        "credit": figure.credit,
        "licence": figure.licence,
        "use": figure.use,
        "width": figure.size[0],
        "height": figure.size[1],
        "narrow": figure.narrow
        and {
            "src": data_uri(figure.narrow.media_type, figure.narrow.data),
            "width": figure.narrow.size[0],
            "height": figure.narrow.size[1],
        },
    }


def language_of(code: str) -> str | None:
    """A language code as HTML wants it; None if it is not one."""
    return code if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", code) else None


def running_head(stamps: tuple[Stamp, ...]) -> str:
    """The stamps at the top of every printed page."""
    words = "   ·   ".join(stamp.value for stamp in stamps)
    font = "font: 700 8pt sans-serif; color: #7a1020"
    return f'@media print {{ @page {{ @top-center {{ content: "{words}"; {font} }} }} }}\n' if stamps else ""


def environment() -> jinja2.Environment:
    """Templates of this folder, everything escaped and made inert."""
    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(template_text),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
        keep_trailing_newline=True,
    )
    made.filters["isolate"] = isolate
    return made


def isolate(text: str) -> Markup:
    """
    A line that we put together, with names that are written from right to left set apart.

    Else a date behind one is shown with its numbers in the order of that script, 2024-11-25 as 25-11-2024.
    """
    said, told, at = inert(text), Markup(), 0
    for name in _TURNED.finditer(said):
        told += said[at : name.start()]
        told += Markup("<bdi>{}</bdi>").format(name[0])
        at = name.end()
    return told + said[at:]


def _finalize(value: Any) -> Any:
    """All text that enters the page is made inert; what we drew ourselves was, when it was drawn."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return value if value.startswith("data:image/") else inert(value)


def template_text(name: str) -> str:
    """A file of the templates, as it is."""
    return (
        importlib.resources.files("siteline.report").joinpath("templates", name).read_text(encoding="utf-8")
    )
