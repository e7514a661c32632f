"""The service's clock: time goes by in every call, and whoever watches is sent a pulse.

The fold has no clock of its own. It is told the time by `Passed`, once a second, in open calls and
in ended ones of which an escalation may still climb.
"""

import asyncio

import structlog

from copilot.bus import Bus
from copilot.call import Call
from copilot.calls import Calls
from copilot.events import Pulse
from copilot.inputs import Passed
from copilot.journal import JournalError
from guardrails.flag import Severity

TICK_SECONDS = 1.0
PULSE_SECONDS = 5.0
_WORST: tuple[Severity, ...] = ("critical", "warning", "notice")
_log = structlog.get_logger(__name__)


async def run(calls: Calls, bus: Bus) -> None:
    """Looks at every call once a second, until it is cancelled."""
    busy: dict[str, asyncio.Task[None]] = {}
    turns = 0
    while True:
        await asyncio.sleep(TICK_SECONDS)
        turns += 1
        for call in calls.moving():
            if call.state.started is None:
                continue
            if not call.lock.locked():
                await _pass(calls, call)
            elif call.conversation_id not in busy:
                # one call that is being worked on holds up no other's deadlines
                task = asyncio.create_task(_pass(calls, call))
                busy[call.conversation_id] = task
                task.add_done_callback(lambda _, key=call.conversation_id: busy.pop(key))
            if turns % int(PULSE_SECONDS / TICK_SECONDS) == 0 and bus.watched(call.tenant):
                if call.state.ended is None:
                    calls.tell(call, call.stamp(_pulse(call)))


async def _pass(calls: Calls, call: Call) -> None:
    try:
        async with call.lock:
            await calls.take(call, Passed(call.clock_ms()))
    except JournalError:
        _log.error("deadline not journaled", conversation_id=call.conversation_id)
    except Exception as error:  # one call's fault stops no other call's clock
        _log.exception("deadline failed", kind=type(error).__name__)


def _pulse(call: Call) -> Pulse:
    state = call.state
    open_flags = [flag for flag in state.shown if flag.status != "resolved"]
    worst: Severity | None = next(
        (s for s in _WORST if any(f.severity == s for f in open_flags)), None
    )
    said = [h.utterance for h in state.heard if h.utterance.speaker == "patient"]
    return Pulse(
        conversation_id=call.conversation_id,
        agent_id=call.agent_id,
        program=(state.started.facts.program or None) if state.started else None,
        duration_ms=call.clock_ms(),
        utterances=len(state.heard),
        open_flags=len(open_flags),
        worst=worst,
        sentiment=said[-1].sentiment if said else 0.0,
    )
