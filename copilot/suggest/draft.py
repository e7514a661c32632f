"""A language model words a suggestion, through LangChain; only checked sentences are shown.

The prompt holds masked turns and approved passages, nothing else. Any failure leaves the
extractive suggestion, which is what was approved anyway.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from copilot.suggest.compose import Suggestion
from guardrails.answer import check
from guardrails.utterance import Utterance

_PROMPT = (
    "You help a healthcare call agent. Say the approved text to this patient, in one to three short, warm, plain "
    "sentences. Use only what the approved text says: add no fact, number, medicine, promise or diagnosis, and leave "
    "no warning out. Write words in angle brackets like <PERSON_1> unchanged. Answer with the sentences alone."
)


@dataclass(frozen=True, slots=True)
class Llm:
    """An OpenAI-compatible endpoint. `timeout_s` bounds a whole draft, in seconds."""

    base_url: str | None
    api_key: str = field(repr=False)
    model: str
    timeout_s: float


class DraftFailed(RuntimeError):
    """No draft: the text says why, in a word (`timeout`, `unavailable`, `unsafe`)."""


async def draft(llm: Llm, suggestion: Suggestion, turns: Sequence[Utterance]) -> AsyncIterator[str]:
    """The sentences of a draft, each checked before it is given out.

    Raises:
        DraftFailed: the model failed, was too slow, or wrote what was not approved. What was given
            out before it was approved text in other words; the caller shows the extractive text.
    """
    from langchain_core.messages import HumanMessage, SystemMessage
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    quotes = [passage.quote for passage in suggestion.passages]
    heard = [turn.text for turn in turns]
    talk = "\n".join(f"{turn.speaker}: {turn.text}" for turn in turns[-4:])
    model = ChatOpenAI(
        model=llm.model,
        base_url=llm.base_url,
        api_key=SecretStr(llm.api_key),
        timeout=llm.timeout_s,
        max_retries=0,
        temperature=0,
    )
    messages = [
        SystemMessage(_PROMPT),
        HumanMessage(f"Approved text:\n{' '.join(quotes)}\n\nThe call so far:\n{talk}"),
    ]
    waiting = ""
    try:
        async with asyncio.timeout(llm.timeout_s):
            async for chunk in model.astream(messages):
                waiting += str(chunk.text)
                *whole, waiting = re.split(r"(?<=[.?!])\s+", waiting)
                for sentence in whole:
                    _approve(sentence, quotes, heard)
                    yield sentence + " "
    except DraftFailed:
        raise
    except TimeoutError:
        raise DraftFailed("timeout") from None
    except Exception as error:  # whatever a provider or its client raises
        raise DraftFailed("unavailable") from error
    if waiting.strip():
        _approve(waiting, quotes, heard)
        yield waiting.strip()


def _approve(sentence: str, quotes: Sequence[str], heard: Sequence[str]) -> None:
    if check(sentence, quotes, heard):
        raise DraftFailed("unsafe")
