"""Proves the packs that come with the product and writes guardrails/packs.sha256.json.

`python -m scripts.pack_manifest` runs every example and writes it, `--check` says what is stale
(exit 1). To be run whenever a pack, the cues' weights or the embedding model changes.
"""

import json
import sys
from pathlib import Path
from typing import Any

from guardrails.cues.listener import ABOUT
from guardrails.packs import MANIFEST, PROTOCOLS, RULES, shipped
from guardrails.rules.errors import PackError
from guardrails.rules.pack import read_pack
from guardrails.watch import Guard
from knowledge_base.embedding import MiniLm

ROOT = Path(__file__).resolve().parent.parent / "guardrails"


def current() -> dict[str, Any]:
    """The manifest as it has to be for the packs as they are.

    Raises:
        PackError: a pack is wrong.
    """
    packs = {
        path.relative_to(ROOT).as_posix(): {
            "pack": pack.pack_id,
            "version": pack.version,
            "sha256": pack.sha256,
        }
        for path in shipped()
        for pack in [read_pack(path)]
    }
    weights = json.loads(ABOUT.read_text(encoding="utf-8"))["sha256"]
    return {"embedding": MiniLm.name, "weights": weights, "packs": packs}


def main() -> int:
    text = json.dumps(current(), indent=1) + "\n"
    if MANIFEST.exists() and MANIFEST.read_text(encoding="utf-8") == text:
        return 0
    if "--check" in sys.argv:
        print(f"stale {MANIFEST.relative_to(ROOT.parent)}; run `python -m scripts.pack_manifest`")
        return 1
    try:
        Guard.load(
            sorted(RULES.glob("*.yaml")), sorted(PROTOCOLS.glob("*.yaml")), MiniLm().read, None
        )
    except PackError as error:
        print(f"not written: {error}")
        return 1
    MANIFEST.write_text(text, encoding="utf-8")
    print(f"wrote {MANIFEST.relative_to(ROOT.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
