"""What a figure is of: one change, or a whole site with all its changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from siteline.model.change import ChangeEvent, Kind, State
from siteline.model.finding import Finding
from siteline.model.imagery import Scene
from siteline.report.figure import KIND_COLOUR, Scenery
from siteline.report.locator import map_window
from siteline.report.rules import Stamp
from siteline.report.sheet.house import House
from siteline.report.sheet.marks import Sheet
from siteline.report.stretch import Window, usable_share

CLEAR = 0.9
"""Share of a view that must be usable for a look at it to be called clear."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """One change with its number in the site's list."""

    number: str
    finding: Finding
    event: ChangeEvent

    @property
    def what(self) -> str:
        """Label and what changed."""
        return " ".join(
            filter(None, [self.finding.label, self.finding.what or Kind(self.finding.kind).words])
        )

    @property
    def briefly(self) -> str:
        """The same without what follows a comma, for narrow places."""
        return self.what.split(",")[0]

    @property
    def name(self) -> str:
        """What is written beside its outline."""
        return self.finding.label or self.finding.what or Kind(self.finding.kind).words


@dataclass(frozen=True)
class Subject:
    """The images of a site and what is to be shown of it."""

    scenery: Scenery
    shown: tuple[Numbered, ...]
    """One change, or all of the site in the order of its list."""

    is_whole: bool
    house: House
    is_place_held: bool = False
    """Whether where it lies must not be told: then no inset shows its surroundings."""

    @property
    def has_inset(self) -> bool:
        """Whether a small picture shows where it lies."""
        return not self.is_whole and not self.is_place_held

    @property
    def title(self) -> str:
        """What it is called."""
        if self.is_whole:
            return self.scenery.site.name
        return self.shown[0].finding.title or self.shown[0].what

    @property
    def dek(self) -> str:
        """The sentence under the title."""
        if not self.is_whole:
            return self.shown[0].finding.headline
        count = len(self.shown)
        return (
            "No change is on record."
            if not count
            else f"{count} {'change' if count == 1 else 'changes'} on record."
        )

    @property
    def deks(self) -> tuple[str, ...]:
        """The same, and without sizes for where there is less room."""
        if self.is_whole:
            return (self.dek,)
        onset = self.shown[0].finding.onset
        return (self.dek, f"{onset[:1].upper()}{onset[1:]}.") if onset else (self.dek,)

    @property
    def listed(self) -> str:
        """What the numbers of a whole site stand for; "" for one change."""
        if not self.is_whole:
            return ""
        return " ".join(f"{one.number}: {one.what}, {one.finding.onset}." for one in self.shown)

    def window(self, aspect: float, context: float = 2.6, smallest: int = 44) -> Window:
        """The part of the grid to show in a panel of some shape."""
        from siteline.report.figure import window_around

        if not self.is_whole:
            outline = self.shown[0].event.outline
            return window_around(
                outline, self.scenery.grid, aspect=aspect, context=context, smallest=smallest
            )
        return widened(map_window(self.scenery, [n.event.outline for n in self.shown]), self.scenery, aspect)

    def colour(self, kind: Kind) -> str:
        """Of the outlines of a kind of change."""
        return self.house.outline or KIND_COLOUR[kind]

    def usable(self, window: Window, least: float = CLEAR) -> list[str]:
        """Ids of looks that show the window clearly, in time order."""
        return [
            look.scene_id
            for look in self.scenery.looks
            if look.used
            and self.scenery.has(look.scene_id)
            and usable_share(self.scenery.cube, look.scene_id, window) >= least
        ]

    def state(self, scene_id: str, event: ChangeEvent) -> State:
        """What one look says of a change."""
        told = {o.scene_id: o.state for o in event.observations}
        return told.get(scene_id, State.NOT_OBSERVABLE)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A look that is not shown, and why."""

    scene_id: str
    reason: str


@dataclass(frozen=True)
class Made:
    """One figure, laid out."""

    sheet: Sheet
    title: str
    caption: str
    alt: str
    scenes: tuple[tuple[str, str], ...]
    """(scene id, role) of every image that it shows."""

    why: str = ""
    """Why these images were chosen."""

    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    """What the user must be told."""


def widened(window: Window, scenery: Scenery, aspect: float) -> Window:
    """A window made as wide or as high as a shape asks, as far as the grid goes; nothing of it is lost."""
    rows, cols = scenery.grid.shape
    height, width = window.shape
    if width / height < aspect:
        width = min(cols, round(height * aspect))
    else:
        height = min(rows, round(width / aspect))
    top = min(max(0, (window.row0 + window.row1 - height) // 2), rows - height)
    left = min(max(0, (window.col0 + window.col1 - width) // 2), cols - width)
    return Window(top, top + height, left, left + width)


def most_pixels(scenes: Sequence[Scene]) -> int | None:
    """The longest side, in pixels, at which all of these scenes may be published; None without a limit."""
    return min((s.publish_max_px for s in scenes if s.publish_max_px is not None), default=None)


def is_simulated(scenery: Scenery) -> bool:
    """Whether the mark must be burned across."""
    return Stamp.SIMULATED in scenery.stamps


def place_shown_on(subject: Subject, shown: Sequence[str]) -> str:
    """The scene on which an inset shows where a picture lies: one that is shown anyway, if the site can be seen on it."""
    usable = {
        look.scene_id: look.usable
        for look in subject.scenery.looks
        if look.used and subject.scenery.has(look.scene_id)
    }
    best = max(shown, key=lambda name: (usable.get(name, 0.0), name))
    if not subject.has_inset or usable.get(best, 0.0) >= 0.97 or not usable:
        return best
    most = max(usable.values())
    return [name for name, share in usable.items() if share >= min(0.97, most)][-1]


def scenes_of(shown: Sequence[tuple[str, str]], subject: Subject, where: str) -> tuple[tuple[str, str], ...]:
    """The scenes of a figure with their roles, that of its inset among them."""
    is_other = subject.has_inset and where not in [name for name, _ in shown]
    return (*shown, *([(where, "locator")] if is_other else []))
