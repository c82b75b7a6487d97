"""A matrix of competing hypotheses as one self-contained page."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from siteline import __version__
from siteline.model.dates import say_day
from siteline.model.hypotheses import Matrix, Scored, Sheet
from siteline.report.frame import environment, template_text
from siteline.report.svg import element, number

_WIDE, _HIGH = 104.0, 8.0


def draw_matrix(matrix: Matrix, as_of: datetime) -> bytes:
    """The page; it loads nothing, runs nothing, and is as legible on a dark screen. The same matrix gives the same bytes."""
    css = Markup(template_text("matrix.css"))  # noqa: S704  our own file
    most = max((score.inconsistency[1] for sheet in matrix.sheets for score in sheet.scores), default=0.0)
    page = (
        environment()
        .get_template("matrix.html.j2")
        .render(
            matrix=matrix,
            sheets=[_lay_out(matrix, sheet, most) for sheet in matrix.sheets],
            css=css,
            style_hash=base64.b64encode(hashlib.sha256(css.encode()).digest()).decode(),
            version=__version__,
            as_of=_minute(as_of),
            day=lambda at: say_day(at.astimezone(UTC).date()),
            minute=_minute,
        )
    )
    return page.encode()


def say_score(score: Scored) -> str:
    """ "3.5", or "2.1 to 4.2" where a weight is unknown."""
    low, high = (f"{end:.2f}".rstrip("0").rstrip(".") for end in score.inconsistency)
    return low if low == high else f"{low} to {high}"


def _lay_out(matrix: Matrix, sheet: Sheet, most: float) -> dict[str, Any]:
    by_place = {(cell.evidence, cell.hypothesis): cell for cell in sheet.cells}
    worth = {row.evidence: row for row in sheet.rows}
    rows = []
    for row in matrix.evidence:
        found = worth.get(row.label)
        rows.append(
            {
                "evidence": row,
                "cells": [by_place.get((row.label, h.label)) for h in matrix.hypotheses],
                "variance": ""
                if found is None or found.diagnosticity is None
                else f"{found.diagnosticity:.2f}",
                "not_diagnostic": found is not None and found.not_diagnostic,
                "remarks": [said for label, said in matrix.remarks if label == row.label],
            }
        )
    scores: Sequence[Scored | None] = sheet.scores or [None] * len(matrix.hypotheses)
    return {
        "analyst": sheet.analyst,
        "rows": rows,
        "scored": bool(sheet.rows) or not matrix.evidence,
        "scores": [
            score and {"said": say_score(score), "blank": score.blank, "bar": _bar(score, most)}
            for score in scores
        ],
    }


def _bar(score: Scored, most: float) -> Markup:
    """How much speaks against it, against the largest of the page; the pale part is what an unknown weight leaves open."""
    low, high = (_WIDE * end / most if most else 0.0 for end in score.inconsistency)
    return element(
        "svg",
        element("rect", class_="track", x=0, y=0, width=number(_WIDE), height=number(_HIGH)),
        element("rect", class_="span", x=0, y=0, width=number(high), height=number(_HIGH)),
        element("rect", x=0, y=0, width=number(low), height=number(_HIGH)),
        viewBox=f"0 0 {number(_WIDE)} {number(_HIGH)}",
        width=number(_WIDE),
        height=number(_HIGH),
        aria_hidden="true",
    )


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
