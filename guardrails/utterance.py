"""The type wall: a `Segment` is what was heard, an `Utterance` is what may be kept.

Only `guardrails.phi` turns one into the other. Everything downstream takes an `Utterance`, so a
raw text has no way into a rule, a store, a log or a prompt.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

PLACEHOLDER = re.compile(r"<([A-Z_]+)_\d+(?::[^<>]*)?>")
"""A placeholder in a masked text, its type, and the note that a date may carry."""
Speaker = Literal["agent", "patient", "other", "system"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of live transcript as it came in, PHI included. Never stored, never logged.

    Times are milliseconds from the start of the call. `revision` counts the corrections of one
    `segment_id`; the highest one stands.
    """

    conversation_id: str
    segment_id: str
    speaker: Speaker
    text: str = field(repr=False)
    final: bool
    start_ms: int
    end_ms: int
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Entity:
    """An identifier that was masked: `text[start:end]` of the masked text is `placeholder`.

    `on_file` names the field of the patient's record that the value spoken equals
    ("date_of_birth"), or is empty. The value itself is only in the vault.
    """

    start: int
    end: int
    type: str
    placeholder: str
    on_file: str = ""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A segment after de-identification: `text` is free of PHI, entity spans index it.

    `withheld` says why the whole text had to be masked (the de-identifier failed or was unsure),
    or is empty. `sentiment` runs from -1 (distress) to 1.
    """

    conversation_id: str
    segment_id: str
    speaker: Speaker
    text: str
    entities: tuple[Entity, ...]
    final: bool
    start_ms: int
    end_ms: int
    revision: int = 0
    sentiment: float = 0.0
    withheld: str = ""
