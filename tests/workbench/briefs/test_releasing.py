"""A release is a second person's, after questions whose answers are kept; what falls later is told."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from siteline.claims.relation import RelationKind
from siteline.model.change import Status
from siteline.model.claim import Claim
from siteline.model.errors import BadInput, NotASecondPerson, NotFound, NotReleased, Unanswered
from siteline.model.release import Asked
from siteline.store.blobs import Blobs
from siteline.workbench.briefs.asking import read_given
from siteline.workbench.briefs.correcting import correct, deliver, list_editions, tell_fallen
from siteline.workbench.briefs.differing import diff_briefs
from siteline.workbench.briefs.releasing import release
from siteline.workbench.evidence.marks import decide_exhibit, mark_exhibit
from tests.workbench.briefs.released import (
    GOOD,
    NOW,
    A,
    B,
    as_analyst,
    brief_case,
    built,
    given,
    let_go,
    photograph,
    say,
    take,
    write,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A brief that passes, built by its writer."""
    case = brief_case(tmp_path)
    file = write(tmp_path, GOOD)
    assert "NOT RELEASED" in built(case, file)
    case.close()
    return file


def test_a_second_person_releases_what_the_first_wrote(tmp_path: Path, file: Path) -> None:
    done = let_go(tmp_path, file, given())
    assert (done.edition.name, done.edition.who) == ("hall/1", B)
    assert done.edition.noun.writers == (A,)
    page = built(as_analyst(tmp_path / "case", A), file)
    assert "NOT RELEASED" not in page
    assert "edition 1" in page


@pytest.mark.parametrize("who", [A, "a. ANALYST", "A.  Analyst", "Ａ. Analyst"])
def test_nobody_releases_their_own_text_however_they_spell_their_name(
    tmp_path: Path, file: Path, who: str
) -> None:
    with pytest.raises(NotASecondPerson):
        let_go(tmp_path, file, given(), who=who)


def test_whoever_is_named_as_an_author_or_built_it_last_is_no_second_person(tmp_path: Path) -> None:
    case = brief_case(tmp_path)
    file = write(tmp_path, GOOD, head='authors = ["C. Third"]\n')
    with pytest.raises(NotASecondPerson, match="nobody has built"):
        let_go(tmp_path, file, given())
    built(case, file)
    for who in ("C. Third", A):
        with pytest.raises(NotASecondPerson):
            let_go(tmp_path, file, given(), who=who)
    built(as_analyst(tmp_path / "case", B), file)
    with pytest.raises(NotASecondPerson):
        let_go(tmp_path, file, given(), who=B)
    with pytest.raises(NotASecondPerson):  # that somebody else built it since does not make it theirs
        let_go(tmp_path, file, given(), who=A)


def test_every_question_must_be_answered_and_answers_survive_a_refusal(tmp_path: Path, file: Path) -> None:
    with pytest.raises(Unanswered, match="5 questions") as caught:
        let_go(tmp_path, file, read_given(("people=no",)))
    assert all(key in str(caught.value) for key in ("hurt", "recent", "precise", "embargo", "reply"))
    rest = [a for a in given().answers if a.key != "people"]
    done = let_go(tmp_path, file, read_given([f"{a.key}={a.text}" for a in rest]))
    kept = {a.key: a for a in done.edition.noun.answers}
    assert kept["people"].who == B
    assert kept["people"].at is not None
    assert kept["reply"].reply is not None
    assert (kept["reply"].reply.entity, kept["reply"].reply.asked_at) == ("The ministry", "2026-11-20")


def test_a_changed_answer_is_added_and_the_old_one_stays(tmp_path: Path, file: Path) -> None:
    done = let_go(tmp_path, file, given("people=yes, two workers, from behind"))
    case = as_analyst(tmp_path / "case", A)
    said = [a.text for a in case.releases.answers(done.edition.noun.source_sha256) if a.key == "people"]
    assert said == ["no", "yes, two workers, from behind"]
    with pytest.raises(sa.exc.DBAPIError, match="never changed"), case.db.appending() as connection:
        connection.execute(sa.text("UPDATE release_answer SET noun = '{}'"))


