"""The fields of a passage as they are written in front matter or in a row of JSONL."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, cast, get_args

from knowledge_base.errors import PassageError
from knowledge_base.passage import Guards, Kind, Passage

KINDS: tuple[str, ...] = get_args(Kind)
NEEDED = ("id", "kind", "title", "owner", "approver_role", "effective_from")
FIELDS = frozenset(NEEDED) | {
    "version",
    "expires",
    "programs",
    "conditions",
    "language",
    "tags",
    "source",
}
_LONGEST_ID = 200


def passage_from(
    front: dict[Any, Any],
    text: str,
    path: str,
    line_of: Callable[[str], int],
    wrong: list[PassageError],
) -> Passage:
    """The passage of named fields and a text.

    Raises:
        PassageError: the last of the mistakes, all of which are added to `wrong`.
    """
    before = len(wrong)

    def note(field: str, reason: str) -> None:
        wrong.append(PassageError(path, line_of(field), f"`{field}` {reason}"))

    def line(field: str, default: str = "") -> str:
        value = front.get(field)
        if value in (None, ""):
            return default
        if isinstance(value, list | dict):
            note(field, "must be one value, not several")
            return default
        return " ".join(str(value).split())

    def names(field: str) -> tuple[str, ...]:
        value = front.get(field)
        if value in (None, ""):
            return ()
        found = cast(list[Any], value) if isinstance(value, list) else [value]
        if any(isinstance(item, list | dict) for item in found):
            note(field, "must be a list of words")
            return ()
        return tuple(str(item) for item in found)

    def moment(field: str) -> datetime | None:
        value = front.get(field)
        found = _moment(value)
        if value not in (None, "") and found is None:
            note(field, f"must be a date, YYYY-MM-DD, not {str(value)[:30]!r}")
        return found

    for field in front:
        if field not in FIELDS:
            note(str(field), "is no known field")
    for field in NEEDED:
        if front.get(field) in (None, ""):
            note(field, "is missing")
    name = line("id")
    if len(name) > _LONGEST_ID or not name.isprintable():
        note("id", f"must be at most {_LONGEST_ID} printable characters")
    kind = line("kind")
    if kind and kind not in KINDS:
        note("kind", f"must be one of {', '.join(KINDS)}, not {kind[:30]!r}")
    version = front.get("version", 1)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        note("version", "must be a whole number from 1")
        version = 1
    effective, expires = moment("effective_from"), moment("expires")
    if effective and expires and expires <= effective:
        note("expires", "must be later than `effective_from`")
    if not text.strip():
        wrong.append(PassageError(path, line_of("text"), "the passage has no text"))
    passage = Passage(
        passage_id=name,
        version=version,
        kind=cast(Kind, kind),
        title=line("title"),
        text=text,
        owner=line("owner"),
        approver_role=line("approver_role"),
        effective_from=effective or datetime.min.replace(tzinfo=UTC),
        expires=expires,
        guards=Guards(names("programs"), names("conditions"), line("language", "en")),
        tags=names("tags"),
        source=line("source"),
    )
    if len(wrong) > before:
        raise wrong[-1]
    return passage


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, str):
        try:
            return _moment(datetime.fromisoformat(value.strip()))
        except ValueError:
            return None
    return None
