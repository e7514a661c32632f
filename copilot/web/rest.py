"""HTTP beside the sockets: health, readiness, metrics, and a conversation's stored events."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from copilot import __version__
from copilot.auth import AuthError, Principal, token_from
from copilot.pipeline import Sender, may_join
from copilot.service import Service

router = APIRouter()


def _service(request: Request) -> Service:
    return request.app.state.service


def _principal(request: Request) -> Principal:
    token, _ = token_from(request.headers, [])
    try:
        if token is None:
            raise AuthError("no token")
        return _service(request).authenticator.authenticate(token)
    except AuthError:
        raise HTTPException(
            401, "a bearer token is needed", headers={"WWW-Authenticate": "Bearer"}
        ) from None


Caller = Annotated[Principal, Depends(_principal)]


@router.get("/healthz", tags=["operations"])
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok", "version": __version__}


@router.get("/readyz", tags=["operations"])
async def readyz(request: Request) -> JSONResponse:
    """Every part is open; names those that run degraded."""
    service = _service(request)
    degraded = service.degraded()
    status = 200 if service.ready else 503
    return JSONResponse({"ready": service.ready, "degraded": degraded}, status_code=status)


@router.get("/metrics", tags=["operations"], response_class=Response)
async def metrics() -> Response:
    """Prometheus text."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.get("/v1/conversations", tags=["conversations"])
async def conversations(
    request: Request, caller: Caller, live: Annotated[bool, Query()] = False
) -> list[dict[str, Any]]:
    """The tenant's conversations, newest first; an agent sees their own."""
    service = _service(request)
    rows = await asyncio.to_thread(
        service.journal.conversations, open_only=live, since=None, tenant=caller.tenant
    )
    return [
        {
            "conversation_id": row.conversation_id,
            "agent_id": row.agent_id,
            "started_at": row.started_at,
            "ended_at": row.ended_at,
        }
        for row in sorted(rows, key=lambda row: row.started_at, reverse=True)
        if caller.role in ("supervisor", "admin") or row.agent_id == caller.subject
    ]


@router.get("/v1/conversations/{conversation_id}/events", tags=["conversations"])
async def stored_events(
    request: Request,
    caller: Caller,
    conversation_id: str,
    after: Annotated[str, Query(pattern=r"^[0-9]*$")] = "",
) -> list[dict[str, Any]]:
    """The stored events of a conversation after one of them, in order. Free of PHI."""
    service = _service(request)
    sender = Sender(caller.subject, caller.role, caller.tenant)
    call = await service.calls.find(conversation_id)
    if call is None:
        raise HTTPException(404, "no such conversation")
    if caller.role not in ("agent", "supervisor", "admin") or call.tenant != caller.tenant:
        raise HTTPException(403, "not for this role or tenant")
    if not may_join(call, sender):
        raise HTTPException(403, "another agent's conversation")
    rows = await asyncio.to_thread(service.journal.events, conversation_id, after)
    return [json.loads(row.body) for row in rows]


@router.get("/v1/packs", tags=["operations"])
async def packs(request: Request, caller: Caller) -> list[dict[str, Any]]:
    """The rule and protocol packs that are loaded, and whose approval stands behind each.

    `in_force` is false for one whose dates do not hold today (UTC).
    """
    if caller.role not in ("admin", "supervisor"):
        raise HTTPException(403, "not for this role")
    service = _service(request)
    day = datetime.now(UTC).date()
    return [standing.row(day, signed_only=False) for standing in service.packs]


@router.get("/.well-known/jwks.json", tags=["operations"])
async def jwks(request: Request) -> dict[str, Any]:
    """The public keys of the embedded issuer; empty where an outside issuer is configured."""
    return _service(request).authenticator.public_keys()
