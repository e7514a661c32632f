"""Rules, and why they fire, as tables for a person at a terminal of 80 columns."""

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from copilot.packs import Standing
from guardrails.rules.explain import Trace, described
from guardrails.rules.rule import Rule

_NARROW = 80


def rule_row(rule: Rule, standing: Standing, day: date, *, signed_only: bool) -> dict[str, Any]:
    """A rule as one row of `copilot rules list --json`."""
    loaded = standing.in_force(day, signed_only=signed_only)
    return {
        "rule_id": rule.rule_id,
        "category": rule.category,
        "severity": rule.severity,
        "version": rule.version,
        "effective_from": rule.effective.start and rule.effective.start.isoformat(),
        "effective_to": rule.effective.end and rule.effective.end.isoformat(),
        "approver": rule.approver,
        "pack": standing.pack.pack_id,
        "pack_sha256": standing.pack.sha256,
        "approved_by": standing.approved_by,
        "in_force": loaded and rule.effective.holds(day),
    }


def show_pack(standing: Standing, rules: Sequence[Rule], day: date, *, signed_only: bool) -> None:
    """A pack with its rules: one line each, and who answers for it where that is another."""
    pack = standing.pack
    head = Text(f"{pack.pack_id} v{pack.version}", style="bold")
    signed = f"approved: {standing.approved_by}" if standing.approved_by else "not signed off"
    head.append(f"  {pack.kind}, {pack.approver}, {pack.sha256[:12]}, {signed}", style="not bold")
    _print(head)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name, wide in (
        ("RULE", 28), ("CATEGORY", 14), ("SEVERITY", 8), ("V", 2), ("DATES", 15), ("IN FORCE", 8)
    ):  # fmt: skip
        table.add_column(name, max_width=wide, overflow="fold")
    for rule in rules:
        row = rule_row(rule, standing, day, signed_only=signed_only)
        other = "" if rule.approver == pack.approver else f"\n({rule.approver})"
        table.add_row(
            Text(rule.rule_id + other),
            rule.category,
            rule.severity,
            str(rule.version),
            str(rule.effective) or "always",
            "yes" if row["in_force"] else "no",
        )
    if rules:
        _print(table)
    else:
        now = standing.in_force(day, signed_only=signed_only)
        dates = str(pack.effective) or "always"
        _print(Text(f"  {dates}, {'in force' if now else 'not in force'}\n"))


def show_rule(rule: Rule) -> None:
    """What a rule says, in plain words."""
    _print(Text(rule.rule_id, style="bold"))
    _rows(described(rule))


def show_trace(trace: Trace) -> None:
    """Why a rule fires on a text or not."""
    verdict = "FIRES" if trace.fires else "does not fire"
    _print(Text(f"{verdict} on what the {trace.speaker} says: {trace.text}", style="bold"))
    rows = [("because", "\n".join(trace.why)), ("needs", "\n".join(trace.needs))]
    _rows([(label, text) for label, text in rows if text])


def _rows(rows: Iterable[tuple[str, str]]) -> None:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True, min_width=10)
    table.add_column(overflow="fold")
    for label, text in rows:
        for number, line in enumerate(text.splitlines()):
            table.add_row("" if number else label, Text(line))
    _print(table)


def _print(what: Any) -> None:
    console = Console(file=sys.stdout, highlight=False)
    if not console.is_terminal:
        console.width = _NARROW
    console.print(what)
