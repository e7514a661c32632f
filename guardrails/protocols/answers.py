"""What a patient's turn answers to the question of a step: yes or no, a number, a choice."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from guardrails.protocols.conditions import UNKNOWN, Answer
from guardrails.protocols.numbers import Number, numbers
from guardrails.protocols.protocol import StepSpec
from guardrails.protocols.units import converted
from guardrails.rules.phrases import first_meant
from guardrails.rules.yes_no import yes_or_no

_STALLS = re.compile(
    r"^\W*(?:(?:oh|uh|um|well|okay|ok|sure|yeah|yes)\W+)*(?:(?:sorry|pardon|excuse me)(?:\W*$|\W+(?:what|can|could|i (?:didn't|can't)|say)\b)|what(?: did you say| was that| do you mean)?\W*$|huh\W*$|come again|say (?:that|it) again|can you (?:say|repeat)|could you (?:say|repeat)"
    r"|i (?:didn't|did not|can't|couldn't) (?:hear|catch|understand)|hold on|hang on|one (?:sec|second|moment|minute)|just a (?:sec|second|moment|minute)|wait|let me (?:see|check|look|get|go|find|think)"
    r"|espere|un momento|perd[oó]n|c[oó]mo\W*$|mande\W*$|d[eé]jeme (?:ver|buscar))(?!\w)",
    re.IGNORECASE,
)
_LEADS_YES = re.compile(r"\W*(?:yes|yeah|sure|okay|ok)\b", re.IGNORECASE)
_NOT_KNOWN = re.compile(
    r"\b(?:(?:don't|do not|didn't|did not|haven't|have not|couldn't|can't|cannot|never) (?:\w+ ){0,2}(?:know|remember|recall|check|checked|weigh|weighed|measure|measured|take|taken|took|look|looked|get|got|have|find|test|tested|say)"
    r"|not (?:too |really )?sure|no idea|no clue|no scale|no cuff|no meter|ran out of (?:test )?strips|(?:is|it's) broken|no (?:lo )?s[eé]|no me (?:acuerdo|pes[eé]|med[ií])|no recuerdo)\b",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"\b(?:yesterday|last (?:week|night|month|time|year|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|the day before|days? ago|weeks? ago|used to|before that|usually|normally|most days|supposed to|should be|goal|ayer|antes|normalmente|la semana pasada)\b",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"\b(?:no,|no wait|wait|sorry|i mean|i meant|actually|make that|correction|perd[oó]n|digo|quise decir)",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"^\W*(?:(?:oh|well|uh|um)\W+)*(?:no|nope|nah|yes|yeah|yep)(?:\s*[,.;!]|(?=\s+(?:i|i'm|it|it's|they|we|just|because|that|that's|my|mostly)\b))",
    re.IGNORECASE,
)
"""A yes or no in front, which answers something else than a choice that follows."""
_PLAIN = re.compile(r"\d{1,4}(?:\.\d{1,2})?$")
_COMMA = re.compile(r"[,;.?!]")
_CLAUSE = re.compile(r"[.;?!]|,|\b(?:and|but|then|y|pero)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `numbers` are the values read out, in the step's first unit."""

    answer: Answer
    numbers: tuple[float, ...] = ()


def reply(step: StepSpec, text: str) -> Reply | None:
    """What a turn answers to a step that was asked, or None where it does not answer it."""
    match step.answer:
        case "number":
            return _number(step, text)
        case "yes_no":
            word = _yes_no(step, text)
            return Reply(Answer(word)) if word else None
        case "choice":
            word = _choice(step, text)
            return Reply(Answer(word)) if word else None
        case "any":
            return Reply(Answer()) if len(text.split()) > 1 and not stalls(text) else None
        case _:
            return None


def stalls(text: str) -> bool:
    """Whether a turn only puts off the answer, or asks for the question again."""
    return _STALLS.match(text.replace("’", "'")) is not None


