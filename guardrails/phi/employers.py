"""Employers of the patient or of relatives: 45 CFR 164.514(b)(2)(i) covers their identifiers too.

Only where the talk says that somebody works there; clinics, plans and pharmacies of the call stay.
"""

import re
from collections.abc import Iterator

from guardrails.phi.lexicon import NOT_NAMES
from guardrails.phi.view import Span, View

_WORKS = re.compile(
    r"\b(?:(?:i|he|she|they|we|who|husband|wife|son|daughter|mom|dad|mother|father|brother|sister|you)\s+(?:still\s+|also\s+|both\s+|used to\s+|just\s+)?"
    r"(?:works?|worked|am employed|is employed|was employed|drives?|drove|teach(?:es)?|taught|(?:'m|am|is|was) (?:a \w+|working))"
    r"|(?:i|he|she|they|who)(?:'m|'s|'re|'ve been| am| is| was| have been| has been)\s+(?:been\s+)?(?:working|employed)|(?:my|his|her) (?:job|shift|work|insurance|plan|coverage)|retired|laid off)"
    r"\s+(?:nights\s+|days\s+|part ?-?time\s+|full ?-?time\s+|over\s+|down\s+|here\s+)?(?:at|for|from|with|by|through)\s+"
    r"|\bemployer(?:'s name)?(?:\s+is|'s|\s+was|:)?\s+(?:is\s+)?|\b(?:insurance|coverage|plan|benefits|disability|leave) (?:is )?(?:through|from|with|at) (?:my|his|her|the)?\s*(?:work|job|employer)(?: at| with|,)?\s+"
    r"|\b(?:trabajo|trabaja|trabajaba|trabajé|trabajó) (?:en|para|con)\s+",
    re.IGNORECASE,
)
_ANSWER = re.compile(
    r"^(?:[\s,.]|\b(?:yes|yeah|sure|okay|ok|um|uh|er|it's|it is|that's|i'm with|i work|at|for|so|well|oh|en|es|para)\b)*",
    re.IGNORECASE,
)
_ENDS = NOT_NAMES | frozenset(
    """
    a an some least most night nights day days home myself himself herself part full school
    schools work works job company business place office store factory warehouse restaurant
    government city county state hospital nursing construction retail another different long over
    many times so it where since until on in there here una un la el los las mi su casa
    """.split()
)  # fmt: skip
_JOINS = frozenset({"and", "of", "&", "y", "de", "del", "-", "the", "la", "los", "las"})
_MOST = 5


def find(view: View) -> Iterator[Span]:
    """Every employer that is named as one."""
    for match in _WORKS.finditer(view.text):
        yield from _named(view, match.end(), "said to work there")
    if "EMPLOYER" in view.expected and len(view.words) <= 12:
        lead = _ANSWER.match(view.text)
        yield from _named(view, lead.end() if lead else 0, "asked for")


def _named(view: View, start: int, why: str) -> Iterator[Span]:
    taken: list[tuple[int, int]] = []
    words = [word for word in view.words if word.start >= start][: _MOST + 2]
    for index, word in enumerate(words):
        if not word.text[0].isalnum() and word.text not in _JOINS:
            break
        if index == 0 and word.text == "the":
            continue
        joint = word.text in _JOINS and bool(taken) and index + 1 < len(words)
        if joint:
            following = words[index + 1]
            if view.cased and not view.upper(following) and following.text not in _JOINS:
                break
            if following.text in _ENDS - _JOINS or (
                word.text == "and" and not view.cased and taken and len(taken) > 1
            ):
                break
            continue
        if word.text in _ENDS or (view.cased and not view.upper(word)) or len(taken) == _MOST:
            break
        taken.append((word.start, word.end))
    if taken:
        yield Span(taken[0][0], taken[-1][1], "ORGANIZATION", 0.7, why)
