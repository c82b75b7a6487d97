"""The user's own key and memory, kept outside every case: in SITELINE_SIGNING_KEY, or in the config folder."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from siteline.evidence.custody.anchor import Anchors
from siteline.evidence.custody.keys import PublicKey, Signer, new_signer, parse_signer, read_signer
from siteline.evidence.custody.trust import ROTATED, vouch
from siteline.model.errors import BadKey

KEY_VARIABLE = "SITELINE_SIGNING_KEY"
PASSWORD_VARIABLE = "SITELINE_SIGNING_KEY_PASSWORD"  # noqa: S105 the name of a variable
KEY_FILE = "signing-key.pem"

_PEM = "-----BEGIN"


@dataclass(frozen=True, slots=True)
class KeyState:
    """The key in use, or why there is none."""

    signer: Signer | None
    why_not: str = ""
    is_new: bool = False


def config_folder() -> Path:
    """Where this user's key is: SITELINE_CONFIG, else the place that the system has for such things."""
    if said := os.environ.get("SITELINE_CONFIG"):
        return Path(said)
    if said := os.environ.get("XDG_CONFIG_HOME"):
        return Path(said) / "siteline"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData/Roaming") / "siteline"
    home = _home()
    return (
        home / "Library/Application Support/siteline"
        if sys.platform == "darwin"
        else home / ".config/siteline"
    )


def key_file() -> Path:
    """Where the key is looked for if no variable names one."""
    return config_folder() / KEY_FILE


def find_key() -> KeyState:
    """The user's key; raises BadKey for one that is there and cannot be used."""
    password = os.environ.get(PASSWORD_VARIABLE)
    said = os.environ.get(KEY_VARIABLE, "").strip()
    if _PEM in said:
        return KeyState(parse_signer(said.encode(), f"in {KEY_VARIABLE}", password))
    if said:
        file = Path(said).expanduser()
        if not (file.is_absolute() or file.suffix or file.exists()):  # it may be the key itself
            raise BadKey(
                f"{KEY_VARIABLE} holds neither a key in PEM nor the path of one (what it holds is not shown)",
                "Set it to the path of a private key, or to its whole PEM text.",
            )
        return KeyState(read_signer(file, password))
    path = key_file()
    try:
        is_there = path.exists()
    except OSError as error:
        return KeyState(None, f"{path} cannot be looked at: {(error.strerror or str(error)).lower()}")
    return KeyState(read_signer(path, password)) if is_there else KeyState(None, f"there is no key at {path}")


def ensure_key() -> KeyState:
    """The user's key, made now if there is none; without one, why it could not be made."""
    found = find_key()
    if found.signer is not None:
        return found
    try:
        return KeyState(make_key(), is_new=True)
    except OSError as error:
        return KeyState(
            None, f"no key could be kept at {key_file()}: {(error.strerror or str(error)).lower()}"
        )


def make_key() -> Signer:
    """A new key in the config folder; the one that is there if another process was faster."""
    try:
        new_signer().write(key_file())
    except FileExistsError:
        if not key_file().exists():  # it is the folder that cannot be made
            raise
    return read_signer(key_file())


def rotate_key() -> tuple[Signer, Signer]:
    """
    Put a new key into the old one's place; returns (old, new).

    The old one signs that the new one follows it; it is kept under its fingerprint, and each case hears of the new one
    when it is next written to.
    """
    if os.environ.get(KEY_VARIABLE):
        raise BadKey(
            f"the key comes from {KEY_VARIABLE}, which only you can change",
            f"Make another one (openssl genpkey -algorithm ed25519 -out NEW.pem), let the old one vouch for it "
            f"(siteline evidence trust-key NEW.pem), then set {KEY_VARIABLE}.",
        )
    old = find_key().signer
    if old is None:
        raise BadKey(f"there is no key at {key_file()} to rotate", "Make one: siteline evidence key --make")
    if os.environ.get(PASSWORD_VARIABLE):
        raise BadKey(
            "the key is encrypted, and a new one made here would not be",
            "Make one (openssl genpkey -algorithm ed25519 -aes256 -out NEW.pem), let the old one vouch for it "
            "(siteline evidence trust-key NEW.pem), then put it into its place.",
        )
    new = new_signer()
    said = vouch(ROTATED, old, new.public)
    folder = config_folder()
    retired = folder / f"retired-{old.public.fingerprint[:16]}.pem"
    coming = folder / f"next-{new.public.fingerprint[:16]}.pem"
    new.write(coming)
    follows = folder / "rotations"
    follows.mkdir(exist_ok=True, mode=0o700)
    (follows / f"{new.public.fingerprint}.json").write_text(json.dumps(said), encoding="utf-8")
    if not retired.exists():
        os.link(key_file(), retired) if hasattr(os, "link") else retired.write_bytes(key_file().read_bytes())
    coming.replace(key_file())
    return old, read_signer(key_file())


def successions() -> list[Mapping[str, str]]:
    """What older keys of this user said of those that followed them."""
    found: list[Mapping[str, str]] = []
    for file in sorted((config_folder() / "rotations").glob("*.json")):
        with contextlib.suppress(OSError, ValueError):
            said = json.loads(file.read_text(encoding="utf-8"))
            if isinstance(said, dict):
                found.append({str(key): str(value) for key, value in said.items()})
    return found


def anchors() -> Anchors:
    """What this user's machine has seen of the logs of cases."""
    return Anchors(config_folder() / "seen")


def read_public(said: str) -> str:
    """The fingerprint that a user means by a fingerprint or by the file of a key; raises BadKey."""
    wanted = said.strip().lower().removeprefix("sha256:")
    if len(wanted) == 64 and all(letter in "0123456789abcdef" for letter in wanted):
        return wanted
    return read_public_file(Path(said)).fingerprint


def read_public_file(path: Path) -> PublicKey:
    """The public key in a file; raises BadKey."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(1 << 16)
    except OSError as error:
        raise BadKey(
            f"{path} is no key: {(error.strerror or str(error)).lower()}",
            "Give the 64 digits of a fingerprint, or the PEM file of a public key.",
        ) from error
    return PublicKey.parse(raw, path.name)


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError as error:
        raise BadKey(
            "this user has no home folder", "Set SITELINE_CONFIG to a folder of your own."
        ) from error
