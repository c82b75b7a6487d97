"""Tables of claims taken into a case: all rows or none, or with `lenient` the good ones; twice adds nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from siteline.claims.intake import COLUMNS, LOOSE, REQUIRED, disagreement, read_row, references
from siteline.claims.relation import RelationKind
from siteline.claims.rows import statement_row
from siteline.claims.said import TABLE
from siteline.claims.table import Row, Table, open_table, refuse_rows, rejects_of
from siteline.model.cells import CellFault, CellRefused
from siteline.model.claim import Anchor, AnchorKind, Statement
from siteline.model.errors import BadInput, NotFound, SitelineError
from siteline.model.remark import Remark
from siteline.workbench.case import Case
from siteline.workbench.claims.filing import anchor_words, check_words
from siteline.workbench.claims.words import Rendition

_PART = 2000


@dataclass(slots=True)
class Imported:
    """What became of a table."""

    added: list[str] = field(default_factory=list)
    """Ids of the statements that are new."""

    already: int = 0
    """Rows that were there."""

    keys: list[str] = field(default_factory=list)
    """Claim keys of all good rows, in alphabetical order."""

    faults: list[CellFault] = field(default_factory=list)
    rejects: Path | None = None
    """Where the refused rows were written, beside the table."""

    remarks: list[Remark] = field(default_factory=list)


def import_claims(case: Case, path: Path, *, lenient: bool = False, prefix: str = "") -> Imported:
    """
    File the statements of a table (the columns of `claims.intake`), in one transaction.

    prefix: goes before every id and lineage, where another table has used the same ones. Raises BadTable, with every fault
    as `faults`, unless all rows are good; `lenient` takes the good ones and writes the others to FILE.rejects.csv.
    """
    table = open_table(path, REQUIRED)
    batch = hashlib.sha256(path.read_bytes()).hexdigest()
    done = Imported(remarks=_unknown_columns(table))
    reader = _Reader(case, table, prefix, batch)
    for _ in reader.good(done):
        pass
    done.faults = sorted([*table.faults, *reader.faults], key=lambda fault: fault.line)
    if done.faults and not lenient:
        error = refuse_rows(path, done.faults)
        error.faults = tuple(done.faults)
        raise error
    is_ours = "anchor" in table.columns  # its relations are a table of their own
    with case.db.appending():
        part: list[Statement] = []
        pointed: list[tuple[str, str, str, str]] = []
        for row, statement in reader.good(Imported()):
            part.append(statement)
            if not is_ours:
                pointed += [
                    (_prefixed(prefix, a), k, _prefixed(prefix, b), w) for a, k, b, w in references(row)
                ]
            if len(part) == _PART:
                done.added += case.statements.add(part, batch)
                part = []
        done.added += case.statements.add(part, batch)
        _relate(case, pointed, path.name)
    done.already = reader.count - len(done.added)
    done.keys = sorted(reader.keys)
    if done.faults:
        done.rejects = path.with_name(f"{path.name}.rejects.csv")
        done.rejects.write_text(rejects_of(table, done.faults, reader.rejected), encoding="utf-8")
    return done


class _Reader:
    """Reads a table's good rows, as often as asked; its faults are those of the last reading."""

    def __init__(self, case: Case, table: Table, prefix: str, batch: str) -> None:
        self._case = case
        self._table = table
        self._prefix = prefix
        self._batch = batch
        self._texts: dict[str, Rendition] = {}
        self._exhibits: dict[str, tuple[str, str]] = {}
        self.faults: list[CellFault] = []
        self.rejected: dict[int, Row] = {}
        self.keys: set[str] = set()
        self.count = 0

    def good(self, done: Imported) -> Iterator[tuple[Row, Statement]]:
        """Each good row with its statement; remarks go to `done`."""
        self.faults, self.rejected, self.count = [], {}, 0
        seen: dict[str, int] = {}
        part: list[tuple[Row, Statement]] = []
        for row in self._table.rows():
            try:
                statement = self._read(row, seen)
            except CellRefused as refused:
                self._refuse(row, refused.column, refused.code, refused.said)
                continue
            if told := disagreement(statement):
                done.remarks.append(Remark(f"line {row.line}, {statement.id}", told, "Check which is meant."))
            part.append((row, statement))
            if len(part) == _PART:
                yield from self._new(part)
                part = []
        yield from self._new(part)

    def _read(self, row: Row, seen: dict[str, int]) -> Statement:
        statement = read_row(row, self._exhibit, self._find)
        if self._prefix:
            lineage = _prefixed(self._prefix, statement.lineage) if statement.lineage else ""
            supports = tuple(_prefixed(self._prefix, name) for name in statement.supports)
            name = _prefixed(self._prefix, statement.id)
            statement = replace(statement, id=name, lineage=lineage, supports=supports)
        if statement.id in seen:
            raise CellRefused("id", "id_twice", f"{statement.id!r} is on line {seen[statement.id]} too")
        seen[statement.id] = row.line
        if statement.anchor.kind is not AnchorKind.URL:
            try:
                check_words(self._case, statement, self._texts)
            except SitelineError as error:
                raise CellRefused("quote", "not_there", f"{error} {error.hint}") from error
        return statement

    def _find(self, exhibit_id: str, quote: str) -> Anchor:
        if not quote:
            raise CellRefused(
                "quote",
                "no_quote",
                "a row that names an exhibit quotes it, letter by letter; else give its url",
            )
        try:
            return anchor_words(self._case, exhibit_id, quote, texts=self._texts)
        except SitelineError as error:
            raise CellRefused("quote", "not_there", f"{error} {error.hint}") from error

    def _new(self, part: Sequence[tuple[Row, Statement]]) -> Iterator[tuple[Row, Statement]]:
        there = self._case.statements.filed_as([statement.id for _, statement in part])
        for row, statement in part:
            digest, batch = there.get(statement.id, ("", ""))
            if digest and batch != self._batch and statement_row(statement)["digest"] != digest:
                text = f"{statement.id!r} is another statement in this case; --prefix gives this table's ids their own"
                self._refuse(row, "id", "id_taken", text)
                continue
            self.keys.add(statement.claim.key)
            self.count += 1
            if not digest:
                yield row, statement

    def _refuse(self, row: Row, column: str, code: str, text: str) -> None:
        self.faults.append(CellFault(row.line, column, code, text))
        self.rejected[row.line] = row

    def _exhibit(self, said: str) -> tuple[str, str]:
        if said not in self._exhibits:
            try:
                exhibit = self._case.exhibits.get(said)
            except (NotFound, BadInput) as error:
                raise KeyError(said) from error
            self._exhibits[said] = (exhibit.id, exhibit.sha256)
        return self._exhibits[said]


def _relate(case: Case, pointed: Sequence[tuple[str, str, str, str]], name: str) -> None:
    ids = list({end for a, _, b, _ in pointed for end in (a, b)})
    there = case.statements.digests(ids)
    for a, kind, b, words in sorted(pointed):
        if a in there and b in there and a != b:
            case.relations.say(a, b, RelationKind(kind), TABLE, f'the table {name} says: "{words}"')


def _prefixed(prefix: str, name: str) -> str:
    return f"{prefix}:{name}" if prefix else name


def _unknown_columns(table: Table) -> list[Remark]:
    known = {*COLUMNS, *LOOSE}
    unknown = [column for column in table.columns if column and column not in known]
    if not unknown:
        return []
    listed = ", ".join(unknown)[:300]
    return [Remark(table.path.name, f"not read: {listed}", "Known columns: docs/howto/claims.md")]
