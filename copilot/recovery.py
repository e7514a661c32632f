"""A call and its journal: what is written of each input and event, and the call made of it again.

Recovery is folding the journaled inputs anew. What was said is masked there already, so no model
is asked. The vault is lost with the process: placeholders keep their numbers, not their values.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import get_args

from pydantic import TypeAdapter

from copilot.call import Call
from copilot.conversation import Book, State, step
from copilot.events import ConversationEvent, to_json
from copilot.inputs import Input, Passed, Said
from copilot.journal import Row
from copilot.timestamps import utc_now
from copilot.webhooks import message
from guardrails.flag import Flag
from guardrails.phi import Options, Vault

_INPUTS: Mapping[str, TypeAdapter[Input]] = {
    kind.__name__: TypeAdapter(kind) for kind in get_args(Input)
}


def durable(given: Input, before: State, after: State, events: Sequence[ConversationEvent]) -> bool:
    """Whether an input is journaled: partials and the clock only when something came of them."""
    match given:
        case Said():
            told = any(event.type != "utterance" for event in events)
            # a partial may hold up a flag that another one raised: nothing to tell, but to keep
            return given.utterance.final or told or before.early != after.early
        case Passed():
            return bool(events)
        case _:
            return True


def input_row(call: Call, given: Input) -> Row:
    """An input as it is journaled."""
    kind = type(given).__name__
    return Row(
        conversation_id=call.conversation_id,
        event_id=call.next_id(),
        tenant=call.tenant,
        kind="input",
        type=kind,
        at=utc_now(),
        body=_INPUTS[kind].dump_json(given).decode(),
    )


def event_row(call: Call, event: ConversationEvent, flags: Sequence[Flag] | None) -> Row:
    """A stamped event as it is journaled.

    With the call's `flags`, an escalation is put in the outbox of webhooks too.
    """
    webhook = None
    if flags is not None and event.type == "escalation":
        flag = next((flag for flag in flags if flag.flag_id == event.flag_id), None)
        webhook = message(call.tenant, event, flag)
    return Row(
        conversation_id=call.conversation_id,
        event_id=event.event_id,
        tenant=call.tenant,
        kind="event",
        type=event.type,
        at=event.at,
        body=to_json(event),
        webhook=webhook,
    )


def recovered(
    book: Book,
    conversation_id: str,
    rows: Sequence[Row],
    last_event_id: str,
    masking: Options,
) -> Call:
    """The call that journaled inputs (at least one) make, its clock going on where it was."""
    inputs = [_INPUTS[row.type].validate_json(row.body) for row in rows]
    state = State(conversation_id)
    began = _seconds(rows[0])
    for row, given in zip(rows, inputs, strict=True):
        state, _ = step(book, state, given)
        began = min(began, _seconds(row) - state.last_ms / 1000)
    vault = Vault(
        conversation_id,
        language=state.started.facts.language if state.started else "en",
        counts=_placeholder_counts(state),
        options=masking,
        this_year=datetime.fromisoformat(rows[0].at).year,
    )
    last_id = int(last_event_id or 0)
    call = Call(conversation_id, rows[0].tenant, state, vault, began, last_id)
    for given in inputs:
        call.note(given)
    return call


def _seconds(row: Row) -> float:
    return datetime.fromisoformat(row.at).timestamp()


def _placeholder_counts(state: State) -> dict[str, int]:
    """The highest number used for each type of placeholder, so that numbering goes on."""
    counts: dict[str, int] = {}
    for heard in state.heard:
        for entity in heard.utterance.entities:
            plain, *_ = entity.placeholder.strip("<>").partition(":")
            kind, _, number = plain.rpartition("_")
            if number.isdigit():
                counts[kind] = max(counts.get(kind, 0), int(number))
    return counts
