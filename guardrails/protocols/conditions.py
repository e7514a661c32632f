"""When a step is due: conditions over answers, readings, and the patient's conditions and age.

What has not been answered yet leaves a condition open. What is not known otherwise (no reading
came in, no age was given) does not hold.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Literal

from guardrails.facts import CallFacts, Observation
from guardrails.protocols.units import converted

UNKNOWN = "unknown"
"""The answer of who cannot say the number that was asked for."""
RISING, FALLING, STEADY = "rising", "falling", "steady"
_TREND_OF = 3
"""A trend is that of the last so many readings."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: a `word` ("yes", "no", a choice, "unknown") or a number in `unit`."""

    word: str = ""
    number: float | None = None
    unit: str = ""

    def __str__(self) -> str:
        if self.number is None:
            return self.word
        return f"{self.number:g} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Limits:
    """A range of numbers in a unit; an `open` end does not belong to it."""

    low: float = -inf
    high: float = inf
    low_open: bool = False
    high_open: bool = False
    unit: str = ""

    def hold(self, value: float | None) -> bool:
        """Whether a value in the same unit is in the range."""
        if value is None:
            return False
        above = value > self.low if self.low_open else value >= self.low
        return above and (value < self.high if self.high_open else value <= self.high)

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        if self.low == self.high:
            return f"{self.low:g}{unit}"
        if self.low > -inf and self.high < inf and not (self.low_open or self.high_open):
            return f"from {self.low:g} to {self.high:g}{unit}"
        parts = [
            f"{'above' if self.low_open else 'at least'} {self.low:g}" if self.low > -inf else "",
            f"{'below' if self.high_open else 'at most'} {self.high:g}" if self.high < inf else "",
        ]
        return " and ".join(filter(None, parts)) + unit


Kind = Literal["answer", "reading", "gain", "trend", "condition", "age"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that has to hold of the subject `kind` and `name`.

    Either its word is `among` some, or its number is within `limits`. Names: of a step for
    "answer"; the code of a reading for "reading", "gain" (over baseline) and "trend"; a condition
    of the patient for "condition" ("yes" or "no"); nothing for "age".
    """

    kind: Kind
    name: str
    among: frozenset[str] = frozenset()
    limits: Limits | None = None


When = tuple[tuple[Condition, ...], ...]
"""Alternatives, in each of which all has to hold. Empty: always."""


@dataclass(frozen=True, slots=True)
class Known:
    """What conditions are judged by. `answers` by step; `ruled_out` are steps that are not due.

    `open` are kinds and names of which nothing is known yet: what depends on them stays open.
    """

    answers: Mapping[str, Answer]
    ruled_out: Collection[str]
    readings: Sequence[Observation]
    facts: CallFacts
    open: Collection[tuple[str, str]] = ()


def holds(when: When, known: Known) -> bool | None:
    """Whether one of the alternatives holds; None as long as that is open."""
    if not when:
        return True
    found = [_all(conditions, known) for conditions in when]
    return True if True in found else None if None in found else False


def _all(conditions: Sequence[Condition], known: Known) -> bool | None:
    found = [_holds(condition, known) for condition in conditions]
    return False if False in found else None if None in found else True


def _holds(condition: Condition, known: Known) -> bool | None:
    name, limits = condition.name, condition.limits
    if (condition.kind, name) in known.open and name not in known.ruled_out:
        return None
    if condition.kind == "answer":
        if name in known.ruled_out:
            return False
        answer = known.answers.get(name)
        if answer is None or (not answer.word and answer.number is None):
            return None
        if limits is None:
            return answer.word in condition.among
        return limits.hold(_in(answer.number, answer.unit, limits))
    if condition.kind == "condition":
        has = name in {c.lower() for c in known.facts.conditions}
        return ("yes" if has else "no") in condition.among
    if condition.kind == "age":
        return limits is not None and limits.hold(known.facts.age)
    readings = [reading for reading in known.readings if reading.code == name]
    if condition.kind == "trend":
        return trend([r for r in readings if not r.said]) in condition.among
    if not readings or limits is None:
        return False
    last = readings[-1]
    if condition.kind == "reading":
        return limits.hold(_in(last.value, last.unit, limits))
    gain = None if last.baseline is None else last.value - last.baseline
    return limits.hold(_in(gain, last.unit, limits))


def _in(value: float | None, unit: str, limits: Limits) -> float | None:
    return None if value is None else converted(value, unit, limits.unit)


def trend(readings: Sequence[Observation]) -> str:
    """ "rising", "falling" or "steady" over the last three readings; nothing for a single one."""
    last = readings[-_TREND_OF:]
    if len(last) < 2:
        return ""
    values = [converted(r.value, r.unit, last[-1].unit) for r in last]
    known = [value for value in values if value is not None]
    pairs = list(pairwise(known))
    if all(a <= b for a, b in pairs) and known[0] < known[-1]:
        return RISING
    return FALLING if all(a >= b for a, b in pairs) and known[0] > known[-1] else STEADY
