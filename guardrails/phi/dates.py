"""Dates that relate to a person, and ages over 89: 45 CFR 164.514(b)(2)(i)(C).

Said or written, in any order, with fillers between the parts. Durations, times of day, readings
and words like "today" stay: they are not elements of a date.
"""

import re
from collections.abc import Iterator

from guardrails.phi.view import Span, View

_ONES = "one|two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
)
_ORDINAL = (
    r"(?:\d{1,2}(?:st|nd|rd|th)|(?:twenty|thirty)[\s-]+(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
    r"|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth"
    r"|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"
)
_TWO = rf"(?:(?:{_TENS})[\s-]+(?:{_ONES})|{_TEENS}|{_TENS}|(?:oh|o|zero)[\s-]+(?:{_ONES}))"
_DAY = rf"(?:{_ORDINAL}|(?:twenty|thirty)[\s-]+(?:{_ONES})|{_TEENS}|twenty|thirty|(?:oh[\s-]+)?(?:{_ONES})|\d{{1,2}}(?!\d|:|\.\d))"
_SEP = r"(?:[\s,.\-–]|\b(?:uh|um|er|erm|uhm|the|of|in|on|and|year)\b)+"
_YEAR4 = (
    rf"(?:(?:19|20)\d\d|(?:nineteen|twenty|eighteen){_SEP}(?:{_TWO})|nineteen hundred"
    rf"|two thousand(?:{_SEP}(?:{_TWO}|{_ONES}))?)"
)
_YEAR = rf"(?:{_YEAR4}|'\d\d|\d\d(?!\d)|{_TWO})"
_NOT_UNIT = (
    r"(?!\s*(?:milligram|mg|unit|pound|percent|%|days?\b|weeks?\b|times?\b|tablets?|pills?|hours?|minutes?"
    r"|o'?clock|am\b|pm\b|or\s+(?:two|three|four)|people|thing|of (?:them|the|those)))"
)
_WITH_DAY = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_YEAR4}{_SEP}(?:the\s+)?{_DAY}{_SEP}{_MONTH}\b",
        rf"\b{_YEAR4}{_SEP}{_MONTH}{_SEP}{_DAY}\b",
        rf"\b{_MONTH}{_SEP}(?:the\s+)?{_DAY}{_SEP}{_YEAR}\b{_NOT_UNIT}",
        rf"\b(?:the\s+)?{_DAY}(?:{_SEP}){_MONTH}{_SEP}{_YEAR}\b{_NOT_UNIT}",
        rf"\b{_MONTH}{_SEP}(?:the\s+)?{_DAY}\b{_NOT_UNIT}",
        rf"\b(?:the\s+)?{_DAY}(?:{_SEP}){_MONTH}\b",
    )
]
_OTHER_DATES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_MONTH}(?:\s+of)?[\s,]+{_YEAR4}\b",
        r"\b\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)?\d\d\b",
        r"\b(?:19|20)\d\d[/.-]\d{1,2}[/.-]\d{1,2}\b",
        r"\b(?:[1-9]|[12]\d|3[01]) de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre"
        r"|noviembre|diciembre)(?: (?:de|del) (?:\d{4}|mil \w+(?: \w+){0,4}))?\b",
        r"\b\w+ de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)"
        r"(?: (?:de|del) (?:\d{4}|(?:mil|dos mil)(?: \w+){0,4}))?\b",
    )
]
_SLASHED = re.compile(r"\b(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])\b")
_MONTH_ALONE = re.compile(
    rf"\b(?:in|since|until|till|by|last|next|this|early|late|mid|through|of|every|around|from)[\s-]+({_MONTH})(?!\w)(?=\s*(?:$|[.,?!;]|(?:and|or|when|for|of|to|but|after|because|at|that|so|it|if|is|was|then|before|with|about)\b))",
    re.IGNORECASE,
)
_ORDINAL_ALONE = re.compile(rf"\b(?:the\s+)?{_ORDINAL}\b", re.IGNORECASE)
_ON_THE = re.compile(
    rf"\b(?:on|by|until|since|from|to)\s+(the\s+{_ORDINAL})\b(?!\s+(?:floor|time|visit|one|day))",
    re.IGNORECASE,
)
_THE_DAY = re.compile(
    rf"\b(?:on|by|since|until|till|before|after|through|from|around|of|said|says|denied|paid|sent|filled|seen|due|came|went|called|discharged|admitted)"
    rf"\s+(the\s+{_ORDINAL})(?=\s*(?:$|[.,?!;]|(?:and|for|at|but|so|i|he|she|they|we|you|it|with|because|when|in|or|that|if|then|they'll|he'll|she'll|i'll|we'll)\b))",
    re.IGNORECASE,
)
_BIRTH_YEAR = re.compile(
    rf"\b(?:birth ?year|year of birth|born in|year was)(?:'s| is| was)?\s+(?:19|'|nineteen )?({_TWO}|\d\d)(?!\d)",
    re.IGNORECASE,
)
_MODAL = re.compile(
    r"\b(?:i|you|he|she|it|we|they|that|this|which|who|there|and|or)\s*$", re.IGNORECASE
)
_YEAR_ALONE = re.compile(rf"\b{_YEAR4}\b", re.IGNORECASE)
_AGE = (
    r"(?:9\d|1[01]\d|12[0-5]|ninety(?:[\s-]+(?:one|two|three|four|five|six|seven|eight|nine))?"
    r"|(?:a|one) hundred(?:(?:\s+and)?\s+(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))?)"
)
OLD = re.compile(rf"\b{_AGE}\b|\bnoventa\b|\bcien(?:to)?\b", re.IGNORECASE)
"""An age over 89."""
_AGES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b({_AGE})[\s-]*(?:years?|yrs?|yr)?[\s-]*old\b",
        rf"\b({_AGE})\s*(?:years of age|y\.?o\.?\b|yo\b)",
        rf"\b(?:aged?|age is|turn(?:ed|ing|s)?|is now|age of)\s+({_AGE})\b(?!\s*(?:%|percent|over|/|degrees|beats|pounds))",
    )
]
_AGE_ANSWER = re.compile(
    rf"\b({_AGE})\b(?!\s*(?:%|percent|over|/|degrees|beats|pounds|milligr|mg))", re.IGNORECASE
)
_PERSON_AGE = re.compile(
    rf"\b(?:i'?m|i am|he'?s|he is|she'?s|she is|who'?s|who is)\s+({_AGE})(?=\s*(?:$|[,.!?]|it'?s\b|he\b|she\b|years\b|and\b|now\b|but\b|so\b|almost\b|next\b|this\b))",
    re.IGNORECASE,
)


