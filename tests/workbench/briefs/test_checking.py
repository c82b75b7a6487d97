"""A written brief against a case: what stands falls with what it rests on."""

from __future__ import annotations

from pathlib import Path

import pytest

from siteline.evidence.custody.taking import Taking
from siteline.model.change import Status
from siteline.model.claim import Anchor, AnchorKind, Attribution, Claim, Hedge, Stance, Statement
from siteline.model.errors import BadBrief
from siteline.model.imagery import Use
from siteline.model.quantity import Quantity
from siteline.model.survey import Survey
from siteline.workbench.briefs.checking import check_brief, check_text
from siteline.workbench.briefs.writing import write_new
from siteline.workbench.case import Case
from tests.factory import make_area, make_event, make_look, make_scene, make_site
from tests.workbench.claims.cases import GRID, made_case

HEAD = '+++\ntitle = "The hall"\n+++\n\n'
RIGHTS = {"credit": "An agency", "licence": "CC BY 4.0", "use": Use.PUBLISH}


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """Site "s" with two images in custody and one accepted event."""
    made = made_case(tmp_path / "case")
    made.register.record(make_site("s"), None)
    digests = [made.blobs.keep(content) for content in (b"first image", b"second image")]
    scenes = [
        make_scene("S1", sha256=digests[0], **RIGHTS),
        make_scene("S2", "2024-04-19", sha256=digests[1], **RIGHTS),
    ]
    made.scenes.record("s", scenes)
    made.exhibits.admit(
        [Taking(s.sha256, 9, f"{s.id}.tif", "scene", "image/tiff") for s in scenes], "scenes add"
    )
    looks = (make_look(), make_look("S2", "2024-04-19"))
    survey = Survey("one", "s", "balanced", None, GRID, looks, Quantity(150.0, 0.0, "m²"), (), {}, {})
    made.surveys.record(survey)
    [(event_id, version)] = made.events.detected.record("s", "one", [(make_event(label="A-2"), True)])
    made.measurements.record("s", event_id, version, (make_area(1800.0),))
    made.events.judge(event_id, Status.ACCEPTED, "seen on both")
    return made


def said(case: Case, statement_id: str, words: str, stance: Stance = Stance.ASSERTS, **more: object) -> str:
    """A statement whose words are in custody."""
    sha256 = case.blobs.keep(words.encode())
    [taken] = case.exhibits.admit(
        [Taking(sha256, len(words), f"{statement_id}.txt", "text", "text/plain")], "add"
    )
    anchor = Anchor(AnchorKind.WORDS, taken.exhibit.id, sha256, 0, len(words))  # type: ignore[union-attr]
    noun = {"claim": Claim("hall", "A-2"), "attribution": (Attribution("The Brandt Centre"),), **more}
    case.statements.add([Statement(statement_id, anchor, stance=stance, quote=words, language="en", **noun)])  # type: ignore[arg-type]
    return statement_id


def codes(case: Case, body: str) -> set[str]:
    return {o.code for o in check_text(case, HEAD + body).objections}


GOOD = "The hall was not visible on 3 April 2024 and first visible on 19 April 2024. [@event:A-2]"


def test_a_sentence_falls_with_the_image_it_rests_on_and_is_named(case: Case) -> None:
    assert codes(case, GOOD) == set()
    image = case.scenes.get("s", "S2").sha256
    case.blobs.path(image).chmod(0o600)
    case.blobs.path(image).write_bytes(b"another image")
    [objection] = check_text(case, HEAD + GOOD).objections
    assert (objection.sentence, objection.code) == ("s1", "no-evidence")
    assert image[:12] in objection.message


def test_a_deleted_blob_fells_the_sentence_too(case: Case) -> None:
    case.blobs.path(case.scenes.get("s", "S1").sha256).unlink()
    assert codes(case, GOOD) == {"no-evidence"}


def test_a_finding_that_is_not_accepted_any_more_is_unreviewed(case: Case) -> None:
    [event] = case.events.all("s")
    case.events.judge(event.id, Status.UNSURE, "a shadow?")
    assert codes(case, GOOD) == {"unreviewed"}


def test_a_dropped_hedge_is_named(case: Case) -> None:
    hedged = said(case, "H1", "The hall appears to be complete.", Stance.HEDGES, hedges=(Hedge("appears"),))
    assert codes(case, f"The hall appears to be complete, researchers said. [@statement:{hedged}]") == set()
    assert codes(case, f"The hall is complete, researchers said. [@statement:{hedged}]") == {"hedge"}


def test_words_that_are_not_in_custody_carry_no_fact(case: Case) -> None:
    anchor = Anchor(AnchorKind.URL, url="https://example.org/a")
    case.statements.add(
        [Statement("U1", anchor, Claim("hall", "A-2"), Stance.ASSERTS, paraphrase="it is done")]
    )
    assert codes(case, "The hall is done. [@statement:U1]") == {"no-evidence"}


def test_a_withdrawn_statement_is_stale(case: Case) -> None:
    mine = said(case, "W1", "The hall is complete.")
    case.statements.withdraw(mine, "of another hall")
    assert codes(case, "The hall is complete. [@statement:W1]") == {"stale"}


def test_a_denial_that_is_left_out_is_named(case: Case) -> None:
    said(case, "D1", "The hall is complete.")
    said(case, "D2", "We deny that the hall is complete.", Stance.DENIES)
    assert codes(case, "The hall is complete, researchers said. [@statement:D1]") == {"denial"}
    both = (
        "The hall is complete, researchers said. [@statement:D1]\n\nThe ministry denies it. [@statement:D2]"
    )
    assert codes(case, both) == set()


def test_a_brief_as_of_a_day_knows_nothing_later(case: Case) -> None:
    text = HEAD.replace('"\n+++', '"\nas-of = 2020-01-01\n+++') + GOOD
    assert {o.code for o in check_text(case, text).objections} == {"no-evidence"}


def test_a_first_draft_passes_once_its_findings_are_accepted(case: Case, tmp_path: Path) -> None:
    file = tmp_path / "brief.md"
    assert write_new(case, file) >= 2
    assert check_brief(case, file).objections == ()


def test_a_first_draft_has_the_whole_command_for_what_nobody_accepted(case: Case, tmp_path: Path) -> None:
    """As it is typed, with the reason that it wants; the file is still a brief."""
    [watched] = case.events.all("s")
    case.events.judge(watched.id, Status.UNSURE, "blurred")
    file = tmp_path / "brief.md"
    write_new(case, file)
    assert f'siteline events judge s {watched.id} accept --why "…" -->' in file.read_text(encoding="utf-8")
    assert {o.code for o in check_brief(case, file).objections} == {"unreviewed"}


@pytest.mark.parametrize(
    ("language", "codes"), [("en-GB", set()), ("ko-KP", {"function"}), ("pl", {"function", "hedge", "date"})]
)
def test_what_cannot_be_checked_in_a_language_is_said(case: Case, language: str, codes: set[str]) -> None:
    told = check_text(case, HEAD.replace('"\n+++', f'"\nlanguage = "{language}"\n+++') + GOOD).as_dict()
    assert codes <= set(told["not_checked"])
    assert bool(told["not_checked"]) == bool(codes)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"words without a head"])
def test_what_is_no_brief_is_refused(case: Case, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "brief.md"
    file.write_bytes(content)
    with pytest.raises(BadBrief):
        check_brief(case, file)
