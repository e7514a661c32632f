"""Reads a date as said or written: "march third fifty two", "03/03/1952", "tres de marzo"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from guardrails.phi.reading import runs
from guardrails.phi.speech import SPEECH, language_of
from guardrails.phi.spoken import Run, words

_EN = "january february march april may june july august september october november december"
_ES = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
MONTHS = {name: i % 12 + 1 for i, name in enumerate((*_EN.split(), *_ES.split()))}
_SHORT = {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9, "setiembre": 9}
_UNITS = "first second third fourth fifth sixth seventh eighth ninth".split()
_TEENS = (
    "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth"
    " nineteenth twentieth"
).split()
ORDINALS: dict[str, int] = {
    **{word: i + 1 for i, word in enumerate(_UNITS)},
    **{word: i + 10 for i, word in enumerate(_TEENS)},
    **{f"twenty {word}": i + 21 for i, word in enumerate(_UNITS)},
    "thirtieth": 30, "thirty first": 31, "primero": 1, "primer": 1,
}  # fmt: skip
# the longest first: "twenty first" before "first"
_ORDINAL = re.compile(
    rf"\b(?:{'|'.join(sorted((o.replace(' ', '[ -]') for o in ORDINALS), key=len, reverse=True))})\b"
    r"|\b(\d{1,2})(?:st|nd|rd|th)\b"
)
_MONTH = re.compile(rf"\b(?:{'|'.join(sorted({*MONTHS, *_SHORT}, key=len, reverse=True))})\b")


@dataclass(frozen=True, slots=True)
class Day:
    """A date or a part of one; None is what was not said. Two-digit years are put in 1925-2024."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def whole(self) -> date | None:
        """The calendar day, if all of it was said and it exists."""
        if self.year is None or self.month is None or self.day is None:
            return None
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None


def read_day(text: str) -> Day | None:
    """The date that words name; None if they name none. Numbers alone are read in US order."""
    lowered = text.lower()
    month = _MONTH.search(lowered)
    ordinal = _ORDINAL.search(lowered)
    cut = _ORDINAL.sub(lambda m: " " * (len(m[0]) - 1) + ".", lowered)
    speech = SPEECH[language_of(text, "en")]
    found = runs(words(cut), cut, speech)
    if month is None:
        if ordinal is not None:
            return Day(day=_ordinal(ordinal))
        return _numbers(lowered, found)
    number = MONTHS.get(month[0]) or _SHORT[month[0]]
    day = _ordinal(ordinal) if ordinal else None
    rest = [atoms for run in found for atoms in _pieces(run)]
    year: int | None = None
    for piece in _joined(rest, day is None):
        value = int(piece)
        if day is None and 1 <= value <= 31 and len(piece) <= 2:
            day = value
        elif year is None:
            year = _year(piece)
    return Day(year, number, day)


def _ordinal(match: re.Match[str]) -> int:
    return int(match[1]) if match[1] else ORDINALS[match[0].replace("-", " ")]


def _pieces(run: Run) -> list[str]:
    return [atom.canon for atom in run.atoms if atom.canon.isdecimal()]


def _joined(pieces: list[str], day_due: bool) -> Iterator[str]:
    """Day and year among the numbers behind a month: "three", "fifty two"; "one nine five two"."""
    digits = "".join(pieces)
    if not digits:
        return
    if not day_due:
        yield digits
        return
    first = pieces[0]
    if len(pieces) > 1 and first == "0":
        first = "0" + pieces[1]
    if len(first) <= 2:
        yield str(int(first))
        if len(digits) > len(first):
            yield digits[len(first) :]
    elif len(digits) == 4 and digits[:2] in ("18", "19", "20"):
        yield digits


def _year(digits: str) -> int | None:
    if len(digits) == 4 and digits[:2] in ("18", "19", "20"):
        return int(digits)
    if len(digits) == 2:
        value = int(digits)
        return 2000 + value if value < 25 else 1900 + value
    return None


def _numbers(lowered: str, found: list[Run]) -> Day | None:
    parts = [part for part in re.split(r"[^0-9]+", lowered) if part]
    if re.fullmatch(r"\D*\d{4}([-/.])\d{1,2}\1\d{1,2}\D*", lowered) and len(parts) == 3:
        return _checked(int(parts[0]), int(parts[1]), int(parts[2]))
    if len(parts) == 3 and re.search(r"\d[-/. ]+\d", lowered) and len(parts[2]) in (2, 4):
        year = _year(parts[2])
        return _checked(year, int(parts[0]), int(parts[1])) if year else None
    if len(parts) == 2 and "/" in lowered:
        return _checked(None, int(parts[0]), int(parts[1]))
    pieces = [piece for run in found for piece in _pieces(run)]
    return _split("".join(pieces), pieces)


def _split(digits: str, pieces: list[str]) -> Day | None:
    """Month, day and year in digits said in a row, cut where the words were cut."""
    if len(digits) == 4 and digits[:2] in ("18", "19", "20"):
        return Day(year=int(digits))
    if len(digits) == 8 and digits[:2] in ("19", "20") and int(digits[4:6]) <= 12:
        return _checked(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    edges = {0}
    for piece in pieces:
        edges.add(max(edges) + len(piece))
    whole = len(pieces) == 1
    for tail in (4, 2):
        head = digits[:-tail]
        for at in (2, 1):
            month, day = head[:at], head[at:]
            cuts = whole or (at in edges and len(head) in edges)
            if not (1 <= len(day) <= 2 and len(month) == at and cuts):
                continue
            year = _year(digits[-tail:])
            if year is not None and (found := _checked(year, int(month), int(day))) is not None:
                return found
    return None


def _checked(year: int | None, month: int, day: int) -> Day | None:
    return Day(year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None
