"""English: the verbs of speech with their stance, the formulae of silence, denial and correction, the hedges."""

from __future__ import annotations

from siteline.claims.draft.lexicon import Lexicon
from siteline.claims.draft.tokens import Phrases, in_order, listed, one_of, spread

_CUES = {
    "neutral": (
        "say|says|said|saying|tell|tells|told|telling|state|states|stated|stating|announce|announces|announced",
        "announcing|report|reports|reported|reporting|add|adds|added|adding|note|notes|noted|noting|explain|explains",
        "explained|explaining|write|writes|wrote|writing|tweeted|posted|declare|declares|declared|warn|warns|warned",
        "warning|estimate|estimates|estimated|estimating|conclude|concludes|concluded|concluding|recalled|recounted",
        "stressed|stresses|stressing|insist|insists|insisted|insisting|acknowledge|acknowledges|acknowledged|admits",
        "admitted|conceded|confirm|confirms|confirmed|confirming|reveal|revealed|reveals|argue|argues|argued|arguing",
        "testified|disclosed|discloses|point out|points out|pointed out|pointing out|assess|assesses|assessed",
        "calculate|calculates|calculated|assert|asserts|asserted|asserting|reiterated|reiterates|commented|indicated",
        "put the toll at|puts the toll at|put the number at|put the figure at|emphasised|emphasized|observed that",
        "cautioned|cautions|replied|replies|answered|responded that|remarked|clarified|underlined|hinted that|suggested that",
        "suggests that|speculated that|speculates that|maintained that|maintains that|allowed that|judged that|agreed that",
        "caution|insist|insist that|stress that|acknowledge|admit|concede|assert|conclude|declare|announce|explain|maintain that",
        "accuse|accuses|accused|accusing",
        "predict|reply|recall|point out that|told journalists|note that|warn that",
        "predicted|predicts|believes|believe|told reporters|quoted|found that|find that|finds that|showed that|shows that",
        "show that|determined that|established that|documented|documents|counted|recorded|recalls|described|describes",
    ),
    "doubt": ("claim|claims|claimed|claiming|allege|alleges|alleged|alleging|purport|purported|professed|contended",),
    "denial": (
        "deny|denies|denied|denying|reject|rejects|rejected|rejecting|dismiss|dismisses|dismissed|dismissing",
        "refute|refutes|refuted|rebut|rebutted|rebuts|repudiated|disputed|disputes|brushed off|brushed aside",
        "categorically denied|called the report false|called the allegations false|disavowed",
    ),
    "no_position": (
        "declined to comment|declines to comment|decline to comment|declined to say|declined to confirm or deny",
        "declined to confirm|declined to discuss|declined to answer|declined to elaborate|declined to provide",
        "declined to give|declined comment|declined all comment|declined an interview|declined to be interviewed",
        "declined to respond|declined immediate comment|refused to comment|refused to say|refused to confirm or deny",
        "refused to confirm|refused to discuss|refused to answer|refused comment|would not comment|would not say",
        "would not confirm or deny|would not confirm|would not be drawn|will not comment|does not comment|do not comment",
        "did not comment|has not commented|have not commented|had not commented|had no comment|has no comment|have no comment",
        "offered no comment|made no comment|gave no comment|neither confirmed nor denied|neither confirms nor denies",
        "neither confirm nor deny|would neither confirm nor deny|could neither confirm nor deny|refrained from commenting",
        "nor denied|did not confirm or deny|has not confirmed or denied|have not confirmed or denied",
        "did not confirm nor deny|can neither confirm nor deny|could not confirm|cannot confirm|can not confirm",
        "could not independently verify|could not independently confirm|could not immediately verify|could not verify",
        "was not able to verify|was unable to verify|were unable to verify|has not been able to verify",
        "have not been able to verify|was unable to confirm|could not immediately confirm|was not able to confirm",
        "did not immediately comment|has yet to comment|have yet to comment|has not yet commented|have not yet commented",
        "did not say|has not said|have not said|did not specify|did not elaborate|did not deny|has not denied",
        "have not denied|had not denied|took no position|took no view|cannot say|could not say|stopped short of denying",
        "did not address|has not confirmed|have not confirmed|did not confirm|kept silent about|reserved judgement",
    ),
    "no_answer": (
        "did not respond|did not immediately respond|has not responded|have not responded|had not responded",
        "has not yet responded|have not yet responded|had not yet responded|did not reply|did not immediately reply",
        "has not replied|have not replied|had not replied|did not answer|did not immediately answer|has not answered",
        "have not answered|had not answered|did not return|did not immediately return|has not returned|had not returned",
        "failed to respond|failed to reply|failed to answer|does not respond|do not respond|were not returned",
        "was not available for comment|were not available for comment|was not immediately available",
        "were not immediately available|was unavailable for comment|were unavailable for comment|could not be reached",
        "could not immediately be reached|couldn't be reached|was not reachable|were not reachable|went unanswered",
        "were not answered|was not answered|were not immediately returned|gave no answer|gave no reply|made no reply",
        "didn't respond|didn't immediately respond|hasn't responded|haven't responded|didn't reply|didn't answer",
        "didn't return|ignored requests|ignored a request|ignored questions|ignored repeated requests|left unanswered",
        "has yet to respond|have yet to respond|has yet to reply|have yet to reply",
        "did not respond to|provided no response|offered no response|gave no response",
    ),
    "correction": ("misstated|mistakenly said|incorrectly said|incorrectly stated|wrongly said|erroneously said",
                   "incorrectly reported|wrongly stated|misidentified|misreported|corrected its|has corrected its",
                   "corrected the figure|corrected his|corrected her|revised its|amended its"),
    "retraction": ("retracted|retracts|has retracted|have retracted|withdrew its|withdrew the report|withdrew the story",
                   "withdrew his|withdrew her|withdrew their|withdrew the claim|withdrew the statement|has withdrawn its",
                   "took back its|took back his|rescinded"),
}  # fmt: skip

