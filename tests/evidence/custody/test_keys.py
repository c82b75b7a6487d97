"""Keys: where they come from, what is refused, who vouches for whom."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from siteline.evidence.custody.dsse import pae, parse_envelope, seal
from siteline.evidence.custody.keys import PublicKey, new_signer, parse_signer, read_signer
from siteline.model.errors import BadInput, BadKey
from siteline.workbench import keyring
from siteline.workbench.case import make_case, open_case
from siteline.workbench.evidence.signing import rotate_key, tell_keys, trust_key
from siteline.workbench.evidence.verifying import check_custody_of_all
from tests.conftest import missing
from tests.evidence.custody.material import opened, take, write_files

OPENSSL = shutil.which("openssl")


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config folder of this test's own."""
    monkeypatch.setenv("SITELINE_CONFIG", str(tmp_path / "config"))
    return tmp_path / "config"


def openssl(*words: str | Path) -> str:
    if OPENSSL is None:
        missing("openssl")
    return subprocess.run([OPENSSL, *map(str, words)], capture_output=True, text=True, check=True).stdout


def test_a_key_is_what_openssl_calls_one(tmp_path: Path) -> None:
    """OpenSSL reads our key and we read OpenSSL's; the fingerprint is the one that OpenSSL's bytes give."""
    ours = new_signer()
    ours.write(tmp_path / "ours.pem")
    assert "ED25519" in openssl("pkey", "-in", tmp_path / "ours.pem", "-noout", "-text").upper()
    openssl("genpkey", "-algorithm", "ed25519", "-out", tmp_path / "theirs.pem")
    theirs = read_signer(tmp_path / "theirs.pem")
    openssl(
        "pkey", "-in", tmp_path / "theirs.pem", "-pubout", "-outform", "DER", "-out", tmp_path / "pub.der"
    )
    said = openssl("dgst", "-sha256", "-r", tmp_path / "pub.der")
    assert said.split()[0] == theirs.public.fingerprint
    message = pae("text/plain", b"hello")
    assert message == b"DSSEv1 10 text/plain 5 hello"
    assert PublicKey.parse(theirs.public.pem).has_signed(message, theirs.sign(message))


def test_a_new_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    """The file has mode 600, its folder 700, and a second key never replaces it."""
    made = keyring.make_key()
    assert keyring.key_file().stat().st_mode & 0o777 == 0o600
    assert keyring.config_folder().stat().st_mode & 0o777 == 0o700
    assert keyring.make_key().public.fingerprint == made.public.fingerprint
    with pytest.raises(FileExistsError):
        new_signer().write(keyring.key_file())
    assert [f.name for f in keyring.config_folder().iterdir()] == [keyring.KEY_FILE]


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (None, 0o600, "there is no key"),
        (b"", 0o600, "no private key"),
        (b"-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n", 0o600, "no private key"),
        ("good", 0o644, "can be read by others"),
        ("rsa", 0o600, "not an Ed25519 key"),
        ("locked", 0o600, "encrypted"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | str | None, mode: int, said: str
) -> None:
    """Each fault of a named key is said with its remedy, before a case is made, and shows nothing of the key."""
    file = tmp_path / "key.pem"
    if content == "good":
        new_signer().write(file)
    elif content == "rsa":
        openssl("genpkey", "-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:2048", "-out", file)
    elif content == "locked":
        openssl("genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:word", "-out", file)
    elif isinstance(content, bytes):
        file.write_bytes(content)
    if file.exists():
        file.chmod(mode)
    monkeypatch.setenv("SITELINE_SIGNING_KEY", str(file))
    with pytest.raises(BadKey, match=said) as refusal:
        make_case(tmp_path / "case")
    assert refusal.value.hint
    assert "BEGIN" not in str(refusal.value)
    assert not (tmp_path / "case").exists()
    if content == "locked":
        monkeypatch.setenv("SITELINE_SIGNING_KEY_PASSWORD", "word")
        make_case(tmp_path / "case").close()


