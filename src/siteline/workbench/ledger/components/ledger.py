"""The ledger of parts as a case holds it: its records, opened when they are needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from siteline.ledger.components.numbering import companies_of
from siteline.ledger.components.publishing import Shown, who_is_named
from siteline.ledger.components.queries import Queries
from siteline.ledger.components.regimes.lists import Regimes
from siteline.ledger.components.register import Components
from siteline.model.component import CompanyState, Part
from siteline.model.incident import Judged
from siteline.workbench.case import Case


@dataclass
class PartsLedger:
    """What a case knows of parts and lists at one moment; read once, then kept."""

    case: Case
    as_of: datetime | None = None

    @cached_property
    def components(self) -> Components:
        """The rows of parts."""
        return Components(self.case.db)

    @cached_property
    def regimes(self) -> Regimes:
        """The rows of lists."""
        return Regimes(self.case.db)

    @cached_property
    def queries(self) -> Queries:
        """The questions that were kept."""
        return Queries(self.case.db)

    @cached_property
    def parts(self) -> list[Part]:
        """Every part that was not withdrawn."""
        return self.components.parts(self.as_of)

    @cached_property
    def judged(self) -> list[Judged]:
        """What people said of rows: one part, or two."""
        return self.components.judged(self.as_of)

    @cached_property
    def states(self) -> list[CompanyState]:
        """What companies were."""
        return self.components.companies(self.as_of)

    @cached_property
    def edition(self) -> str:
        """Name of what is on record."""
        return self._seal[:12]

    @cached_property
    def _seal(self) -> str:
        return self.components.seal(self.as_of, self.parts)

    @cached_property
    def shown(self) -> Shown:
        """Who is named in publication, and who is not yet."""
        return who_is_named(
            self.parts,
            self.components.replies(self.as_of),
            self._seal,
            companies_of(self.states),
            self.components.numbers(self.as_of),
        )
