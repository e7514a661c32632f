"""Checks pack files one by one: what `copilot rules check` and `sign` go by."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from copilot.settings import Settings
from guardrails.packs import PROTOCOLS
from guardrails.protocols.loading import load_protocol
from guardrails.rules.book import Read, Rulebook
from guardrails.rules.errors import PackError
from guardrails.rules.pack import Pack, read_pack
from guardrails.rules.yamls import read_yaml


@dataclass(frozen=True)
class Checked:
    """A pack file that was checked. `pack` is None where not even its head can be read."""

    path: Path
    pack: Pack | None
    summary: str
    faults: tuple[PackError, ...]

    def row(self) -> dict[str, Any]:
        """It as one JSON object."""
        pack = self.pack
        return {
            "path": str(self.path),
            "ok": not self.faults,
            "pack": pack and pack.pack_id,
            "kind": pack and pack.kind,
            "version": pack and pack.version,
            "sha256": pack and pack.sha256,
            "summary": self.summary,
            "faults": [{"line": fault.line, "reason": fault.reason} for fault in self.faults],
        }


def checked(
    files: Sequence[Path], passages: Collection[str] | None, read: Read
) -> Iterator[Checked]:
    """Reads each file, runs its examples, and looks for ids that two of them use.

    `passages` are those in force; None takes any.
    """
    facts = set(_facts(files))
    seen: dict[str, Path] = {}
    for path in files:
        pack: Pack | None = None
        try:
            pack = read_pack(path)
            if pack.kind == "protocol":
                protocol = load_protocol(path, passages)
                named, faults = {protocol.protocol_id: 1}, list[PackError]()
                summary = f"a protocol of {len(protocol.steps)} steps, its walks hold"
            else:
                book = Rulebook.read([path], read, passages, facts=facts)
                named = {rule.rule_id: rule.line for rule in book.rules.values()}
                faults = book.faults(read)
                summary = f"{len(book.rules)} rules, their examples hold"
        except PackError as error:
            yield Checked(path, pack, "", (error,))
            continue
        for name, line in named.items():
            if name in seen:
                reason = f"the id {name!r} is also in {seen[name]}"
                faults.append(PackError(str(path), line, reason))
            seen.setdefault(name, path)
        yield Checked(path, pack, "" if faults else summary, tuple(faults))


def known_passages(settings: Settings) -> frozenset[str]:
    """The passages in force in the data folder's knowledge base, or the starter's without one.

    Raises:
        KnowledgeError: the knowledge base cannot be opened.
    """
    from copilot.service import STARTER
    from knowledge_base.importers import read
    from knowledge_base.store import Store

    if settings.database_url or (settings.data / "knowledge.db").exists():
        store = Store(settings.knowledge_url)
        found = store.standing(datetime.now(UTC)).passages
        store.close()
        if found:
            return frozenset(passage.passage_id for passage in found)
    return frozenset(passage.passage_id for passage in read([STARTER]).passages)


def _facts(files: Sequence[Path]) -> Iterator[str]:
    """What protocols establish: those of the product, and those among some files."""
    for path in (*PROTOCOLS.glob("*.yaml"), *files):
        try:
            yield str(read_yaml(path).get("sets"))
        except PackError:
            continue
