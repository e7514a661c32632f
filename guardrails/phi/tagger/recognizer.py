"""The tagger as a recognizer: words that it takes for parts of one identifier become one find."""

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from guardrails.phi import numbers, spanish_names
from guardrails.phi.dates import OLD
from guardrails.phi.lexicon import NOT_NAMES, lexicon
from guardrails.phi.numbers import LONG, counts, known_line
from guardrails.phi.places import UNIT
from guardrails.phi.spoken import Run, Word
from guardrails.phi.tagger.tagger import LABELS
from guardrails.phi.view import Span, View

CODES = frozenset(numbers.ENTITIES)
_NAMES = frozenset({"PERSON", "CITY", "ORGANIZATION"})
_MACHINES = frozenset({"EMAIL", "URL", "IP"})
SURE = 0.25
"""From here on a word is taken for part of an identifier."""
ENTITIES: list[str] = list(LABELS[1:])
_MONTHS_OR_WORDS = frozenset({"may", "march", "august", "mar"})
_ENDS = re.compile(
    r"\s*(?:$|[.,?!;]|(?:and|or|when|for|of|to|but|after|because|at|that|so|it|if|is|was|then|before|with|about|the)\b|\d)",
    re.IGNORECASE,
)
"""What follows a month that stands alone; "august company" goes on otherwise."""
_SHORTEST_PHONE = 4
_BETWEEN = 2
"""So many fillers and marks may stand inside of a find."""


def find(view: View) -> Iterator[Span]:
    """Every stretch of words that the tagger is sure of, to the ends of what is spelled there."""
    for span in _stretches(view):
        if not _credible(view, span):
            continue
        if span.type == "ADDRESS":
            units = (m.end() for m in UNIT.finditer(view.text) if m.start() <= span.end)
            yield replace(span, end=max([span.end, *units]))
            continue
        run = _run(view, span)
        if run is None or span.type not in CODES:
            yield span
        elif counts(view, run) and run.digits < LONG:
            continue
        elif not known_line(view, run.start, run.canon):
            yield replace(span, start=min(span.start, run.start), end=max(span.end, run.end))


def _stretches(view: View) -> Iterator[Span]:
    if view.tags is None:
        return
    certain = 1 - view.tags[:, 0]
    kinds = view.tags[:, 1:].argmax(axis=1) + 1
    start = last = -1
    for index in range(len(view.words)):
        if certain[index] < SURE or not _says(view.words[index]):
            continue
        if start >= 0 and (kinds[index] != kinds[start] or not _goes_on(view, last, index)):
            yield _span(view, certain, kinds, start, last)
            start = -1
        if start < 0:
            start = index
        last = index
    if start >= 0:
        yield _span(view, certain, kinds, start, last)


def _run(view: View, span: Span) -> Run | None:
    """What is spelled in a stretch, or reaches into it."""
    return next((r for r in view.runs if r.start < span.end and span.start < r.end), None)


def _credible(view: View, span: Span) -> bool:
    """Whether a stretch can be what the tagger takes it for."""
    words = [w for w in view.words if span.start <= w.start < span.end and _says(w)]
    run = _run(view, span)
    short = run is not None and run.start <= span.start and len(run.canon) <= 2
    if short and "AGE" in view.expected and span.type not in _NAMES | {"AGE"}:
        return False  # an age under 90 was asked for, and stays
    if span.type == "AGE":
        old = OLD.search(view.text[span.start : run.end if run else span.end]) is not None
        return old and not _measures(view, run)
    if span.type == "DATE" and view.lower[span.start : span.end] in _MONTHS_OR_WORDS:
        return _ENDS.match(view.text, span.end) is not None
    if span.type == "DATE":
        # a number alone is a day or a year only where one was asked for
        bare = (len(words) == 1 and words[0].text.isdigit()) or (
            run is not None
            and run.start <= span.start
            and span.end <= run.end
            and len(run.canon) <= 2
        )
        return not bare or bool({"DOB", "DATE"} & view.expected)
    if span.type == "IP":
        return len(words) > 3 or "." in view.text[span.start : span.end]
    if span.type in _NAMES:
        if all(lexicon().clinical(w.text) for w in words):
            return False
        if view.spanish and all(spanish_names.ordinary(w.text) for w in words):
            return False
        # a name in a text with capitals has one; what has none and is an everyday word is none
        return not view.cased or any(view.upper(w) or not _everyday(w, 2.5) for w in words)
    if span.type in CODES and not _code_like(view, span, run):
        return False
    if span.type in CODES or span.type in _MACHINES:
        spelled = any(w.text[0].isdigit() or len(w.text) == 1 for w in words)
        return spelled or run is not None or not all(_everyday(w, 3.5) for w in words)
    return True


def _code_like(view: View, span: Span, run: Run | None) -> bool:
    """Whether a stretch has the digits of a code; letters and short numbers only where one is due."""
    due = bool(view.expected) or view.context.just_given
    if span.type == "PHONE" and run is not None and run.digits < _SHORTEST_PHONE:
        return due
    return (
        due
        or any(c.isdigit() for c in view.text[span.start : span.end])
        or (run is not None and run.digits > 0)
    )


def _measures(view: View, run: Run | None) -> bool:
    """Whether a number is followed by a unit other than years."""
    after = view.lower[run.end : run.end + 8].strip() if run else ""
    return run is not None and counts(view, run) and not after.startswith(("year", "yr", "año"))


def _everyday(word: Word, least: float) -> bool:
    from wordfreq import zipf_frequency

    return word.text in NOT_NAMES or zipf_frequency(word.text, "en") >= least


def doubts(view: View, start: int, end: int) -> float:
    """How likely it is that nothing at [start, end) is part of an identifier; 0 if not known."""
    if view.tags is None:
        return 0.0
    touched = [i for i, w in enumerate(view.words) if w.start < end and w.end > start]
    return float(view.tags[touched, 0].min()) if touched else 0.0


def _span(view: View, certain: np.ndarray, kinds: np.ndarray, start: int, last: int) -> Span:
    score = float(certain[start : last + 1].max())
    begin, end = view.words[start].start, view.words[last].end
    text = view.text[begin:end]
    if text.endswith(("'s", "’s")):
        end -= 2
    return Span(begin, end, LABELS[kinds[start]], min(score, 0.8), "tagger")


def _goes_on(view: View, last: int, index: int) -> bool:
    between = view.words[last + 1 : index]
    return len(between) <= _BETWEEN and all(
        not _says(word) or word.text in view.speech.fillers for word in between
    )


def _says(word: Word) -> bool:
    return word.text[0].isalnum()
