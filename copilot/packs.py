"""The packs of a service: which files, whose approval stands behind each, and loading them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import structlog

from copilot.approvals import Approval, Approvals
from copilot.settings import Settings, SettingsError
from guardrails.packs import PROTOCOLS, RULES, Manifest, manifest, proven, shipped
from guardrails.rules.errors import PackError
from guardrails.rules.pack import Pack, read_pack
from guardrails.watch import Guard
from knowledge_base.knowledge import Embedder

SHIPPED = "shipped"
"""In the setting it stands for the packs of the product, `shipped/NAME` for one of them."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """A pack, and whose approval stands behind its content: "shipped", a subject, or nobody's."""

    pack: Pack
    approved_by: str
    approved_at: str

    def in_force(self, day: date, *, signed_only: bool) -> bool:
        """Whether it is in force on a day, where it is loaded at all."""
        return bool(self.approved_by or not signed_only) and self.pack.effective.holds(day)

    def row(self, day: date, *, signed_only: bool) -> dict[str, Any]:
        """What is told of it: in the API, and by `copilot rules list`."""
        pack = self.pack
        return {
            "pack": pack.pack_id,
            "kind": pack.kind,
            "version": pack.version,
            "sha256": pack.sha256,
            "approver": pack.approver,
            "approved_by": self.approved_by,
            "approved_at": self.approved_at,
            "effective_from": pack.effective.start and pack.effective.start.isoformat(),
            "effective_to": pack.effective.end and pack.effective.end.isoformat(),
            "in_force": self.in_force(day, signed_only=signed_only),
        }


def pack_files(settings: Settings) -> list[Path]:
    """The files of the packs that are set, in the order of the settings.

    Raises:
        SettingsError: a path does not exist, or holds no pack.
    """
    found: list[Path] = []
    for path in settings.packs:
        files = _files(path)
        if not files:
            raise SettingsError(f"COPILOT_PACKS: {path} is no pack, nor a folder with a pack in it")
        found += files
    for folder in (*settings.rules_dirs, *settings.protocols_dirs):
        found += sorted(folder.glob("*.yaml"))
    return list(dict.fromkeys(found))


def standing(pack: Pack, known: Manifest, signed: Mapping[str, Approval]) -> Standing:
    """Whose approval stands behind a pack."""
    if pack.sha256 in known.packs.values():
        return Standing(pack, SHIPPED, "")
    approval = signed.get(pack.sha256)
    return Standing(pack, approval.subject, approval.at) if approval else Standing(pack, "", "")


def load(
    settings: Settings, embedder: Embedder, passages: Collection[str], approvals: Approvals
) -> tuple[Guard, tuple[Standing, ...]]:
    """The guard of the packs that are set; what is in force is in the audit log then.

    Raises:
        SettingsError: a path of the settings holds no pack.
        PackError: a pack is wrong, or is not signed off and has to be.
        JournalError: the approvals cannot be read.
    """
    known, signed = manifest(), approvals.all()
    packs = [read_pack(path) for path in pack_files(settings)]
    found = tuple(standing(pack, known, signed) for pack in packs)
    for one in found:
        if one.approved_by:
            continue
        if settings.packs_must_be_signed:
            raise PackError(one.pack.path, 1, unsigned(one.pack))
        _log.warning("pack not signed off", code=one.pack.pack_id)
    guard = Guard.load(
        [Path(pack.path) for pack in packs if pack.kind == "rules"],
        [Path(pack.path) for pack in packs if pack.kind == "protocol"],
        embedder.read,
        passages,
        proven=proven(known, embedder.name),
    )
    read = {pack.path: pack.sha256 for pack in packs}
    for pack in guard.packs:
        if read[pack.path] != pack.sha256:
            raise PackError(pack.path, 1, "was changed while it was loaded; start again")
    approvals.note_in_force([_noted(one) for one in found])
    return guard, found


def unsigned(pack: Pack) -> str:
    """Why a pack without an approval is refused, and what to do."""
    if Path(pack.path) in shipped():
        return (
            f"{pack.pack_id} is not as it came with the product; "
            "after a change of its own run `python -m scripts.pack_manifest`"
        )
    return (
        f"{pack.pack_id} v{pack.version} ({pack.sha256[:12]}) is not signed off; "
        f"`copilot rules sign {pack.path} --as SUBJECT` records the approval of {pack.approver}"
    )


def _files(path: Path) -> list[Path]:
    if path == Path(SHIPPED):
        return shipped()
    if path.parent == Path(SHIPPED):
        return [f for folder in (RULES, PROTOCOLS) for f in folder.glob(f"{path.stem}.yaml")]
    if path.is_dir():
        return sorted(path.glob("*.yaml"))
    return [path] if path.is_file() else []


def _noted(one: Standing) -> dict[str, Any]:
    return {
        "pack": one.pack.pack_id,
        "kind": one.pack.kind,
        "version": one.pack.version,
        "sha256": one.pack.sha256,
        "approved_by": one.approved_by,
    }
