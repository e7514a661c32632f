"""Golden calls: dialogues labelled with the flags that are due in them (see the README here)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from evals.bench.calls.generate import Call, call
from evals.bench.calls.templates import Template, TemplateError, parse
from guardrails.flag import Category
from guardrails.watch import CallFacts

ROOT = Path(__file__).parent / "golden"
_DUE = re.compile(r"=> (\w+)(\??) \| (\S.*)")
_ID = re.compile(r"## (\S+)")
_TURN = re.compile(r"[ACO]: ")
_FACTS = frozenset({"age", "conditions", "program", "recording", "direction", "licence"})


@dataclass(frozen=True)
class Due:
    """A flag of `category` is due by the end of turn `turn`; `optional` ones count neither way."""

    turn: int
    category: str
    optional: bool
    why: str


@dataclass(frozen=True)
class Golden:
    """A labelled call."""

    call: Call
    facts: CallFacts
    due: tuple[Due, ...]


def golden(split: str, seed: int, root: Path = ROOT) -> Iterator[Golden]:
    """The calls of `dev` or `test`, with values drawn by the seed.

    Raises:
        TemplateError: the first thing wrong in a file.
    """
    for path in sorted((root / split).glob("*.txt")):
        yield from read(path.read_text(encoding="utf-8"), path.name, split, seed)


def read(text: str, file: str, split: str, seed: int) -> Iterator[Golden]:
    """The calls of one file.

    Raises:
        TemplateError: the first thing wrong.
    """
    due: dict[str, list[Due]] = {}
    facts: dict[str, CallFacts] = {}
    name, turn = "", -1
    kept: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if found := _ID.match(line):
            name, turn = found[1], -1
        turn += bool(_TURN.match(line))
        if line.startswith("=>"):
            due.setdefault(name, []).append(_due(line, turn, file, number))
        elif line.startswith("facts:"):
            facts[name] = _facts(line.removeprefix("facts:"), file, number)
        kept.append("" if line.startswith(("=>", "facts:")) else line)
    for template in parse("\n".join(kept), file):
        yield _golden(template, split, seed, facts, due)


def _golden(
    template: Template,
    split: str,
    seed: int,
    facts: dict[str, CallFacts],
    due: dict[str, list[Due]],
) -> Golden:
    made = call(template, split, seed, 0)
    return Golden(made, facts.get(template.id, CallFacts()), tuple(due.get(template.id, ())))


def _due(line: str, turn: int, file: str, number: int) -> Due:
    found = _DUE.fullmatch(line.rstrip())
    if found is None or found[1] not in get_args(Category) or turn < 0:
        raise TemplateError(file, number, "no `=> CATEGORY | why` under a turn")
    return Due(turn, found[1], bool(found[2]), found[3])


def _facts(text: str, file: str, number: int) -> CallFacts:
    given = dict(pair.strip().split("=", 1) for pair in text.split(",") if "=" in pair)
    if not given or set(given) - _FACTS:
        raise TemplateError(file, number, f"facts are any of {', '.join(sorted(_FACTS))}")
    known: dict[str, Any] = {
        key: value for key, value in given.items() if key in ("program", "direction", "licence")
    }
    if "age" in given:
        known["age"] = int(given["age"])
    if "conditions" in given:
        known["conditions"] = tuple(given["conditions"].split("+"))
    return CallFacts(recording=given.get("recording") == "yes", **known)
