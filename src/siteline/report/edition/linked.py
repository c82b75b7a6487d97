"""
An edition as PROV-O (W3C Recommendation, 2013) in JSON-LD: from each sentence to the records it cites, and on to bytes.

Names of things are those of `siteline claims export`, so that both documents can be read as one graph.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from siteline.model.edition import Source, Step, Support
from siteline.model.linked import CONTEXT, iri
from siteline.report.edition.bibliography import address
from siteline.report.edition.flow import traced
from siteline.report.edition.material import EditionMaterial
from siteline.report.inert import inert

SHAPE = "brief-prov/1"
Node = dict[str, Any]


def describe_edition(material: EditionMaterial, reviews: Sequence[Node] = ()) -> Node:
    """
    One document; the same material gives the same document.

    reviews: nodes of schema.org's ClaimReview, each with a context of its own.
    """
    graph = _Graph(material)
    nodes = graph.nodes()
    return {
        "@context": CONTEXT,
        "siteline": SHAPE,
        "stamps": [stamp.value for stamp in material.stamps],
        "withheldSentences": len(material.withheld),
        "@graph": [*nodes, *reviews],
    }


class _Graph:
    def __init__(self, material: EditionMaterial) -> None:
        self._material = material
        self._nodes: dict[str, Node] = {}
        said = "\n".join(s.text for s in traced(material))
        told = f"{material.brief.title}\n{material.day}\n{material.number}\n{said}"
        self._id = iri("edition", hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32])

    def nodes(self) -> list[Node]:
        m = self._material
        edition = self._put(
            self._id,
            ["prov:Entity", "prov:Collection", "sl:Edition"],
            title=inert(m.brief.title),
            language=m.brief.language,
            day=m.day.isoformat(),
            number=m.number,
            asOf=m.brief.as_of.isoformat() if m.brief.as_of else "",
        )
        program = self._put(
            iri("software", f"siteline-{m.version}"),
            ["prov:Agent", "prov:SoftwareAgent"],
            label=f"Siteline {m.version}",
        )
        self._link(edition, "wasAttributedTo", program)
        for author in m.brief.authors:
            person = self._put(iri("agent", inert(author).casefold()), ["prov:Agent"], label=inert(author))
            self._link(edition, "wasAttributedTo", person)
        for sentence in traced(m):
            node = self._put(
                f"{self._id}:{sentence.id}",
                ["prov:Entity", "sl:Sentence"],
                value=inert(sentence.text),
                sentenceKind=sentence.kind.value,
                isEditorial=sentence.is_editorial or None,
            )
            self._link(edition, "hadMember", node)
            for support in m.supports_of(sentence):
                self._link(node, "wasDerivedFrom", self._support(support))
        return [self._nodes[name] for name in sorted(self._nodes)]

    def _put(self, name: str, types: Sequence[str], **said: Any) -> str:
        node = self._nodes.setdefault(name, {"@id": name, "@type": sorted(types)})
        node.update({key: value for key, value in said.items() if value not in (None, "", [], ())})
        return name

    def _link(self, name: str, key: str, target: str) -> None:
        there = self._nodes[name].setdefault(key, [])
        if target not in there:
            there.append(target)

    def _support(self, support: Support) -> str:
        if support.is_restricted:
            return self._put("_:withheld", ["prov:Entity", "sl:WithheldExhibit"])
        cites = support.cites
        name = iri(cites.kind, cites.ref)
        if name in self._nodes:
            return name
        self._put(
            name,
            ["prov:Entity", f"sl:{cites.kind.capitalize()}"],
            label=inert(support.title),
            fault=[inert(fault) for fault in (*support.broken, *support.stale)],
        )
        for source in support.sources:
            if (node := self._source(source)) != name:
                self._link(name, "wasDerivedFrom", node)
        for place, step in enumerate(support.trace, 1):
            self._step(name, step, f"{name}:step-{place}")
        return name

    def _source(self, source: Source) -> str:
        kind = "exhibit" if source.sha256 else "statement"
        name = self._put(
            iri(kind, source.id),
            ["prov:Entity", f"sl:{kind.capitalize()}"],
            title=inert(source.title),
            publishedAt=address(source.url),
            sha256=source.sha256,
        )
        if source.author:
            self._link(
                name,
                "wasAttributedTo",
                self._put(
                    iri("agent", inert(source.author).casefold()), ["prov:Agent"], label=inert(source.author)
                ),
            )
        return name

    def _step(self, owner: str, step: Step, name: str) -> None:
        what = re.sub(r"[^A-Za-z]", "", step.what.title()) or "Step"
        if step.what == "Code":
            made = self._put(name, ["prov:Activity", "sl:Code"], label=inert(step.text), recipe=step.digest)
            self._link(owner, "wasGeneratedBy", made)
            return
        self._put(name, ["prov:Entity", f"sl:{what}"], label=inert(step.text))
        self._link(owner, "wasDerivedFrom", name)
        if step.digest:
            kept = self._put(
                iri("bytes", step.digest), ["prov:Entity", "sl:Bytes"], sha256=inert(step.digest)
            )
            self._link(name, "wasDerivedFrom", kept)
        for place, inner in enumerate(step.steps, 1):
            self._step(name, inner, f"{name}.{place}")