def test_a_key_can_come_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SITELINE_SIGNING_KEY may hold the PEM itself; nothing is written to the config folder then, nor to the case."""
    signer = new_signer()
    signer.write(tmp_path / "key.pem")
    pem = (tmp_path / "key.pem").read_text()
    monkeypatch.setenv("SITELINE_SIGNING_KEY", pem)
    case = make_case(tmp_path / "case")
    take(case, *write_files(tmp_path / "in", 2))
    assert check_custody_of_all(case).fingerprint == signer.public.fingerprint
    assert not keyring.key_file().exists()
    secret = pem.splitlines()[1].encode()
    assert not any(secret in f.read_bytes() for f in (tmp_path / "case").rglob("*") if f.is_file())


def test_without_a_key_work_goes_on_and_it_is_said(tmp_path: Path, config: Path) -> None:
    """Where no key can be kept, a case is made, evidence comes in, and the report says that nothing is signed."""
    config.parent.mkdir(exist_ok=True)
    config.write_text("a file where the folder should be")
    case = make_case(tmp_path / "case")
    assert "no key" in case.unsigned_because
    take(case, *write_files(tmp_path / "in", 2))
    report = check_custody_of_all(case)
    assert (report.findings, report.fingerprint) == ([], None)
    assert report.trusted_by == "no key: the checkpoints are not signed"


def test_unsigned_rows_after_signed_ones_are_a_fault_until_they_are_signed(tmp_path: Path) -> None:
    """Whoever lacks the key cannot add rows that pass for signed ones; the next signature covers them."""
    case = make_case(tmp_path / "case")
    key = keyring.key_file().read_bytes()
    keyring.key_file().unlink()
    case.log.forget_signer()
    take(case, *write_files(tmp_path / "in", 1))
    [finding] = check_custody_of_all(case).findings
    assert finding["problem"] == "rows 3 to 3 are signed by nobody"
    keyring.key_file().write_bytes(key)
    keyring.key_file().chmod(0o600)
    case.log.forget_signer()
    take(case, *write_files(tmp_path / "in", 1, "g"))
    assert check_custody_of_all(case).findings == []


def test_a_rotated_key_is_trusted_by_the_old_one_and_signs_no_more(tmp_path: Path) -> None:
    """Both keys lead to each other; another case hears of the new one when it is written to; the old one is refused."""
    case, other = make_case(tmp_path / "case"), make_case(tmp_path / "other")
    take(case, *write_files(tmp_path / "in", 1))
    old, new = rotate_key(case)
    take(case, *write_files(tmp_path / "in", 1, "g"))
    with opened(tmp_path / "other") as later:
        take(later, *write_files(tmp_path / "in", 1))
    for folder in ("case", "other"):
        with opened(tmp_path / folder) as work:
            for key in (None, old, new):
                report = check_custody_of_all(work, key)
                assert report.findings == [], (folder, key)
            assert [k["how"] for k in tell_keys(work)["known"]] == ["key-made", "key-rotated"]
    retired = next(keyring.config_folder().glob("retired-*.pem"))
    os.environ["SITELINE_SIGNING_KEY"] = str(retired)
    try:
        with opened(tmp_path / "case") as work, pytest.raises(BadKey, match="retired"):
            take(work, *write_files(tmp_path / "in", 1, "h"))
    finally:
        del os.environ["SITELINE_SIGNING_KEY"]
    other.close()


def test_a_colleagues_rows_count_once_somebody_trusted_vouches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that only a stranger's key signed are a fault; a voucher by one's own key ends that."""
    case = make_case(tmp_path / "case")
    mine = case.log.signer
    assert mine is not None
    colleague = new_signer()
    colleague.write(tmp_path / "colleague.pem")
    monkeypatch.setenv("SITELINE_SIGNING_KEY", str(tmp_path / "colleague.pem"))
    with opened(tmp_path / "case") as work:
        take(work, *write_files(tmp_path / "in", 1))
    monkeypatch.delenv("SITELINE_SIGNING_KEY")
    [finding] = check_custody_of_all(case).findings
    assert "no trusted key has vouched" in finding["problem"]
    (tmp_path / "public.pem").write_text(colleague.public.pem)
    trust_key(case, tmp_path / "public.pem")
    monkeypatch.setenv("SITELINE_SIGNING_KEY", str(tmp_path / "colleague.pem"))
    with opened(tmp_path / "case") as work:
        take(work, *write_files(tmp_path / "in", 1, "g"))
    report = check_custody_of_all(case, mine.public.fingerprint)
    assert report.findings == []
    assert report.trusted_by == "named by --key"


def test_the_report_says_whom_it_trusted_and_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Own key, named key, or the first one seen; a named key that signed nothing here is a fault."""
    case = make_case(tmp_path / "case")
    mine = keyring.read_public(str(keyring.key_file()))
    assert check_custody_of_all(case).trusted_by == "own key"
    assert check_custody_of_all(case, mine.upper()).trusted_by == "named by --key"
    monkeypatch.setenv("SITELINE_CONFIG", str(tmp_path / "another user"))
    with opened(tmp_path / "case") as work:
        report = check_custody_of_all(work)
        assert (report.trusted_by, report.fingerprint) == ("recorded at init (first use)", mine)
        assert check_custody_of_all(work, "0" * 64).findings
        with pytest.raises(BadKey, match="nonsense"):
            check_custody_of_all(work, "nonsense")


def test_a_case_made_before_there_was_a_log_begins_one_with_what_it_holds(tmp_path: Path) -> None:
    """The first thing added to an older case opens its log, and what it held is in it."""
    case = make_case(tmp_path / "case")
    case.close()
    (tmp_path / "case" / "case.db").unlink()
    (tmp_path / "case" / "case.db-wal").unlink(missing_ok=True)
    for seen in (keyring.config_folder() / "seen").iterdir():
        seen.unlink()
    old = open_case(tmp_path / "case")
    sha256 = old.blobs.keep(b"kept before")
    take(old, *write_files(tmp_path / "in", 1))
    report = check_custody_of_all(old)
    assert (report.findings, report.notes, report.checked) == ([], [], 2)
    assert sha256 in old.log.knows([sha256])


def test_an_envelope_comes_back_and_nonsense_is_refused() -> None:
    """What was sealed opens again; another payload or another type is not what was signed."""
    signer = new_signer()
    envelope = seal(b"{}", signer)
    again = parse_envelope(envelope.to_json())
    assert again == envelope
    assert again.signed_by(signer.public)
    assert not again.signed_by(new_signer().public)
    for text in ("", "[]", "{}", '{"payload": "&", "payloadType": "", "signatures": []}', "[" * 100000):
        with pytest.raises(BadInput):
            parse_envelope(text)
    with pytest.raises(BadKey):
        parse_signer(b"", "nothing")


def test_the_config_folder_is_where_the_system_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SITELINE_CONFIG first, then XDG_CONFIG_HOME, then the home folder's own place."""
    assert keyring.config_folder() == tmp_path / "config"
    monkeypatch.delenv("SITELINE_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert keyring.config_folder() == tmp_path / "xdg/siteline"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    for platform, where in (
        ("linux", ".config/siteline"),
        ("darwin", "Library/Application Support/siteline"),
    ):
        monkeypatch.setattr(sys, "platform", platform)
        assert keyring.config_folder() == tmp_path / where
