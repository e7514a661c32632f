"""The wire protocol, by real clients against a real server."""

import json
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus


async def test_a_segment_is_masked_shown_and_acknowledged(started: Any, say: Any) -> None:
    async with started() as client:
        await say(client, "my name is Maria Gonzalez")
        utterance = await client.type("utterance")
        assert utterance["text"] == "my name is <PERSON_1>"
        (entity,) = utterance["entities"]
        assert utterance["text"][entity["start"] : entity["end"]] == entity["placeholder"]
        ack = await client.ack("s-1")
        assert ack["event_id"] > utterance["event_id"]
        assert ack["at"].endswith("Z")


async def test_a_red_flag_is_raised_escalated_and_closed_by_the_team(
    started: Any, say: Any, call_id: str
) -> None:
    async with started() as client:
        await say(client, "I have this chest pain since this morning")
        flag = await client.type("flag")
        assert (flag["category"], flag["severity"], flag["status"]) == (
            "red_flag",
            "critical",
            "raised",
        )
        assert flag["evidence"][0]["segment_id"] == "s-1"
        assert flag["sources"][0]["version"] >= 1
        opened = await client.type("escalation")
        assert (opened["status"], opened["flag_id"]) == ("opened", flag["flag_id"])
        assert opened["elapsed_ms"] >= 0
        await client.send(
            type="escalation.ack", conversation_id=call_id, escalation_id=opened["escalation_id"]
        )
        assert (await client.type("escalation"))["status"] == "acknowledged"


async def test_a_partial_may_raise_a_red_flag_and_its_final_confirms_it(
    started: Any, say: Any
) -> None:
    async with started() as client:
        await say(client, "my chest feels tight", segment_id="p", final=False)
        assert (await client.type("flag"))["status"] == "raised"
        await say(client, "my chest feels tight never", segment_id="p", start_ms=6000, end_ms=7000)
        assert (await client.type("flag"))["status"] == "confirmed"


async def test_a_final_without_the_words_resolves_what_the_partial_raised(
    started: Any, say: Any
) -> None:
    async with started() as client:
        await say(client, "I have chest pain", segment_id="p", final=False, start_ms=1, end_ms=2)
        await client.type("flag")
        await say(client, "I have a chess game", segment_id="p", start_ms=1, end_ms=900)
        settled = await client.until(lambda e: e["type"] == "flag" and e["status"] == "resolved")
        assert settled["evidence"][0]["segment_id"] == "p"
        assert (await client.type("escalation"))["status"] == "closed"


async def test_duplicates_change_nothing_and_are_acknowledged(started: Any, say: Any) -> None:
    async with started() as client:
        for _ in range(3):
            await say(client, "I need to move my appointment", segment_id="same", start_ms=5)
            await client.ack("same")
        said = [e for e in client.heard if e["type"] == "utterance"]
        assert len(said) == 1


async def test_a_correction_replaces_by_revision(started: Any, say: Any) -> None:
    async with started() as client:
        await say(client, "I take ten pills", segment_id="s", start_ms=5)
        await client.ack("s")
        await say(client, "I take two pills", segment_id="s", start_ms=5, revision=1)
        corrected = await client.type("utterance")
        assert (corrected["text"], corrected["revision"]) == ("I take two pills", 1)
        await client.ack("s")


async def test_late_segments_are_judged_in_the_order_of_speech(started: Any, say: Any) -> None:
    async with started() as client:
        await say(client, "yes, since this morning", segment_id="b", start_ms=9000, end_ms=9900)
        await client.ack("b")
        assert not [e for e in client.heard if e["type"] == "flag"]
        await say(
            client, "do you have chest pain?", "agent", segment_id="a", start_ms=5000, end_ms=8000
        )
        flag = await client.type("flag")
        assert {e["segment_id"] for e in flag["evidence"]} == {"a", "b"}


@pytest.mark.parametrize("text", ["", "   ", "é́ü 😀 \u0000 ok"])
async def test_odd_texts_are_taken(started: Any, say: Any, text: str) -> None:
    async with started() as client:
        await say(client, text)
        await client.ack("s-1")


