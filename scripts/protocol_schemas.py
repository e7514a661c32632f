"""The protocol for machines: JSON Schemas and AsyncAPI 3.0, from `copilot/events.py`."""

from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel

from copilot import events
from copilot.bus import WATCHED
from scripts.protocol_examples import CLIENT, SERVER

Model = type[BaseModel]
CLIENT_MODELS: tuple[Model, ...] = get_args(events.ClientMessage)
SERVER_MODELS: tuple[Model, ...] = tuple(
    model
    for part in get_args(events.ServerMessage)
    for model in (get_args(part) or (part,))
)  # fmt: skip


def type_of(model: Model) -> str:
    """The `type` of a message."""
    return str(model.model_fields["type"].default)


@dataclass(frozen=True)
class Socket:
    """One websocket path: who may open it, what it takes and what it tells."""

    name: str
    address: str
    roles: tuple[str, ...]
    what: str
    takes: tuple[Model, ...]
    tells: tuple[Model, ...]


SOCKETS = (
    Socket(
        "ingest",
        "/v1/ingest",
        ("source", "admin"),
        "A transcript source sends events of any number of conversations on one socket, and is told what was taken.",
        tuple(model for model in CLIENT_MODELS if model is not events.Reveal),
        (events.Hello, events.Ack, events.Error, events.Pong),
    ),
    Socket(
        "conversation",
        "/v1/conversations/{conversation_id}",
        ("agent", "supervisor", "clinician", "admin"),
        "Everything about one conversation, from its start or after `?after=EVENT_ID`, then live, with no gap and no repeat. An agent joins only their own. May send segments too.",
        CLIENT_MODELS,
        SERVER_MODELS,
    ),
    Socket(
        "watch",
        "/v1/watch",
        ("supervisor", "clinician", "admin"),
        "What happens in every conversation of the supervisor's tenant; escalations are answered here too.",
        (events.EscalationAck, events.EscalationHandover, events.EscalationClose, events.Ping),
        (
            events.Hello,
            *(model for model in SERVER_MODELS if type_of(model) in WATCHED),
            events.Error,
            events.Pong,
        ),
    ),
)


def schema(models: tuple[Model, ...], title: str, mode: Any) -> dict[str, Any]:
    """A JSON Schema 2020-12 that each of the messages fits, and is told apart by its `type`."""
    shapes = _shapes(models, mode, "#/$defs/{model}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "oneOf": [{"$ref": f"#/$defs/{model.__name__}"} for model in models],
        "$defs": shapes,
    }


def _shapes(models: tuple[Model, ...], mode: Any, template: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for model in models:
        shape = model.model_json_schema(mode=mode, ref_template=template)
        found |= shape.pop("$defs", {})
        # the types give it a default, on the wire it is what tells messages apart
        shape["required"] = ["type", *(n for n in shape.get("required", []) if n != "type")]
        found[model.__name__] = shape
    return found


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document."""
    template = "#/components/schemas/{model}"
    shapes = _shapes(CLIENT_MODELS, "validation", template)
    shapes |= _shapes(SERVER_MODELS, "serialization", template)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Clinical call copilot",
            "version": str(events.PROTOCOL),
            "description": "The websocket protocol; `protocol.md` says the same in words.",
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "127.0.0.1:8765",
                "protocol": "ws",
                "description": "Where the service listens unless it is told otherwise.",
                "security": [{"$ref": "#/components/securitySchemes/bearer"}],
            }
        },
        "channels": {socket.name: _channel(socket) for socket in SOCKETS},
        "operations": {
            name: operation
            for socket in SOCKETS
            for name, operation in (
                (f"to-{socket.name}", _operation(socket, "receive", socket.takes)),
                (f"from-{socket.name}", _operation(socket, "send", socket.tells)),
            )
        },
        "components": {
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "Or, from a browser, the websocket subprotocol `bearer.TOKEN`.",
                }
            },
            "messages": {
                model.__name__: {
                    "name": type_of(model),
                    "summary": " ".join((model.__doc__ or "").split()),
                    "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
                    "examples": [{"payload": examples[type_of(model)]}],
                }
                for models, examples in ((CLIENT_MODELS, CLIENT), (SERVER_MODELS, SERVER))
                for model in models
            },
            "schemas": shapes,
        },
    }


def _channel(socket: Socket) -> dict[str, Any]:
    channel: dict[str, Any] = {
        "address": socket.address,
        "description": f"{socket.what} Roles: {', '.join(socket.roles)}.",
        "messages": {
            model.__name__: {"$ref": f"#/components/messages/{model.__name__}"}
            for model in (*socket.takes, *socket.tells)
        },
        "bindings": {"ws": {"method": "GET"}},
    }
    if "{conversation_id}" in socket.address:
        channel["parameters"] = {"conversation_id": {"description": "The conversation's id."}}
        after = {"type": "string", "description": "The last `event_id` that was received."}
        query = {"type": "object", "properties": {"after": after}}
        channel["bindings"]["ws"]["query"] = query
    return channel


def _operation(socket: Socket, action: str, models: tuple[Model, ...]) -> dict[str, Any]:
    at = f"#/channels/{socket.name}"
    return {
        "action": action,
        "channel": {"$ref": at},
        "messages": [{"$ref": f"{at}/messages/{model.__name__}"} for model in models],
    }
