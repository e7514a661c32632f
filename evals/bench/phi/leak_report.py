"""What a leak test found, as figures and for a terminal."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from evals.bench.calls.generate import STYLES
from evals.bench.phi.leak_run import Run
from evals.bench.phi.leak_script import Played
from evals.bench.phi.leak_search import NOTE, UTTERANCE, Hit, Search

_SHOWN = 20


def report(played: Sequence[Played], runs: Sequence[Run], search: Search) -> dict[str, Any]:
    """The figures. A value counts once a call, however often it is said."""
    hits = sorted(search.found.values(), key=lambda hit: hit.cause)
    places: dict[str, dict[str, int]] = {
        place: {"texts": number, "missed": 0, "leaked": 0}
        for place, number in search.searched.items()
    }
    for hit in hits:
        places[hit.place][hit.cause] += 1
    missed = {hit.key: hit for hit in hits if hit.place in (NOTE, UTTERANCE)}
    return {
        "calls": len(played),
        "acknowledged": sum(run.heard.acked for run in runs),
        "not_taken": dict(Counter(code for run in runs for code in run.heard.untaken)),
        "prompts": sum(len(run.prompts) for run in runs),
        "revealed": sum(run.heard.revealed for run in runs),
        "searched_for": sum(len(one.keys) for one in search.wanted),
        "not_searched": dict(
            Counter(why for one in search.wanted for why in one.not_searched.values())
        ),
        "missed": len(missed),
        "leaked": sum(hit.cause == "leaked" for hit in hits),
        "places": places,
        "missed_by_kind": _by_kind(list(missed.values()), played, search),
        "hits": [_hit(hit, played) for hit in hits],
    }


def _by_kind(
    missed: Sequence[Hit], played: Sequence[Played], search: Search
) -> dict[str, dict[str, int]]:
    """Of each kind: values looked for, and those missed by the style of the call, or in notes."""
    every = Counter(kind for one in search.wanted for kind in one.keys.values())
    styles = Counter((hit.value.kind, _style(hit, played)) for hit in missed)
    return {
        kind: {"searched_for": number}
        | {style: styles[kind, style] for style in (*STYLES, NOTE) if styles[kind, style]}
        for kind, number in sorted(every.items())
    }


def _style(hit: Hit, played: Sequence[Played]) -> str:
    return NOTE if hit.place == NOTE else played[hit.call].style


def _hit(hit: Hit, played: Sequence[Played]) -> dict[str, str | None]:
    return {
        "place": hit.place,
        "cause": hit.cause,
        "kind": hit.value.kind,
        "style": _style(hit, played),
        "call": played[hit.call].call.id,
        "seen_in": None if hit.seen_in is None else played[hit.seen_in].call.id,
        "value": hit.value.text,
    }


def leak_table(result: dict[str, Any]) -> str:
    """The result for a terminal of 80 columns."""
    lines = [
        f"{result['calls']} calls ({result['split']}), {result['prompts']} prompts: "
        f"{result['searched_for']} values looked for, {result['missed']} missed, "
        f"{result['leaked']} leaked",
        "",
        f"{'place':<12} {'texts':>9} {'missed':>8} {'leaked':>8}   self-check",
    ]
    for place, row in result["places"].items():
        check = result["self_check"].get(place)
        lines.append(
            f"{place:<12} {row['texts']:>9} {row['missed']:>8} {row['leaked']:>8}   "
            + (f"{check[1]} of {check[0]} planted found" if check else "")
        )
    lines += ["", f"{'missed':<12} {'of':>9}" + "".join(f"{s:>9}" for s in (*STYLES, NOTE))]
    for kind, row in result["missed_by_kind"].items():
        if len(row) > 1:
            cells = "".join(f"{row.get(style, 0) or '-':>9}" for style in (*STYLES, NOTE))
            lines.append(f"{kind:<12} {row['searched_for']:>9}{cells}")
    lines += ["", "not looked for, since they cannot be told from ordinary text"]
    lines += [f"{number:>9} {why}" for why, number in result["not_searched"].items()]
    leaked = [hit for hit in result["hits"] if hit["cause"] == "leaked"]
    lines += [
        f"LEAKED  {hit['place']}  {hit['kind']}  {hit['style']}  {hit['call']}"
        for hit in leaked[:_SHOWN]
    ]
    spent = result["seconds"]
    lines += ["", f"played in {spent['played']} s, searched in {spent['searched']} s"]
    return "\n".join(lines)
