"""
The press: the one place through which everything that is published of an edition goes.

It makes the copy of the brief from which every output is made, without what is held back; and it looks into each file that
would go out, unpacked and with its metadata, and stops it if something held back is in it all the same.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from siteline.model.edition import Block, BriefFigure, BriefText, Citation, Sentence, Source, Step, Support
from siteline.model.errors import BadInput, Leak
from siteline.model.release import Holds
from siteline.report.edition.layers import texts_in
from siteline.report.edition.material import EditionMaterial
from siteline.report.edition.secrets import Secrets
from siteline.report.figure import Figure

MAP_HELD = "the location is held back"
SHOWS_HELD = "words that are held back stand in the picture"
_GPS = 0x8825


@dataclass(frozen=True)
class Press:
    """What one edition holds back, and the way round it."""

    holds: Holds
    secrets: Secrets

    def copy(self, material: EditionMaterial) -> EditionMaterial:
        """The brief as it is published: what is held back is not in it. Raises BadInput for a hold of what is not there."""
        self._refuse_strangers(material.brief)
        redacted = dict(self.holds.sentences)
        held = self.held_figures(material.brief)
        sentences = tuple(self._sentence(s, redacted, held, material.brief) for s in material.brief.sentences)
        figures = tuple(self._figure(f, redacted, held, material.brief) for f in material.brief.figures)
        cited = {(c.kind, c.ref) for s in sentences for c in s.citations}
        cited |= {(f.cites.kind, f.cites.ref) for f in figures if f.id not in held}
        gone = {s.block for s in material.brief.sentences if s.id in redacted}
        told = {name: SHOWS_HELD for name, made in material.pictures.items() if any(map(self._shows, made))}
        brief = replace(
            material.brief,
            title=self.text(material.brief.title),
            authors=tuple(map(self.text, material.brief.authors)),
            sentences=sentences,
            figures=figures,
            blocks=tuple(self._block(b, gone) for b in material.brief.blocks),
            names=(),
        )
        return replace(
            material,
            brief=brief,
            supports={key: self._support(s) for key, s in material.supports.items() if key in cited},
            objections=tuple(
                o for o in material.objections if o.sentence not in redacted and o.sentence not in held
            ),
            pictures={
                name: tuple(self._picture(p) for p in pictures)
                for name, pictures in material.pictures.items()
                if name not in held and name not in told
            },
            missing={**{n: self.text(why) for n, why in material.missing.items()}, **told, **held},
            corrections=tuple(map(self.text, material.corrections)),
            withheld={**material.withheld, **redacted},
        )

    def held_figures(self, brief: BriefText) -> dict[str, str]:
        """Figures that are not shown, with the reason: said so, with a redacted caption, or a map of a held place."""
        captions = {s.block: s.id for s in brief.sentences}
        held = {}
        for figure in brief.figures:
            caption = captions.get(figure.block, "")
            if figure.id in self.holds.figures:
                held[figure.id] = self.holds.figures[figure.id]
            elif caption in self.holds.sentences:
                held[figure.id] = self.holds.sentences[caption]
            elif self.holds.is_location_held and (figure.shape == "map" or figure.cites.kind == "count"):
                held[figure.id] = MAP_HELD
        return held

    def _shows(self, picture: Figure) -> bool:
        """Whether words that are held back are painted into it."""
        return any(self.text(words) != words for words in picture.painted)

    def repeats(self, brief: BriefText) -> list[tuple[str, str]]:
        """(printed sentence, redacted sentence) where the one repeats six words or more of the other, in reading order."""
        printed = (s for s in brief.sentences if s.id not in self.holds.sentences)
        return [(s.id, name) for s in printed for name in self.secrets.repeats(s.text)]

    def text(self, text: str) -> str:
        """A text without what is held back."""
        return self.secrets.clean(text) if text else text

    def clean(self, value: Any) -> Any:
        """Whatever is told in JSON, each text of it without what is held back."""
        if isinstance(value, str):
            return self.secrets.digests.get(value) or self.text(value)
        if isinstance(value, Mapping):
            return {key: self.clean(inner) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.clean(inner) for inner in value]
        return value

    def send(self, name: str, data: bytes) -> bytes:
        """A file on its way out, looked into; raises Leak, and does not say what leaked."""
        for text in (name, *texts_in(data)):
            hit = next(self.secrets.find(text, is_data=True), None)
            if hit is not None:
                raise Leak(f"{name} would still hold {hit.why}")
        if data[:2] == b"\xff\xd8" and _has_gps(data):
            raise Leak(f"{name} carries the coordinates of a camera in its metadata")
        return data

    def _refuse_strangers(self, brief: BriefText) -> None:
        for what, said, known in (
            ("sentence", self.holds.sentences, {s.id for s in brief.sentences}),
            ("figure", self.holds.figures, {f.id for f in brief.figures}),
        ):
            for name in said:
                if name not in known:
                    raise BadInput(
                        f"the brief has no {what} {name!r}",
                        "siteline brief check FILE --json names sentences s1, s2 ...; figures are f1, f2 ... in reading order.",
                    )

    def _sentence(
        self, sentence: Sentence, redacted: Mapping[str, str], held: Mapping[str, str], brief: BriefText
    ) -> Sentence:
        if sentence.id in redacted:
            return replace(sentence, text="", citations=(), is_editorial=False)
        figure = next((f for f in brief.figures if f.block == sentence.block), None)
        citations = sentence.citations if figure is None or figure.id not in held else ()
        return replace(sentence, text=self.text(sentence.text), citations=tuple(map(_nameless, citations)))

    def _figure(
        self, figure: BriefFigure, redacted: Mapping[str, str], held: Mapping[str, str], brief: BriefText
    ) -> BriefFigure:
        is_gone = any(s.block == figure.block and s.id in redacted for s in brief.sentences)
        return replace(
            figure,
            cites=Citation("exhibit", "held-back") if figure.id in held else _nameless(figure.cites),
            caption="" if is_gone else self.text(figure.caption),
            alt="" if figure.id in held else self.text(figure.alt),
        )

    def _block(self, block: Block, gone: set[int]) -> Block:
        if block.number in gone:
            return replace(block, text="\t" * block.text.count("\t"))
        return (
            replace(block, text="\t".join(map(self.text, self.text(block.text).split("\t"))))
            if block.text
            else block
        )

    def _support(self, support: Support) -> Support:
        return replace(
            support,
            cites=_nameless(support.cites),
            title=self.text(support.title),
            broken=tuple(map(self.text, support.broken)),
            stale=tuple(map(self.text, support.stale)),
            trace=tuple(map(self._step, support.trace)),
            sources=tuple(map(self._source, support.sources)),
        )

    def _source(self, source: Source) -> Source:
        digest = self.secrets.digests.get(source.sha256, source.sha256)
        return replace(
            source,
            id=self.text(source.id),
            title=self.text(source.title),
            author=self.text(source.author),
            publisher=self.text(source.publisher),
            url=self.text(source.url),
            sha256=digest,
        )

    def _step(self, step: Step) -> Step:
        digest = self.secrets.digests.get(step.digest, step.digest)
        return replace(
            step, text=self.text(step.text), digest=digest, steps=tuple(map(self._step, step.steps))
        )

    def _picture(self, picture: Figure) -> Figure:
        return replace(
            picture,
            alt=self.text(picture.alt),
            caption=self.text(picture.caption),
            credit=self.text(picture.credit),
            licence=self.text(picture.licence),
            scene_ids=() if self.holds.is_location_held else picture.scene_ids,
            told=picture.told and self.clean(picture.told),
            film=picture.film and replace(picture.film, told=self.clean(picture.film.told)),
        )


def _nameless(citation: Citation) -> Citation:
    return replace(citation, name="")


def _has_gps(data: bytes) -> bool:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as picture:
            return bool(picture.getexif().get_ifd(_GPS))
    except (OSError, ValueError, SyntaxError):
        return False
