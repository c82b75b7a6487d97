"""Whatever is changed behind our back is named, every time."""

# ruff: noqa: S608 whoever edits rows by hand writes SQL

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siteline.evidence.custody.log import CustodyLog
from siteline.evidence.custody.report import Report
from siteline.evidence.custody.rows import COLUMNS, hash_line, line_of
from siteline.workbench.case import make_case
from siteline.workbench.evidence.verifying import check_custody_of_all
from tests.evidence.custody.material import (
    SetClock,
    behind_the_triggers,
    make_full_case,
    opened,
    take,
    write_files,
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with exhibits; tests work on copies."""
    return make_full_case(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def case(whole: Path) -> Iterator[Callable[[], Path]]:
    """Makes fresh copies; they lie where the first one lay, as a restored backup does."""
    with TemporaryDirectory() as folder:
        count = 0

        def fresh() -> Path:
            nonlocal count
            count += 1
            return Path(shutil.copytree(whole, Path(folder) / str(count)))

        yield fresh


def verify(case: Path) -> Report:
    with opened(case) as work:
        return check_custody_of_all(work)


@pytest.fixture
def rows(whole: Path, tmp_path: Path) -> Callable[[], Path]:
    """Makes fresh copies of settings and rows alone; the blobs are the first one's."""
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "blobs").symlink_to(whole / "blobs")
    shutil.copy(whole / "siteline.toml", copy)

    def fresh() -> Path:
        for file in copy.glob("case.db*"):
            file.unlink()
        shutil.copy(whole / "case.db", copy)
        return copy

    return fresh


many = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def test_a_case_that_nobody_touched_is_whole(case: Callable[[], Path]) -> None:
    """All bytes, rows, checkpoints and signatures hold, and the report says by whose key."""
    report = verify(case())
    assert report.findings == []
    assert report.checked == 14
    assert report.trusted_by == "own key"
    assert report.checkpoints == 7


@many
@given(data=st.data())
def test_any_flipped_byte_of_any_blob_is_named(case: Callable[[], Path], data: st.DataObject) -> None:
    """One changed bit in one file among all is found, and the file is named by its digest and exhibit."""
    copy = case()
    blobs = sorted(f for f in (copy / "blobs").rglob("*") if f.is_file())
    blob = data.draw(st.sampled_from(blobs))
    raw = bytearray(blob.read_bytes())
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= 1 << data.draw(st.integers(0, 7))
    blob.chmod(0o644)
    blob.write_bytes(raw)
    [finding] = verify(copy).findings
    assert finding["object"] == blob.parent.name + blob.name
    assert "exhibit" in finding["problem"]


@many
@given(data=st.data())
def test_any_altered_column_of_any_row_is_named(rows: Callable[[], Path], data: st.DataObject) -> None:
    """Every column of every table of custody is held by the log, or by a signature over it."""
    copy = rows()
    with behind_the_triggers(copy) as raw:
        table = data.draw(
            st.sampled_from(
                ["custody_event", "custody_event", "checkpoint", "exhibit", "restriction", "derivation"]
            )
        )
        names = [row[1] for row in raw.execute(f"PRAGMA table_info({table})")]
        if table in ("exhibit", "restriction", "derivation"):
            names.remove("seq")  # the order of records says nothing
        if table == "checkpoint":
            names = [name for name in names if not name.startswith("created_")]  # it stands in what is signed
        column = data.draw(st.sampled_from(names))
        seqs = [row[0] for row in raw.execute(f"SELECT seq FROM {table}")]
        seq = data.draw(st.sampled_from(seqs))
        [(old,)] = raw.execute(f"SELECT {column} FROM {table} WHERE seq = ?", (seq,)).fetchall()
        new: object = old + 1000 if isinstance(old, int) else _other(data, old)
        if column != "seq" and data.draw(st.integers(0, 4)) == 0:
            new = data.draw(
                st.sampled_from([-1, 1.5, 9e999, "9" * 40, "[" * 9999, b"\xff\0", "", "{}", "null"])
            )
        raw.execute(f"UPDATE {table} SET {column} = ? WHERE seq = ?", (new, seq))
        is_other = raw.execute(f"SELECT {column} FROM {table} WHERE seq = ?", (seq,)).fetchone() != (old,)
    assert verify(copy).findings or not is_other, (table, column, seq, old, new)


def _other(data: st.DataObject, old: str) -> str:
    new = data.draw(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8))
    keep = data.draw(st.integers(0, len(old)))
    changed = old[:keep] + new + old[keep + 1 :]
    return changed if changed != old else old + "x"


