"""What is known of a call beside what is said in it: its facts, and readings that come in."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known of a call from its start. `on_file`: names of fields, never values.

    `day` is that on which the call started, in UTC: rules outside their dates raise nothing. None,
    as in journals from before it was kept, is any day.
    """

    channel: str = "voice"
    language: str = "en"
    program: str = ""
    conditions: tuple[str, ...] = ()
    age: int | None = None
    recording: bool = False
    direction: str = ""
    licence: str = "agent"
    on_file: frozenset[str] = frozenset()
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """A reading; `baseline` is the patient's usual value in the same unit.

    `said`: the patient read it out on the call. Otherwise remote monitoring sent it.
    """

    code: str
    value: float
    unit: str = ""
    baseline: float | None = None
    said: bool = False
