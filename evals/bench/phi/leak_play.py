"""Calls played through a real server over real sockets, and everything it answers kept."""

import asyncio
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Generator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from copilot.auth import issue
from copilot.settings import load
from evals.bench.phi import leak_script as script
from evals.bench.phi.leak_script import Played
from evals.bench.phi.leak_server import ADDRESS, DATA, LOG

AT_ONCE = 16
_REVEALS, _RATED = 2, 2
_HOSTILE_EVERY, _INGEST_EVERY, _REPLAY_EVERY = 5, 4, 7
_CALL_SECONDS = 600.0
_ROLES = ("agent", "supervisor", "source")
_SETTINGS = ("COPILOT_", "OPENAI_", "LANGSMITH_", "LANGCHAIN_")
"""Of this process's environment, what the server is not to have."""
_PAGES = ("/healthz", "/readyz", "/metrics", "/v1/openapi.json", "/.well-known/jwks.json", "/",
          "/agent/leak-0", "/v1/conversations", "/v1/conversations?live=true",
          "/v1/conversations/none/events", "/v1/conversations/leak-0/events?after=x")  # fmt: skip


class ServerFailed(RuntimeError):
    """The server did not start, or did not take what it must."""


@dataclass
class Heard:
    """What came out over HTTP and sockets."""

    pages: dict[str, str] = field(default_factory=dict[str, str])
    stored: dict[str, str] = field(default_factory=dict[str, str])
    """Bodies of REST, by conversation."""
    events: list[str] = field(default_factory=list[str])
    """Frames, but for what was revealed to the agent who asked."""
    acked: int = 0
    revealed: int = 0
    untaken: list[str] = field(default_factory=list[str])
    """Codes of errors that nobody provoked."""


@dataclass
class _Client:
    """One call under way: its sockets and what it still waits for."""

    played: Played
    own: ClientConnection
    heard: Heard
    hostile: bool = False
    acks: dict[str, asyncio.Event] = field(
        default_factory=lambda: defaultdict[str, asyncio.Event](asyncio.Event)
    )
    summary: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0
    rated: int = 0

    async def say(self, message: dict[str, Any], socket: ClientConnection | None = None) -> None:
        await (socket or self.own).send(json.dumps(message))

    async def listen(self, socket: ClientConnection) -> None:
        async for frame in socket:
            text = str(frame)
            event = json.loads(text)
            if event["type"] == "revealed" and socket is self.own:
                self.heard.revealed += 1
                continue
            self.heard.events.append(text)
            await self._answer(event)

    async def _answer(self, event: dict[str, Any]) -> None:
        match event["type"]:
            case "ack":
                self.heard.acked += 1
                self.acks[event["segment_id"]].set()
            case "error":
                # what was said about an event of the last turn may come after the end
                if not self.hostile and event["code"] != "ended":
                    self.heard.untaken.append(event["code"])
                self.acks[event.get("segment_id", "")].set()
            case "utterance" if self.asked < _REVEALS and not event.get("withheld"):
                for entity in event.get("entities", ())[:1]:
                    self.asked += 1
                    await self.say(script.revealed(self.played, entity["placeholder"]))
            case "suggestion" if self.rated < _RATED:
                self.rated += 1
                await self.say(script.rated(self.played, event["suggestion_id"]))
            case "escalation" if event["status"] == "opened":
                await self.say(script.acknowledged(self.played, event["escalation_id"]))
            case "summary":
                self.summary.set()
            case _:
                pass


@contextmanager
def serving(folder: Path, model_url: str) -> Generator[int]:
    """A server in a process of its own, all that it prints in a file; its port.

    Raises:
        ServerFailed: it did not start.
    """
    command = [sys.executable, "-m", "evals.bench.phi.leak_server", str(folder), model_url]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}
    with (folder / LOG).open("wb") as log:
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=kept)
        try:
            yield _port(folder, server)
        finally:
            if server.stdin is not None:
                server.stdin.close()
            try:
                server.wait(timeout=60)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _port(folder: Path, server: "subprocess.Popen[bytes]") -> int:
    address = folder / ADDRESS
    for _ in range(1_200):
        if address.exists():
            return int(address.read_text())
        try:
            server.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    raise ServerFailed("the server did not start")


