"""`copilot protocol`: shows a protocol."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from guardrails.packs import PROTOCOLS

protocol_app = typer.Typer(no_args_is_help=True, help="Protocols.")


@protocol_app.callback()
def _protocol() -> None:
    pass


@protocol_app.command(
    epilog="**Examples:** `copilot protocol show identity-verification` · "
    "`copilot protocol show my-pack.yaml --as svg > sheet.svg`"
)
def show(
    protocol_id: Annotated[str, typer.Argument(help="Its id, or the file of a pack.")],
    form: Annotated[str, typer.Option("--as", help="text or svg.")] = "text",
) -> None:
    """Shows a protocol as an outline, or as a picture to print and sign."""
    from guardrails.protocols.drawing import svg
    from guardrails.protocols.picture import text
    from guardrails.protocols.reader import read_protocol
    from guardrails.rules.errors import PackError
    from guardrails.rules.yamls import read_yaml

    files = {file.stem: file for file in sorted(PROTOCOLS.glob("*.yaml"))}
    file = files.get(protocol_id)
    if file is None and Path(protocol_id).suffix in (".yaml", ".yml"):
        file = Path(protocol_id)
    if file is None or form not in ("text", "svg"):
        known = ", ".join(files)
        print(f"copilot protocol: --as text or svg; known: {known}", file=sys.stderr)  # noqa: T201
        raise typer.Exit(2)
    try:
        protocol = read_protocol(file, read_yaml(file), None)
    except PackError as error:
        print(error, file=sys.stderr)  # noqa: T201
        raise typer.Exit(2) from None
    print(text(protocol) if form == "text" else svg(protocol))  # noqa: T201
