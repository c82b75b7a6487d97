"""Archives of others, page by page: what can be read is in custody, what cannot is named, twice adds nothing."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from siteline.evidence.archives.pack import Label, Page, pack
from siteline.evidence.archives.writing import NewRecord
from siteline.model.errors import BadArchive, BadInput, BadSetting, NotForYou, SitelineError
from siteline.workbench.case import Case, make_case, open_case
from siteline.workbench.evidence.exhibits import list_exhibits, search_exhibits, show_exhibit
from siteline.workbench.evidence.importing import Imported, Wishes, import_archive
from siteline.workbench.evidence.journal import list_log
from siteline.workbench.evidence.verifying import check_custody_of_all
from tests.evidence.custody.material import take

AT = datetime(2024, 4, 19, 2, 14, tzinfo=UTC)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100"
    "18dd8db00000000049454e44ae426082"
)


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    made = make_case(tmp_path / "case")
    yield made
    made.close()


def http(
    body: bytes, kind: str = "text/html; charset=utf-8", status: str = "200 OK", more: str = ""
) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{more}\r\n".encode() + body


def answer(url: str, block: bytes, at: datetime = AT) -> NewRecord:
    return NewRecord("response", url, at, block, "application/http; msgtype=response")


PAGE = """<!doctype html><html><head><title>화성 공장 개관</title></head><body><p>The second hall was opened by the
river gate.</p><img src="hall.png"><img src="/gone.png"></body></html>""".encode()
SITE = "https://news.example"


def make_wacz(out: Path, *extra: NewRecord, pages: tuple[Page, ...] = ()) -> Path:
    records = [
        answer(f"{SITE}/hall", http(PAGE)),
        answer(f"{SITE}/hall.png", http(PNG, "image/png")),
        answer(f"{SITE}/missing", http(b"<p>no such page</p>", status="404 Not Found")),
        answer(f"{SITE}/film.mp4", http(b"\0\0\0\x18ftypmp42" + b"\0" * 64, "video/mp4")),
        *extra,
    ]
    listed = pages or (
        Page(f"{SITE}/hall", AT, "", "words that only the list has"),
        Page(f"{SITE}/missing", AT),
    )
    pack(out, records, listed, Label("browsertrix 1.2 \u202e", AT, "A crawl of others"))
    return out


def test_every_real_archive_is_imported_or_refused_with_its_reason(case: Case, shared: Path) -> None:
    """A1: nothing crashes, nothing is half there; whatever is refused says why, record by record."""
    folder = shared / "data/evidence"
    done: dict[str, Imported | SitelineError] = {}
    for path in sorted([*(folder / "warc").iterdir(), *(folder / "wacz").iterdir()]):
        if path.is_dir() or path.suffix == ".txt":
            continue
        try:
            done[path.name] = import_archive(case, path, Wishes())
        except (BadArchive, BadInput) as error:
            done[path.name] = error
    assert len(done) >= 20
    told = {name: one.told for name, one in done.items() if isinstance(one, Imported)}
    refused = {name: str(one) for name, one in done.items() if not isinstance(one, Imported)}
    assert all(refused.values())
    assert "example-bad.warc.gz.bad" in refused
    assert {"example.warc", "example.warc.gz", "example.arc.gz", "valid_example_1.wacz"} <= told.keys()
    assert told["valid_example_1.wacz"]["verdict"] == "old_version_hashes_absent"
    assert told["invalid_signed_example_1.wacz"]["verdict"] == "signature_fail"
    assert told["example-digest.warc"]["verdict"] == "digest_failure"
    assert "digest" in told["example-trunc.warc"]["faulty"][0]["why"]
    assert all(one["why"] for t in told.values() for one in t["refused"])
    [page] = [p for p in told["example.warc"]["pages"] if p["url"] == "http://example.com/"][:1]
    assert (page["title"], page["time"][:4]) == ("Example Domain", "2017")
    assert len(told["valid_signed_example_1.wacz"]["pages"]) >= 1
    assert any(hit["id"] == page["id"] for hit in search_exhibits(case, "illustrative examples"))
    assert check_custody_of_all(case).findings == []


def test_a_page_comes_with_address_time_title_text_and_media(case: Case, tmp_path: Path) -> None:
    """Listed, searched, shown; made from its archive; by others, agent unknown; what is not the page is named."""
    told = import_archive(case, make_wacz(tmp_path / "a.wacz"), Wishes(note="from a colleague")).told
    [page] = told["pages"]
    assert (page["url"], page["time"], page["title"]) == (
        f"{SITE}/hall",
        "2024-04-19T02:14:00Z",
        "화성 공장 개관",
    )
    [picture] = page["media"]
    listed = {str(e["id"]): e for e in list_exhibits(case)}
    assert (listed[page["id"]]["kind"], listed[page["id"]]["source_url"]) == ("page", f"{SITE}/hall")
    assert (listed[picture]["kind"], listed[picture]["source_url"]) == ("image", f"{SITE}/hall.png")
    assert case.blobs.read(str(listed[picture]["sha256"])) == PNG
    assert case.blobs.read(str(listed[page["id"]]["sha256"])) == PAGE
    assert "agent unknown" in str(listed[page["id"]]["note"])
    archive = show_exhibit(case, told["id"])
    assert (archive["kind"], archive["title"]) == ("capture", "A crawl of others")
    assert "browsertrix 1.2" in archive["note"]
    assert "from a colleague" in archive["note"]
    assert "\u202e" not in archive["note"]
    assert {kin["id"] for kin in archive["made_into"]} >= {page["id"], picture}
    assert {hit["id"] for hit in search_exhibits(case, "second hall")} == {page["id"]}
    assert {hit["id"] for hit in search_exhibits(case, "공장")} >= {page["id"]}
    assert {hit["id"] for hit in search_exhibits(case, "only the list has")} == {page["text"]}
    [film] = told["media"]
    assert listed[film]["kind"] == "video"
    assert (told["agent"], told["verdict"]) == ("unknown", "unsigned")
    [refused] = told["refused"]
    assert refused["url"] == f"{SITE}/missing"
    assert "404" in refused["why"]
    row = next(row for row in list_log(case) if row.get("action") == "unpacked")
    assert row["detail"]["pages"] == told["pages"]


def test_the_same_archive_twice_adds_nothing(case: Case, tmp_path: Path) -> None:
    file = make_wacz(tmp_path / "a.wacz")
    first = import_archive(case, file, Wishes())
    rows, exhibits = len(list_log(case)), len(list_exhibits(case))
    again = import_archive(case, file.rename(tmp_path / "other-name.wacz"), Wishes(title="again"))
    assert (again.is_new, again.told["again"], again.told["pages"]) == (False, True, first.told["pages"])
    assert (len(list_log(case)), len(list_exhibits(case))) == (rows, exhibits)


def test_an_archive_that_was_only_added_is_unpacked_later(case: Case, tmp_path: Path) -> None:
    """`evidence add` before: the pages are made from that exhibit, and no second one of the same bytes comes."""
    file = make_wacz(tmp_path / "a.wacz")
    [kept] = take(case, file, title="as received")
    told = import_archive(case, file, Wishes()).told
    assert told["id"] == kept.exhibit.id  # type: ignore[union-attr]
    assert told["title"] == "as received"
    assert len(told["pages"]) == 1


def test_a_damaged_archive_gives_what_can_be_read(case: Case, tmp_path: Path) -> None:
    """Cut in the middle of a record: the pages before are there, the damaged one is named with its place."""
    whole = tmp_path / "whole.wacz"
    long = b"<html><title>long</title><p>" + b"word " * 20_000
    make_wacz(whole, answer(f"{SITE}/long", http(long)))
    import zipfile

    with zipfile.ZipFile(whole) as archive:
        raw = gzip.decompress(archive.read("archive/data.warc.gz"))
    file = tmp_path / "cut.warc"
    file.write_bytes(raw[:-40_000])
    told = import_archive(case, file, Wishes()).told
    urls = {page["url"]: page for page in told["pages"]}
    assert f"{SITE}/hall" in urls
    assert told["verdict"] == "partial_read"
    assert any("bytes are there" in one["why"] and one["url"] == f"{SITE}/long" for one in told["faulty"])
    long_page = next(e for e in list_exhibits(case) if e["id"] == urls[f"{SITE}/long"]["id"])
    assert "cut: only its beginning" in str(long_page["note"])
    assert check_custody_of_all(case).findings == []


def test_a_revisit_is_the_page_it_refers_to(case: Case, tmp_path: Path) -> None:
    """A record that only says "as before" gives its original's bytes, under its own time."""
    from siteline.evidence.archives.writing import write_record

    file = tmp_path / "a.warc.gz"
    with file.open("wb") as stream:
        first = write_record(stream, answer(f"{SITE}/hall", http(PAGE)))
        write_record(
            stream,
            NewRecord(
                "revisit", f"{SITE}/hall?again", AT, b"HTTP/1.1 304 Not Modified\r\n\r\n",
                "application/http; msgtype=response", "",
                (("WARC-Refers-To-Target-URI", f"{SITE}/hall"), ("WARC-Refers-To-Date", "2024-04-19T02:14:00Z"),
                 ("WARC-Payload-Digest", first.payload_digest)),
            ),
        )  # fmt: skip
    from siteline.evidence.archives.contents import read_archive

    archive, _ = read_archive(file, "warc", tmp_path)
    [revisit] = [one for one in archive.held if one.record.type == "revisit"]
    assert archive.payload(revisit).body == PAGE


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no web archive"),
        (b"just words", "no web archive"),
        (b"WARC/1.0\r\nbroken", "Nothing could be read"),
        (b"PK\x05\x06" + b"\0" * 18, "lacks datapackage.json"),
        (b"\x1f\x8b" + b"x" * 40, "Nothing could be read"),
    ],
)
def test_what_is_no_archive_is_refused_and_nothing_is_kept(
    case: Case, tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "a.wacz"
    file.write_bytes(content)
    with pytest.raises((BadInput, BadArchive), match=said):
        import_archive(case, file, Wishes())
    assert list_exhibits(case) == []
    assert list(case.blobs.names()) == []


def test_hostile_lists_and_names_move_nothing(case: Case, tmp_path: Path) -> None:
    """Control and bidi characters in titles and addresses are taken out; odd lines of the list are named."""
    page = Page(f"{SITE}/hall", AT, "a\x1b[31m\u202eb\ttitle")
    told = import_archive(case, make_wacz(tmp_path / "a.wacz", pages=(page,)), Wishes()).told
    assert told["pages"][0]["title"] == "a [31m b title"
    assert json.dumps(told)


def test_a_confidential_archive_keeps_its_pages_confidential(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make_wacz(tmp_path / "a.wacz")
    with pytest.raises(BadSetting, match="not restricted"):
        import_archive(case, file, Wishes(readers=("E. Editor",)))
    import_archive(case, file, Wishes(restricted="a source"))
    assert len(list_exhibits(case)) == 5
    case.close()
    monkeypatch.setenv("SITELINE_WHO", "O. Other")
    other = open_case(case.folder)
    assert list_exhibits(other) == []
    assert search_exhibits(other, "second hall") == []
    assert "hall" not in str(list_log(other))
    with pytest.raises(NotForYou):
        import_archive(other, file, Wishes())
    other.close()


def test_a_page_that_became_confidential_is_not_told_again(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may not see one page of an open archive does not learn of it by importing the archive again."""
    from siteline.workbench.evidence.exhibits import restrict_exhibit

    file = make_wacz(tmp_path / "a.wacz", answer(f"{SITE}/other", http(b"<title>Other</title><p>open</p>")),
                     pages=(Page(f"{SITE}/hall", AT), Page(f"{SITE}/other", AT)))  # fmt: skip
    first = import_archive(case, file, Wishes()).told
    page = next(p for p in first["pages"] if p["url"].endswith("/hall"))
    restrict_exhibit(case, page["id"], "a source", (), lift=False)
    case.close()
    monkeypatch.setenv("SITELINE_WHO", "O. Other")
    other = open_case(case.folder)
    try:
        told = import_archive(other, file, Wishes()).told
    except NotForYou:
        told = {}
    assert page["id"] not in json.dumps(told)
    assert page["id"] not in str(list_log(other))
    other.close()
