"""The flags of protocols: a mandatory step skipped, a wrong branch taken, a stop passed by."""

from collections.abc import Sequence

from guardrails.flag import Evidence, Flag, FlagStatus, Severity
from guardrails.protocols.protocol import Protocol, StepSpec
from guardrails.protocols.state import Breach, ProtocolState, handed_over, spec_of
from guardrails.protocols.wording import when_words


def flags_of(protocol: Protocol, state: ProtocolState) -> list[Flag]:
    """The flags for what was done against the tree so far, each once.

    A step that was missing at a hand-over and a stop that was passed by are resolved once the
    step, or the hand-over, is done. A wrong branch stays.
    """
    return [_of_breach(protocol, state, breach) for breach in state.breaches]


def skipped_flag(protocol: Protocol, state: ProtocolState, missing: Sequence[StepSpec]) -> Flag:
    """The flag for mandatory steps that were never done."""
    names = ", ".join(step.step_id for step in missing)
    evidence = state.evidence[-1:] or state.began
    return _flag(
        protocol,
        f"f-skipped-{protocol.protocol_id}",
        title=f"Not finished: {protocol.title}",
        why=f"Mandatory steps were not done before the call ended: {names}.",
        step=missing[0],
        evidence=evidence,
    )


def _of_breach(protocol: Protocol, state: ProtocolState, breach: Breach) -> Flag:
    name, step = protocol.protocol_id, spec_of(protocol, breach.steps[0])
    match breach.kind:
        case "wrong_branch":
            return _flag(
                protocol,
                f"f-branch-{name}-{step.step_id}",
                title=f"Wrong branch: {protocol.title}",
                why=f"{step.step_id} is only for when {when_words(step)}.",
                step=next((spec_of(protocol, due.step_id) for due in state.next), step),
                evidence=breach.evidence,
            )
        case "past_stop":
            due = next((s for s in protocol.steps if s.handover and _leads_to(step, s)), step)
            return _flag(
                protocol,
                f"f-stop-{name}",
                title=f"Hand over now: {protocol.title}",
                why=f"The answer to {step.step_id} ends the questions; the call went on.",
                step=due,
                evidence=breach.evidence,
                status="resolved" if handed_over(protocol, state) else "raised",
            )
        case "before_handover":
            missing = [s for s in breach.steps if s not in state.done]
            return _flag(
                protocol,
                f"f-handover-{name}-{step.step_id}",
                title=f"Skipped before the hand-over: {protocol.title}",
                why=f"To be done before a hand-over: {', '.join(breach.steps)}.",
                step=step,
                evidence=breach.evidence,
                status="raised" if missing else "resolved",
            )


def _leads_to(step: StepSpec, handover: StepSpec) -> bool:
    return any(stop.then == handover.step_id for stop in step.stops)


def _flag(
    protocol: Protocol,
    flag_id: str,
    *,
    title: str,
    why: str,
    step: StepSpec,
    evidence: tuple[Evidence, ...],
    status: FlagStatus = "raised",
) -> Flag:
    severity: Severity = "critical" if protocol.severity == "critical" else "warning"
    passages = dict.fromkeys(filter(None, (step.passage, protocol.passage)))
    return Flag(
        flag_id=flag_id,
        category="protocol",
        severity=severity,
        status=status,
        title=title,
        why=why,
        say=step.ask,
        rule_id=f"protocol-{protocol.protocol_id}",
        rule_version=protocol.version,
        evidence=evidence,
        passage_ids=tuple(passages),
    )
