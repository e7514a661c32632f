"""The service put together: opens every part once, in order, and closes them again."""

import asyncio
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import time

import structlog

from copilot import clock, packs
from copilot.advise import Advisor
from copilot.analysis import Analyst
from copilot.auth import Authenticator
from copilot.bus import Bus
from copilot.calls import Calls
from copilot.conversation import Book
from copilot.delivery import Delivery
from copilot.escalation import Ladder
from copilot.events import Ack, Error, Revealed, Source
from copilot.journal import Journal, JournalWriter
from copilot.packs import Standing
from copilot.pipeline import Pipeline
from copilot.settings import Settings, SettingsError
from copilot.timestamps import utc_now
from guardrails.phi import Deidentifier, Options
from knowledge_base.knowledge import Knowledge

PACKAGE = Path(__file__).resolve().parent.parent
STARTER = PACKAGE / "knowledge_base" / "starter"
_log = structlog.get_logger(__name__)


@dataclass
class Service:
    """Every part of a running copilot."""

    settings: Settings
    authenticator: Authenticator
    journal: Journal
    writer: JournalWriter
    knowledge: Knowledge
    bus: Bus
    calls: Calls
    analyst: Analyst
    advisor: Advisor
    pipeline: Pipeline
    delivery: Delivery | None
    """Of webhooks, where an endpoint is set up."""
    packs: tuple[Standing, ...]
    """What rules and protocols were loaded from, and whose approval stands behind each."""
    ready: bool = False

    async def start(self) -> "asyncio.Task[None]":
        """Takes up the open calls of the journal and begins to work; returns the clock's task."""
        self.analyst.start()
        recovered = await self.calls.recover()
        if self.delivery is not None:
            self.delivery.start()
        self.ready = True
        _log.info("ready", count=recovered)
        return asyncio.create_task(clock.run(self.calls, self.bus), name="clock")

    async def stop(self) -> None:
        """Finishes what is under way and closes every part."""
        self.ready = False
        for call in self.calls.live():
            await self.advisor.settle(call)
        await self.analyst.stop()
        await self.advisor.stop()
        if self.delivery is not None:
            await self.delivery.stop()
        await asyncio.to_thread(self.writer.close)
        self.journal.close()
        self.knowledge.close()

    def stamped(self, reply: Ack | Revealed | Error) -> Ack | Revealed | Error:
        """A reply to one connection, with its time and, where the call is live, an event id."""
        if reply.conversation_id is None:
            return reply
        call = self.calls.get(reply.conversation_id)
        event_id = call.next_id() if call else f"{int(time() * 1_000_000):017d}"
        return reply.model_copy(update={"event_id": event_id, "at": utc_now()})

    def degraded(self) -> list[str]:
        """The parts that run degraded, and how."""
        parts = [self.knowledge.degraded, self.delivery.degraded if self.delivery else ""]
        return [part for part in parts if part]


def open_service(settings: Settings) -> Service:
    """Opens the parts of the service, the slow ones included (a few seconds).

    Raises:
        SettingsError, JournalError, KnowledgeError, PackError: one line that says what is
            wrong and where.
    """
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=settings.data).close()
    except OSError as error:
        reason = f"the data folder {settings.data} is not writable: {error.strerror}"
        raise SettingsError(reason) from None
    endpoint = settings.webhook
    journal = Journal.open(settings.journal_url)
    with ThreadPoolExecutor(1) as aside:  # the two slow parts load side by side
        deidentifier = aside.submit(Deidentifier)
        knowledge = open_knowledge(settings)
    in_force = knowledge.in_force(datetime.now(UTC))
    passages = {passage.passage_id for passage in in_force}
    guard, standing = packs.load(settings, knowledge.embedder, passages, journal.approvals())
    sources = {
        passage.passage_id: Source(
            passage_id=passage.passage_id, version=passage.version, title=passage.title
        )
        for passage in in_force
    }
    ladder = Ladder(settings.escalation_targets, int(settings.escalation_climb_s * 1000))
    book = Book(guard, sources, ladder)
    bus = Bus()
    writer = JournalWriter(journal)
    masking = Options(dates=settings.date_placeholders, agent_names=settings.mask_agent_names)
    delivery = Delivery(journal.outbox(), endpoint) if endpoint else None
    calls = Calls(book, journal, writer, bus, masking, delivery.wake if delivery else None)
    analyst = Analyst(
        deidentifier.result(),
        knowledge.embedder.read,
        guard,
        batch_size=settings.batch_size,
        batch_wait_ms=settings.batch_wait_ms,
        timeout_s=settings.masking_timeout_s,
    )
    advisor = Advisor(calls, knowledge, settings.llm)
    return Service(
        settings=settings,
        authenticator=Authenticator.open(settings),
        journal=journal,
        writer=writer,
        knowledge=knowledge,
        bus=bus,
        calls=calls,
        analyst=analyst,
        advisor=advisor,
        pipeline=Pipeline(calls, analyst, advisor, journal),
        delivery=delivery,
        packs=standing,
    )


def open_knowledge(settings: Settings) -> Knowledge:
    """The knowledge base of the data folder; an empty one is given the starter passages."""
    knowledge = Knowledge.open(
        settings.data, database_url=settings.knowledge_url, chroma_url=settings.chroma_url
    )
    if not knowledge.in_force(datetime.now(UTC)):
        _log.info("importing the starter knowledge base")
        knowledge.import_paths([STARTER], publish=True)
    return knowledge
