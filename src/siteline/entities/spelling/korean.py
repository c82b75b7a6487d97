"""
Korean names whatever way they are spelled: one folded form for Hangul and for every romanisation.

Folded are k/g, t/d, p/b, ch/j, r/l, eo/o, eu/u, doubled and breathed consonants, and the spellings of surnames; breves,
apostrophes, hyphens, spaces and case are gone. Names that still differ are other names, not spellings.
"""

from __future__ import annotations

import re
from functools import lru_cache

from siteline.entities.spelling.hangul import Syllable, composed, is_hangul, pronounced, taken_apart

_INITIAL = dict(
    zip("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅈㅉㅊㅋㅌㅍㅎ", "g g n d d r m b b s s j j j g d b h".split(), strict=True)  # noqa: SIM905
)
_INITIAL["ㅇ"] = ""
_VOWEL = dict(
    zip(
        "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ",
        "a ae ya yae o e yo ye o wa wae oe yo u wo we wi yu u ui i".split(),  # noqa: SIM905
        strict=True,
    )
)
_FINAL = {"ㄱ": "g", "ㄴ": "n", "ㄷ": "d", "ㄹ": "r", "ㅁ": "m", "ㅂ": "b", "ㅇ": "ng", "": ""}

_SURNAMES = {
    "ri": ("리 이", "ri li lee yi rhee rhie rhi ree"),
    "rim": ("림 임", "rim lim im yim rhim"),
    "ro": ("로 노", "ro no roh noh rho"),
    "ryu": ("류 유", "ryu ryoo yu yoo you lyu"),
    "ryang": ("량 양", "ryang yang lyang"),
    "ryo": ("려 여", "ryo ryeo yo yeo"),
    "ryom": ("렴 염", "ryom ryeom yom yeom yum"),
    "ra": ("라 나", "ra na rha la"),
    "gim": ("김", "kim gim"),
    "bag": ("박", "pak park bak"),
    "joe": ("최", "choe choi choy"),
    "jong": ("정", "jong jung chung jeong chong cheong joung"),
    "jo": ("조", "jo cho joe"),
    "jang": ("장", "jang chang"),
    "jon": ("전", "jon jun chon jeon chun cheon"),
    "ju": ("주", "ju joo chu choo"),
    "jin": ("진", "jin chin"),
    "gang": ("강", "kang gang"),
    "go": ("고", "ko go koh goh"),
    "gwon": ("권", "kwon gwon"),
    "baeg": ("백", "paek baek paik baik paeg"),
    "bae": ("배", "pae bae"),
    "sin": ("신", "sin shin"),
    "sim": ("심", "sim shim"),
    "so": ("서", "so seo suh suh"),
    "song": ("송", "song"),
    "son": ("손", "son sohn"),
    "an": ("안", "an ahn"),
    "o": ("오", "o oh"),
    "u": ("우", "u woo wu"),
    "mun": ("문", "mun moon"),
    "yun": ("윤", "yun yoon youn"),
    "hyon": ("현", "hyon hyun hyeon"),
    "ho": ("허", "ho heo hur huh"),
    "hong": ("홍", "hong"),
    "gu": ("구", "ku gu koo goo"),
    "gwag": ("곽", "kwak gwak"),
    "gye": ("계", "kye gye"),
    "ji": ("지", "ji chi jee"),
    "ja": ("차", "cha"),
    "ma": ("마", "ma"),
    "maeng": ("맹", "maeng"),
    "min": ("민", "min"),
    "bang": ("방", "pang bang"),
    "byon": ("변", "pyon byon byun byeon"),
    "ga": ("가", "ka ga"),
    "tae": ("태", "tae thae"),
    "han": ("한", "han"),
    "ham": ("함", "ham hahm"),
    "hwang": ("황", "hwang whang"),
    "wang": ("왕", "wang"),
    "won": ("원", "won"),
    "yon": ("연", "yon yeon youn"),
    "om": ("엄", "om eom um"),
    "hyong": ("형", "hyong hyung hyeong"),
    "do": ("도", "to do toh"),
    "sok": ("석", "sok seok suk"),
    "gi": ("기", "ki gi kee"),
    "gil": ("길", "kil gil"),
}
"""Surnames: our letters, as Hangul (North and South), and as they are romanised in practice."""

_WITH_I = frozenset("ㅣㅑㅕㅛㅠㅖㅒ")
_BY_HANGUL = {hangul: code for code, (both, _) in _SURNAMES.items() for hangul in both.split()}
_BY_LATIN: dict[str, list[str]] = {}
for _code, (_, _latin) in _SURNAMES.items():
    for _spelling in dict.fromkeys(_latin.split()):
        _BY_LATIN.setdefault(_spelling, []).append(_code)

