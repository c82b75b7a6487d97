"""Words that say what kind of company or person it is, not which one."""

from __future__ import annotations

_FORMS = (
    ("ag", "aktiengesellschaft"),
    ("gmbh", "gesellschaft mit beschrankter haftung"),
    ("kg", "kommanditgesellschaft"),
    ("ev", "eingetragener verein", "e v"),
    ("ltd", "limited", "pvt ltd", "private limited"),
    ("llc", "limited liability company", "ooo", "tov", "l l c", "mchj"),
    ("plc", "public limited company", "p l c"),
    ("inc", "incorporated"),
    ("corp", "corporation"),
    ("co", "company"),
    (
        "jsc",
        "joint stock company",
        "oao",
        "zao",
        "pao",
        "ao",
        "ojsc",
        "cjsc",
        "pjsc",
        "public joint stock company",
        "open joint stock company",
        "closed joint stock company",
    ),
    ("sp zoo", "sp z o o", "spolka z ograniczona odpowiedzialnoscia"),
    ("sa", "societe anonyme", "sociedad anonima", "s a"),
    ("sas", "s a s"),
    ("srl", "s r l", "sarl", "s a r l"),
    ("spa", "societa per azioni", "s p a"),
    ("bv", "besloten vennootschap", "b v"),
    ("nv", "naamloze vennootschap", "n v"),
    ("oy", "osakeyhtio"),
    ("ab", "aktiebolag"),
    ("as", "a s", "aktieselskab"),
    ("kk", "kabushiki kaisha", "k k"),
    ("sdn", "sdn bhd", "sendirian berhad"),
    ("fze", "free zone establishment"),
)
_CANONICAL = {tuple(spelled.split()): forms[0] for forms in _FORMS for spelled in forms}
_RUSSIAN = {
    ("obshchestvo", "s", "ogranichennoy", "otvetstvennostyu"): "llc",
    ("publichnoe", "aktsionernoe", "obshchestvo"): "jsc",
    ("otkrytoe", "aktsionernoe", "obshchestvo"): "jsc",
    ("zakrytoe", "aktsionernoe", "obshchestvo"): "jsc",
    ("aktsionernoe", "obshchestvo"): "jsc",
    ("tovarystvo", "z", "obmezhenoiu", "vidpovidalnistiu"): "llc",
}
_CANONICAL |= _RUSSIAN
_CANONICAL |= {
    ("".join(words),): form for words, form in _CANONICAL.items() if all(len(word) == 1 for word in words)
}
_CANONICAL |= {("sp", "zoo"): "sp zoo"}
_LONGEST = max(map(len, _CANONICAL))
FORMS = frozenset(_CANONICAL.values())


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words(
    "mr mrs ms miss sir dame dr prof professor herr frau shaikh sheikh sheik president general gen colonel col major lt "
    "lieutenant capt captain comrade hajji haji haj lord lady madame monsieur mme señor senor don jr sr ing dipl"
)
PARTICLES = _words("of the and for de la le el al von van der den di da du des y und et i in bin ibn ben abu")


def canonical(words: tuple[str, ...]) -> list[str]:
    """The words with every legal form in one spelling."""
    words = _initials_joined(words)
    found: list[str] = []
    at = 0
    while at < len(words):
        for width in range(min(_LONGEST, len(words) - at), 0, -1):
            form = _CANONICAL.get(words[at : at + width])
            if form is not None and (at or width < len(words)):
                found.append(form)
                at += width
                break
        else:
            found.append(words[at])
            at += 1
    return found


def _initials_joined(words: tuple[str, ...]) -> tuple[str, ...]:
    """`A.B.C. Company` as `abc company`: single letters in a row are one word; forms such as `s a` are known by their letters."""
    found: list[str] = []
    run = ""
    for word in (*words, ""):
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        if run:
            found.append(run)
            run = ""
        found.append(word)
    return tuple(found[:-1])
