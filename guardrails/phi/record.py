"""Identifiers on file: masked wherever they are heard, and told apart as a confirmation.

The values come with the start of the call and live in its vault only.
"""

import re
from collections.abc import Iterator
from datetime import date

from guardrails.phi.lexicon import bare_name, lexicon
from guardrails.phi.spoken import runs, words
from guardrails.phi.vault import canonical
from guardrails.phi.view import Span, View

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_TYPES = {
    "name": "PERSON", "first_name": "PERSON", "last_name": "PERSON", "date_of_birth": "DATE",
    "dob": "DATE", "phone": "PHONE", "email": "EMAIL", "address": "ADDRESS", "zip": "ZIP",
    "member_id": "MEMBER_ID", "mrn": "MRN", "ssn": "SSN", "city": "CITY",
}  # fmt: skip


def find(view: View) -> Iterator[Span]:
    """Every place where a value of the record is heard."""
    for name, value in view.on_file:
        kind = _TYPES.get(name, "ID")
        if kind == "PERSON":
            yield from _names(view, value)
            continue
        plain = re.escape(value.strip())
        for match in re.finditer(rf"(?<!\w){plain}(?!\w)", view.text, re.IGNORECASE):
            yield Span(match.start(), match.end(), kind, 0.99)
        wanted = re.sub(r"[^a-z0-9]", "", value.lower())
        if len(wanted) >= 4 and any(character.isdigit() for character in wanted):
            for run in view.runs:
                # a part of it counts too: "last four of your social"
                long_enough = len(run.canon) >= 4 and len(run.canon) * 4 >= len(wanted)
                if long_enough and (run.canon in wanted or wanted in run.canon):
                    yield Span(run.start, run.end, kind, 0.99)


def _names(view: View, value: str) -> Iterator[Span]:
    parts = {bare_name(part) for part in re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", value)}
    ordinary = lexicon().ordinary
    for word in view.words:
        name = bare_name(word.text)
        upper = view.text[word.start].isupper()
        if name in parts and len(name) > 1 and (name not in ordinary or upper or not view.cased):
            yield Span(word.start, word.start + len(name), "PERSON", 0.99)
    for run in view.runs:
        if run.canon in parts and len(run.canon) > 2:
            yield Span(run.start, run.end, "PERSON", 0.99)


def confirms(on_file: tuple[tuple[str, str], ...], kind: str, text: str) -> str:
    """The field of the record whose value these words are, or nothing."""
    for name, value in on_file:
        if kind == "PERSON" and _TYPES.get(name) == "PERSON":
            said, held = canonical("PERSON", text).split(), canonical("PERSON", value).split()
            if said and set(said) <= set(held):
                return name
        elif kind == "DATE" and _TYPES.get(name) == "DATE":
            if same_date(text, value):
                return name
        elif _TYPES.get(name, "ID") != "PERSON":
            held = re.sub(r"[^a-z0-9]", "", value.lower())
            said_canon = re.sub(r"[^a-z0-9]", "", canonical(kind, text))
            if held and (
                said_canon == held or (len(said_canon) >= 4 and held.endswith(said_canon))
            ):
                return name
    return ""


def same_date(said: str, held: str) -> bool:
    """Whether spoken or written words are the day that an ISO (or US) date names."""
    day = _parsed(held)
    if day is None:
        return False
    lowered = said.lower()
    digits = "".join(run.canon for run in runs(words(lowered), lowered))
    months = [month for month in _MONTHS if month in lowered or f"{month[:3]} " in f"{lowered} "]
    year, short = str(day.year), f"{day.year % 100:02d}"
    if months:
        rest = re.sub(r"[^0-9]", " ", _ordinals_as_digits(lowered)).split()
        joined = "".join(rest)
        ends = (f"{day.day}{year}", f"{day.day}{short}", f"{day.day:02d}{year}", f"{year}{day.day}")
        return _MONTHS[day.month - 1] in months and joined in ends
    spelled = re.sub(r"[^0-9]", "", digits or lowered)
    orders = {
        f"{m}{d}{y}"
        for m in (str(day.month), f"{day.month:02d}")
        for d in (str(day.day), f"{day.day:02d}")
        for y in (year, short)
    }
    return spelled in orders or spelled == f"{day:%Y%m%d}"


_ORDINAL_WORDS = {
    word: str(number)
    for number, word in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"], 1
    )
} | {"thirtieth": "30"}  # fmt: skip


def _ordinals_as_digits(lowered: str) -> str:
    text = re.sub(
        r"\b(twenty|thirty)[\s-]+(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)\b",
        lambda m: str({"twenty": 20, "thirty": 30}[m[1]] + int(_ORDINAL_WORDS[m[2]])),
        lowered,
    )
    text = re.sub(r"\b[a-z]+\b", lambda m: _ORDINAL_WORDS.get(m[0], m[0]), text)
    text = re.sub(r"(\d)(?:st|nd|rd|th)\b", r"\1", text)
    out, at = "", 0
    for run in runs(words(text), text):
        out += text[at : run.start] + run.canon
        at = run.end
    return out + text[at:]


def _parsed(held: str) -> date | None:
    for pattern, order in (
        (r"(\d{4})-(\d{1,2})-(\d{1,2})", (0, 1, 2)),
        (r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", (2, 0, 1)),
    ):
        match = re.fullmatch(pattern, held.strip())
        if match:
            try:
                return date(*(int(match.groups()[index]) for index in order))
            except ValueError:
                return None
    return None
