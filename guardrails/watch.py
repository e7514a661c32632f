"""The governor: what rules and protocols make of a call. Pure: no clock, no I/O, no model.

`Guard.notice` is stateless and runs once for each utterance; its `Signals` are journaled. `begin`,
`hear`, `tick`, `observe`, `step_done` and `finish` fold them into a `JudgeState`: the flags and
the protocols of the call. Replaying the same signals in the same order gives the same state.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from guardrails.flag import Evidence, Flag
from guardrails.protocols import tracker
from guardrails.protocols.protocol import Protocol, read_protocol
from guardrails.protocols.tracker import ProtocolState, StepHit
from guardrails.rules.book import Hit, Rulebook
from guardrails.rules.errors import PackError
from guardrails.rules.phrases import yes_or_no
from guardrails.rules.rule import SURE, Rule
from guardrails.utterance import Utterance

__all__ = [
    "CallFacts", "Guard", "Heard", "JudgeState", "Observation", "PackError", "ProtocolState",
    "Signals", "begin", "finish", "hear", "observe", "red_flags_early", "step_done", "tick",
]  # fmt: skip

NOTICE_EVERY_MS = 60_000
"""The alert budget: at most one notice in so long. Warnings and critical flags are not rationed."""
DISTRESS = -0.6


@dataclass(frozen=True, slots=True)
class Signals:
    """What stateless matching found in an utterance. Free of PHI, fit for the journal.

    `cues` are those heard in it that a rule goes by (`after`).
    """

    hits: tuple[Hit, ...] = ()
    steps: tuple[StepHit, ...] = ()
    cues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known of a call from its start. `on_file`: names of fields, never values."""

    channel: str = "voice"
    language: str = "en"
    program: str = ""
    conditions: tuple[str, ...] = ()
    age: int | None = None
    recording: bool = False
    direction: str = ""
    licence: str = "agent"
    on_file: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Heard:
    """A final utterance with its signals."""

    utterance: Utterance
    signals: Signals


@dataclass(frozen=True, slots=True)
class Observation:
    """A reading from remote monitoring; `baseline` in the same unit."""

    code: str
    value: float
    unit: str = ""
    baseline: float | None = None


@dataclass(frozen=True, slots=True)
class JudgeState:
    """The judgement on a call so far: `flags` hold every flag ever, with its status."""

    facts: CallFacts = field(default_factory=CallFacts)
    flags: tuple[Flag, ...] = ()
    protocols: tuple[ProtocolState, ...] = ()
    known: frozenset[str] = frozenset()
    settled: frozenset[str] = frozenset()
    asked: tuple[Hit, ...] = ()
    asked_in: str = ""
    awaiting: tuple[tuple[str, Evidence], ...] = ()
    """Cues of the patient to which the agent has yet to say a word, and where they were heard."""
    last_notice_ms: int = -NOTICE_EVERY_MS
    agent_turns: int = 0


class Guard:
    """The rules and protocols in force. Immutable once loaded."""

    def __init__(self, book: Rulebook, protocols: Sequence[Protocol]) -> None:
        self.book = book
        self.protocols = {protocol.protocol_id: protocol for protocol in protocols}

    @staticmethod
    def load(
        rule_paths: Sequence[Path],
        protocol_paths: Sequence[Path],
        embed: Callable[[Sequence[str]], np.ndarray],
        known_passages: Collection[str] | None,
    ) -> "Guard":
        """Reads the packs and runs the examples of every rule.

        Raises:
            PackError: `file:line: reason`.
        """
        protocols: list[Protocol] = []
        for path in protocol_paths:
            protocol = read_protocol(path, known_passages)
            if any(other.protocol_id == protocol.protocol_id for other in protocols):
                raise PackError(str(path), 1, f"the id {protocol.protocol_id!r} is used twice")
            protocols.append(protocol)
        return Guard(Rulebook.load(rule_paths, embed, known_passages), protocols)

    def notice(self, utterance: Utterance, embedding: np.ndarray | None) -> Signals:
        """What an utterance matches, whatever was said before it."""
        if utterance.withheld:
            return Signals()
        heard = self.book.heard(embedding)
        hits = self.book.match(utterance.text, utterance.speaker, embedding, heard)
        for entity in utterance.entities:
            for rule in self.book.by_entity.get(entity.type, ()):
                hits.append(Hit(rule.rule_id, "said", entity.placeholder))
        steps = [hit for p in self.protocols.values() for hit in tracker.match(p, utterance)]
        cues = tuple(sorted(cue for cue in self.book.after if heard.get(cue, 0.0) >= SURE))
        if embedding is None and utterance.sentiment <= DISTRESS:
            cues = ("distress",)  # without an embedding, by its words
        return Signals(tuple(hits), tuple(steps), cues)


def begin(guard: Guard, facts: CallFacts) -> JudgeState:
    """The judgement at the start of a call."""
    started = tuple(
        tracker.begin(p) for p in guard.protocols.values() if p.at_once and _concerns(p, facts)
    )
    known = frozenset({"recording"} if facts.recording else set[str]())
    return JudgeState(facts=facts, protocols=started, known=known)


