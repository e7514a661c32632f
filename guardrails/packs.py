"""The packs that come with the product: where they are, and which are known to be whole and proven."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guardrails.rules.errors import PackError

RULES = Path(__file__).parent / "rules" / "packs"
PROTOCOLS = Path(__file__).parent / "protocols" / "packs"
MANIFEST = Path(__file__).parent / "packs.sha256.json"
"""Written by `python -m scripts.pack_manifest`, once every pack has proven itself."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the packs were when they were proven.

    `packs` are hashes of their content by file, `weights` the hash of the cues' weights and
    `embedding` the name of the embedding model with which the examples were run.
    """

    packs: Mapping[str, str]
    weights: str
    embedding: str


def shipped() -> list[Path]:
    """The files of the packs that come with the product."""
    return [path for folder in (RULES, PROTOCOLS) for path in sorted(folder.glob("*.yaml"))]


def manifest() -> Manifest:
    """The manifest of this package.

    Raises:
        PackError: it is missing or broken.
    """
    try:
        held: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8"))
        packs = {str(file): str(row["sha256"]) for file, row in held["packs"].items()}
        return Manifest(packs, str(held["weights"]), str(held["embedding"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise PackError(
            str(MANIFEST), 1, "is missing or broken; install the package anew"
        ) from None


def proven(known: Manifest, embedding: str) -> frozenset[str]:
    """The hashes of packs whose examples hold with the cues of this package and an embedding model.

    None, where either is another than that with which they were run.
    """
    from guardrails.cues.listener import ABOUT  # numpy comes with it

    weights = json.loads(ABOUT.read_text(encoding="utf-8")).get("sha256")
    if (known.weights, known.embedding) != (weights, embedding):
        return frozenset()
    return frozenset(known.packs.values())
