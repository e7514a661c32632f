"""Weights that were trained for this product, checked by sha256 before they are used."""

import hashlib
import json
from pathlib import Path
from typing import Any


class WeightsError(RuntimeError):
    """Trained weights are missing or are not the ones that were trained."""


def weights(file: Path, about: Path) -> tuple[bytes, dict[str, Any]]:
    """The weights, and what is written of how they came to be.

    Raises:
        WeightsError: a file is missing or was changed.
    """
    try:
        raw = file.read_bytes()
        told: dict[str, Any] = json.loads(about.read_text())
        wanted = told["sha256"]
    except (OSError, ValueError, KeyError):
        raise WeightsError(f"the weights {file.parent.name}/{file.name} are missing") from None
    if hashlib.sha256(raw).hexdigest() != wanted:
        raise WeightsError(
            f"the weights {file.parent.name}/{file.name} are not the ones that were trained"
        )
    return raw, told
