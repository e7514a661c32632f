"""Masks recorded turns, each judged with what was said before it and nothing after."""

from collections.abc import Iterable, Iterator
from typing import Any, cast, get_args

from guardrails.phi.engine import Deidentifier
from guardrails.phi.finds import Find
from guardrails.phi.model import ModelError
from guardrails.phi.vault import Vault
from guardrails.utterance import Segment, Speaker


def mask_rows(
    rows: Iterable[dict[str, Any]],
    deidentifier: Deidentifier,
    *,
    language: str = "en",
    explain: bool = False,
) -> Iterator[dict[str, Any]]:
    """`{"conversation_id", "speaker", "text"}` rows to `{"text", "spans"}` rows, one for each.

    Spans index the row's own text; `explain` adds to each the recognizer and its reason. A row
    may carry the `language` of its conversation; `language` is that of the others. Conversations
    may be interleaved. A row that cannot be judged is masked whole.

    Raises:
        ValueError: names the row and the field, never what it holds.
        ModelError: there is no language model.
    """
    vaults: dict[str, Vault] = {}
    for number, row in enumerate(rows, 1):
        text = row.get("text")
        if not isinstance(text, str):
            raise ValueError(f"row {number}: `text` is missing or no string")
        key = str(row.get("conversation_id", ""))
        own = str(row.get("language") or language)
        vault = vaults.setdefault(key, Vault(f"row-{number}", language=own))
        segment = Segment(key, str(number), speaker_of(row.get("speaker")), text, True, 0, 0)
        masked, at = "", 0
        finds = _found(deidentifier, segment, vault)
        for find in finds:
            masked += text[at : find.start]
            words = find.value or text[find.start : find.end]
            masked += vault.placeholder(find.type, words, find.continues)
            at = find.end
        yield {
            "text": masked + text[at:],
            "spans": [
                {"start": f.start, "end": f.end, "type": f.type, "score": round(f.score, 2)}
                | ({"why": f.why} if explain else {})
                for f in finds
            ],
        }


def _found(deidentifier: Deidentifier, segment: Segment, vault: Vault) -> list[Find]:
    try:
        return deidentifier.find(segment, vault)
    except ModelError:
        raise
    except Exception:  # fail closed
        return [Find(0, len(segment.text), "WITHHELD", 1.0, "could not be judged")]


_SPEAKERS = {"a": "agent", "c": "patient", "caller": "patient", "doctor": "agent"}


def speaker_of(given: object) -> Speaker:
    """The speaker that a row names, by the contract's names or by short ones."""
    name = str(given or "other").lower()
    name = _SPEAKERS.get(name, name)
    return cast(Speaker, name) if name in get_args(Speaker) else "other"