@many
@given(data=st.data())
def test_rows_dropped_swapped_or_repeated_are_named(rows: Callable[[], Path], data: st.DataObject) -> None:
    """No row can leave the log, change places, or stand in it twice."""
    copy = rows()
    with behind_the_triggers(copy) as raw:
        log = raw.execute("SELECT * FROM custody_event ORDER BY seq").fetchall()
        a = data.draw(st.integers(0, len(log) - 1))
        b = data.draw(st.integers(0, len(log) - 1).filter(lambda place: place != a))
        how = data.draw(st.sampled_from(["drop", "drop and close up", "swap", "repeat", "replace", "append"]))
        changed = list(log)
        if how.startswith("drop"):
            del changed[a]
        elif how == "swap":
            changed[a], changed[b] = log[b], log[a]
        elif how == "repeat":
            changed.insert(b, log[a])
        elif how == "replace":
            changed[b] = log[a]
        else:
            changed.append(log[a])
        if how != "drop":
            changed = [(place, *row[1:]) for place, row in enumerate(changed, 1)]
        _write(raw, changed)
    findings = verify(copy).findings
    assert any("row" in f["object"] or "checkpoint" in f["object"] for f in findings), how


def _write(raw: sqlite3.Connection, rows: list[tuple[Any, ...]]) -> None:
    raw.execute("DELETE FROM custody_event")
    marks = ", ".join("?" * len(rows[0])) if rows else ""
    raw.executemany(f"INSERT INTO custody_event VALUES ({marks})", rows)


@many
@given(data=st.data())
def test_a_rewritten_chain_is_named_by_the_checkpoints(rows: Callable[[], Path], data: st.DataObject) -> None:
    """Somebody who alters a row and hashes all that follow anew is found by the next signed checkpoint."""
    copy = rows()
    with behind_the_triggers(copy) as raw:
        _rehash(raw, data.draw(st.integers(1, 10)), "another note")
    findings = verify(copy).findings
    assert any(
        f["object"].startswith("checkpoint") and "not those it was made over" in f["problem"]
        for f in findings
    )


def _rehash(raw: sqlite3.Connection, seq: int, note: str) -> None:
    names = [row[1] for row in raw.execute("PRAGMA table_info(custody_event)")]
    rows = [
        dict(zip(names, row, strict=True)) for row in raw.execute("SELECT * FROM custody_event ORDER BY seq")
    ]
    assert set(names) == set(COLUMNS)
    head = rows[0]["prev_hash"]
    for row in rows:
        row["note"] = note if row["seq"] == seq else row["note"]
        row["prev_hash"] = head
        row["row_hash"] = head = hash_line(line_of(row))
        raw.execute(
            "UPDATE custody_event SET note = ?, prev_hash = ?, row_hash = ? WHERE seq = ?",
            (row["note"], row["prev_hash"], row["row_hash"], row["seq"]),
        )


@pytest.mark.parametrize("points", range(1, 7))
@pytest.mark.parametrize("records", [True, False])
def test_a_log_cut_short_is_named(rows: Callable[[], Path], points: int, records: bool) -> None:
    """The tail cannot go, not even back to an earlier checkpoint with all that came since: this machine remembers."""
    copy = rows()
    with behind_the_triggers(copy) as raw:
        [(size,)] = raw.execute(
            "SELECT coalesce(max(size), 0) FROM checkpoint WHERE seq <= ?", (points,)
        ).fetchall()
        raw.execute("DELETE FROM checkpoint WHERE seq > ?", (points,))
        raw.execute("DELETE FROM custody_event WHERE seq > ?", (size,))
        if records:
            for table in ("exhibit", "restriction", "derivation"):
                raw.execute(f"DELETE FROM {table} WHERE log_seq > ?", (size,))
    findings = verify(copy).findings
    assert any("cut short" in f["problem"] for f in findings)
    assert records == (len(findings) == 1)


