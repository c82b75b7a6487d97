"""Trusted time over the log: asked of real authorities on this machine, kept, verified offline, never overstated."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

from siteline.evidence.custody.log import CustodyLog
from siteline.evidence.proofs.request import ask, read_request
from siteline.evidence.times.records import TimeProofs
from siteline.model.errors import BadSetting
from siteline.store import tables
from siteline.workbench.case import Case, make_case, open_case
from siteline.workbench.evidence.handover import export_bundle
from siteline.workbench.evidence.timing import list_times, timestamp
from siteline.workbench.evidence.verifying import check_bundle, check_custody_of_all, tell_report
from tests.evidence.authority import authority
from tests.evidence.custody.material import behind_the_triggers, take, write_files
from tests.servers import serving


@dataclass
class Two:
    """A case with evidence, and two authorities."""

    case: Case
    folder: Path
    alpha: str
    beta: str

    @property
    def roots(self) -> list[Path]:
        return [self.folder / "a/root.pem", self.folder / "b/root.pem"]


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, str]]:
    folder = tmp_path_factory.mktemp("authorities")
    with authority(folder / "a", "Alpha") as alpha, authority(folder / "b", "Beta") as beta:
        yield folder, alpha, beta


@pytest.fixture
def two(authorities: tuple[Path, str, str], tmp_path: Path) -> Iterator[Two]:
    case = make_case(tmp_path / "case")
    take(case, *write_files(tmp_path / "in", 3))
    yield Two(case, *authorities)
    case.close()


def reopen(case: Case) -> Case:
    case.close()
    return open_case(case.folder)


def test_two_authorities_date_the_log_and_verify_says_so_offline(two: Two) -> None:
    """Both tokens hold; `verify` needs no network, says by how many and on which roots, and finds nothing wrong."""
    done = timestamp(two.case, [two.alpha, two.beta], chain=two.roots)
    assert (done.holds, done.told["authorities"], done.remarks) == (True, 2, ())
    assert "by the word of 2 authorities" in done.told["means"]
    assert done.told["corroborated_before"] >= done.told["existed_before"]
    report = check_custody_of_all(two.case, chain=two.roots)
    assert report.findings == []
    [told] = tell_report(report)["times"]
    assert told["rows"] == done.told["rows"] < report.rows
    assert {p["verdict"] for p in told["proofs"]} == {"ok"}
    assert all("handed in by the user" in p["trusted_by"] and "SHA-256" in p["root"] for p in told["proofs"])
    kept = check_custody_of_all(two.case).times[0]
    assert kept["authorities"] == 2
    assert all("hand in the authority's root" in p["trusted_by"] for p in kept["proofs"])
    strangers = check_custody_of_all(two.case, chain=two.roots[:1]).times[0]
    assert strangers["authorities"] == 1


def test_only_a_digest_leaves_the_house_and_all_is_kept(two: Two) -> None:
    """The request holds the digest of the exact signed bytes and a nonce, nothing else; both are on record."""
    timestamp(two.case, [two.alpha], chain=two.roots)
    [(_, proof)] = two.case.times.all()
    sent = (two.folder / "a/query.tsq").read_bytes()
    query = read_request(sent)
    assert len(sent) < 80
    assert query.nonce
    assert proof.signed_bytes.startswith(b"DSSEv1 ")
    assert read_request(sent) == read_request(base64.b64decode(proof.query))
    assert two.case.blobs.read(proof.token)
    assert two.case.blobs.read(proof.chain).count(b"BEGIN CERTIFICATE") == 2


def test_without_a_named_authority_nobody_is_asked(two: Two) -> None:
    with pytest.raises(BadSetting, match="no authority is named") as refused:
        timestamp(two.case)
    assert "--authority URL --authority URL" in refused.value.hint
    with pytest.raises(BadSetting, match="password"):
        timestamp(two.case, ["https://me:secret@tsa.example"])
    assert two.case.times.all() == []


def test_the_settings_name_authorities_and_roots(two: Two) -> None:
    (two.case.folder / "alpha.pem").write_bytes(two.roots[0].read_bytes())
    (two.case.folder / "siteline.toml").write_text(
        f'[evidence]\nauthorities = ["{two.alpha}"]\nauthority_chain = ["alpha.pem"]\n'
    )
    two.case = reopen(two.case)
    done = timestamp(two.case)
    assert done.told["authorities"] == 1
    assert any("one authority" in remark.text for remark in done.remarks)


def test_liars_and_the_dead_are_on_record_and_the_other_stands(two: Two, tmp_path: Path) -> None:
    """Wrong nonce, wrong imprint, expired, self-signed, garbage, refusal, nobody there: each with its reason."""
    other = ask(b"x" * 32)
    with ExitStack() as stack:

        def liar(name: str, **how: object) -> str:
            return stack.enter_context(authority(tmp_path / name, name, **how))  # type: ignore[arg-type]

        def renonced(query: bytes) -> bytes:
            return ask(read_request(query).imprint, nonce=12345).raw

        long_ago = datetime.now(UTC) - timedelta(days=900)
        asked = {
            "nonce": liar("nonce", twist=renonced),
            "imprint": liar("imprint", twist=lambda _: other.raw),
            "expired": liar("expired", born=long_ago),
            "stranger": liar("stranger"),
            "garbage": liar("garbage", spoil=lambda _: b"<html>sorry</html>"),
            "flipped": liar("flipped", spoil=lambda raw: raw[:-3] + bytes([raw[-3] ^ 1]) + raw[-2:]),
            "down": "http://127.0.0.1:9/",
            "busy": stack.enter_context(serving({"/": lambda reply: reply.send(404)})).url + "/",
            "good": two.alpha,
        }
        roots = [tmp_path / n / "root.pem" for n in ("nonce", "imprint", "expired", "garbage", "flipped")]
        done = timestamp(two.case, list(asked.values()), chain=[*two.roots, *roots])
    said = {proof.address: proof for _, proof in two.case.times.all()}
    verdicts = {name: said[address].verdict for name, address in asked.items()}
    assert verdicts == {
        "nonce": "fail", "imprint": "fail", "expired": "fail", "stranger": "untrusted", "garbage": "unreadable",
        "flipped": "fail", "down": "not_reached", "busy": "not_reached", "good": "ok",
    }  # fmt: skip
    assert "nonce" in said[asked["nonce"]].means
    assert "digest" in said[asked["imprint"]].means
    assert "404" in said[asked["busy"]].means
    assert (done.holds, done.told["authorities"]) == (True, 1)
    assert "one authority" in done.told["means"]
    report = check_custody_of_all(two.case)
    assert report.findings == []
    assert report.times[0]["authorities"] == 1


def test_a_lax_token_is_shown_to_openssl_and_not_counted(two: Two, tmp_path: Path) -> None:
    """Certificates out of order, as real authorities send them: kept, accepted by openssl, named, no authority more."""
    ascending = sorted(
        two.roots, key=lambda file: load_pem_x509_certificate(file.read_bytes()).public_bytes(Encoding.DER)
    )
    with authority(tmp_path / "lax", "Lax", more=ascending[::-1]) as lax:
        done = timestamp(two.case, [lax, two.alpha], chain=[*two.roots, tmp_path / "lax/root.pem"])
    [said] = [p for p in done.told["proofs"] if p["address"] == lax]
    assert (said["verdict"], said["second_opinion"]) == ("non_compliant_token", "accepted")
    assert "Lax root" in said["root"]
    assert done.told["authorities"] == 1
    export_bundle(two.case, tmp_path / "out")
    commands = re.findall(r"```sh\n(.*?)```", (tmp_path / "out/README.md").read_text(), re.S)
    assert "".join(commands).count("openssl ts -verify") == 2
    assert all(follow(tmp_path / "out", command).returncode == 0 for command in commands)


def test_nothing_holds_is_said_and_kept(two: Two) -> None:
    done = timestamp(two.case, ["http://127.0.0.1:9/"])
    assert not done.holds
    assert "no authority's token holds" in done.told["means"]
    assert len(list_times(two.case)) == 1


def test_the_same_state_is_not_stamped_twice_by_the_same_authority(two: Two) -> None:
    """Asked again with nothing new, nobody is asked; a second authority dates the same checkpoint as the first."""
    first = timestamp(two.case, [two.alpha], chain=two.roots).told
    assert any(
        "nothing has come" in r.text for r in timestamp(two.case, [two.alpha], chain=two.roots).remarks
    )
    both = timestamp(two.case, [two.alpha, two.beta], chain=two.roots).told
    assert (both["checkpoint"], both["authorities"]) == (first["checkpoint"], 2)
    assert len(both["proofs"]) == 2
    take(two.case, *write_files(two.case.folder / "more", 1, "more"))
    later = timestamp(two.case, [two.alpha], chain=two.roots).told
    assert later["checkpoint"] > first["checkpoint"]
    assert later["rows"] > first["rows"]


def test_a_later_token_keeps_an_expired_one_alive(
    two: Two, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old certificates are judged as of the later token that covers them; without one the proof fades, and says so."""
    from siteline.evidence.proofs import rfc3161

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) + timedelta(days=100)

    with authority(tmp_path / "old", "Old", born=datetime.now(UTC)) as old:
        timestamp(two.case, [old], chain=[tmp_path / "old/root.pem"])
    take(two.case, *write_files(tmp_path / "later", 1, "later"))
    before = check_custody_of_all(two.case)
    assert before.times[0]["authorities"] == 1
    monkeypatch.setattr(rfc3161, "datetime", Later)
    faded = check_custody_of_all(two.case)
    assert faded.findings == []
    assert faded.times[0]["authorities"] == 0
    assert any("expired" in note["problem"] for note in faded.notes)
    monkeypatch.undo()
    timestamp(two.case, [two.alpha], chain=two.roots)
    monkeypatch.setattr(rfc3161, "datetime", Later)
    alive = check_custody_of_all(two.case)
    assert [one["authorities"] for one in alive.times] == [1, 1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('UPDATE time_proof SET noun = replace(noun, \'"verdict":"ok"\', \'"verdict":"no"\')', "altered"),
        ("UPDATE time_proof SET verdict = 'fail'", "altered"),
        ("UPDATE time_proof SET token = ''", "altered"),
        ("UPDATE time_proof SET noun = '{'", "altered"),
        ("DELETE FROM time_proof", "one is gone"),
    ],
)
def test_a_changed_or_lost_proof_is_named(two: Two, change: str, said: str) -> None:
    timestamp(two.case, [two.alpha], chain=two.roots)
    two.case.close()
    with behind_the_triggers(two.case.folder) as raw:
        raw.execute(change)
    two.case = open_case(two.case.folder)
    report = check_custody_of_all(two.case)
    assert any(said in finding["problem"] for finding in report.findings), report.findings


