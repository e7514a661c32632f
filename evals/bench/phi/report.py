"""`copilot eval phi`: everything measured in one run, and how it is shown."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from time import process_time
from typing import Any

from evals.bench.phi import systems
from evals.bench.phi.figures import Miss, figures, worst
from evals.bench.phi.turns import Turn

PARTS = ("tagger", "names", "dates", "places", "numbers", "electronic", "again", "dialogue")
"""What an ablation leaves out, one at a time."""
_BATCH = 16


def run(
    turns: Sequence[Turn], name: str, *, baselines: bool = True
) -> tuple[dict[str, Any], list[Miss]]:
    """The figures of this product, and of the baselines, on the same turns; this product's misses."""
    found, misses = figures(turns, systems.own())
    result: dict[str, Any] = {"data": name, "turns": len(turns), "systems": {"copilot": found}}
    if baselines:
        others = {"presidio": systems.presidio, "philter": systems.philter}
        for other, make in others.items():
            finder = make()
            if finder is not None:
                result["systems"][other], _ = figures(turns, finder)
        work = systems.batches(turns, _BATCH)
        began = process_time()
        work()
        result["ms_cpu_per_turn_in_batches_of_16"] = round(
            (process_time() - began) / len(turns) * 1000, 2
        )
    result["worst"] = [
        {"kind": m.kind, "style": m.style, "words": m.words, "text": m.text, "before": m.before}
        for m in worst(misses)
    ]
    return result, misses


def ablation(turns: Sequence[Turn]) -> dict[str, Any]:
    """Share masked in full and precision by style, whole and with each part left out."""
    rows: dict[str, Any] = {}
    for part in ("", *PARTS):
        found, _ = figures(turns, systems.own(frozenset({part} - {""})))
        rows[f"without {part}" if part else "all parts"] = {
            style: [row["masked_in_full"], row["precision"]]
            for style, row in found["styles"].items()
        } | {"ms": found["ms_cpu_per_turn"]}
    return rows


def ablation_table(rows: dict[str, Any]) -> str:
    """The ablation for a terminal of 80 columns."""
    styles = [key for key in next(iter(rows.values())) if key != "ms"]
    lines = [f"{'in full, precision':<20}" + "".join(f"{s:>16}" for s in styles) + f"{'ms':>7}"]
    for name, row in rows.items():
        cells = "".join(f"{_plain(row[s][0]) + '  ' + _plain(row[s][1]):>16}" for s in styles)
        lines.append(f"{name:<20}{cells}{row['ms']:>7.1f}")
    return "\n".join(lines)


def table(result: dict[str, Any]) -> str:
    """The figures for a terminal of 80 columns."""
    lines = [f"{result['data']}: {result['turns']} turns", ""]
    lines.append(
        f"{'system':<9} {'style':<11} {'n':>5} {'in full':>8} {'95 %':>15} {'precision':>10} {'false alarms':>13}"
    )
    for name, found in result["systems"].items():
        for style, row in found["styles"].items():
            low, high = row["interval"] or (float("nan"), float("nan"))
            alarms = row["false_alarm_percent"]
            lines.append(
                f"{name:<9} {style:<11} {row['identifiers']:>5} {_plain(row['masked_in_full']):>8} "
                f"{f'{low:.3f} - {high:.3f}':>15} {_plain(row['precision']):>10} "
                + f"{'-' if alarms is None else f'{alarms:.2f} % words':>13}"
            )
        lines.append(f"{name:<9} {found['ms_cpu_per_turn']:.1f} ms CPU a turn")
    if "ms_cpu_per_turn_in_batches_of_16" in result:
        lines.append(
            f"copilot   {result['ms_cpu_per_turn_in_batches_of_16']:.1f} ms CPU a turn in batches of 16"
        )
    own = result["systems"]["copilot"]["styles"]
    lines += ["", f"{'copilot by type':<16}" + "".join(f"{style:>14}" for style in own)]
    for kind in sorted({kind for row in own.values() for kind in row["types"]}):
        cells = (row["types"].get(kind) for row in own.values())
        lines.append(f"{kind:<16}" + "".join(f"{_plain(c[1]) if c else '-':>14}" for c in cells))
    if result["worst"]:
        lines += ["", "worst misses"]
    for miss in result["worst"]:
        at = miss["text"].find(miss["words"])
        context = miss["text"][max(0, at - 25) : at + len(miss["words"]) + 15]
        lines.append(f"  {miss['style']:<8} {miss['kind']:<10} {context[:56]}")
    return "\n".join(lines)


def page(misses: Sequence[Miss], path: Path) -> None:
    """Writes the misses and false finds as a page to read, the words in question marked."""
    rows = "".join(
        f"<tr class={'false' if m.false else 'miss'}><td>{'false find' if m.false else 'missed'}"
        f"<td>{escape(m.kind)}<td>{escape(m.style)}<td><small>{escape(m.before[-160:])}</small><br>"
        f"{escape(m.text[: m.start])}<mark>{escape(m.words)}</mark>{escape(m.text[m.end :])}"
        for m in misses
    )
    path.write_text(_PAGE.replace("@ROWS@", rows).replace("@COUNT@", str(len(misses))))


_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>De-identification: what went wrong</title>
<style>
:root{color-scheme:light dark;--line:#8884;--mark:#ffd54a}
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}
th{text-align:left}td,th{border-top:1px solid var(--line);padding:.5rem .75rem;vertical-align:top}
mark{background:var(--mark);color:#111;padding:0 .15em;border-radius:.2em}
tr.false mark{background:#9ad}
small{opacity:.75}
</style>
<h1>What went wrong</h1><p>@COUNT@ in all: identifiers not masked in full (yellow) and false finds (blue),
each under the turn before it.</p>
<table><thead><tr><th scope="col">What<th scope="col">Kind<th scope="col">Style<th scope="col">Words</thead>
<tbody>@ROWS@</tbody></table></html>
"""


def _plain(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"
