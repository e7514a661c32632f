"""Loads protocols: read, looked at as a whole, and walked along their own example calls."""

from collections.abc import Collection, Sequence
from pathlib import Path

from guardrails.protocols.checks import check
from guardrails.protocols.protocol import Protocol
from guardrails.protocols.reader import read_protocol
from guardrails.protocols.walks import prove, read_walks
from guardrails.rules.errors import PackError
from guardrails.rules.yamls import digest, line_of, read_yaml


def load_protocol(
    path: Path, known: Collection[str] | None, *, proven: Collection[str] = ()
) -> Protocol:
    """The protocol of a file; `known` are the passages in force, None takes any.

    One whose hash is `proven` needs no proof: it was checked and walked before.

    Raises:
        PackError: `file:line: reason`: it is not well formed, a step can never be reached,
            branches overlap, or one of its own walks fails.
    """
    content = read_yaml(path)
    if digest(content) in proven:
        return read_protocol(path, content, known, checked=True)
    protocol = read_protocol(path, content, known)
    check(protocol)
    prove(protocol, read_walks(path, content, protocol))
    return protocol


def load_protocols(
    paths: Sequence[Path], known: Collection[str] | None, *, proven: Collection[str] = ()
) -> list[Protocol]:
    """The protocols of several files.

    Raises:
        PackError: as `load_protocol`, or an id is used twice.
    """
    found: dict[str, Protocol] = {}
    for path in paths:
        protocol = load_protocol(path, known, proven=proven)
        if protocol.protocol_id in found:
            line = line_of(read_yaml(path), "id")
            raise PackError(str(path), line, f"the id {protocol.protocol_id!r} is used twice")
        found[protocol.protocol_id] = protocol
    return list(found.values())
