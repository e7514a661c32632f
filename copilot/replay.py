"""Plays recorded calls into a server as a live source would: files of client events, or vCon."""

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from copilot.events import BadMessage, parse_client
from copilot.vcon import client_events

SUMMARY_TIMEOUT = 60.0


class RecordingError(ValueError):
    """A recording that cannot be played; the text names file, line and fault."""


@dataclass(frozen=True)
class Recording:
    """One conversation's client events, in the order in which they are sent."""

    conversation_id: str
    messages: tuple[dict[str, Any], ...]

    def due(self, index: int) -> int:
        """Milliseconds from the start of the call at which a message was known to its source."""
        return _due(self.messages[index])


def read(path: Path) -> list[Recording]:
    """The conversations of a file, each with a start and an end.

    Raises:
        RecordingError: the file is missing, or a line is no event of the protocol.
    """
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(f"{path}: {type(error).__name__}: cannot be read") from None
    calls: dict[str, list[dict[str, Any]]] = {}
    for number, message in _messages(path, text):
        try:
            parse_client(message)
        except BadMessage as error:
            raise RecordingError(f"{path}:{number}: {error.error.message}") from None
        if message["type"] != "ping":
            calls.setdefault(message["conversation_id"], []).append(message)
    if not calls:
        raise RecordingError(f"{path}: holds no events")
    return [_whole(conversation_id, messages) for conversation_id, messages in calls.items()]


def _messages(path: Path, text: str) -> Iterable[tuple[int, dict[str, Any]]]:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if isinstance(document, dict) and "vcon" in document:
        try:
            events = list(client_events(document))
        except ValueError as error:
            raise RecordingError(f"{path}: {error}") from None
        yield from ((1, event) for event in events)
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError:
                raise RecordingError(f"{path}:{number}: is no JSON") from None


def _whole(conversation_id: str, messages: list[dict[str, Any]]) -> Recording:
    kinds = {message["type"] for message in messages}
    if "conversation.start" not in kinds:
        start = {"type": "conversation.start", "conversation_id": conversation_id}
        messages.insert(0, start)
    if "conversation.end" not in kinds:
        messages.append({"type": "conversation.end", "conversation_id": conversation_id})
    return Recording(conversation_id, tuple(messages))


def _due(message: dict[str, Any]) -> int:
    """A segment is known at its end; an event without a time follows the one before it."""
    return int(message.get("end_ms", message.get("at_ms", -1)))


async def play(
    recording: Recording,
    url: str,
    token: str,
    *,
    speed: float = 1.0,
    heard: Callable[[dict[str, Any]], None],
) -> bool:
    """Sends a recording and hands on what the server says until its summary.

    `speed` 1 keeps the recorded timing, 2 halves it, 0 does not wait. A token of a source, which
    may not listen, gets acks and errors only. True if the server took everything.

    Raises:
        ConnectionError: the server is not there or refuses the token.
    """
    headers = {"Authorization": f"Bearer {token}"}
    paths = (f"/v1/conversations/{recording.conversation_id}", "/v1/ingest")
    for path in paths:
        try:
            async with connect(url + path, additional_headers=headers, max_size=None) as socket:
                sender = asyncio.create_task(_send(recording, socket.send, speed))
                try:
                    return await _listen(recording, socket, sender, heard, path == paths[1])
                finally:
                    sender.cancel()
                    await asyncio.gather(sender, return_exceptions=True)
        except InvalidStatus as refused:
            if refused.response.status_code == 403 and path == paths[0]:
                continue
            code = refused.response.status_code
            raise ConnectionError(f"{url} refused the connection: HTTP {code}") from None
        except (OSError, ConnectionClosed) as error:
            raise ConnectionError(f"{url}: {type(error).__name__}") from None
    return False


async def _send(recording: Recording, send: Callable[[str], Any], speed: float) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    for index, message in enumerate(recording.messages):
        due = recording.due(index)
        if speed > 0 and due > 0:
            await asyncio.sleep(max(0.0, began + due / 1000 / speed - loop.time()))
        await send(json.dumps(message))


async def _listen(
    recording: Recording,
    socket: ClientConnection,
    sender: "asyncio.Task[None]",
    heard: Callable[[dict[str, Any]], None],
    acks_only: bool,
) -> bool:
    """Hands on every event until the call is wrapped up; False if an error came."""
    clean = True
    waiting = {m["segment_id"] for m in recording.messages if m["type"] == "segment"}
    while True:
        done = sender.done()
        try:
            async with asyncio.timeout(SUMMARY_TIMEOUT if done else None):
                event: dict[str, Any] = json.loads(await socket.recv())
        except (TimeoutError, ConnectionClosed):
            return False
        heard(event)
        if event["type"] == "error":
            clean = False
            if event["code"] in ("ended", "forbidden"):
                return False
        waiting.discard(event.get("segment_id", "") if event["type"] in ("ack", "error") else "")
        if event["type"] == "summary" or (acks_only and not waiting and sender.done()):
            return clean


def files(paths: Sequence[Path]) -> list[Path]:
    """The recordings named: files as they are, folders by the `.jsonl` and `.json` in them."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.iterdir() if p.suffix in (".jsonl", ".json", ".vcon"))
        else:
            found.append(path)
    return found
