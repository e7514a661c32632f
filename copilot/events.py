"""The wire protocol, version 1: every message shape, both directions, defined here only.

One JSON object a text frame, with a `type`. Unknown fields are ignored. Times are integers in
milliseconds from the start of the call (`*_ms`) or RFC 3339 UTC (`at`). `docs/protocol.md`, the
JSON Schemas and the AsyncAPI file are generated from these types.
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from copilot.escalation import Outcome, Told
from guardrails.flag import Category, FlagStatus, Severity
from guardrails.utterance import Speaker

PROTOCOL = 1
MAX_TEXT = 65_536
"""The longest `text` of a segment, in characters."""

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$")]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$")]
Milliseconds = Annotated[int, Field(ge=0, le=86_400_000, strict=True)]
Note = Annotated[str, Field(max_length=4_000)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


# ---- client to server -------------------------------------------------------------------------


class CallContext(_Message):
    """What the source knows of the call. `on_file` values stay in memory and are always masked."""

    conditions: tuple[Code, ...] = Field((), max_length=50)
    age: Annotated[int, Field(ge=0, le=130)] | None = None
    on_file: dict[Code, Annotated[str, Field(max_length=300)]] = Field(
        default_factory=dict[str, str], repr=False, max_length=50
    )
    recording: bool = False
    direction: Literal["inbound", "outbound"] | None = None
    licence: Literal["agent", "clinician"] = "agent"


class ConversationStart(_Message):
    """Opens a conversation. Sent again, it only renews `context.on_file` (after a restart)."""

    type: Literal["conversation.start"] = "conversation.start"
    conversation_id: Id
    channel: Literal["voice", "chat"] = "voice"
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en-US"
    program: Code | None = None
    agent_id: Id | None = None
    context: CallContext = Field(default_factory=lambda: CallContext.model_validate({}))


class SegmentMessage(_Message):
    """A piece of transcript. Idempotent by `segment_id`; `revision` corrects a final one."""

    type: Literal["segment"] = "segment"
    conversation_id: Id
    segment_id: Id
    speaker: Speaker
    text: Annotated[str, Field(max_length=MAX_TEXT, repr=False)]
    final: bool = True
    start_ms: Milliseconds
    end_ms: Milliseconds
    revision: Annotated[int, Field(ge=0, le=1_000)] = 0


class ObservationMessage(_Message):
    """A reading from remote monitoring, in the unit given, with the patient's usual value."""

    type: Literal["observation"] = "observation"
    conversation_id: Id
    code: Code
    value: Annotated[float, Field(allow_inf_nan=False)]
    unit: Annotated[str, Field(max_length=32, pattern=r"^[A-Za-z0-9%/\[\]_. *^-]*$")] = ""
    loinc: Annotated[str, Field(pattern=r"^[0-9]{1,7}-[0-9]$")] | None = None
    effective: str | None = Field(None, max_length=64, repr=False)
    baseline: Annotated[float, Field(allow_inf_nan=False)] | None = None


class Ask(_Message):
    """The agent's own question to the knowledge base."""

    type: Literal["ask"] = "ask"
    conversation_id: Id
    text: Annotated[str, Field(min_length=1, max_length=4_000, repr=False)]


class Feedback(_Message):
    """What the agent did with a suggestion, or thinks of a flag."""

    type: Literal["feedback"] = "feedback"
    conversation_id: Id
    target_id: Id
    action: Literal["accepted", "edited", "dismissed", "wrong"]
    text: Note | None = Field(None, repr=False)
    reason: Note | None = Field(None, repr=False)


class StepDone(_Message):
    """The agent ticks a protocol step by hand, or puts right what was heard as its answer.

    `answer` is one of the step's `options`, "unknown" or a number in its first unit.
    """

    type: Literal["step.done"] = "step.done"
    conversation_id: Id
    protocol_id: Id
    step_id: Id
    answer: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", repr=False)] = ""


class Reveal(_Message):
    """Asks for the words behind a placeholder: audited, the conversation's own agent only."""

    type: Literal["reveal"] = "reveal"
    conversation_id: Id
    placeholder: Annotated[str, Field(pattern=r"^<[A-Z][A-Z_]*_[0-9]{1,6}>$")]


class EscalationAck(_Message):
    """The clinical team has taken an escalation over. Taken after the end of the call too."""

    type: Literal["escalation.ack"] = "escalation.ack"
    conversation_id: Id
    escalation_id: Id
    note: Note | None = Field(None, repr=False)


class EscalationHandover(_Message):
    """Somebody else has an escalation now: `to` names a role or a place; both texts are masked."""

    type: Literal["escalation.handover"] = "escalation.handover"
    conversation_id: Id
    escalation_id: Id
    to: Annotated[str, Field(max_length=100, pattern=r"\S", repr=False)]
    note: Note | None = Field(None, repr=False)