_BARE = {
    "correction": (
        "an earlier version of this|a previous version of this|earlier versions of this|an earlier version of the",
        "this article has been corrected|this story has been corrected|this article has been amended",
        "this story has been amended|this article was amended|this article was corrected|this story was corrected",
        "has been corrected to|was corrected to|has been updated to correct|has been amended to|correction :|corrects",
        "clarification :|we regret the error|this version corrects|in an earlier version|correction appended",
        "this report has been corrected|an earlier report said|an earlier headline",
    ),
    "retraction": (
        "has been retracted|have been retracted|was retracted|were retracted|is retracted|we retract|hereby retract",
        "has been withdrawn|have been withdrawn|we withdraw|retraction :|please disregard the story|story is withdrawn",
        "this article has been removed because|no longer stand by",
    ),
    "no_answer": ("attempts to reach|efforts to reach|attempts to contact|efforts to contact",
                  "there was no immediate response|there was no response|there was no immediate reply|no reply was",
                  "there was no answer|no response was received|there was no reply|received no reply|received no response",
                  "received no answer|without reply|requests for comment went unanswered|got no answer"),
    "no_position": ("there was no immediate comment|there was no comment|no comment was|\" no comment|no official comment",
                    "there has been no official comment|there was no immediate confirmation|it was not immediately possible"),
}  # fmt: skip

_HEDGES = {
    "epistemic": (
        "may|might|could|possibly|possible|possibility|probably|probable|likely|unlikely|appear to|appears to",
        "appeared to|appear|appears|appeared|appearing to|seem to|seems to|seemed to|seem|seems|seemed|suggest|suggests",
        "suggestion|suggestions|suggested|suggesting|suggestive|believe|believes|believed|belief|thought to",
        "is thought|are thought|was thought",
        "were thought|be thought|been thought|presumably|presumed|presumes|potentially|perhaps|maybe|conceivably",
        "conceivable|plausible|plausibly|improbable|suspected|suspects|suspect|suspicion|assumed|assumes|assume|assumption",
        "unclear|uncertain|not clear|not certain|unknown|not known|doubtful|doubts|tentative|tentatively|hypothesis",
        "hypothesised|hypothesized|hypothetical|speculate|speculates|speculated|speculation|speculations|speculative",
        "arguably|cannot be ruled out|can not be ruled out|cannot rule out|cannot be excluded|in theory|theorized",
        "theorised|expected to|questionable|ambiguous|estimated|estimate|estimates|feared|fears that|remains to be seen",
        "consistent with|points to|either|whether or not|it is unclear|debated|disputed|controversial|supposed to",
        "suspicious|likelihood|probability|potential|conjecture|conjectured|surmised|guess|would appear|would seem",
    ),
    "evidential": (
        "not been independently verified|not been verified|not been independently confirmed|not been confirmed",
        "could not be verified|could not be independently verified|could not be confirmed|could not immediately be verified",
        "reportedly|apparently|allegedly|alleged|alleges|allege|purportedly|purported|ostensibly|is said to|are said to",
        "was said to|were said to|said to be|said to have|preliminary|unconfirmed|unverified|rumoured|rumored|rumour",
        "rumours|rumor|rumors|by all accounts|supposedly|supposed|seemingly|evidently|it is said|it was said|it is claimed",
        "is reported to|are reported to|was reported to|were reported to|reported to have|is understood to",
        "are understood to|is considered|are considered|was considered|were considered|considered to be|considered by",
        "is regarded|are regarded|was regarded|were regarded|regarded as|widely believed|widely regarded",
        "widely considered|widely thought|widely seen|widely accepted|widely known|widely recognized|widely recognised",
        "generally considered|generally regarded|generally believed|generally accepted|commonly considered",
        "commonly believed|commonly regarded|commonly thought|often considered|often regarded|often thought of",
        "often said|often described|sometimes considered|sometimes regarded|sometimes said|has been suggested",
        "have been suggested|it has been suggested|has been argued|have been argued|has been claimed|have been claimed",
        "has been proposed|is argued|it is argued|so-called|claims that|legend has it|tradition has it|is credited with",
        "is credited as|are credited with|is claimed|are claimed|was claimed|claimed to|is alleged|are alleged|was alleged",
        "were alleged|is believed|are believed|was believed|were believed|been believed|as rumoured|is perceived",
        "perceived as|is deemed|deemed to|is viewed as|viewed by|is seen as|are seen as",
    ),
    "limit": ("so far|to date|as far as is known|as far as we know|at this point|not yet known|yet to be confirmed",),
    "approximator": ("at least|at most|dozens|hundreds|thousands|tens of thousands|scores of|in the region of",),
}  # fmt: skip

