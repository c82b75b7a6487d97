"""What we write is PROV that another library reads, and it never names what is confidential."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from siteline.model.change import Status
from siteline.model.claim import Anchor, AnchorKind, Stance
from siteline.model.errors import BadInput, NotFound
from siteline.workbench.case import Case
from siteline.workbench.claims.judging import judge_claim, list_assessments, resolve_outcome
from siteline.workbench.claims.linked import claim_review, prov_of
from siteline.workbench.claims.pixels.events import claims_from_event
from siteline.workbench.evidence.custody import Description, Kept, take_files
from tests.claims.factory import make_claim, make_statement
from tests.conftest import ROOT, wanted
from tests.factory import make_scene
from tests.workbench.claims.cases import A, B, as_analyst, watched_case

PREFIXES = "PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX sl: <urn:siteline:ns:> "


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = watched_case(tmp_path / "case")
    made.statements.add(
        [
            make_statement("W1", "killed", 8.0, 8.0, speaker="Service", lineage="L1", said="2024-11-25"),
            make_statement(
                "W2",
                "killed",
                8.0,
                8.0,
                speaker="Paper",
                lineage="L1",
                said="2024-11-26",
                url="https://b.example/",
            ),
        ]
    )
    return made


def graph_of(told: dict[str, Any]) -> Any:
    """The document, parsed by rdflib, which may fetch nothing."""
    rdflib = wanted("rdflib")
    return rdflib.Graph().parse(data=json.dumps(told), format="json-ld")


def ask(graph: Any, query: str) -> list[tuple[str, ...]]:
    return sorted(tuple(str(part) for part in row) for row in graph.query(PREFIXES + query))


def pdf(case: Case, name: str, text: str, restricted: bool = False) -> Any:
    file = case.folder.parent / name
    file.write_text(text, encoding="utf-8")
    said = Description(
        title=f"Title of {name}", source_url=f"https://leak.example/{name}",
        restricted="a source at risk" if restricted else "", readers=(A,) if restricted else (),
    )  # fmt: skip
    [kept] = list(take_files(case, [file], said))
    assert isinstance(kept, Kept)
    return kept.exhibit


def words(exhibit: Any, name: str, quote: str, speaker: str) -> Any:
    anchor = Anchor(
        AnchorKind.WORDS, exhibit.id, exhibit.sha256, 0, len(quote), "text/1:x", exhibit.source_url
    )
    base = make_statement(name, speaker=speaker, claim=make_claim("workforce", 500.0, 500.0))
    from dataclasses import replace

    return replace(base, anchor=anchor, quote=quote)


def test_an_independent_library_reads_the_document(case: Case) -> None:
    """From a claim to the exhibits by SHA-256, to the event's version, the judgement, the analyst: one query each."""
    event = case.events.all("s")[0].id
    case.events.judge(event, Status.ACCEPTED, "walls on three looks")
    claims_from_event(case, "s", event)
    judge_claim(case, "W1", "hospital lists", credibility="2", likelihood="70")
    judge_claim(case, "W1", "hospital lists, again", credibility="3")
    resolve_outcome(case, "W1", "true", "2025-01-10", "court record")
    graph = graph_of(prov_of(case))
    assert len(graph) > 100
    shas = ask(
        graph,
        "SELECT DISTINCT ?sha { ?c a sl:Claim ; sl:predicate 'construction' ; prov:wasDerivedFrom ?s . "
        "?s a sl:Statement ; prov:wasDerivedFrom ?e . ?e a sl:Exhibit ; sl:sha256 ?sha }",
    )
    assert shas == sorted([(make_scene("S1").sha256,), (make_scene("S2").sha256,)])
    assert ask(
        graph,
        "SELECT ?who ?why { ?s prov:wasDerivedFrom ?v . ?v a sl:ChangeEventVersion . ?j sl:about ?v ; a sl:Judgement ; "
        "sl:rationale ?why ; prov:wasAttributedTo/<http://www.w3.org/2000/01/rdf-schema#label> ?who . ?s sl:claims ?c . "
        "?c sl:predicate 'construction' }",
    ) == [(A, "walls on three looks")]
    assert (
        len(ask(graph, "SELECT ?b { ?b prov:wasRevisionOf ?a . ?a a sl:Assessment . ?b a sl:Assessment }"))
        == 1
    )
    assert (
        len(ask(graph, "SELECT ?o { ?o a sl:Outcome ; sl:came 'true' ; sl:about ?c . ?c a sl:Claim }")) == 1
    )
    assert ask(graph, "SELECT ?copy ?origin { ?copy prov:hadPrimarySource ?origin }") == [
        ("urn:siteline:statement:W2", "urn:siteline:statement:W1")
    ]
    [(members,)] = ask(
        graph, "SELECT (COUNT(?s) AS ?n) { <urn:siteline:lineage:L1> a prov:Collection ; prov:hadMember ?s }"
    )
    assert members == "2"


