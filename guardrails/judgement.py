"""The judgement on a call so far, and the flags that rules raise and settle in it. Pure."""

from dataclasses import dataclass, field, replace

from guardrails.facts import CallFacts
from guardrails.flag import Evidence, Flag
from guardrails.protocols.course import Course
from guardrails.protocols.state import ProtocolState, StepHit
from guardrails.rules.book import Hit
from guardrails.rules.rule import Rule
from guardrails.utterance import Utterance

NOTICE_EVERY_MS = 60_000
"""The alert budget: at most one notice in so long. Warnings and critical flags are not rationed."""
_RANKS = {"notice": 0, "warning": 1, "critical": 2}


@dataclass(frozen=True, slots=True)
class Signals:
    """What stateless matching found in an utterance. Free of PHI, fit for the journal.

    `cues` are those heard in it that a rule goes by (`after`).
    """

    hits: tuple[Hit, ...] = ()
    steps: tuple[StepHit, ...] = ()
    cues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """A final utterance with its signals."""

    utterance: Utterance
    signals: Signals


@dataclass(frozen=True, slots=True)
class JudgeState:
    """The judgement on a call so far: `flags` hold every flag ever, with its status."""

    facts: CallFacts = field(default_factory=CallFacts)
    flags: tuple[Flag, ...] = ()
    course: Course = field(default_factory=Course)
    known: frozenset[str] = frozenset()
    settled: frozenset[str] = frozenset()
    settled_ms: tuple[tuple[str, int], ...] = ()
    """When each matter was settled last."""
    asked: tuple[Hit, ...] = ()
    asked_in: str = ""
    awaiting: tuple[tuple[str, Evidence], ...] = ()
    """Cues of the patient to which the agent has yet to say a word, and where they were heard."""
    last_notice_ms: int = -NOTICE_EVERY_MS
    agent_turns: int = 0

    @property
    def protocols(self) -> tuple[ProtocolState, ...]:
        """How far each protocol of the call is."""
        return self.course.protocols


def raised(state: JudgeState, rule: Rule, evidence: tuple[Evidence, ...], at_ms: int) -> JudgeState:
    """The state with a rule's flag, if its conditions hold and its matter is not known yet."""
    facts = state.facts
    if not rule.effective.holds(facts.day):
        return state
    if rule.licence and facts.licence != rule.licence:
        return state
    if rule.programs and facts.program not in rule.programs:
        return state
    if not rule.requires <= state.known or rule.unless & state.known:
        return state
    again = _may_return(state, rule, at_ms)
    if rule.rule_id in state.settled and not rule.after and not again:
        return state
    flag = flag_of(rule, evidence)
    standing = next((f for f in state.flags if f.flag_id == flag.flag_id), None)
    others = tuple(f for f in state.flags if f.flag_id != flag.flag_id)
    if standing is not None and not (again and standing.status == "resolved"):
        if _RANKS[flag.severity] <= _RANKS[standing.severity]:
            return state
        # the same matter, more serious now: one flag, raised in rank
        return replace(state, flags=(*others, replace(flag, status="confirmed")))
    if rule.severity == "notice":
        if at_ms - state.last_notice_ms < NOTICE_EVERY_MS:
            return state
        state = replace(state, last_notice_ms=at_ms)
    return replace(state, flags=(*others, flag))


def _may_return(state: JudgeState, rule: Rule, at_ms: int) -> bool:
    """Whether a matter that was settled may be raised anew: its cooldown is over."""
    since = dict(state.settled_ms).get(rule.matter)
    if since is None or rule.cooldown_s is None:
        return False
    return at_ms - since >= rule.cooldown_s * 1000


def settled(state: JudgeState, rule: Rule, at_ms: int | None = None) -> JudgeState:
    """What the rule asks for was done: its flag, if raised, is resolved.

    `at_ms`: when; None where a fact settled it that rules it out for the rest of the call.
    """
    if at_ms is not None:
        settled_ms = dict(state.settled_ms) | {rule.matter: at_ms}
        state = replace(state, settled_ms=tuple(settled_ms.items()))
    flag_id = f"f-{rule.matter}"
    flags = tuple(
        replace(f, status="resolved") if f.flag_id == flag_id and f.rule_id == rule.rule_id else f
        for f in state.flags
    )
    return replace(state, flags=flags, settled=state.settled | {rule.rule_id})


def flag_of(rule: Rule, evidence: tuple[Evidence, ...]) -> Flag:
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