@pytest.mark.parametrize(
    "said",
    ["people=perhaps", "embargo=soon", "embargo=2026-12-01T06:00", "reply=The ministry", "reply=nobody:", "hurt= ",
     "reply=X | yesterday | e-mail | none", "weather=fine", "no answer"],
)  # fmt: skip
def test_an_answer_that_answers_nothing_is_refused(said: str) -> None:
    with pytest.raises(BadInput):
        read_given((said,))


def test_answers_come_from_a_file_too(tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(
        'hurt = "nobody"\nembargo = 2026-12-01\n[[reply]]\nentity = "A"\nasked = 2026-11-01\nchannel = "e-mail"\n'
        'answer = "none"\n[[reply]]\nentity = "B"\nasked = 2026-11-02\nchannel = "letter"\nanswer = "We deny it"\n'
        '[decisions]\nround_km = 5\nredact = { s2 = "safety" }\n'
    )
    said = read_given((), file)
    assert [a.key for a in said.answers] == ["hurt", "embargo", "reply", "reply"]
    assert (said.holds.round_km, dict(said.holds.sentences)) == (5, {"s2": "safety"})
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput):
        read_given((), file)


def test_an_embargo_holds_until_its_moment(tmp_path: Path, file: Path) -> None:
    said = given("embargo=2026-12-01T06:00Z")
    with pytest.raises(NotReleased, match="embargo until 2026-12-01 06:00"):
        let_go(tmp_path, file, said)
    until = NOW.replace(month=12, day=1, hour=6)
    with pytest.raises(NotReleased):
        let_go(tmp_path, file, said, until - timedelta(seconds=1))
    assert let_go(tmp_path, file, said, until).edition.noun.number == 1


def test_what_stands_against_it_is_named_and_nothing_goes_out(tmp_path: Path) -> None:
    case = brief_case(tmp_path)
    file = write(tmp_path, "The hall was built on 19 April 2024. [@event:A-2]", "It is large.")
    built(case, file)
    with pytest.raises(NotReleased, match="no-evidence"):
        let_go(tmp_path, file, given())
    assert case.releases.all() == []


def test_a_place_that_is_not_needed_is_not_published(tmp_path: Path, file: Path) -> None:
    with pytest.raises(NotReleased, match="not needed"):
        let_go(tmp_path, file, given("precise=no"))
    assert let_go(tmp_path, file, given("precise=no", round_km=5.0)).edition.noun.holds.round_km == 5


def test_personal_data_waits_for_a_decision(tmp_path: Path) -> None:
    case = brief_case(tmp_path)
    exhibit = say(case, "P1", "The furnace was lit.")
    file = write(tmp_path, "A guard said the furnace was lit. [@statement:P1]")
    mark_exhibit(case, exhibit.id, "personal", "it names a guard")
    assert "person" in built(case, file)
    with pytest.raises(NotReleased, match="person"):
        let_go(tmp_path, file, given())
    decide_exhibit(case, exhibit.id, "publish", "he agreed in writing")
    assert let_go(tmp_path, file, given()).edition.noun.number == 1
    mark_exhibit(case, exhibit.id, "personal", "he took it back")
    [standing] = list_editions(case)
    assert [o.code for o in standing.fallen] == ["person"]


def test_the_same_text_goes_out_once_and_a_new_one_is_the_next_edition(tmp_path: Path, file: Path) -> None:
    let_go(tmp_path, file, given())
    with pytest.raises(NotReleased, match="hall/1"):
        let_go(tmp_path, file, given())
    file.write_text(file.read_text() + "\nMore is not known. [caveat; editorial]\n")
    page = built(as_analyst(tmp_path / "case", A), file)
    assert "NOT RELEASED" in page
    assert let_go(tmp_path, file, given()).edition.name == "hall/2"


