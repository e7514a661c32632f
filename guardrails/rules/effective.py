"""The days on which a pack or a rule is in force."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Effective:
    """From `start` to `end`, both days included; None is without a limit. Days are those of UTC."""

    start: date | None = None
    end: date | None = None

    def holds(self, day: date | None) -> bool:
        """Whether a day is one of them. None is a call of which no day is known: it always is."""
        if day is None:
            return True
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)

    def within(self, other: "Effective") -> "Effective":
        """The days that both hold; there may be none, and `start` is after `end` then."""
        starts = [day for day in (self.start, other.start) if day]
        ends = [day for day in (self.end, other.end) if day]
        return Effective(max(starts, default=None), min(ends, default=None))

    def __bool__(self) -> bool:
        """Whether there is such a day at all."""
        return self.start is None or self.end is None or self.start <= self.end

    def __str__(self) -> str:
        parts = [f"from {self.start}" if self.start else "", f"to {self.end}" if self.end else ""]
        return " ".join(filter(None, parts))
