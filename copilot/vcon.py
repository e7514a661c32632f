"""vCon (draft-ietf-vcon-vcon-container) in: its transcript as client events."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

_AGENT_ROLES = {"agent", "clinician", "representative", "advisor"}


def client_events(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A start, a segment for each text dialog or transcript line, and an end.

    Parties whose `role` says agent speak as `agent`; the first other party is the patient.

    Raises:
        ValueError: the container is encrypted, or holds no text.
    """
    if "payload" in document or "ciphertext" in document:
        raise ValueError("this vCon is signed or encrypted; give the plain container")
    conversation_id = str(document.get("uuid") or "vcon")
    speakers = _speakers(document.get("parties") or [])
    lines = sorted(_lines(document), key=lambda line: line[0])
    if not lines:
        raise ValueError("this vCon holds no dialog or transcript with text")
    yield {"type": "conversation.start", "conversation_id": conversation_id}
    for number, (start_ms, end_ms, party, text) in enumerate(lines):
        yield {
            "type": "segment",
            "conversation_id": conversation_id,
            "segment_id": f"s-{number:04d}",
            "speaker": speakers.get(party, "other"),
            "text": text,
            "final": True,
            "start_ms": start_ms,
            "end_ms": end_ms,
        }
    yield {"type": "conversation.end", "conversation_id": conversation_id}


def _speakers(parties: list[dict[str, Any]]) -> dict[int, str]:
    roles = [str(party.get("role", "")).lower() in _AGENT_ROLES for party in parties]
    if not any(roles) and roles:
        roles[0] = True
    others = [index for index, agent in enumerate(roles) if not agent]
    named = {index: "agent" for index, agent in enumerate(roles) if agent}
    return named | {index: "patient" if index == others[0] else "other" for index in others}


def _lines(document: dict[str, Any]) -> Iterator[tuple[int, int, int, str]]:
    dialogs = cast(list[dict[str, Any]], document.get("dialog") or [])
    starts = [_seconds(dialog.get("start")) for dialog in dialogs]
    zero = min((start for start in starts if start is not None), default=0.0)
    for dialog, start in zip(dialogs, starts, strict=True):
        body = dialog.get("body")
        if dialog.get("type") == "text" and isinstance(body, str) and body.strip():
            start_ms = int(((start or zero) - zero) * 1000)
            party = dialog.get("originator", dialog.get("parties", 0))
            party = cast(int, party[0] if isinstance(party, list) else party)
            length = int(float(dialog.get("duration") or 0) * 1000)
            yield start_ms, start_ms + length, int(party), body
    for analysis in cast(list[dict[str, Any]], document.get("analysis") or []):
        body = analysis.get("body")
        if analysis.get("type") != "transcript" or not isinstance(body, list):
            continue
        for line in cast(list[dict[str, Any]], body):
            start_ms = int(float(line.get("start", 0)) * 1000)
            end_ms = int(float(line.get("end", line.get("start", 0))) * 1000)
            yield start_ms, end_ms, int(line.get("party", 0)), str(line.get("text", ""))


def _seconds(value: object) -> float | None:
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
        except ValueError:
            return None
    return None
