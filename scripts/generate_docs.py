"""Writes the documents that come from the code: protocol, schemas, AsyncAPI, configuration.

`python -m scripts.generate_docs` writes them, `--check` says which are stale (exit 1).
"""

import json
import sys
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter

from copilot import events
from copilot.settings import Settings

DOCS = Path(__file__).resolve().parent.parent / "docs"
PATHS = {
    "/v1/ingest": "a transcript source (role `source` or `admin`): events of any number of conversations on one socket; receives `ack` and `error`",
    "/v1/conversations/{conversation_id}": "one agent's desktop (roles `agent`, `supervisor`, `clinician`, `admin`): everything about that conversation, from its start or from `?after=EVENT_ID`, then live, with no gap and no repeat; may send segments too",
    "/v1/watch": "a supervisor (roles `supervisor`, `clinician`, `admin`): `conversation.started`, `conversation.ended`, `flag`, `escalation` and `pulse` of every conversation of their tenant; takes `escalation.ack`, `escalation.handover` and `escalation.close`, nothing else",
}
CODES = {
    1008: "policy: the conversation turned out to be another agent's",
    1009: "the frame was too large (`COPILOT_MAX_FRAME_BYTES`)",
    1013: "overloaded: the listener fell behind; connect again with `?after=`",
    4408: "idle: nothing moved in either direction for `COPILOT_IDLE_SECONDS`",
}
ERRORS = {
    "invalid_message": "not a message of this protocol; `field` names what to mend",
    "unknown_type": "the `type` is not known; the connection stays open",
    "too_large": f"`text` is longer than {events.MAX_TEXT} characters",
    "not_started": "the conversation has not been started",
    "ended": "the conversation has ended",
    "wrong_conversation": "the socket is for another conversation",
    "forbidden": "this role or subject may not do that",
    "unknown_placeholder": "the vault holds nothing for this placeholder",
    "unknown_escalation": "there is no such escalation in this conversation",
    "escalation_closed": "the escalation is closed; its matter alone opens it again",
    "overloaded": "too much at once; try again after `retry_after_ms`",
    "unavailable": "the message was not taken; send it again after `retry_after_ms`",
    "internal": "the service failed on this message; it was not taken",
}


def documents() -> dict[Path, str]:
    """Every generated document by its place."""
    client, server = get_args(events.ClientMessage), get_args(events.ServerMessage)
    return {
        DOCS / "protocol.md": _protocol(client, server),
        DOCS / "schema" / "client.json": _json(_schema(events.ClientMessage, "Client to server")),
        DOCS / "schema" / "server.json": _json(_schema(events.ServerMessage, "Server to client")),
        DOCS / "asyncapi.json": _json(_asyncapi(client, server)),
        DOCS / "configuration.md": _configuration(),
    }


def _schema(union: Any, title: str) -> dict[str, Any]:
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return head | TypeAdapter(union).json_schema(mode="serialization")


def _asyncapi(client: tuple[Any, ...], server: tuple[Any, ...]) -> dict[str, Any]:
    reference = "#/components/schemas/{model}"
    models = [*client, *server]
    schemas: dict[str, Any] = {}
    for model in models:
        own = model.model_json_schema(ref_template=reference, mode="serialization")
        schemas |= own.pop("$defs", {})
        schemas[model.__name__] = own
    messages = {m.__name__: {"$ref": f"#/components/messages/{m.__name__}"} for m in models}
    channels: dict[str, Any] = {}
    for path, text in PATHS.items():
        name = path.split("/")[2]
        channels[name] = {"address": path, "description": text, "messages": messages}
    operations: dict[str, Any] = {}
    for name in channels:
        refs = lambda kinds, at=name: [  # noqa: E731
            {"$ref": f"#/channels/{at}/messages/{kind.__name__}"} for kind in kinds
        ]
        channel = {"$ref": f"#/channels/{name}"}
        operations[f"to-{name}"] = {
            "action": "receive",
            "channel": channel,
            "messages": refs(client),
        }
        operations[f"from-{name}"] = {
            "action": "send",
            "channel": channel,
            "messages": refs(server),
        }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Clinical call copilot", "version": str(events.PROTOCOL)},
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": {
                m.__name__: {"payload": {"$ref": f"#/components/schemas/{m.__name__}"}}
                for m in models
            },
            "schemas": schemas,
        },
    }


