"""Words to sets of weapon classes: an alias is one class, a composite is a set, and what nobody mapped stands for itself."""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files

from siteline.model.errors import BadSetting
from siteline.model.shown import plain

CATEGORIES = ("ballistic", "cruise", "surface-to-air", "missile", "bomb", "uav")
_AND = re.compile(r"\s+(?:and|та|і|и)\s+|\s*[;+&]\s*|\s*,\s+", re.I)
_OR = re.compile(r"\s+or\s+(?:(?:highly\s+)?(?:likely|possibly|probably)\s+)?|\s*/\s*", re.I)
_BRACKETS = re.compile(r"^(.*?)\s*\(([^()]*)\)\s*$", re.S)
_DOUBT = re.compile(r"\b(suspected|possible|possibly|probable|probably|likely|alleged|unconfirmed)\b", re.I)
_NUMBERED = re.compile(r"(.*?\D)(\d+\w*)$")


@dataclass(frozen=True, slots=True)
class Meant:
    """What a text about weapons can mean."""

    classes: frozenset[str]
    """Every class that it can be; empty if it names none."""

    terms: int
    """How many weapons stand side by side in it ("A and B" is 2, "A/B" is 1)."""

    unmapped: tuple[str, ...] = ()
    """Words that no mapping knows; each stands for itself."""

    doubt: str = ""
    """The word of doubt that stands in it, such as "suspected"."""


@dataclass(frozen=True)
class Mapping:
    """Which words mean which class; see weapons.toml for the form."""

    category: dict[str, str]
    unspecified: frozenset[str]
    """Classes that are no more than a category."""

    alias: dict[str, frozenset[str]]
    sha256: str
    source: str
    _read: dict[str, Meant] = field(default_factory=dict, compare=False)

    def meant(self, text: str) -> Meant:
        """The set of classes that a text can mean."""
        if text not in self._read:
            self._read[text] = self._parse(text)
        return self._read[text]

    def asked(self, text: str, known: frozenset[str] = frozenset()) -> frozenset[str]:
        """The classes that a user asks for; a word that neither mapping nor data (`known`) has is refused."""
        if text.startswith("category:"):
            wanted = text.removeprefix("category:")
            found = frozenset(name for name, kind in self.category.items() if kind == wanted)
            if not found:
                raise BadSetting(
                    f"no category {plain(wanted, 40)!r}", f"One of: {', '.join(sorted(CATEGORIES))}."
                )
            return found
        meant = self.meant(text)
        strange = [word for word in meant.unmapped if word not in known]
        if strange or not meant.classes:
            word = strange[0] if strange else text
            names = sorted({*self.category, *known})
            near = get_close_matches(word, names, 3, 0.5)
            raise BadSetting(
                f"no weapon {plain(word, 60)!r} in the mapping or in the data",
                f"Did you mean {', '.join(near)}?"
                if near
                else "Classes are named in the mapping; add yours with --weapons FILE.",
            )
        return meant.classes

    def categories(self, classes: frozenset[str]) -> frozenset[str]:
        """Categories of these classes; "unlisted" for one that the mapping does not know."""
        return frozenset(self.category.get(name, "unlisted") for name in classes)

    def _parse(self, text: str) -> Meant:
        said = _folded_spaces(text)
        if not said:
            return Meant(frozenset(), 0)
        doubt = _DOUBT.search(said)
        classes, unmapped, terms = set[str](), list[str](), 0
        whole = self.alias.get(_key(said))
        for term in [said] if whole else self._split(said):
            terms += 1
            for word in self._alternatives(term):
                found = self.alias.get(_key(word))
                if found is None:
                    unmapped.append(word)
                    classes.add(word)
                else:
                    classes |= found
        return Meant(frozenset(classes), terms, tuple(unmapped), doubt[0].lower() if doubt else "")

    def _split(self, said: str) -> list[str]:
        """Weapons that stand side by side; brackets explain what stands before them."""
        found = _BRACKETS.match(said)
        if found:
            before, inside = found[1].strip(), found[2].strip()
            if _DOUBT.fullmatch(inside):
                return self._split(before)
            named = self._known(inside)
            if self.alias.get(_key(before)) and len(self.alias[_key(before)]) == 1:
                return [before]
            if named:
                return ["/".join(sorted(named))]
            return self._split(before) if before else [said]
        return [term for term in _AND.split(said) if term] or [said]

    def _known(self, text: str) -> set[str]:
        found = set[str]()
        for word in (w for term in _AND.split(text) for w in _OR.split(term) if w):
            classes = self.alias.get(_key(word))
            if classes is None:
                return set()
            found |= classes
        return found

    def _alternatives(self, term: str) -> list[str]:
        """ "KN-23/24" is KN-23 or KN-24; "A or B" and "A/B" are A or B."""
        if self.alias.get(_key(term)):
            return [term]
        words = [word for word in _OR.split(term) if word]
        full = words[:1]
        for word in words[1:]:
            stem = _NUMBERED.match(full[0])
            if word[0].isdigit() and stem:
                word = stem[1] + word
            full.append(_DOUBT.sub("", word).strip() or word)
        return list(dict.fromkeys(full)) or [term]


