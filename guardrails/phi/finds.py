"""Finds of one utterance: what Presidio's analyzer returned, settled so that no two overlap."""

from dataclasses import dataclass, field, replace

from presidio_analyzer import RecognizerResult

from guardrails.phi.numbers import ENTITIES
from guardrails.phi.speech import ASIDE

_CODES = frozenset(ENTITIES)
_RANK = {"EMAIL": 9, "URL": 8, "IP": 8, "ADDRESS": 7, "DATE": 6, "MBI": 6, "CREDIT_CARD": 6}


@dataclass(frozen=True, slots=True)
class Find:
    """An identifier at [start, end). `why` says what gave it away, never what was said.

    A piece of a value that was split over turns has the whole value so far in `value` and the
    placeholder of the pieces before it in `continues`; both are empty otherwise.
    """

    start: int
    end: int
    type: str
    score: float
    why: str = ""
    value: str = field(default="", repr=False)
    continues: str = ""


def finds_of(results: list[RecognizerResult]) -> list[Find]:
    """Presidio's results as finds, with the recognizer and its reason in `why`."""
    return [Find(r.start, r.end, r.entity_type, r.score, _why(r)) for r in results]


def _why(result: RecognizerResult) -> str:
    explanation = result.analysis_explanation
    reason = explanation.textual_explanation
    context = explanation.supportive_context_word
    said = explanation.recognizer + (f": {reason}" if reason else "")
    return said + (f" ({context})" if context else "")


def settled(found: list[Find], text: str) -> list[Find]:
    """No two overlap: what overlaps, or touches with the same type, becomes one of the stronger."""
    out = _merged(found, text)
    # a merger may give a find the type of the one before it
    while len(again := _merged(out, text)) < len(out):
        out = again
    return out


def _merged(found: list[Find], text: str) -> list[Find]:
    out: list[Find] = []
    for find in sorted(found, key=lambda f: (f.start, -f.end)):
        if find.end <= find.start or "<" in text[find.start : find.end]:
            continue
        if out and (find.start < out[-1].end or _joined(out[-1], find, text)):
            last = out[-1]
            strongest = max(last, find, key=_strength)
            # the value of pieces over turns holds only where the piece is the whole find
            piece = strongest.value and (strongest.start, strongest.end) == (
                last.start,
                max(last.end, find.end),
            )
            out[-1] = replace(
                strongest,
                start=last.start,
                end=max(last.end, find.end),
                score=max(last.score, find.score),
                value=strongest.value if piece else "",
                continues=strongest.continues if piece else "",
            )
        else:
            out.append(find)
    return out


def _joined(last: Find, find: Find, text: str) -> bool:
    """Whether two finds are one: only spaces between, as Presidio's anonymizer has it, or an aside."""
    between = text[last.end : find.start]
    if last.type == find.type and between and between.isspace():
        return True
    alike = last.type == find.type or {last.type, find.type} <= _CODES
    said = between.strip(" ,.-")
    return alike and bool(said) and len(between) < 30 and ASIDE.fullmatch(said) is not None


def _strength(find: Find) -> tuple[bool, bool, int, float, int]:
    on_file = find.score >= 0.99
    # the tagger knows that something is an identifier better than which
    rank = 0 if find.why.startswith("tagger") else _RANK.get(find.type, 1)
    return on_file, bool(find.value), rank, find.score, find.end - find.start
