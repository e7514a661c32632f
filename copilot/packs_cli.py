"""`copilot rules` and `copilot protocol`: checks packs, shows a protocol."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from guardrails.packs import PROTOCOLS

rules_app = typer.Typer(no_args_is_help=True, help="Rule and protocol packs.")
protocol_app = typer.Typer(no_args_is_help=True, help="Protocols.")


@rules_app.callback()
def _rules() -> None:
    pass


@protocol_app.callback()
def _protocol() -> None:
    pass


@rules_app.command(
    epilog="**Examples:** `copilot rules check packs/` · `copilot rules check red-flags.yaml`"
)
def check(
    path: Annotated[Path, typer.Argument(help="A pack, or a folder of packs.")],
) -> None:
    """Validates packs and runs every rule's own examples; exit 1 if one is refused."""
    from guardrails.protocols.protocol import read_protocol
    from guardrails.rules.book import Rulebook
    from guardrails.rules.errors import PackError
    from guardrails.rules.yamls import read_yaml
    from knowledge_base.embedding import MiniLm

    if not path.exists():
        print(f"copilot rules: {path} does not exist", file=sys.stderr)  # noqa: T201
        raise typer.Exit(2)
    refused = 0
    embed = MiniLm().embed
    for file in sorted(path.rglob("*.yaml")) if path.is_dir() else [path]:
        try:
            if "steps" in read_yaml(file):
                read_protocol(file, None)
                print(f"{file}: a protocol, well formed")  # noqa: T201
                continue
            book = Rulebook.load([file], embed, None)
            print(f"{file}: {len(book.rules)} rules, their examples hold")  # noqa: T201
        except PackError as error:
            refused += 1
            print(error)  # noqa: T201
    raise typer.Exit(1 if refused else 0)


@protocol_app.command(epilog="**Example:** `copilot protocol show identity-verification`")
def show(
    protocol_id: Annotated[str, typer.Argument(help="Its id.")],
    form: Annotated[str, typer.Option("--as", help="text or svg.")] = "text",
) -> None:
    """Shows a protocol as an outline or as a picture."""
    from guardrails.protocols.picture import svg, text
    from guardrails.protocols.protocol import read_protocol

    found = [p for f in sorted(PROTOCOLS.glob("*.yaml")) if (p := read_protocol(f, None))]
    protocol = next((p for p in found if p.protocol_id == protocol_id), None)
    if protocol is None or form not in ("text", "svg"):
        known = ", ".join(p.protocol_id for p in found)
        print(f"copilot protocol: --as text or svg; known: {known}", file=sys.stderr)  # noqa: T201
        raise typer.Exit(2)
    print(text(protocol) if form == "text" else svg(protocol))  # noqa: T201