_FLAGS = {
    "frequency": ("often|usually|sometimes|frequently|occasionally|generally|typically|normally|rarely|seldom|commonly",
                  "at times|from time to time|in many cases|in some cases|in most cases|for the most part|oftentimes"),
    "degree": ("somewhat|sort of|kind of|to some extent|to a certain extent|more or less|relatively|largely|mostly|virtually",
               "practically|essentially|in general|widely|increasingly|in part|partly|in some ways|in a sense"),
    "removal": ("has since been removed|have since been removed|was later removed|was removed from|has been removed from",
                "has since been deleted|have since been deleted|has been deleted|was deleted|were deleted|taken down",
                "no longer available|were later removed|since been taken offline"),
    "image": ("satellite images|satellite imagery|satellite image|satellite photos|aerial images|drone footage",
              "television footage|state television footage|video footage|photographs|commercial imagery"),
    "medium": ("in a statement|in a post|in an interview|at a briefing|in a report|on telegram|on x|on facebook",
               "in a letter|in an email|by phone|in written answers|at a news conference|at a press conference"),
}  # fmt: skip

_MONTHS = in_order("january february march april may june july august september october november december")
_SHORT = in_order("jan feb mar apr may jun jul aug sep oct nov dec")
_ONES = in_order(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = in_order("twenty thirty forty fifty sixty seventy eighty ninety")

ENGLISH = Lexicon(
    code="en",
    verbs=Phrases(spread(_CUES)),
    told=Phrases(
        spread(
            {
                "neutral": (
                    "according to|as reported by|as told by|as stated by|as announced by|as quoted by|as described by",
                    "in the words of|reported by|announced by|confirmed by|published by the|citing|quoting|based on a report by",
                    "as seen by",
                ),
                "doubt": ("as claimed by|claimed by|alleged by",),
                "denial": ("denied by|rejected by|dismissed by|refuted by",),
            }
        )
    ),
    bare=Phrases(spread(_BARE)),
    hedges=Phrases(spread(_HEDGES)),
    flags=Phrases(spread(_FLAGS)),
    negators=one_of(
        "not no never none nothing neither nor nobody without cannot can't don't doesn't didn't won't wouldn't couldn't"
        " isn't aren't wasn't weren't hasn't haven't hadn't n't"
    ),
    conditions=Phrases(
        dict.fromkeys(
            listed("if|unless|provided that|as long as|on condition that|in the event|should it|should they|should the|assuming"),
            "if",
        )
    ),
    breakers=one_of(
        "that but while because as when if although though after before where since until so yet whereas nor unless"
        " whether than then which"
    ),
    joiners=one_of("but and while on in at meanwhile however also yet though although still then earlier later separately"),
    fillers=one_of(
        "has have had is was were are be been being also later earlier then again repeatedly flatly previously since still"
        " often immediately today yesterday did does do would will could can not never only just already now initially"
        " publicly privately officially recently quickly strongly firmly strenuously vehemently categorically separately"
        " jointly both all late early once himself herself itself themselves reportedly long always consistently"
    ),
    relatives=one_of("who which whose whom that"),
    pronouns=one_of("he she it they we i you"),
    determiners=one_of("a an the this that these those its their his her our my one two three some several many any no both"),
    passive=one_of("is are was were be been being gets got"),
    by=one_of("by"),
    finite=one_of(
        "is are was were has have had will would can could may might must shall should does did do shows show showed"
        " makes made says said"
    ),
    own=one_of("we i our us my me"),
    before=Phrases(
        spread(
            {
                "least": ("at least|no fewer than|no less than|not less than|not fewer than|a minimum of|minimum of",),
                "more": ("more than|over|upwards of|in excess of|above|exceeding|exceeds|exceeded|greater than|well over",
                         "well over|just over|slightly more than",),
                "most": ("up to|at most|no more than|not more than|as many as|as much as|a maximum of|maximum of",
                         "no higher than",),
                "fewer": ("fewer than|less than|under|below|just under|well under|slightly less than",),
                "about": ("about|around|roughly|approximately|some|circa|approx|approx .|an estimated|estimated|in the region of",
                          "close to|~|≈|or so|perhaps|somewhere around|on the order of|an average of",),
                "nearly": ("nearly|almost|close on|not quite|just short of",),
            }
        )
    ),
    after=Phrases(
        spread({"least": ("or more|or higher|and more|plus|or greater",), "most": ("or fewer|or less|or lower",),
                "about": ("or so|or thereabouts|approximately",)})
    ),
    multipliers={
        "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "bn": 1e9, "mn": 1e6,

    },
    months={name: n % 12 + 1 for n, name in enumerate(_MONTHS + _SHORT)} | {"sept": 9},
    weekdays=one_of("monday tuesday wednesday thursday friday saturday sunday"),
    percent=Phrases(dict.fromkeys(("percent", "per cent", "%", "pct", "percentage points"), "percent")),
    range_words=one_of("to and - – — or ~ ∼"),
    number_words={w: float(n) for n, w in enumerate(_ONES)} | {w: 20.0 + 10 * n for n, w in enumerate(_TENS)},
    vague_counts=Phrases(
        {"tens of thousands": 10_000.0, "hundreds of thousands": 100_000.0, "tens of millions": 1e7, "tens": 10.0,
         "dozens": 24.0, "scores": 40.0, "hundreds": 100.0, "thousands": 1000.0, "millions": 1e6}
    ),
    false_words=one_of("false untrue baseless fabricated fake groundless unfounded fiction fictitious nonsense slander lie lies"
                       " slanderous fabrication fabrications disinformation misinformation"),
    perceives=one_of("see seen saw know known knew hear heard find found received noticed observed understand recall remember"
                     " feel felt think thought expect expected believe want"),
    starters=one_of("the a an in it he she they this that but and on at we i for however officials there these those his her"
                    " its as when after if no one"),
    abbreviations=one_of("mr mrs ms dr gen col lt sgt maj capt cpl adm sen rep gov prof rev hon st mt vs e.g i.e cf approx ca est"
                         " fig figs no nos vol pp ch sec art dept brig cmdr amb pres messrs viz al"),
    endings=one_of("u.s u.n u.k e.u a.m p.m inc ltd co corp jr sr etc d.c ph.d jan feb mar apr jun jul aug sep sept oct nov dec"
                   " u.s.a plc bros ft mi km"),
    anonymous=Phrases(
        dict.fromkeys(
            listed(
                "asked not to be named|asked not to be identified|on condition of anonymity|on the condition of anonymity",
                "declined to be named|declined to be identified|who asked for anonymity|requested anonymity|spoke anonymously",
                "asked to remain anonymous|wished to remain anonymous|was not authorised to speak|was not authorized to speak",
                "were not authorised to speak|were not authorized to speak|not authorised to speak|not authorized to speak",
                "who was not named|on background|whose name is withheld|name withheld",
            ),
            "asked",
        )
    ),
    persons=one_of("official officials source sources person people spokesman spokeswoman spokesperson diplomat diplomats soldier"
                   " soldiers officer officers resident residents witness witnesses worker workers researcher researchers analyst"
                   " analysts expert experts employee employees insider insiders lawmaker lawmakers man woman engineer engineers"
                   " commander investigator investigators prosecutor prosecutors critic critics observer observers"),
    relays=one_of("agency newspaper outlet broadcaster television herald times post news daily gazette tribune reuters magazine"
                  " channel radio media press website wire journal weekly network tv afp yonhap tass kcna bbc cnn"),
)  # fmt: skip

VAGUE = one_of("some many most several various numerous certain other few countless")
"""Before a group without names: "some experts"."""

GROUPS = one_of(
    "people experts scholars critics observers analysts historians researchers scientists authors writers fans sources"
    " commentators officials academics studies reports accounts theories theorists sceptics skeptics supporters opponents"
    " believers followers reviewers players users sections circles quarters cases"
)
