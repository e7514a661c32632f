"""Who sends a message, and what their role lets them do in a call."""

from dataclasses import dataclass

from copilot.call import Call
from copilot.escalation import CLINICIAN
from copilot.events import (
    ConversationMessage,
    EscalationAck,
    EscalationClose,
    EscalationHandover,
)

EscalationMessage = EscalationAck | EscalationHandover | EscalationClose
_DECIDES = frozenset({"agent", "supervisor", CLINICIAN, "admin"})
"""Roles that may hand an escalation over or close it; a source may only acknowledge."""


@dataclass(frozen=True)
class Sender:
    """Who sent a message: a subject with one role in one tenant."""

    subject: str
    role: str
    tenant: str


def may_join(call: Call, sender: Sender) -> bool:
    """Whether a sender may take part in a call: an agent only in their own."""
    return sender.role != "agent" or call.agent_id in (None, sender.subject)


def refused(message: ConversationMessage, sender: Sender) -> str:
    """Why a role may not send a message, or nothing."""
    if sender.role == CLINICIAN and not isinstance(message, EscalationMessage):
        return "a clinician answers escalations, nothing else"
    decides = isinstance(message, EscalationHandover | EscalationClose)
    if decides and sender.role not in _DECIDES:
        return "only the call's agent, a supervisor or a clinician may do that"
    return ""


def answers_as(call: Call, sender: Sender) -> str:
    """The role in which a sender answers an escalation: on a nurse line the agent is clinical."""
    licensed = call.state.started is not None and call.state.started.facts.licence == CLINICIAN
    return CLINICIAN if sender.role == "agent" and licensed else sender.role
