"""
Korean in Latin letters: Revised Romanisation, McCune–Reischauer, and the spelling of the DPRK.

Tables of our own: RR after the rules of the Ministry of Culture (2000), MR after the article of 1939 with its table of
meeting consonants, DPRK after the national rules of 1992 (UNGEGN). A name's case and where its words are cut are the
writer's to say: what comes back is in lower case, and what is not Hangul stays as it was.
"""

from __future__ import annotations

from enum import StrEnum

from siteline.entities.spelling.hangul import Syllable, pronounced, taken_apart, words_of


class System(StrEnum):
    """A romanisation."""

    RR = "RR"
    MR = "MR"
    DPRK = "DPRK-1992"


def _table(jamo: str, letters: str) -> dict[str, str]:
    return dict(zip(jamo, letters.split(), strict=True))


_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_RR_VOWELS = _table(_VOWELS, "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i")
_MR_VOWELS = _table(_VOWELS, "a ae ya yae ŏ e yŏ ye o wa wae oe yo u wŏ we wi yu ŭ ŭi i")
_RR_INITIALS = _table("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅈㅉㅊㅋㅌㅍㅎ", "g kk n d tt r m b pp s ss j jj ch k t p h") | {
    "ㅇ": ""
}
_MR_INITIALS = _table(
    "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅈㅉㅊㅋㅌㅍㅎ", "k kk n t tt r m p pp s ss ch tch ch' k' t' p' h"
) | {"ㅇ": ""}
_DPRK_INITIALS = _table(
    "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅈㅉㅊㅋㅌㅍㅎ", "k kk n t tt r m p pp s ss j jj ch kh th ph h"
) | {"ㅇ": ""}
_FINALS = {"ㄱ": "k", "ㄴ": "n", "ㄷ": "t", "ㄹ": "l", "ㅁ": "m", "ㅂ": "p", "ㅇ": "ng", "": ""}
_VOICED = {"ㄱ": "g", "ㄷ": "d", "ㅂ": "b", "ㅈ": "j"}
_MR_AFTER_L = frozenset("ㄱㅂ")
"""After ㄹ only these are voiced: the table of 1939 has lt and lch."""


def romanise(text: str, system: System = System.RR) -> str:
    """The Hangul in a text as `system` spells it, in lower case; the rest as it was."""
    if text.isascii():
        return text
    return "".join(_word(run, system) if is_korean else run for run, is_korean in words_of(text))


def romanise_person(name: str, system: System = System.RR) -> str:
    """
    A Korean personal name in Hangul, surname first: the parts of a name do not change each other's sound.

    RR joins the given name, the others write it as they do: `Min Yongha`, `Min Yong-ha`, `Min Yong Ha`.
    """
    name = name.strip()
    if " " in name:
        surname, given = name.split(None, 1)
        given = given.replace(" ", "")
    else:
        cut = 2 if len(name) > 3 and name[:2] in _TWO_SYLLABLE_SURNAMES else 1
        surname, given = name[:cut], name[cut:]
    north = system is System.DPRK
    parts = [_word(letter, system) for letter in given]
    if system is not System.RR:
        parts[1:] = [
            _inside(taken_apart(given[at - 1]), letter, part, "ㄱㄷㅂ" if north else "ㄱㄷㅂㅈ")
            for at, (letter, part) in enumerate(zip(given, parts, strict=True))
            if at
        ]
    joiner = {System.RR: "", System.MR: "-", System.DPRK: " "}[system]
    written = [part.capitalize() if north else part for part in parts]
    whole = joiner.join(written)
    return f"{_word(surname, system).capitalize()} {whole if north else whole.capitalize()}".strip()


_TWO_SYLLABLE_SURNAMES = frozenset(("남궁", "독고", "동방", "사공", "서문", "선우", "제갈", "황보"))


def _inside(before: Syllable, letter: str, part: str, voiced: str) -> str:
    """A given name's second syllable: `voiced` initials are so after a voiced sound."""
    initial = taken_apart(letter).initial
    if initial in voiced and before.final in ("", "ㄴ", "ㅁ", "ㅇ", "ㄹ"):
        return _VOICED[initial] + part[len(_MR_INITIALS[initial]) :]
    return part


def _word(word: str, system: System) -> str:
    if system is System.RR:
        return _revised(pronounced(word))
    if system is System.MR:
        return _mccune_reischauer(pronounced(word))
    return _northern(word, pronounced(word, liquid_stays=True))


def _revised(said: list[Syllable]) -> str:
    spelled, before = "", ""
    for each in said:
        initial = _RR_INITIALS[each.initial]
        if each.initial == "ㄹ" and before == "ㄹ":
            initial = "l"
        spelled += initial + _RR_VOWELS[each.vowel] + _FINALS[each.final]
        before = each.final
    return spelled


def _mccune_reischauer(said: list[Syllable]) -> str:
    spelled, before = "", None
    for each in said:
        initial = _MR_INITIALS[each.initial]
        if before is not None:
            initial = _mr_medial(before, each, initial)
        if each.initial == "ㅅ" and each.vowel == "ㅟ":
            initial = "sh"
        vowel = _MR_VOWELS[each.vowel]
        if vowel == "e" and not initial and spelled[-1:] in ("a", "o"):
            vowel = "ë"
        spelled += initial + vowel + _FINALS[each.final]
        before = each
    return spelled


def _mr_medial(before: Syllable, each: Syllable, initial: str) -> str:
    """An initial after another syllable: voiced between voiced sounds, and n'g told from ng."""
    if each.initial == "ㄹ" and before.final == "ㄹ":
        return "l"
    if each.initial not in _VOICED:
        return initial
    if before.final == "ㄹ":
        return _VOICED[each.initial] if each.initial in _MR_AFTER_L else initial
    if before.final not in ("", "ㄴ", "ㅁ", "ㅇ"):
        return initial
    voiced = _VOICED[each.initial]
    return f"'{voiced}" if before.final == "ㄴ" and voiced == "g" else voiced


def _northern(word: str, said: list[Syllable]) -> str:
    """ㄹㄹ is written lr where it is spelled so, ll where it only sounds so."""
    spelled, before = "", None
    for place, each in enumerate(said):
        initial = _DPRK_INITIALS[each.initial]
        if (
            before is not None
            and each.initial in ("ㄱ", "ㄷ", "ㅂ")
            and before.final in ("", "ㄴ", "ㅁ", "ㅇ", "ㄹ")
        ):
            initial = _VOICED[each.initial]
        if before is not None and each.initial == "ㄹ" and before.final == "ㄹ":
            initial = "r" if taken_apart(word[place - 1]).final == "ㄹ" else "l"
        spelled += initial + _MR_VOWELS[each.vowel] + _FINALS[each.final]
        before = each
    return spelled
