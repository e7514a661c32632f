"""One real server for all tests that talk to it, on the loopback, in a thread of its own."""

import asyncio
import json
import threading
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from copilot.offline import stay_offline

stay_offline()

from copilot.auth import issue  # noqa: E402
from copilot.embedded import Running, running  # noqa: E402
from copilot.settings import Settings, load  # noqa: E402


@dataclass(frozen=True)
class Server:
    """The server under test."""

    http: str
    ws: str
    settings: Settings
    running: Running

    def token(
        self, role: str = "supervisor", subject: str = "tester", tenant: str = "default"
    ) -> str:
        return issue(self.settings, role, subject, tenant)


class Client:
    """A websocket client that remembers what it heard."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []

    async def send(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next frame that fits; those before it are kept in `heard`."""
        async with asyncio.timeout(30):
            while True:
                event = json.loads(await self.socket.recv())
                self.heard.append(event)
                if wanted(event):
                    return event

    async def type(self, kind: str) -> dict[str, Any]:
        return await self.until(lambda event: event["type"] == kind)

    async def ack(self, segment_id: str) -> dict[str, Any]:
        return await self.until(lambda e: e["type"] == "ack" and e["segment_id"] == segment_id)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = load(data=tmp_path_factory.mktemp("data"), port=0)
    started, done, box = threading.Event(), threading.Event(), list[Server]()

    async def serve() -> None:
        async with running(settings) as found:
            box.append(Server(found.http, found.ws, settings, found))
            started.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert started.wait(90), "the server did not start"
    yield box[0]
    done.set()
    thread.join(30)


@asynccontextmanager
async def _joined(
    server: Server, path: str, token: str, conversation_id: str
) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token}"}
    async with connect(server.ws + path, additional_headers=headers, max_size=None) as socket:
        client = Client(socket)
        await client.type("hello")
        yield client


@pytest.fixture
def call_id() -> str:
    return f"c-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def join(server: Server, call_id: str) -> Callable[..., Any]:
    """Joins a conversation as one of its listeners."""

    def joined(
        *, token: str | None = None, after: str = "", conversation_id: str = call_id, path: str = ""
    ) -> Any:
        query = f"?after={after}" if after else ""
        where = path or f"/v1/conversations/{conversation_id}{query}"
        return _joined(server, where, token or server.token(), conversation_id)

    return joined


@pytest.fixture
def started(join: Callable[..., Any], call_id: str) -> Callable[..., Any]:
    """Joins a conversation that has just been started."""

    @asynccontextmanager
    async def begun(**given: Any) -> AsyncIterator[Client]:
        async with join() as client:
            start = {"type": "conversation.start", "conversation_id": call_id, **given}
            await client.send(**start)
            await client.type("conversation.started")
            yield client

    return begun


@pytest.fixture
def say(call_id: str) -> Callable[..., Awaitable[None]]:
    """Sends a segment."""
    count = 0

    async def said(client: Client, text: str, speaker: str = "patient", **given: Any) -> None:
        nonlocal count
        count += 1
        message = {
            "type": "segment",
            "conversation_id": call_id,
            "segment_id": f"s-{count}",
            "speaker": speaker,
            "text": text,
            "final": True,
            "start_ms": count * 3000,
            "end_ms": count * 3000 + 2000,
        }
        await client.send(**{**message, **given})

    return said


@pytest.fixture(scope="session")
def starter() -> Path:
    return Path(__file__).parent.parent / "knowledge_base" / "starter"
