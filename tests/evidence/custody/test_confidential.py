"""What is restricted leaves no trace where somebody looks who is not its reader."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siteline.evidence.custody.log import Written
from siteline.evidence.custody.restrictions import Restriction
from siteline.evidence.custody.rows import Event
from siteline.evidence.custody.taking import Taken, Taking
from siteline.model.errors import BadSetting, CannotTell, NotForYou
from siteline.model.exhibit import Exhibit
from siteline.workbench.case import Case, make_case
from siteline.workbench.evidence import handover
from siteline.workbench.evidence.exhibits import (
    list_exhibits,
    restrict_exhibit,
    search_exhibits,
    show_exhibit,
)
from siteline.workbench.evidence.handover import export_bundle
from siteline.workbench.evidence.journal import explain_row, list_log
from siteline.workbench.evidence.verifying import check_bundle, check_custody_of_all
from tests.evidence.custody.material import behind_the_triggers, opened


class Maker:
    """Takes things into a case, each with a name, title and address that nothing else bears."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.made: list[Exhibit] = []

    def take(self, what: str, content: bytes = b"", **said: object) -> Exhibit:
        word = hashlib.sha256(f"{what}{len(self.made)}".encode()).hexdigest()[:10]
        content = content or f"bytes of {word}\n".encode() * 40
        taking = {
            "sha256": self.case.blobs.keep(content), "bytes": len(content), "name": f"name-{word}.txt", "kind": "text",
            "media_type": "text/plain", "title": f"Title {word} of {what}", "source_url": f"https://{word}.example/{what}",
            **said,
        }  # fmt: skip
        [answer] = self.case.exhibits.admit([Taking(**taking)], "evidence add")  # type: ignore[arg-type]
        assert isinstance(answer, Taken), answer
        self.made.append(answer.exhibit)
        return answer.exhibit

    def derive(self, origin: Exhibit, how: str = "cropped") -> Exhibit:
        return self.take("derived", derived_from=(origin.id,), activity=how)

    def capture(self, parts: int, shared: bytes = b"") -> tuple[Exhibit, list[Exhibit]]:
        """An archive that holds its parts' bytes and digests, its parts, and the row that names them all."""
        contents = [f"part {len(self.made)} {n}\n".encode() * 30 for n in range(parts)] + (
            [shared] if shared else []
        )
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for content in contents:
                archive.writestr(f"archive/{hashlib.sha256(content).hexdigest()}", content)
        whole = self.take("capture", packed.getvalue(), kind="capture")
        made = [
            self.take("part", content, derived_from=(whole.id,), activity="media of the capture")
            for content in contents
        ]
        detail = {"asked": whole.source_url, "title": whole.title,
                  "parts": [{"what": "media", "id": e.id, "sha256": e.sha256} for e in made]}  # fmt: skip
        self.case.log.append([Event("captured", whole.sha256, whole.id, note="complete", detail=detail)])
        return whole, made


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    """A new case of A. Analyst's."""
    monkeypatch.setenv("SITELINE_WHO", "A. Analyst")
    made = make_case(tmp_path / "case")
    yield made
    made.close()


def traces(held: list[Exhibit]) -> set[bytes]:
    """All by which these could be recognised."""
    said = {text for e in held for text in (e.id, e.sha256, e.title, e.source_url, e.name)}
    digests = [bytes.fromhex(e.sha256) for e in held]
    coded = {c for d in digests for c in (base64.b32encode(d).rstrip(b"="), base64.b64encode(d).rstrip(b"="))}
    return {text.encode() for text in said} | coded


