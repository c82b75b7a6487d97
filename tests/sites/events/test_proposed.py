"""What a user's model proposed keeps its id, is touched by no survey, and says in every export who proposed it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
from shapely.affinity import translate

from siteline.model.change import ChangeEvent, Proposer, Status
from siteline.sites.events.register import Events
from siteline.sites.exchange.events import EventRecord, describe_events, parse_events, write_events
from siteline.store.codec import from_json, to_json
from tests.factory import make_event, make_site

PROPOSER = Proposer("Roofs", "1", "a" * 64, "b" * 64, "CC0", "A. Trainer", "onnxruntime 1", "c" * 64, "")
SCENES = ("S1", "S2")


def proposed(**changed: Any) -> ChangeEvent:
    return make_event(**{"proposer": replace(PROPOSER, label="roof"), **changed})


def test_the_same_answer_adds_nothing(events: Events) -> None:
    """Asked twice, filed once; a moved outline is a version of the same event."""
    [(event_id, version, is_new)] = events.proposed.record("s", PROPOSER, SCENES, [proposed()])
    assert (version, is_new) == (1, True)
    assert events.proposed.record("s", PROPOSER, SCENES, [proposed()]) == [(event_id, 1, False)]
    moved = proposed(outline=translate(make_event().outline, 12))
    assert events.proposed.record("s", PROPOSER, SCENES, [moved]) == [(event_id, 2, True)]


def test_what_is_proposed_no_more_stays_on_record(events: Events) -> None:
    """It gets a version that says so, as what a survey does not find again."""
    [(event_id, *_)] = events.proposed.record("s", PROPOSER, SCENES, [proposed()])
    events.proposed.record("s", PROPOSER, SCENES, [])
    assert events.all("s") == []
    assert not events.get("s", event_id).current.reproduced


def test_another_model_card_or_pair_of_images_is_another_witness(events: Events) -> None:
    """Each keeps its own proposals."""
    events.proposed.record("s", PROPOSER, SCENES, [proposed()])
    for other, scenes in (
        (replace(PROPOSER, sha256="d" * 64, run="1" * 64), SCENES),
        (replace(PROPOSER, card_sha256="d" * 64, run="2" * 64), SCENES),
        (replace(PROPOSER, run="3" * 64), ("S1", "S3")),
    ):
        events.proposed.record("s", other, scenes, [proposed(proposer=other, first_with=scenes[1])])
    assert len(events.all("s")) == 4
    events.proposed.record("s", PROPOSER, SCENES, [])
    assert len(events.all("s")) == 3


def test_surveys_and_proposals_leave_each_other_alone(events: Events) -> None:
    """A survey neither continues a proposal nor ends it, and a proposal nothing of a survey's."""
    [(event_id, *_)] = events.proposed.record("s", PROPOSER, SCENES, [proposed()])
    events.detected.record("s", "survey1", [(make_event(), True)])
    events.detected.record("s", "survey2", [])
    assert [v.number for v in events.get("s", event_id).versions] == [1]
    assert events.get("s", event_id).status is Status.PROPOSED
    events.detected.record("s", "survey3", [(make_event(), True)])
    events.proposed.record("s", PROPOSER, SCENES, [])
    assert [e.current.event.proposer for e in events.all("s")] == [None]


def test_an_event_of_an_older_case_has_no_proposer() -> None:
    """What was filed before there were proposers is read as it was."""
    old = json.loads(to_json(make_event()))
    del old["proposer"]
    assert from_json(ChangeEvent, json.dumps(old)) == make_event()


def test_every_export_says_who_proposed(tmp_path: Path) -> None:
    """GeoJSON by the schema and back, a CSV with steady columns, KML."""
    records = [
        EventRecord(name, 1, event, Status.PROPOSED)
        for name, event in (("e1", proposed()), ("e2", make_event()))
    ]
    document = describe_events(records, make_site())
    written = write_events(document, "geojson")
    schema = Path(__file__).parents[3] / "docs/reference/schemas/events-1.schema.json"
    jsonschema.validate(json.loads(written), json.loads(schema.read_text()))
    back, _ = parse_events(written, "e.geojson")
    assert back.events[0].properties["proposer"]["sha256"] == "a" * 64
    assert write_events(back, "geojson") == written
    rows = list(csv.DictReader(io.StringIO(write_events(document, "csv").decode())))
    assert [row["proposer_name"] for row in rows] == ["Roofs", ""]
    assert b"Roofs" in write_events(document, "kml")
