"""YAML with line numbers: a mapping whose every key remembers where it stands."""

from pathlib import Path
from typing import Any

import yaml

from guardrails.rules.errors import PackError

LINE = "__line__"


class _Lined(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        found = super().construct_mapping(node, deep=True)
        found[LINE] = {str(key.value): key.start_mark.line + 1 for key, _ in node.value} | {
            "": node.start_mark.line + 1
        }
        return found


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping of a file; `LINE` holds the line of each key, `""` that of the mapping.

    Raises:
        PackError: the file cannot be read or is no YAML mapping.
    """
    try:
        with path.open(encoding="utf-8") as file:
            found = yaml.load(file, _Lined)  # noqa: S506  (a SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(str(path), 1, f"cannot be read ({type(error).__name__})") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "is no YAML"
        raise PackError(str(path), mark.line + 1 if mark else 1, problem) from None
    if not isinstance(found, dict):
        raise PackError(str(path), 1, "holds no mapping")
    return found


def line_of(mapping: dict[str, Any], key: str = "") -> int:
    """Where a key of a mapping stands."""
    lines = mapping.get(LINE, {})
    return int(lines.get(key, lines.get("", 1)))