def everything_in(folder: Path) -> bytes:
    """All bytes and names of a bundle, also what is packed or coded in them."""
    found = []
    for file in sorted(f for f in folder.rglob("*") if f.is_file()):
        raw = file.read_bytes()
        found += [file.name.encode(), raw]
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                found += [piece for n in archive.namelist() for piece in (n.encode(), archive.read(n))]
        coded = re.findall(rb'"payload":"([^"]*)"', raw)
        found += [base64.b64decode(payload) for payload in coded]
    return b"\n".join(found)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_of_what_is_restricted_is_in_a_bundle_or_a_list(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    """Random files, captures and derivations; some restricted, looked at, verified, explained: no trace, and all verifies."""
    folder = tmp_path_factory.mktemp("random")
    monkeypatch.setenv("SITELINE_WHO", "A. Analyst")
    case = make_case(folder / "case")
    maker, held = Maker(case), list[Exhibit]()
    maker.take("open")
    for _ in range(data.draw(st.integers(1, 4))):
        whole, parts = (
            maker.capture(data.draw(st.integers(1, 3)))
            if data.draw(st.booleans())
            else (maker.take("file"), [])
        )
        family = [whole, *parts]
        if data.draw(st.booleans()):
            family.append(maker.derive(data.draw(st.sampled_from(family))))
            family.append(maker.derive(family[-1], "blurred"))
        which = data.draw(st.sampled_from(["none", "one of these", "what was made last"]))
        if which == "one of these":
            restrict_exhibit(case, data.draw(st.sampled_from([whole, *parts])).id, "source", (), lift=False)
            held += family
        elif which == "what was made last" and len(family) > 1 + len(parts):
            restrict_exhibit(case, family[-1].id, "source", (), lift=False)
            held.append(family[-1])
        for exhibit in family:  # somebody who may looks, verifies and writes of it
            check_custody_of_all(case, only=exhibit.id, record=data.draw(st.booleans()))
            show_exhibit(case, exhibit.id)
        words = data.draw(
            st.sampled_from([whole.id, whole.sha256, whole.sha256[:16], whole.title, whole.source_url])
        )
        explain_row(case, 1, f"the clock stood still when I took {words} in")
    whole_case = {e.id for e in maker.made}
    case.close()
    for who in ("A. Analyst", "E. Else"):
        monkeypatch.setenv("SITELINE_WHO", who)
        with opened(folder / "case") as work:
            handed = export_bundle(work, folder / f"out {who}")
            assert handed.exhibits == len(whole_case) - len(held)
            assert handed.left_out == len(held)
            if who == "E. Else":
                seen = [
                    list_exhibits(work),
                    list_log(work),
                    search_exhibits(work, "bytes"),
                    search_exhibits(work, "part"),
                ]
                seen += [show_exhibit(work, e["id"]) for e in list_exhibits(work)]
                shown = json.dumps(seen, ensure_ascii=False).encode()
                assert not [t for t in traces(held) if t in shown]
        report = check_bundle(folder / f"out {who}")
        assert report.findings == []
        out = everything_in(folder / f"out {who}")
        assert not [t for t in traces(held) if t in out]
        assert b"A. Analyst" in out  # what is shown is shown


def test_a_captures_parts_follow_it(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Restricted with it, also those made later; narrowed and opened with it."""
    maker = Maker(case)
    whole, [part] = maker.capture(1)
    later = maker.derive(part)
    restrict_exhibit(case, whole.id, "source", ["A. Analyst", "B. Both"], lift=False)
    latest = maker.derive(later)
    family = [whole.id, part.id, later.id, latest.id]
    assert sorted(case.exhibits.restrictions()) == sorted(family)
    assert {said.through for said in case.exhibits.restrictions().values()} == {"", whole.id}
    assert show_exhibit(case, latest.id)["restricted"] == {
        "why": "source", "readers": ["A. Analyst", "B. Both"], "through": whole.id,
    }  # fmt: skip
    restrict_exhibit(case, whole.id, "narrower", ["A. Analyst"], lift=False)
    monkeypatch.setenv("SITELINE_WHO", "B. Both")
    with opened(case.folder) as work:
        assert work.exhibits.hidden() == set(family)
        with pytest.raises(NotForYou):
            restrict_exhibit(work, part.id, "let me", ["B. Both"], lift=False)
    restrict_exhibit(case, whole.id, "consent", (), lift=True)
    assert case.exhibits.restrictions() == {}
    assert check_custody_of_all(case).findings == []


def test_the_newer_word_of_a_part_and_of_its_capture_counts(case: Case) -> None:
    """A part that was opened by itself stays open, until its capture is restricted again; one's own readers stay."""
    maker = Maker(case)
    whole, [part, other] = maker.capture(2)
    restrict_exhibit(case, whole.id, "source", (), lift=False)
    restrict_exhibit(case, part.id, "may be shown", (), lift=True)
    assert set(case.exhibits.restrictions()) == {whole.id, other.id}
    restrict_exhibit(case, other.id, "mine alone", ["A. Analyst"], lift=False)
    restrict_exhibit(case, whole.id, "more readers", ["A. Analyst", "B. Both"], lift=False)
    said = case.exhibits.restrictions()
    assert (said[part.id].readers, said[other.id].readers) == (("A. Analyst", "B. Both"), ("A. Analyst",))
    restrict_exhibit(case, whole.id, "consent", (), lift=True)
    assert set(case.exhibits.restrictions()) == {other.id}


def test_what_was_made_from_two_secrets_is_for_those_who_may_see_both(case: Case) -> None:
    maker = Maker(case)
    one, two = maker.take("file"), maker.take("file")
    both = maker.take("derived", derived_from=(one.id, two.id), activity="laid side by side")
    restrict_exhibit(case, one.id, "a", ["A. Analyst", "B. Both"], lift=False)
    restrict_exhibit(case, two.id, "b", ["B. Both", "C. Third", "A. Analyst"], lift=False)
    assert case.exhibits.restrictions()[both.id].readers == ("A. Analyst", "B. Both")
    restrict_exhibit(case, two.id, "b", ["C. Third"], lift=False)
    assert case.exhibits.restrictions()[both.id].readers == ()
    assert both.id in case.exhibits.hidden()


def test_an_archive_does_not_give_away_a_part_that_was_restricted(case: Case, tmp_path: Path) -> None:
    """A photo restricted by itself: the capture that holds its bytes stays, too, wherever it was captured again."""
    maker = Maker(case)
    photo = b"one photo\n" * 99
    first, parts = maker.capture(1, shared=photo)
    again, _ = maker.capture(1, shared=photo)
    restrict_exhibit(case, parts[1].id, "a face", (), lift=False)
    assert {first.id, again.id} <= set(case.exhibits.restrictions())
    maker.take("open")
    export_bundle(case, tmp_path / "out")
    assert photo not in everything_in(tmp_path / "out")


def test_a_logo_in_a_restricted_capture_is_no_secret_elsewhere(case: Case, tmp_path: Path) -> None:
    """Another capture of the same site stays open, with its logo; one made later is filed in full."""
    logo, maker = b"the site's logo\n" * 9, Maker(case)
    secret, secret_parts = maker.capture(1, shared=logo)
    open_one, open_parts = maker.capture(1, shared=logo)
    restrict_exhibit(case, secret.id, "source", (), lift=False)
    assert set(case.exhibits.restrictions()) == {secret.id, *(e.id for e in secret_parts)}
    later, later_parts = maker.capture(1, shared=logo)
    handed = export_bundle(case, tmp_path / "out")
    assert (handed.exhibits, handed.left_out) == (6, 3)
    assert check_bundle(tmp_path / "out").findings == []
    out = everything_in(tmp_path / "out")
    assert all(e.id.encode() in out for e in (open_one, *open_parts, later, *later_parts))
    assert not [e for e in (secret, *secret_parts) if e.id.encode() in out]


def test_the_same_bytes_under_another_name_do_not_go_out(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Filed twice, restricted once: others see neither; opened by itself, the other is listed, but its bytes still stay."""
    maker = Maker(case)
    content = b"the same bytes\n" * 9
    one, twin, _ = maker.take("file", content), maker.take("file", content), maker.take("open")
    restrict_exhibit(case, one.id, "source", (), lift=False)
    monkeypatch.setenv("SITELINE_WHO", "E. Else")
    with opened(case.folder) as work:
        assert {e["id"] for e in list_exhibits(work)} == {maker.made[2].id}
        with pytest.raises(NotForYou):
            show_exhibit(work, twin.id)
    restrict_exhibit(case, twin.id, "known anyway", (), lift=True)
    with opened(case.folder) as work:
        assert twin.id in {e["id"] for e in list_exhibits(work)}
        handed = export_bundle(work, tmp_path / "out")
        assert (handed.exhibits, handed.left_out) == (1, 2)
        assert content not in everything_in(tmp_path / "out")
        with pytest.raises(CannotTell):
            export_bundle(work, tmp_path / "named", [twin.id])


def test_a_description_that_points_to_a_secret_does_not_go_out(case: Case, tmp_path: Path) -> None:
    """An open exhibit whose note names a restricted one stays when all go, and is refused by name."""
    maker = Maker(case)
    secret, _ = maker.take("file"), maker.take("open")
    pointing = maker.take("open", note=f"see also {secret.id[:14]}")
    restrict_exhibit(case, secret.id, "source", (), lift=False)
    assert export_bundle(case, tmp_path / "all").exhibits == 1
    with pytest.raises(BadSetting, match=pointing.id):
        export_bundle(case, tmp_path / "named", [pointing.id])


@pytest.mark.parametrize("damage", ["bytes", "record", "restriction", "unreadable restriction"])
def test_a_verification_names_what_is_restricted_to_its_readers_alone(
    case: Case, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    """Others learn that something is wrong, and by which row it came; neither its id nor any digest of it."""
    maker = Maker(case)
    maker.take("open")
    secret = maker.take("secret", restriction=Restriction("source at risk", ("R. Reader",)))
    if damage == "bytes":
        blob = case.blobs.path(secret.sha256)
        blob.chmod(0o644)
        blob.write_bytes(b"something else")
    with behind_the_triggers(case.folder) as raw:
        if damage == "record":
            raw.execute("UPDATE exhibit SET created_by = 'B' WHERE id = ?", (secret.id,))
        elif damage == "restriction":
            raw.execute("UPDATE restriction SET why = 'another' WHERE exhibit_id = ?", (secret.id,))
        elif damage == "unreadable restriction":
            raw.execute("UPDATE restriction SET readers = '[' WHERE exhibit_id = ?", (secret.id,))
        [[row]] = raw.execute(
            "SELECT seq FROM custody_event WHERE action = 'added' AND exhibit_id = ?", (secret.id,)
        )
    for who, is_reader in (("R. Reader", True), ("E. Else", False)):
        monkeypatch.setenv("SITELINE_WHO", who)
        with opened(case.folder) as work:
            report = check_custody_of_all(work)
        told = json.dumps([report.findings, report.notes])
        assert report.findings
        if is_reader and damage != "unreadable restriction":
            assert secret.id in told
        else:
            assert secret.id not in told
            assert secret.sha256 not in told
            assert hashlib.sha256(b"something else").hexdigest() not in told
            assert f"restricted, custody row {row}" in told


def test_restrictions_count_by_the_order_of_the_log(case: Case) -> None:
    """Not by the order of their table, which somebody with two machines can turn round."""
    maker = Maker(case)
    exhibit = maker.take("file")
    restrict_exhibit(case, exhibit.id, "source", (), lift=False)
    restrict_exhibit(case, exhibit.id, "consent", (), lift=True)
    assert case.exhibits.restrictions() == {}
    restrict_exhibit(case, exhibit.id, "consent withdrawn", ["A. Analyst"], lift=False)
    assert case.exhibits.restrictions() == {exhibit.id: Restriction("consent withdrawn", ("A. Analyst",))}
    with behind_the_triggers(case.folder) as raw:
        raw.execute("UPDATE restriction SET seq = -seq")  # the newest row comes first
    assert case.exhibits.restrictions() == {exhibit.id: Restriction("consent withdrawn", ("A. Analyst",))}


def test_the_log_says_that_it_goes_out_before_it_does(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the row cannot be written, nothing gets its name; to whom else something went is in no bundle."""
    Maker(case).take("open")
    export_bundle(case, tmp_path / "first", to_whom="the prosecutor")
    export_bundle(case, tmp_path / "second", to_whom="a newsroom")
    assert b"prosecutor" not in everything_in(tmp_path / "second")
    append = case.log.append

    def fails(events: Sequence[Event]) -> list[Written]:
        if events and events[0].action == "exported":
            raise BadSetting("the disk is full")
        return append(events)

    monkeypatch.setattr(case.log, "append", fails)
    with pytest.raises(BadSetting):
        export_bundle(case, tmp_path / "third")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["case", "first", "second"]


def test_what_is_restricted_while_a_bundle_is_written_does_not_go_out(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exhibit = Maker(case).take("open")
    write = handover.seal_sums

    def restricted_meanwhile(*given: Any) -> bytes:
        restrict_exhibit(case, exhibit.id, "source", (), lift=False)
        return write(*given)

    monkeypatch.setattr(handover, "seal_sums", restricted_meanwhile)
    with pytest.raises(BadSetting, match="meanwhile"):
        export_bundle(case, tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["case"]
