"""`copilot eval flags`: the golden calls, or any folder of recorded calls, through the packs."""

from collections.abc import Sequence
from time import process_time
from typing import Any

from evals.bench.calls.generate import STYLES
from evals.bench.flags import play
from evals.bench.flags.figures import Judged, below_floor, figures, judge
from evals.bench.flags.golden import Golden, golden
from guardrails.rules.book import Read
from guardrails.watch import Guard
from knowledge_base.embedding import MiniLm


def run(
    split: str, seed: int, styles: Sequence[str] = STYLES
) -> tuple[dict[str, Any], list[Judged]]:
    """The figures of the packs on the golden calls of a split, and each call's judgement."""
    read = MiniLm().read
    watched = play.guard(read)
    calls = list(golden(split, seed))
    judged = [
        judge(known, style, play.play(watched, read, known, style))
        for known in calls
        for style in styles
    ]
    found = figures(judged)
    return {
        "split": split,
        "styles": found,
        "below_floor": sorted({rule for row in found.values() for rule in below_floor(row)}),
        "ms_cpu_per_utterance": _speed(watched, read, calls),
    }, judged


def _speed(watched: Guard, read: Read, calls: Sequence[Golden]) -> float:
    """CPU of all packs for one utterance, its embedding not counted."""
    said = [u for known in calls for u in play.utterances(known.call, "written")]
    meanings = read([u.text or "." for u in said])
    began = process_time()
    for utterance, meaning in zip(said, meanings, strict=True):
        watched.notice(utterance, meaning)
    return round((process_time() - began) / len(said) * 1000, 3)


def table(result: dict[str, Any]) -> str:
    """The figures for a terminal of 80 columns."""
    lines = [f"golden calls, {result['split']}", ""]
    lines.append(f"{'style':<9} {'recall':>22} {'critical recall':>22} {'precision':>22}")
    for style, row in result["styles"].items():
        cells = " ".join(
            f"{_cell(row[key]):>22}" for key in ("recall", "critical_recall", "precision")
        )
        lines.append(f"{style:<9} {cells}")
    first = next(iter(result["styles"].values()))
    lines += ["", f"{'category':<16} {'recall':>22} {'precision':>22}   (typed)"]
    for name, row in first["categories"].items():
        lines.append(f"{name:<16} {_cell(row['recall']):>22} {_cell(row['precision']):>22}")
    lines += ["", f"{'rule':<32} {'flags a call':>12} {'precision':>22}   (typed)"]
    for name, row in first["rules"].items():
        lines.append(
            f"{name:<32} {row['interruptions_per_call']:>12} {_cell(row['precision']):>22}"
        )
    lines += ["", f"{result['ms_cpu_per_utterance']:.2f} ms CPU an utterance for all packs"]
    if result["below_floor"]:
        lines.append("below the floor: " + ", ".join(result["below_floor"]))
    return "\n".join(lines)


def _cell(row: dict[str, Any]) -> str:
    if row["share"] is None:
        return "-"
    low, high = row["interval"]
    return f"{row['share']:.2f} ({low:.2f}-{high:.2f}) {row['count']:>3}"


def errors(judged: Sequence[Judged]) -> str:
    """Every miss and every false flag, a line each."""
    lines: list[str] = []
    for one in judged:
        lines += [
            f"{one.style:<8} missed {d.category:<15} {one.call}:{d.turn}  {d.why}"
            for d in one.missed
        ]
        lines += [
            f"{one.style:<8} false  {f.rule_id:<24} {one.call}:{f.turn}  {f.quote[:60]!r}"
            for f in one.false
        ]
    return "\n".join(lines)
