"""The commands. Data on stdout, talk on stderr; exit 0 done, 1 found wanting, 2 bad usage or input.

Whatever is slow to import is imported inside the command that needs it.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from copilot import __version__

app = typer.Typer(
    name="copilot",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="markdown",
    help="Agent-assist copilot for calls between outsourced healthcare agents and patients.",
)
token_app = typer.Typer(no_args_is_help=True, help="Tokens of the embedded issuer.")
audit_app = typer.Typer(no_args_is_help=True, help="The audit log.")
app.add_typer(token_app, name="token")
app.add_typer(audit_app, name="audit")

Data = Annotated[
    Path | None, typer.Option("--data", envvar="COPILOT_DATA", help="Data folder; ./data if unset.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def say(text: str) -> None:
    """Talk and progress, on stderr."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def out(text: str) -> None:
    """Data, on stdout."""
    print(text, flush=True)  # noqa: T201


@contextmanager
def one_clear_line() -> Generator[None]:
    """Turns what a person can mend into one line on stderr and exit code 2."""
    from copilot.embedded import PortInUse
    from copilot.journal import JournalError
    from copilot.replay import RecordingError
    from copilot.settings import SettingsError
    from guardrails.watch import PackError
    from knowledge_base.errors import KnowledgeError

    wanted = (
        PortInUse,
        JournalError,
        KnowledgeError,
        PackError,
        RecordingError,
        SettingsError,
        ConnectionError,
    )
    try:
        yield
    except wanted as error:
        say(f"copilot: {error}")
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _settings(**given: Any) -> Any:
    """The settings of the environment, with what the command line gave."""
    from copilot.logs import configure
    from copilot.settings import load

    settings = load(**{name: value for name, value in given.items() if value is not None})
    configure(settings.log_level, settings.log_format)
    return settings


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _version(asked: bool) -> None:
    if asked:
        out(f"copilot {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")
    ] = False,
) -> None:
    pass


@app.command(
    epilog="**Examples:** `copilot demo` · `copilot demo --headless --speed 0 --json`",
)
def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="Do not wait for a browser; end with the call.")
    ] = False,
    speed: Annotated[float, typer.Option(min=0, help="1: real time; 0: no waiting.")] = 1.0,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: a free one.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Plays a sample call into a fresh, embedded server and shows the agent's page."""
    from copilot.demo import demo as run

    with one_clear_line():
        _settings()
        heard = _printer(as_json) if headless or as_json else _ignore
        work = run(headless=headless, speed=speed, port=port, heard=heard, say=say)
        raise typer.Exit(0 if _run(work) else 1)


@app.command(
    epilog="**Examples:** `copilot serve` · `copilot serve --host 0.0.0.0 --data /var/lib/copilot`",
)
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 8765.")] = None,
    data: Data = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes: one.")] = None,
) -> None:
    """Runs the service until it is interrupted."""
    from copilot.embedded import bind, server
    from copilot.service import open_service

    with one_clear_line():
        if workers is not None and workers > 1:
            say("copilot: calls and vaults live in one process; --workers must be 1")
            raise typer.Exit(2)
        settings = _settings(host=host, port=port, data=data)
        listening = bind(settings.host, settings.port)
        service = open_service(settings)
        address = listening.getsockname()
        say(f"copilot {__version__} listens on http://{address[0]}:{address[1]}")
        server(service).run(sockets=[listening])


@app.command(
    epilog="**Examples:** `copilot replay calls/*.jsonl --speed 0 --json` · "
    "`copilot replay call.jsonl --url ws://127.0.0.1:8765 --token T`",
)
def replay(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Calls, or folders.")],
    url: Annotated[str | None, typer.Option(help="A server; an embedded one if unset.")] = None,
    token: Annotated[
        str | None, typer.Option(envvar="COPILOT_TOKEN", help="A token of that server.")
    ] = None,
    speed: Annotated[float, typer.Option(min=0, help="1: recorded timing; 0: no waiting.")] = 1.0,
    at_once: Annotated[int, typer.Option(min=1, help="Calls played at the same time.")] = 4,
    as_json: AsJson = False,
) -> None:
    """Plays recorded calls (client events or vCon) and prints what the server says."""
    from copilot.replay import files, read

    with one_clear_line():
        recordings = [call for path in files(paths) for call in read(path)]
        settings = _settings()
        work = _replay(settings, recordings, url, token, speed, at_once, _printer(as_json))
        clean, count = _run(work)
        say(f"{count} of {len(recordings)} calls played, {clean} without an error")
        raise typer.Exit(0 if clean == len(recordings) else 1)