async def test_sixty_four_kilobytes_are_taken_and_more_is_refused(started: Any, say: Any) -> None:
    async with started() as client:
        await say(client, ("the weather is fine " * 4000)[:65_536])
        await client.ack("s-1")
        await say(client, "x" * 65_537)
        error = await client.type("error")
        assert (error["code"], error["field"]) == ("too_large", "text")
        await say(client, "still here")
        await client.ack("s-3")


@pytest.mark.parametrize(
    ("frame", "code", "field"),
    [
        ("{", "invalid_message", None),
        ("[1]", "invalid_message", None),
        ('"text"', "invalid_message", None),
        ("{}", "invalid_message", "type"),
        ('{"type":"dance"}', "unknown_type", "type"),
        ('{"type":"segment","conversation_id":"c"}', "invalid_message", "segment_id"),
        ('{"type":"segment","conversation_id":"../x"}', "invalid_message", "conversation_id"),
        ("[" * 5000, "invalid_message", None),
    ],
)
async def test_bad_frames_get_an_error_and_the_connection_goes_on(
    started: Any, say: Any, frame: str, code: str, field: str | None
) -> None:
    async with started() as client:
        await client.socket.send(frame)
        error = await client.type("error")
        assert (error["code"], error.get("field")) == (code, field)
        await say(client, "hello there")
        await client.ack("s-1")


async def test_binary_frames_get_an_error(started: Any, say: Any) -> None:
    async with started() as client:
        await client.socket.send(b"\x00\x01")
        assert (await client.type("error"))["code"] == "invalid_message"
        await client.send(type="ping")
        await client.type("pong")


async def test_an_error_never_repeats_what_was_sent(started: Any, call_id: str) -> None:
    async with started() as client:
        await client.send(
            type="segment", conversation_id=call_id, segment_id="s", speaker="Zebulon Quartz",
            text="Zebulon Quartz", start_ms="Zebulon", end_ms=1,
        )  # fmt: skip
        assert "ebulon" not in json.dumps(await client.type("error"))


async def test_a_segment_before_the_start_is_refused(join: Any, say: Any) -> None:
    async with join() as client:
        await say(client, "hello")
        assert (await client.type("error"))["code"] == "not_started"


async def test_resume_has_no_gap_and_no_repeat(started: Any, join: Any, say: Any) -> None:
    async with started() as client:
        for word in ("one thing", "another thing", "a third thing"):
            await say(client, f"I wanted to say {word}")
        await client.ack("s-3")
        seen = [e for e in client.heard if e["type"] == "utterance"]
        async with join(after=seen[0]["event_id"]) as second:
            await say(client, "and a fourth")
            await client.ack("s-4")
            got = [await second.type("utterance") for _ in range(3)]
        everything = [e["event_id"] for e in client.heard if e["type"] == "utterance"]
        assert [e["event_id"] for e in got] == everything[1:]


async def test_every_listener_hears_everything(started: Any, join: Any, say: Any) -> None:
    async with started() as client, join() as second, join() as third:
        await say(client, "my chest feels tight")
        flags = [await c.type("flag") for c in (client, second, third)]
        assert len({f["event_id"] for f in flags}) == 1


async def test_a_source_feeds_calls_and_supervisors_watch_them(
    server: Any, join: Any, call_id: str, say: Any
) -> None:
    async with (
        join(path="/v1/ingest", token=server.token("source", "feed")) as feed,
        join(path="/v1/watch") as watcher,
    ):
        await feed.send(type="conversation.start", conversation_id=call_id)
        await say(feed, "I can't breathe")
        await feed.ack("s-1")
        mine = lambda kind: lambda e: e["type"] == kind and e.get("conversation_id") == call_id  # noqa: E731
        await watcher.until(mine("conversation.started"))
        await watcher.until(mine("flag"))
        await watcher.until(mine("escalation"))
        await watcher.send(type="conversation.end", conversation_id=call_id)
        assert (await watcher.type("error"))["code"] == "forbidden"
        await feed.send(type="conversation.end", conversation_id=call_id)
        await watcher.until(mine("conversation.ended"))


async def test_the_end_brings_a_summary_and_closes_the_call(
    started: Any, say: Any, call_id: str
) -> None:
    async with started() as client:
        await say(client, "I need to move my appointment to next week")
        await client.ack("s-1")
        await client.send(type="conversation.end", conversation_id=call_id)
        summary = await client.type("summary")
        assert "appointment" in summary["text"]
        assert summary["metrics"]["utterances"] == 1
        await say(client, "one more thing")
        assert (await client.type("error"))["code"] == "ended"


