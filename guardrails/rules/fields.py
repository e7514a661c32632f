"""The fields of a pack's mapping: what rules, protocols and their steps check alike."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from guardrails.rules.errors import PackError
from guardrails.rules.phrases import compiled
from guardrails.rules.yamls import LINE, line_of


class Fields:
    """One mapping of a pack, with the file it stands in.

    Raises:
        PackError: a field is not known, or one that is needed is missing.
    """

    def __init__(
        self, path: Path, row: dict[str, Any], known: Collection[str], needed: Collection[str]
    ) -> None:
        self._path = path
        self._row = row
        for field in row:
            if field not in known and field != LINE:
                raise self.wrong(field, "is no known field")
        for field in needed:
            if not row.get(field):
                raise self.wrong(field, "is missing")

    def wrong(self, field: str, reason: str) -> PackError:
        """The error that names a field's line."""
        return PackError(str(self._path), line_of(self._row, field), f"`{field}` {reason}")

    def patterns(self, field: str) -> tuple[re.Pattern[str], ...]:
        """The patterns of a field's lines.

        Raises:
            PackError: one is no pattern, or could take for ever.
        """
        return patterns(self._path, self._row, field)

    def names(self, field: str) -> frozenset[str]:
        """The words of a list."""
        return frozenset(map(str, self._row.get(field) or ()))

    def text(self, field: str, default: str = "") -> str:
        """A text, or the default where there is none."""
        return str(self._row.get(field) or default)

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


def patterns(path: Path, row: dict[str, Any], field: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of the lines of a mapping's field, in order."""
    found: list[re.Pattern[str]] = []
    for line in row.get(field) or ():
        try:
            found.append(compiled(str(line)))
        except ValueError as error:
            reason = f"`{field}` {line!r}: {error}"
            raise PackError(str(path), line_of(row, field), reason) from None
    return tuple(found)
