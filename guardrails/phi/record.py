"""Identifiers on file: masked wherever they are heard, and told apart as a confirmation.

The values come with the start of the call and live in its vault only.
"""

import re
from collections.abc import Iterator

from guardrails.phi.calendar import read_day
from guardrails.phi.lexicon import bare_name, lexicon
from guardrails.phi.vault import canonical
from guardrails.phi.view import Span, View

_TYPES = {
    "name": "PERSON", "first_name": "PERSON", "last_name": "PERSON", "date_of_birth": "DATE",
    "dob": "DATE", "phone": "PHONE", "email": "EMAIL", "address": "ADDRESS", "zip": "ZIP",
    "member_id": "MEMBER_ID", "mrn": "MRN", "ssn": "SSN", "city": "CITY",
}  # fmt: skip


def find(view: View) -> Iterator[Span]:
    """Every place where a value of the record is heard."""
    for name, value in view.context.on_file:
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
    day, wanted = read_day(said), read_day(held)
    return day is not None and wanted is not None and day.whole is not None and day == wanted
