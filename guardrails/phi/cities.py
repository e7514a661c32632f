"""The city behind a street: every unit below the state, 45 CFR 164.514(b)(2)(i)(B).

Other cities are found by the tagger. States and countries stay.
"""

import re
from collections.abc import Iterator

from guardrails.phi.lexicon import NOT_NAMES
from guardrails.phi.view import Span, View

_STATE_NAMES = (
    "alabama,alaska,arizona,arkansas,california,colorado,connecticut,delaware,florida,georgia,hawaii,idaho,illinois,"
    "indiana,iowa,kansas,kentucky,louisiana,maine,maryland,massachusetts,michigan,minnesota,mississippi,missouri,montana,"
    "nebraska,nevada,new hampshire,new jersey,new mexico,north carolina,north dakota,ohio,oklahoma,oregon,pennsylvania,"
    "rhode island,south carolina,south dakota,tennessee,texas,utah,vermont,virginia,west virginia,wisconsin,wyoming,"
    "puerto rico,america,united states,usa,us,uk,england,scotland,wales,ireland,mexico,canada,india,china,spain,france,"
    "germany,italy,poland,britain,europe,africa,asia,australia,states,japan,brazil,cuba,haiti,philippines,vietnam,korea,"
    "pakistan,nigeria,ghana,portugal"
)
STATE = re.compile(rf"(?:{_STATE_NAMES.replace(',', '|')})\b", re.IGNORECASE)
_STATE_CODE = re.compile(
    r"(?:A[LKZR]|C[AOT]|DE|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY])\b"
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
DIRECTIONS = frozenset(
    """
    north south east west northeast northwest southeast southwest n s e w new old upper lower
    fort saint san santa los las el la port lake mount
    """.split()
)


def city_after(view: View, end: int) -> Iterator[Span]:
    """The city that follows a street: up to the state, the ZIP code or the end."""
    lead = re.compile(r"[\s,.]*(?:(?:uh|um|er|and|it's|in)[\s,]+)*").match(view.text, end)
    yield from city_at(view, lead.end() if lead else end, 3)


def city_at(view: View, start: int, most: int) -> Iterator[Span]:
    """One to three words that can be a city, from a place on."""
    taken: list[tuple[int, int]] = []
    for word in view.words:
        if word.start < start:
            continue
        text = view.text[word.start :]
        plain = word.text.isalpha() or "'" in word.text or word.text == "-"
        if not plain or _no_place(word.text) or STATE.match(text) or _STATE_CODE.match(text):
            break
        if taken and view.cased and view.text[taken[0][0]].isupper() and not text[0].isupper():
            break
        if taken and re.search(r"[,.?!]", view.text[taken[-1][1] : word.start]):
            break
        taken.append((word.start, word.end))
        if len(taken) == most or (not view.cased and word.text not in DIRECTIONS):
            break
    if not taken or not view.text[taken[0][0]].isalpha():
        return
    if view.cased and not view.text[taken[0][0]].isupper():
        return
    yield Span(taken[0][0], taken[-1][1], "CITY", 0.65)


def _no_place(word: str) -> bool:
    if word in DIRECTIONS:
        return False
    return word in _PLACE_STOP or word in NOT_NAMES or "'" in word
