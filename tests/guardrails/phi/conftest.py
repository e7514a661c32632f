"""One de-identifier for all tests of it, and calls to play into it."""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.phi import Deidentified, Deidentifier, Vault
from guardrails.utterance import Segment

Play = Callable[..., list[Deidentified]]


@pytest.fixture(scope="session")
def deidentifier() -> Deidentifier:
    return Deidentifier()


@pytest.fixture
def play(deidentifier: Deidentifier) -> Play:
    """Plays turns of (speaker, text) into one call; a vault may be given, or what it is made of."""

    def played(
        *turns: tuple[Any, str], vault: Vault | None = None, **given: Any
    ) -> list[Deidentified]:
        own = vault or Vault("c", **given)
        return [
            one
            for number, (speaker, text) in enumerate(turns)
            for one in deidentifier.deidentify(
                [(Segment("c", f"s-{number}", speaker, text, True, number, number), own)]
            )
        ]

    return played
