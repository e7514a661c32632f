"""Webhooks: what the clinical team's system is told, and how it can know that it is true.

Signed by the Standard Webhooks specification (standardwebhooks.com): the headers `Webhook-Id`,
`Webhook-Timestamp` and `Webhook-Signature`, which is `v1,` and the base64 of the HMAC-SHA256 of
`id.timestamp.body`. The secret is `whsec_` and the base64 of 24 to 64 bytes.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from copilot.events import EscalationEvent
from copilot.outbox import Message
from guardrails.flag import Flag

_PREFIX = "whsec_"
_LEAST_BYTES, _MOST_BYTES = 24, 64
_GONE = 410
"""The endpoint is there no more and wants nothing again (Standard Webhooks)."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where webhooks go. Times in seconds: for one attempt, before the second, and in all."""

    url: str = field(repr=False)
    key: bytes = field(repr=False)
    timeout_s: float = 5.0
    retry_s: float = 1.0
    give_up_s: float = 86_400.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an attempt: nothing in `failure` if it was taken, else one word.

    `retry_after_s` is how long the endpoint asks to be left alone.
    """

    failure: str = ""
    final: bool = False
    retry_after_s: float = 0.0


def secret_key(secret: str) -> bytes:
    """The bytes of a secret.

    Raises:
        ValueError: it is no `whsec_` secret; the text says what is wanted and not what was given.
    """
    wanted = f"wants `{_PREFIX}` and the base64 of {_LEAST_BYTES} to {_MOST_BYTES} bytes"
    if not secret.startswith(_PREFIX):
        raise ValueError(wanted)
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError(wanted) from None
    if not _LEAST_BYTES <= len(key) <= _MOST_BYTES:
        raise ValueError(wanted)
    return key


def signature(key: bytes, webhook_id: str, timestamp: int, body: str) -> str:
    """The `Webhook-Signature` of a body; `timestamp` in seconds since 1970."""
    signed = f"{webhook_id}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def message(tenant: str, event: EscalationEvent, flag: Flag | None) -> Message:
    """What is posted about a stamped escalation event; quotes are of the masked transcript."""
    about: dict[str, Any] = {"flag_id": event.flag_id}
    if flag is not None:
        about |= {
            "title": flag.title,
            "category": flag.category,
            "why": flag.why,
            "evidence": [{"segment_id": e.segment_id, "quote": e.quote} for e in flag.evidence],
        }
    told = event.model_dump(
        include={
            "conversation_id", "escalation_id", "event_id", "status", "level", "to", "by",
            "outcome", "note", "elapsed_ms",
        },
        exclude_none=True,
    )  # fmt: skip
    link = f"/agent/{quote(event.conversation_id, safe='')}"
    data = told | {"tenant": tenant, "flag": about, "link": link}
    key = f"{tenant}\n{event.conversation_id}\n{event.event_id}"
    return Message(
        webhook_id="msg_" + hashlib.sha256(key.encode()).hexdigest()[:32],
        tenant=tenant,
        conversation_id=event.conversation_id,
        escalation_id=event.escalation_id,
        event_id=event.event_id,
        body=_body(f"escalation.{event.status}", event.at, data),
        created_at=event.at,
    )


def ping(at: str) -> tuple[str, str]:
    """The id and the body of a message that only says that the way is open."""
    return f"msg_{secrets.token_hex(16)}", _body("ping", at, {})


async def post(
    client: httpx.AsyncClient, endpoint: Endpoint, webhook_id: str, body: str, now: float
) -> Answer:
    """One attempt; it never takes longer than the endpoint's `timeout_s`, and never raises."""
    timestamp = int(now)
    headers = {
        "Content-Type": "application/json",
        "Webhook-Id": webhook_id,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": signature(endpoint.key, webhook_id, timestamp, body),
    }
    try:
        async with (
            asyncio.timeout(endpoint.timeout_s),
            # the answer's body is never read: it may be endless, or quote what was sent
            client.stream("POST", endpoint.url, content=body.encode(), headers=headers) as answer,
        ):
            if answer.is_success:
                return Answer()
            wait = answer.headers.get("Retry-After", "")
            return Answer(
                failure=f"http_{answer.status_code}",
                final=answer.status_code == _GONE,
                retry_after_s=float(wait) if wait.isascii() and wait.isdigit() else 0.0,
            )
    except TimeoutError:
        return Answer(failure="timeout")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Answer(failure=type(error).__name__)


def _body(kind: str, at: str, data: dict[str, Any]) -> str:
    return json.dumps({"type": kind, "timestamp": at, "data": data}, ensure_ascii=False)
