"""Files to passages: Markdown with or without front matter, and JSONL.

Every mistake is one `file:line: reason`; a file with a mistake gives nothing, the others go on.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import yaml

from knowledge_base.errors import PassageError
from knowledge_base.passage import Guards, Kind, Passage

KINDS: tuple[str, ...] = get_args(Kind)
_FRONT = re.compile(r"\A---\r?\n(.*?\r?\n)---[ \t]*\r?\n(.*)\Z", re.DOTALL)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_FIELDS = frozenset(
    """id kind title owner approver_role version effective_from expires programs conditions language
    tags source""".split()
)
_NEEDED = ("id", "kind", "title", "owner", "approver_role", "effective_from")
_LONG = 1_200
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Read:
    """What files gave: passages, and a line for each thing that was wrong."""

    passages: tuple[Passage, ...]
    problems: tuple[str, ...]
    files: int


def read(paths: Sequence[Path], contains_phi: Callable[[str], bool] | None = None) -> Read:
    """The passages of files and folders."""
    passages: dict[str, Passage] = {}
    problems: list[str] = []
    where: dict[str, Path] = {}
    found = list(_files(paths))
    for root, path in found:
        try:
            fresh = _read_file(root, path)
            for passage in fresh:
                if passage.passage_id in passages:
                    other = where[passage.passage_id]
                    raise PassageError(
                        str(path), 1, f"the id {passage.passage_id!r} is also in {other}"
                    )
                if contains_phi is not None and contains_phi(passage.text):
                    raise PassageError(
                        str(path), 1, f"{passage.passage_id!r} holds personal health information"
                    )
        except PassageError as error:
            problems.append(str(error))
            continue
        for passage in fresh:
            passages[passage.passage_id] = passage
            where[passage.passage_id] = path
    return Read(tuple(passages.values()), tuple(problems), len(found))


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix in (".md", ".jsonl"))
            yield from ((path, file) for file in inside if file.name.lower() != "readme.md")
        else:
            yield path.parent, path


def _read_file(root: Path, path: Path) -> list[Passage]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PassageError(str(path), 1, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PassageError(str(path), 1, "is no UTF-8 text") from None
    if path.suffix == ".jsonl":
        return _jsonl(path, text)
    if path.suffix != ".md":
        raise PassageError(str(path), 1, f"files of the kind {path.suffix or '(none)'} are not read")
    if text.startswith("---"):
        return [_with_front_matter(path, text)]
    return _by_headings(root, path, text)


def _with_front_matter(path: Path, text: str) -> Passage:
    match = _FRONT.match(text)
    if match is None:
        raise PassageError(str(path), 1, "the front matter has no closing `---`")
    try:
        node = yaml.compose(match[1], Loader=yaml.SafeLoader)
        front: Any = yaml.safe_load(match[1])
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        problem = getattr(error, "problem", None) or "is no YAML"
        raise PassageError(str(path), line, f"front matter: {problem}") from None
    if not isinstance(front, dict) or not isinstance(node, yaml.MappingNode):
        raise PassageError(str(path), 1, "the front matter is no mapping")
    lines = {str(key.value): key.start_mark.line + 2 for key, _ in node.value}
    return passage_from(front, match[2].strip(), str(path), lines)


def passage_from(
    front: dict[str, Any], text: str, path: str, lines: dict[str, int] | None = None
) -> Passage:
    """The passage of a mapping and a text.

    Raises:
        PassageError: names the field's line and what is wrong.
    """
    line_of = lines or {}

    def wrong(field: str, reason: str) -> PassageError:
        return PassageError(path, line_of.get(field, 1), f"`{field}` {reason}")

    for field in front:
        if field not in _FIELDS:
            raise wrong(str(field), "is no known field")
    for field in _NEEDED:
        if front.get(field) in (None, ""):
            raise wrong(field, "is missing")
    if not isinstance(front["id"], str) or not _ID.fullmatch(front["id"]):
        raise wrong("id", "must be letters, digits, `.`, `_`, `:` and `-`")
    if front["kind"] not in KINDS:
        raise wrong("kind", f"must be one of {', '.join(KINDS)}")
    version = front.get("version", 1)
    if not isinstance(version, int) or version < 1:
        raise wrong("version", "must be a whole number from 1")
    effective = _moment(front["effective_from"])
    expires = _moment(front["expires"]) if front.get("expires") else None
    if effective is None:
        raise wrong("effective_from", "must be a date, YYYY-MM-DD")
    if front.get("expires") and expires is None:
        raise wrong("expires", "must be a date, YYYY-MM-DD")
    if expires is not None and expires <= effective:
        raise wrong("expires", "must be later than `effective_from`")
    if not text:
        raise PassageError(path, 1, "the passage has no text")
    return Passage(
        passage_id=front["id"],
        version=version,
        kind=front["kind"],
        title=str(front["title"]),
        text=text,
        owner=str(front["owner"]),
        approver_role=str(front["approver_role"]),
        effective_from=effective,
        expires=expires,
        guards=Guards(
            _names(front.get("programs")),
            _names(front.get("conditions")),
            str(front.get("language", "en")),
        ),
        tags=_names(front.get("tags")),
        source=str(front.get("source") or ""),
    )


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, str):
        try:
            return _moment(datetime.fromisoformat(value))
        except ValueError:
            return None
    return None


def _names(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)


def _by_headings(root: Path, path: Path, text: str) -> list[Passage]:
    """A plain Markdown file: one passage a section, long ones in pieces."""
    from langchain_text_splitters import MarkdownHeaderTextSplitter, RecursiveCharacterTextSplitter

    headers = [("#" * depth, str(depth)) for depth in range(1, 5)]
    sections = MarkdownHeaderTextSplitter(headers).split_text(text)
    pieces = RecursiveCharacterTextSplitter(chunk_size=_LONG, chunk_overlap=0)
    relative = path.relative_to(root) if path.is_relative_to(root) else path
    out: list[Passage] = []
    used: dict[str, int] = {}
    for section in sections:
        titles = [str(section.metadata[key]) for key in sorted(section.metadata)]
        for piece in pieces.split_text(section.page_content):
            base = _slug(f"{relative.with_suffix('')} {' '.join(titles)}")
            used[base] = used.get(base, 0) + 1
            name = base if used[base] == 1 else f"{base}-{used[base]}"
            title = " / ".join(titles) or path.stem
            out.append(_plain(name, title, piece, "faq", f"{relative}#{_slug(title)}"))
    if not out:
        raise PassageError(str(path), 1, "the file has no text")
    return out


def _jsonl(path: Path, text: str) -> list[Passage]:
    out: list[Passage] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            raise PassageError(str(path), number, "is no JSON") from None
        if not isinstance(row, dict):
            raise PassageError(str(path), number, "is no JSON object")
        for field in ("id", "text"):
            if not isinstance(row.get(field), str) or not row[field].strip():
                raise PassageError(str(path), number, f"`{field}` is missing or empty")
        if not _ID.fullmatch(row["id"]):
            raise PassageError(str(path), number, "`id` has characters that an id cannot have")
        kind = row.get("kind") or "faq"
        if kind not in KINDS:
            reason = f"`kind` must be one of {', '.join(KINDS)}"
            raise PassageError(str(path), number, reason)
        out.append(_plain(row["id"], str(row.get("title") or ""), row["text"], kind, ""))
    return out


def _plain(name: str, title: str, text: str, kind: str, source: str) -> Passage:
    return Passage(
        passage_id=name,
        version=1,
        kind=kind,  # pyright: ignore[reportArgumentType]
        title=title,
        text=text,
        owner="import",
        approver_role="none",
        effective_from=_EPOCH,
        source=source,
    )


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:110] or "passage"
