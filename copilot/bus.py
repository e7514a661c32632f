"""Who hears what: events go out to the listeners of a conversation and to the tenant's watchers.

In process. A listener that falls more than `DEPTH` events behind is dropped and told so: it
resumes from the journal with `?after=`.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator

from copilot.events import Ack, ConversationEvent

DEPTH = 2_000
WATCHED = frozenset({"conversation.started", "conversation.ended", "flag", "escalation", "pulse"})


class Overrun(Exception):
    """The listener was too slow and has missed events."""


class Subscription:
    """One listener's queue. Iterate over it; leave it by `Bus.drop`."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[ConversationEvent | Ack | None] = asyncio.Queue(DEPTH)
        self._overrun = False

    def put(self, event: ConversationEvent | Ack) -> None:
        """Adds an event; past the depth, ends the subscription."""
        if self._overrun:
            return
        if self._queue.full():
            # what is queued is given up too: the listener resumes after the last event it got
            self._overrun = True
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(None)
            return
        self._queue.put_nowait(event)

    async def __aiter__(self) -> AsyncIterator[ConversationEvent | Ack]:
        """Events in order.

        Raises:
            Overrun: when events had to be left out.
        """
        while (event := await self._queue.get()) is not None:
            yield event
        raise Overrun


class Bus:
    """Publishes to subscriptions, on the event loop's own thread."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Subscription]] = defaultdict(set)
        self._watchers: dict[str, set[Subscription]] = defaultdict(set)

    def listen(self, conversation_id: str) -> Subscription:
        """A subscription to all events of one conversation from now on."""
        subscription = Subscription()
        self._listeners[conversation_id].add(subscription)
        return subscription

    def watch(self, tenant: str) -> Subscription:
        """A subscription to a tenant's starts, ends, flags, escalations and pulses."""
        subscription = Subscription()
        self._watchers[tenant].add(subscription)
        return subscription

    def listened(self, conversation_id: str) -> bool:
        """Whether anybody listens to the conversation."""
        return bool(self._listeners.get(conversation_id))

    def watched(self, tenant: str) -> bool:
        """Whether anybody watches the tenant."""
        return bool(self._watchers.get(tenant))

    def drop(self, subscription: Subscription) -> None:
        """Ends a subscription."""
        for group in (self._listeners, self._watchers):
            for key in [key for key, members in group.items() if subscription in members]:
                group[key].discard(subscription)
                if not group[key]:
                    del group[key]

    def publish(self, tenant: str, event: ConversationEvent) -> None:
        """Hands one event to everybody it concerns."""
        for subscription in self._listeners.get(event.conversation_id, ()):
            subscription.put(event)
        if event.type in WATCHED:
            for subscription in self._watchers.get(tenant, ()):
                subscription.put(event)
