"""What may be shown: rights, people, and simulated images never beside real ones."""

from __future__ import annotations

from collections.abc import Iterator

from siteline.model.edition import BriefFigure, Objection, Support
from siteline.report.gate.said import Around, Fault, Said


def personal(said: Said, _: Around) -> Iterator[Fault]:
    """`person`: personal data that somebody flagged, and nobody has decided on."""
    if said.is_heading:
        return
    for support in said.supports:
        for what in support.personal:
            yield "person", f"{support.title}: {what}; record a decision before it is published"


def figure_faults(figure: BriefFigure, support: Support | None) -> Iterator[Fault]:
    """What stands against one picture."""
    if support is None:
        yield "no-evidence", f"{figure.cites} is not in this case, or not open to you"
        return
    for why in support.broken:
        yield "no-evidence", f"{support.title}: {why}"
    for why in support.rights:
        yield "rights", f"{support.title}: {why}"
    for what in support.personal:
        yield "person", f"{support.title}: {what}; record a decision before it is published"


def synthetic(around: Around) -> Iterator[Objection]:
    """`synthetic`: simulated images beside real ones, anywhere in one brief."""
    shown = [s for said in around.said for s in said.supports if s.is_picture]
    shown += [support for _, support in around.pictured if support is not None and support.is_picture]
    if len({support.is_simulated for support in shown}) < 2:
        return
    for said in around.said:
        invented = [s for s in said.supports if s.is_picture and s.is_simulated]
        if invented and not said.is_heading:
            yield Objection(
                said.sentence.id,
                "synthetic",
                f"{invented[0].title} is simulated, and other sentences rest on real images",
                said.sentence.text,
                said.sentence.line,
            )
            return