def hear(guard: Guard, state: JudgeState, heard: Heard) -> JudgeState:
    """The judgement after one more final utterance."""
    utterance, signals = heard.utterance, heard.signals
    state = _protocols(guard, state, utterance, signals)
    for hit in signals.hits:
        rule = guard.book.rules.get(hit.rule_id)
        if rule is None:
            continue
        if hit.kind == "settled":
            state = _settle(state, rule)
        elif hit.kind == "said":
            evidence = Evidence(utterance.segment_id, hit.quote)
            state = _raise(state, rule, (evidence,), utterance.end_ms)
    if utterance.speaker == "patient":
        state = _patient_turn(guard, state, utterance, signals)
    elif utterance.speaker == "agent":
        state = _agent_turn(guard, state, utterance, signals)
    return tick(guard, state, utterance.start_ms)


def tick(guard: Guard, state: JudgeState, at_ms: int) -> JudgeState:
    """The judgement after time went by: deadlines that have run out."""
    for rule, deadline_ms in guard.book.deadlines:
        if at_ms > deadline_ms and rule.rule_id not in state.settled and state.agent_turns >= 2:
            state = _raise(state, rule, (), at_ms)
    return state


def step_done(guard: Guard, state: JudgeState, protocol_id: str, step_id: str) -> JudgeState:
    """The judgement after the agent marked a step as done."""
    protocol = guard.protocols.get(protocol_id)
    if protocol is None:
        return state
    moved = tuple(
        tracker.tick(protocol, p, step_id) if p.protocol_id == protocol_id else p
        for p in state.protocols
    )
    return _learn(guard, replace(state, protocols=moved))


def observe(guard: Guard, state: JudgeState, seen: Observation, at_ms: int) -> JudgeState:
    """The judgement after a reading came in."""
    for protocol in guard.protocols.values():
        running = any(p.protocol_id == protocol.protocol_id for p in state.protocols)
        if seen.code in protocol.observations and not running and _concerns(protocol, state.facts):
            state = replace(state, protocols=(*state.protocols, tracker.begin(protocol)))
    for rule in guard.book.rules.values():
        reading = rule.reading
        if reading is None or reading.code != seen.code:
            continue
        gain = seen.value - seen.baseline if seen.baseline is not None else None
        over = (
            (reading.at_least is not None and seen.value >= reading.at_least)
            or (reading.at_most is not None and seen.value <= reading.at_most)
            or (
                reading.gain_at_least is not None
                and gain is not None
                and gain >= reading.gain_at_least
            )
        )
        if over:
            state = _raise(state, rule, (), at_ms)
    return state


def finish(guard: Guard, state: JudgeState, at_ms: int) -> JudgeState:
    """The judgement at the end of the call: mandatory steps that were skipped."""
    state = tick(guard, state, at_ms)
    ended: list[ProtocolState] = []
    for protocol_state in state.protocols:
        protocol = guard.protocols[protocol_state.protocol_id]
        missing = tracker.skipped(protocol, protocol_state)
        begun = protocol.at_once or protocol_state.done or protocol.observations
        if missing and begun and protocol_state.status not in ("completed", "breached"):
            ended.append(replace(protocol_state, status="breached"))
            state = replace(state, flags=(*state.flags, _skipped_flag(protocol, missing)))
        else:
            ended.append(protocol_state)
    return replace(state, protocols=tuple(ended))


def red_flags_early(guard: Guard, utterance: Utterance, signals: Signals) -> tuple[Flag, ...]:
    """The critical flags that a partial segment raises; its final confirms or resolves them."""
    flags: dict[str, Flag] = {}
    for hit in signals.hits:
        rule = guard.book.rules.get(hit.rule_id)
        if rule is not None and hit.kind == "said" and rule.severity == "critical" and rule.says:
            flag = _flag(rule, (Evidence(utterance.segment_id, hit.quote),))
            flags.setdefault(flag.flag_id, flag)
    return tuple(flags.values())


def _concerns(protocol: Protocol, facts: CallFacts) -> bool:
    return not protocol.programs or facts.program in protocol.programs


def _protocols(
    guard: Guard, state: JudgeState, utterance: Utterance, signals: Signals
) -> JudgeState:
    running = {p.protocol_id for p in state.protocols}
    begun = list(state.protocols)
    for hit in signals.steps:
        protocol = guard.protocols.get(hit.protocol_id)
        if protocol and not hit.step_id and protocol.protocol_id not in running:
            if _concerns(protocol, state.facts):
                begun.append(tracker.begin(protocol))
                running.add(protocol.protocol_id)
    moved = tuple(
        tracker.follow(
            guard.protocols[p.protocol_id],
            p,
            utterance,
            [hit for hit in signals.steps if hit.protocol_id == p.protocol_id and hit.step_id],
            state.facts.on_file,
        )
        for p in begun
    )
    return _learn(guard, replace(state, protocols=moved))


