"""The governor: what rules and protocols make of a call. Pure: no clock, no I/O, no model.

`Guard.notice` is stateless and runs once for each utterance; its `Signals` are journaled. `begin`,
`hear`, `tick`, `observe`, `step_done` and `finish` fold them into a `JudgeState`: the flags and
the protocols of the call. Replaying the same signals in the same order gives the same state.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from guardrails.cues.listener import Meaning
from guardrails.facts import CallFacts, Observation
from guardrails.flag import Evidence, Flag
from guardrails.judgement import Heard, JudgeState, Signals, flag_of, raised, settled
from guardrails.protocols import course as protocols
from guardrails.protocols.asking import match
from guardrails.protocols.course import Course
from guardrails.protocols.loading import load_protocols
from guardrails.protocols.protocol import Protocol
from guardrails.protocols.state import ProtocolState
from guardrails.rules.book import QUOTE, Hit, Read, Rulebook
from guardrails.rules.errors import PackError
from guardrails.rules.pack import Pack, read_pack
from guardrails.rules.yes_no import yes_or_no
from guardrails.utterance import Utterance

__all__ = [
    "CallFacts", "Guard", "Heard", "JudgeState", "Observation", "PackError", "ProtocolState",
    "Signals", "begin", "finish", "hear", "observe", "red_flags_early", "step_done", "tick",
]  # fmt: skip

DISTRESS = -0.6


class Guard:
    """The rules and protocols in force. Immutable once loaded."""

    def __init__(
        self, book: Rulebook, protocols: Sequence[Protocol], packs: Sequence[Pack] = ()
    ) -> None:
        self.book = book
        self.packs = tuple(packs)
        """What it was loaded from."""
        self.protocols = {protocol.protocol_id: protocol for protocol in protocols}

    @staticmethod
    def load(
        rule_paths: Sequence[Path],
        protocol_paths: Sequence[Path],
        read: Read,
        known_passages: Collection[str] | None,
        *,
        proven: Collection[str] = (),
    ) -> "Guard":
        """Reads the packs, runs the examples of every rule and the walks of every protocol.

        Packs whose hash is `proven` need no proof: their examples and walks were run before.

        Raises:
            PackError: `file:line: reason`.
        """
        followed = load_protocols(protocol_paths, known_passages, proven=proven)
        facts = {protocol.sets for protocol in followed}
        book = Rulebook.load(rule_paths, read, known_passages, facts=facts, proven=proven)
        return Guard(book, followed, (*book.packs, *map(read_pack, protocol_paths)))

    def notice(self, utterance: Utterance, meaning: Meaning | None) -> Signals:
        """What an utterance matches, whatever was said before it."""
        if utterance.withheld:
            return Signals()
        heard = self.book.heard(meaning, utterance.speaker)
        hits = self.book.match(utterance.text, utterance.speaker, meaning, heard)
        for entity in utterance.entities:
            for rule in self.book.by_entity.get(entity.type, ()):
                hits.append(Hit(rule.rule_id, "said", entity.placeholder))
        steps = [hit for p in self.protocols.values() for hit in match(p, utterance)]
        after = self.book.after.items()
        cues = tuple(sorted(cue for cue, sure in after if heard.get(cue, 0.0) >= sure))
        if meaning is None and utterance.sentiment <= DISTRESS:
            cues = ("distress",)  # without an embedding, by its words
        return Signals(tuple(hits), tuple(steps), cues)


def begin(guard: Guard, facts: CallFacts) -> JudgeState:
    """The judgement at the start of a call."""
    known = frozenset({"recording"} if facts.recording else set[str]())
    return JudgeState(facts=facts, course=protocols.start(guard.protocols, facts), known=known)


def hear(guard: Guard, state: JudgeState, heard: Heard) -> JudgeState:
    """The judgement after one more final utterance."""
    utterance, signals = heard.utterance, heard.signals
    heard_before = len(state.course.readings)
    moved = protocols.hear(guard.protocols, state.course, utterance, signals.steps, state.facts)
    state = _moved(guard, state, moved)
    for reading in moved.readings[heard_before:]:
        evidence = Evidence(utterance.segment_id, utterance.text[:QUOTE])
        state = _read(guard, state, reading, (evidence,), utterance.end_ms)
    for hit in signals.hits:
        rule = guard.book.rules.get(hit.rule_id)
        if rule is None:
            continue
        if hit.kind == "settled":
            state = settled(state, rule, utterance.end_ms)
        elif hit.kind == "said":
            evidence = Evidence(utterance.segment_id, hit.quote)
            state = raised(state, rule, (evidence,), utterance.end_ms)
    if utterance.speaker == "patient":
        state = _patient_turn(guard, state, utterance, signals)
    elif utterance.speaker == "agent":
        state = _agent_turn(guard, state, utterance, signals)
    return tick(guard, state, utterance.start_ms)


def tick(guard: Guard, state: JudgeState, at_ms: int) -> JudgeState:
    """The judgement after time went by: deadlines that have run out."""
    for rule, deadline_ms in guard.book.deadlines:
        if at_ms > deadline_ms and rule.rule_id not in state.settled and state.agent_turns >= 2:
            state = raised(state, rule, (), at_ms)
    return state


def step_done(
    guard: Guard, state: JudgeState, protocol_id: str, step_id: str, answer: str = ""
) -> JudgeState:
    """The judgement after the agent marked a step as done, or put its answer right."""
    moved = protocols.step_done(
        guard.protocols, state.course, protocol_id, step_id, state.facts, answer
    )
    return _moved(guard, state, moved)


def observe(guard: Guard, state: JudgeState, seen: Observation, at_ms: int) -> JudgeState:
    """The judgement after a reading came in."""
    moved = protocols.observe(guard.protocols, state.course, seen, state.facts)
    return _read(guard, _moved(guard, state, moved), seen, (), at_ms)


def finish(guard: Guard, state: JudgeState, at_ms: int) -> JudgeState:
    """The judgement at the end of the call: mandatory steps that were skipped."""
    state = tick(guard, state, at_ms)
    return _moved(guard, state, protocols.finish(guard.protocols, state.course))


def red_flags_early(
    guard: Guard, utterance: Utterance, signals: Signals, day: date | None = None
) -> tuple[Flag, ...]:
    """The critical flags that a partial segment raises; its final confirms or resolves them.

    `day` is that of the call's start.
    """
    flags: dict[str, Flag] = {}
    for hit in signals.hits:
        rule = guard.book.rules.get(hit.rule_id)
        if rule is None or not rule.effective.holds(day):
            continue
        if hit.kind == "said" and rule.severity == "critical" and rule.says:
            flag = flag_of(rule, (Evidence(utterance.segment_id, hit.quote),))
            flags.setdefault(flag.flag_id, flag)
    return tuple(flags.values())


def _read(
    guard: Guard, state: JudgeState, seen: Observation, evidence: tuple[Evidence, ...], at_ms: int
) -> JudgeState:
    """The judgement by a reading, sent or read out: rules with limits that it is beyond."""
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
            state = raised(state, rule, evidence, at_ms)
    return state


def _moved(guard: Guard, state: JudgeState, course: Course) -> JudgeState:
    """The judgement with the protocols further on: their flags, and what they establish."""
    flags = {flag.flag_id: flag for flag in (*state.flags, *course.flags)}
    new = protocols.established(guard.protocols, course) - state.known
    state = replace(state, course=course, flags=tuple(flags.values()), known=state.known | new)
    for rule in guard.book.rules.values() if new else ():
        if rule.unless & new:
            state = settled(state, rule)
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
            state = raised(state, rule, (asked, answer), utterance.end_ms)
    if signals.cues:
        evidence = Evidence(utterance.segment_id, utterance.text[:120])
        awaiting = dict(state.awaiting) | dict.fromkeys(signals.cues, evidence)
        state = replace(state, awaiting=tuple(awaiting.items()))
    return replace(state, asked=(), asked_in="")


def _agent_turn(
    guard: Guard, state: JudgeState, utterance: Utterance, signals: Signals
) -> JudgeState:
    known = guard.book.rules
    asked = tuple(hit for hit in signals.hits if hit.kind == "asked" and hit.rule_id in known)
    state = replace(
        state, asked=asked, asked_in=utterance.segment_id, agent_turns=state.agent_turns + 1
    )
    if not state.awaiting or len(utterance.text.split()) < 4:
        return state
    awaiting = dict(state.awaiting)
    answered = {hit.rule_id for hit in signals.hits if hit.kind == "settled"}
    for rule in guard.book.rules.values():
        if rule.after in awaiting and rule.rule_id not in answered:
            state = raised(state, rule, (awaiting[rule.after],), utterance.end_ms)
    return replace(state, awaiting=())