def by_its_words(step: StepSpec, text: str) -> Reply | None:
    """The answer that a turn's own words give, whatever was asked last."""
    if step.answer == "choice" or (step.answer == "yes_no" and (step.means_yes or step.means_no)):
        word = _choice(step, text) if step.answer == "choice" else _by_patterns(step, text)
        return Reply(Answer(word)) if word else None
    if step.answer == "number" and step.units:
        found = _number(step, text)
        said = {unit for unit in (n.unit for n in numbers(text)) if unit}
        return found if found is not None and found.numbers and said else None
    return None


def options(step: StepSpec) -> tuple[str, ...]:
    """The answers that a step knows: yes and no, or its choices."""
    return ("yes", "no") if step.answer == "yes_no" else tuple(name for name, _ in step.choices)


def entered_answer(step: StepSpec, entered: str) -> Answer | None:
    """An answer that the agent entered by hand, or None where the step knows no such answer.

    Numbers are in the step's first unit.
    """
    if entered in options(step) or (entered == UNKNOWN and step.may_be_unknown):
        return Answer(entered)
    if step.answer != "number" or not _PLAIN.match(entered):
        return None
    value = float(entered)
    if step.plausible is not None and not step.plausible.hold(value):
        return None
    return Answer(number=value, unit=step.units[0] if step.units else "")


def _yes_no(step: StepSpec, text: str) -> str:
    if stalls(text) and _LEADS_YES.match(text):
        return ""  # "sure, hold on" is no yes yet
    return _by_patterns(step, text) or yes_or_no(text)


def _by_patterns(step: StepSpec, text: str) -> str:
    """The answer by what is said of this very question ("my ankles are huge"), or nothing."""
    if first_meant(step.means_no, text, literal=True) is not None:
        return "no"
    return "yes" if first_meant(step.means_yes, text, literal=False) is not None else ""


def _choice(step: StepSpec, text: str) -> str:
    """The choice that is meant; of several the one that stands first in the pack."""
    # "it's not the cost, I just forget": a denial ends at the comma
    clauses = _COMMA.split(_AHEAD.sub("", text, count=1))
    for name, patterns in step.choices:
        if any(first_meant(patterns, clause, literal=False) for clause in clauses):
            return name
    return ""


def _number(step: StepSpec, text: str) -> Reply | None:
    unit = step.units[0] if step.units else ""
    fitting = [
        (number, value) for number in numbers(text) if (value := _fits(step, number)) is not None
    ]
    if fitting:
        number, value = _meant(text, fitting)
        under = None if number.second is None else converted(number.second, number.unit, unit)
        values = (value,) if under is None else (value, under)
        return Reply(Answer(number=value, unit=unit), values)
    if step.may_be_unknown and _NOT_KNOWN.search(text.replace("’", "'")):
        return Reply(Answer(UNKNOWN))
    zero = step.plausible is not None and step.plausible.hold(0.0)
    if zero and yes_or_no(text) == "no":
        return Reply(Answer(number=0.0, unit=unit), (0.0,))
    return None


def _fits(step: StepSpec, number: Number) -> float | None:
    """The number in the step's first unit, if it can be what was asked for."""
    if not step.units and number.unit:
        value: float | None = number.value
    else:
        value = next(
            (
                converted(number.value, number.unit or unit, step.units[0])
                for unit in step.units
                if not number.unit or converted(1.0, number.unit, unit) is not None
            ),
            None if step.units else number.value,
        )
    if value is None or (step.plausible is not None and not step.plausible.hold(value)):
        return None
    return value


def _meant(text: str, fitting: Sequence[tuple[Number, float]]) -> tuple[Number, float]:
    """Of several numbers the one of now: taken back before it, with its unit, or the first."""
    now = [pair for pair in fitting if not _EARLIER.search(_clause(text, pair[0]))] or list(fitting)
    for index in range(len(now) - 1, 0, -1):
        between = text[now[index - 1][0].end : now[index][0].start]
        if _TAKEN_BACK.search(between):
            return now[index]
    either = [pair for pair in now if pair[0].unit] or now
    return either[0]


def _clause(text: str, number: Number) -> str:
    """The words around a number, up to a mark or an "and" on either side."""
    heads = list(_CLAUSE.finditer(text, 0, number.start))
    tail = _CLAUSE.search(text, number.end)
    return text[heads[-1].end() if heads else 0 : tail.start() if tail else len(text)]