def _protocol(client: tuple[Any, ...], server: tuple[Any, ...]) -> str:
    lines = [
        "<!-- made by `make docs` from copilot/events.py; do not edit -->",
        f"# The websocket protocol, version {events.PROTOCOL}",
        "",
        "One JSON object a text frame, UTF-8, with a `type`. Times are integers, milliseconds from the start of the call (`*_ms`), or RFC 3339 UTC (`at`). Unknown fields are ignored. "
        "Every server event carries `conversation_id`, `event_id` (increasing within a conversation) and `at`; `hello`, `pong` and connection errors do not. `text` in every server event is free of PHI, but for `revealed`.",
        "",
        "## Paths",
        "",
        *(f"- `{path}`: {text}." for path, text in PATHS.items()),
        "",
        "Send `Authorization: Bearer TOKEN`, or from a browser the subprotocol `bearer.TOKEN`. A missing or wrong token is answered with HTTP 401 before the upgrade, a wrong role, tenant or conversation with 403.",
        "",
        "| close code | meaning |",
        "| --- | --- |",
        *(f"| {code} | {text} |" for code, text in CODES.items()),
        "",
        "| error code | meaning |",
        "| --- | --- |",
        *(f"| `{code}` | {text} |" for code, text in ERRORS.items()),
        "",
        "## Rules of segments",
        "",
        "A segment is acknowledged once it is durable; until then send it again. Segments are idempotent by `segment_id`; they may come late, out of order (the order of speech is `start_ms`) and more than once. "
        "One with `final: false` replaces the one before with the same id and raises nothing but red flags, which its final then confirms or resolves. A final is corrected by sending it again with a higher `revision`. On one connection an `ack` comes after the events of its segment.",
        "",
        "## Client to server",
        "",
    ]
    for model in client:
        lines += _message(model)
    lines += ["## Server to client", ""]
    for model in server:
        lines += _message(model)
    return "\n".join(lines).rstrip() + "\n"


def _message(model: type[BaseModel]) -> list[str]:
    name = model.model_fields["type"].default
    rows = [
        f"| `{field}` | {_type(info.annotation)} | {'yes' if info.is_required() else 'no'} |"
        for field, info in model.model_fields.items()
        if field != "type"
    ]
    table = ["| field | type | needed |", "| --- | --- | --- |", *rows, ""] if rows else []
    text = " ".join((model.__doc__ or "").split())
    return [f"### `{name}`", "", text, "", *table]


def _type(annotation: Any) -> str:
    return f"`{_plain(annotation)}`"


def _plain(annotation: Any) -> str:
    """A type as a reader of JSON knows it."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _plain(inside[0])
    if origin in (Union, UnionType):
        return " or ".join(_plain(part) for part in inside if part is not NoneType)
    if origin is Literal:
        return ", ".join(str(value) for value in inside)
    if origin is tuple:
        return f"list of {_plain(inside[0])}"
    if origin is dict:
        return "object"
    names = {str: "string", int: "integer", float: "number", bool: "true or false"}
    return names.get(annotation, getattr(annotation, "__name__", str(annotation)))


def _configuration() -> str:
    rows = [
        f"| `COPILOT_{name.upper()}` | {_default(info.default)} | {info.description} |"
        for name, info in Settings.model_fields.items()
    ]
    return "\n".join(
        [
            "<!-- made by `make docs` from copilot/settings.py; do not edit -->",
            "# Configuration",
            "",
            "Everything is set by environment variables; options of the command line come first. With nothing set, the service is embedded: no key, no other server, nothing leaves the machine.",
            "",
            "| variable | default | meaning |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _default(value: Any) -> str:
    """A default as it would be set."""
    if value is None:
        return ""
    return f"`{json.dumps(list(map(str, value)))}`" if isinstance(value, tuple) else f"`{value}`"


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    stale: list[Path] = []
    for path, content in documents().items():
        if path.exists() and path.read_text() == content:
            continue
        stale.append(path)
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
    for path in stale:
        print(f"{'stale' if '--check' in sys.argv else 'wrote'} {path.relative_to(DOCS.parent)}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
