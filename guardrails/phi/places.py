"""Where people live: street addresses, cities, counties and postal codes.

45 CFR 164.514(b)(2)(i)(B): every unit below the state. The first three digits of a ZIP code could
stay for large areas; a live service cannot look that up safely, so the whole code is masked.
States and countries stay.
"""

import re
from collections.abc import Iterator

from guardrails.phi import written_addresses
from guardrails.phi.cities import DIRECTIONS, city_after
from guardrails.phi.speech import SPANISH
from guardrails.phi.spoken import Run
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
UNIT = re.compile(
    r"[\s,]+(?:apt\.?|apartment|suite|ste\.?|unit|number|room|floor|lot|building|bldg\.?|flat|#)[\s#]*"
    rf"(?:\d+\s?[a-z]?\b|[a-z](?: as in \w+| for \w+)?(?:\s?\d+|\s{_NUMBER})?\b|(?:{_NUMBER}(?:[\s-]+|\b))+[a-z]?\b)",
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


def find(view: View) -> Iterator[Span]:
    """Every street address in an utterance, and the city behind it."""
    for match in _BOX.finditer(view.text):
        yield Span(match.start(), match.end(), "ADDRESS", 0.9)
    yield from written_addresses.find(view)
    for match in _ON_STREET.finditer(view.text):
        yield Span(match.start(1), match.end(1), "ADDRESS", 0.7)
    asked = "ADDRESS" in view.expected or view.names_anywhere("ADDRESS")
    if "ADDRESS" in view.expected:
        for match in UNIT.finditer(" " + view.text):
            start = match.start() - 1 + len(match[0]) - len(match[0].lstrip(" ,\n"))
            yield Span(start, match.end() - 1, "ADDRESS", 0.7, "asked for")
    for run in view.runs:
        span = _street(view, run, asked)
        if span is not None:
            yield span
            yield from city_after(view, span.end)


def _street(view: View, run: Run, asked: bool) -> Span | None:
    """A house number with the street behind it."""
    if run.letters > 1 or not 1 <= run.digits <= 6:
        return None
    following = [word for word in view.words if word.start >= run.end][:6]
    names: list[int] = []
    for position, word in enumerate(following):
        if word.text in SPANISH.fillers or word.text in ",.":
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
                and behind[0].text in DIRECTIONS
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
            unit = UNIT.match(view.text, end)
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
