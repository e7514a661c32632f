"""Plays a labelled call through the fold, masked by its labels, and keeps what was raised when."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from copilot.analysis import EMBEDDED_CHARACTERS, spoken
from copilot.conversation import Book, Ended, Said, Started, State, step
from copilot.events import FlagEvent
from evals.bench.calls.generate import Call
from evals.bench.flags.golden import Golden
from guardrails.packs import PROTOCOLS, RULES
from guardrails.phi.offline import speaker_of
from guardrails.rules.book import Read
from guardrails.sentiment import sentiment
from guardrails.utterance import Entity, Utterance
from guardrails.watch import CallFacts, Guard

_TYPES = {
    "NAME": "PERSON",
    "ORG": "ORGANIZATION",
    "AGE90": "AGE",
    "CARD": "CREDIT_CARD",
    "FAX": "PHONE",
}
_MS_A_WORD, _MS_BETWEEN = 400, 1_200
_ON_FILE = {"NAME": "name", "DATE": "date_of_birth", "PHONE": "phone"}


@dataclass(frozen=True)
class Raised:
    """A flag as it was first shown, and the turn that raised it (the last one, at the end)."""

    turn: int
    category: str
    severity: str
    rule_id: str
    title: str
    quote: str


def guard(read: Read) -> Guard:
    """The packs of this product."""
    return Guard.load(sorted(RULES.glob("*.yaml")), sorted(PROTOCOLS.glob("*.yaml")), read, None)


def utterances(call: Call, style: str) -> list[Utterance]:
    """The turns of a call in a style, each identifier replaced by its placeholder."""
    numbers: dict[str, dict[str, int]] = {}
    out: list[Utterance] = []
    at = 0
    on_file = {_plain(value): name for name, value in call.on_file.items()}
    for index, turn in enumerate(call.turns):
        said = turn.text(style)
        text, end = "", 0
        entities: list[Entity] = []
        for start, stop, kind in sorted(turn.spans(style)):
            value, kind = _plain(said[start:stop]), _TYPES.get(kind, kind)
            seen = numbers.setdefault(kind, {})
            placeholder = f"<{kind}_{seen.setdefault(value, len(seen) + 1)}>"
            text += said[end:start]
            entities.append(
                Entity(
                    len(text),
                    len(text) + len(placeholder),
                    kind,
                    placeholder,
                    on_file.get(value, ""),
                )
            )
            text, end = text + placeholder, stop
        text += said[end:]
        last = at + _MS_A_WORD * len(said.split())
        out.append(
            Utterance(
                call.id, f"s-{index}", speaker_of(turn.speaker), text, tuple(entities), True, at, last,
                sentiment=sentiment(text),
            )
        )  # fmt: skip
        at = last + _MS_BETWEEN
    return out


def _plain(value: str) -> str:
    return re.sub(r"\W+", "", value.lower())


def play(watched: Guard, read: Read, known: Golden, style: str) -> list[Raised]:
    """What is raised in a labelled call, in the order it was shown."""
    facts = replace(known.facts, on_file=frozenset(known.call.on_file))
    return through(watched, read, known.call.id, facts, utterances(known.call, style))


def through(
    watched: Guard, read: Read, conversation_id: str, facts: CallFacts, said: Sequence[Utterance]
) -> list[Raised]:
    """What is raised in a call, in the order it was shown."""
    meanings = read([spoken(u.text)[:EMBEDDED_CHARACTERS] or "." for u in said])
    book = Book(watched)
    state, _ = step(book, State(conversation_id), Started(facts))
    raised: list[Raised] = []

    def keep(turn: int, events: Sequence[object]) -> None:
        raised.extend(
            Raised(turn, e.category, e.severity, e.rule_id, e.title,
                   e.evidence[-1].quote if e.evidence else "")
            for e in events
            if isinstance(e, FlagEvent) and e.status == "raised"
        )  # fmt: skip

    for index, (utterance, meaning) in enumerate(zip(said, meanings, strict=True)):
        given = Said(utterance, watched.notice(utterance, meaning), utterance.end_ms)
        state, events = step(book, state, given)
        keep(index, events)
    state, events = step(book, state, Ended(said[-1].end_ms if said else 0))
    keep(len(said) - 1, events)
    return raised
