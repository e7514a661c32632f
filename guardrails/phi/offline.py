"""Masks recorded turns, each judged with what was said before it and nothing after."""

from collections.abc import Iterable, Iterator
from typing import Any

from guardrails.phi.engine import Deidentifier
from guardrails.phi.vault import Vault


def mask_rows(
    rows: Iterable[dict[str, Any]], deidentifier: Deidentifier
) -> Iterator[dict[str, Any]]:
    """`{"conversation_id", "speaker", "text"}` rows to `{"text", "spans"}` rows, one for each.

    Spans index the row's own text. Conversations may be interleaved.

    Raises:
        ValueError: names the row and the field, never what it holds.
    """
    vaults: dict[str, Vault] = {}
    for number, row in enumerate(rows, 1):
        text = row.get("text")
        if not isinstance(text, str):
            raise ValueError(f"row {number}: `text` is missing or no string")
        key = str(row.get("conversation_id", ""))
        vault = vaults.setdefault(key, Vault(f"row-{number}"))
        results = deidentifier.find_spans(text, vault, _speaker(row.get("speaker")))
        masked, at = "", 0
        for result in results:
            words = text[result.start : result.end]
            masked += text[at : result.start] + vault.placeholder(result.entity_type, words)
            at = result.end
        spans = [
            {"start": r.start, "end": r.end, "type": r.entity_type, "score": round(r.score, 2)}
            for r in results
        ]
        yield {"text": masked + text[at:], "spans": spans}


_SPEAKERS = {"a": "agent", "c": "patient", "caller": "patient", "doctor": "agent"}


def _speaker(given: object) -> str:
    name = str(given or "other").lower()
    return _SPEAKERS.get(name, name)
