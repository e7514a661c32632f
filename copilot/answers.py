"""Answers to an escalation: acknowledged, handed over, closed; before and after the call's end."""

from collections.abc import Awaitable, Callable

from copilot.call import Call
from copilot.calls import Calls
from copilot.events import Error, EscalationAck, EscalationClose, EscalationHandover
from copilot.inputs import Acknowledged, Closed, HandedOver
from copilot.sender import EscalationMessage, Sender, answers_as

Mask = Callable[[Call, str | None], Awaitable[str]]


async def answer(
    calls: Calls, mask: Mask, call: Call, message: EscalationMessage, sender: Sender
) -> Error | None:
    """Takes an answer into the call; the error to send back where there is nothing to answer.

    Raises:
        JournalError: it could not be stored and was not taken.
    """
    which, by = message.escalation_id, answers_as(call, sender)
    note = await mask(call, message.note)
    to = ""
    if isinstance(message, EscalationHandover):
        to = message.to.strip()
        if to not in calls.book.ladder.targets:
            to = await mask(call, to)
    async with call.lock:
        found = [e for e in call.state.escalations if e.escalation_id == which]
        if not found:
            return _refusal("unknown_escalation", "no such escalation here", message)
        if found[0].status == "closed" and not isinstance(message, EscalationAck):
            return _refusal("escalation_closed", "this escalation is closed", message)
        at_ms = call.clock_ms()
        match message:
            case EscalationAck():
                given = Acknowledged(which, at_ms, note, by)
            case EscalationHandover():
                given = HandedOver(which, to, at_ms, note, by)
            case EscalationClose():
                given = Closed(which, message.outcome, at_ms, note, by)
        await calls.take(call, given)
    return None


def _refusal(code: str, text: str, about: EscalationMessage) -> Error:
    return Error(
        code=code, message=text, field="escalation_id", conversation_id=about.conversation_id
    )
