"""
RFC 3161 time stamps, verified offline: what a token proves, by whose word, about which bytes.

A token says *existed before T*, never *was published at T*. What holds it up is said in parts: the bytes it is about,
the signature, and whether anybody vouched for the authority.
"""

from __future__ import annotations

import hmac
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteline.evidence.proofs.authority import NOBODY, Chain, fingerprint, named, path_to_root, stamps_time
from siteline.evidence.proofs.cms import OIDS, Stamp, carried_by, fault_of_signature, read_stamp, signer_of
from siteline.evidence.proofs.request import read_request
from siteline.model.errors import BadProof
from siteline.model.verdict import Fault, Inspection

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_WEAK = {"md5", "sha1"}

Digester = Callable[[str], bytes | None]
"""Gives the digest of the object by a named function, or None where it cannot."""


def inspect_token(
    data: bytes,
    *,
    digest: Digester | None = None,
    request: bytes | None = None,
    chain: Chain = NOBODY,
    as_of: datetime | None = None,
) -> Inspection:
    """
    What a time stamp proves.

    digest: of the object that it should be about; request: the query it should answer; chain: whom the user trusts.
    as_of: when it is judged (now, if not given). Certificates must be valid both at the time stated and then: once
    they have expired, a leaked key could date anything back, and nobody keeps lists of what was revoked. A day on
    which the token was verified, or stamped over by a later one, may be given.
    Verdicts: ok, not_compared, untrusted, no_certificate, non_compliant_token, fail, unreadable.
    """
    try:
        stamp = read_stamp(data)
        asked = read_request(request) if request is not None else None
        signer = signer_of(stamp, chain.signers + chain.roots + chain.between)
    except BadProof as error:
        return _said(
            "unreadable", f"This time stamp cannot be read: {error}.", [Fault("unreadable", "", str(error))]
        )
    faults: list[Fault] = []
    facts = _facts(stamp)
    if stamp.status not in (0, 1):
        faults.append(Fault("refused", "status", f"the authority did not grant it (status {stamp.status})"))
    compared = _compare(stamp, digest, facts, faults)
    if asked is not None:
        compared = True
        if asked.nonce is not None and asked.nonce != stamp.nonce:
            faults.append(Fault("nonce", "nonce", "it answers another request: the nonce differs"))
        if (asked.algorithm, asked.imprint) != (stamp.algorithm, stamp.imprint):
            faults.append(Fault("imprint", "imprint", "it answers another request: the digest differs"))
        if asked.policy is not None and asked.policy != stamp.policy:
            faults.append(Fault("policy", "policy", "it was granted under another policy than asked for"))
    strict = _strict_fault(stamp)
    if signer is not None:
        _look_at_signer(stamp, signer, facts, faults)
    if strict:
        return _lax(stamp, strict, chain, facts, faults)
    if signer is None:
        faults.append(
            Fault("no_certificate", "signer", "the signer's certificate is neither in the token nor given")
        )
        verdict, means = (
            "no_certificate",
            "The signer's certificate is missing, so the signature cannot be checked.",
        )
        return _said("fail" if _broken(faults) else verdict, means, faults, facts)
    trusted = _is_trusted(stamp, signer, chain, as_of or datetime.now(UTC), faults)
    facts["trusted"] = trusted
    return _verdict(stamp, signer, trusted, compared, faults, facts)


def _facts(stamp: Stamp) -> dict[str, Any]:
    return {
        "time": stamp.time.isoformat().replace("+00:00", "Z"),
        "accuracy_s": stamp.accuracy_s,
        "algorithm": stamp.algorithm,
        "imprint": stamp.imprint.hex(),
        "nonce": None if stamp.nonce is None else f"{stamp.nonce:x}",
        "policy": stamp.policy,
        "serial": f"{stamp.serial:x}",
        "certificates": len(stamp.certificates),
    }


