"""Taking in: what is refused, what is one exhibit, what several writers do to one log; on SQLite and PostgreSQL."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from siteline.model.errors import BadInput, BadSetting, NotForYou, NotFound
from siteline.workbench.case import Case, make_case, open_case
from siteline.workbench.evidence import custody
from siteline.workbench.evidence.custody import Kept, Refused
from siteline.workbench.evidence.exhibits import (
    copy_out,
    list_exhibits,
    list_json,
    restrict_exhibit,
    search_exhibits,
    show_exhibit,
)
from siteline.workbench.evidence.handover import export_bundle
from siteline.workbench.evidence.journal import list_log, prove
from siteline.workbench.evidence.verifying import check_custody_of_all
from tests.evidence.custody.material import make_full_case, opened, take, write_files


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    """A new case of A. Analyst's."""
    monkeypatch.setenv("SITELINE_WHO", "A. Analyst")
    made = make_case(tmp_path / "case")
    yield made
    made.close()


def refusal(answer: Kept | Refused) -> str:
    assert isinstance(answer, Refused), answer
    assert answer.hint
    return answer.reason


def kept(answer: Kept | Refused) -> Kept:
    assert isinstance(answer, Kept), answer
    return answer


def test_what_cannot_be_taken_is_refused_by_name_and_the_rest_goes_on(case: Case, tmp_path: Path) -> None:
    """A folder, nothing, a pipe, an empty file and one too large keep out themselves alone."""
    good = write_files(tmp_path / "in", 2)
    empty, large, pipe = tmp_path / "empty", tmp_path / "large", tmp_path / "pipe"
    empty.touch()
    with large.open("wb") as stream:
        stream.truncate(case.settings.evidence.largest + 1)
    os.mkfifo(pipe)
    answers = take(case, good[0], empty, tmp_path / "gone", large, pipe, tmp_path / "in", good[1])
    assert [type(a) for a in answers] == [Kept, *[Refused] * 5, Kept]
    said = [refusal(a) for a in answers[1:-1]]
    for part, reason in zip(
        ("empty", "not there", "more than", "no regular file", "a folder"), said, strict=True
    ):
        assert part in reason
    assert check_custody_of_all(case).notes == []


def test_a_file_that_changes_while_it_is_read_is_refused(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that grows under our hands is not half of itself in custody; the one beside it is whole."""
    moving, still = tmp_path / "moving.bin", tmp_path / "still.bin"
    moving.write_bytes(b"a" * 3_000_000)
    still.write_bytes(b"b" * 3_000_000)
    stop = threading.Event()

    def write() -> None:
        with moving.open("ab", buffering=0) as stream:
            while not stop.is_set() and stream.tell() < 200_000_000:
                stream.write(b"more" * 1000)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        answers = take(case, moving, still)
    finally:
        stop.set()
        writer.join()
    assert "changed" in refusal(answers[0]) or "grows" in refusal(answers[0])
    assert kept(answers[1]).exhibit.bytes == 3_000_000
    assert not list((case.folder / "blobs").glob(".part-*"))


def test_a_file_that_cannot_be_read_says_so(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without permission, or on a failing disk, the reason is said."""
    [file] = write_files(tmp_path / "in", 1)
    really = os.open

    def refuse(path: str | Path, *rest: int) -> int:
        if Path(path) == file:
            raise PermissionError(13, "Permission denied", str(path))
        return really(path, *rest)

    monkeypatch.setattr(os, "open", refuse)
    assert "permission denied" in refusal(take(case, file)[0])


def test_folders_are_taken_whole_if_asked(case: Case, tmp_path: Path) -> None:
    """With --recursive each file is kept under its path in the folder; odd names are written so that they can be read."""
    write_files(tmp_path / "in" / "deeper", 2)
    write_files(tmp_path / "in", 1, "g")
    odd = os.fsencode(tmp_path / "in") + b"/odd\xff\x1b[31m.txt"
    Path(os.fsdecode(odd)).write_text("odd")
    answers = list(custody.take_files(case, [tmp_path / "in"], custody.Description(), recursive=True))
    names = [kept(a).exhibit.name for a in answers]
    assert names == ["in/g0000.txt", "in/odd\\xff\\x1b[31m.txt", "in/deeper/f0000.txt", "in/deeper/f0001.txt"]


def test_the_same_file_again_is_the_same_exhibit(case: Case, tmp_path: Path) -> None:
    """Described just so it is there already; from another address it is another exhibit of the same bytes."""
    [file] = write_files(tmp_path / "in", 1)
    first = kept(take(case, file, source_url="https://example.org/a")[0])
    again = kept(take(case, file, source_url="https://example.org/a")[0])
    other = kept(take(case, file, source_url="https://example.org/b")[0])
    assert (first.is_new, again.is_new, other.is_new) == (True, False, True)
    assert first.exhibit == again.exhibit
    assert other.exhibit.sha256 == first.exhibit.sha256
    assert len(list_exhibits(case)) == 2
    report = check_custody_of_all(case)
    assert (report.findings, report.checked) == ([], 1)
    with pytest.raises(BadInput, match="fits 2 exhibits"):
        case.exhibits.get(first.exhibit.sha256[:12])


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"kind": "photo"}, "no kind 'photo'"),
        ({"obtained": "yesterday"}, "not a date"),
        ({"source_url": "example.org/a"}, "no address"),
        ({"source_url": "https://me:secret@example.org/"}, "holds a password"),
        ({"source_url": "https://[oops"}, "no address"),
        ({"readers": ("R",)}, "not restricted"),
        ({"derived_from": ("01ARZ3NDEKTSV4RRFFQ69G5FAV",)}, "how it was derived"),
        ({"derived_from": ("01ARZ3NDEKTSV4RRFFQ69G5FAV",), "activity": "cut"}, "no exhibit"),
        ({"activity": "cut"}, "--derived-from"),
    ],
)
def test_a_description_that_cannot_be_right_is_refused_before_anything_is_taken(
    case: Case, tmp_path: Path, said: dict[str, object], problem: str
) -> None:
    """Nothing is guessed, no secret is repeated, and no byte is read."""
    with pytest.raises((BadInput, BadSetting, NotFound), match=problem) as refused:
        take(case, *write_files(tmp_path / "in", 1), **said)
    assert refused.value.hint
    assert "secret" not in str(refused.value) + refused.value.hint
    assert not (case.folder / "blobs").exists()


