"""`copilot eval phi --leak`: does any value of a call get out by another way than the de-identifier?

Generated calls are played through real servers that log everything and ask a language model; then
all they wrote, logged, sent and answered is searched for every value, however written or said.
"""

import os
import random
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any

from evals.bench.calls import generate, templates
from evals.bench.phi.leak_forms import BASELINE, Wanted, wanted
from evals.bench.phi.leak_play import ServerFailed
from evals.bench.phi.leak_report import leak_table, report
from evals.bench.phi.leak_run import Run, run
from evals.bench.phi.leak_script import Played
from evals.bench.phi.leak_search import NOTE, UTTERANCE, Masked, Search, Text

__all__ = ["ServerFailed", "leak", "leak_table"]

_CALLS_A_SERVER, _MOST_SERVERS = 50, 4


def leak(calls: int, seed: int, split: str = "test") -> dict[str, Any]:
    """Plays so many generated calls and searches; `leaked` must be 0.

    Raises:
        ServerFailed: a server did not start, or a call was not taken to its end.
    """
    drawn = _calls(calls, seed, split)
    played = [Played(number, call) for number, call in enumerate(drawn)]
    with tempfile.TemporaryDirectory(prefix="copilot-leak-") as folder:
        began = perf_counter()
        runs = _runs(Path(folder), played)
        searching = perf_counter()
        search, examples = _searched(played, runs)
    check = _self_check(search, examples)
    seconds = {
        "played": round(searching - began, 1),
        "searched": round(perf_counter() - searching, 1),
    }
    found = report(played, runs, search)
    return {"split": split, "seed": seed, **found, "self_check": check, "seconds": seconds}


def _calls(calls: int, seed: int, split: str) -> list[generate.Call]:
    """So many calls of all templates, mixed."""
    known = templates.load(split)
    each = -(-calls // len(known))
    every = [(template, number) for template in known for number in range(each)]
    random.Random(seed).shuffle(every)
    return [generate.call(template, split, seed, number) for template, number in every[:calls]]


def _runs(folder: Path, played: Sequence[Played]) -> list[Run]:
    """The calls dealt out to as many servers as there are cores for."""
    servers = min(os.cpu_count() or 1, _MOST_SERVERS, -(-len(played) // _CALLS_A_SERVER))
    hands = [played[at::servers] for at in range(servers)]
    with ThreadPoolExecutor(servers) as at_once:
        return list(at_once.map(run, [folder / str(at) for at in range(servers)], hands))


def _searched(played: Sequence[Played], runs: Sequence[Run]) -> tuple[Search, dict[str, Text]]:
    """The search done, and the first text of each place."""
    every = [wanted(one) for one in played]
    masked = Masked(text for one in runs for text in one.masked())
    _drop_baseline(every, masked, runs[0])
    search = Search(every, masked)
    examples: dict[str, Text] = {}
    for one in runs:
        for text in one.texts():
            examples.setdefault(text.place, text)
            search.look(text)
    return search, examples


def _drop_baseline(every: Sequence[Wanted], masked: Masked, first: Run) -> None:
    """Looks no longer for what a server that heard no call writes too."""
    search = Search(every, masked)
    ordinary = {
        form
        for text in first.before()
        for piece, _ in text.pieces()
        for form, *_ in search.forms(piece, text.shape != "raw")
    }
    for form in ordinary:
        for call in search.owners[form]:
            every[call].drop(form, BASELINE)


def _self_check(search: Search, examples: dict[str, Text]) -> dict[str, list[int]]:
    """Values planted in a copy of a text of each place: how many, and how many were found."""
    canaries = search.unseen()
    check = Search(search.wanted, search.masked)
    found: dict[str, list[int]] = {}
    for place, text in examples.items():
        if place not in (UTTERANCE, NOTE):
            hits = [check.look(text.with_line(canary)) for canary in canaries]
            leaks = [any(hit.cause == "leaked" for hit in each) for each in hits]
            found[place] = [len(canaries), sum(leaks)]
    return found
