"""`copilot kb`: import, search, list, show, history, retire."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True, help="The knowledge base: what may be said.")
Data = Annotated[
    Path, typer.Option("--data", envvar="COPILOT_DATA", help="Data folder.", show_default=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
_HERE = Path("data")


def _open(data: Path) -> Any:
    from knowledge_base.errors import KnowledgeError
    from knowledge_base.knowledge import Knowledge

    try:
        return Knowledge.open(data)
    except KnowledgeError as error:
        print(f"copilot kb: {error}", file=sys.stderr)  # noqa: T201
        raise typer.Exit(2) from None


def _out(text: str) -> None:
    print(text)  # noqa: T201


@app.command(
    "import",
    epilog="**Examples:** `copilot kb import content/ --publish` · `copilot kb import faq.jsonl`",
)
def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files or folders.")],
    publish: Annotated[bool, typer.Option("--publish", help="In force at once.")] = False,
    data: Data = _HERE,
) -> None:
    """Reads Markdown and JSONL into the record; exit 1 if something was refused."""
    report = _open(data).import_paths(paths, publish=publish)
    for problem in report.problems:
        print(problem, file=sys.stderr)  # noqa: T201
    state = "published" if publish else "drafts"
    print(  # noqa: T201
        f"{report.passages} passages from {report.files} files: {report.changed} new or changed "
        f"({state}), {len(report.problems)} files refused",
        file=sys.stderr,
    )
    raise typer.Exit(1 if report.problems else 0)


@app.command(
    epilog='**Examples:** `copilot kb search "can I skip my water pill" --top 3` · '
    "`copilot kb search --queries questions.jsonl --json`",
)
def search(
    query: Annotated[str | None, typer.Argument(help="What is asked.")] = None,
    top: Annotated[int, typer.Option(min=1, max=100, help="How many.")] = 5,
    queries: Annotated[
        Path | None, typer.Option(help='Many at once: rows {"id","text"}, with --json.')
    ] = None,
    as_json: AsJson = False,
    data: Data = _HERE,
) -> None:
    """Finds the passages in force that answer a question; exit 1 if nothing is good enough."""
    from knowledge_base.retrieve import RELEVANT

    if (query is None) == (queries is None):
        print("copilot kb search: give a QUERY or --queries FILE", file=sys.stderr)  # noqa: T201
        raise typer.Exit(2)
    knowledge = _open(data)
    if queries is not None:
        _answer_file(knowledge, queries, top)
        return
    hits = knowledge.search(query, top=top)
    if as_json:
        for hit in hits:
            _out(json.dumps(_row(hit), ensure_ascii=False))
    else:
        _table(hits)
    raise typer.Exit(0 if hits and hits[0].score >= RELEVANT else 1)


def _answer_file(knowledge: Any, path: Path, top: int) -> None:
    try:
        lines = path.read_text().splitlines()
        rows = [json.loads(line) for line in lines if line.strip()]
        asked = [(str(row["id"]), str(row["text"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"copilot kb search: {path}: {type(error).__name__}", file=sys.stderr)  # noqa: T201
        raise typer.Exit(2) from None
    vectors = knowledge.embedder.embed([text for _, text in asked])
    for (query_id, text), vector in zip(asked, vectors, strict=True):
        hits = knowledge.search(text, vector, top=top)
        answer = {"query_id": query_id, "hits": [_row(hit) for hit in hits]}
        _out(json.dumps(answer, ensure_ascii=False))


def _row(hit: Any) -> dict[str, Any]:
    passage = hit.passage
    return {
        "passage_id": passage.passage_id,
        "version": passage.version,
        "kind": passage.kind,
        "title": passage.title,
        "score": round(hit.score, 4),
        "text": passage.text,
    }


def _table(hits: Any) -> None:
    import textwrap

    for hit in hits:
        passage = hit.passage
        _out(f"{hit.score:.2f}  {passage.passage_id} v{passage.version}  ({passage.kind})")
        body = textwrap.fill(passage.text, 74, initial_indent="      ", subsequent_indent="      ")
        _out(f"      {passage.title}\n{body}\n")


@app.command("list", epilog="**Example:** `copilot kb list --kind disclosure`")
def list_(
    kind: Annotated[str | None, typer.Option(help="Only this kind.")] = None,
    as_json: AsJson = False,
    data: Data = _HERE,
) -> None:
    """Lists what is in force."""
    for passage in _open(data).in_force(datetime.now(UTC)):
        if kind is not None and passage.kind != kind:
            continue
        if as_json:
            fields = ("passage_id", "version", "kind", "title", "owner", "approver_role")
            _out(json.dumps({name: getattr(passage, name) for name in fields}))
        else:
            _out(f"{passage.passage_id:<34.34} v{passage.version:<3} {passage.kind:<12} "
                 f"{passage.title:.26}")  # fmt: skip


@app.command(epilog="**Example:** `copilot kb show emergency-911`")
def show(passage_id: str, data: Data = _HERE) -> None:
    """Shows the newest version of a passage."""
    versions = _open(data).history(passage_id)
    if not versions:
        print(f"copilot kb: there is no passage {passage_id}", file=sys.stderr)  # noqa: T201
        raise typer.Exit(2)
    passage = versions[-1]
    _out(f"{passage.title}\n{passage.passage_id} v{passage.version}, {passage.kind}, {passage.state}")
    _out(f"owner {passage.owner}, approved by a {passage.approver_role}, "
         f"from {passage.effective_from:%Y-%m-%d}")  # fmt: skip
    if passage.source:
        _out(f"source: {passage.source}")
    _out(f"\n{passage.text}")


@app.command(epilog="**Example:** `copilot kb history emergency-911`")
def history(passage_id: str, data: Data = _HERE) -> None:
    """Lists every version of a passage."""
    for passage in _open(data).history(passage_id):
        _out(f"v{passage.version}  {passage.state:<10} {passage.effective_from:%Y-%m-%d}  {passage.title}")


@app.command(epilog="**Example:** `copilot kb retire old-fee-notice`")
def retire(passage_id: str, data: Data = _HERE) -> None:
    """Takes a passage out of force; exit 2 if it is not in force."""
    if not _open(data).retire(passage_id):
        print(f"copilot kb: {passage_id} is not in force", file=sys.stderr)  # noqa: T201
        raise typer.Exit(2)
