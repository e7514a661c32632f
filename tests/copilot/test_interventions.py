"""Escalations through a real server: who may answer, what time does, and the figures of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner
from websockets.asyncio.client import ClientConnection, connect

from copilot.auth import issue
from copilot.embedded import Running, running
from copilot.escalation_cli import report_app, webhooks_app
from copilot.events import EscalationEvent, to_json
from copilot.interventions import openings, report, table
from copilot.journal import Journal, Row
from copilot.settings import Settings, load

# ---- who may answer, and when -----------------------------------------------------------------


async def opened(client: Any, say: Any) -> dict[str, Any]:
    await say(client, "my chest feels tight")
    return await client.type("escalation")


async def test_it_is_handed_over_and_closed_with_masked_words(
    started: Any, say: Any, call_id: str
) -> None:
    async with started() as client:
        which = {"conversation_id": call_id, "escalation_id": (await opened(client, say))["escalation_id"]}  # fmt: skip
        await client.send(
            type="escalation.handover", to="Zebulon Quartz", note="SSN 078-05-1120", **which
        )
        given = await client.type("escalation")
        assert (given["status"], given["by"]) == ("handed_over", "supervisor")
        assert given["to"].startswith("<PERSON")
        await client.send(type="escalation.handover", to="on-call-clinician", **which)
        assert (await client.type("escalation"))["to"] == "on-call-clinician"
        await client.send(type="escalation.close", outcome="called_back", **which)
        closed = await client.type("escalation")
        assert (closed["status"], closed["outcome"]) == ("closed", "called_back")
        await client.send(type="escalation.close", outcome="resolved", **which)
        error = await client.type("error")
        assert (error["code"], error["field"]) == ("escalation_closed", "escalation_id")
        heard = json.dumps(client.heard)
        assert "Zebulon" not in heard
        assert "1120" not in heard


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"type": "escalation.handover"}, "to"),
        ({"type": "escalation.handover", "to": "  "}, "to"),
        ({"type": "escalation.close", "outcome": "forgotten"}, "outcome"),
    ],
)
async def test_what_is_missing_is_named(
    started: Any, call_id: str, given: dict[str, str], field: str
) -> None:
    async with started() as client:
        await client.send(conversation_id=call_id, escalation_id="e-1", **given)
        assert (await client.type("error"))["field"] == field


async def test_a_source_may_acknowledge_but_not_close(
    server: Any, join: Any, say: Any, call_id: str
) -> None:
    async with (
        join(path="/v1/ingest", token=server.token("source", "feed")) as feed,
        join(path="/v1/watch") as watcher,
    ):
        mine = lambda e: e["type"] == "escalation" and e["conversation_id"] == call_id  # noqa: E731
        await feed.send(type="conversation.start", conversation_id=call_id)
        await say(feed, "my chest feels tight")
        which = {"conversation_id": call_id, "escalation_id": (await watcher.until(mine))["escalation_id"]}  # fmt: skip
        await feed.send(type="escalation.close", outcome="false_alarm", **which)
        assert (await feed.type("error"))["code"] == "forbidden"
        await feed.send(type="escalation.ack", **which)
        assert (await watcher.until(mine))["status"] == "acknowledged"


async def test_a_clinician_answers_from_where_calls_are_watched_and_does_nothing_else(
    server: Any, join: Any, started: Any, say: Any, call_id: str
) -> None:
    clinician = server.token("clinician", "n-1")
    mine = lambda e: e["type"] == "escalation" and e["conversation_id"] == call_id  # noqa: E731
    async with started() as client, join(path="/v1/watch", token=clinician) as watcher:
        await opened(client, say)
        event = await watcher.until(mine)
        which = {"conversation_id": call_id, "escalation_id": event["escalation_id"]}
        await watcher.send(type="escalation.ack", **which)
        answered = await watcher.until(mine)
        assert (answered["status"], answered["by"]) == ("acknowledged", "clinician")
        await watcher.send(type="conversation.end", conversation_id=call_id)
        assert (await watcher.type("error"))["code"] == "forbidden"
        async with join(token=clinician) as own:
            await say(own, "hello")
            assert (await own.type("error"))["code"] == "forbidden"
            await own.send(type="reveal", conversation_id=call_id, placeholder="<PERSON_1>")
            assert (await own.type("error"))["code"] == "forbidden"


@pytest.mark.parametrize(("licence", "by"), [("clinician", "clinician"), ("agent", "agent")])
async def test_on_a_nurse_line_the_agent_is_a_clinician(
    server: Any, join: Any, say: Any, call_id: str, licence: str, by: str
) -> None:
    async with join(token=server.token("agent", "n-1")) as agent:
        context = {"licence": licence}
        await agent.send(type="conversation.start", conversation_id=call_id, context=context)
        await opened(agent, say)
        await agent.send(type="escalation.ack", conversation_id=call_id, escalation_id="e-1")
        assert (await agent.type("escalation"))["by"] == by


async def test_an_agent_of_another_call_stays_out(
    server: Any, join: Any, say: Any, call_id: str
) -> None:
    async with join(token=server.token("agent", "a-1")) as agent:
        await agent.send(type="conversation.start", conversation_id=call_id, agent_id="a-1")
        await opened(agent, say)
        async with httpx.AsyncClient(base_url=server.http) as http:
            headers = {"Authorization": f"Bearer {server.token('agent', 'a-1')}"}
            for path in ("/v1/escalations", "/v1/metrics/interventions", "/v1/webhooks/failed"):
                assert (await http.get(path, headers=headers)).status_code == 403
            other = {"Authorization": f"Bearer {server.token('supervisor', 's', 'elsewhere')}"}
            assert (await http.get("/v1/escalations", headers=other)).json() == []


# ---- time -------------------------------------------------------------------------------------


@asynccontextmanager
async def watching(server: Running, settings: Settings) -> AsyncIterator[ClientConnection]:
    headers = {"Authorization": f"Bearer {issue(settings, 'clinician', 'n-1')}"}
    async with connect(f"{server.ws}/v1/watch", additional_headers=headers) as socket:
        yield socket


async def heard(socket: ClientConnection, status: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while True:
            event = json.loads(await socket.recv())
            if event["type"] == "escalation" and event["status"] == status:
                return event


async def test_nobody_answers_the_call_ends_the_server_restarts_and_it_climbs_on(
    tmp_path: Path,
) -> None:
    settings = load(
        data=tmp_path, port=0, escalation_climb_s=1.5, escalation_targets=("team", "doctor", "head")
    )
    source = {"Authorization": f"Bearer {issue(settings, 'source', 'feed')}"}
    call = {"conversation_id": "c-1"}
    # the source's clock is ten minutes ahead: time has to go by all the same
    segment = {"type": "segment", "segment_id": "s-1", "speaker": "patient", "text": "I can't breathe",
               "start_ms": 600_000, "end_ms": 601_000, **call}  # fmt: skip
    messages = [
        {"type": "conversation.start", **call}, segment, {"type": "conversation.end", **call},
    ]  # fmt: skip
    async with (
        running(settings) as server,
        watching(server, settings) as watcher,
        connect(f"{server.ws}/v1/ingest", additional_headers=source) as feed,
    ):
        for message in messages:
            await feed.send(json.dumps(message))
        assert (await heard(watcher, "opened"))["to"] == "team"
        climbed = await heard(watcher, "climbed")
        assert (climbed["level"], climbed["to"]) == (1, "doctor")
    async with running(settings) as server, watching(server, settings) as watcher:
        climbed = await heard(watcher, "climbed")
        assert (climbed["level"], climbed["to"]) == (2, "head")
        headers = {"Authorization": f"Bearer {issue(settings, 'supervisor', 's-1')}"}
        async with httpx.AsyncClient(base_url=server.http, headers=headers) as http:
            (waiting,) = (await http.get("/v1/escalations")).json()
            assert (waiting["status"], waiting["level"]) == ("climbed", 2)
            await watcher.send(
                json.dumps({"type": "escalation.ack", "escalation_id": "e-1", **call})
            )
            answered = await heard(watcher, "acknowledged")
            assert answered["elapsed_ms"] > climbed["elapsed_ms"]
            closing = {"type": "escalation.close", "escalation_id": "e-1", "outcome": "resolved"}
            await watcher.send(json.dumps(closing | call))
            await heard(watcher, "closed")
            assert (await http.get("/v1/escalations")).json() == []
            path = "/v1/metrics/interventions"
            found = (await http.get(path, params={"calls": True})).json()
            none = (await http.get(path, params={"since": "2999-01-01"})).json()
            assert (await http.get(path, params={"since": "soon"})).status_code == 422
            prometheus = (await http.get("/metrics")).text
    assert none["overall"]["opened"] == 0
    overall = found["overall"]
    assert (overall["opened"], overall["answered"], overall["climbed"]) == (1, 1, 1)
    assert overall["time_to_intervention_ms"]["median"] == answered["elapsed_ms"]
    assert found["calls"][0]["time_to_acknowledge_ms"] == answered["elapsed_ms"]
    assert 'copilot_time_to_intervention_seconds_count{category="red_flag",level="2"}' in prometheus
    assert 'copilot_time_to_flag_seconds_count{category="red_flag"}' in prometheus

    runner = CliRunner()
    done = runner.invoke(report_app, ["interventions", "--data", str(tmp_path)])
    assert done.exit_code == 0
    assert "red_flag" in done.output
    assert max(len(line) for line in done.output.splitlines()) <= 80
    asked = ["interventions", "--data", str(tmp_path), "--json", "--since", "2020-01-01"]
    assert json.loads(runner.invoke(report_app, asked).output)["overall"] == overall


# ---- figures ----------------------------------------------------------------------------------


def told(*events: dict[str, Any]) -> list[Row]:
    rows: list[Row] = []
    for number, given in enumerate(events):
        event = EscalationEvent.model_validate(
            {"conversation_id": "c", "event_id": str(number), "at": f"2026-01-01T00:00:{number:02d}.000Z",
             "escalation_id": "e-1", "flag_id": "f", "to": "team", "category": "red_flag", **given}
        )  # fmt: skip
        rows.append(
            Row(event.conversation_id, event.event_id, "default", "event", "escalation", event.at, to_json(event))
        )  # fmt: skip
    return rows


def test_every_opening_counts_by_itself_and_what_was_withdrawn_is_told_apart() -> None:
    found = openings(
        told(
            {"status": "opened", "elapsed_ms": 1_000},
            {"status": "closed", "elapsed_ms": 2_000, "by": "service", "outcome": "resolved"},
            {"status": "opened", "elapsed_ms": 3_000},
            {"status": "climbed", "elapsed_ms": 63_000, "level": 1},
            {"status": "acknowledged", "elapsed_ms": 70_000, "level": 1, "by": "agent"},
            {"status": "acknowledged", "elapsed_ms": 75_000, "level": 1, "by": "service"},
            {"status": "handed_over", "elapsed_ms": 80_000, "level": 1, "by": "agent"},
            {"status": "acknowledged", "elapsed_ms": 90_000, "level": 1, "by": "clinician"},
            {"status": "closed", "elapsed_ms": 99_000, "level": 1, "by": "clinician", "outcome": "called_back"},
        )
    )  # fmt: skip
    first, second = found
    assert (first.withdrawn, first.time_to_acknowledge_ms) == (True, None)
    assert (second.withdrawn, second.level, second.outcome) == (False, 1, "called_back")
    assert (second.time_to_flag_ms, second.time_to_acknowledge_ms) == (3_000, 70_000)
    assert (second.time_to_intervention_ms, second.time_to_close_ms) == (80_000, 99_000)
    overall = report(found)["overall"]
    assert (overall["opened"], overall["withdrawn"], overall["answered"]) == (2, 1, 1)
    assert overall["time_to_flag_ms"] == {"count": 1, "median": 3_000, "p95": 3_000}


def test_medians_and_percentiles_by_category() -> None:
    rows = told(
        *(
            {"conversation_id": f"c-{n}", "status": "opened", "elapsed_ms": n * 1_000,
             "category": "crisis" if n == 21 else "red_flag"}
            for n in range(1, 22)
        )
    )  # fmt: skip
    found = report(openings(rows))
    assert found["by_category"]["red_flag"]["time_to_flag_ms"] == {
        "count": 20, "median": 10_500, "p95": 19_050,
    }  # fmt: skip
    assert found["by_category"]["crisis"]["time_to_flag_ms"]["median"] == 21_000
    assert found["overall"]["time_to_acknowledge_ms"] == {"count": 0, "median": None, "p95": None}
    assert max(len(line) for line in table(found, "").splitlines()) <= 80


def test_what_was_opened_before_the_time_asked_for_is_left_out() -> None:
    assert openings(told({"status": "acknowledged", "elapsed_ms": 5})) == []


def test_a_journal_without_escalations_has_a_report(tmp_path: Path) -> None:
    Journal.open(f"sqlite:///{tmp_path / 'journal.db'}").close()
    done = CliRunner().invoke(report_app, ["interventions", "--data", str(tmp_path)])
    assert (done.exit_code, done.output.splitlines()[-1].split()[:2]) == (0, ["overall", "0"])


# ---- the ping ---------------------------------------------------------------------------------


def test_a_ping_without_an_endpoint_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COPILOT_WEBHOOK_URL", raising=False)
    done = CliRunner().invoke(webhooks_app, ["test"])
    assert done.exit_code == 2
    assert "COPILOT_WEBHOOK_URL" in done.stderr


@pytest.mark.parametrize(("found", "name"), [(report_app, "interventions"), (webhooks_app, "test")])
def test_commands_show_examples(found: Any, name: str) -> None:
    assert "Example" in CliRunner().invoke(found, [name, "--help"]).output
