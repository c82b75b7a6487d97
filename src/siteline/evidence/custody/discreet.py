"""What a verification found, for somebody who may not know of everything: what is restricted is named by its row alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from siteline.evidence.custody.report import Report

_BEGINNING = 8
"""Letters by which an id or a digest is known."""

_TOKEN = re.compile(rf"[0-9A-Za-z]{{{_BEGINNING},}}")
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


def keep_back(report: Report, marks: Mapping[str, int]) -> None:
    """
    Take ids and digests of what is restricted out of a report; that something is wrong with it stays.

    marks: those ids and digests, each with the row of the log by which it came.
    """
    begun = dict[str, list[tuple[str, int]]]()
    for mark, row in marks.items():
        begun.setdefault(mark.casefold()[:_BEGINNING], []).append((mark.casefold(), row))

    def veil(found: re.Match[str]) -> str:
        token = found[0].casefold()
        for mark, row in begun.get(token[:_BEGINNING], ()):
            if mark.startswith(token):
                return f"[restricted, custody row {row}]"
        return found[0]

    def told(one: dict[str, Any]) -> dict[str, Any]:
        plain = {name: _TOKEN.sub(veil, text) for name, text in one.items()}
        if plain == one:
            return one
        return {
            name: _DIGEST.sub("[withheld]", text) for name, text in plain.items()
        }  # what it hashes to now

    report.findings[:] = map(told, report.findings)
    report.notes[:] = map(told, report.notes)
