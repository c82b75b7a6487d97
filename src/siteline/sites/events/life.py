"""An event with its whole life: its versions, and what people judged of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from siteline.model.change import ChangeEvent, Judgement, Status
from siteline.sites.events.sameness import is_material


@dataclass(frozen=True, slots=True)
class Version:
    """One form of an event: as one survey saw it, or as one person drew it."""

    number: int
    event: ChangeEvent
    """With the label that a person gave it, if one did, and with what the newest looks say of it."""

    own_label: str
    """The label that its survey or its drawing gave it."""

    survey_id: str | None
    reproduced: bool
    """False: a later survey did not find it again; `event` is then its last form."""

    reported: bool
    """False: a candidate below the reporting threshold (`events list --all`)."""

    created_at: datetime
    created_by: str

    @property
    def unnamed(self) -> ChangeEvent:
        """The event with the label that its survey or its drawing gave it, whatever a person calls it."""
        return replace(self.event, label=self.own_label)


@dataclass(frozen=True, slots=True)
class WatchedEvent:
    """An event with its whole life."""

    id: str
    site_id: str
    versions: tuple[Version, ...]
    """Oldest first; at least one."""

    judgements: tuple[Judgement, ...]
    """Oldest first."""

    @property
    def current(self) -> Version:
        """The newest version."""
        return self.versions[-1]

    @property
    def judgement(self) -> Judgement | None:
        """The latest word on it."""
        return self.judgements[-1] if self.judgements else None

    @property
    def status(self) -> Status:
        """Proposed until somebody judged it."""
        return self.judgement.status if self.judgement else Status.PROPOSED

    @property
    def needs_review(self) -> bool:
        """Whether the event changed materially after it was judged."""
        if self.judgement is None:
            return False
        judged = next((v for v in self.versions if v.number == self.judgement.version), None)
        return (
            judged is None
            or judged.reproduced != self.current.reproduced
            or is_material(judged.event, self.current.event)
        )