def test_a_wrong_extension_is_told(case: Case, tmp_path: Path) -> None:
    """What calls itself a picture and is a page is kept as it is, and told."""
    file = tmp_path / "photo.jpg"
    file.write_text("<!doctype html><html><body>Not found</body></html>")
    answer = kept(take(case, file)[0])
    assert answer.exhibit.media_type == "text/html"
    assert "its name says image/jpeg" in str(answer.remarks[0])


def test_working_copies_are_kept_apart_from_what_they_were_made_of(case: Case, tmp_path: Path) -> None:
    """A copy goes out by the log and never over a file; what comes back names its origin."""
    [file] = write_files(tmp_path / "in", 1)
    origin = kept(take(case, file)[0]).exhibit
    copy_out(case, origin.id, tmp_path / "copy.txt", "to crop it")
    with pytest.raises(BadSetting, match="exists"):
        copy_out(case, origin.id, tmp_path / "copy.txt", "")
    assert (tmp_path / "copy.txt").read_bytes() == file.read_bytes()
    (tmp_path / "copy.txt").write_text("cropped")
    made = kept(take(case, tmp_path / "copy.txt", derived_from=(origin.id,), activity="cropped")[0]).exhibit
    assert show_exhibit(case, made.id)["derived_from"] == [{"id": origin.id, "activity": "cropped"}]
    told = show_exhibit(case, origin.id)
    assert told["made_into"] == [{"id": made.id, "activity": "cropped"}]
    assert [row["action"] for row in told["custody"]] == ["added", "read"]
    assert told["intact"]