class EscalationClose(_Message):
    """An escalation is over, and how it ended. Taken after the end of the call too."""

    type: Literal["escalation.close"] = "escalation.close"
    conversation_id: Id
    escalation_id: Id
    outcome: Outcome
    note: Note | None = Field(None, repr=False)


class ConversationEnd(_Message):
    """Closes a conversation; the wrap-up summary follows."""

    type: Literal["conversation.end"] = "conversation.end"
    conversation_id: Id
    disposition: Note | None = Field(None, repr=False)


class Ping(_Message):
    """Keeps a connection awake; answered by `pong`."""

    type: Literal["ping"] = "ping"


ClientMessage = (
    ConversationStart
    | SegmentMessage
    | ObservationMessage
    | Ask
    | Feedback
    | StepDone
    | Reveal
    | EscalationAck
    | EscalationHandover
    | EscalationClose
    | ConversationEnd
    | Ping
)
ConversationMessage = (
    ConversationStart
    | SegmentMessage
    | ObservationMessage
    | Ask
    | Feedback
    | StepDone
    | Reveal
    | EscalationAck
    | EscalationHandover
    | EscalationClose
    | ConversationEnd
)
CLIENT_TYPES: dict[str, type[ClientMessage]] = {
    kind.model_fields["type"].default: kind for kind in get_args(ClientMessage)
}

# ---- server to client -------------------------------------------------------------------------


class _Event(_Message):
    conversation_id: str
    event_id: str = ""
    """Unique, sortable, increasing within a conversation."""
    at: str = ""
    """RFC 3339 UTC."""


class Hello(_Message):
    """The first frame on every connection."""

    type: Literal["hello"] = "hello"
    protocol: int = PROTOCOL
    server: str
    conversation_id: str | None = None


class Ack(_Event):
    """A segment is durable."""

    type: Literal["ack"] = "ack"
    segment_id: str


class EntitySpan(_Message):
    """A masked identifier: `start` and `end` index the masked text."""

    start: int
    end: int
    type: str
    placeholder: str


class UtteranceEvent(_Event):
    """A segment after masking. `withheld` says why a whole text had to be masked."""

    type: Literal["utterance"] = "utterance"
    segment_id: str
    speaker: Speaker
    text: str
    final: bool
    entities: tuple[EntitySpan, ...] = ()
    sentiment: float = 0.0
    start_ms: int
    end_ms: int
    revision: int = 0
    withheld: str = ""


class EvidenceItem(_Message):
    """Where it was said."""

    segment_id: str
    quote: str


class Source(_Message):
    """An approved passage, in the version that was in force."""

    passage_id: str
    version: int
    title: str


class QuotedSource(Source):
    """An approved passage and the words taken from it."""

    quote: str = ""


class FlagEvent(_Event):
    """Something the agent has to know, or that is settled again (`resolved`)."""

    type: Literal["flag"] = "flag"
    flag_id: str
    category: Category
    severity: Severity
    status: FlagStatus
    title: str
    why: str
    say: str = ""
    rule_id: str
    rule_version: int = 1
    evidence: tuple[EvidenceItem, ...] = ()
    sources: tuple[Source, ...] = ()


class NextStep(_Message):
    """A protocol step that is due, how to ask it, and the answers that `step.done` may give.

    `handover`: the clinical team takes over here.
    """

    step_id: str
    ask: str
    options: tuple[str, ...] = ()
    handover: bool = False


class StepAnswer(_Message):
    """What was answered to a step: "yes", "no", a choice, a number with its unit, "unknown"."""

    step_id: str
    answer: str


class ProtocolEvent(_Event):
    """A protocol began, moved on, was completed or was breached.

    `stopped_by` is the step whose answer ended the questions: a hand-over is due.
    """

    type: Literal["protocol"] = "protocol"
    protocol_id: str
    title: str
    status: Literal["started", "advanced", "completed", "breached"]
    step_id: str = ""
    done: tuple[str, ...] = ()
    next: tuple[NextStep, ...] = ()
    evidence: tuple[EvidenceItem, ...] = ()
    answers: tuple[StepAnswer, ...] = ()
    stopped_by: str = ""


class SuggestionDelta(_Event):
    """A piece of a suggestion while it is being worded; never stored."""

    type: Literal["suggestion.delta"] = "suggestion.delta"
    suggestion_id: str
    text: str


SuggestionKind = Literal["answer", "empathy", "next_step", "correction"]


class SuggestionEvent(_Event):
    """What the agent could say, and the approved passages behind it. Empty text: nothing fits."""

    type: Literal["suggestion"] = "suggestion"
    suggestion_id: str
    kind: SuggestionKind
    text: str
    in_reply_to: str = ""
    passages: tuple[QuotedSource, ...] = ()
    drafted_by: str
    confidence: float