def find(view: View) -> Iterator[Span]:
    """Every date in an utterance, then every age over 89."""
    yield from _dates(view)
    yield from _ages(view)


def _dates(view: View) -> Iterator[Span]:
    expected = view.expected & {"DOB", "DATE"}
    days = [match for pattern in _WITH_DAY for match in pattern.finditer(view.text)]
    others = (match for pattern in _OTHER_DATES for match in pattern.finditer(view.text))
    for match in (*days, *others):
        if not _modal(view, match):
            yield Span(match.start(), match.end(), "DATE", 0.9)
    for match in _MONTH_ALONE.finditer(view.text):
        if not re.match(r"(?:may|march|mar)\b", match[1], re.IGNORECASE) or match[1][0].isupper():
            yield Span(match.start(1), match.end(1), "DATE", 0.6)
    if expected or view.names_anywhere("DOB", "DATE"):
        for match in _SLASHED.finditer(view.text):
            yield Span(match.start(), match.end(), "DATE", 0.8)
    for match in _ON_THE.finditer(view.text) if days else _THE_DAY.finditer(view.text):
        yield Span(match.start(1), match.end(1), "DATE", 0.7, "a day of the month")
    for match in _BIRTH_YEAR.finditer(view.text):
        yield Span(match.start(1), match.end(1), "DATE", 0.7, "year of birth")
    yield from _answers(view, expected)


def _answers(view: View, expected: frozenset[str]) -> Iterator[Span]:
    """What is a date only because one was asked for, or because "born" stands before it."""
    for run in view.runs:
        if run.letters or not 3 <= run.digits <= 8 or any(a.kind == "H" for a in run.atoms):
            continue
        named = view.named_before(run.start, ("DOB",), reach=60)
        answer = "DOB" in expected and len(view.words) - len(run.atoms) <= 12
        if (named or (answer and _calendar(run.canon))) and not _unit_after(view, run.end):
            yield Span(run.start, run.end, "DATE", 0.86)
    if "DOB" in expected or view.names_anywhere("DOB"):
        for match in _YEAR_ALONE.finditer(view.text):
            yield Span(match.start(), match.end(), "DATE", 0.7)
    if expected and len(view.words) <= 14:
        for match in _ORDINAL_ALONE.finditer(view.text):
            after = view.lower[match.end() : match.end() + 12].strip()
            if after[:1] in ("", ".", ",", "?", "!") or after.startswith(("at ", "please", "then")):
                yield Span(match.start(), match.end(), "DATE", 0.7)


def _unit_after(view: View, end: int) -> bool:
    after = view.lower[end : end + 14]
    return re.match(r"\s*(?:mg|milligr|pounds|percent|%|over|years|days|weeks)", after) is not None


def _calendar(digits: str) -> bool:
    """Whether digits can be read as a date in some order of day, month and year."""
    if len(digits) == 4:
        return digits[:2] in ("18", "19", "20") or int(digits[:2]) <= 31
    if len(digits) == 3:
        return int(digits[1:]) > 31 or int(digits[:1]) <= 9
    return True


def _modal(view: View, match: re.Match[str]) -> bool:
    """ "you may two": a verb, not the month."""
    head = re.match(r"may|march", match[0], re.IGNORECASE)
    return bool(head) and match[0][0].islower() and bool(_MODAL.search(view.text[: match.start()]))


def _ages(view: View) -> Iterator[Span]:
    for pattern in (*_AGES, _PERSON_AGE):
        for match in pattern.finditer(view.text):
            yield Span(match.start(1), match.end(1), "AGE", 0.8)
    if "AGE" in view.expected and len(view.words) <= 12:
        for match in _AGE_ANSWER.finditer(view.text):
            yield Span(match.start(1), match.end(1), "AGE", 0.7)
