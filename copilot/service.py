"""The service put together: opens every part once, in order, and closes them again."""

import asyncio
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import time

import structlog

from copilot.advise import Advisor
from copilot.analysis import Analyst
from copilot.auth import Authenticator
from copilot.bus import Bus
from copilot.calls import Call, Calls, utc_now
from copilot.conversation import Book, Passed
from copilot.events import Ack, Error, Pulse, Revealed, Source
from copilot.journal import Journal, JournalError, JournalWriter
from copilot.pipeline import Pipeline
from copilot.settings import Settings, SettingsError
from guardrails.flag import Severity
from guardrails.packs import PROTOCOLS, RULES
from guardrails.phi import Deidentifier, Options
from guardrails.watch import Guard
from knowledge_base.knowledge import Knowledge

PACKAGE = Path(__file__).resolve().parent.parent
STARTER = PACKAGE / "knowledge_base" / "starter"
TICK_SECONDS = 1.0
PULSE_SECONDS = 5.0
_WORST: tuple[Severity, ...] = ("critical", "warning", "notice")
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
    ready: bool = False

    async def start(self) -> "asyncio.Task[None]":
        """Takes up the open calls of the journal and begins to work; returns the clock's task."""
        self.analyst.start()
        recovered = await self.calls.recover()
        self.ready = True
        _log.info("ready", count=recovered)
        return asyncio.create_task(self._clock(), name="clock")

    async def stop(self) -> None:
        """Finishes what is under way and closes every part."""
        self.ready = False
        for call in self.calls.live():
            await self.advisor.settle(call)
        await self.analyst.stop()
        await self.advisor.stop()
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
        return [self.knowledge.degraded] if self.knowledge.degraded else []

    async def _clock(self) -> None:
        """Looks at deadlines once a second, and sends a pulse of each watched call."""
        turns = 0
        while True:
            await asyncio.sleep(TICK_SECONDS)
            turns += 1
            for call in self.calls.live():
                if call.state.started is None:
                    continue
                try:
                    async with call.lock:
                        await self.calls.take(call, Passed(call.clock_ms()))
                except JournalError:
                    _log.error("deadline not journaled", conversation_id=call.conversation_id)
                if turns % int(PULSE_SECONDS / TICK_SECONDS) == 0 and self.bus.watched(call.tenant):
                    self.calls.tell(call, call.stamp(_pulse(call)))


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
    journal = Journal.open(settings.journal_url)
    with ThreadPoolExecutor(1) as aside:  # the two slow parts load side by side
        deidentifier = aside.submit(Deidentifier)
        knowledge = open_knowledge(settings)
    embed = knowledge.embedder.embed
    in_force = knowledge.in_force(datetime.now(UTC))
    guard = Guard.load(
        _packs(RULES, settings.rules_dirs),
        _packs(PROTOCOLS, settings.protocols_dirs),
        embed,
        {passage.passage_id for passage in in_force},
    )
    sources = {
        passage.passage_id: Source(
            passage_id=passage.passage_id, version=passage.version, title=passage.title
        )
        for passage in in_force
    }
    book = Book(guard, sources, escalate_to=settings.clinical_team)
    bus = Bus()
    writer = JournalWriter(journal)
    masking = Options(dates=settings.date_placeholders, agent_names=settings.mask_agent_names)
    calls = Calls(book, journal, writer, bus, masking)
    analyst = Analyst(
        deidentifier.result(),
        embed,
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


def _packs(own: Path, more: Sequence[Path]) -> list[Path]:
    return sorted(path for folder in (own, *more) for path in folder.glob("*.yaml"))


def _pulse(call: Call) -> Pulse:
    state = call.state
    open_flags = [flag for flag in state.shown if flag.status != "resolved"]
    worst: Severity | None = next(
        (s for s in _WORST if any(f.severity == s for f in open_flags)), None
    )
    said = [h.utterance for h in state.heard if h.utterance.speaker == "patient"]
    return Pulse(
        conversation_id=call.conversation_id,
        agent_id=call.agent_id,
        program=(state.started.facts.program or None) if state.started else None,
        duration_ms=call.clock_ms(),
        utterances=len(state.heard),
        open_flags=len(open_flags),
        worst=worst,
        sentiment=said[-1].sentiment if said else 0.0,
    )
