"""From what a file says of each feature to a site: roles, labels, dates, and what must not pass silently."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from siteline.model.errors import BadSiteFile
from siteline.model.place import Frame, Function, Role, Site, Structure
from siteline.model.remark import Remark
from siteline.sites.exchange.intake import MAX_FEATURES
from siteline.sites.exchange.kml import value_of
from siteline.sites.exchange.shapes import swapped

LEAVE_OUT = "none"
"""The answer to a question about a role: this feature is not part of the site."""

OWN = ("role", "label", "name", "looks_like", "function", "since", "until", "source")
"""Properties of a feature that we read."""

_AREAS = frozenset([Role.AOI, Role.PERIMETER, Role.BUILDING, Role.ZONE])
_FAR_DEGREES = 1.0

_FOLDERS = {role.value: role for role in Role} | {f"{role.value}s": role for role in Role}
_FOLDERS |= {"area of interest": Role.AOI, "areas of interest": Role.AOI}
_HINTED = {
    "fence": Role.PERIMETER, "wall": Role.PERIMETER, "boundary": Role.PERIMETER, "perimeter": Role.PERIMETER,
    "gate": Role.GATE, "entrance": Role.GATE, "aoi": Role.AOI, "area": Role.AOI, "site": Role.AOI,
    "hall": Role.BUILDING, "building": Role.BUILDING, "house": Role.BUILDING, "plant": Role.BUILDING,
    "zone": Role.ZONE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RoleQuestion:
    """A feature whose role its file does not say."""

    feature: str
    """Its name, or its place in the file."""

    folder: str
    """Names of its folders, joined by " / "; "" for GeoJSON."""

    geometry: str
    """"Polygon", "LineString", "Point" …"""

    proposed: Role | None
    """What its name, folder and geometry suggest; None if nothing fits."""


AnswerRoles = Callable[[tuple[RoleQuestion, ...]], Sequence[Role | str | None]]
"""Asked once for all open features; answers each with a role, "none" (not of the site) or None (open)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One feature as a file gives it."""

    where: str
    """How an error names it: 'feature 3 "A-1"'."""

    title: str
    """Its label or name, "" if it has neither."""

    said: Mapping[str, Any]
    """The properties of `OWN` that it has."""

    geometry: BaseGeometry
    folders: tuple[str, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def settle_roles(
    drafts: Sequence[Draft], answers: AnswerRoles | Sequence[str] | None, name: str
) -> tuple[list[Role | None], list[Remark]]:
    """The role of each draft (None: left out), from the file, its folder, or one round of questions."""
    if len(drafts) > MAX_FEATURES:
        raise BadSiteFile(
            f"{name}: holds {len(drafts)} features, more than {MAX_FEATURES}",
            "A site file holds one site: cut out its features and save them alone.",
        )
    roles: list[Role | None] = []
    questions: dict[int, RoleQuestion] = {}
    by_folder: dict[str, Role] = {}
    for index, draft in enumerate(drafts):
        role = _said_role(draft, name)
        if role is None:
            folder = next((f for f in reversed(draft.folders) if f.strip().casefold() in _FOLDERS), None)
            if folder is not None:
                role = by_folder[folder] = _FOLDERS[folder.strip().casefold()]
            else:
                kind = draft.geometry.geom_type
                shown = draft.title or draft.where
                questions[index] = RoleQuestion(shown, " / ".join(draft.folders), kind, _propose(draft))
        roles.append(role)
    remarks = [
        Remark(name, f"features in folder {folder!r} are taken as {role.value}")
        for folder, role in by_folder.items()
    ]
    if questions:
        for index, answer in zip(questions, _ask(tuple(questions.values()), answers, name), strict=True):
            roles[index] = answer
            if answer is None:
                remarks.append(Remark(name, f"{drafts[index].where} is left out of the site, as answered"))
    return roles, remarks


def _said_role(draft: Draft, name: str) -> Role | None:
    said = draft.said.get("role")
    if said is None or said == "":
        return None
    role = _role_named(said)
    if role is None:
        raise BadSiteFile(f"{name}: {draft.where} has the role {str(said)[:40]!r}", _did_you_mean(str(said)))
    return role


def _role_named(text: object) -> Role | None:
    word = text.strip().casefold() if isinstance(text, str) else ""
    return Role(word) if word in set(Role) else None


def _did_you_mean(said: str) -> str:
    known = ", ".join(Role)
    close = get_close_matches(said.strip().casefold(), list(Role), 1, 0.5)
    return f"Did you mean {close[0]}? Roles are {known}." if close else f"Roles are {known}."


def _propose(draft: Draft) -> Role | None:
    kind = draft.geometry.geom_type
    words = re.findall(r"\w+", " ".join((draft.title, *reversed(draft.folders))).casefold())
    hinted = next((_HINTED[w.rstrip("s")] for w in words if w.rstrip("s") in _HINTED), None)
    if kind == "Point":
        return Role.GATE if hinted is Role.GATE else Role.POINT
    if kind == "LineString":
        return hinted if hinted in (Role.PERIMETER, Role.GATE) else Role.PERIMETER
    return (hinted or Role.BUILDING) if kind in ("Polygon", "MultiPolygon") else None


def _ask(
    questions: tuple[RoleQuestion, ...], answers: AnswerRoles | Sequence[str] | None, name: str
) -> list[Role | None]:
    answered: Sequence[Role | str | None]
    if answers is None:
        answered = [None] * len(questions)
    elif callable(answers):
        answered = answers(questions)
    else:
        answered = _match([answers] if isinstance(answers, str) else answers, questions, name)
    if len(answered) != len(questions):
        raise BadSiteFile(f"{name}: {len(questions)} features need a role, {len(answered)} were answered")
    if still := [q for q, a in zip(questions, answered, strict=True) if a is None or a == ""]:
        shown = ", ".join(
            f"{q.feature} ({q.proposed.value}?)" if q.proposed else q.feature for q in still[:6]
        )
        more = f" and {len(still) - 6} more" if len(still) > 6 else ""
        first = still[0]
        raise BadSiteFile(
            f"{name}: no role given for {shown}{more}",
            f'Write "role" into the file, put it into a folder named after a role, or answer: '
            f'--role "{first.feature}={(first.proposed or Role.BUILDING).value}" (or =none to leave it out).',
        )
    settled: list[Role | None] = []
    for question, answer in zip(questions, answered, strict=True):
        role = answer if isinstance(answer, Role) else _role_named(answer)
        if role is None and str(answer).strip().casefold() != LEAVE_OUT:
            raise BadSiteFile(
                f"{name}: {question.feature} was given the role {str(answer)[:40]!r}",
                _did_you_mean(str(answer)),
            )
        settled.append(role)
    return settled


def _match(said: Sequence[str], questions: tuple[RoleQuestion, ...], name: str) -> list[str | None]:
    """Answers of the form ROLE (for all that are open) or NAME=ROLE (a feature, or all of a folder)."""
    answered: list[str | None] = [None] * len(questions)
    for answer in sorted(said, key=lambda a: "=" in a):  # the particular goes over the general
        target, _, role = answer.rpartition("=")
        hit = [
            i
            for i, q in enumerate(questions)
            if not target or target.strip() in (q.feature, q.folder, *q.folder.split(" / "))
        ]
        if not hit:
            raise BadSiteFile(
                f"{name}: no feature without a role is called {target.strip()!r}",
                "Open ones are: " + ", ".join(q.feature for q in questions[:8]),
            )
        for i in hit:
            answered[i] = role.strip()
    return answered


# Features


def build_structure(draft: Draft, role: Role, name: str, remarks: list[Remark]) -> Structure:
    """One checked feature of a site. Raises BadSiteFile naming file and feature."""

    def refuse(what: str, remedy: str) -> BadSiteFile:
        return BadSiteFile(f"{name}: {draft.where} {what}", remedy)

    texts = {}
    for key in ("label", "name", "looks_like", "source"):
        said = draft.said.get(key)
        if isinstance(said, int) and not isinstance(said, bool):
            said = str(said)  # a column of whole numbers in a map program
        if said is not None and not isinstance(said, str):
            raise refuse(f"has a {key} that is not text: {str(said)[:40]}", "Put it in quotes.")
        texts[key] = (said or "").strip()
    label = texts["label"]
    if not label and role in (Role.AOI, Role.PERIMETER) and not texts["name"]:
        label = role.value
    elif not label and texts["name"]:
        label = texts["name"]
        remarks.append(Remark(name, f"{draft.where} has no label; its name is taken"))
    if not label:
        raise refuse(f"({role.value}) has no label", 'Give it a short "label", such as "A-1".')
    if len(label) > 80 or "\n" in label or "\r" in label:
        raise refuse("has a label of more than one short line", 'Give it a short "label", such as "A-1".')
    since, until = (_day(draft.said.get(key), key, refuse) for key in ("since", "until"))
    if since and until and since > until:
        raise refuse(f"ends ({until}) before it begins ({since})", "Check since and until.")
    return Structure(
        role=role,
        label=label,
        geometry=_fit_geometry(draft, role, name, remarks),
        name=texts["name"],
        looks_like=texts["looks_like"],
        function=_function(draft.said.get("function"), refuse),
        since=since,
        until=until,
        source=texts["source"],
        kept=MappingProxyType(dict(draft.kept)),
    )


def _fit_geometry(draft: Draft, role: Role, name: str, remarks: list[Remark]) -> BaseGeometry:
    outline = draft.geometry
    if role is Role.PERIMETER and isinstance(outline, LineString) and outline.is_ring and outline.is_simple:
        remarks.append(
            Remark(name, f"{draft.where} is a closed line; it is taken as the outline it encloses")
        )
        return Polygon(outline)
    if role in _AREAS and not isinstance(outline, Polygon | MultiPolygon):
        remedy = (
            "Close the line, or draw it as a polygon."
            if isinstance(outline, LineString)
            else "Draw its outline as a polygon."
        )
        raise BadSiteFile(
            f"{name}: {draft.where} is a {role.value} but drawn as a {outline.geom_type}", remedy
        )
    if role is Role.POINT and not isinstance(outline, Point):
        raise BadSiteFile(
            f"{name}: {draft.where} is a point but drawn as a {outline.geom_type}",
            "Give it another role, or one vertex.",
        )
    return outline


def _function(said: object, refuse: Callable[[str, str], BadSiteFile]) -> Function | None:
    if isinstance(said, str):
        said = value_of(said) if said.strip() else None
    if said is None:
        return None
    remedy = (
        'Write {"text": …, "qualifier": "possible" or "probable", "basis": …, "who": …}: '
        "what a building is for is somebody's judgement."
    )
    if not isinstance(said, dict):
        raise refuse(f"has a function without who judged it: {str(said)[:40]!r}", remedy)
    values = {key: said.get(key) for key in ("text", "qualifier", "basis", "who")}
    if values["qualifier"] not in ("possible", "probable"):
        raise refuse(
            f"has a function that is neither possible nor probable: {str(values['qualifier'])[:40]!r}", remedy
        )
    read = {key: value.strip() for key, value in values.items() if isinstance(value, str)}
    if missing := [key for key in values if not read.get(key)]:
        raise refuse(f"has a function without {' and '.join(missing)}", remedy)
    return Function(read["text"], read["qualifier"], read["basis"], read["who"])


def _day(said: object, key: str, refuse: Callable[[str, str], BadSiteFile]) -> date | None:
    if said is None or said == "":
        return None
    if isinstance(said, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", said.strip(), re.ASCII):
        try:
            return date.fromisoformat(said.strip())
        except ValueError:
            pass
    raise refuse(f"has {key} = {str(said)[:40]!r}, which is not a day", "Write it as 2024-04-19.")


# Sites


def build_site(
    members: Mapping[str, Any], structures: Sequence[Structure], name: str, remarks: list[Remark]
) -> Site:
    """
    The site of checked features, refused if two share a label or one lies elsewhere.

    members: id, name, names, parent, simulated, frame, gsd_m, kept; id and name may be missing.
    """
    if not structures:
        raise BadSiteFile(f"{name}: has no features", "Draw at least the area under watch (role aoi).")
    frame: Frame = members.get("frame", Frame.EARTH)
    seen: set[tuple[Role, str]] = set()
    for s in structures:
        if (s.role, s.label.casefold()) in seen:
            raise BadSiteFile(
                f"{name}: two features of role {s.role.value} have the label {s.label!r}",
                "Give each its own label.",
            )
        seen.add((s.role, s.label.casefold()))
    if sum(s.role is Role.AOI for s in structures) > 1:
        raise BadSiteFile(
            f"{name}: more than one area under watch (role aoi)", "Join them into one MultiPolygon."
        )
    perimeters = [s.label for s in structures if s.role is Role.PERIMETER]
    if len(perimeters) > 1:
        remarks.append(
            Remark(name, f"{len(perimeters)} perimeters; zones and distances refer to {perimeters[0]!r}")
        )
    if frame is Frame.EARTH:
        _look_for_strays(structures, name, remarks)
    title = members.get("name") or members.get("id") or ""
    return Site(
        id=_site_id(members.get("id"), title, name, remarks),
        name=title or name.rpartition(".")[0] or name,
        structures=tuple(structures),
        frame=frame,
        gsd_m=members.get("gsd_m"),
        names=_names(members.get("names"), name),
        parent=members.get("parent"),
        simulated=bool(members.get("simulated", False)),
        kept=MappingProxyType(dict(members.get("kept", {}))),
    )


def read_members(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The site object's members, checked: id, name, parent (texts), names (list), simulated (a boolean)."""
    read: dict[str, Any] = {}
    for key in ("id", "name", "parent"):
        value = said.get(key)
        if value is not None and not isinstance(value, str):
            raise BadSiteFile(f"{name}: the site's {key} is not text: {str(value)[:40]}", "Put it in quotes.")
        read[key] = (value or "").strip() or None
    simulated = said.get("simulated", False)
    if not isinstance(simulated, bool):
        raise BadSiteFile(
            f"{name}: simulated is {str(simulated)[:40]!r}", "Write true or false, without quotes."
        )
    return {**read, "simulated": simulated, "names": said.get("names")}


