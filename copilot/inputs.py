"""What can happen to a call: the inputs of the fold. Free of PHI, fit for the journal.

Times are milliseconds from the start of the call.
"""

from dataclasses import dataclass

from copilot.escalation import Outcome
from copilot.suggest.compose import Suggestion
from guardrails.utterance import Utterance
from guardrails.watch import CallFacts, Observation, Signals


@dataclass(frozen=True, slots=True)
class Started:
    """The call began."""

    facts: CallFacts
    agent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance was heard, and what stateless matching found in it.

    `source_revision` is the source's own count; `utterance.revision` also counts the corrections
    that masking made.
    """

    utterance: Utterance
    signals: Signals
    at_ms: int
    source_revision: int = 0


@dataclass(frozen=True, slots=True)
class Observed:
    """A reading came in from remote monitoring."""

    observation: Observation
    at_ms: int


@dataclass(frozen=True, slots=True)
class Ticked:
    """The agent marked a protocol step as done; `answer` is one that the step knows."""

    protocol_id: str
    step_id: str
    at_ms: int
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Passed:
    """Time went by: deadlines are looked at, and what nobody has answered climbs."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class Suggested:
    """A suggestion was shown."""

    suggestion: Suggestion
    at_ms: int


@dataclass(frozen=True, slots=True)
class Rated:
    """The agent's word on a suggestion or a flag; free text is masked."""

    target_id: str
    action: str
    text: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody took an escalation over; the note is masked, `by` is their role."""

    escalation_id: str
    at_ms: int
    note: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """An escalation was handed to somebody else; `to` and the note are masked."""

    escalation_id: str
    to: str
    at_ms: int
    note: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """An escalation is over; the note is masked."""

    escalation_id: str
    outcome: Outcome
    at_ms: int
    note: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over; the disposition is masked."""

    at_ms: int
    disposition: str = ""


Input = (
    Started
    | Said
    | Observed
    | Ticked
    | Passed
    | Suggested
    | Rated
    | Acknowledged
    | HandedOver
    | Closed
    | Ended
)