def _compare(stamp: Stamp, digest: Digester | None, facts: dict[str, Any], faults: list[Fault]) -> bool:
    if stamp.algorithm in _WEAK:
        faults.append(
            Fault(
                "weak_digest",
                "imprint",
                f"{stamp.algorithm}: others could have made a second file that fits this token",
                grave=stamp.algorithm == "md5",
            )
        )
    known = stamp.algorithm in OIDS or stamp.algorithm == "md5"
    own = digest(stamp.algorithm) if digest and known else None
    if own is None:
        facts["object"] = "not compared"
        if digest is not None:
            faults.append(
                Fault("algorithm", "imprint", f"the digest {stamp.algorithm} cannot be computed here")
            )
        return False
    facts["object"] = "matches" if hmac.compare_digest(own, stamp.imprint) else "differs"
    if facts["object"] == "differs":
        faults.append(Fault("imprint", "imprint", "the token is about other bytes than these"))
    return True


def _strict_fault(stamp: Stamp) -> str:
    """Why a strict reader refuses the token; empty where it does not."""
    from rfc3161_client import decode_timestamp_response

    try:
        response = decode_timestamp_response(stamp.response)
        _ = response.tst_info.gen_time, response.signed_data.certificates  # parsed when asked for
    except ValueError as error:
        kind = str(error).partition("kind: ")[2].partition(",")[0].strip(" }")
        return kind or "not DER"
    return ""


def _look_at_signer(stamp: Stamp, signer: Certificate, facts: dict[str, Any], faults: list[Fault]) -> None:
    facts["signer"] = {
        "name": named(signer),
        "issuer": signer.issuer.rfc4514_string(),
        "serial": f"{signer.serial_number:x}",
        "sha256": fingerprint(signer),
    }
    try:
        fault = fault_of_signature(stamp, signer)
    except BadProof as error:
        fault = str(error)
    facts["signature"] = "sound" if not fault else "fails"
    if fault:
        faults.append(Fault("signature", "signature", fault))
    if not stamps_time(signer):
        faults.append(
            Fault(
                "not_an_authority",
                "signer",
                "its certificate is not made for time stamps alone (critical EKU)",
            )
        )
    if not _was_valid(signer, stamp.time):
        faults.append(
            Fault(
                "expired",
                "signer",
                f"its certificate was valid {signer.not_valid_before_utc:%Y-%m-%d} to "
                f"{signer.not_valid_after_utc:%Y-%m-%d}, not at the time it states",
            )
        )


def _is_trusted(
    stamp: Stamp, signer: Certificate, chain: Chain, as_of: datetime, faults: list[Fault]
) -> bool:
    """Whether a certificate that the user handed in vouches for the signer, at the time stated and at `as_of`."""
    if not chain.roots:
        own = signer.issuer == signer.subject
        why = "its certificate is signed by itself, and nobody vouched for it" if own else "no root was given"
        faults.append(Fault("self_signed" if own else "untrusted", "signer", why, grave=False))
        return False
    path = path_to_root(signer, chain, carried_by(stamp), stamp.time)
    why = "" if path else _why_not(stamp, signer, chain)
    if not path or (why := _strict_refusal(stamp, signer, chain)):
        faults.append(
            Fault("untrusted", "chain", f"the roots given do not vouch for its signer: {why}", grave=False)
        )
        return False
    for one in path:
        if one.not_valid_after_utc < as_of:
            faults.append(
                Fault(
                    "expired",
                    named(one),
                    f"it expired on {one.not_valid_after_utc:%Y-%m-%d}; the token held until then, and holds still "
                    "only if it was verified or stamped over before: judge it as of that day",
                )
            )
    return True


def _why_not(stamp: Stamp, signer: Certificate, chain: Chain) -> str:
    ever = [one for one in (signer, *chain.between, *chain.roots) if not _was_valid(one, stamp.time)]
    if ever:
        return f"{named(ever[0])} was not valid at the time it states"
    return f"none of them issued the certificate of {named(signer)}"


def _was_valid(one: Certificate, when: datetime) -> bool:
    return one.not_valid_before_utc <= when <= one.not_valid_after_utc


def _strict_refusal(stamp: Stamp, signer: Certificate, chain: Chain) -> str:
    """Why a second, strict implementation does not verify it; empty where it does."""
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    response = decode_timestamp_response(stamp.response)
    builder = VerifierBuilder(roots=list(chain.roots), intermediates=list(chain.between))
    if not response.signed_data.certificates:
        builder = builder.tsa_certificate(signer)
    try:
        builder.build().verify(response, stamp.imprint)
    except (VerificationError, ValueError) as error:
        reason = re.search(r'data: "(?:Verify error:)?\s*([^"]+)"', str(error))
        return reason[1] if reason else str(error).partition("ErrorStack")[0].rstrip(": ")
    return ""