class EscalationEvent(_Event):
    """The clinical team is wanted. `elapsed_ms` runs from the start of what caused it.

    `level` counts from 0 how often it climbed, `to` is who has it, `by` the role that answered
    (`service`: a note of the service's own). One closed is `opened` again with its matter.
    """

    type: Literal["escalation"] = "escalation"
    escalation_id: str
    flag_id: str
    to: str
    status: Told
    elapsed_ms: int
    level: int = 0
    category: Category | None = None
    title: str = ""
    by: str = ""
    outcome: Outcome | None = None
    note: str = ""


class Revealed(_Event):
    """The words behind a placeholder: to the asking connection only, never stored."""

    type: Literal["revealed"] = "revealed"
    placeholder: str
    text: str = Field(repr=False)


class SummaryEvent(_Event):
    """The wrap-up note, after the end of the conversation."""

    type: Literal["summary"] = "summary"
    text: str
    disposition: str = ""
    actions: tuple[str, ...] = ()
    metrics: dict[str, float | int | None] = Field(default_factory=dict[str, float | int | None])


class NoticeEvent(_Event):
    """The service runs degraded, and how."""

    type: Literal["notice"] = "notice"
    code: str
    text: str


class ConversationStarted(_Event):
    """A conversation is live."""

    type: Literal["conversation.started"] = "conversation.started"
    channel: str
    language: str
    program: str | None = None
    agent_id: str | None = None


class ConversationEnded(_Event):
    """A conversation is over."""

    type: Literal["conversation.ended"] = "conversation.ended"
    disposition: str = ""


class Pulse(_Event):
    """How a live conversation stands; to supervisors, never stored."""

    type: Literal["pulse"] = "pulse"
    agent_id: str | None = None
    program: str | None = None
    duration_ms: int
    utterances: int
    open_flags: int
    worst: Severity | None = None
    sentiment: float = 0.0


class Error(_Message):
    """A message was not taken. `field` names what to mend; the connection goes on."""

    type: Literal["error"] = "error"
    code: str
    message: str
    field: str | None = None
    conversation_id: str | None = None
    event_id: str | None = None
    at: str | None = None
    segment_id: str | None = None
    retry_after_ms: int | None = None


class Pong(_Message):
    """The answer to `ping`."""

    type: Literal["pong"] = "pong"


ConversationEvent = (
    UtteranceEvent
    | FlagEvent
    | ProtocolEvent
    | SuggestionDelta
    | SuggestionEvent
    | EscalationEvent
    | SummaryEvent
    | NoticeEvent
    | ConversationStarted
    | ConversationEnded
    | Pulse
)
ServerMessage = Hello | Ack | ConversationEvent | Revealed | Error | Pong

_stored: TypeAdapter[ConversationEvent] = TypeAdapter(
    Annotated[ConversationEvent, Field(discriminator="type")]
)


class BadMessage(ValueError):
    """A frame that is not a message of this protocol. `error` is what to answer."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.code)
        self.error = error


def _refuse(code: str, message: str, raw: Any = None, field: str | None = None) -> BadMessage:
    known: dict[str, Any] = raw if isinstance(raw, dict) else {}
    names = {
        name: known[name]
        for name in ("conversation_id", "segment_id")
        if isinstance(known.get(name), str) and len(known[name]) <= 128
    }
    return BadMessage(Error(code=code, message=message, field=field, **names))


def parse_client(raw: Any) -> ClientMessage:
    """The message in a decoded JSON value.

    Raises:
        BadMessage: with a typed error that names the field and never repeats its content.
    """
    if not isinstance(raw, dict):
        raise _refuse("invalid_message", "a frame holds one JSON object", raw)
    kind = raw.get("type")
    if not isinstance(kind, str):
        raise _refuse("invalid_message", "`type` is missing or no string", raw, "type")
    model = CLIENT_TYPES.get(kind)
    if model is None:
        known = ", ".join(CLIENT_TYPES)
        raise _refuse("unknown_type", f"unknown `type`; known are {known}", raw, "type")
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or None
        too_long = first["type"] == "string_too_long"
        code = "too_large" if too_long else "invalid_message"
        # the names of `on_file` keys come from the source; only the path's fixed part is repeated
        field = "context.on_file" if field and field.startswith("context.on_file") else field
        message = f"`{field}`: {first['msg']}"
        if too_long and field == "text":
            message = f"`text` is longer than {MAX_TEXT} characters; split it into segments"
        raise _refuse(code, message, raw, field) from None


def parse_stored(body: str | bytes) -> ConversationEvent:
    """A conversation event from its journaled JSON."""
    return _stored.validate_json(body)


def to_json(message: ServerMessage | ClientMessage) -> str:
    """One frame. Fields without a value are left out."""
    return message.model_dump_json(exclude_none=True)
