"""A passage: one approved piece of text, in one version."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Kind = Literal["brand_voice", "protocol", "script", "disclosure", "faq"]
State = Literal["draft", "in_review", "approved", "published", "retired"]


@dataclass(frozen=True, slots=True)
class Guards:
    """For whom a passage is meant. Empty means everybody."""

    programs: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Passage:
    """What an agent may say or read, word for word, in one version.

    `effective_from` and `expires` are UTC; a passage is in force from the first to, but not
    including, the second.
    """

    passage_id: str
    version: int
    kind: Kind
    title: str
    text: str
    owner: str
    approver_role: str
    effective_from: datetime
    expires: datetime | None = None
    state: State = "published"
    guards: Guards = field(default_factory=Guards)
    tags: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query. `score` is the calibrated relevance, 0 to 1."""

    passage: Passage
    score: float