def _broken(faults: Sequence[Fault]) -> bool:
    return any(fault.grave and fault.code != "no_certificate" for fault in faults)


def _verdict(
    stamp: Stamp,
    signer: Certificate,
    trusted: bool,
    compared: bool,
    faults: list[Fault],
    facts: dict[str, Any],
) -> Inspection:
    if _broken(faults):
        why = "; ".join(str(fault) for fault in faults if fault.grave)
        return _said("fail", f"The time stamp does not hold: {why}.", faults, facts)
    whose = named(signer)
    if not trusted:
        return _said(
            "untrusted",
            f"The signature is sound, but nobody you trust vouches for {whose}: it is only that signer's word.",
            faults,
            facts,
        )
    when = _until(stamp)
    facts["existed_before"] = when.isoformat().replace("+00:00", "Z")
    if not compared:
        return _said(
            "not_compared",
            f"A sound time stamp of {when:%Y-%m-%d %H:%M:%S} UTC by {whose}; the object was not at hand to compare.",
            faults,
            facts,
        )
    return _said(
        "ok",
        f"These bytes existed before {when:%Y-%m-%d %H:%M:%S} UTC, by the word of {whose}. "
        "It does not say when they were published.",
        faults,
        facts,
    )


def _until(stamp: Stamp) -> datetime:
    from datetime import timedelta

    return stamp.time + timedelta(seconds=min(stamp.accuracy_s or 0.0, 86_400.0))


def _lax(stamp: Stamp, strict: str, chain: Chain, facts: dict[str, Any], faults: list[Fault]) -> Inspection:
    """A token that strict readers refuse: kept, read leniently, and shown to openssl for a second opinion."""
    faults.append(Fault("non_compliant", "token", f"strict readers refuse it: {strict}", grave=False))
    facts["second_opinion"] = _openssl(stamp, chain)
    if facts["second_opinion"] == "refused":
        faults.append(Fault("second_opinion", "openssl", "openssl ts refuses it as well"))
    if _broken(faults):
        why = "; ".join(str(fault) for fault in faults if fault.grave)
        return _said("fail", f"The time stamp does not hold: {why}.", faults, facts)
    opinion = {
        "accepted": "openssl ts accepts it with the chain given.",
        "no chain": "No chain was given, so nobody vouched for it.",
        "no openssl": "openssl is not here to give a second opinion.",
    }[facts["second_opinion"]]
    return _said(
        "non_compliant_token",
        f"The token breaks the encoding rules, its bytes are kept as they are. {opinion} "
        f"Read leniently it states {stamp.time:%Y-%m-%d %H:%M:%S} UTC; ask for a second authority.",
        faults,
        facts,
    )


def _openssl(stamp: Stamp, chain: Chain) -> str:
    """accepted, refused, no chain, no openssl."""
    from cryptography.hazmat.primitives.serialization import Encoding

    program = shutil.which("openssl")
    if program is None:
        return "no openssl"
    if not chain.roots:
        return "no chain"
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "token.tsr").write_bytes(stamp.response)
        (here / "roots.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in chain.roots))
        command = [program, "ts", "-verify", "-in", "token.tsr", "-digest", stamp.imprint.hex()]
        command += ["-CAfile", "roots.pem", "-attime", str(int(stamp.time.timestamp())), "-partial_chain"]
        others = chain.between + chain.signers
        if others:
            (here / "others.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in others))
            command += ["-untrusted", "others.pem"]
        try:
            done = subprocess.run(  # noqa: S603 - fixed words, files of our own
                command, cwd=here, capture_output=True, timeout=30, check=False
            )
        except subprocess.TimeoutExpired:
            return "refused"
    return (
        "accepted" if done.returncode == 0 and b"Verification: OK" in done.stdout + done.stderr else "refused"
    )


def _said(verdict: str, means: str, faults: list[Fault], facts: dict[str, Any] | None = None) -> Inspection:
    return Inspection("rfc3161", verdict, means, tuple(faults), facts or {})