def test_every_link_ends_at_something_described(case: Case) -> None:
    """No entity, activity or agent is pointed at that the document does not have; domains and ranges are PROV's."""
    event = case.events.all("s")[0].id
    case.events.judge(event, Status.ACCEPTED, "seen")
    claims_from_event(case, "s", event)
    judge_claim(case, "W1", "x", credibility="2", reliability="B", source="Service")
    case.statements.withdraw("W2", "filed twice")
    graph = graph_of(prov_of(case))
    for link, domain, end in (
        ("wasDerivedFrom", "Entity", "Entity"),
        ("wasRevisionOf", "Entity", "Entity"),
        ("hadPrimarySource", "Entity", "Entity"),
        ("wasAttributedTo", "Entity", "Agent"),
        ("wasGeneratedBy", "Entity", "Activity"),
        ("wasInvalidatedBy", "Entity", "Activity"),
        ("used", "Activity", "Entity"),
        ("wasAssociatedWith", "Activity", "Agent"),
    ):
        agents = "prov:Agent, prov:Person, prov:Organization, prov:SoftwareAgent"
        kinds = agents if end == "Agent" else f"prov:{end}"
        odd = ask(
            graph,
            f"SELECT ?a ?b {{ ?a prov:{link} ?b . FILTER NOT EXISTS {{ ?a a prov:{domain} . ?b a ?k . "
            f"FILTER(?k IN ({kinds})) }} }}",
        )
        assert odd == [], link
    assert (
        len(
            ask(
                graph,
                "SELECT ?s { ?s prov:wasInvalidatedBy ?a . ?a a sl:Withdrawal ; sl:reason 'filed twice' }",
            )
        )
        == 1
    )


def test_what_takes_words_back_is_told(case: Case) -> None:
    case.statements.add(
        [
            make_statement("W3", "killed", 12.0, 12.0, speaker="Service", lineage="L1", said="2024-11-27"),
            make_statement("R1", "injured", 5.0, 5.0, speaker="Paper", said="2024-11-25", lineage="P"),
            make_statement(
                "R2", "injured", speaker="Paper", said="2024-11-28", lineage="P", stance=Stance.RETRACTS
            ),
        ]
    )
    graph = graph_of(prov_of(case))
    revised = ask(graph, "SELECT ?b ?a { ?b prov:wasRevisionOf ?a . ?b a sl:Statement }")
    assert ("urn:siteline:statement:W3", "urn:siteline:statement:W1") in revised
    assert ask(graph, "SELECT ?s { ?s prov:wasInvalidatedBy ?x . ?x a sl:Retraction }") == [
        ("urn:siteline:statement:R1",)
    ]


def test_the_document_fetches_nothing(case: Case) -> None:
    assert isinstance(prov_of(case)["@context"], dict)
    assert "http" not in json.dumps([k for k, v in prov_of(case)["@context"].items() if k == "@import"])


def test_a_confidential_exhibit_is_never_named(case: Case) -> None:
    """Neither id, digest, file name, title, address, words, nor the speaker: not even for one of its readers."""
    secret = pdf(case, "whistle.txt", "Five hundred people work there.", restricted=True)
    public = pdf(case, "paper.txt", "Five hundred people are said to work there.")
    case.statements.add([words(secret, "WS1", "Five hundred people work there.", "Insider X")])
    case.statements.add([words(public, "WS2", "Five hundred people are said to work there.", "Paper Y")])
    judge_claim(case, "WS2", "also in whistle.txt", credibility="3", reliability="C", source="Paper Y")
    told = prov_of(case)
    text = json.dumps(told, ensure_ascii=False)
    for token in (
        secret.id, secret.sha256, "whistle", "leak.example/whistle", "Insider", "people work there.\"", "WS1",
    ):  # fmt: skip
        assert token not in text, token
    assert told["withheldStatements"] == 1
    assert public.sha256 in text
    assert "[withheld]" in text, "the reason that names the file is withheld as a whole"
    graph_of(told)


