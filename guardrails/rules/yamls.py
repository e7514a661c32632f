"""YAML as packs use it: text, numbers, dates, lists and mappings that know their lines.

Aliases and a key that stands twice are refused: what is signed off has to read as it works.
"""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any, cast

import yaml
from yaml.constructor import ConstructorError

from guardrails.rules.errors import PackError

LINE = "__line__"
LARGEST = 10**15
DEEPEST = 20
"""Mappings and lists inside each other; a pack needs five."""
_KINDS = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in "str int float bool null timestamp seq map".split()
)


class _Lined(yaml.CSafeLoader):
    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        kind = str(node.tag).rpartition(":")[2]
        if node.tag not in _KINDS:
            raise ConstructorError(None, None, f"{kind!r} is no part of a pack", node.start_mark)
        try:
            found = super().construct_object(node, deep=deep)
            if isinstance(found, int) and abs(found) > LARGEST:
                raise OverflowError("it is too large")
            return found
        except (ValueError, OverflowError, TypeError) as error:
            what = "date" if kind == "timestamp" else "number"
            text = f"{str(node.value)[:40]!r} is no {what} ({error})"
            raise ConstructorError(None, None, text, node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        lines: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in lines or name == LINE:
                why = f"`{name}` stands twice, in line {lines.get(name, line)} too"
                raise ConstructorError(None, None, why, key.start_mark)
            lines[name] = line
            if isinstance(value, yaml.SequenceNode):
                lines |= {f"{name}.{n}": v.start_mark.line + 1 for n, v in enumerate(value.value)}
        found = super().construct_mapping(node, deep=True)
        found[LINE] = lines | {"": node.start_mark.line + 1}
        return found


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping of a file; `LINE` holds the line of each key, `""` that of the mapping.

    `KEY.N` is the line of the entry N of a list, from 0.

    Raises:
        PackError: the file cannot be read or is no YAML mapping of the kinds a pack may hold.
    """
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
        _look_through(text)
        found = yaml.load(text, _Lined)  # noqa: S506  (a SafeLoader)
    except OSError as error:
        raise PackError(str(path), 1, f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise PackError(str(path), line, "is no UTF-8 text") from None
    except yaml.reader.ReaderError as error:
        line = raw.count(b"\n", 0, error.position) + 1  # pyright: ignore[reportPossiblyUnboundVariable]
        raise PackError(str(path), line, "holds a character that YAML does not take") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PackError(str(path), line, error.problem or "is no YAML") from None
    if not isinstance(found, dict):
        raise PackError(str(path), 1, "holds no mapping")
    return found


def _look_through(text: str) -> None:
    """Refuses what must not even be put together: aliases, and nesting that no pack has."""
    depth = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise _refused("has an alias; write it out", event)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _refused("is nested too deeply", event)


def _refused(problem: str, what: yaml.Event) -> ConstructorError:
    return ConstructorError(None, None, problem, cast(yaml.Mark, what.start_mark))


def line_of(mapping: dict[str, Any], key: str = "") -> int:
    """Where a key of a mapping stands."""
    lines = mapping.get(LINE, {})
    return int(lines.get(key, lines.get("", 1)))


def digest(mapping: dict[str, Any]) -> str:
    """The sha256 of what a file says, in hexadecimal.

    Over JSON with sorted keys: comments, the order of fields and the layout do not count.
    """
    text = json.dumps(_plain(mapping), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(held) for key, held in value.items() if key != LINE}
    if isinstance(value, list):
        return [_plain(held) for held in value]
    return value.isoformat() if isinstance(value, date) else value
