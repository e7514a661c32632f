"""Templates of calls: text files of turns with optional wordings and slots for identifiers.

The format is told in the README beside this module.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from evals.bench.calls.slots import SLOTS

ROOT = Path(__file__).parent / "templates"
SPEAKERS = {"A": "agent", "C": "patient", "O": "other"}
_HEAD = re.compile(r"(reason|language):\s*(\S+)\s*")
_TURN = re.compile(r"([ACO]):\s*(\S.*)")
_MARK = re.compile(r"[\[\]{}|]|[^\[\]{}|]+")


class TemplateError(ValueError):
    """A template that cannot be read: the file, the line and what is wrong there."""

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(f"{file}:{line}: {problem}")
        self.file = file
        self.line = line
        self.problem = problem


@dataclass(frozen=True)
class Slot:
    """A place for a value, `name`, or for a part of it."""

    name: str
    part: str = ""


@dataclass(frozen=True)
class Choice:
    """Wordings of which a call holds one."""

    options: tuple[tuple["Piece", ...], ...]


Piece = str | Slot | Choice


@dataclass(frozen=True)
class Line:
    """A turn of a template: who speaks (agent, patient or other) and what."""

    speaker: str
    pieces: tuple[Piece, ...]
    source: str


@dataclass(frozen=True)
class Template:
    """A call before its values are drawn."""

    id: str
    reason: str
    language: str
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """All turns as they stand in the file."""
        return "\n".join(line.source for line in self.lines)

    def slots(self) -> frozenset[Slot]:
        """Every slot of the template, those in optional wordings included."""
        return frozenset(slot for line in self.lines for slot in _slots(line.pieces))


def load(split: str, language: str | None = None, root: Path = ROOT) -> list[Template]:
    """The templates of `dev` or `test`, in the order of file names.

    Raises:
        TemplateError: the first thing wrong in a file, or an ID used twice.
    """
    templates: list[Template] = []
    seen: set[str] = set()
    for path in sorted((root / split).glob("*.txt")):
        templates += parse(path.read_text(encoding="utf-8"), f"{split}/{path.name}", seen)
    return [t for t in templates if language in (None, t.language)]


def parse(text: str, file: str, seen: set[str] | None = None) -> list[Template]:
    """The templates of one file; `seen` holds IDs of other files and takes those of this one.

    Raises:
        TemplateError: the first thing wrong.
    """
    seen = set() if seen is None else seen
    head: dict[str, str] = {}
    found: list[tuple[int, str, list[Line]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line:
            continue
        if header := _HEAD.fullmatch(line) if not found else None:
            head[header[1]] = header[2]
        elif line.startswith("##"):
            name = line.removeprefix("##").strip()
            if not name or name in seen:
                raise TemplateError(file, number, f"template ID {name!r} is empty or used twice")
            seen.add(name)
            found.append((number, name, []))
        elif not found:
            raise TemplateError(file, number, "text before the first template")
        elif turn := _TURN.fullmatch(line):
            pieces = _pieces(turn[2], file, number)
            found[-1][2].append(Line(SPEAKERS[turn[1]], pieces, turn[2]))
        else:
            raise TemplateError(file, number, "a line without speaker (A:, C: or O:) or text")
    if head.keys() != {"reason", "language"} or head["language"] not in ("en", "es"):
        raise TemplateError(file, 1, "the file begins with `reason: NAME` and `language: en|es`")
    if not found:
        raise TemplateError(file, 1, "no template in the file")
    for number, name, lines in found:
        if not lines:
            raise TemplateError(file, number, f"template {name!r} is empty")
    return [Template(name, head["reason"], head["language"], tuple(ls)) for _, name, ls in found]


def _pieces(text: str, file: str, line: int) -> tuple[Piece, ...]:
    marks = _MARK.findall(text)
    pieces, rest = _sequence(marks, 0, False, file, line)
    if rest != len(marks):
        raise TemplateError(file, line, f"{marks[rest]!r} without an opening one")
    return pieces


def _sequence(
    marks: list[str], at: int, inside: bool, file: str, line: int
) -> tuple[tuple[Piece, ...], int]:
    """Pieces from mark `at` to the end of the turn, or of one wording if `inside` a choice."""
    pieces: list[Piece] = []
    while at < len(marks):
        mark = marks[at]
        if mark == "{":
            if at + 2 >= len(marks) or marks[at + 2] != "}":
                raise TemplateError(file, line, "'{' without a name and '}'")
            pieces.append(_slot(marks[at + 1], file, line))
            at += 3
        elif mark == "[":
            choice, at = _choice(marks, at + 1, file, line)
            pieces.append(choice)
        elif mark in "]|" and inside:
            break
        elif mark in "]|}":
            return tuple(pieces), at
        else:
            pieces.append(mark)
            at += 1
    return tuple(pieces), at


def _choice(marks: list[str], at: int, file: str, line: int) -> tuple[Choice, int]:
    options: list[tuple[Piece, ...]] = []
    while True:
        pieces, at = _sequence(marks, at, True, file, line)
        options.append(pieces)
        if at >= len(marks) or marks[at] not in "]|":
            raise TemplateError(file, line, "'[' without ']'")
        at += 1
        if marks[at - 1] == "]":
            return Choice(tuple(options)), at


def _slot(text: str, file: str, line: int) -> Slot:
    name, _, part = text.partition(".")
    if name not in SLOTS or part not in SLOTS[name].parts:
        raise TemplateError(file, line, f"unknown slot {{{text}}}")
    return Slot(name, part)


def _slots(pieces: tuple[Piece, ...]) -> list[Slot]:
    found: list[Slot] = []
    for piece in pieces:
        if isinstance(piece, Slot):
            found.append(piece)
        elif isinstance(piece, Choice):
            for option in piece.options:
                found += _slots(option)
    return found
