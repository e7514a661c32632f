"""Where people live: street addresses, cities, counties and postal codes.

45 CFR 164.514(b)(2)(i)(B): every unit below the state. The first three digits of a ZIP code could
stay for large areas; a live service cannot look that up safely, so the whole code is masked.
States and countries stay.
"""

import re
from collections.abc import Iterator

from guardrails.phi.lexicon import NOT_NAMES
from guardrails.phi.spoken import FILLERS, Run
from guardrails.phi.view import Span, View

_STRONG = frozenset(
    """
    street st avenue ave avenues boulevard blvd road rd lane ln court ct terrace parkway pkwy
    highway hwy circle cir plaza turnpike expressway freeway causeway crescent mews calle
    avenida carretera
    """.split()
)
_SUFFIXES = _STRONG | frozenset(
    """
    alley annex arcade bayou beach bend bluff bluffs bottom branch bridge brook brooks burg
    burgs bypass camp canyon cape center centers circles cliff cliffs club common commons corner
    corners course courts cove coves creek crest crossing crossroad crossroads curve dale dam
    divide drive drives dr estate estates extension extensions fall falls ferry field fields
    flat flats ford fords forest forge forges fork forks fort garden gardens gateway glen glens
    green greens grove groves harbor harbors haven heights hill hills hollow inlet island
    islands isle junction junctions key keys knoll knolls lake lakes land landing light lights
    loaf lock locks lodge loop mall manor manors meadow meadows mill mills mission motorway
    mount mountain mountains neck orchard oval overpass park parks parkways pass passage path
    pike pine pines place pl plain plains plazas point points port ports prairie radial ramp
    ranch rapid rapids rest ridge ridges river roads route row rue run shoal shoals shore shores
    skyway spring springs spur spurs square squares station stravenue stream streets summit
    throughway trace track trafficway trail trails tunnel underpass union unions valley valleys
    via viaduct view views village villages ville vista walk walks wall way ways well wells
    steps rise close gate hill
    """.split()
)
_NUMBER = (
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)"
)
_UNIT = re.compile(
    r"[\s,]+(?:apt\.?|apartment|suite|ste\.?|unit|number|room|floor|lot|building|bldg\.?|flat|#)[\s#]*"
    rf"(?:\d+\s?[a-z]?\b|[a-z]\b|(?:{_NUMBER}(?:[\s-]+|\b))+[a-z]?\b)",
    re.IGNORECASE,
)
_BOX = re.compile(
    rf"\bp\.?\s?o\.?\s+box\s+(?:number\s+)?(?:\d+|(?:{_NUMBER}[\s-]*)+)",
    re.IGNORECASE,
)
_ON_STREET = re.compile(
    r"\b(?:on|at|off|near|down|along|corner of|and)\s+((?!the\b|a\b|my\b|that\b|this\b|your\b|our\b)[a-z0-9']+(?:\s+(?!the\b)[a-z0-9']+)?\s+(?:street|avenue|boulevard|parkway|turnpike))\b",
    re.IGNORECASE,
)
_NO_STREET = frozenset(
    """
    a an i you he she it we they this that these those is was are were be been have has had do
    does did not for to of by with from my your his her our their me him them and or but so
    because if when then than over about times time day days week weeks month months year years
    hour hours minute minutes milligram milligrams mg percent pounds tablets pills point degrees
    dollars people other same different half more o'clock am pm at on in out off can could would
    will should just really very also too yes no okay every each per once twice thing things on
    one's step
    """.split()
)
_STATE_NAMES = (
    "alabama,alaska,arizona,arkansas,california,colorado,connecticut,delaware,florida,georgia,hawaii,idaho,illinois,"
    "indiana,iowa,kansas,kentucky,louisiana,maine,maryland,massachusetts,michigan,minnesota,mississippi,missouri,montana,"
    "nebraska,nevada,new hampshire,new jersey,new mexico,north carolina,north dakota,ohio,oklahoma,oregon,pennsylvania,"
    "rhode island,south carolina,south dakota,tennessee,texas,utah,vermont,virginia,west virginia,wisconsin,wyoming,"
    "puerto rico,america,united states,usa,us,uk,england,scotland,wales,ireland,mexico,canada,india,china,spain,france,"
    "germany,italy,poland,britain,europe,africa,asia,australia,states,japan,brazil,cuba,haiti,philippines,vietnam,korea,"
    "pakistan,nigeria,ghana,portugal"
)
_STATE = re.compile(rf"(?:{_STATE_NAMES.replace(',', '|')})\b", re.IGNORECASE)
_STATE_CODE = re.compile(
    r"(?:A[LKZR]|C[AOT]|DE|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY])\b"
)
_LIVES = re.compile(
    r"\b(?:i|we|he|she|they|who|you)?\s*(?:'m |'re |am |are |is |'s )?(?:still |now |just |currently )?"
    r"(?:live|lives|living|reside|resides|residing|located|based|grew up|born|moved|move|moving|relocat\w+|stay|staying|born and raised)"
    r"\s+(?:down |up |out |over |back |right |here )?(?:in|to|near|outside|around|outside of|from)\s+|\b(?:city|town|county|village) (?:of|is|'s)\s+"
    r"|\b(?:in|from) the (?:city|town) of\s+|\b(?:i'm|i am|we're|calling) from\s+",
    re.IGNORECASE,
)
_PLACE_STOP = frozenset(
    """
    and but so or with the a an my his her your our their i he she we they you it zip code
    zipcode postal is was are for since because about at on to by from near here there now when
    where which who right correct please thanks that this apartment assisted nursing house home
    pain bed an care fear hospital country same today alone together order general particular uh
    um er yes no if until while still yeah anymore years old new recently between both
    retirement senior area clinic office pharmacy department billing doctor insurance program
    downstairs upstairs town street city county state
    """.split()
)
_DIRECTION = frozenset(
    """
    north south east west northeast northwest southeast southwest n s e w new old upper lower
    fort saint san santa los las el la port lake mount
    """.split()
)