async def _replay(
    settings: Any,
    recordings: list[Any],
    url: str | None,
    token: str | None,
    speed: float,
    at_once: int,
    heard: Callable[[dict[str, Any]], None],
) -> tuple[int, int]:
    import tempfile

    from copilot.auth import issue
    from copilot.embedded import running
    from copilot.replay import play

    async def play_all(base: str, bearer: str) -> tuple[int, int]:
        slots = asyncio.Semaphore(at_once)

        async def one(recording: Any) -> bool:
            async with slots:
                return await play(recording, base, bearer, speed=speed, heard=heard)

        results = await asyncio.gather(*(one(recording) for recording in recordings))
        return sum(results), len(results)

    if url is not None:
        return await play_all(url.rstrip("/"), token or "")
    with tempfile.TemporaryDirectory(prefix="copilot-replay-") as folder:
        # a recorded call is over: nobody is called for it again
        changed = {"data": Path(folder), "port": 0, "webhook_url": None}
        embedded = settings.model_copy(update=changed)
        async with running(embedded) as server:
            return await play_all(server.ws, issue(embedded, "supervisor", "replay"))


@app.command(
    epilog='**Examples:** `echo "my name is Ana Ruiz" | copilot phi` · '
    "`copilot phi --jsonl < turns.jsonl` · `copilot phi --jsonl --explain < turns.jsonl`",
)
def phi(
    jsonl: Annotated[
        bool,
        typer.Option("--jsonl", help='Rows {"conversation_id","speaker","text"}, in call order.'),
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="With --jsonl: which recognizer found it, and why.")
    ] = False,
    language: Annotated[
        str, typer.Option(help="Language of rows that name none: en or es.")
    ] = "en",
) -> None:
    """Masks what identifies a patient in stdin, a line at a time."""
    from guardrails.phi import Deidentifier, ModelError
    from guardrails.phi.offline import mask_rows

    with one_clear_line():
        _settings()
        rows = _jsonl(sys.stdin) if jsonl else _lines(sys.stdin)
        try:
            for row in mask_rows(rows, Deidentifier(), language=language, explain=explain):
                out(json.dumps(row, ensure_ascii=False) if jsonl else row["text"])
        except (ValueError, ModelError) as error:
            say(f"copilot phi: {error}")
            raise typer.Exit(2) from None


def _lines(stream: Any) -> Iterator[dict[str, Any]]:
    for line in stream:
        yield {"conversation_id": "stdin", "speaker": "other", "text": line.rstrip("\n")}


def _jsonl(stream: Any) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            raise ValueError(f"row {number}: is no JSON") from None
        if not isinstance(row, dict):
            raise ValueError(f"row {number}: is no JSON object")
        yield row


@token_app.command(
    "create",
    epilog="**Example:** `copilot token create --role agent --subject a-17`",
)
def token_create(
    role: Annotated[str, typer.Option(help="source, agent, supervisor, admin, ...")],
    subject: Annotated[str, typer.Option(help="Whose token it is: an agent's id.")],
    tenant: Annotated[str, typer.Option(help="The partner the subject belongs to.")] = "default",
    hours: Annotated[float, typer.Option(min=0.01, help="How long it holds.")] = 12,
    data: Data = None,
) -> None:
    """Makes a bearer token signed by this machine's own issuer."""
    from copilot.auth import AuthError, issue

    with one_clear_line():
        try:
            out(issue(_settings(data=data), role, subject, tenant, hours))
        except (AuthError, ValueError) as error:
            say(f"copilot token: {error}")
            raise typer.Exit(2) from None


@audit_app.command("verify", epilog="**Example:** `copilot audit verify --data ./data`")
def audit_verify(data: Data = None) -> None:
    """Checks the audit log's hash chain; exit 1 if it was tampered with."""
    from copilot.journal import Journal

    with one_clear_line():
        journal = Journal.open(_settings(data=data).journal_url)
        problems = journal.verify_audit()
        journal.close()
        for problem in problems:
            out(problem)
        say("the audit log is whole" if not problems else f"{len(problems)} problems")
        raise typer.Exit(1 if problems else 0)


def _ignore(event: dict[str, Any]) -> None:
    pass


def _printer(as_json: bool) -> Callable[[dict[str, Any]], None]:
    if as_json:
        return lambda event: out(json.dumps(event, ensure_ascii=False))
    from copilot.console import line

    def show(event: dict[str, Any]) -> None:
        text = line(event)
        if text:
            out(text)

    return show