async def test_a_question_of_the_agent_is_answered_from_approved_text(
    started: Any, call_id: str
) -> None:
    async with started() as client:
        await client.send(type="ask", conversation_id=call_id, text="how much salt is allowed?")
        card = await client.type("suggestion")
        assert card["drafted_by"] == "extractive"
        assert card["passages"]
        await client.send(type="ask", conversation_id=call_id, text="who won the football match?")
        assert (await client.type("suggestion"))["passages"] == []


async def test_cards_come_only_when_they_help_and_never_twice(started: Any, say: Any) -> None:
    async with started() as client:
        lines = ["hello", "yes", "how much salt can I have?", "okay", "how much salt can I have?"]
        for line in lines:
            await say(client, line)
        await client.ack("s-5")
        await client.send(
            type="conversation.end", conversation_id=client.heard[-1]["conversation_id"]
        )
        await client.type("summary")
        cards = [e for e in client.heard if e["type"] == "suggestion"]
        assert [card["in_reply_to"] for card in cards] == ["s-3"]


async def test_only_the_calls_own_agent_may_reveal(
    server: Any, join: Any, call_id: str, say: Any
) -> None:
    token = server.token("agent", "a-1")
    async with join(token=token) as agent, join() as supervisor:
        start = {"type": "conversation.start", "conversation_id": call_id, "agent_id": "a-1"}
        await agent.send(**start)
        await say(agent, "my name is Zebulon Quartz")
        await agent.ack("s-1")
        reveal = {"type": "reveal", "conversation_id": call_id, "placeholder": "<PERSON_1>"}
        await agent.send(**reveal)
        assert (await agent.type("revealed"))["text"] == "Zebulon Quartz"
        await supervisor.send(**reveal)
        assert (await supervisor.type("error"))["code"] == "forbidden"
        assert not [e for e in supervisor.heard if e["type"] == "revealed"]


@pytest.mark.parametrize(
    ("path", "role", "status"),
    [
        ("/v1/ingest", None, 401),
        ("/v1/ingest", "agent", 403),
        ("/v1/watch", "source", 403),
        ("/v1/conversations/c-x", "source", 403),
    ],
)
async def test_the_door(server: Any, path: str, role: str | None, status: int) -> None:
    headers = {"Authorization": f"Bearer {server.token(role)}"} if role else {}
    with pytest.raises(InvalidStatus) as refused:
        async with connect(server.ws + path, additional_headers=headers):
            pass
    assert refused.value.response.status_code == status


async def test_another_agent_and_another_tenant_stay_out(
    server: Any, join: Any, call_id: str
) -> None:
    async with join(token=server.token("agent", "a-1")) as agent:
        await agent.send(type="conversation.start", conversation_id=call_id, agent_id="a-1")
        await agent.type("conversation.started")
        for token in (server.token("agent", "a-2"), server.token("supervisor", "s", "elsewhere")):
            with pytest.raises(InvalidStatus) as refused:
                async with join(token=token):
                    pass
            assert refused.value.response.status_code == 403


async def test_a_frame_over_the_limit_closes_with_1009(started: Any) -> None:
    async with started() as client:
        await client.socket.send("x" * 2_000_000)
        with pytest.raises(ConnectionClosed) as closed:
            await client.type("never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


async def test_the_subprotocol_carries_a_browsers_token(server: Any) -> None:
    offered = f"bearer.{server.token()}"
    async with connect(f"{server.ws}/v1/watch", subprotocols=[offered]) as socket:  # type: ignore[list-item]
        assert socket.subprotocol == offered


async def test_http_is_plain_about_errors(server: Any) -> None:
    async with httpx.AsyncClient(base_url=server.http) as http:
        assert (await http.get("/healthz")).json()["status"] == "ok"
        assert (await http.get("/readyz")).json()["ready"] is True
        refused = await http.get("/v1/conversations")
        assert refused.status_code == 401
        assert refused.headers["content-type"] == "application/problem+json"
        assert "copilot_stage_cpu_seconds" in (await http.get("/metrics")).text
        assert "/v1/conversations" in (await http.get("/v1/openapi.json")).json()["paths"]
