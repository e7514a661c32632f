"""The fields of a pack's mapping: what rules, protocols and their steps check alike."""

import re
from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from typing import Any

from guardrails.rules.effective import Effective
from guardrails.rules.errors import PackError
from guardrails.rules.phrases import compiled
from guardrails.rules.yamls import LINE, line_of


class Fields:
    """One mapping of a pack, with the file it stands in. Every reader raises `PackError`.

    Raises:
        PackError: it is no mapping, a field is not known, or one that is needed is missing.
    """

    def __init__(
        self, path: Path, row: Any, known: Collection[str], needed: Collection[str], line: int = 1
    ) -> None:
        if not isinstance(row, dict):
            raise PackError(str(path), line, "must be a mapping of fields")
        self._path = path
        self._row: dict[Any, Any] = row
        for field in row:
            if field not in known and field != LINE:
                raise self.wrong(str(field), "is no known field")
        for field in needed:
            if not row.get(field):
                raise self.wrong(field, "is missing")

    def wrong(self, field: str, reason: str) -> PackError:
        """The error that names a field's line."""
        return PackError(str(self._path), line_of(self._row, field), f"`{field}` {reason}")

    def has(self, field: str) -> bool:
        """Whether a field is given, and not empty."""
        return bool(self._row.get(field))

    def patterns(self, field: str, *, checked: bool = False) -> tuple[re.Pattern[str], ...]:
        """The patterns of a field's lines; `checked`: it is known that none can take for ever.

        Raises:
            PackError: one is no pattern, or could take for ever.
        """
        return patterns(self._path, self._row, field, checked=checked)

    def names(self, field: str) -> frozenset[str]:
        """The words of a list."""
        return frozenset(self.texts(field))

    def texts(self, field: str) -> tuple[str, ...]:
        """The lines of a list."""
        return _texts(self._path, self._row, field)

    def text(self, field: str, default: str = "", among: Collection[str] = ()) -> str:
        """A text, or the default where there is none; one of `among`, if that is given."""
        value = self._row.get(field)
        if value is None or value == "":
            return default
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self.wrong(field, "must be a text: put it in quotes")
        if among and value not in among:
            raise self.wrong(field, f"must be one of {', '.join(among)}")
        return str(value)

    def whole(self, field: str) -> int | None:
        """A whole number above nothing, or None."""
        value = self._row.get(field)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
            raise self.wrong(field, "must be a whole number above 0")
        return value

    def number(self, field: str) -> float | None:
        """A number, or None."""
        value = self._row.get(field)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(field, "must be a number")
        try:
            found = float(value)
        except OverflowError:
            found = float("inf")
        if abs(found) == float("inf") or found != found:
            raise self.wrong(field, "must be a number")
        return found

    def share(self, field: str, default: float) -> float:
        """A number above 0 and up to 1."""
        found = self.number(field)
        if found is not None and not 0 < found <= 1:
            raise self.wrong(field, "must lie above 0 and not above 1")
        return default if found is None else found

    def yes(self, field: str) -> bool:
        """Whether a field says yes; without one it does not."""
        value = self._row.get(field)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(field, "must be true or false")
        return bool(value)

    def effective(self) -> Effective:
        """The days of `effective: {from: DATE, to: DATE}`, both included; either may be missing."""
        if "effective" not in self._row:
            return Effective()
        line = line_of(self._row, "effective")
        days = Fields(self._path, self._row["effective"], ("from", "to"), (), line)
        found = Effective(days.day("from"), days.day("to"))
        if found == Effective():
            raise self.wrong("effective", "needs `from`, `to` or both")
        if not found:
            raise days.wrong("to", "lies before `from`")
        return found

    def day(self, field: str) -> date | None:
        """A day, or None."""
        value = self._row.get(field)
        if value is None:
            return None
        try:
            found = date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            found = None
        if not isinstance(found, date) or isinstance(found, datetime):
            raise self.wrong(field, "is no date; write it like 2026-01-31")
        return found

    def passage(self, in_force: Collection[str] | None) -> str:
        """The passage that is cited, or nothing.

        Raises:
            PackError: it is not in force; None takes any.
        """
        name = self.text("passage")
        if name and in_force is not None and name not in in_force:
            raise self.wrong(
                "passage", f"names {name!r}, which is not in force in the knowledge base"
            )
        return name


def patterns(
    path: Path, row: dict[str, Any], field: str, *, checked: bool = False
) -> tuple[re.Pattern[str], ...]:
    """The patterns of the lines of a mapping's field, in order."""
    found: list[re.Pattern[str]] = []
    for number, line in enumerate(_texts(path, row, field)):
        try:
            found.append(compiled(line, checked=checked))
        except ValueError as error:
            reason = f"`{field}` {line!r}: {error}"
            raise PackError(str(path), line_of(row, f"{field}.{number}"), reason) from None
    return tuple(found)


def _texts(path: Path, row: dict[str, Any], field: str) -> tuple[str, ...]:
    lines = row.get(field)
    if lines is None:
        return ()
    if not isinstance(lines, list):
        raise PackError(str(path), line_of(row, field), f"`{field}` must be a list of lines")
    for number, line in enumerate(lines):
        if isinstance(line, bool) or not isinstance(line, str | int | float) or line == "":
            reason = f"`{field}` must hold texts only: put {str(line)[:40]!r} in quotes"
            raise PackError(str(path), line_of(row, f"{field}.{number}"), reason)
    return tuple(map(str, lines))