def test_a_released_edition_that_falls_is_stamped_again_and_told(tmp_path: Path, file: Path) -> None:
    let_go(tmp_path, file, given())
    case = as_analyst(tmp_path / "case", A)
    deliver(case, "1", "The Daily", "e-mail", NOW.date(), NOW.date())
    [standing] = list_editions(case)
    assert not standing.is_affected
    [event] = case.events.all("s")
    case.events.judge(event.id, Status.UNSURE, "a shadow?")
    [standing] = list_editions(case)
    told = standing.as_dict()
    assert [f["code"] for f in told["fallen"]] == ["unreviewed"]
    assert told["delivered"] == [
        {"to": "The Daily", "how": "e-mail", "when": "2026-11-26", "recorded_by": A, "affected": True}
    ]
    assert "NOT REVIEWED" in built(case, file)


def test_corrections_are_printed_in_the_next_edition(tmp_path: Path, file: Path) -> None:
    let_go(tmp_path, file, given())
    case = as_analyst(tmp_path / "case", A)
    correct(case, "hall/1", "s1", "the day was wrong", "first visible on 20 April")
    with pytest.raises(BadInput):
        correct(case, "hall/1", "s9", "no such sentence")
    file.write_text(file.read_text() + "\nMore is not known. [caveat; editorial]\n")
    built(case, file)
    done = let_go(tmp_path, file, given())
    page = case.blobs.read(done.edition.noun.page_sha256).decode()
    assert "Why it is corrected: the day was wrong. It should" in page
    assert "It should have said: “first visible on 20 April”" in page
    assert [s.is_affected for s in list_editions(case)] == [True, False]


def test_an_edition_rests_on_bytes_and_a_deleted_one_fells_it(tmp_path: Path, file: Path) -> None:
    let_go(tmp_path, file, given())
    case = as_analyst(tmp_path / "case", A)
    case.blobs.path(case.scenes.get("s", "SCENE-ONE").sha256).unlink()
    [standing] = list_editions(case)
    assert [o.code for o in standing.fallen] == ["no-evidence"]


def test_a_superseded_claim_fells_what_cites_it_and_the_difference_says_why(tmp_path: Path) -> None:
    case = brief_case(tmp_path)
    say(case, "W1", "The furnace was lit in May.")
    file = write(tmp_path, "A guard said the furnace was lit in May. [@statement:W1]")
    built(case, file)
    let_go(tmp_path, file, given())
    deliver(case, "1", "The Daily", "e-mail", NOW.date(), NOW.date())
    assert tell_fallen(case) == []
    say(case, "W2", "The furnace was lit in June.", claim=Claim("furnace", "W1"))
    case.relations.say("W2", "W1", RelationKind.SUPERSEDES, "holds", "he had mistaken the month")
    [standing] = list_editions(case)
    assert "stale" in {o.code for o in standing.fallen}
    [remark] = tell_fallen(case)
    assert "The Daily" in str(remark)
    [change] = diff_briefs(case, "hall/1", str(file)).as_dict()["changes"]
    assert change["kind"] == "rests"
    assert "superseded by W2: he had mistaken the month" in change["because"][0]


def test_a_person_is_asked_what_is_still_open(tmp_path: Path, file: Path) -> None:
    asked = []

    def ask(question: Asked) -> str:
        asked.append(question)
        return {a.key: a.text for a in given().answers}[question]

    case = as_analyst(tmp_path / "case", B)
    done = release(case, file, read_given(("people=no",)), NOW, lambda *_: None, ask)
    assert asked == [a for a in Asked if a is not Asked.PEOPLE]
    assert {a.key for a in done.edition.noun.answers} == set(Asked)


def test_the_log_and_the_record_say_what_went_out(tmp_path: Path, file: Path) -> None:
    done = let_go(tmp_path, file, given())
    case = as_analyst(tmp_path / "case", A)
    record = next(o for o in done.edition.noun.outputs if o.name == "edition.json")
    told = json.loads(case.blobs.read(record.sha256))
    assert (told["released_by"], told["written_by"], told["gate"]["objections"]) == (B, [A], 0)
    assert told["checkpoint"]["size"] < done.edition.log_seq
    rows = case.db.rows(
        sa.text("SELECT object, action FROM custody_event WHERE seq = :seq").bindparams(
            seq=done.edition.log_seq
        )
    )  # type: ignore[arg-type]
    assert list(rows) == [(record.sha256, "released")]


