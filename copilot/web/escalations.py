"""HTTP about escalations: which stand open, the figures of all, and webhooks that were given up."""

import asyncio
import json
from dataclasses import asdict
from datetime import date
from time import time
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request

from copilot import interventions
from copilot.calls import UNANSWERED
from copilot.escalation import CLINICIAN
from copilot.service import Service
from copilot.timestamps import rfc3339
from copilot.web.rest import Caller

router = APIRouter(prefix="/v1")
Since = Annotated[date | None, Query(description="A day, in UTC; all there are if unset.")]


@router.get("/escalations", tags=["escalations"])
async def open_escalations(request: Request, caller: Caller) -> list[dict[str, Any]]:
    """The tenant's escalations of the last week that are not closed: the last event of each."""
    _only(caller.role, "supervisor", CLINICIAN, "admin")
    service: Service = request.app.state.service
    since = rfc3339(time() - UNANSWERED.total_seconds())
    rows = await asyncio.to_thread(service.journal.of_type, "escalation", since, caller.tenant)
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        event = json.loads(row.body)
        last[row.conversation_id, event["escalation_id"]] = event
    waiting = [event for event in last.values() if event["status"] != "closed"]
    return sorted(waiting, key=lambda event: event["at"])


@router.get("/metrics/interventions", tags=["escalations"])
async def intervention_times(
    request: Request,
    caller: Caller,
    since: Since = None,
    calls: Annotated[bool, Query(description="The openings of each call too.")] = False,
) -> dict[str, Any]:
    """Time to intervention, overall and by category: counts, medians, 95th percentiles (ms)."""
    _only(caller.role, "supervisor", CLINICIAN, "admin")
    service: Service = request.app.state.service
    start = interventions.since_time(since)
    found = await asyncio.to_thread(interventions.read, service.journal, start, caller.tenant)
    result = {"since": start or None, **interventions.report(found)}
    return result | ({"calls": interventions.by_call(found)} if calls else {})


@router.get("/webhooks/failed", tags=["escalations"])
async def failed_webhooks(request: Request, caller: Caller) -> list[dict[str, Any]]:
    """The tenant's webhooks that were given up, newest first, with the reason of the last try."""
    _only(caller.role, "admin")
    service: Service = request.app.state.service
    entries = await asyncio.to_thread(service.journal.outbox().failed, caller.tenant)
    return [
        asdict(entry.message)
        | {
            "body": json.loads(entry.message.body),
            "attempts": entry.attempts,
            "failed_at": entry.settled_at,
            "reason": entry.reason,
        }
        for entry in entries
    ]


def _only(role: str, *roles: str) -> None:
    if role not in roles:
        raise HTTPException(403, f"for the roles {', '.join(roles)}")
