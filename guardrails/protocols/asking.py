"""Hears which steps the agent asks or says in a turn, and what begins a protocol. Stateless."""

import re

from guardrails.protocols.protocol import Protocol, StepSpec
from guardrails.protocols.state import StepHit
from guardrails.rules.phrases import first_meant, first_stated
from guardrails.utterance import Utterance

_CUE = re.compile(
    r"(?:(?:and|so|okay|ok|now|then|well|um|uh|thanks|thank you|great|good|perfect|all right|first|also|y|bueno)[\s,]+)*"
    r"\b(?:what|what's|whats|how|how's|when|where|which|who|who's|why|whether|any|anything|do|does|did|are|is|was|were|have|has|had|can|could|would|will|may|shall|should|isn't|aren't|haven't|don't you|didn't|doesn't"
    r"|and your|how about|what about|qu[eé]|cu[aá]l|cu[aá]ndo|c[oó]mo|d[oó]nde|qui[eé]n|tiene|ha tenido|est[aá]|puede|me da)\b"
)
_TELLS = re.compile(
    r"\b(?:tell me|let me know|give me|read me|confirm|verify|describe|need your|need the|i'd like to know|please|(?:check|measure|test|repeat|weigh) (?:it|again|that|your|yourself)|por favor|d[ií]game|confirme)\b"
)
_BEFORE, _BEHIND = 80, 25
"""So many characters around a phrase are looked at for a word that asks, inside of its sentence."""
_END = re.compile(r"[.?!]")


def match(protocol: Protocol, utterance: Utterance) -> list[StepHit]:
    """What of a protocol an utterance asks or begins: stateless."""
    hits: list[StepHit] = []
    text = utterance.text
    start = protocol.start
    if start.says and start.speaker in (utterance.speaker, "any"):
        found = first_meant(start.says, text, literal=utterance.speaker == "agent")
        if found is not None:
            hits.append(StepHit(protocol.protocol_id, "", text[found.start() : found.end()]))
    if utterance.speaker == "agent":
        for step in protocol.steps:
            found = first_stated(step.asked, text) if step.answer == "none" else _asked(step, text)
            if found is not None:
                quote = text[found.start() : found.end()]
                hits.append(StepHit(protocol.protocol_id, step.step_id, quote))
    return hits


def _asked(step: StepSpec, text: str) -> re.Match[str] | None:
    """The first match of a question's patterns that stands in a question."""
    lowered = text.lower().replace("’", "'")
    for pattern in step.asked:
        for match in pattern.finditer(lowered):
            if is_question(lowered, match.start(), match.end()):
                return match
    return None


def is_question(lowered: str, start: int, end: int) -> bool:
    """Whether what stands from `start` to `end` belongs to a question; marks may be missing.

    A sentence that ends with a full stop is one only if it begins like one, or tells to answer.
    """
    ends = [mark.end() for mark in _END.finditer(lowered, 0, start)]
    stop = _END.search(lowered, end)
    if stop is not None and stop[0] == "?":
        return True
    first, last = ends[-1] if ends else 0, stop.start() if stop else len(lowered)
    sentence = lowered[first:last]
    if _TELLS.search(sentence) is not None:
        return True
    if stop is not None:
        return _CUE.match(sentence.lstrip(" ,-")) is not None
    near = lowered[max(first, start - _BEFORE) : min(last, end + _BEHIND)]
    return _CUE.search(near) is not None
