"""Composes suggestions from approved passages, word for word, and only when one helps. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from guardrails.utterance import Utterance
from knowledge_base.passage import Hit
from knowledge_base.retrieve import RELEVANT

EXTRACTIVE = "extractive"
CARD = 0.62
"""A card that nobody asked for must be this relevant; an agent's own question needs `RELEVANT`."""
ASIDE = 0.72
"""A patient's turn that asks nothing needs more: a card for each remark is noise."""
NOTHING = "Nothing approved covers this. Offer to ask the care team and call back."
_BACKCHANNEL = re.compile(
    r"^(?:\W|\b(?:yes|yeah|yep|yup|no|nope|ok|okay|right|sure|um|uh|er|mm|mhm|hmm|huh|oh|alright|all right|thanks|thank you"
    r"|great|fine|good|hello|hi|bye|please|sorry|perfect|correct|got it|i see|exactly|absolutely|well|so|and|just|not really|of course)\b)*$",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?|\b(?:can|could|should|may|do|does|is|are|will|would) (?:i|you|we|it|that|this|there|my|the)\b|\b(?:how (?:much|many|do|can|long|often|about|should)"
    r"|what (?:if|do|should|can|is|are|happens|about)|when (?:can|should|do|is|will)|where (?:do|can|is)|who (?:do|can)|why (?:is|do|did|does|am|are))\b"
    r"|\bi (?:need|want|wanted|would like|'d like|was wondering|wonder|don't know|don't understand|can't|cannot|couldn't|ran out|missed|forgot|have a question)\b",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"^\W*(?:(?:uh|um|oh|well|so|i mean)\W+)*(?:no|not|never|none|nope|i don't|i haven't|i'm not)\b",
    re.IGNORECASE,
)
_DISTRESS = -0.5


@dataclass(frozen=True, slots=True)
class Cited:
    """A passage that stands behind a suggestion, and the words taken from it."""

    passage_id: str
    version: int
    title: str
    quote: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the agent could say. `confidence` is the relevance of its best passage, 0 to 1."""

    suggestion_id: str
    kind: Literal["answer", "empathy", "next_step", "correction"]
    text: str
    in_reply_to: str
    passages: tuple[Cited, ...]
    drafted_by: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Query:
    """What a patient's turn asks for. `segments` are the turns it is put together from."""

    text: str
    segments: tuple[str, ...]
    asks: bool
    distressed: bool


def query_for(turns: Sequence[Utterance]) -> Query | None:
    """The question put now, from the last turns in order of speech; None where nothing is asked.

    A patient's question may be split by a back-channel of the agent: the pieces are joined.
    """
    if not turns or turns[-1].speaker != "patient" or turns[-1].withheld:
        return None
    last = turns[-1]
    if _BACKCHANNEL.match(last.text) or len(last.text.split()) < 3:
        return None
    pieces = [last]
    for turn in reversed(turns[-4:-1]):
        if turn.speaker == "agent" and _BACKCHANNEL.match(turn.text):
            continue
        unfinished = not turn.text.rstrip().endswith((".", "?", "!"))
        near = last.start_ms - turn.end_ms < 4_000
        if turn.speaker == "patient" and unfinished and near and len(turn.text.split()) < 12:
            pieces.insert(0, turn)
            continue
        break
    text = " ".join(piece.text for piece in pieces)
    if not _ASKS.search(text) and (last.entities or _DENIES.match(text)):
        return None  # an identifier that was given, or "no chest pain": nothing to answer
    distressed = min(piece.sentiment for piece in pieces) <= _DISTRESS
    asks = bool(_ASKS.search(text))
    return Query(text[-400:], tuple(p.segment_id for p in pieces), asks, distressed)


def compose(
    query: Query, hits: Sequence[Hit], shown: Sequence[Suggestion], number: int
) -> Suggestion | None:
    """The card for a patient's turn, or None where none would help.

    At most one card a turn, no passage twice in a call, nothing under the relevance threshold.
    Brand-voice passages are for the agent's manner; only the lines of empathy among them are said.
    """
    if any(s.in_reply_to in query.segments for s in shown):
        return None
    used = {p.passage_id for s in shown for p in s.passages}
    for hit in hits:
        empathy = hit.passage.passage_id.startswith("empathy-")
        if hit.passage.kind == "brand_voice" and not (empathy and query.distressed):
            continue
        wanted = CARD if query.asks else ASIDE
        if hit.score < (RELEVANT if empathy else wanted):
            break
        if hit.passage.passage_id in used:
            return None
        kind = "empathy" if empathy else "answer"
        return _card(f"sg-{number}", kind, query.segments[-1], hit)
    return None


def answer(hits: Sequence[Hit], number: int) -> Suggestion:
    """The card for the agent's own question: always one, an honest "nothing" included."""
    for hit in hits:
        if hit.score >= RELEVANT:
            return _card(f"sg-{number}", "answer", "", hit)
    return Suggestion(f"sg-{number}", "answer", NOTHING, "", (), EXTRACTIVE, 0.0)


def _card(
    suggestion_id: str, kind: Literal["answer", "empathy"], in_reply_to: str, hit: Hit
) -> Suggestion:
    passage = hit.passage
    cited = Cited(passage.passage_id, passage.version, passage.title, passage.text)
    return Suggestion(
        suggestion_id, kind, passage.text, in_reply_to, (cited,), EXTRACTIVE, round(hit.score, 2)
    )
