"""Material of an edition with everything in it, and whatever a stranger may have put there."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from PIL import Image

from siteline.claims.draft.reading import read_sentence, sentence_spans
from siteline.model.edition import Citation, CitedClaim, CitedEvent, Source, Step, Support
from siteline.report.edition.material import EditionMaterial
from siteline.report.figure import Figure
from siteline.report.gate.check import hold
from siteline.report.gate.source import read_brief

HEAD = (
    '+++\ntitle = "평양의 공장, a hall in Київ"\nauthors = ["A. Analyst"]\n\n'
    '[sources]\nhall = "event:e1"\nsaid = "claim:c1"\nother = "claim:c2"\n+++\n\n'
)
BODY = """# The hall

The hall is large. [@said] Its name is 룡성 and Завод. [@other; context] We judge it likely that it is in use. [@said; judgement]

Its words [sic] stand. [@said; @other]

- one thing [@said]
- another *thing* [@other]

1. first [@said]

| what | size |
|---|---|
| hall | large [@said] |

> the hall is large [@said]

![A view of it](pair:hall "two pictures of a hall")

![Its days](timeline:event:e2)

```
2 < 3 & 4
```

All images have pixels of 3 m. [method; editorial]
"""
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="60"><text x="5" y="30">timeline</text></svg>'


def claim(ref: str, **more: Any) -> CitedClaim:
    """A claim with a way back to bytes, and a source."""
    noun = {
        "cites": Citation("claim", ref),
        "title": f"{ref.upper()} (The Brandt Centre)",
        "quote": "the hall is large",
        "language": "en",
        "trace": (Step("Words", "“the hall is large”", "ab" * 32, (Step("Image", "S1", "cd" * 32),)),),
        "sources": (
            Source(
                f"01J{ref}",
                "A report, 50 % of it & more_words",
                author="The Brandt Centre",
                url="https://example.org/a_b?c=1&d=%20",
                published="2024-11-25",
                accessed="2024-11-26",
                sha256="ab" * 32,
                language="en",
            ),
        ),
        **more,
    }
    return CitedClaim(**noun)


def event(ref: str, **more: Any) -> CitedEvent:
    """A change in images."""
    trace = (
        Step("Measured", "area: 1,800 m²"),
        Step("Image", "S1", "ef" * 32),
        Step("Code", "align", "12" * 32),
    )
    return CitedEvent(
        cites=Citation("event", ref),
        title="A-2: new building",
        trace=trace,
        is_accepted=True,
        is_picture=True,
        **more,
    )


def picture(name: str = "pair-1", colour: str = "#804020") -> Figure:
    """A small PNG."""
    held = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(held, "PNG")
    return Figure(
        name,
        "image/png",
        held.getvalue(),
        (320, 240),
        "a hall",
        "Before: 3 April 2024",
        "An agency",
        (),
        "CC BY 4.0",
    )


def made(body: str = BODY, *supports: Support, head: str = HEAD) -> EditionMaterial:
    """The material of a brief about these supports (none: two claims and two events), with pictures."""
    brief = read_brief(head + body, sentence_spans)
    told = supports or (claim("c1"), claim("c2"), event("e1"), event("e2"))
    by_key = {(s.cites.kind, s.cites.ref): s for s in told}
    readings = {s.id: read_sentence(s.text, brief.language) for s in brief.sentences}
    drawn = {
        f.id: (picture(), picture("pair-2", "#205080"))
        if f.shape == "pair"
        else (Figure("timeline", "image/svg+xml", SVG, (300, 60), "days", "", ""),)
        for f in brief.figures
    }
    return EditionMaterial(
        brief, by_key, tuple(hold(brief, by_key, readings)), drawn, {}, date(2026, 1, 2), "0.1"
    )