def _site_id(said: str | None, title: str, name: str, remarks: list[Remark]) -> str:
    if said is None:
        base = unicodedata.normalize("NFKC", title or name.rpartition(".")[0]).casefold()
        said = re.sub(r"[^\w]+", "-", base).strip("-_")[:48].strip("-_")
        if not said:
            raise BadSiteFile(f"{name}: the site has no id", 'Add a top-level "site": {"id": …, "name": …}.')
        remarks.append(
            Remark(
                name,
                f"the file names no site; it is filed as {said!r}",
                'add "site": {"id": …, "name": …} to choose',
            )
        )
    if not re.fullmatch(r"\w[\w.-]{0,63}", said):
        raise BadSiteFile(
            f"{name}: {said[:70]!r} cannot be a site's id",
            "Use letters, digits, '-', '_' and '.', at most 64.",
        )
    return said


def _names(said: object, name: str) -> tuple[Mapping[str, str], ...]:
    if said is None:
        return ()
    remedy = 'Write "names": [{"text": …, "lang": …, "kind": …}].'
    if not isinstance(said, list) or not all(isinstance(item, dict) for item in said):
        raise BadSiteFile(f"{name}: the site's names are not a list of names", remedy)
    for item in said:
        if not all(isinstance(v, str) for v in item.values()) or not str(item.get("text", "")).strip():
            raise BadSiteFile(f"{name}: a name of the site has no text: {str(item)[:60]}", remedy)
    return tuple(MappingProxyType(dict(item)) for item in said)


def _look_for_strays(structures: Sequence[Structure], name: str, remarks: list[Remark]) -> None:
    """A feature far from all others is probably drawn with its coordinates swapped, or by a slip."""
    home = next((s for s in structures if s.role is Role.AOI), structures[0])
    for s in structures:
        if s is home or shapely.distance(s.geometry, home.geometry) <= _FAR_DEGREES:
            continue
        where = s.geometry.representative_point()
        place = f"{where.y:.2f}, {where.x:.2f} (lat, lon)"
        shown = f"{s.role.value} {s.label!r} lies near {place}, far from {home.label!r}"
        if shapely.distance(swapped(s.geometry), home.geometry) <= _FAR_DEGREES:
            raise BadSiteFile(
                f"{name}: {shown}; it looks swapped", "Longitude comes first: swap its coordinates."
            )
        if abs(where.x) < 179:
            remarks.append(Remark(name, shown, "check that it belongs to this site"))
