"""What was masked once in a call is masked again, whole or in part: read back, corrected, ended on.

"Ending in eight one", "did you say six two eight?", "no, the last two are six five": pieces that
nothing but the call itself makes identifiers.
"""

import re
from collections.abc import Iterator

from guardrails.phi.numbers import counts, known_line
from guardrails.phi.view import Span, View

PHRASES = frozenset({"CITY", "ORGANIZATION", "ADDRESS", "EMAIL", "USERNAME", "URL"})
"""What is known again by its words; codes are by their digits, people by their names."""
_EVERYDAY = 4.0
_PART = 3
_CORRECTS = re.compile(
    r"\b(?:sorry|no wait|wait no|actually|i mean|correction|scratch that|last (?:two|three|four|few|one|part|digits?)|the (?:end|last|rest)|ends? (?:in|with|on)|ending"
    r"|at the end|not \w+ (?:but )?|perdón|perdon|espere|digo|al final|termina|últim[oa]s)\b",
    re.IGNORECASE,
)


def find(view: View) -> Iterator[Span]:
    """Every value of the call that is heard again, and the ends of codes that are put right."""
    heard = view.context.heard
    for text, kind in heard:
        if kind in PHRASES and not _everyday(text):
            for match in re.finditer(rf"(?<!\w){re.escape(text)}(?!\w)", view.lower):
                yield Span(match.start(), match.end(), kind, 0.85, "heard before")
    codes = [(text, kind) for text, kind in heard if kind not in PHRASES]
    for run in view.runs:
        if known_line(view, run.start, run.canon) or not run.digits or counts(view, run):
            continue
        for code, kind in codes:
            part = run.canon in code and (
                len(run.canon) > _PART
                or (
                    len(run.canon) == _PART
                    and (code.startswith(run.canon) or code.endswith(run.canon))
                )
            )
            if part or (len(code) >= 4 and code in run.canon):
                yield Span(run.start, run.end, kind, 0.85, "heard before")
                break
        else:
            if codes and len(run.canon) >= 2 and _corrects(view, run.start):
                yield Span(run.start, run.end, codes[-1][1], 0.7, "puts a code right")


def _corrects(view: View, start: int) -> bool:
    """Whether a turn puts right, in front of a place, what was just given."""
    if not view.context.just_given or len(view.words) > 24:
        return False
    return _CORRECTS.search(view.text[:start]) is not None


def _everyday(text: str) -> bool:
    """Whether words may well mean something else the next time."""
    from wordfreq import zipf_frequency

    if len(text) < 4:
        return True
    return text.isalpha() and zipf_frequency(text, "en") >= _EVERYDAY
