"""The three websockets of the protocol. Thin: frames in, `Pipeline.receive`, frames out.

Messages of one conversation are handled in the order they came; different conversations on one
socket do not wait for each other.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from copilot import __version__
from copilot.analysis import AnalysisError
from copilot.auth import AuthError, Principal, token_from
from copilot.bus import Overrun, Subscription
from copilot.events import (
    Ack,
    BadMessage,
    ConversationMessage,
    Error,
    Hello,
    Ping,
    Pong,
    ServerMessage,
    parse_client,
    parse_stored,
    to_json,
)
from copilot.journal import JournalError
from copilot.metrics import CONNECTIONS, ERRORS
from copilot.sender import EscalationMessage, Sender, may_join
from copilot.service import Service

POLICY, TOO_LARGE, OVERLOADED, IDLE = 1008, 1009, 1013, 4408
IN_FLIGHT = 256
"""Messages of one connection that may be under way before it is read no further."""
_CLOSE = "\0close"
_log = structlog.get_logger(__name__)


class Connection:
    """One accepted websocket: a single writer, and handlers in order for each conversation."""

    def __init__(
        self,
        socket: WebSocket,
        service: Service,
        sender: Sender,
        feed: Subscription | None = None,
    ) -> None:
        self._feed = feed
        self._socket = socket
        self._service = service
        self._sender = sender
        self._out: asyncio.Queue[str | tuple[str, int]] = asyncio.Queue()
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._stirred = asyncio.Event()

    def send(self, message: ServerMessage) -> None:
        """Queues a frame."""
        if isinstance(message, Error):
            ERRORS.labels(message.code).inc()
        self._out.put_nowait(to_json(message))

    def close(self, code: int) -> None:
        """Closes the connection once everything queued has gone out."""
        self._out.put_nowait((_CLOSE, code))

    async def run(
        self, *more: Awaitable[None], only: str | None = None, watches: bool = False
    ) -> None:
        """Serves the connection until it closes.

        `only` binds it to one conversation; one that `watches` may answer escalations alone.
        """
        tasks = [
            asyncio.ensure_future(job)
            for job in (self._write(), self._read(only, watches), self._watch_idle(), *more)
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect):
                    _log.error("connection failed", kind=type(result).__name__)
            # what was received is finished even if its sender has gone
            await asyncio.gather(*self._lanes.values(), return_exceptions=True)

    async def _write(self) -> None:
        while True:
            frame = await self._out.get()
            self._stirred.set()
            with suppress(RuntimeError):  # the peer has gone; the reader ends the connection
                if isinstance(frame, tuple):
                    await self._socket.close(frame[1])
                    return
                await self._socket.send_text(frame)

    async def _watch_idle(self) -> None:
        while True:
            self._stirred.clear()
            try:
                async with asyncio.timeout(self._service.settings.idle_seconds):
                    await self._stirred.wait()
            except TimeoutError:
                self.close(IDLE)
                return

    async def _read(self, only: str | None, watches: bool) -> None:
        while True:
            frame = await self._socket.receive()
            if frame["type"] == "websocket.disconnect":
                return
            self._stirred.set()
            text = frame.get("text")
            if text is None:
                self.send(Error(code="invalid_message", message="send text frames, not binary"))
                continue
            try:
                message = parse_client(_decoded(text))
                if isinstance(message, Ping):
                    self.send(Pong())
                    continue
                self._check(message, only, watches)
            except BadMessage as error:
                self.send(error.error)
                continue
            await self._slots.acquire()
            before = self._lanes.get(message.conversation_id)
            task = asyncio.create_task(self._handle(message, before))
            self._lanes[message.conversation_id] = task
            task.add_done_callback(lambda done, key=message.conversation_id: self._left(key, done))

    def _check(self, message: ConversationMessage, only: str | None, watches: bool) -> None:
        about = message.conversation_id
        if watches and not isinstance(message, EscalationMessage):
            refusal = "this connection only listens and answers escalations"
            raise BadMessage(Error(code="forbidden", message=refusal, conversation_id=about))
        if only is not None and about != only:
            refusal = "this connection is for another conversation"
            raise BadMessage(
                Error(
                    code="wrong_conversation",
                    message=refusal,
                    field="conversation_id",
                    conversation_id=only,
                )
            )

    def _left(self, key: str, task: asyncio.Task[None]) -> None:
        self._slots.release()
        if self._lanes.get(key) is task:
            del self._lanes[key]

    async def _handle(
        self, message: ConversationMessage, before: asyncio.Task[None] | None
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        try:
            reply = await self._service.pipeline.receive(message, self._sender)
        except (JournalError, AnalysisError) as error:
            _log.error("message not taken", kind=type(error).__name__, type=message.type)
            reply = Error(
                code="unavailable",
                message="the service could not take this; send it again",
                conversation_id=message.conversation_id,
                segment_id=getattr(message, "segment_id", None),
                retry_after_ms=1_000,
            )
        except Exception as error:  # one message's fault is never the connection's end
            _log.exception("message failed", kind=type(error).__name__, type=message.type)
            reply = Error(
                code="internal",
                message="the service failed on this message; it was not taken",
                conversation_id=message.conversation_id,
                segment_id=getattr(message, "segment_id", None),
            )
        if reply is not None:
            stamped = self._service.stamped(reply)
            if self._feed is not None and isinstance(stamped, Ack):
                # behind the events of its segment, which wait in the same queue
                self._feed.put(stamped)
            else:
                self.send(stamped)


async def ingest(socket: WebSocket) -> None:
    """`/v1/ingest`: a source sends events of any number of conversations."""
    service: Service = socket.app.state.service
    sender = await _admit(socket, service, ("source", "admin"))
    if sender is None:
        return
    with CONNECTIONS.labels("ingest").track_inprogress():
        connection = Connection(socket, service, sender)
        connection.send(Hello(server=f"copilot/{__version__}"))
        await connection.run()


async def conversation(socket: WebSocket) -> None:
    """`/v1/conversations/{id}`: everything about one conversation, with resume by `?after=`."""
    service: Service = socket.app.state.service
    conversation_id: str = socket.path_params["conversation_id"]
    after = socket.query_params.get("after", "")
    allowed = ("agent", "supervisor", "clinician", "admin")

    async def may(sender: Sender) -> bool:
        call = await service.calls.find(conversation_id)
        return call is None or (call.tenant == sender.tenant and may_join(call, sender))

    sender = await _admit(socket, service, allowed, may)
    if sender is None:
        return
    subscription = service.bus.listen(conversation_id)
    try:
        with CONNECTIONS.labels("conversation").track_inprogress():
            connection = Connection(socket, service, sender, subscription)
            connection.send(Hello(server=f"copilot/{__version__}", conversation_id=conversation_id))
            feed = _feed(connection, service, sender, conversation_id, after, subscription)
            await connection.run(feed, only=conversation_id)
    finally:
        service.bus.drop(subscription)


async def watch(socket: WebSocket) -> None:
    """`/v1/watch`: starts, ends, flags, escalations and pulses of a tenant's calls."""
    service: Service = socket.app.state.service
    sender = await _admit(socket, service, ("supervisor", "clinician", "admin"))
    if sender is None:
        return
    subscription = service.bus.watch(sender.tenant)
    try:
        with CONNECTIONS.labels("watch").track_inprogress():
            connection = Connection(socket, service, sender)
            connection.send(Hello(server=f"copilot/{__version__}"))
            await connection.run(_live(connection, subscription), watches=True)
    finally:
        service.bus.drop(subscription)