def test_a_token_moved_to_another_checkpoint_is_named(two: Two) -> None:
    """Somebody with the key to the log files an old token under a younger checkpoint."""
    from dataclasses import replace

    timestamp(two.case, [two.alpha], chain=two.roots)
    take(two.case, *write_files(two.case.folder / "more", 1, "more"))
    [(_, proof)] = two.case.times.all()
    newest = two.case.db.rows(tables.checkpoint.select().order_by(tables.checkpoint.c.seq.desc()))[0]
    two.case.times.file(
        [replace(proof, id="0" * 26, checkpoint=newest.seq, size=newest.size)], "evidence timestamp"
    )
    report = check_custody_of_all(two.case)
    assert any("other bytes than checkpoint" in finding["problem"] for finding in report.findings)


def test_a_stranger_checks_the_time_of_a_bundle_with_openssl(two: Two, tmp_path: Path) -> None:
    """The commands of the README accept it; a changed token, checkpoint or root does not pass them, nor us."""
    done = timestamp(two.case, [two.alpha, two.beta, "http://127.0.0.1:9/"], chain=two.roots)
    export_bundle(two.case, tmp_path / "out")
    bundle = tmp_path / "out"
    report = check_bundle(bundle)
    assert report.findings == []
    assert report.times[0]["authorities"] == 2
    assert check_bundle(bundle, chain=two.roots[:1]).times[0]["authorities"] == 1
    commands = re.findall(r"```sh\n(.*?)```", (bundle / "README.md").read_text(), re.S)
    assert sum("openssl ts -verify" in command for command in commands) == 1
    for command in commands:
        followed = follow(bundle, command)
        assert followed.returncode == 0, (command, followed.stderr)
    assert "restricted" not in (bundle / "times.jsonl").read_text()
    stamped = (bundle / "checkpoints.jsonl").read_bytes().splitlines()[done.told["checkpoint"] - 1]
    token = next((bundle / "times").glob("*.tsr"))
    for number, (file, old, new) in enumerate(
        [
            (token, None, None),
            (bundle / "times.jsonl", b'"verdict":"ok"', b'"verdict":"no"'),
            (bundle / "checkpoints.jsonl", None, None),
        ]
    ):
        spoilt = Path(shutil.copytree(bundle, tmp_path / f"spoilt{number}"))
        place = spoilt / file.relative_to(bundle)
        raw = place.read_bytes()
        at = raw.index(stamped) + 40 if stamped in raw else len(raw) - 3
        raw = raw.replace(old, new) if old and new else raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        place.write_bytes(raw)
        renew_sums(spoilt)
        assert check_bundle(spoilt).findings, file
        if old is None:
            assert any(follow(spoilt, command).returncode for command in commands), file


def follow(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False)


def renew_sums(folder: Path) -> None:
    names = [line.split("  ", 1)[1] for line in (folder / "SHA256SUMS").read_text().splitlines()]
    done = subprocess.run(["sha256sum", *names], cwd=folder, capture_output=True, text=True, check=True)
    (folder / "SHA256SUMS").write_text(done.stdout)


def test_what_was_known_at_a_day_is_told_as_of_that_day(two: Two) -> None:
    before = datetime.now(UTC)
    timestamp(two.case, [two.alpha], chain=two.roots)
    assert list_times(two.case, before) == []
    assert len(list_times(two.case)) == 1
    assert isinstance(two.case.log, CustodyLog)
    assert isinstance(two.case.times, TimeProofs)
