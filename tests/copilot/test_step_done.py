"""The agent marks a step, enters its answer, and puts right what was heard; nothing else is kept."""

from typing import Any


async def test_an_answer_entered_by_hand_opens_its_branch(
    started: Any, say: Any, call_id: str
) -> None:
    async with started(program="chf-rpm") as client:
        await say(client, "what did the scale say this morning?", speaker="agent")
        begun = await client.type("protocol")
        assert begun["protocol_id"] == "hf-weight-gain"
        assert begun["next"][0]["options"] == ["yes", "no"]
        done = {"conversation_id": call_id, "protocol_id": "hf-weight-gain"}
        await client.send(type="step.done", **done, step_id="emergency-signs", answer="yes")
        moved = await client.type("protocol")
        assert moved["answers"] == [{"step_id": "emergency-signs", "answer": "yes"}]
        assert moved["stopped_by"] == "emergency-signs"
        assert [step["step_id"] for step in moved["next"] if step["handover"]] == ["help-now"]
        await client.send(type="step.done", **done, step_id="emergency-signs", answer="no")
        mended = await client.type("protocol")
        assert mended["stopped_by"] == ""
        assert mended["answers"] == [{"step_id": "emergency-signs", "answer": "no"}]


async def test_what_is_no_answer_of_the_step_is_refused_and_not_repeated(
    started: Any, say: Any, call_id: str
) -> None:
    async with started(program="chf-rpm") as client:
        await say(client, "what did the scale say this morning?", speaker="agent")
        await client.type("protocol")
        for step_id, answer in (
            ("emergency-signs", "Zebulon"),
            ("weight-today", "5551234567"),
            ("nowhere", "yes"),
        ):
            await client.send(
                type="step.done",
                conversation_id=call_id,
                protocol_id="hf-weight-gain",
                step_id=step_id,
                answer=answer,
            )
            error = await client.type("error")
            assert (error["code"], error["field"]) == ("invalid_message", "answer")
            assert answer not in error["message"]
