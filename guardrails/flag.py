"""A flag: something on the call that the agent, or the clinical team, has to know."""

from dataclasses import dataclass
from typing import Literal

Category = Literal[
    "red_flag",
    "crisis",
    "identity",
    "disclosure",
    "scope",
    "phi_disclosure",
    "promise",
    "payment_card",
    "tone",
    "terminology",
    "protocol",
    "care_gap",
]
Severity = Literal["critical", "warning", "notice"]
FlagStatus = Literal["raised", "confirmed", "resolved"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where it was said: a segment, and the masked words in it."""

    segment_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class Flag:
    """One matter noticed on one call.

    `flag_id` is unique in the conversation and stays the same from raised to resolved. `why` is
    for a person to read; `say` is what the agent can say now; `passage_ids` are the approved
    passages that stand behind it.
    """

    flag_id: str
    category: Category
    severity: Severity
    status: FlagStatus
    title: str
    why: str
    say: str
    rule_id: str
    rule_version: int
    evidence: tuple[Evidence, ...] = ()
    passage_ids: tuple[str, ...] = ()
