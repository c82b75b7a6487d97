"""
Content credentials (C2PA): read and validated, never fetched, never signed.

Three results are shown apart: whether the active manifest is sound, whether its signer is one that the trust list
knows, and how the ingredients fare. No manifest is no finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from siteline.evidence.confined import ask_confined
from siteline.model.errors import BadMedia, MissingExtra
from siteline.model.verdict import Fault, Inspection

LARGEST_FILE = 4 << 30
_MOST_INGREDIENTS = 1000

_TRUST = frozenset({"signingCredential.untrusted"})
"""Says nothing of the content: only that the trust list does not know the signer."""

_GOOD = frozenset(
    {
        "algorithm.deprecated",
        "assertion.accessible",
        "assertion.alternativeContentRepresentation.match",
        "assertion.bmffHash.additionalExclusionsPresent",
        "assertion.bmffHash.match",
        "assertion.boxesHash.additionalExclusionsPresent",
        "assertion.boxesHash.match",
        "assertion.collectionHash.match",
        "assertion.dataHash.additionalExclusionsPresent",
        "assertion.dataHash.match",
        "assertion.hashedURI.match",
        "assertion.multiAssetHash.match",
        "claimSignature.insideValidity",
        "claimSignature.validated",
        "ingredient.claimSignature.validated",
        "ingredient.manifest.validated",
        "ingredient.unknownProvenance",
        "manifest.unknownProvenance",
        "signingCredential.ocsp.inaccessible",
        "signingCredential.ocsp.notRevoked",
        "signingCredential.ocsp.skipped",
        "signingCredential.ocsp.unknown",
        "signingCredential.trusted",
        "timeOfSigning.insideValidity",
        "timeOfSigning.outsideValidity",
        "timeStamp.credentialInvalid",
        "timeStamp.malformed",
        "timeStamp.mismatch",
        "timeStamp.outsideValidity",
        "timeStamp.trusted",
        "timeStamp.untrusted",
        "timeStamp.validated",
    }
)
"""Codes that the standard calls success or information; any other code, known or not, is a failure."""


def inspect_c2pa(path: Path, *, anchors: str | None = None, anchors_of: str = "") -> Inspection:
    """
    What the content credentials of a file say.

    anchors: certificates (PEM) of the trust list; anchors_of: its name and date, for the record.
    Verdicts: no_manifest, valid_untrusted_signer, trusted, valid_with_ingredient_failure, invalid,
    remote_manifest_not_fetched, unreadable.
    """
    if find_spec("c2pa") is None:
        raise MissingExtra.of("c2pa-python", "media")
    if path.stat().st_size > LARGEST_FILE:
        raise BadMedia(f"{path.name} is larger than content credentials are looked for in")
    try:
        answer = ask_confined(__name__, {"path": str(path.resolve()), "anchors": anchors})
    except BadMedia as error:
        return _said("unreadable", f"Content credentials could not be looked for: {error}.", [], {})
    return judge(answer, anchors_of if anchors else "")


def judge(answer: dict[str, Any], anchors_of: str) -> Inspection:
    """The verdict on what the library reported."""
    if answer["found"] == "none":
        return _said(
            "no_manifest", "No content credentials in this file; most files have none. Not a finding.", [], {}
        )
    if answer["found"] == "remote":
        facts = {"remote": answer["remote"]}
        return _said(
            "remote_manifest_not_fetched",
            "The file only points to content credentials elsewhere. They were not fetched, so nothing is known of them.",
            [],
            facts,
        )
    if answer["found"] == "broken":
        fault = Fault("unreadable", "manifest store", answer["error"])
        return _said("unreadable", "There may be content credentials, but they cannot be read.", [fault], {})
    store, results = answer["store"], answer["results"] or {}
    failures, untrusted = _active(results.get("activeManifest") or {})
    below = list(_below(store, results))
    active = (store.get("manifests") or {}).get(store.get("active_manifest") or "") or {}
    state = str(answer["state"])
    if state == "Invalid" and not failures:
        failures = [
            Fault("state", "active manifest", "the library calls it invalid without naming a failure")
        ]
    facts = {
        "state": "Invalid" if failures else ("Valid" if untrusted or state != "Trusted" else "Trusted"),
        "trusted": state == "Trusted" and not untrusted,
        "trust_list": anchors_of or "none given",
        "signer": _signer(active),
        "title": active.get("title"),
        "claim_generator": active.get("claim_generator"),
        "ingredients": [
            {"title": one.get("title"), "relationship": one.get("relationship")}
            for one in (active.get("ingredients") or [])[:_MOST_INGREDIENTS]
        ],
        "ingredient_failures": sorted({fault.code for fault in below if fault.grave}),
        "embedded": bool(answer["embedded"]),
    }
    faults = failures + untrusted + below
    if failures:
        codes = ", ".join(sorted({fault.code for fault in failures}))
        return _said("invalid", f"The content credentials do not hold: {codes}.", faults, facts)
    whose = "by a signer of the trust list" if facts["trusted"] else "by a signer nobody vouched for"
    if facts["ingredient_failures"]:
        return _said(
            "valid_with_ingredient_failure",
            f"What was said last is sound, signed {whose}; an ingredient it was made from fails: "
            f"{', '.join(facts['ingredient_failures'])}.",
            faults,
            facts,
        )
    verdict = "trusted" if facts["trusted"] else "valid_untrusted_signer"
    means = (
        f"The credentials and the file agree, signed {whose}. It says who signed, not that the scene is true."
    )
    return _said(verdict, means, faults, facts)


def _active(said: dict[str, Any]) -> tuple[list[Fault], list[Fault]]:
    """Failures of the active manifest, and what only concerns trust."""
    failures, untrusted = [], []
    for list_name in ("success", "informational", "failure"):
        for one in said.get(list_name) or []:
            code = str(one.get("code"))
            fault = Fault(code, "active manifest", str(one.get("explanation") or code))
            if code in _TRUST:
                untrusted.append(Fault(code, fault.where, fault.text, grave=False))
            elif list_name == "failure" or code not in _GOOD:
                failures.append(fault)
            elif code.startswith("timeStamp.") and code not in ("timeStamp.validated", "timeStamp.trusted"):
                untrusted.append(Fault(code, fault.where, fault.text, grave=False))
    return failures, untrusted


def _below(store: dict[str, Any], results: dict[str, Any]) -> Iterator[Fault]:
    """
    What fails in ingredients.

    The library reports only what differs from what the signer had recorded of an ingredient, so both are read.
    """
    seen = set()
    for label, manifest in list((store.get("manifests") or {}).items())[:_MOST_INGREDIENTS]:
        for one in (manifest.get("ingredients") or [])[:_MOST_INGREDIENTS]:
            recorded = list(one.get("validation_status") or [])
            for part in ((one.get("validation_results") or {}).get("activeManifest") or {}).items():
                recorded.extend(part[1] if part[0] == "failure" else [])
            for status in recorded:
                code = str(status.get("code"))
                if code not in _GOOD and (label, code) not in seen:
                    seen.add((label, code))
                    name = one.get("title") or one.get("instance_id") or "unnamed"
                    yield Fault(
                        code,
                        f"ingredient {name}",
                        str(status.get("explanation") or code) + " (recorded by the signer)",
                        grave=code not in _TRUST,
                    )
    for delta in (results.get("ingredientDeltas") or [])[:_MOST_INGREDIENTS]:
        where = str(delta.get("ingredientAssertionURI", ""))
        for list_name, listed in (delta.get("validationDeltas") or {}).items():
            for status in listed or []:
                code = str(status.get("code"))
                if list_name == "failure" or code not in _GOOD:
                    yield Fault(
                        code,
                        f"ingredient {where}",
                        str(status.get("explanation") or code),
                        grave=code not in _TRUST,
                    )


def _signer(active: dict[str, Any]) -> dict[str, Any]:
    signature = active.get("signature_info") or {}
    return {
        "issuer": signature.get("issuer"),
        "name": signature.get("common_name"),
        "serial": signature.get("cert_serial_number"),
        "time": signature.get("time"),
    }


def _said(verdict: str, means: str, faults: list[Fault], facts: dict[str, Any]) -> Inspection:
    return Inspection("c2pa", verdict, means, tuple(faults), facts)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """In the child: what c2pa-python says of one file, with every road to the network closed."""
    import json

    import c2pa

    wanted: dict[str, Any] = {
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_reading": True},
    }
    if request["anchors"]:
        wanted["trust"] = {"trust_anchors": request["anchors"]}
        wanted["verify"]["verify_trust"] = True
    context = c2pa.Context(c2pa.Settings.from_dict(wanted))
    try:
        with Path(request["path"]).open("rb") as stream:  # no name: an extension may lie
            reader = c2pa.Reader(None, stream, context=context)
            return {
                "found": "manifest",
                "state": reader.get_validation_state(),
                "results": reader.get_validation_results(),
                "store": json.loads(reader.json()),
                "embedded": reader.is_embedded(),
            }
    except c2pa.C2paError as error:
        text = str(error)
        if text.startswith("ManifestNotFound"):
            return {"found": "none"}
        if text.startswith("Remote"):
            return {"found": "remote", "remote": text.rpartition(" ")[2]}
        if text.startswith(("NotSupported", "Unsupported")) or "format" in text.lower():
            return {"found": "none"}
        return {"found": "broken", "error": text[:500]}
