"""Our JSON-LD context: carried inside each document, so that no reader has to fetch anything."""

from __future__ import annotations

from typing import Any

OURS = "urn:siteline:ns:"
"""Words of ours; what PROV-O, Dublin Core or schema.org have a word for is said in theirs."""

_LINKS = (
    "wasDerivedFrom", "wasQuotedFrom", "hadPrimarySource", "wasRevisionOf", "wasAttributedTo", "wasGeneratedBy",
    "wasInvalidatedBy", "wasAssociatedWith", "actedOnBehalfOf", "used", "hadMember", "specializationOf",
)  # fmt: skip
_TIMES = ("generatedAtTime", "invalidatedAtTime", "startedAtTime", "endedAtTime")

CONTEXT: dict[str, Any] = {
    "@version": 1.1,
    "prov": "http://www.w3.org/ns/prov#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sl": OURS,
    "label": "rdfs:label",
    "title": "dcterms:title",
    "language": "dcterms:language",
    "format": "dcterms:format",
    "value": "prov:value",
    **{name: {"@id": f"prov:{name}", "@type": "@id"} for name in _LINKS},
    **{name: {"@id": f"prov:{name}", "@type": "xsd:dateTime"} for name in _TIMES},
    "claims": {"@id": "sl:claims", "@type": "@id"},
    "about": {"@id": "sl:about", "@type": "@id"},
    "offered": {"@id": "sl:offered", "@type": "@id"},
    "firstDay": {"@id": "sl:firstDay", "@type": "xsd:date"},
    "lastDay": {"@id": "sl:lastDay", "@type": "xsd:date"},
    "low": {"@id": "sl:low", "@type": "xsd:double"},
    "high": {"@id": "sl:high", "@type": "xsd:double"},
    "percent": {"@id": "sl:percent", "@type": "xsd:double"},
    "@vocab": OURS,
}


def iri(kind: str, name: str) -> str:
    """The address of a thing of a case: stable, and resolvable by the case alone."""
    from urllib.parse import quote

    return f"urn:siteline:{kind}:{quote(name, safe='')}"
