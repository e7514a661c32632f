"""Delivers the outbox: each message until it is taken or too old, in order for each escalation.

Beside the road: it runs as a task of its own and nothing waits for it. A message may be posted
more than once (a process can end between the answer and the note of it); its id says so.
"""

import asyncio
import random
from datetime import datetime
from time import time

import httpx
import structlog

from copilot.database import JournalError
from copilot.metrics import WEBHOOKS, WEBHOOKS_FAILED, WEBHOOKS_WAITING
from copilot.outbox import Entry, Outbox
from copilot.timestamps import rfc3339
from copilot.webhooks import Answer, Endpoint, post

AT_ONCE = 8
"""Escalations whose messages are under way at the same time."""
LOOK_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 300.0
_log = structlog.get_logger(__name__)


class Delivery:
    """Posts what waits in an outbox to one endpoint."""

    def __init__(self, outbox: Outbox, endpoint: Endpoint) -> None:
        self._outbox = outbox
        self._endpoint = endpoint
        self._stirred = asyncio.Event()
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._loop: asyncio.Task[None] | None = None
        self._failing = ""

    @property
    def degraded(self) -> str:
        """How the endpoint fails, or nothing."""
        return f"webhooks are not taken ({self._failing})" if self._failing else ""

    def start(self) -> None:
        """Begins to deliver, with what an earlier process left."""
        self._loop = asyncio.create_task(self._run(), name="webhooks")

    async def stop(self) -> None:
        """Stops at once; what is not delivered waits in the outbox."""
        tasks = [task for task in (self._loop, *self._under_way.values()) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self) -> None:
        """Something new is in the outbox."""
        self._stirred.set()

    async def _run(self) -> None:
        limits = httpx.Limits(max_connections=AT_ONCE)
        async with httpx.AsyncClient(
            timeout=self._endpoint.timeout_s, limits=limits, follow_redirects=False
        ) as client:
            while True:
                self._stirred.clear()
                try:
                    await self._look(client)
                except JournalError as error:
                    _log.error("webhooks not read", kind=type(error).__name__)
                try:
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._stirred.wait()
                except TimeoutError:
                    continue

    async def _look(self, client: httpx.AsyncClient) -> None:
        free = AT_ONCE - len(self._under_way)
        if not free:
            return
        due = await asyncio.to_thread(
            self._outbox.due, rfc3339(time()), tuple(self._under_way), free
        )
        for entry in due:
            task = asyncio.create_task(self._deliver(client, entry))
            self._under_way[entry.seq] = task
            task.add_done_callback(lambda _, seq=entry.seq: self._left(seq))

    def _left(self, seq: int) -> None:
        del self._under_way[seq]
        self.wake()  # the next message of the same escalation may go

    async def _deliver(self, client: httpx.AsyncClient, entry: Entry) -> None:
        message = entry.message
        try:
            answer = await post(client, self._endpoint, message.webhook_id, message.body, time())
            self._failing = answer.failure
            await asyncio.to_thread(self._write_down, entry, answer)
        except Exception as error:  # it stays in the outbox and is posted again, by the same id
            _log.error("webhook not noted", kind=type(error).__name__)
            await asyncio.sleep(self._endpoint.retry_s)

    def _write_down(self, entry: Entry, answer: Answer) -> None:
        now = time()
        age = now - datetime.fromisoformat(entry.message.created_at).timestamp()
        if not answer.failure:
            self._outbox.delivered(entry.seq, rfc3339(now))
            WEBHOOKS.labels("delivered").inc()
        elif answer.final or age >= self._endpoint.give_up_s:
            self._outbox.given_up(entry.seq, rfc3339(now), answer.failure)
            WEBHOOKS.labels("given_up").inc()
            _log.error("webhook given up", code=answer.failure)
        else:
            asked_s = min(answer.retry_after_s, LONGEST_WAIT_SECONDS)
            wait = max(asked_s, backoff_s(self._endpoint.retry_s, entry.attempts))
            self._outbox.postponed(entry.seq, rfc3339(now + wait), answer.failure)
            WEBHOOKS.labels("postponed").inc()
        WEBHOOKS_WAITING.set(self._outbox.count("waiting"))
        WEBHOOKS_FAILED.set(self._outbox.count("failed"))


def backoff_s(first_s: float, attempts: int) -> float:
    """Seconds to the next attempt: doubled with each, shortened by up to half at random."""
    longest = min(LONGEST_WAIT_SECONDS, first_s * 2 ** min(attempts, 30))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311
