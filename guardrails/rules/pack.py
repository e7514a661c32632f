"""A pack: a file of rules, or a protocol, as it is approved and put in force."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from guardrails.rules.effective import Effective
from guardrails.rules.errors import PackError
from guardrails.rules.fields import Fields
from guardrails.rules.yamls import LINE, digest, line_of, read_yaml

_RULES = frozenset("pack version approver source effective rules".split())
_RULES_NEEDED = ("pack", "version", "approver")
_PROTOCOL_NEEDED = ("id", "version", "approver", "steps")


@dataclass(frozen=True, slots=True)
class Pack:
    """The head of a pack. `approver` is the role that has to sign it off.

    `sha256` is that of its content: comments, the order of fields and the layout do not count.
    """

    pack_id: str
    kind: Literal["rules", "protocol"]
    version: int
    approver: str
    source: str
    effective: Effective
    sha256: str
    path: str


def read_pack(path: Path) -> Pack:
    """The head of a pack file.

    Raises:
        PackError: with file, line and reason.
    """
    return pack_of(path, read_yaml(path))


def pack_of(path: Path, content: dict[str, Any]) -> Pack:
    """The head of what was read from a pack file.

    Raises:
        PackError: with file, line and reason.
    """
    protocol = "steps" in content
    if protocol:
        fields = Fields(path, content, content.keys() - {LINE}, _PROTOCOL_NEEDED)
    else:
        if not isinstance(content.get("rules"), list) or not content["rules"]:
            raise PackError(str(path), line_of(content, "rules"), "`rules` must be a list")
        fields = Fields(path, content, _RULES, _RULES_NEEDED)
    return Pack(
        pack_id=fields.text("id" if protocol else "pack"),
        kind="protocol" if protocol else "rules",
        version=fields.whole("version") or 0,
        approver=fields.text("approver"),
        source=fields.text("source"),
        effective=fields.effective(),
        sha256=digest(content),
        path=str(path),
    )
