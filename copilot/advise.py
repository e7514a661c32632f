"""Advises the agent: retrieves, composes, words and shows suggestions, beside the road.

Flags never wait for this: it runs as a task of the call after the utterance was acknowledged.
"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import perf_counter, thread_time
from typing import Any

import numpy as np
import structlog

from copilot.analysis import Understood, spoken
from copilot.call import Call
from copilot.calls import Calls
from copilot.events import NoticeEvent, SuggestionDelta
from copilot.inputs import Suggested
from copilot.journal import JournalError
from copilot.metrics import STAGE_CPU, TO_SUGGESTION
from copilot.suggest.compose import Query, Suggestion, answer, compose, query_for
from copilot.suggest.draft import DraftFailed, Llm, draft
from guardrails.utterance import Utterance
from knowledge_base.knowledge import Knowledge
from knowledge_base.passage import Hit

TOP = 5
SETTLE_SECONDS = 10.0
_log = structlog.get_logger(__name__)


class Advisor:
    """Makes the suggestions of all calls; those of one call come in order."""

    def __init__(self, calls: Calls, knowledge: Knowledge, llm: Llm | None) -> None:
        self._calls = calls
        self._knowledge = knowledge
        self._llm = llm
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="retrieval")
        self._said_degraded: set[tuple[str, str]] = set()

    def advise(self, call: Call, understood: Understood, began: float) -> None:
        """Looks for a card that helps with a patient's turn; returns at once."""
        if understood.utterance.speaker != "patient":
            return
        at = [h.utterance.segment_id for h in call.state.heard].index(
            understood.utterance.segment_id
        )
        turns = [h.utterance for h in call.state.heard[max(0, at - 5) : at + 1]]
        query = query_for(turns)
        if query is not None:
            self._after(call, self._card(call, query, turns, began))

    def answer(self, call: Call, question: str) -> None:
        """Answers the agent's own (masked) question; returns at once."""
        self._after(call, self._answer(call, question))

    async def settle(self, call: Call) -> None:
        """Waits for what is under way in a call, for a while."""
        if call.advising is not None:
            await asyncio.wait([call.advising], timeout=SETTLE_SECONDS)

    async def stop(self) -> None:
        """Ends the retrieval thread."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _after(self, call: Call, work: Coroutine[Any, Any, None]) -> None:
        before = call.advising

        async def run() -> None:
            if before is not None and not before.done():
                await asyncio.wait([before])
            try:
                await work
            except JournalError:
                _log.error("suggestion not journaled", conversation_id=call.conversation_id)

        call.advising = asyncio.create_task(run())

    async def _card(self, call: Call, query: Query, turns: list[Utterance], began: float) -> None:
        vectors = [call.vectors[s] for s in query.segments if s in call.vectors]
        hits = await self._search(call, query.text, _combined(vectors))
        suggestion = compose(query, hits, call.state.suggestions, self._number(call))
        if suggestion is not None:
            await self._show(call, suggestion, turns, began)

    async def _answer(self, call: Call, question: str) -> None:
        began = perf_counter()
        hits = await self._search(call, question, None)
        suggestion = answer(hits, self._number(call))
        turns = [h.utterance for h in call.state.heard[-4:]]
        await self._show(call, suggestion, turns, began)

    async def _search(self, call: Call, text: str, vector: np.ndarray | None) -> list[Hit]:
        facts = call.state.started.facts if call.state.started else None
        loop = asyncio.get_running_loop()

        def search() -> list[Hit]:
            began = thread_time()
            hits = self._knowledge.search(
                spoken(text),
                vector,
                top=TOP,
                program=facts.program if facts else "",
                conditions=facts.conditions if facts else (),
                language=facts.language if facts else "en",
            )
            STAGE_CPU.labels("retrieve").inc(thread_time() - began)
            return hits

        hits = await loop.run_in_executor(self._thread, search)
        if self._knowledge.degraded:
            self._degraded(call, "vectors_unavailable", self._knowledge.degraded)
        return hits

    async def _show(
        self, call: Call, suggestion: Suggestion, turns: list[Utterance], began: float
    ) -> None:
        """Words a suggestion if a model is set up, and makes it durable and known."""
        if self._llm is not None and suggestion.passages:
            pieces: list[str] = []
            try:
                async for piece in draft(self._llm, suggestion, turns):
                    pieces.append(piece)
                    delta = SuggestionDelta(
                        conversation_id=call.conversation_id,
                        suggestion_id=suggestion.suggestion_id,
                        text=piece,
                    )
                    self._calls.tell(call, call.stamp(delta))
                suggestion = replace(
                    suggestion, text="".join(pieces).strip(), drafted_by=self._llm.model
                )
            except DraftFailed as failed:
                _log.warning("draft failed", kind=str(failed))
                if str(failed) != "unsafe":
                    text = (
                        "The language model is not available; approved texts are shown as they are."
                    )
                    self._degraded(call, "llm_unavailable", text)
        async with call.lock:
            if call.state.ended is None:
                await self._calls.take(call, Suggested(suggestion, call.clock_ms()))
                TO_SUGGESTION.observe(perf_counter() - began)

    def _degraded(self, call: Call, code: str, text: str) -> None:
        """Says once a call that a part runs degraded, and how."""
        if (call.conversation_id, code) not in self._said_degraded:
            self._said_degraded.add((call.conversation_id, code))
            notice = NoticeEvent(conversation_id=call.conversation_id, code=code, text=text)
            self._calls.tell(call, call.stamp(notice))

    def _number(self, call: Call) -> int:
        return len(call.state.suggestions) + 1


def _combined(vectors: list[np.ndarray]) -> np.ndarray | None:
    """The unit vector of a question put in pieces, the last weighing most."""
    if not vectors:
        return None
    total = sum(vector * (index + 1) for index, vector in enumerate(vectors))
    total = np.asarray(total, dtype=np.float32)
    return total / max(float(np.linalg.norm(total)), 1e-9)