@pytest.mark.parametrize("left", range(1, 16))
def test_rows_cut_off_under_a_checkpoint_are_named_without_a_memory(
    rows: Callable[[], Path], left: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On a machine that never saw the case, the last checkpoint says how long the log was."""
    copy = rows()
    with behind_the_triggers(copy) as raw:
        raw.execute("DELETE FROM custody_event WHERE seq > ?", (left,))
    monkeypatch.setenv("SITELINE_CONFIG", str(tmp_path / "elsewhere"))
    report = verify(copy)
    assert any("cut short" in f["problem"] for f in report.findings)


def test_another_log_in_the_same_folder_is_named(tmp_path: Path) -> None:
    """A case that was replaced as a whole by a younger one is noticed by the folder it lies in."""
    first = make_full_case(tmp_path / "a", batches=1)
    second = make_full_case(tmp_path / "b", batches=1)
    shutil.rmtree(first)
    shutil.copytree(second, first)
    assert any("another log" in f["problem"] for f in verify(first).findings)


def test_a_log_that_is_gone_is_named(tmp_path: Path) -> None:
    """A case whose log, checkpoints and exhibits were all taken out is not a case without evidence."""
    case = make_full_case(tmp_path, batches=1)
    with behind_the_triggers(case) as raw:
        for table in ("custody_event", "checkpoint", "exhibit", "restriction", "derivation"):
            raw.execute(f"DELETE FROM {table}")
    [finding] = verify(case).findings
    assert finding["object"] == "custody log"
    assert "another log" in finding["problem"]


def test_a_cut_log_stays_named_when_work_goes_on(tmp_path: Path) -> None:
    """Adding more after rows were cut off does not make this machine forget what it saw."""
    case = make_full_case(tmp_path, batches=2)
    with behind_the_triggers(case) as raw:
        raw.execute("DELETE FROM checkpoint WHERE seq > 2")
        [(size,)] = raw.execute("SELECT size FROM checkpoint WHERE seq = 2").fetchall()
        for table, column in (("custody_event", "seq"), ("exhibit", "log_seq"), ("restriction", "log_seq")):
            raw.execute(f"DELETE FROM {table} WHERE {column} > ?", (size,))
        raw.execute("DELETE FROM derivation")
    with opened(case) as work:
        take(work, *write_files(tmp_path / "more", 20))
    assert any("are not those that this machine has seen" in f["problem"] for f in verify(case).findings)


def test_a_record_without_its_row_and_a_row_without_its_record_are_named(rows: Callable[[], Path]) -> None:
    """Exhibits cannot be slipped in beside the log, nor taken out of the case."""
    copy = rows()
    with behind_the_triggers(copy) as raw:
        raw.execute(
            "INSERT INTO exhibit (id, sha256, kind, log_seq, noun, created_at, created_by) "
            "SELECT '01ARZ3NDEKTSV4RRFFQ69G5FAV', sha256, kind, 99, noun, created_at, created_by FROM exhibit LIMIT 1"
        )
        [(gone,)] = raw.execute("SELECT id FROM exhibit WHERE seq = 2").fetchall()
        raw.execute("DELETE FROM exhibit WHERE seq = 2")
    problems = {f["object"]: f["problem"] for f in verify(copy).findings}
    assert "no row 99" in problems["exhibit 01ARZ3NDEKTSV4RRFFQ69G5FAV"]
    assert "its row is gone" in problems[f"exhibit {gone}"]


def test_a_missing_blob_is_named_and_a_stray_one_is_a_note(case: Callable[[], Path]) -> None:
    """What should be there and is not is a fault; what nobody took in is told and is none."""
    copy = case()
    blob = next(f for f in (copy / "blobs").rglob("*") if f.is_file())
    blob.unlink()
    (copy / "blobs" / ".part-x").write_bytes(b"half")
    (copy / "blobs" / blob.parent.name / ("0" * 62)).write_bytes(b"stray")
    report = verify(copy)
    assert [f["object"] for f in report.findings] == [blob.parent.name + blob.name]
    assert len(report.notes) == 2


def test_text_that_is_no_text_is_a_fault_and_no_crash(rows: Callable[[], Path]) -> None:
    """Bytes that are not UTF-8 in a row are said to be unreadable."""
    copy = rows()
    with behind_the_triggers(copy) as raw:
        raw.execute("UPDATE custody_event SET note = CAST(x'ff00fe' AS TEXT) WHERE seq = 3")
    assert verify(copy).findings


def test_time_that_runs_backwards_is_a_fault_until_it_is_explained(tmp_path: Path) -> None:
    """A clock set back is named by the row; an explanation stays on record and turns it into a note."""
    clock = SetClock()
    case = make_case(tmp_path / "case")
    case.log = CustodyLog(case.db, _with_clock(case.log, clock))
    case.exhibits._log = case.log
    a, b, c = write_files(tmp_path / "in", 3)
    clock.at = clock.at.replace(year=2030)
    take(case, a)
    clock.run(60, set_by=-3600)
    take(case, b)
    clock.run(60, set_by=7200)
    take(case, c)
    report = check_custody_of_all(case)
    [finding] = [f for f in report.findings if "backwards" in f["problem"]]
    assert "3,540 s" in finding["problem"]
    assert any("set forward by 7,200 s" in n["problem"] for n in report.notes)
    row = int(finding["object"].split()[-1])
    from siteline.workbench.evidence.journal import explain_row

    explain_row(case, row, "the clock was an hour fast")
    after = check_custody_of_all(case)
    assert not [f for f in after.findings if "backwards" in f["problem"]]
    assert any("backwards" in n["problem"] for n in after.notes)


def _with_clock(log: CustodyLog, clock: SetClock) -> Any:
    from dataclasses import replace

    return replace(log._around, clock=clock)
