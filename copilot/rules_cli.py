"""`copilot rules`: checks, explains, lists and signs off rule and protocol packs."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from copilot.cli import AsJson, Data, one_clear_line, out, say

if TYPE_CHECKING:
    from copilot.approvals import Approval
    from copilot.settings import Settings
    from guardrails.cues.listener import Meaning
    from knowledge_base.embedding import MiniLm

rules_app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="Rule packs.")
Speaker = Literal["agent", "patient", "other"]


@rules_app.callback()
def _rules() -> None:
    pass


@rules_app.command(
    epilog="**Examples:** `copilot rules check packs/` · `copilot rules check own.yaml --json`"
)
def check(
    path: Annotated[Path, typer.Argument(help="A pack, or a folder of packs.")],
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Validates packs and runs every rule's own examples; exit 1 if one is refused.

    The passages that a pack cites have to be in force in the data folder's knowledge base, or in
    the starter where there is none.
    """
    from copilot.packs_check import checked, known_passages

    files = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
    if not path.exists() or not files:
        say(f"copilot rules: {path} is no pack, nor a folder with a pack in it")
        raise typer.Exit(2)
    with one_clear_line():
        passages = known_passages(_settings(data))
        refused = 0
        for result in checked(files, passages, _read):
            refused += bool(result.faults)
            if as_json:
                out(json.dumps(result.row(), ensure_ascii=False))
            else:
                out("\n".join(map(str, result.faults)) or f"{result.path}: {result.summary}")
    raise typer.Exit(1 if refused else 0)


@rules_app.command(
    epilog="**Examples:** `copilot rules explain red-flag-chest-pain` · "
    '`copilot rules explain red-flag-chest-pain --text "if I get chest pain"`'
)
def explain(
    rule_id: Annotated[str, typer.Argument(help="The id of a rule.")],
    text: Annotated[
        str | None, typer.Option(help="Say why it fires, or not, on this turn too.")
    ] = None,
    speaker: Annotated[Speaker, typer.Option(help="Who says the text.")] = "patient",
    pack: Annotated[
        Path | None, typer.Option(help="A pack of its own, not those in the settings.")
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Says what a rule says in plain words, and with --text why it fires or not."""
    from difflib import get_close_matches

    from copilot.packs import pack_files
    from guardrails.rules.book import Rulebook
    from guardrails.rules.explain import described, trace
    from guardrails.rules.pack import read_pack

    with one_clear_line():
        files = [pack] if pack else pack_files(_settings(data))
        rules = [path for path in files if read_pack(path).kind == "rules"]
        book = Rulebook.read(rules, _read, None)
        rule = book.rules.get(rule_id)
        if rule is None:
            near = ", ".join(get_close_matches(rule_id, book.rules, 3, 0.5)) or "none near it"
            say(f"copilot rules: there is no rule {rule_id!r}; known: {near}")
            raise typer.Exit(2)
        meaning = _read([text])[0] if text and (rule.cue or rule.means) else None
        found = trace(book, rule, text, speaker, meaning) if text else None
    if as_json:
        rows = [{"is": label, "text": said} for label, said in described(rule)]
        told: dict[str, Any] = {"rule_id": rule_id, "says": rows}
        out(json.dumps(told | ({"trace": asdict(found)} if found else {}), ensure_ascii=False))
        return
    from copilot.rules_show import show_rule, show_trace

    show_rule(rule)
    if found:
        out("")
        show_trace(found)


@rules_app.command(
    "list", epilog="**Examples:** `copilot rules list` · `copilot rules list --json`"
)
def list_(as_json: AsJson = False, data: Data = None) -> None:
    """Lists the rules and protocols that are set, who approved them, and whether they are in force.

    In force is what a service that starts now loads, for a call that starts today.
    """
    from copilot.packs import pack_files, standing
    from copilot.rules_show import rule_row, show_pack
    from guardrails.packs import manifest
    from guardrails.rules.pack import read_pack
    from guardrails.rules.rule import read_rules

    with one_clear_line():
        settings = _settings(data)
        signed, known, day = _signed(settings), manifest(), datetime.now(UTC).date()
        only = settings.packs_must_be_signed
        for path in pack_files(settings):
            pack = read_pack(path)
            found = standing(pack, known, signed)
            rules = read_rules(path, None, known.packs.values())[1] if pack.kind == "rules" else ()
            if not as_json:
                show_pack(found, rules, day, signed_only=only)
                continue
            for rule in rules:
                out(json.dumps(rule_row(rule, found, day, signed_only=only)))
            if pack.kind == "protocol":
                out(json.dumps(found.row(day, signed_only=only)))


@rules_app.command(
    epilog="**Example:** `copilot rules sign packs/own.yaml --as j.doe --token TOKEN`"
)
def sign(
    pack: Annotated[Path, typer.Argument(help="The pack, a file.")],
    subject: Annotated[str, typer.Option("--as", help="Who approves it.")],
    token: Annotated[
        str | None,
        typer.Option(envvar="COPILOT_TOKEN", help="The approver's token, in the pack's role."),
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Records that a pack, as it is now, is approved; exit 1 if it does not pass `rules check`.

    The token has to be the subject's own, in the role that the pack names as its approver. Without
    one, whoever holds the key of this machine's own issuer signs for the subject, as they could
    make that token.
    """
    from copilot.auth import AuthError
    from copilot.packs_check import checked, known_passages
    from copilot.sign_off import sign_off

    with one_clear_line():
        settings = _settings(data)
        result = next(iter(checked([pack], known_passages(settings), _read)))
        if result.pack is None or result.faults:
            for fault in result.faults:
                out(str(fault))
            raise typer.Exit(1)
        try:
            made = sign_off(settings, result.pack, subject, token)
        except AuthError as error:
            say(f"copilot rules: {error}")
            raise typer.Exit(2) from None
    if as_json:
        out(json.dumps(asdict(made)))
    else:
        out(f"{made.pack_id} v{made.version} is approved by {made.subject} as {made.role}")
        out(f"{made.at}  sha256 {made.sha256}")


def _settings(data: Path | None) -> "Settings":
    from copilot.settings import load

    return load(data=data) if data else load()


def _read(texts: Sequence[str]) -> "Sequence[Meaning]":
    return _model().read(texts)


@cache
def _model() -> "MiniLm":
    from knowledge_base.embedding import MiniLm

    return MiniLm()


def _signed(settings: "Settings") -> "dict[str, Approval]":
    """The sign-offs of the data folder; none where there is no journal yet."""
    from copilot.journal import Journal

    if not settings.database_url and not (settings.data / "journal.db").exists():
        return {}
    journal = Journal.open(settings.journal_url)
    try:
        return journal.approvals().all()
    finally:
        journal.close()
