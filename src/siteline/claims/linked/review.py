"""Claims that we really rate, as schema.org ClaimReview; each analyst's rating is a review of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from siteline.claims.statements import Filed
from siteline.model.assessment import Assessment
from siteline.model.claim import Claim
from siteline.model.errors import BadInput

CONTEXT = {"@vocab": "https://schema.org/", "url": {"@id": "https://schema.org/url", "@type": "@id"}}
"""schema.org's words without a fetch."""

ORIGINS = "reported from two independent origins"


def review(
    claim: Claim,
    text: str,
    filed: Sequence[Filed],
    assessments: Sequence[Assessment],
    url: str,
    *,
    has_two_origins: bool,
) -> dict[str, Any]:
    """
    Reviews of one claim, one for each standing assessment with a rating.

    text: the claim in words; filed: the statements that may be named; raises BadInput where nobody rated the claim.
    """
    rated = [a for a in assessments if a.credibility is not None or a.likelihood is not None]
    if not rated:
        raise BadInput(
            f"nobody has rated claim {claim.id}, as far as is open to you",
            "A ClaimReview is only for what was rated: siteline claims judge CLAIM --credibility 2..6 ...",
        )
    item = _item(text, filed)
    return {
        "@context": CONTEXT,
        "@graph": [
            {
                "@type": "ClaimReview",
                "@id": f"urn:siteline:review:{one.id}",
                "url": url,
                "claimReviewed": text,
                "datePublished": one.at.date().isoformat(),
                "author": {"@type": "Person", "name": one.analyst},
                "itemReviewed": item,
                "reviewRating": {"@type": "Rating", "alternateName": _words(one, has_two_origins)},
                "reviewBody": one.rationale,
            }
            for one in rated
        ],
    }


def _words(one: Assessment, has_two_origins: bool) -> str:
    """One rating in words; a likelihood stands alone, and no confidence beside it."""
    if has_two_origins and one.likelihood is None:
        return ORIGINS
    if one.likelihood is not None and (one.credibility is None or not one.credibility.is_known):
        return one.likelihood.term
    if one.credibility is not None:
        return one.credibility.words
    return ""


def _item(text: str, filed: Sequence[Filed]) -> dict[str, Any]:
    there = sorted(
        (f.statement for f in filed if f.statement.takes_side),
        key=lambda s: (s.said.first.isoformat() if s.said and s.said.first else "9999", s.id),
    )
    item: dict[str, Any] = {"@type": "Claim", "text": text}
    if not there:
        return item
    first = there[0]
    if first.speaker:
        item["author"] = {"@type": "Thing", "name": first.speaker}
    if first.said is not None and first.said.first is not None and first.said.first == first.said.last:
        item["datePublished"] = first.said.first.isoformat()
    links = [s.anchor.url for s in there if s.anchor.url]
    if links:
        item["firstAppearance"] = {"@type": "CreativeWork", "url": links[0]}
        item["appearance"] = [{"@type": "CreativeWork", "url": link} for link in dict.fromkeys(links)]
    return item