def _folded_spaces(text: str) -> str:
    seen = unicodedata.normalize("NFKC", text)
    return " ".join("".join(c for c in seen if unicodedata.category(c) != "Cf").split())


def _key(word: str) -> str:
    """Spelling without case, dashes and spaces."""
    return re.sub(r"[\s\-‐‑–—_.]+", "", _folded_spaces(word).casefold())


def read_mapping(text: str, source: str) -> Mapping:
    """A mapping file (TOML); raises BadSetting with the word that is wrong."""
    try:
        said = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadSetting(f"{source}: {error}", "See docs/reference/incident-csv.md for the form.") from error
    category, alias = dict[str, str](), dict[str, frozenset[str]]()
    unspecified = set[str]()
    classes, sets = said.get("class", {}), said.get("set", {})
    strange = set(said) - {"class", "set"}
    if strange or not isinstance(classes, dict) or not isinstance(sets, dict):
        raise BadSetting(f"{source}: only tables [class.NAME] and [set] belong here")
    for name, what in classes.items():
        kind = what.get("category") if isinstance(what, dict) else None
        if kind not in CATEGORIES:
            raise BadSetting(
                f"{source}: {plain(name, 60)} has category {kind!r}", f"One of: {', '.join(CATEGORIES)}."
            )
        spellings = what.get("aliases", [])
        if not isinstance(spellings, list) or not all(isinstance(a, str) and a.strip() for a in spellings):
            raise BadSetting(f"{source}: aliases of {plain(name, 60)} are no list of words")
        category[name] = kind
        if what.get("unspecified"):
            unspecified.add(name)
        for spelling in (name, *spellings):
            _add(alias, spelling, frozenset({name}), source)
    for spelling, members in sets.items():
        if not isinstance(members, list) or not members or any(m not in category for m in members):
            raise BadSetting(f"{source}: [set] {plain(spelling, 60)} must list classes of this file")
        _add(alias, spelling, frozenset(members), source)
    return Mapping(category, frozenset(unspecified), alias, hashlib.sha256(text.encode()).hexdigest(), source)


def _add(alias: dict[str, frozenset[str]], spelling: str, classes: frozenset[str], source: str) -> None:
    key = _key(spelling)
    if alias.get(key, classes) != classes:
        raise BadSetting(
            f"{source}: {plain(spelling, 60)!r} means both {', '.join(sorted(alias[key] | classes))}",
            "A word that can mean several classes belongs into [set].",
        )
    alias[key] = classes


@lru_cache(maxsize=1)
def built_in() -> Mapping:
    """The mapping that comes with Siteline."""
    return read_mapping(
        files("siteline.ledger.incidents").joinpath("weapons.toml").read_text("utf-8"), "built in"
    )
