"""`copilot eval`: the quality and speed figures, each beside its baseline in the same run."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

eval_app = typer.Typer(no_args_is_help=True, help="Quality and speed figures.")
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


@eval_app.callback()
def _root() -> None:
    pass


@eval_app.command(
    epilog="**Examples:** `copilot eval phi` · `copilot eval phi --data calls.jsonl --page misses.html`"
    " · `copilot eval phi --ablate --split dev` · `copilot eval phi --leak --calls 1000`"
)
def phi(
    data: Annotated[
        Path | None,
        typer.Option(help="Labelled turns (JSONL) or a folder of labelled calls; else generated."),
    ] = None,
    split: Annotated[str, typer.Option(help="Templates of generated calls: dev or test.")] = "test",
    language: Annotated[str, typer.Option(help="Language of generated calls: en or es.")] = "en",
    seed: Annotated[int, typer.Option(help="Seed of generated calls.")] = 1,
    calls: Annotated[
        int | None, typer.Option(min=1, help="Calls a template (2), or in all with --leak (1,000).")
    ] = None,
    page: Annotated[
        Path | None, typer.Option(help="Write an HTML page of all misses and false finds.")
    ] = None,
    ablate: Annotated[
        bool, typer.Option("--ablate", help="What each part is worth, left out one at a time.")
    ] = False,
    leak: Annotated[
        bool, typer.Option("--leak", help="Play calls through a server and search all it wrote.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Identifiers masked in full, precision, false alarms and speed, beside stock Presidio."""
    from evals.bench.phi import leak as leaks
    from evals.bench.phi import report
    from evals.bench.phi.turns import DataError, generated, read

    if leak:
        searched = leaks.leak(calls or 1000, seed, split)
        _show(searched, leaks.leak_table(searched), as_json)
        raise typer.Exit(1 if searched["leaked"] else 0)
    try:
        turns = read(data) if data else generated(split, seed, calls or 2, language)
    except DataError as error:
        print(f"copilot eval phi: {error}", file=sys.stderr)  # noqa: T201
        raise typer.Exit(2) from None
    if ablate:
        rows = report.ablation(turns)
        _show(rows, report.ablation_table(rows), as_json)
        return
    name = data.name if data else f"generated calls, {split}, {language}, seed {seed}"
    result, misses = report.run(turns, name)
    if page:
        report.page(misses, page)
    _show(result, report.table(result), as_json)


@eval_app.command(
    epilog="**Examples:** `copilot eval retrieval` · `copilot eval retrieval --data beir-folder/ --json`"
)
def retrieval(
    data: Annotated[
        Path | None, typer.Option(help="A data set in BEIR's form; own questions if unset.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """nDCG, recall and refusals of the search, beside plain Chroma and plain BM25."""
    from evals.bench.retrieval import DataError, run, table

    try:
        result = run(data)
    except DataError as error:
        print(f"copilot eval retrieval: {error}", file=sys.stderr)  # noqa: T201
        raise typer.Exit(2) from None
    _show(result, table(result), as_json)


@eval_app.command(
    epilog="**Examples:** `copilot eval flags` · `copilot eval flags --split dev --errors` · `copilot eval flags --data calls/ --licence nurse`"
)
def flags(
    split: Annotated[str, typer.Option(help="Golden calls: dev or test.")] = "test",
    seed: Annotated[int, typer.Option(help="Seed of the values in them.")] = 1,
    data: Annotated[
        Path | None, typer.Option(help="Recorded calls instead: every flag raised in them.")
    ] = None,
    licence: Annotated[
        str, typer.Option(help="With --data: the agents' licence, agent or nurse.")
    ] = "agent",
    errors: Annotated[
        bool, typer.Option("--errors", help="List every miss and false flag; with dev only.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Recall and precision of flags on golden calls, each rule's worth, and the cost in CPU."""
    from evals.bench.flags import report

    if split not in ("dev", "test") or (errors and split == "test"):
        print("copilot eval flags: --split dev or test; --errors with dev only", file=sys.stderr)  # noqa: T201
        raise typer.Exit(2)
    if data is not None:
        _recorded(data, licence, as_json=as_json)
        return
    result, judged = report.run(split, seed)
    text = report.table(result)
    _show(result, f"{text}\n\n{report.errors(judged)}" if errors else text, as_json)


def _recorded(data: Path, licence: str, *, as_json: bool) -> None:
    from copilot.replay import RecordingError
    from evals.bench.flags.recorded import run, table

    try:
        result = run(data, licence)
    except RecordingError as error:
        print(f"copilot eval flags: {error}", file=sys.stderr)  # noqa: T201
        raise typer.Exit(2) from None
    _show(result, table(result), as_json)


@eval_app.command(
    epilog="**Examples:** `copilot eval load` · `copilot eval load --calls 50 --seconds 30 --json`"
)
def load(
    calls: Annotated[int, typer.Option(min=1, max=2000, help="Live calls.")] = 20,
    seconds: Annotated[int, typer.Option(min=5, max=600, help="How long they are played.")] = 20,
    data: Annotated[
        Path | None, typer.Option(help="Calls to play; the sample call if unset.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Latency and CPU of N live calls played at real-time rate."""
    from evals.bench.load import run, table

    result = run(calls, seconds, data)
    _show(result, table(result), as_json)


def _show(result: dict[str, Any], text: str, as_json: bool) -> None:
    print(json.dumps(result, indent=2) if as_json else text)  # noqa: T201
