"""Masking that takes too long, or cannot be done, withholds; the calls that follow go on."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from copilot.analysis import Analyst
from guardrails.phi import Deidentified, Vault, withheld
from guardrails.utterance import Segment
from guardrails.watch import Guard, Signals


class Slow:
    """A de-identifier that hangs on one segment."""

    def deidentify(self, batch: Sequence[tuple[Segment, Vault]]) -> list[Deidentified]:
        if any("slow" in segment.text for segment, _ in batch):
            time.sleep(1)
        return [Deidentified(withheld(segment, "as a test")) for segment, _ in batch]


class Deaf(Guard):
    """A guard without rules."""

    def __init__(self) -> None: ...

    def notice(self, utterance: Any, meaning: Any) -> Signals:
        return Signals()


def segment(text: str) -> Segment:
    return Segment("c", "s", "patient", text, True, 0, 900)


async def test_what_takes_too_long_is_withheld_and_the_next_goes_on() -> None:
    analyst = Analyst(Slow(), None, Deaf(), timeout_s=0.1)  # pyright: ignore[reportArgumentType]
    analyst.start()
    try:
        slow = await analyst.understand(segment("slow Maria"), Vault("c"))
        assert slow.utterance.withheld == "masking took too long"
        assert "Maria" not in slow.utterance.text
        next_one = await analyst.understand(segment("fine"), Vault("c"))
        assert next_one.utterance.withheld == "as a test"
    finally:
        await analyst.stop()


async def test_a_call_is_told_once_that_more_is_masked(
    started: Callable[..., Any], say: Callable[..., Any]
) -> None:
    async with started(language="de-DE") as client:
        await say(client, "Ich heiße Anna Schmidt")
        await client.ack("s-1")
        await say(client, "und wohne in Berlin")
        await client.ack("s-2")
    notices = [event for event in client.heard if event["type"] == "notice"]
    assert [notice["code"] for notice in notices] == ["masking_degraded"]
    said = " ".join(event["text"] for event in client.heard if event["type"] == "utterance")
    assert not {"Anna", "Schmidt", "Berlin"} & set(said.split())


async def test_an_earlier_piece_is_sent_again_with_its_revision_raised(
    started: Callable[..., Any], say: Callable[..., Any]
) -> None:
    async with started() as client:
        for text in ("it's mlo", "pez nineteen at gmail dot com"):
            await say(client, text)
        await client.ack("s-2")
    heard = [event for event in client.heard if event["type"] == "utterance"]
    corrected = [event for event in heard if event["segment_id"] == "s-1"][-1]
    assert "mlo" not in corrected["text"]
    assert heard[0]["text"] == "it's mlo" or corrected is heard[0]
