"""Who is one with whom: judged, taken back, and never at the cost of what was said."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from siteline.entities.register import Entities, edge_between
from siteline.model.entity import EdgeKind, EntityType
from siteline.model.errors import BadEntity, NotFound
from siteline.store import tables
from siteline.store.db import Database
from tests.entities.making import bound, stated, thing

WHY = "the same fence on both images"


def test_an_edge_that_ends_before_it_begins_is_refused(entities: Entities) -> None:
    """From the command line and from a table alike."""
    a, b = thing(entities, "Hall 2"), thing(entities, "February 11 Plant")
    row = edge_between(EdgeKind.PART_OF, a, b, source="s", valid_from="2025-01-01", valid_to="2024-01-01")
    with pytest.raises(BadEntity, match="cannot hold from 2025-01-01 until 2024-01-01"):
        entities.bind([row])
    assert entities.edges([a, b]) == []


def test_a_merge_and_a_split_only_add_judgements(entities: Entities) -> None:
    """Merge, split, merge again: the same whole, the same statements, three judgements on record."""
    a, b = thing(entities, "Ryongsong Machine Complex"), thing(entities, "Ryongsong Engineering Complex")
    stated(entities, a, "country", "kp")
    stated(entities, b, "country", "kp", origin="https://example.org/b")
    before = entities.statements([a, b]), entities.names([a, b])
    assert entities.merge(a, b, WHY) == a
    assert entities.split(b, "the addresses differ") == [a]
    assert entities.identity().members(a) == (a,)
    assert entities.merge(b, a, WHY) == a
    assert (entities.statements([a, b]), entities.names([a, b])) == before
    assert [judged.verdict for judged in entities.judgements()] == ["same", "apart", "same"]
    assert {judged.signed.by for judged in entities.judgements()} == {"A. Analyst"}


def test_the_rest_stays_together_when_its_middle_leaves(entities: Entities) -> None:
    """A–B and B–C; B leaves; A and C were judged to be one, and stay so."""
    a, b, c = (thing(entities, name) for name in "ABC")
    entities.merge(a, b, WHY)
    entities.merge(b, c, WHY)
    entities.split(b, "another street")
    assert entities.identity().members(c) == (a, c)
    assert entities.identity().members(b) == (b,)
    assert "stayed together" in entities.judgements()[-1].why


def test_the_canonical_id_does_not_depend_on_the_order_of_judgements(entities: Entities) -> None:
    """It is that of the oldest, whoever is merged first."""
    a, b, c = (thing(entities, name) for name in "ABC")
    entities.merge(c, b, WHY)
    assert entities.identity().canonical(c) == b
    entities.merge(c, a, WHY)
    assert {entities.identity().canonical(each) for each in (a, b, c)} == {a}


def test_things_of_two_types_are_never_one(entities: Entities) -> None:
    """A plant and the trust that runs it."""
    plant = thing(entities, "Plant")
    trust = thing(entities, "Plant", EntityType.ORGANISATION)
    with pytest.raises(BadEntity, match="never one"):
        entities.merge(plant, trust, WHY)


def test_not_same_as_blocks_until_it_is_withdrawn_with_a_reason(entities: Entities) -> None:
    """Also where the two meet only through others; the withdrawn edge stays on record."""
    a, b, c = (thing(entities, name) for name in "ABC")
    edge = bound(entities, EdgeKind.NOT_SAME_AS, a, c)
    entities.merge(b, c, WHY)
    with pytest.raises(BadEntity, match="not_same_as") as refused:
        entities.merge(a, b, WHY)
    assert edge in refused.value.hint
    with pytest.raises(BadEntity, match="reason"):
        entities.withdraw(edge, " ")
    entities.withdraw(edge, "it was the other plant")
    entities.merge(a, b, WHY)
    assert entities.identity().members(c) == (a, b, c)
    assert entities.withdrawn([edge])[edge][0] == "it was the other plant"
    with pytest.raises(BadEntity, match="already"):
        entities.withdraw(edge, "again")


def test_nothing_is_a_part_of_itself(entities: Entities) -> None:
    """A circle is refused: at once, through others, and where a merge would close it."""
    a, b, c = (thing(entities, name, EntityType.COMPLEX) for name in "ABC")
    bound(entities, EdgeKind.PART_OF, a, b)
    bound(entities, EdgeKind.PART_OF, b, c)
    for low, high in ((c, a), (b, a)):
        with pytest.raises(BadEntity, match="circle"):
            bound(entities, EdgeKind.PART_OF, low, high)
    with pytest.raises(BadEntity, match="circle"):
        entities.merge(a, c, WHY)
    with pytest.raises(BadEntity, match="itself"):
        bound(entities, EdgeKind.PART_OF, a, a)
    assert len(entities.edges([a, b, c])) == 2


def test_a_circle_through_merged_things_is_refused(entities: Entities) -> None:
    """A is part of B; B is judged to be C; so C cannot be part of A."""
    a, b, c = (thing(entities, name, EntityType.COMPLEX) for name in "ABC")
    bound(entities, EdgeKind.PART_OF, a, b)
    entities.merge(b, c, WHY)
    with pytest.raises(BadEntity, match="circle"):
        bound(entities, EdgeKind.PART_OF, c, a)


def test_a_disputed_parent_is_two_edges(entities: Entities) -> None:
    """Two sources, two parents, both kept; the same edge of the same source is one."""
    plant = thing(entities, "February 11 Plant")
    ryongsong, rakwon = (thing(entities, n, EntityType.COMPLEX) for n in ("Ryongsong", "Rakwon"))
    bound(entities, EdgeKind.PART_OF, plant, ryongsong, "https://example.org/1")
    bound(entities, EdgeKind.PART_OF, plant, rakwon, "https://example.org/2")
    bound(entities, EdgeKind.PART_OF, plant, rakwon, "https://example.org/2")
    assert [(e.b, e.source[-1]) for e in entities.edges([plant])] == [(ryongsong, "1"), (rakwon, "2")]


@pytest.mark.parametrize(
    ("a", "kind", "b"),
    [
        (EntityType.PERSON, EdgeKind.PART_OF, EntityType.BUILDING),
        (EntityType.PRODUCT, EdgeKind.MEMBER_OF_FAMILY, EntityType.PRODUCT),
        (EntityType.PRODUCT, EdgeKind.PRODUCES, EntityType.FACILITY),
        (EntityType.PLACE, EdgeKind.SAME_AS, EntityType.FACILITY),
    ],
)
def test_an_edge_that_makes_no_sense_is_refused(
    entities: Entities, a: EntityType, kind: EdgeKind, b: EntityType
) -> None:
    """With what it could go from and to."""
    with pytest.raises(BadEntity, match="cannot be"):
        bound(entities, kind, thing(entities, "A", a), thing(entities, "B", b))


def test_as_of_yesterday_never_shows_today(entities: Entities) -> None:
    """Things, names, edges, judgements and withdrawals each have the moment at which they became known."""
    a = thing(entities, "A", EntityType.COMPLEX)
    b = thing(entities, "B", EntityType.COMPLEX)
    edge = bound(entities, EdgeKind.PART_OF, a, b)
    before = datetime.now(UTC)
    entities.withdraw(edge, "wrong")
    c = thing(entities, "C", EntityType.COMPLEX)
    entities.merge(b, c, WHY)
    assert entities.edges([a]) == []
    assert [e.id for e in entities.edges([a], as_of=before)] == [edge]
    assert entities.identity(before).members(b) == (b,)
    assert entities.names([c], before) == []
    with pytest.raises(NotFound):
        entities.get(c, before)


class Judging(RuleBasedStateMachine):
    """Things are merged and split in any order; what was said of them never changes, and the wholes are as judged."""

    things = Bundle("things")

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._db = Database(f"sqlite:///{Path(self._folder.name) / 'case.db'}", "A. Analyst")
        self._db.upgrade()
        self.entities = Entities(self._db)
        self.wholes: dict[str, set[str]] = {}

    @rule(target=things)
    def add(self) -> str:
        """A thing with a name and a statement."""
        made = thing(self.entities, f"thing {len(self.wholes)}")
        stated(self.entities, made, "note", made)
        self.wholes[made] = {made}
        return made

    @rule(target=things, a=things, b=things)
    def merge(self, a: str, b: str) -> object:
        """Two things are judged to be one, or are one already."""
        if self.wholes[a] is self.wholes[b]:
            with pytest.raises(BadEntity):
                self.entities.merge(a, b, WHY)
            return multiple()
        self.entities.merge(a, b, WHY)
        whole = self.wholes[a] | self.wholes[b]
        self.wholes.update(dict.fromkeys(whole, whole))
        return multiple()

    @rule(a=things)
    def split(self, a: str) -> None:
        """One leaves its whole; the rest stays."""
        if len(self.wholes[a]) == 1:
            with pytest.raises(BadEntity):
                self.entities.split(a, WHY)
            return
        assert set(self.entities.split(a, WHY)) == self.wholes[a] - {a}
        rest = self.wholes[a] - {a}
        self.wholes.update(dict.fromkeys(rest, rest))
        self.wholes[a] = {a}

    @rule(a=things, take=st.booleans())
    def merge_split_merge(self, a: str, take: bool) -> None:
        """Back and forth leaves the same."""
        if len(self.wholes[a]) > 1:
            other = sorted(self.wholes[a] - {a})[0]
            self.split(a)
            if take:
                self.merge(a, other)

    @invariant()
    def what_was_said_is_still_said(self) -> None:
        """One name and one statement of each, and every whole is as judged."""
        identity = self.entities.identity()
        for each, whole in self.wholes.items():
            assert set(identity.members(each)) == whole
            assert identity.canonical(each) == identity.members(sorted(whole)[0])[0]
        said = self.entities.statements(self.wholes)
        assert sorted(s.entity for s in said) == sorted(s.value for s in said) == sorted(self.wholes)

    def teardown(self) -> None:
        """Leave nothing behind."""
        self._db.close()
        self._folder.cleanup()


Judging.TestCase.settings = settings(max_examples=12, stateful_step_count=14, deadline=None)
test_judgements_in_any_order = Judging.TestCase


def test_rows_of_identity_are_held_by_the_database(entities: Entities, db: Database) -> None:
    """A judgement cannot be edited, whoever asks."""
    a, b = thing(entities, "A"), thing(entities, "B")
    entities.merge(a, b, WHY)
    with pytest.raises(Exception, match="never changed"), db.appending() as connection:
        connection.execute(tables.entity_judgement.update().values(why=""))
