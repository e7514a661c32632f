"""Files to passages: Markdown with or without front matter, and JSONL.

Every mistake is one `file:line: reason`. A file with a mistake gives nothing, the others go on.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge_base.errors import PassageError
from knowledge_base.fields import FIELDS, passage_from
from knowledge_base.passage import Passage

_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?\r?\n)---[ \t]*(?:\r?\n(.*))?\Z", re.DOTALL)
_LARGEST = 20_000_000
"""A text file above this many bytes is no passage that an agent could read out."""
_LONGEST_PIECE = 1_200
"""Characters: a section of a plain Markdown file above this is split at its paragraphs."""
_ROW_FIELDS = FIELDS - {"id"}
_DEFAULTS = {
    "kind": "faq",
    "owner": "import",
    "approver_role": "none",
    "effective_from": "2000-01-01",
}


@dataclass(frozen=True)
class Read:
    """What files gave: passages, and a line for each thing that was wrong."""

    passages: tuple[Passage, ...]
    problems: tuple[str, ...]
    files: int


def read(paths: Sequence[Path], contains_phi: Callable[[str], bool] | None = None) -> Read:
    """The passages of files and folders.

    A file is refused whole for any mistake, for an id that another file has, and where
    `contains_phi` says so of one of its passages. README files in folders are left out.
    """
    passages: dict[str, Passage] = {}
    problems: list[str] = []
    where: dict[str, Path] = {}
    count = 0
    for root, path in _files(paths):
        count += 1
        wrong: list[PassageError] = []
        fresh: dict[str, Passage] = {}
        for line, passage in _read_file(root, path, wrong):
            name = passage.passage_id
            if name in fresh:
                wrong.append(PassageError(str(path), line, f"the id {name!r} is used twice"))
            elif name in where:
                reason = f"the id {name!r} is also in {where[name]}"
                wrong.append(PassageError(str(path), line, reason))
            elif contains_phi is not None and contains_phi(f"{passage.title}\n{passage.text}"):
                reason = f"{name!r} seems to hold personal health information"
                wrong.append(PassageError(str(path), line, reason))
            fresh[name] = passage
        if wrong:
            problems += map(str, wrong)
            continue
        passages |= fresh
        where |= dict.fromkeys(fresh, path)
    return Read(tuple(passages.values()), tuple(problems), count)


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
                wanted = file.suffix.lower() in (".md", ".markdown", ".jsonl") and not hidden
                if wanted and file.stem.lower() != "readme":
                    yield path, file
        else:
            yield path.parent, path


def _read_file(root: Path, path: Path, wrong: list[PassageError]) -> Iterator[tuple[int, Passage]]:
    """Each passage of a file with the line it starts at; mistakes go into `wrong`."""
    try:
        if path.stat().st_size > _LARGEST and path.suffix.lower() != ".jsonl":
            raise PassageError(str(path), 1, f"is larger than {_LARGEST // 1_000_000} MB")
        text = path.read_text(encoding="utf-8-sig")
        match path.suffix.lower():
            case ".jsonl":
                yield from _jsonl(path, text, wrong)
            case ".md" | ".markdown" if text.startswith("---"):
                yield 1, _with_front_matter(path, text, wrong)
            case ".md" | ".markdown":
                yield from ((1, passage) for passage in _by_headings(root, path, text))
            case other:
                raise PassageError(str(path), 1, f"{other or 'such'} files are not read")
    except OSError as error:
        wrong.append(PassageError(str(path), 1, f"cannot be read: {error.strerror}"))
    except UnicodeDecodeError:
        wrong.append(PassageError(str(path), 1, "is no UTF-8 text"))
    except PassageError as error:
        if error not in wrong:
            wrong.append(error)


def _with_front_matter(path: Path, text: str, wrong: list[PassageError]) -> Passage:
    import yaml

    match = _FRONT.match(text)
    if match is None:
        raise PassageError(str(path), 1, "the front matter has no closing `---`")
    try:
        node = yaml.compose(match[1], Loader=yaml.SafeLoader)
        front: Any = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 2026-13-01
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else _line_of_bad_date(match[1])
        problem = getattr(error, "problem", None) or str(error)
        raise PassageError(str(path), line, f"front matter: {problem}") from None
    if not isinstance(front, dict) or not isinstance(node, yaml.MappingNode):
        raise PassageError(str(path), 1, "the front matter is no mapping")
    lines = {str(key.value): key.start_mark.line + 2 for key, _ in node.value}
    body = _unwrapped(match[2] or "")
    return passage_from(front, body, str(path), lambda field: lines.get(field, 1), wrong)


def _line_of_bad_date(front: str) -> int:
    from datetime import date

    for number, line in enumerate(front.splitlines(), 2):
        found = re.search(r":\s*(\d{4})-(\d\d?)-(\d\d?)", line)
        try:
            date(*map(int, found.groups())) if found else None
        except ValueError:
            return number
    return 1


def _by_headings(root: Path, path: Path, text: str) -> Iterator[Passage]:
    """A plain Markdown file: one passage a section, long ones in pieces, ids from the headings."""
    from langchain_text_splitters import MarkdownHeaderTextSplitter, RecursiveCharacterTextSplitter

    if not text.strip():
        raise PassageError(str(path), 1, "the file has no text")
    headers = [("#" * depth, str(depth)) for depth in range(1, 7)]
    pieces = RecursiveCharacterTextSplitter(chunk_size=_LONGEST_PIECE, chunk_overlap=0)
    relative = path.relative_to(root) if path.is_relative_to(root) else path
    used: dict[str, int] = {}
    for section in MarkdownHeaderTextSplitter(headers).split_text(text):
        titles = [str(section.metadata[key]) for key in sorted(section.metadata)]
        title = " / ".join(titles) or path.stem
        for piece in pieces.split_text(section.page_content):
            base = _slug(f"{relative.with_suffix('')} {' '.join(titles)}")
            used[base] = used.get(base, 0) + 1
            name = base if used[base] == 1 else f"{base}-{used[base]}"
            front = _DEFAULTS | {"id": name, "title": title}
            front["source"] = f"{relative.as_posix()}#{_slug(titles[-1] if titles else title)}"
            yield passage_from(front, _unwrapped(piece), str(path), lambda _: 1, [])
    if not used:
        raise PassageError(str(path), 1, "the file has headings but no text")


def _jsonl(path: Path, text: str, wrong: list[PassageError]) -> Iterator[tuple[int, Passage]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            wrong.append(PassageError(str(path), number, "is no JSON"))
            continue
        try:
            yield number, _from_row(row, str(path), number, wrong)
        except PassageError as error:
            if error not in wrong:
                wrong.append(error)


def _from_row(row: Any, path: str, number: int, wrong: list[PassageError]) -> Passage:
    if not isinstance(row, dict):
        raise PassageError(path, number, "is no JSON object")
    name = row.get("id")
    text = row.get("text")
    if not isinstance(name, str | int) or not str(name).strip():
        raise PassageError(path, number, "`id` is missing")
    if not isinstance(text, str) or not text.strip():
        raise PassageError(path, number, "`text` is missing or empty")
    given = {key: row[key] for key in _ROW_FIELDS if row.get(key) not in (None, "")}
    first = text.strip().splitlines()[0]
    front = {"title": first if len(first) <= 60 else first[:57] + "...", **_DEFAULTS, **given}
    return passage_from({**front, "id": str(name)}, text.strip(), path, lambda _: number, wrong)


def _unwrapped(text: str) -> str:
    """Text whose paragraphs are one line each; lists, tables and quotes keep their lines."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return "\n\n".join(
        block if re.search(r"^\s*(?:[-*+>|#]|\d+[.)]\s|```)", block, re.MULTILINE)
        else " ".join(block.split())
        for block in blocks
    )  # fmt: skip


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:110] or "passage"
