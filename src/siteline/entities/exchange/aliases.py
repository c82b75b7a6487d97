"""A list of aliases: `type, canonical, alias, kind, lang, note, source, flag`. What it calls no alias does not become one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from siteline.entities.exchange.intake import Intake
from siteline.entities.exchange.tabular import read_rows
from siteline.entities.hazards import hazards, shown
from siteline.entities.register import Entities, edge_between
from siteline.entities.rows import entity_id, name_row, statement_row
from siteline.entities.spelling.scripts import script_of
from siteline.model.entity import EdgeKind, EntityType, NameKind, Strength
from siteline.store import tables

COLUMNS = ("type", "canonical", "alias", "kind")
COMPOSITE = "composite"
"""Property that keeps a text which names one of several things, this one among them."""

_TYPES = {
    "org": EntityType.ORGANISATION,
    "organization": EntityType.ORGANISATION,
    "family": EntityType.PRODUCT_FAMILY,
}
_TYPES |= {
    "company": EntityType.ORGANISATION,
    "component": EntityType.COMPONENT_TYPE,
    "ship": EntityType.VESSEL,
}


@dataclass(frozen=True, slots=True)
class _Sort:
    """What a kind of the list means here."""

    kind: NameKind
    strength: Strength = Strength.STRONG
    system: str = ""


_STRONG, _WEAK, _NEVER = Strength.STRONG, Strength.WEAK, Strength.NEVER_AUTO
_SORTS = (
    ("source typo", _Sort(NameKind.TYPO, _NEVER)),
    ("typo", _Sort(NameKind.TYPO, _NEVER)),
    ("misspelling", _Sort(NameKind.TYPO, _NEVER)),
    ("spacing variant", _Sort(NameKind.ALIAS)),
    ("spelling variant", _Sort(NameKind.ALIAS)),
    ("designation", _Sort(NameKind.DESIGNATION)),
    ("official", _Sort(NameKind.OFFICIAL)),
    ("local", _Sort(NameKind.LOCAL)),
    ("transliteration", _Sort(NameKind.TRANSLIT)),
    ("translit", _Sort(NameKind.TRANSLIT)),
    ("mccune-reischauer", _Sort(NameKind.TRANSLIT, system="MR")),
    ("revised romanization", _Sort(NameKind.TRANSLIT, system="RR")),
    ("translation", _Sort(NameKind.TRANSLATION)),
    ("codename", _Sort(NameKind.CODENAME, _NEVER)),
    ("code name", _Sort(NameKind.CODENAME, _NEVER)),
    ("cover name", _Sort(NameKind.CODENAME, _NEVER)),
    ("short", _Sort(NameKind.ABBREVIATION, _WEAK)),
    ("abbreviation", _Sort(NameKind.ABBREVIATION, _WEAK)),
    ("acronym", _Sort(NameKind.ABBREVIATION, _WEAK)),
    ("former", _Sort(NameKind.FORMER)),
    ("weak alias", _Sort(NameKind.ALIAS, _WEAK)),
    ("alias", _Sort(NameKind.ALIAS)),
    ("successor", _Sort(NameKind.ALIAS, _NEVER)),
    ("other name", _Sort(NameKind.ALIAS, _WEAK)),
)


def import_aliases(entities: Entities, intake: Intake, dataset: str) -> None:
    """
    Take in a list of aliases, all of it or nothing.

    A composite is kept as a note on its thing, a family becomes a thing of its own with the other as its member; a row
    flagged for verification gives a weak name, and one that may be a successor decides nothing.
    """
    columns, rows = read_rows(intake.path)
    if missing := [column for column in COLUMNS if column not in columns]:
        intake.is_lenient = False
        intake.reject(
            1,
            "columns",
            f"no column {', '.join(missing)}",
            "",
            "A list of aliases has type, canonical, alias, kind.",
        )
    for line, row in rows:
        _Line(entities, intake, dataset, line, row).take_in()


class _Line:
    """One row of the list."""

    def __init__(
        self, entities: Entities, intake: Intake, dataset: str, line: int, row: Mapping[str, str]
    ) -> None:
        self._entities = entities
        self._intake = intake
        self._dataset = dataset
        self._line = line
        self._row = {key: value.strip() for key, value in row.items()}

    def take_in(self) -> None:
        """File what the row says, or reject it."""
        said, alias, canonical = self._row["type"].casefold(), self._row["alias"], self._row["canonical"]
        try:
            entity_type = _TYPES.get(said) or EntityType(said.replace(" ", "_"))
        except ValueError:
            known = ", ".join(t for t in EntityType if t is not EntityType.RECORD)
            self._reject("type", f"no type {shown(said)!r}", f"One of: {known}.")
            return
        for what, text in (("canonical", canonical), ("alias", alias)):
            for hazard in hazards(text):
                if hazard.is_fatal:
                    self._reject(hazard.code, f"{what}: {hazard.message}")
                    return
        entity = self._entity(entity_type, canonical)
        word = self._row["kind"].casefold()
        flag = self._row.get("flag", "").casefold()
        if word.startswith("composite") or flag == "composite":
            self._file(
                tables.entity_statement,
                statement_row(entity, COMPOSITE, alias, dataset=self._dataset, origin=self._source()),
            )
        elif word.startswith("family") or flag == "family":
            self._family(entity, alias)
        else:
            self._name(entity, alias, word, flag)

    def _entity(self, entity_type: EntityType, canonical: str) -> str:
        made = entity_id("aliases", self._dataset, entity_type, canonical)
        if made not in self._entities.by_ids([made]):
            self._entities.add(entity_type, self._dataset, made)
            self._intake.added["entities"] += 1
        self._named(made, canonical, _Sort(NameKind.OFFICIAL), lang="", source="", note="")
        return made

    def _family(self, member: str, family: str) -> None:
        whole = self._entity(EntityType.PRODUCT_FAMILY, family)
        said = {"source": self._source(), "dataset": self._dataset, "note": self._row.get("note", "")}
        edge = edge_between(EdgeKind.MEMBER_OF_FAMILY, member, whole, **said)
        self._count("edges", self._entities.bind([edge]))

    def _name(self, entity: str, alias: str, word: str, flag: str) -> None:
        sort = next((sort for start, sort in _SORTS if word.startswith(start)), None)
        if sort is None and not word:
            sort = _Sort(NameKind.ALIAS, _WEAK)
            self._intake.warn(self._line, "kind", f"no kind for {shown(alias)}: taken as a weak name")
        if sort is None:
            known = ", ".join(dict.fromkeys(start for start, _ in _SORTS))
            self._reject("kind", f"no kind of name {shown(word)!r}", f"One of: {known}, composite, family.")
            return
        note = self._row.get("note", "")
        if "typo" in flag:
            sort = _Sort(NameKind.TYPO, _NEVER)
        elif "verify" in flag:
            sort = _Sort(sort.kind, max(sort.strength, _WEAK, key=_ORDER.index), sort.system)
            note = f"not verified: {note or flag}"
        self._named(entity, alias, sort, self._row.get("lang", ""), self._source(), note)

    def _named(self, entity: str, text: str, sort: _Sort, lang: str, source: str, note: str) -> None:
        strength = sort.strength
        for hazard in hazards(text):
            self._intake.warn(self._line, hazard.code, hazard.message)
            if hazard.code != "two_scripts":
                strength, note = _NEVER, f"{note}; {hazard.message}".strip("; ")
        row = name_row(
            entity,
            text,
            script_of(text),
            lang=lang,
            kind=sort.kind,
            strength=strength,
            system=sort.system,
            source=source,
            dataset=self._dataset,
            note=note,
        )
        self._file(tables.entity_name, row)

    def _file(self, table: Any, row: dict[str, Any]) -> None:
        name = {"entity_name": "names", "entity_statement": "statements"}[table.name]
        self._count(name, self._entities.file(table, [row]))

    def _count(self, name: str, added: int) -> None:
        self._intake.added[name] += added
        self._intake.known[name] += not added

    def _source(self) -> str:
        return self._row.get("source", "")

    def _reject(self, code: str, reason: str, hint: str = "") -> None:
        self._intake.reject(self._line, code, reason, " | ".join(self._row.values()), hint)


_ORDER = (_STRONG, _WEAK, _NEVER)
