"""OpenTimestamps made: calendars see a salted digest, a promise is no proof, a block counts against its header only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.evidence.proofs.calendars import begin, from_file, read_answer, to_file
from siteline.evidence.proofs.opentimestamps import inspect_ots
from siteline.model.errors import BadProof, NotFound
from siteline.workbench.case import Case, make_case, open_case
from siteline.workbench.evidence.handover import export_bundle
from siteline.workbench.evidence.promises import upgrade_promises
from siteline.workbench.evidence.timing import list_times, timestamp
from siteline.workbench.evidence.verifying import check_bundle, check_custody_of_all
from tests.evidence.custody.material import take, write_files
from tests.evidence.times.calendar import HEIGHT, Calendar, calendar
from tests.servers import serving


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    made = make_case(tmp_path / "case")
    take(made, *write_files(tmp_path / "in", 2))
    yield made
    made.close()


@pytest.fixture
def alice() -> Iterator[Calendar]:
    with calendar(b"alice") as made:
        yield made


def test_from_the_promise_to_the_block(case: Case, alice: Calendar, tmp_path: Path) -> None:
    """Pending, still pending, complete but not verified, verified against a header: each is called what it is."""
    with calendar(b"bob") as bob:
        done = timestamp(case, calendars=[alice.url, bob.url])
        assert alice.asked == bob.asked
    [promise] = done.told["proofs"]
    assert (done.holds, promise["verdict"], done.told["authorities"]) == (True, "pending", 0)
    assert "not proof" in promise["means"]
    signed = case.times.all()[0][1].signed_bytes
    assert hashlib.sha256(signed).digest() not in alice.asked
    made, remarks = upgrade_promises(case, [alice.url])
    assert made == []
    assert {remark.text for remark in remarks} >= {"not in a block yet"}
    alice.is_mined = True
    [grown], _ = upgrade_promises(case, [alice.url])
    assert (grown.verdict, grown.follows) == ("complete", promise["id"])
    assert "not verified" in grown.means
    report = check_custody_of_all(case)
    assert report.findings == []
    assert report.times[0]["block_before"] is None
    assert [one["verdict"] for one in report.times[0]["proofs"]] == ["complete"]
    headers = alice.headers(tmp_path / "headers.json")
    told = check_custody_of_all(case, headers=headers).times[0]
    assert told["block_before"] == "2026-09-21T14:13:20Z"
    assert "taken on trust" in told["proofs"][0]["trusted_by"]
    export_bundle(case, tmp_path / "out")
    assert check_bundle(tmp_path / "out").findings == []
    assert check_bundle(tmp_path / "out", headers=headers).times[0]["block_before"]


def test_a_block_that_contradicts_the_proof_fails_it(case: Case, alice: Calendar, tmp_path: Path) -> None:
    alice.is_mined = True
    timestamp(case, calendars=[alice.url])
    upgrade_promises(case, [alice.url])
    alice.asked[0] = b"x" * 32
    told = list_times(case, headers=alice.headers(tmp_path / "headers.json"))[0]
    assert told["proofs"][0]["verdict"] == "fail"
    assert told["block_before"] is None


def test_an_explorer_is_asked_only_if_the_settings_name_one(case: Case, alice: Calendar) -> None:
    alice.is_mined = True
    timestamp(case, calendars=[alice.url])
    (case.folder / "siteline.toml").write_text(f'[evidence]\nexplorer = "{alice.url}"\n')
    case.close()
    again = open_case(case.folder)
    [grown], remarks = upgrade_promises(again, [alice.url])
    assert (grown.verdict, remarks) == ("verified", [])
    assert f"block {HEIGHT}" in grown.means
    again.close()


def test_a_calendar_that_names_another_is_not_followed_there(case: Case, alice: Calendar) -> None:
    """The address in a promise is a stranger's: nobody goes there unless the user named it."""
    with serving({"*": lambda reply: reply.send(200, b"secret")}) as inner:
        alice.says = inner.url
        timestamp(case, calendars=[alice.url])
        _, remarks = upgrade_promises(case, [alice.url])
        assert inner.asked == []
    assert any("you did not" in remark.text for remark in remarks)


@pytest.mark.parametrize("answer", [b"", b"\xff" * 50, b"\x08" * 400, b"x" * (1 << 17), b"\x55"])
def test_nonsense_from_a_calendar_is_a_remark(case: Case, answer: bytes) -> None:
    with serving({"/digest": lambda reply: reply.send(200, answer)}) as bad, calendar(b"good") as good:
        done = timestamp(case, calendars=[bad.url, good.url])
        assert done.holds
        assert any(bad.url in remark.subject for remark in done.remarks)


def test_there_must_be_a_promise_to_follow_up(case: Case, alice: Calendar) -> None:
    with pytest.raises(NotFound, match="no promise"):
        upgrade_promises(case, [alice.url])


def test_real_proofs_come_back_byte_for_byte(shared: Path) -> None:
    """Read into a tree and written again, every real proof over a SHA-256 is what it was."""
    whole = 0
    for path in sorted((shared / "data/evidence/timestamps/opentimestamps").rglob("*.ots")):
        raw = path.read_bytes()
        try:
            tree = from_file(raw)
        except BadProof:
            continue
        assert to_file(tree) == raw, path.name
        whole += 1
    assert whole >= 10


@settings(max_examples=100, deadline=None)
@given(
    st.binary(min_size=32, max_size=32), st.binary(min_size=1, max_size=32), st.lists(st.binary(max_size=60))
)
def test_whatever_calendars_answer_a_proof_stays_one(
    digest: bytes, salt: bytes, answers: list[bytes]
) -> None:
    """Answers are merged or refused; what is written can be read, and is over the digest it began with."""
    root, tip = begin(digest, salt)
    assert tip.message == hashlib.sha256(digest + salt).digest()
    honest = Calendar(b"c")
    honest.url = "https://c.example"
    for answer in [*answers, honest.promise(tip.message)]:
        try:
            tip.merge(read_answer(answer, tip.message))
        except BadProof:
            continue
    found = inspect_ots(to_file(root))
    assert found.facts["digest"] == digest.hex()
    assert found.verdict in ("pending", "complete", "unknown")