def test_hostile_words_are_inert_in_the_record(tmp_path: Path) -> None:
    case = brief_case(tmp_path)
    say(case, "X1", "<script>alert(1)</script>\u202e is here")
    take(case, b"x", "=HYPERLINK(1).txt")
    file = write(tmp_path, "A guard said <script>alert(1)</script> is here. [@statement:X1]")
    built(case, file)
    done = let_go(tmp_path, file, given())
    page = case.blobs.read(done.edition.noun.page_sha256).decode()
    assert "<script>" not in page
    assert "\u202e" not in page


def test_a_released_text_is_built_again_as_just_the_page_that_went_out(tmp_path: Path) -> None:
    case = brief_case(tmp_path)
    photo = photograph(case)
    file = write(
        tmp_path, GOOD, f"![The gate](exhibit:{photo.id})", "Nobody was seen there. [caveat; editorial]"
    )
    built(case, file)
    done = let_go(tmp_path, file, given(redact=["s3=safety"]))
    page = built(as_analyst(tmp_path / "case", A), file)
    assert hashlib.sha256(page.encode()).hexdigest() == done.edition.noun.page_sha256
    assert "Figure 1, edition 1." in page


def test_a_known_licence_is_no_permission_until_its_owner_gives_it(tmp_path: Path) -> None:
    case = brief_case(tmp_path)
    page = take(case, b"The furnace was lit in May.", "report.txt", licence="All rights reserved")
    file = write(tmp_path, f"A report tells that the furnace was lit in May. [@exhibit:{page.id}]")
    built(case, file)
    assert let_go(tmp_path, file, given()).edition.noun.shared == ()
    file.write_text(file.read_text() + "\nMore is not known. [caveat; editorial]\n")
    built(case, file)
    assert let_go(tmp_path, file, given(share=[page.id])).edition.noun.shared == (page.id,)


def test_an_edition_is_called_by_its_number_its_brief_or_its_id(tmp_path: Path, file: Path) -> None:
    first = let_go(tmp_path, file, given()).edition
    case = as_analyst(tmp_path / "case", A)
    other = write(tmp_path, GOOD, "More is not known. [caveat; editorial]", name="2024.md")
    built(case, other)
    second = let_go(tmp_path, other, given()).edition
    assert (first.name, second.name) == ("hall/1", "2024/1")
    for said in ("hall/1", "hall", first.noun.id, first.noun.id[:20].lower()):
        assert case.releases.get(said) == first
    for said in ("2024", "2024/1", ""):
        assert case.releases.get(said) == second
    with pytest.raises(BadInput, match="fits 2"):
        case.releases.get("1")
    for said in ("hall/2", "7", "nothing", "../1"):
        with pytest.raises(NotFound):
            case.releases.get(said)


@pytest.mark.parametrize("after", [1, 5, 9])
def test_a_disk_that_fills_during_a_release_leaves_nothing_released_and_a_rerun_completes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    case = brief_case(tmp_path)
    file = write(tmp_path, GOOD)
    built(case, file)
    kept, keep = list[bytes](), Blobs.keep

    def full(self: Blobs, content: bytes) -> str:
        if len(kept) == after:
            raise OSError(28, "No space left on device")
        kept.append(content)
        return keep(self, content)

    with monkeypatch.context() as patched:
        patched.setattr(Blobs, "keep", full)
        with pytest.raises(OSError, match="No space"):
            let_go(tmp_path, file, given())
    case = as_analyst(tmp_path / "case", A)
    assert case.releases.all() == []
    done = let_go(tmp_path, file, given())
    assert done.edition.name == "hall/1"
    for output in done.edition.noun.outputs:
        case.blobs.verify(output.sha256)