async def _feed(
    connection: Connection,
    service: Service,
    sender: Sender,
    conversation_id: str,
    after: str,
    subscription: Subscription,
) -> None:
    """What was missed, from the journal, then what happens now: no gap and no repeat."""
    rows = await asyncio.to_thread(service.journal.events, conversation_id, after)
    last = after
    for row in rows:
        if row.tenant == sender.tenant:
            connection.send(parse_stored(row.body))
        last = row.event_id
    await _live(connection, subscription, after=last, service=service, sender=sender)


async def _live(
    connection: Connection,
    subscription: Subscription,
    *,
    after: str = "",
    service: Service | None = None,
    sender: Sender | None = None,
) -> None:
    try:
        async for event in subscription:
            if event.event_id <= after:
                continue
            if event.type == "conversation.started" and service and sender:
                # a listener may come before the call: whose call it is shows only now
                call = await service.calls.find(event.conversation_id)
                if call and (call.tenant != sender.tenant or not may_join(call, sender)):
                    connection.close(POLICY)
                    break
            connection.send(event)
    except Overrun:
        hint = "this listener fell behind; connect again with ?after=EVENT_ID"
        connection.send(Error(code="overloaded", message=hint, retry_after_ms=500))
        connection.close(OVERLOADED)
    # the writer ends the connection
    await asyncio.Event().wait()


async def _admit(
    socket: WebSocket,
    service: Service,
    roles: tuple[str, ...],
    may: Callable[[Sender], Awaitable[bool]] | None = None,
) -> Sender | None:
    """Accepts the upgrade, or answers 401 or 403 before it."""
    token, subprotocol = token_from(socket.headers, socket.scope.get("subprotocols", []))
    try:
        if token is None:
            raise AuthError("no token")
        principal: Principal = await asyncio.to_thread(service.authenticator.authenticate, token)
    except AuthError:
        await socket.send_denial_response(
            Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        )
        return None
    sender = Sender(principal.subject, principal.role, principal.tenant)
    if sender.role not in roles or (may is not None and not await may(sender)):
        await socket.send_denial_response(Response(status_code=403))
        return None
    await socket.accept(subprotocol=subprotocol)
    return sender


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        refusal = Error(code="invalid_message", message="a frame holds one JSON object")
        raise BadMessage(refusal) from None