def test_restricted_images_leave_the_finding_and_no_name(case: Case) -> None:
    event = case.events.all("s")[0].id
    case.events.judge(event, Status.ACCEPTED, "seen")
    claims_from_event(case, "s", event)
    exhibit = case.exhibits.get(make_scene("S2").sha256)
    case.exhibits.restrict(exhibit.id, "licence", [A])
    told = prov_of(case)
    jsonschema.validate(told, json.loads((ROOT / "docs/reference/schemas/prov-1.schema.json").read_text()))
    text = json.dumps(told)
    assert exhibit.id not in text
    assert exhibit.sha256 not in text
    graph = graph_of(told)
    assert ask(graph, "SELECT (COUNT(DISTINCT ?e) AS ?n) { ?e a sl:WithheldExhibit }") == [("1",)]
    assert len(ask(graph, "SELECT ?c { ?c a sl:Claim ; sl:predicate 'construction' }")) == 1


def test_as_of_yesterday_shows_nothing_of_today(case: Case) -> None:
    before = max(f.at for f in case.statements.find())
    from datetime import datetime

    judge_claim(case, "W1", "later", credibility="2")
    case.statements.add([make_statement("W9", "killed", 9.0, 9.0, speaker="Late", lineage="L9")])
    text = json.dumps(prov_of(case, as_of=datetime.fromisoformat(before)))
    assert "later" not in text
    assert "W9" not in text
    assert "W9" in json.dumps(prov_of(case))


def test_only_what_is_rated_is_reviewed(case: Case) -> None:
    """One review for each analyst, in words alone; what nobody rated, or may not be seen, is refused."""
    page = "https://desk.example/review"
    with pytest.raises(BadInput, match="nobody has rated"):
        claim_review(case, "W1", page)
    judge_claim(case, "W1", "hospital lists", credibility="4", likelihood="30", confidence="low")
    with pytest.raises(BadInput, match="nobody has rated"):
        claim_review(as_analyst(case.folder, B), "W1", page)
    told = claim_review(case, "W1", page)
    [one] = told["@graph"]
    assert one["reviewRating"] == {"@type": "Rating", "alternateName": "doubtful"}
    assert one["author"]["name"] == A
    assert one["itemReviewed"]["author"]["name"] == "Service"
    assert one["itemReviewed"]["datePublished"] == "2024-11-25"
    assert one["itemReviewed"]["firstAppearance"]["url"] == "https://example.org/story"
    assert [a["url"] for a in one["itemReviewed"]["appearance"]] == [
        "https://example.org/story",
        "https://b.example/",
    ]
    graph = graph_of(told)
    reviews = graph.query("SELECT ?r { ?r a <https://schema.org/ClaimReview> }")
    assert len(list(reviews)) == 1


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "ftp://x", "https://", "https://a.example/\u202e"]
)
def test_a_review_stands_on_a_page(case: Case, url: str) -> None:
    judge_claim(case, "W1", "x", credibility="4")
    with pytest.raises(BadInput, match="address of a page"):
        claim_review(case, "W1", url)


def test_our_own_finding_is_reviewed_by_nobody(case: Case) -> None:
    """A finding from images is no claim of somebody else's; one of an invented place least of all."""
    event = case.events.all("s")[0].id
    case.events.judge(event, Status.ACCEPTED, "seen")
    made = claims_from_event(case, "s", event)[0].statement
    judge_claim(case, made.id, "three looks", likelihood="85")
    with pytest.raises(BadInput, match="our own finding"):
        claim_review(case, made.id, "https://desk.example/review")


def test_what_rests_on_a_restricted_exhibit_alone_is_not_there_for_others(case: Case) -> None:
    """Neither its claim, nor what was judged of it, nor who speaks in it; a second, public source opens the claim."""
    secret = pdf(case, "whistle.txt", "Five hundred people work there.", restricted=True)
    case.statements.add([words(secret, "WS1", "Five hundred people work there.", "Insider X")])
    judge_claim(case, "WS1", "the insider is well placed", credibility="2")
    other = as_analyst(case.folder, B, may_look=(B,))
    claim = case.statements.get("WS1").statement.claim.id
    for said in ("WS1", claim, claim[:6]):
        with pytest.raises(NotFound):
            judge_claim(other, said, "x", credibility="3")
    assert "insider" not in json.dumps(list_assessments(other)).lower()
    public = pdf(case, "paper.txt", "Five hundred people are said to work there.")
    case.statements.add([words(public, "WS2", "Five hundred people are said to work there.", "Paper Y")])
    assert judge_claim(other, claim, "x", credibility="3").claim_id == claim
    assert "Insider X" not in json.dumps(list_assessments(other))