def _learn(guard: Guard, state: JudgeState) -> JudgeState:
    """What completed protocols establish, and the flags that this settles."""
    facts = {
        guard.protocols[p.protocol_id].sets for p in state.protocols if p.status == "completed"
    } - {""}
    new = facts - state.known
    if not new:
        return state
    state = replace(state, known=state.known | facts)
    for rule in guard.book.rules.values():
        if rule.unless & new:
            state = _settle(state, rule)
    return state


def _patient_turn(
    guard: Guard, state: JudgeState, utterance: Utterance, signals: Signals
) -> JudgeState:
    if state.asked and yes_or_no(utterance.text) == "yes":
        # "Any chest pain?" "Yes": meant only where the question named one thing
        if len({hit.rule_id for hit in state.asked}) == 1:
            rule = guard.book.rules[state.asked[0].rule_id]
            asked = Evidence(state.asked_in, state.asked[0].quote)
            answer = Evidence(utterance.segment_id, utterance.text[:80])
            state = _raise(state, rule, (asked, answer), utterance.end_ms)
    if signals.cues:
        evidence = Evidence(utterance.segment_id, utterance.text[:120])
        awaiting = dict(state.awaiting) | dict.fromkeys(signals.cues, evidence)
        state = replace(state, awaiting=tuple(awaiting.items()))
    return replace(state, asked=(), asked_in="")


def _agent_turn(
    guard: Guard, state: JudgeState, utterance: Utterance, signals: Signals
) -> JudgeState:
    asked = tuple(hit for hit in signals.hits if hit.kind == "asked")
    state = replace(
        state, asked=asked, asked_in=utterance.segment_id, agent_turns=state.agent_turns + 1
    )
    if not state.awaiting or len(utterance.text.split()) < 4:
        return state
    awaiting = dict(state.awaiting)
    answered = {hit.rule_id for hit in signals.hits if hit.kind == "settled"}
    for rule in guard.book.rules.values():
        if rule.after in awaiting and rule.rule_id not in answered:
            state = _raise(state, rule, (awaiting[rule.after],), utterance.end_ms)
    return replace(state, awaiting=())


def _raise(state: JudgeState, rule: Rule, evidence: tuple[Evidence, ...], at_ms: int) -> JudgeState:
    """The state with a rule's flag, if its conditions hold and its matter is not known yet."""
    facts = state.facts
    if rule.licence and facts.licence != rule.licence:
        return state
    if rule.programs and facts.program not in rule.programs:
        return state
    if not rule.requires <= state.known or rule.unless & state.known:
        return state
    if rule.rule_id in state.settled and not rule.after:
        return state
    flag = _flag(rule, evidence)
    standing = next((f for f in state.flags if f.flag_id == flag.flag_id), None)
    if standing is not None:
        if _RANKS[flag.severity] <= _RANKS[standing.severity]:
            return state
        # the same matter, more serious now: one flag, raised in rank
        others = tuple(f for f in state.flags if f.flag_id != flag.flag_id)
        return replace(state, flags=(*others, replace(flag, status="confirmed")))
    if rule.severity == "notice":
        if at_ms - state.last_notice_ms < NOTICE_EVERY_MS:
            return state
        state = replace(state, last_notice_ms=at_ms)
    return replace(state, flags=(*state.flags, flag))


_RANKS = {"notice": 0, "warning": 1, "critical": 2}


def _settle(state: JudgeState, rule: Rule) -> JudgeState:
    """What the rule asks for was done: its flag, if raised, is resolved."""
    flag_id = f"f-{rule.matter}"
    flags = tuple(
        replace(f, status="resolved") if f.flag_id == flag_id and f.rule_id == rule.rule_id else f
        for f in state.flags
    )
    return replace(state, flags=flags, settled=state.settled | {rule.rule_id})


def _flag(rule: Rule, evidence: tuple[Evidence, ...]) -> Flag:
    return Flag(
        flag_id=f"f-{rule.matter}",
        category=rule.category,
        severity=rule.severity,
        status="raised",
        title=rule.title,
        why=rule.why,
        say=rule.say,
        rule_id=rule.rule_id,
        rule_version=rule.version,
        evidence=evidence,
        passage_ids=(rule.passage,) if rule.passage else (),
    )


def _skipped_flag(protocol: Protocol, missing: Sequence[tracker.StepSpec]) -> Flag:
    names = ", ".join(step.step_id for step in missing)
    return Flag(
        flag_id=f"f-skipped-{protocol.protocol_id}",
        category="protocol",
        severity="warning",
        status="raised",
        title=f"Not finished: {protocol.title}",
        why=f"Mandatory steps were not done before the call ended: {names}.",
        say=missing[0].ask,
        rule_id=f"protocol-{protocol.protocol_id}",
        rule_version=protocol.version,
        passage_ids=(protocol.passage,) if protocol.passage else (),
    )
