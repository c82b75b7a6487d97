"""Korean: endings of speech, denial and silence; particles that mark who speaks. Words are joined, so it is read by endings."""

from __future__ import annotations

import re

from siteline.claims.draft.lexicon import Lexicon
from siteline.claims.draft.tokens import Phrases, one_of

_EMPTY: Phrases[str] = Phrases({})

KOREAN = Lexicon(
    code="ko",
    verbs=_EMPTY,
    told=_EMPTY,
    bare=_EMPTY,
    hedges=_EMPTY,
    flags=_EMPTY,
    negators=one_of("안 못 없다 아니다"),
    conditions=_EMPTY,
    breakers=frozenset(),
    joiners=one_of("그러나 하지만 그리고 또 또한 한편 이에"),
    fillers=frozenset(),
    relatives=frozenset(),
    pronouns=one_of("그는 그녀는 그들은"),
    determiners=frozenset(),
    passive=frozenset(),
    by=frozenset(),
    finite=frozenset(),
    own=one_of("우리는 우리가 우리의 저희는"),
    before=Phrases(
        {"최소": "least", "적어도": "least", "약": "about", "거의": "nearly", "최대": "most", "대략": "about"}
    ),
    after=Phrases(
        {
            "이상": "least",
            "이하": "most",
            "미만": "fewer",
            "초과": "more",
            "가량": "about",
            "정도": "about",
            "안팎": "about",
        }
    ),
    multipliers={"만": 1e4, "억": 1e8, "천": 1e3, "백": 1e2},
    months={},
    weekdays=one_of("월요일 화요일 수요일 목요일 금요일 토요일 일요일"),
    percent=Phrases({"%": "percent", "퍼센트": "percent", "％": "percent"}),
    range_words=one_of("~ ∼ - – ～"),
    anonymous=Phrases({"익명을 요구한": "asked", "익명을 전제로": "asked"}),
    persons=one_of("관계자 소식통 전문가 연구원 대변인"),
    relays=one_of("통신 신문 방송 매체"),
)

STANCES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("no_position", re.compile(r"확인도\s*부인도|(?:논평|언급|답변|확인|코멘트)(?:을|를|하기를)?\s*(?:거부|거절|삼갔)|노\s*코멘트"
                               r"|시인도\s*부인도")),
    ("no_answer", re.compile(r"(?:응답|답변|답|회신|반응)(?:을|를|은|는)?\s*(?:하지|내놓지|보내지)\s*않|(?:답변|응답"
                             r"|회신)이?\s*없었"
                             r"|응하지\s*않았")),
    ("denial", re.compile(r"부인했|부인하|부인한|일축했|일축하|반박했|사실이\s*아니라|사실무근")),
    ("correction", re.compile(r"정정(?:합니다|했다|보도)|바로잡습니다|바로잡았")),
    ("retraction", re.compile(r"(?:기사|보도|성명)(?:를|을)\s*철회")),
    ("doubt", re.compile(r"주장했|주장하|주장이다|우겼")),
    (
        "neutral",
        re.compile(
            r"말했다|밝혔다|전했다|보도했다|설명했다|덧붙였다|강조했다|발표했다|지적했다|경고했다|분석했다|평가했다|추정했다"
            r"|썼다|했다고\s|언급했다|밝혔습니다|말했습니다|전했습니다"
        ),
    ),
)  # fmt: skip
"""What a sentence's endings say of what it tells, the most telling first."""

ACCORDING = re.compile(r"(?P<who>[^\s,.“”\"'「」『』][^,.“”\"「」『』\n]{0,60}?)에\s?(?:따르면|의하면)")
SPEAKER = re.compile(r"(?P<who>[^\s,“”\"‘’'「」『』][^,“”\"‘’'「」『』\n]{0,50}?)(?:은|는|이|가)(?=\s|$)")
HEDGES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "epistemic",
        re.compile(
            r"것으로\s*(?:보인다|보인|추정된다|추정|예상된다|추측)|가능성|수도\s*있|아마도?|듯하다|것\s*같|추정되"
        ),
    ),
    ("evidential", re.compile(r"것으로\s*(?:알려졌|전해졌)|알려진|미확인|잠정")),
    ("approximator", re.compile(r"(?<![가-힣])(?:약|최소|적어도|대략|최대)(?=\s?\d)|(?<=[\d가-힣])\s?(?:이상|이하|가량|안팎"
                                r"|미만)(?=[의이을은인으\s.,]|$)")),
    ("conditional", re.compile(r"만약|경우에?(?=[\s,])|다면(?=[\s,])")),
    ("limit", re.compile(r"지금까지|현재까지")),
)  # fmt: skip
