"""PHI ends here: segments in, masked and understood utterances out, in micro-batches across calls.

One worker thread runs the de-identifier (one view an utterance), the embedding of what is
left (one reading an utterance) and the stateless rule matching. Segments that arrive within a few
milliseconds of each other share a batch, whichever call they belong to.
"""

import asyncio
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import thread_time

import numpy as np
import structlog

from copilot.metrics import STAGE_CPU
from guardrails.cues.listener import Meaning
from guardrails.phi import Deidentifier, Vault, withheld
from guardrails.rules.book import Read
from guardrails.utterance import PLACEHOLDER, Segment, Utterance
from guardrails.watch import Guard, Signals

Vector = np.ndarray
BATCH_CHARACTERS = 6_000
"""A batch holds no more text than this, so that one huge segment delays few others."""
EMBEDDED_CHARACTERS = 1_200
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Understood:
    """A masked utterance, its unit vector (None: not embedded) and what rules matched in it.

    `corrections` are earlier utterances of the call, masked anew because this one showed that
    a value was split over them.
    """

    utterance: Utterance
    embedding: Vector | None
    signals: Signals
    corrections: "tuple[Understood, ...]" = ()


@dataclass
class _Job:
    segment: Segment
    vault: Vault
    done: asyncio.Future[Understood] = field(repr=False)


class Analyst:
    """Collects segments into batches and analyses them off the event loop."""

    def __init__(
        self,
        deidentifier: Deidentifier,
        read: Read | None,
        guard: Guard,
        *,
        batch_size: int = 16,
        batch_wait_ms: float = 4,
        timeout_s: float = 10,
    ) -> None:
        self._deidentifier = deidentifier
        self._read = read
        self._guard = guard
        self._batch_size = batch_size
        self._batch_wait = batch_wait_ms / 1000
        self._timeout = timeout_s
        self._thread = _worker()
        self._jobs: asyncio.Queue[_Job] = asyncio.Queue()
        self._collector: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to collect, on the running event loop."""
        self._collector = asyncio.create_task(self._collect(), name="analysis")

    async def stop(self) -> None:
        """Ends the worker; segments still waiting are given up."""
        if self._collector is not None:
            self._collector.cancel()
            await asyncio.gather(self._collector, return_exceptions=True)
        self._thread.shutdown(wait=True, cancel_futures=True)

    async def understand(self, segment: Segment, vault: Vault) -> Understood:
        """The utterance that a segment becomes.

        Never fails for the segment's content: on doubt the whole text is masked.
        """
        job = _Job(segment, vault, asyncio.get_running_loop().create_future())
        await self._jobs.put(job)
        return await job.done

    async def _collect(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            batch = [await self._jobs.get()]
            if self._jobs.empty():
                await asyncio.sleep(self._batch_wait)
            size = len(batch[0].segment.text)
            while len(batch) < self._batch_size and size < BATCH_CHARACTERS:
                try:
                    batch.append(self._jobs.get_nowait())
                except asyncio.QueueEmpty:
                    break
                size += len(batch[-1].segment.text)
            pairs = [(job.segment, job.vault) for job in batch]
            try:
                work = loop.run_in_executor(self._thread, self._analyse, pairs)
                results = await asyncio.wait_for(work, self._timeout)
            except TimeoutError:  # fail closed: what was not judged in time is not shown
                _log.error("masking took too long", count=len(batch))
                self._thread.shutdown(wait=False, cancel_futures=True)
                self._thread = _worker()
                results = [_withheld(segment) for segment, _ in pairs]
            except Exception as error:  # the calls of this batch are told; the next batch goes on
                _log.error("analysis failed", kind=type(error).__name__, count=len(batch))
                for job in batch:
                    if not job.done.done():
                        job.done.set_exception(AnalysisError())
                continue
            for job, result in zip(batch, results, strict=True):
                if not job.done.done():
                    job.done.set_result(result)

    def _analyse(self, batch: Sequence[tuple[Segment, Vault]]) -> list[Understood]:
        began = thread_time()
        masked = self._deidentifier.deidentify(batch)
        began = _spent("deidentify", began)
        utterances = [u for one in masked for u in (one.utterance, *one.corrections)]
        meanings = self._meanings(utterances)
        began = _spent("embed", began)
        known = iter(
            Understood(u, meaning and meaning[0], self._guard.notice(u, meaning))
            for u, meaning in zip(utterances, meanings, strict=True)
        )
        results: list[Understood] = []
        for one in masked:
            own = next(known)
            corrections = tuple(next(known) for _ in one.corrections)
            results.append(
                Understood(own.utterance, own.embedding, own.signals, corrections)
                if corrections
                else own
            )
        _spent("match", began)
        return results

    def _meanings(self, utterances: Sequence[Utterance]) -> list[Meaning | None]:
        """The meaning of each final utterance that says something; partials go without."""
        wanted = [i for i, u in enumerate(utterances) if u.final and len(u.text) > 2]
        meanings: list[Meaning | None] = [None] * len(utterances)
        if self._read is None or not wanted:
            return meanings
        texts = [spoken(utterances[i].text)[:EMBEDDED_CHARACTERS] for i in wanted]
        try:
            for i, meaning in zip(wanted, self._read(texts), strict=True):
                meanings[i] = meaning
        except Exception as error:  # meaning is lost for this batch, patterns still hold
            _log.error("embedding failed", kind=type(error).__name__, count=len(wanted))
        return meanings


def _worker() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="analysis")


def _withheld(segment: Segment) -> Understood:
    return Understood(withheld(segment, "masking took too long"), None, Signals())


class AnalysisError(RuntimeError):
    """A segment could not be analysed and was not taken; it can be sent again."""


def spoken(text: str) -> str:
    """Masked text as a sentence for the embedding: `<MEMBER_ID_2>` becomes `member id`.

    A person says nothing about what is asked, and is left out.
    """
    plain = PLACEHOLDER.sub(
        lambda match: "" if match[1] == "PERSON" else match[1].replace("_", " ").lower(), text
    )
    return re.sub(r"\s+(?=[,.?!])|(?<=\s)\s+", "", plain).strip()


def _spent(stage: str, began: float) -> float:
    now = thread_time()
    STAGE_CPU.labels(stage).inc(now - began)
    return now
