"""What gathering for one brief shares: the case, the moment, and what was read and hashed already."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from siteline.evidence.watch.series import Finding
from siteline.model.activity import FiledCount
from siteline.model.place import Site
from siteline.sites.events.life import WatchedEvent
from siteline.sites.filed import FiledRow
from siteline.workbench.briefs.fixity import Fixity
from siteline.workbench.case import Case
from siteline.workbench.claims.question import Question, ask
from siteline.workbench.evidence.marks import undecided
from siteline.workbench.evidence.removals import find


@dataclass
class Around:
    """One reading of a case; everything is looked up once."""

    case: Case
    as_of: datetime | None
    questions: dict[str, Question] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def fixity(self) -> Fixity:
        """Bytes, hashed once."""
        return Fixity(self.case.blobs)

    @cached_property
    def sites(self) -> dict[str, Site]:
        """Sites by their ids."""
        return {name: self.case.register.get(name, self.as_of) for name in self.case.register.ids(self.as_of)}

    @cached_property
    def events(self) -> dict[str, WatchedEvent]:
        """Events of all sites, by their ids."""
        return {
            event.id: event
            for site in self.sites
            for event in self.case.events.all(site, every=True, as_of=self.as_of)
        }

    @cached_property
    def sizes(self) -> dict[str, FiledRow]:
        """Filed sizes of all sites, by their ids."""
        return {row.id: row for site in self.sites for row in self.case.filed.all(site, self.as_of)}

    @cached_property
    def counts(self) -> dict[str, FiledCount]:
        """Counts of all sites, by their ids."""
        return {one.id: one for site in self.sites for one in self.case.counts.all(site, self.as_of)}

    @cached_property
    def findings(self) -> dict[str, Finding]:
        """What checks of pages add up to, by id."""
        return {finding.id: finding for finding in find(self.case, self.as_of)}

    @cached_property
    def personal(self) -> set[str]:
        """Exhibits that show or name a private person, on which nobody has decided."""
        return undecided(self.case)

    @cached_property
    def restricted(self) -> set[str]:
        """Exhibits that only named readers may see, whoever reads."""
        return set(self.case.exhibits.restrictions())

    @cached_property
    def hidden(self) -> set[str]:
        """Exhibits that whoever reads now may not see."""
        return self.case.exhibits.hidden()

    def question(self, key: str) -> Question:
        """One claim key, with all that bears on it."""
        if key not in self.questions:
            self.questions[key] = ask(self.case, key, self.as_of)
        return self.questions[key]