def find(view: View) -> Iterator[Span]:
    """Every street address in an utterance, the city behind it, and places said to be lived in."""
    for match in _BOX.finditer(view.text):
        yield Span(match.start(), match.end(), "ADDRESS", 0.9)
    for match in _ON_STREET.finditer(view.text):
        yield Span(match.start(1), match.end(1), "ADDRESS", 0.7)
    asked = bool({"ADDRESS"} & view.expected) or bool(
        view.named_before(len(view.text), ("ADDRESS",), reach=10_000)
    )
    for run in view.runs:
        span = _street(view, run, asked)
        if span is not None:
            yield span
            yield from _city_after(view, span.end)
    for match in _LIVES.finditer(view.text):
        yield from _city_at(view, match.end(), 3)
    if {"CITY", "ADDRESS"} & view.expected and len(view.words) <= 6 and not view.runs:
        lead = re.match(
            r"(?:(?:yes|yeah|sure|okay|ok|um|uh|er|it's|it is|that's|in|i'm in|the city is|and)[\s,]+)*",
            view.text,
            re.IGNORECASE,
        )
        if "CITY" in view.expected or view.cased:
            yield from _city_at(view, lead.end() if lead else 0, 3)
    for zip_word in re.finditer(r"\bzip(?: ?code)?\b|\bpostal code\b", view.lower):
        yield from _city_before(view, zip_word.start())


def _street(view: View, run: Run, asked: bool) -> Span | None:
    """A house number with the street behind it."""
    if run.letters > 1 or not 1 <= run.digits <= 6:
        return None
    following = [word for word in view.words if word.start >= run.end][:6]
    names: list[int] = []
    for position, word in enumerate(following):
        if word.text in FILLERS or word.text in ",.":
            continue
        if not word.text[0].isalnum() or (word.text in _NO_STREET and word.text not in _SUFFIXES):
            break
        if (
            names
            and word.text in _SUFFIXES
            and (word.text in _STRONG or asked or _capitalised(view, word.start))
        ):
            end = word.end
            behind = following[position + 1 :]
            # "Cedar Lake Road": the last suffix in a row ends the street
            if behind and behind[0].text in _SUFFIXES and behind[0].start - end <= 1:
                end = behind[0].end
                behind = behind[1:]
            if (
                behind
                and behind[0].text in _DIRECTION
                and behind[0].start - end <= 1
                and asked
                and len(behind) > 1
            ):
                end = behind[0].end
            if (
                end < len(view.text)
                and view.text[end] == "."
                and word.text in ("st", "ave", "rd", "dr")
            ):
                end += 1
            unit = _UNIT.match(view.text, end)
            number = re.search(r"\bnumber\s+$", view.lower[: run.start])
            start = number.start() if number else run.start
            return Span(start, unit.end() if unit else end, "ADDRESS", 0.92)
        names.append(position)
        if len(names) > 4:
            break
    if asked and names and run.digits >= 2 and len(view.words) <= 14:
        last = following[names[min(len(names), 2) - 1]]
        return Span(run.start, last.end, "ADDRESS", 0.7)
    return None


def _capitalised(view: View, start: int) -> bool:
    return view.text[start].isupper()


def _city_after(view: View, end: int) -> Iterator[Span]:
    """The city that follows a street: up to the state, the ZIP code or the end."""
    lead = re.compile(r"[\s,.]*(?:(?:uh|um|er|and|it's|in)[\s,]+)*").match(view.text, end)
    yield from _city_at(view, lead.end() if lead else end, 3)


def _city_at(view: View, start: int, most: int) -> Iterator[Span]:
    """One to three words that can be a city, from a place on."""
    taken: list[tuple[int, int]] = []
    for word in view.words:
        if word.start < start:
            continue
        text = view.text[word.start :]
        plain = word.text.isalpha() or "'" in word.text or word.text == "-"
        if not plain or _no_place(word.text) or _STATE.match(text) or _STATE_CODE.match(text):
            break
        if taken and view.cased and view.text[taken[0][0]].isupper() and not text[0].isupper():
            break
        if taken and re.search(r"[,.?!]", view.text[taken[-1][1] : word.start]):
            break
        taken.append((word.start, word.end))
        if len(taken) == most or (not view.cased and word.text not in _DIRECTION):
            break
    if not taken or not view.text[taken[0][0]].isalpha():
        return
    if view.cased and not view.text[taken[0][0]].isupper():
        return
    yield Span(taken[0][0], taken[-1][1], "CITY", 0.65)


def _no_place(word: str) -> bool:
    if word in _DIRECTION:
        return False
    return word in _PLACE_STOP or word in NOT_NAMES or "'" in word


def _city_before(view: View, end: int) -> Iterator[Span]:
    """ "... in Terryland zip oh eight": the word or two in front of the ZIP code."""
    lead = re.search(
        r"\b(?:in|to|city is|city of)\s+((?:[a-z']+\s+){0,2}[a-z']+)[\s,]*(?:[A-Z]{2}[\s,]*)?$",
        view.text[:end],
        re.IGNORECASE,
    )
    if lead is None:
        return
    words = lead[1].split()
    if words and not any(word.lower() in _PLACE_STOP - _DIRECTION for word in words):
        state = _STATE.search(lead[1])
        stop = lead.start(1) + (state.start() if state else len(lead[1]))
        if view.text[lead.start(1) : stop].strip():
            yield Span(
                lead.start(1),
                lead.start(1) + len(view.text[lead.start(1) : stop].rstrip(" ,")),
                "CITY",
                0.65,
            )
