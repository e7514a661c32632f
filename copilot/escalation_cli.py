"""`copilot report` and `copilot webhooks`: figures of escalations, and a test of their way out."""

import json
from datetime import datetime
from typing import Annotated

import typer

from copilot.cli import AsJson, Data, one_clear_line, out, say

report_app = typer.Typer(no_args_is_help=True, help="Figures of calls that were made.")
webhooks_app = typer.Typer(no_args_is_help=True, help="Webhooks of escalations.")


@report_app.callback()
def _report() -> None:
    pass


@webhooks_app.callback()
def _webhooks() -> None:
    pass


@report_app.command(
    epilog="**Examples:** `copilot report interventions` · "
    "`copilot report interventions --since 2026-11-01 --calls --json`"
)
def interventions(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day, in UTC; all if unset.")
    ] = None,
    tenant: Annotated[str | None, typer.Option(help="Of this partner; of all if unset.")] = None,
    calls: Annotated[
        bool, typer.Option("--calls", help="With --json: the openings of each call too.")
    ] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Time from a patient's words to flag, answer and intervention."""
    from copilot import interventions as figures
    from copilot.journal import Journal
    from copilot.settings import load

    with one_clear_line():
        settings = load(data=data) if data else load()
        start = figures.since_time(since.date() if since else None)
        journal = Journal.open(settings.journal_url)
        found = figures.read(journal, start, tenant)
        journal.close()
        result = {"since": start or None, **figures.report(found)}
        if not as_json:
            out(figures.table(result, start))
            return
        out(json.dumps(result | ({"calls": figures.by_call(found)} if calls else {})))


@webhooks_app.command(
    epilog="**Example:** `COPILOT_WEBHOOK_URL=https://... COPILOT_WEBHOOK_SECRET=whsec_... "
    "copilot webhooks test`"
)
def test() -> None:
    """Sends a signed ping to the endpoint that is set up; exit 1 if it is not taken."""
    import asyncio
    from time import time

    import httpx

    from copilot.settings import load
    from copilot.timestamps import utc_now
    from copilot.webhooks import Answer, ping, post

    with one_clear_line():
        endpoint = load().webhook
        if endpoint is None:
            say("copilot webhooks: COPILOT_WEBHOOK_URL is not set")
            raise typer.Exit(2)
        webhook_id, body = ping(utc_now())

        async def send() -> Answer:
            async with httpx.AsyncClient() as client:
                return await post(client, endpoint, webhook_id, body, time())

        answer = asyncio.run(send())
        if answer.failure:
            say(f"copilot webhooks: {webhook_id} was not taken ({answer.failure})")
            raise typer.Exit(1)
        out(f"{webhook_id} was taken")
