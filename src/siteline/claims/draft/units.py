"""Units that numbers are followed by, and the nouns they count."""

from __future__ import annotations

from siteline.claims.draft.tokens import Phrases, one_of

UNITS = Phrases(
    {
        phrase: code
        for code, phrases in {
            "m": "m|metre|metres|meter|meters|метрів|метри|метра|метров|미터",
            "km": "km|kilometre|kilometres|kilometer|kilometers|км|кілометрів|километров|킬로미터",
            "cm": "cm|centimetres|centimeters",
            "mi": "mile|miles",
            "ft": "feet|ft|foot",
            "m²": "square metres|square meters|square metre|square meter|sq m|sq . m|m²|кв . м|квадратних метрів|제곱미터",
            "km²": "square kilometres|square kilometers|sq km|km²|кв . км",
            "ft²": "square feet|sq ft",
            "ha": "hectares|hectare|ha|гектарів|гектаров",
            "kg": "kg|kilogram|kilograms|kilogrammes|кг|кілограмів|килограммов",
            "t": "tonne|tonnes|ton|tons|metric tons|metric tonnes|тонн|тонни|톤",
            "km/h": "km / h|kilometres per hour|kilometers per hour|км / год|км / ч",
            "mph": "mph|miles per hour",
            "min": "minute|minutes|хвилин|분",
            "s": "second|seconds|секунд",
            "h": "hour|hours|годин|години|часов|시간",
            "d": "day|days|днів|дні|дней",
            "wk": "week|weeks|тижнів|недель",
            "mo": "month|months|місяців|месяцев|개월",
            "a": "year|years|років|лет",
            "MW": "mw|megawatt|megawatts",
            "l": "litres|liters",
            "°C": "degrees celsius|° c",
        }.items()
        for phrase in phrases.split("|")
    }
)
SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₩": "KRW", "₴": "UAH", "₽": "RUB"}
MONEY = {
    "dollar": "USD", "dollars": "USD", "usd": "USD", "euro": "EUR", "euros": "EUR", "eur": "EUR", "pounds": "GBP", "yen": "JPY",
    "won": "KRW", "yuan": "CNY", "hryvnia": "UAH", "hryvnias": "UAH", "ruble": "RUB", "rubles": "RUB", "rouble": "RUB",
    "roubles": "RUB", "гривень": "UAH", "гривні": "UAH", "рублей": "RUB", "рублів": "RUB", "доларів": "USD",
    "долларов": "USD", "원": "KRW", "달러": "USD", "євро": "EUR", "евро": "EUR",
}  # fmt: skip
NO_PLURAL = one_of(
    "people men women children aircraft dead wounded injured killed missing personnel staff police troops percent fish others"
    " fatalities casualties drones civilians"
)
STOPPERS = one_of(
    "of in on at by for from to with than and or but that which who were was are is had has have been be will would could may"
    " might can between during since until before after over under near into as if when while because their his her its the a"
    " an this these those not also per against through out about did does do bore fell hit struck came went left"
    " took made said saw"
    " gave found held lost met put ran sat sent set stood told won fall carry carried come go remain remained"
    " predate predated weigh"
    " weighed landed arrived entered appeared"
)
"""Words at which the name of what is counted is over."""

HARM = {
    "killed": one_of(
        "kill kills killed killing dead deaths died slain вбито загинуло загинули убито погибли погибло"
    ),
    "wounded": one_of(
        "wound wounds wounded wounding injure injures injured injuring поранено поранені ранено ранены"
    ),
    "missing": one_of("missing"),
}
REFERENCE = one_of(
    "marking marked number no serial model type code article page paragraph section chapter resolution flight room block gate"
    " route highway year mark figure table phase order version edition class item lot batch channel psalm act clause"
)
"""Words before a number that names and does not count."""

MEASURED = one_of(
    "size length area width height depth volume number amount rate level weight mass cost price capacity floor footprint surface"
    " distance range speed output population value total"
)
LARGER = one_of("larger bigger longer wider taller greater more higher heavier faster older louder deeper")
SMALLER = one_of("smaller shorter narrower lower fewer less lighter slower younger")
AS_LARGE = one_of("large big long wide tall much many high heavy fast great")
FACTORS = {"double": 2.0, "doubled": 2.0, "doubles": 2.0, "doubling": 2.0, "triple": 3.0, "tripled": 3.0, "tripling": 3.0,
           "quadruple": 4.0, "quadrupled": 4.0, "halve": 0.5, "halved": 0.5, "halving": 0.5}  # fmt: skip
LOOSE = frozenset(("double", "triple", "quadruple", "doubles"))
"""Adjectives too: only after an auxiliary."""

AUXILIARIES = one_of(
    "may might could will would to has had have can should must nearly almost more roughly about"
)
RISES = one_of(
    "rise rises rose risen increase increases increased grow grows grew grown climb climbed jump jumped expand expanded up"
)
FALLS = one_of(
    "fall falls fell fallen drop drops dropped decrease decreased decline declined shrink shrank cut reduced down"
)
PARTICLES = ("이", "가", "을", "를", "은", "는", "의", "과", "와", "도")
"""Korean: what is joined to the word that is counted, and is no part of it."""

TIMES = {"twice": 2.0, "thrice": 3.0}
