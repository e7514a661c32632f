"""What a source and an agent's desktop send in a played call: all of it, and hostile frames too."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evals.bench.calls.generate import STYLES, Call, Rendering
from guardrails.phi.offline import speaker_of

_PARTIAL_EVERY, _AGAIN_EVERY, _ASK_EVERY = 6, 16, 12
_ALARM = "i have crushing chest pain and i can't breathe"
_QUESTIONS = {
    "en": ("How can I get a refill of my medicine?", "What should I do if I gain three pounds?"),
    "es": ("¿Cómo puedo pedir otra receta?", "¿Pueden darme un intérprete?"),
}
_NOTED = 4
_TOO_LONG = 70_000


@dataclass(frozen=True)
class Played:
    """A call as it is played: in one style, under a name that tells nothing of it."""

    number: int
    call: Call

    @property
    def name(self) -> str:
        """The conversation's id."""
        return f"leak-{self.number}"

    @property
    def style(self) -> str:
        """How its turns are written."""
        return STYLES[self.number % len(STYLES)]

    @property
    def note(self) -> Rendering:
        """Free text of an agent that holds some of the call's values, as typed."""
        text, spans = "", list[tuple[int, int, str]]()
        seen: set[str] = set()
        for turn in self.call.turns:
            for start, end, kind in turn.spans("written"):
                if kind in seen or len(seen) == _NOTED:
                    continue
                seen.add(kind)
                text += f"{', ' if text else ''}{kind.replace('_', ' ').lower()} "
                spans.append((len(text), len(text) + end - start, kind))
                text += turn.text("written")[start:end]
        return Rendering(text or "nothing to note", tuple(spans))

    def said(self) -> Iterator[Rendering]:
        """Everything raw that is sent, but for `on_file` and frames that are no messages."""
        yield from (turn.renderings[self.style] for turn in self.call.turns)
        yield self.note


def start(played: Played) -> dict[str, Any]:
    """The message that opens the call."""
    spanish = played.call.language == "es"
    context = {"on_file": played.call.on_file, "age": 71, "conditions": ["chf", "diabetes"]}
    return _about(
        played, "conversation.start", language="es-US" if spanish else "en-US", context=context,
        agent_id="agent-1",
    )  # fmt: skip


def body(played: Played) -> Iterator[dict[str, Any]]:
    """The messages between start and end, in order."""
    questions = _QUESTIONS[played.call.language]
    for number, turn in enumerate(played.call.turns):
        text = turn.text(played.style)
        segment = _segment(played, f"s-{number}", number, speaker_of(turn.speaker), text)
        if number % _PARTIAL_EVERY == played.number % _PARTIAL_EVERY:
            yield segment | {"final": False, "text": text[: len(text) * 2 // 3]}
        yield segment
        if number % _AGAIN_EVERY == _AGAIN_EVERY - 1:
            yield segment | {"revision": 1}
        if number % _ASK_EVERY == _ASK_EVERY - 1:
            yield _about(played, "ask", text=f"{questions[0]} {played.note.text}")
            asked = questions[number // _ASK_EVERY % len(questions)]
            yield _segment(played, f"q-{number}", number, "patient", asked)
    if played.number % 2:
        yield _segment(played, "alarm", len(played.call.turns), "patient", _ALARM)


def rated(played: Played, suggestion_id: str) -> dict[str, Any]:
    """What the agent thinks of a suggestion."""
    note = played.note.text
    return _about(
        played, "feedback", target_id=suggestion_id, action="edited", text=note, reason=note
    )


def acknowledged(played: Played, escalation_id: str) -> dict[str, Any]:
    """The clinical team takes an escalation over."""
    return _about(played, "escalation.ack", escalation_id=escalation_id, note=played.note.text)


def revealed(played: Played, placeholder: str) -> dict[str, Any]:
    """The agent asks for the words behind a placeholder."""
    return _about(played, "reveal", placeholder=placeholder)


def end(played: Played) -> dict[str, Any]:
    """The message that closes the call."""
    return _about(played, "conversation.end", disposition=played.note.text)


def hostile(played: Played) -> Iterator[str]:
    """Frames that are refused, with values wherever a fault might quote them."""
    note, on_file = played.note.text, played.call.on_file
    segment = _segment(played, "bad", 0, "patient", note)
    yield f"this is no JSON: {note}"
    yield json.dumps(_about(played, note))
    yield json.dumps(segment | {"speaker": note})
    yield json.dumps(segment | {"start_ms": note, "final": note})
    yield json.dumps(segment | {"text": note * (_TOO_LONG // len(note) + 1)})
    yield json.dumps(_about(played, "conversation.start", context={"on_file": {note: on_file}}))
    yield json.dumps(_about(played, "conversation.start", language=note, program=note))
    yield json.dumps(_about(played, "observation", code=note, value=note, unit=note))
    yield json.dumps(_about(played, "reveal", placeholder=on_file["name"]))


def _segment(
    played: Played, segment_id: str, number: int, speaker: str, text: str
) -> dict[str, Any]:
    begin = number * 3_000
    return _about(
        played, "segment", segment_id=segment_id, speaker=speaker, text=text,
        start_ms=begin, end_ms=begin + 2_500,
    )  # fmt: skip


def _about(played: Played, kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "conversation_id": played.name, **fields}