def test_what_is_restricted_is_for_its_readers_alone(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others cannot list, show, find, copy or export it; each look of a reader is a row in the log."""
    opened_one, secret = write_files(tmp_path / "in", 2)
    take(case, opened_one)
    kept_back = kept(take(case, secret, restricted="source at risk", readers=("R. Reader",))[0]).exhibit
    for who, sees in (("E. Else", False), ("A. Analyst", False), ("R. Reader", True)):
        monkeypatch.setenv("SITELINE_WHO", who)
        with opened(case.folder) as work:
            listed = [e["id"] for e in list_exhibits(work)]
            assert (kept_back.id in listed) == sees
            assert (kept_back.id in list_json(work)) == sees
            found = [hit["id"] for hit in search_exhibits(work, "gate")]
            assert (kept_back.id in found) == sees
            assert ("source at risk" in json.dumps([list_exhibits(work), list_log(work)])) == sees
            if sees:
                assert show_exhibit(work, kept_back.id)["restricted"]["readers"] == ["R. Reader"]
                assert prove(work, kept_back.id)
                continue
            for look in (show_exhibit, prove):
                with pytest.raises(NotForYou):
                    look(work, kept_back.id)
            with pytest.raises(NotForYou):
                copy_out(work, kept_back.id, tmp_path / "stolen", "")
            with pytest.raises(NotFound):
                show_exhibit(work, kept_back.id[:20] + "Z")
            with pytest.raises(NotForYou):
                restrict_exhibit(work, kept_back.id, "let me", [who], lift=False)
            with pytest.raises(NotForYou):
                export_bundle(work, tmp_path / "out", [kept_back.id], with_restricted=True)
            assert "restriction" in refusal(take(work, secret)[0])
            export_bundle(work, tmp_path / f"out {who}")
            everything = b"".join(f.read_bytes() for f in (tmp_path / f"out {who}").rglob("*") if f.is_file())
            for trace in (kept_back.id, kept_back.sha256, "source at risk", "R. Reader"):
                assert trace.encode() not in everything
    with opened(case.folder) as work:
        reads = [row for row in list_log(work) if row["action"] == "read"]
        assert {(row["actor"], row["tool"]) for row in reads} == {
            ("R. Reader", "evidence search"), ("R. Reader", "evidence show"), ("R. Reader", "evidence proof"),
        }  # fmt: skip
        assert check_custody_of_all(work).findings == []


def test_a_reader_may_lift_or_widen_a_restriction(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A restriction can come later, be given to others, and be lifted, each with its reason in the log."""
    [file] = write_files(tmp_path / "in", 1)
    exhibit = kept(take(case, file)[0]).exhibit
    restrict_exhibit(case, exhibit.id, "asked to", ["A. Analyst", "B. Both"], lift=False)
    monkeypatch.setenv("SITELINE_WHO", "B. Both")
    with opened(case.folder) as work:
        restrict_exhibit(work, exhibit.id, "consent given", (), lift=True)
    monkeypatch.setenv("SITELINE_WHO", "C. Third")
    with opened(case.folder) as work:
        assert show_exhibit(work, exhibit.id)["restricted"] is None
        assert check_custody_of_all(work).findings == []


def test_a_restricted_exhibit_goes_out_only_by_its_reader_and_word(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader's export leaves it out too, unless he says otherwise; then the log says that he did."""
    secret, other = write_files(tmp_path / "in", 2)
    exhibit = kept(take(case, secret, restricted="consent withheld")[0]).exhibit
    take(case, other)
    assert export_bundle(case, tmp_path / "without").left_out == 1
    assert not (tmp_path / "without/blobs" / exhibit.sha256).exists()
    with pytest.raises(BadSetting, match="restricted"):
        export_bundle(case, tmp_path / "named", [exhibit.id])
    handed = export_bundle(case, tmp_path / "with", with_restricted=True, to_whom="the court")
    assert (handed.exhibits, handed.left_out) == (2, 0)
    assert (tmp_path / "with/blobs" / exhibit.sha256).read_bytes() == secret.read_bytes()
    assert [(r["action"], r["note"]) for r in list_log(case)[-2:]] == [
        ("read", "the court"),
        ("exported", "the court"),
    ]


def test_what_was_known_on_a_day_is_listed(case: Case, tmp_path: Path) -> None:
    """--as-of shows the exhibits that were there then."""
    from datetime import UTC, datetime, timedelta

    take(case, *write_files(tmp_path / "in", 2))
    assert list_exhibits(case, datetime.now(UTC) - timedelta(days=1)) == []
    assert list_json(case, datetime.now(UTC) - timedelta(days=1)) == "[]"
    assert len(json.loads(list_json(case, datetime.now(UTC)))) == 2


def _add(folder: str, files: list[str], who: str) -> None:
    os.environ["SITELINE_WHO"] = who
    case = open_case(Path(folder))
    for file in files:
        take(case, Path(file))
    case.close()


def _write_together(folder: Path, source: Path) -> None:
    """Three processes add to one case at once."""
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    workers = [
        context.Process(target=_add, args=(str(folder), [str(f) for f in write_files(source, 8, who)], who))
        for who in ("a", "b", "c")
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]


def _is_one_chain(case: Case) -> None:
    report = check_custody_of_all(case)
    assert report.findings == []
    assert report.checked == 24
    assert report.rows == 26
    assert {row["actor"] for row in list_log(case)} >= {"a", "b", "c"}


def test_several_processes_write_one_chain(case: Case, tmp_path: Path) -> None:
    """Whoever writes at the same time, the log is one chain without a gap."""
    _write_together(case.folder, tmp_path / "in")
    _is_one_chain(case)


def test_several_processes_write_one_chain_on_postgresql(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a server, too: one chain, append-only, listed and verified."""
    monkeypatch.setenv("SITELINE_WHO", "A. Analyst")
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "siteline.toml").write_text(f'[case]\ndatabase = "{postgres}"\n')
    with opened(folder) as case:
        case.log.append(())
        _write_together(folder, tmp_path / "in")
        _is_one_chain(case)
        assert len(json.loads(list_json(case))) == 24
        with pytest.raises(Exception, match="never changed"), case.db.appending() as connection:
            connection.exec_driver_sql("DELETE FROM custody_event")


def test_a_good_copy_takes_the_place_of_a_rotten_one(tmp_path: Path) -> None:
    """Who adds the file again, as `verify` advises, has it back; the same length does not make it whole."""
    with opened(make_full_case(tmp_path, batches=1)) as case:
        file = tmp_path / "in" / "b0-0000.txt"
        home = case.blobs.path(hashlib.sha256(file.read_bytes()).hexdigest())
        home.chmod(0o644)
        home.write_bytes(bytes(home.stat().st_size))
        assert isinstance(take(case, file)[0], Kept)
        assert home.read_bytes() == file.read_bytes()
