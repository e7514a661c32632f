"""The wrap-up note: what was said and done, from the masked call alone. Pure and extractive."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from copilot.escalation import SERVICE, Escalation
from guardrails.flag import Flag
from guardrails.utterance import Utterance
from guardrails.watch import ProtocolState

_REASON = re.compile(
    r"\b(?:calling|call(?:ed)? (?:about|because)|need|want|wanted|problem|appointment|refill|prescription|bill|pain|hurt|weight|swell|breath|sugar"
    r"|pressure|dizzy|cough|fever|diarrh|rash|headache|medicine|medication|tired|sick|vomit|question|cancel|reschedule|results)\w*",
    re.IGNORECASE,
)
_PLAN = re.compile(
    r"\b(?:i'll|i will|we'll|we will|i'm going to|let me|i am going to|i'm sending|i've sent|i have sent|nurse|book|schedul|appointment|call you|send|refer|prescri"
    r"|follow[ -]up|connect)\w*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Summary:
    """The note, what is to be done, and the figures of the call (milliseconds, counts, shares)."""

    text: str
    disposition: str
    actions: tuple[str, ...]
    metrics: dict[str, float | int | None]


def summarise(
    turns: Sequence[Utterance],
    flags: Sequence[Flag],
    protocols: Sequence[ProtocolState],
    escalations: Sequence[Escalation],
    *,
    suggestions: int,
    accepted: int,
    disposition: str,
    duration_ms: int,
) -> Summary:
    """The wrap-up of a call that has ended; of several escalations the slowest is given."""
    patient = [t for t in turns if t.speaker == "patient" and len(t.text.split()) >= 4]
    agent = [t for t in turns if t.speaker == "agent" and len(t.text.split()) >= 4]
    said = [t for t in patient if _REASON.search(t.text)]
    reason = _shortened(said[0].text if said else patient[0].text if patient else "not said", 200)
    told = [_shortened(t.text, 160) for t in said[1:6]]
    plans = [_shortened(t.text, 160) for t in agent[len(agent) // 3 :] if _PLAN.search(t.text)][-4:]
    open_flags = [f for f in flags if f.status != "resolved"]
    actions = tuple(
        dict.fromkeys(
            [f"{f.title}: {f.say}" for f in open_flags if f.severity == "critical" and f.say]
            + [f"Finish: {p.title}" for p in protocols if p.status == "breached"]
        )
    )
    parts = [
        ("Reason for the call", [reason]),
        ("What the patient said", told),
        ("What was done", [*_done(protocols), *plans]),
        ("Flags", [f"{f.severity}: {f.title} ({f.status})" for f in flags]),
    ]
    text = "\n\n".join(
        f"{title}\n" + "\n".join(f"- {line}" for line in lines) for title, lines in parts if lines
    )
    due = sum(len(p.done) + len(p.next) for p in protocols)
    talk = sum(max(0, t.end_ms - t.start_ms) for t in turns)
    own = sum(max(0, t.end_ms - t.start_ms) for t in turns if t.speaker == "agent")
    metrics: dict[str, float | int | None] = {
        "duration_ms": duration_ms,
        "utterances": len(turns),
        "agent_talk_share": round(own / talk, 3) if talk else None,
        "flags": len(flags),
        "escalations": len(escalations),
        "escalations_unanswered": sum(
            e.acknowledged_ms is None and e.by != SERVICE for e in escalations
        ),
        "time_to_flag_ms": _slowest((e, e.opened_ms) for e in escalations),
        "time_to_acknowledge_ms": _slowest((e, e.acknowledged_ms) for e in escalations),
        "time_to_intervention_ms": _slowest((e, e.intervened_ms) for e in escalations),
        "protocol_adherence": round(sum(len(p.done) for p in protocols) / due, 3) if due else None,
        "suggestions": suggestions,
        "suggestions_accepted": accepted,
    }
    return Summary(text, disposition or _disposition(escalations, protocols), actions, metrics)


def _done(protocols: Sequence[ProtocolState]) -> list[str]:
    return [f"{p.title}: {p.status} ({', '.join(p.done)})" for p in protocols if p.done]


def _slowest(reached: Iterable[tuple[Escalation, int | None]]) -> int | None:
    """The longest time from the start of what caused an escalation, of those that got there."""
    return max((at_ms - e.since_ms for e, at_ms in reached if at_ms is not None), default=None)


def _disposition(escalations: Sequence[Escalation], protocols: Sequence[ProtocolState]) -> str:
    if any(e.by != SERVICE for e in escalations):
        return "escalated to the clinical team"
    unfinished = any(p.status == "breached" for p in protocols)
    return "ended with open steps" if unfinished else "resolved on the call"


def _shortened(text: str, most: int) -> str:
    plain = re.sub(r"\b(?:um+|uh+|er+|erm|mm+)\b[\s,.]*", "", text, flags=re.IGNORECASE)
    plain = re.sub(r"\s+", " ", plain).strip(" ,")
    return plain if len(plain) <= most else plain[:most].rsplit(" ", 1)[0] + " ..."
