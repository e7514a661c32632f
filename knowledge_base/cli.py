"""`copilot kb`: import, search, list, show, history, retire."""

import json
import os
import sys
import textwrap
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from knowledge_base.knowledge import Knowledge
    from knowledge_base.passage import Hit, Passage
    from knowledge_base.store import Store

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="The knowledge base: what agents may be shown, and how it is found.",
)
STARTER = Path(__file__).parent / "starter"
Data = Annotated[
    Path, typer.Option("--data", envvar="COPILOT_DATA", help="Data folder.", show_default=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
PassageId = Annotated[str, typer.Argument(metavar="PASSAGE", help="The id of a passage.")]
_HERE = Path("data")
_phi_check: Callable[[], Callable[[str], bool]] | None = None


def refuse_phi_by(make: Callable[[], Callable[[str], bool]]) -> None:
    """Has `import` refuse what a check finds PHI in; `make` is called at the first import."""
    global _phi_check
    _phi_check = make


def say(text: str) -> None:
    """Talk, on stderr."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def out(text: str) -> None:
    """Data, on stdout."""
    print(text)  # noqa: T201


def _database(data: Path) -> str:
    return os.environ.get("COPILOT_DATABASE_URL") or f"sqlite:///{data / 'knowledge.db'}"


@contextmanager
def _one_clear_line() -> Generator[None]:
    from knowledge_base.errors import KnowledgeError

    try:
        yield
    except KnowledgeError as error:
        say(f"copilot kb: {error}")
        raise typer.Exit(2) from None


@contextmanager
def _record(data: Path) -> Generator["Store"]:
    """The record alone: it opens in a moment, where the index takes seconds."""
    from knowledge_base.store import Store

    with _one_clear_line():
        store = Store(_database(data))
        try:
            yield store
        finally:
            store.close()


@contextmanager
def _opened(data: Path) -> Generator["Knowledge"]:
    from knowledge_base.knowledge import Knowledge

    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    chroma = os.environ.get("COPILOT_CHROMA_URL") or None
    with _one_clear_line():
        knowledge = Knowledge.open(data, database_url=_database(data), chroma_url=chroma)
        try:
            yield knowledge
        finally:
            knowledge.close()


@app.command(
    "import",
    epilog="**Examples:** `copilot kb import content/ --publish` · `copilot kb import faq.jsonl`",
)
def import_(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Markdown, JSONL, or folders of them.")
    ],
    publish: Annotated[
        bool, typer.Option("--publish", help="In force at once; otherwise they are drafts.")
    ] = False,
    data: Data = _HERE,
    as_json: AsJson = False,
) -> None:
    """Reads passages into the record. What is unchanged stays as it is.

    A file with a mistake is refused whole, the others go on: exit 1 if any was refused, 2 if all.
    """
    with _opened(data) as knowledge:
        report = knowledge.import_paths(
            paths,
            publish=publish,
            contains_phi=_phi_check() if _phi_check else None,
            progress=_show_progress if sys.stderr.isatty() else None,
        )
    for problem in report.problems:
        say(problem)
    say(
        f"{report.passages} passages from {report.files} files: {report.changed} new or changed"
        f" ({'published' if publish else 'drafts'}), {len(report.problems)} mistakes"
    )
    if as_json:
        row = {"files": report.files, "passages": report.passages, "changed": report.changed}
        out(json.dumps(row | {"problems": report.problems}))
    if not report.files:
        say("copilot kb import: no Markdown or JSONL file was found")
    if not report.passages:
        raise typer.Exit(2)
    raise typer.Exit(1 if report.problems else 0)


def _show_progress(done: int, total: int) -> None:
    end = "\n" if done == total else ""
    print(f"\rembedding {done} of {total}", end=end, file=sys.stderr, flush=True)  # noqa: T201


@app.command(
    epilog='**Examples:** `copilot kb search "can I skip my water pill" --top 3` · '
    "`copilot kb search --queries questions.jsonl --json`",
)
def search(
    query: Annotated[str | None, typer.Argument(help="What is asked.")] = None,
    top: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 5,
    queries: Annotated[
        Path | None, typer.Option(help='Many at once: rows {"id","text"}; answers are JSON.')
    ] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind; repeatable.")] = None,
    program: Annotated[str, typer.Option(help="What a caller of this program may hear.")] = "",
    language: Annotated[str, typer.Option(help="The language of the call.")] = "en",
    as_json: AsJson = False,
    data: Data = _HERE,
) -> None:
    """Finds the passages in force that answer a question; exit 1 if nothing is good enough."""
    from knowledge_base.retrieve import RELEVANT

    if (query is None) == (queries is None) or (query is not None and not query.strip()):
        say("copilot kb search: give a QUERY or --queries FILE")
        raise typer.Exit(2)
    asked = _asked(queries) if queries is not None else [("", query or "")]
    with _opened(data) as knowledge:
        if not knowledge.in_force(datetime.now(UTC)):
            say(f"the knowledge base is empty; `copilot kb import {STARTER} --publish` fills it")
        vectors = knowledge.embedder.embed([text for _, text in asked])
        found = [
            (name, knowledge.search(
                text, vector, top=top, kinds=kind, program=program, language=language
            ))
            for (name, text), vector in zip(asked, vectors, strict=True)
        ]  # fmt: skip
        if knowledge.degraded:
            say(f"copilot kb: {knowledge.degraded}")
    if queries is not None:
        for name, hits in found:
            answer = {"query_id": name, "hits": [_row(hit) for hit in hits]}
            out(json.dumps(answer, ensure_ascii=False))
        return
    hits = found[0][1]
    good = bool(hits) and hits[0].score >= RELEVANT
    if not good:
        say("nothing good enough")
    _show_hits(hits, as_json)
    raise typer.Exit(0 if good else 1)


def _asked(path: Path) -> list[tuple[str, str]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        say(f"copilot kb search: {path}: {getattr(error, 'strerror', 'is no UTF-8 text')}")
        raise typer.Exit(2) from None
    asked: list[tuple[str, str]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            asked.append((str(row["id"]), str(row["text"])))
        except (ValueError, KeyError, TypeError):
            say(f'copilot kb search: {path}:{number}: is no row {{"id","text"}}')
            raise typer.Exit(2) from None
    return asked


def _show_hits(hits: "Sequence[Hit]", as_json: bool) -> None:
    for hit in hits:
        if as_json:
            out(json.dumps(_row(hit), ensure_ascii=False))
            continue
        passage = hit.passage
        out(f"{hit.score:.2f}  {_cut(passage.title, 74)}")
        out(f"      {passage.passage_id} v{passage.version}, {passage.kind}")
        out(_indented(passage.text, 6) + "\n")


def _row(hit: "Hit") -> dict[str, Any]:
    passage = hit.passage
    return {
        "passage_id": passage.passage_id,
        "version": passage.version,
        "kind": passage.kind,
        "title": passage.title,
        "score": round(hit.score, 4),
        "text": passage.text,
    }


@app.command(
    "list",
    epilog="**Examples:** `copilot kb list --kind disclosure` · `copilot kb list --all --json`",
)
def list_(
    kind: Annotated[str | None, typer.Option(help="Only this kind.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Drafts and retired ones too, not what is in force.")
    ] = False,
    as_json: AsJson = False,
    data: Data = _HERE,
) -> None:
    """Lists what is in force now."""
    with _record(data) as record:
        found = record.latest() if everything else record.standing(datetime.now(UTC)).passages
    what = "STATE" if everything else "KIND"
    if not as_json:
        out(f"{'PASSAGE':<30} {'V':>3}  {what:<11}  TITLE")
    for passage in sorted(found, key=lambda p: p.passage_id):
        if kind is not None and passage.kind != kind:
            continue
        if as_json:
            out(json.dumps(_fields(passage), ensure_ascii=False))
        else:
            column = passage.state if everything else passage.kind
            out(
                f"{_cut(passage.passage_id, 30):<30} {passage.version:>3}  {column:<11}  "
                f"{_cut(passage.title, 31)}"
            )


@app.command(
    epilog="**Examples:** `copilot kb show emergency-911` · "
    "`copilot kb show emergency-911 --version 1`",
)
def show(
    passage_id: PassageId,
    version: Annotated[
        int | None, typer.Option(min=1, help="This version, not the newest one.")
    ] = None,
    as_json: AsJson = False,
    data: Data = _HERE,
) -> None:
    """Shows a passage, in its newest version; exit 2 if there is none."""
    passage = [p for p in _versions(data, passage_id) if version in (None, p.version)]
    if not passage:
        say(f"copilot kb: {passage_id} has no version {version}")
        raise typer.Exit(2)
    found = passage[-1]
    if as_json:
        out(json.dumps(_fields(found) | {"text": found.text}, ensure_ascii=False))
        return
    out(_indented(found.title, 0))
    out(f"{found.passage_id} v{found.version}, {found.kind}, {found.state}")
    until = f" to {found.expires:%Y-%m-%d}" if found.expires else ""
    out(f"owner {found.owner}, approver {found.approver_role}, "
        f"from {found.effective_from:%Y-%m-%d}{until}")  # fmt: skip
    guards = (*found.guards.programs, *found.guards.conditions)
    if guards:
        out(f"for {', '.join(guards)}")
    if found.source:
        out(textwrap.fill(f"source: {found.source}", 80, subsequent_indent="  "))
    out("\n" + _indented(found.text, 0))


@app.command(epilog="**Example:** `copilot kb history emergency-911 --json`")
def history(passage_id: PassageId, as_json: AsJson = False, data: Data = _HERE) -> None:
    """Lists every version of a passage, oldest first; exit 2 if there is none."""
    for passage in _versions(data, passage_id):
        if as_json:
            out(json.dumps(_fields(passage) | {"text": passage.text}, ensure_ascii=False))
        else:
            start = f"{passage.effective_from:%Y-%m-%d}"
            out(f"v{passage.version:<3} {passage.state:<9} {start}  {_cut(passage.title, 52)}")


@app.command(epilog="**Example:** `copilot kb retire old-fee-notice`")
def retire(passage_id: PassageId, data: Data = _HERE) -> None:
    """Takes a passage out of force at once; exit 2 if it is not published."""
    with _record(data) as record:
        done = record.retire(passage_id)
    if not done:
        say(f"copilot kb: {passage_id} is not published")
        raise typer.Exit(2)
    say(f"{passage_id} is retired")


def _versions(data: Path, passage_id: str) -> "list[Passage]":
    with _record(data) as record:
        found = record.history(passage_id)
    if not found:
        say(f"copilot kb: there is no passage {passage_id}")
        raise typer.Exit(2)
    return found


def _fields(passage: "Passage") -> dict[str, Any]:
    return {
        "passage_id": passage.passage_id,
        "version": passage.version,
        "kind": passage.kind,
        "title": passage.title,
        "state": passage.state,
        "owner": passage.owner,
        "approver_role": passage.approver_role,
        "effective_from": passage.effective_from.isoformat(),
        "expires": passage.expires.isoformat() if passage.expires else None,
        "programs": passage.guards.programs,
        "conditions": passage.guards.conditions,
        "language": passage.guards.language,
        "tags": passage.tags,
        "source": passage.source,
    }


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _indented(text: str, by: int) -> str:
    pad = " " * by
    return "\n".join(
        textwrap.fill(line, 80, initial_indent=pad, subsequent_indent=pad)
        for line in text.splitlines()
    )