_FOLDS = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"yeo", "yo"),
        (r"eo", "o"),
        (r"eu(?!i)", "u"),
        (r"eui", "ui"),
        (r"woo", "u"),
        (r"oo", "u"),
        (r"ee", "i"),
        (r"oi\b", "oe"),
        (r"you(?=ng|n\b)", "yo"),
        (r"sh(?=[iw])", "s"),
        (r"tch|ch|jj", "j"),
        (r"kk?h?|gg", "g"),
        (r"tt?h?|dd", "d"),
        (r"pp?h?|bb", "b"),
        (r"ss", "s"),
        (r"ll|[lr]+", "r"),
    )
)
_SYLLABLE = re.compile(
    r"(?:kk|tt|pp|ss|jj|tch|ch|kh|th|ph|sh|[gkndtrlmbpsjh])?"
    r"(?:yeo|yae|wae|eui|woo|eo|eu|ae|oe|oi|ya|yo|yu|ye|wa|wo|we|wi|ui|oo|ee|[aeiouwy][aeiou]?)"
    r"(?:ng|[nmklptgdbrsh])?"
)
_KOREAN_WORD = re.compile(rf"(?:{_SYLLABLE.pattern}){{1,6}}\Z")


def may_be_korean(words: list[str]) -> bool:
    """Whether plain Latin words (lower case, no marks) can each be cut into syllables of Korean."""
    return (
        bool(words) and len(words) <= 5 and all(word in _BY_LATIN or _is_korean_word(word) for word in words)
    )


@lru_cache(maxsize=1 << 15)
def _is_korean_word(word: str) -> bool:
    return len(word) <= 24 and _KOREAN_WORD.match(word) is not None


@lru_cache(maxsize=1 << 15)
def folded_word(word: str) -> str:
    """One plain Latin word with all romanisations of a sound made one."""
    for pattern, to in _FOLDS:
        word = pattern.sub(to, word)
    return word


def folded_latin(words: list[str]) -> list[str]:
    """
    The folded forms of a name in plain Latin words, surname first; the surname may also be written last.

    Where the first or last word is a surname its spelling is folded too.
    """
    found: dict[str, None] = {}
    orders = [words] if len(words) < 2 else [words, [words[-1], *words[:-1]]]
    for first, *rest in orders:
        given = "".join(folded_word(word) for word in rest)
        codes = _BY_LATIN.get(first, []) if rest else []
        for surname in codes or [folded_word(first)]:
            found[surname + given] = None
    return list(found)


def folded_hangul(word: str) -> list[str]:
    """The folded forms of a name in Hangul without spaces: syllable by syllable, and as it sounds together."""
    alone = "".join(_spelled(pronounced(letter)[0]) for letter in word)
    together = "".join(_spelled(each) for each in pronounced(word))
    found = dict.fromkeys((alone, together))
    if code := _BY_HANGUL.get(word[:1]):
        rest = word[1:]
        found[code + "".join(_spelled(pronounced(letter)[0]) for letter in rest)] = None
        found[code + "".join(_spelled(each) for each in pronounced(rest))] = None
    if (
        is_hangul(word[0])
        and (first := taken_apart(word[0])).initial in ("ㄴ", "ㄹ")
        and first.vowel in _WITH_I
    ):
        found[alone[1:]] = None  # the South leaves such an initial out
    return list(found)


def has_surname(words: tuple[str, ...]) -> bool:
    """Whether a name in plain Latin words begins or ends with a Korean surname."""
    return len(words) > 1 and (words[0] in _BY_LATIN or words[-1] in _BY_LATIN)


def southern(word: str) -> str:
    """A Hangul word with its first sound as the South spells it: 룡성 as 용성, 로동 as 노동, 녕변 as 영변."""
    if not word or not is_hangul(word[0]):
        return word
    first = taken_apart(word[0])
    if first.initial not in ("ㄴ", "ㄹ"):
        return word
    initial = "ㅇ" if first.vowel in _WITH_I else "ㄴ"
    return composed(Syllable(initial, first.vowel, first.final)) + word[1:]


def coarse(folded: str) -> str:
    """Folded further, as Russian hears it: ng as n, ae as e, oe and we as e."""
    return folded.replace("ng", "n").replace("ae", "e").replace("oe", "we")


def _spelled(each: Syllable) -> str:
    return _INITIAL[each.initial] + _VOWEL[each.vowel] + _FINAL[each.final]