def pages(folder: Path, port: int) -> dict[str, str]:
    """Every page and figure that is about no single call, and its headers."""
    found: dict[str, str] = {}
    address, headers = _http(folder, port)
    with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
        for path in _PAGES:
            answer = client.get(path)
            found[path] = answer.text
            found[f"headers of {path}"] = str(answer.headers)
    return found


async def play(folder: Path, port: int, calls: Sequence[Played]) -> Heard:
    """Plays calls, some at a time, each as fast as the server takes it.

    Raises:
        ServerFailed: a call was not taken to its end.
    """
    heard, slots = Heard(), asyncio.Semaphore(AT_ONCE)
    settings = load(data=folder / DATA)
    tokens = {role: issue(settings, role, f"{role}-1", "default") for role in _ROLES}
    base = f"ws://127.0.0.1:{port}/v1"

    async def one(played: Played) -> None:
        async with slots, asyncio.timeout(_CALL_SECONDS):
            await _call(played, base, tokens, heard)
            answer = await client.get(f"/v1/conversations/{played.name}/events")
            heard.stored[played.name] = answer.text

    address, headers = _http(folder, port)
    async with (
        httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as client,
        _connected(f"{base}/watch", tokens["supervisor"]) as watch,
    ):
        watching = asyncio.create_task(_keep(watch, heard))
        try:
            await asyncio.gather(*(one(played) for played in calls))
        except (TimeoutError, OSError, WebSocketException) as error:
            kind = type(error).__name__
            raise ServerFailed(f"a call was not taken to its end ({kind})") from None
        finally:
            watching.cancel()
    return heard


async def _call(played: Played, base: str, tokens: dict[str, str], heard: Heard) -> None:
    async with AsyncExitStack() as stack:
        path = f"{base}/conversations/{played.name}"
        own = await stack.enter_async_context(_connected(path, tokens["agent"]))
        hostile = played.number % _HOSTILE_EVERY == 0
        client = _Client(played, own, heard)
        source = own
        sockets = [own]
        if played.number % _INGEST_EVERY == 0:
            source = await stack.enter_async_context(_connected(f"{base}/ingest", tokens["source"]))
            sockets.append(source)
        listeners = [asyncio.create_task(client.listen(socket)) for socket in sockets]
        talk = asyncio.create_task(_speak(client, source, hostile))
        try:
            await asyncio.wait([talk, *listeners], return_when=asyncio.FIRST_COMPLETED)
            if not talk.done():
                raise ServerFailed("a connection was closed in the middle of a call")
            await talk
        finally:
            for task in (talk, *listeners):
                task.cancel()
            await asyncio.gather(talk, *listeners, return_exceptions=True)
    if played.number % _REPLAY_EVERY == 0:
        async with _connected(f"{path}?after=0", tokens["supervisor"]) as replay:
            await _keep(replay, heard, until="summary")


async def _speak(client: _Client, source: ClientConnection, hostile: bool) -> None:
    played = client.played
    await client.say(script.start(played), source)
    for message in script.body(played):
        segment = message["type"] == "segment"
        if segment:
            client.acks[message["segment_id"]].clear()
        await client.say(message, source if segment else client.own)
        if segment:
            await client.acks[message["segment_id"]].wait()
    if hostile:
        client.hostile = True
        for frame in script.hostile(played):
            await client.own.send(frame)
    await client.say(script.end(played))
    await client.summary.wait()


async def _keep(socket: ClientConnection, heard: Heard, until: str = "") -> None:
    async for frame in socket:
        heard.events.append(str(frame))
        if until and json.loads(frame)["type"] == until:
            return


def _connected(url: str, token: str) -> connect:
    headers = {"Authorization": f"Bearer {token}"}
    return connect(url, additional_headers=headers, max_size=None, ping_interval=None)


def _http(folder: Path, port: int) -> tuple[str, dict[str, str]]:
    token = issue(load(data=folder / DATA), "supervisor", "supervisor-1", "default")
    return f"http://127.0.0.1:{port}", {"Authorization": f"Bearer {token}"}
