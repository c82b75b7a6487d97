"""
An edition for print: the HTML page as tagged PDF, its trace notes as endnotes, its stamps on every sheet.

Nothing is fetched while it is made; the same page gives the same bytes with the same version of WeasyPrint and fonts.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Any

from siteline.model.errors import MissingExtra
from siteline.report.edition.material import EditionMaterial
from siteline.report.edition.page import build_edition
from siteline.report.frame import template_text


def print_edition(material: EditionMaterial) -> bytes:
    """The edition as PDF; raises MissingExtra where WeasyPrint, or a library of the system that it needs, is not there."""
    try:
        import weasyprint
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise MissingExtra.of("WeasyPrint", "pdf") from error
    for name in ("weasyprint", "fontTools", "fontTools.subset"):
        logging.getLogger(name).setLevel(logging.ERROR)
    page = build_edition(material).replace("</style>", f"{template_text('print.css')}</style>", 1)
    with _dated(material.day):
        return bytes(
            weasyprint.HTML(string=page, url_fetcher=URLFetcher(allowed_protocols=("data",))).write_pdf(
                pdf_identifier=hashlib.sha256(page.encode()).digest()[:16],
                pdf_variant="pdf/ua-1",
                pdf_tags=True,
                full_fonts=False,
            )
        )


@contextmanager
def _dated(day: date) -> Iterator[None]:
    """The day of the edition, and not the moment of the build, as the moment written into the file."""
    before: Any = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(int(datetime.combine(day, time(), UTC).timestamp()))
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before
