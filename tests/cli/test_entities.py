"""Things and their names on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import siteline

HEAD = "type,canonical,alias,kind,lang,note,source,flag\n"


@pytest.fixture
def named(case: Path, shared: Path) -> Path:
    """A case with the table of aliases."""
    done = siteline("entities", "import", shared / "data/records/gold/aliases.csv", "--json", cwd=case)
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert told["format"] == "aliases"
    assert told["added"] == {"entities": 8, "names": 22, "statements": 1, "edges": 1}
    return case


def resolved(case: Path, *words: str) -> object:
    """What `entities resolve --json` says."""
    done = siteline("entities", "resolve", *words, "--json", cwd=case)
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_names_come_in_are_resolved_judged_and_taken_back(named: Path, shared: Path) -> None:
    """The route of a researcher, with the shapes that other programs read."""
    again = siteline("entities", "import", shared / "data/records/gold/aliases.csv", cwd=named)
    assert again.out == "nothing new\n"
    [best, *_] = resolved(named, "화성-11가")
    assert {"id", "name", "score", "reasons", "auto"} <= best.keys()
    [other, *_] = resolved(named, "KN-24")
    assert sorted(resolved(named, "KN-23/24")["set"]) == sorted((best["id"], other["id"]))
    refused = siteline("entities", "merge", best["id"], "Hwasong-11B", "--why", "x", cwd=named)
    assert refused.code == 1
    assert "no entity" in refused.err
    wrong = siteline("entities", "relate", "KN-23", "not_same_as", "KN-24", "--source", "report 5", cwd=named)
    assert wrong.code == 0, wrong.err
    blocked = siteline("entities", "merge", best["id"], other["id"], "--why", "a test", cwd=named)
    assert blocked.code == 1
    assert "not_same_as" in blocked.err
    assert siteline("entities", "withdraw", wrong.out.strip(), "--why", "misread", cwd=named).code == 0
    merged = siteline("entities", "merge", best["id"], other["id"], "--why", "a test", cwd=named)
    assert merged.out.strip() == best["id"]
    shown = json.loads(siteline("entities", "show", best["id"], "--json", cwd=named).out)
    assert {member["id"] for member in shown["members"]} == {best["id"], other["id"]}
    assert [(j["verdict"], j["why"], j["created_by"]) for j in shown["judgements"]] == [
        ("same", "a test", "A. Analyst")
    ]
    before = json.loads(
        siteline("entities", "show", best["id"], "--json", "--as-of", best_moment(shown), cwd=named).out
    )
    assert len(before["members"]) == 1
    assert siteline("entities", "split", other["id"], "--why", "it was a test", cwd=named).code == 0
    listed = json.loads(siteline("entities", "list", "--json", "--type", "product", cwd=named).out)
    assert [(each["name"], each["members"]) for each in listed] == [
        ("KN-23", [best["id"]]),
        ("KN-24", [other["id"]]),
    ]


def best_moment(shown: dict[str, list[dict[str, str]]]) -> str:
    """When the thing itself became known."""
    return shown["members"][0]["created_at"]


def test_a_thing_is_added_named_and_exported(case: Path) -> None:
    """By hand, with odd names told; out as FollowTheMoney and as a table, and the table back in."""
    made = siteline("entities", "add", "facility", "February 11 Plant", "--prop", "country=kp", cwd=case)
    assert made.code == 0, made.err
    plant = made.out.strip()
    assert (
        siteline("entities", "name", plant, "2월11일공장", "--kind", "local", "--lang", "ko", cwd=case).code
        == 0
    )
    odd = siteline("entities", "name", plant, "Fеbruary 11 Plant", cwd=case)
    assert "mixed_script" in odd.err
    bad = siteline("entities", "name", plant, "a\u202eb", cwd=case)
    assert bad.code == 1
    assert "bidi" in bad.err
    assert "\u202e" not in bad.err
    out = siteline("entities", "export", "out/all.ijson", cwd=case)
    assert out.code == 0, out.err
    [proxy] = [json.loads(line) for line in (case / "out/all.ijson").read_text(encoding="utf-8").splitlines()]
    assert proxy["schema"] == "RealEstate"
    assert siteline("entities", "export", "out/names.csv", "--format", "names", cwd=case).code == 0
    back = siteline("entities", "import", "out/names.csv", cwd=case)
    assert back.out == "nothing new\n", back.err


def test_a_set_of_names_or_a_typo_never_decides_by_itself(case: Path) -> None:
    """`KN-23/24` filed by hand is kept and told to be a set; a typo cannot be made strong; a legal form is no set."""
    made = siteline("entities", "add", "product", "KN-23", cwd=case).out.strip()
    told = siteline("entities", "name", made, "KN-23/24", cwd=case)
    assert told.code == 0
    assert "one of 2 things" in told.err
    assert "decides nothing by itself" in told.err
    assert siteline("entities", "name", made, "Maker A/S", cwd=case).err == ""
    strong = ("--kind", "typo", "--strength", "strong")
    refused = siteline("entities", "name", made, "KN-32", *strong, cwd=case)
    assert refused.code == 1
    assert "Leave out --strength" in refused.err
    names = json.loads(siteline("entities", "show", made, "--json", cwd=case).out)["names"]
    assert {one["text"]: one["strength"] for one in names} == {
        "KN-23": "strong",
        "KN-23/24": "never_auto",
        "Maker A/S": "strong",
    }


def test_a_bad_file_leaves_nothing_behind(case: Path, tmp_path: Path) -> None:
    """Nothing of it is recorded; lenient takes the good lines and sets the others aside beside the file."""
    path = tmp_path / "list.csv"
    path.write_text(HEAD + "place,Hamhung,함흥,local,ko,,,\nplace,Hamhung,,local,ko,,,\n", encoding="utf-8")
    refused = siteline("entities", "import", path, cwd=case)
    assert refused.code == 1
    assert "line 3 (empty)" in refused.err
    assert json.loads(siteline("entities", "list", "--json", cwd=case).out) == []
    taken = siteline("entities", "import", path, "--lenient", "--json", cwd=case)
    assert json.loads(taken.out)["rejected"] == 1
    assert "empty" in (tmp_path / "list.csv.rejects.csv").read_text(encoding="utf-8")
    assert [each["name"] for each in json.loads(siteline("entities", "list", "--json", cwd=case).out)] == [
        "Hamhung"
    ]


def test_followthemoney_goes_round_through_a_case(case: Path, shared: Path) -> None:
    """C4 on the command line."""
    path = shared / "data/records/ftm/donations.ijson"
    assert siteline("entities", "import", path, cwd=case).code == 0
    assert siteline("entities", "export", "out/back.ijson", cwd=case).code == 0
    came, back = (
        [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        for file in (path, case / "out/back.ijson")
    )
    assert back == came


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "missile", "KN-23"), "no type"),
        (("add", "product", " "), "no name"),
        (("add", "building", "A-1", "--prop", "function=final assembly"), "is a claim"),
        (("resolve", " "), "empty"),
        (("resolve", "KN-23", "--with", "country"), "PROP=VALUE"),
        (("show", "nothing at all"), "no entity"),
        (("import", "missing.csv"), "not a file"),
        (("export", "out.csv", "--format", "xml"), "no format"),
        (("list", "--type", "missile"), "no type"),
    ],
)
def test_what_makes_no_sense_is_refused(case: Path, words: tuple[str, ...], said: str) -> None:
    """In one line, with the remedy."""
    done = siteline("entities", *words, cwd=case)
    assert done.code == 1
    assert said in done.err


def test_an_answer_says_what_the_thing_is_called_here(case: Path) -> None:
    """Not only by which of its names it was found, and of a composite not only the ids."""
    works, other = (
        siteline("entities", "add", "product", name, cwd=case).out.strip() for name in ("KN-23", "KN-24")
    )
    assert siteline("entities", "name", works, "화성-11가", "--kind", "local", cwd=case).code == 0
    assert (
        siteline("entities", "resolve", "화성-11가", cwd=case).out.splitlines()[0] == f"{works}  1.00  KN-23"
    )
    [found] = resolved(case, "화성-11가")
    assert (found["title"], found["name"]) == ("KN-23", "화성-11가")
    told = siteline("entities", "resolve", "KN-23 or KN-24", cwd=case).out
    assert told == f"one of:\n{works}  KN-23\n{other}  KN-24\n"


def test_a_second_thing_of_one_name_is_told_when_it_is_added(case: Path) -> None:
    """Else the name, which named one thing until now, would decide nothing any more, and nobody would know why."""
    first = siteline("entities", "add", "facility", "February 11 Plant", cwd=case)
    assert first.err == ""
    second = siteline("entities", "add", "facility", "February 11 Plant", cwd=case)
    assert second.code == 0
    assert f"another facility is called so already, {first.out.strip()}" in second.err
    assert f"siteline entities merge {first.out.strip()} {second.out.strip()}" in second.err
    assert siteline("entities", "add", "place", "February 11 Plant", cwd=case).err == ""


def test_hangul_is_spelled_without_a_case(tmp_path: Path) -> None:
    """Three systems at once."""
    done = siteline("entities", "spell", "화성", "--json", cwd=tmp_path)
    assert json.loads(done.out) == {"RR": "hwaseong", "MR": "hwasŏng", "DPRK-1992": "hwasŏng"}


def test_a_name_is_asked_of_a_day(case: Path) -> None:
    """With --on, a name that held on other days is shown and decides nothing; what is no day is refused."""
    works = siteline("entities", "add", "facility", "Old Works", cwd=case).out.strip()
    held = ("--from", "2015-01-01", "--source", "a plaque")
    assert siteline("entities", "name", works, "Sangum Plant", *held, cwd=case).code == 0
    [now], [then] = resolved(case, "Sangum Plant"), resolved(case, "Sangum Plant", "--on", "2014-06-01")
    assert (now["auto"], then["auto"]) == (True, False)
    assert "not its name on 2014-06-01: a person decides" in then["reasons"]
    wrong = siteline("entities", "resolve", "Sangum Plant", "--on", "June", cwd=case)
    assert (wrong.code, "--on 'June' is no day" in wrong.err) == (1, True)


def test_a_list_with_a_limit_counts_wholes(case: Path) -> None:
    """Two rows that were judged to be one take one place of the limit."""
    a, b, c, _ = (
        siteline("entities", "add", "facility", f"Works {name}", cwd=case).out.strip() for name in "ABCD"
    )
    assert siteline("entities", "merge", a, b, "--why", "one fence", cwd=case).code == 0
    listed = json.loads(siteline("entities", "list", "--limit", "2", "--json", cwd=case).out)
    assert [entity["id"] for entity in listed] == [a, c]
    assert len(json.loads(siteline("entities", "list", "--limit", "3", "--json", cwd=case).out)) == 3
