"""A live call: its state, its vault, its clock and what is remembered of its last utterances."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from time import time

import numpy as np

from copilot.conversation import State
from copilot.events import ConversationEvent
from copilot.inputs import Input, Said
from copilot.timestamps import utc_now
from guardrails.phi import Vault

REMEMBERED_VECTORS = 8


@dataclass
class Call:
    """One live conversation. `state` is replaced by `Calls.take` only."""

    conversation_id: str
    tenant: str
    state: State
    vault: Vault
    began: float
    """When its clock stood at nothing, in seconds since 1970."""
    last_id: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    vectors: OrderedDict[str, np.ndarray] = field(default_factory=OrderedDict[str, np.ndarray])
    taken: dict[str, int] = field(default_factory=dict[str, int])
    """The source's revision of each final segment that has been taken."""
    advising: asyncio.Task[None] | None = None
    told_why: set[str] = field(default_factory=set[str])
    """Why this call's listeners were told that more is masked than there need be."""

    @property
    def agent_id(self) -> str | None:
        """The agent whose call it is."""
        return self.state.started.agent_id if self.state.started else None

    def clock_ms(self) -> int:
        """Milliseconds from the start of the call, never behind what was heard last."""
        return max(self.state.last_ms, int((time() - self.began) * 1000))

    def move_to(self, state: State) -> None:
        """Takes a new state over. A source whose clock is ahead sets this one forward."""
        self.state = state
        # without this the clock would stand until it had caught up, and nothing would climb
        self.began = min(self.began, time() - state.last_ms / 1000)

    def remember(self, segment_id: str, vector: np.ndarray) -> None:
        """Keeps the vectors of the last few utterances, for questions put over several turns."""
        self.vectors[segment_id] = vector
        while len(self.vectors) > REMEMBERED_VECTORS:
            self.vectors.popitem(last=False)

    def note(self, given: Input) -> None:
        """Remembers that a final segment was taken."""
        if isinstance(given, Said) and given.utterance.final:
            segment_id = given.utterance.segment_id
            self.taken[segment_id] = max(self.taken.get(segment_id, 0), given.source_revision)

    def stamp(self, event: ConversationEvent) -> ConversationEvent:
        """The event with its `event_id` and `at`; ids grow with time, over restarts too."""
        return event.model_copy(update={"event_id": self.next_id(), "at": utc_now()})

    def next_id(self) -> str:
        """The next id of an event: digits of one length, growing with time."""
        self.last_id = max(self.last_id + 1, int(time() * 1_000_000))
        return f"{self.last_id:017d}"
