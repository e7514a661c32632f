"""Webhooks to a real receiver on the loopback: signed, in order, tried again, never in the way."""

import asyncio
import base64
import hashlib
import hmac
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from typer.testing import CliRunner
from websockets.asyncio.client import ClientConnection, connect

from copilot.auth import issue
from copilot.delivery import Delivery, backoff_s
from copilot.demo import SAMPLE
from copilot.embedded import Running, bind, running
from copilot.escalation_cli import webhooks_app
from copilot.events import EscalationEvent
from copilot.journal import Journal, Row
from copilot.outbox import Outbox
from copilot.settings import Settings, SettingsError, load
from copilot.webhooks import Endpoint, message, secret_key, signature

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
PLANTED = ("zebulon", "quartz", "078-05-1120", "5550199", "one nine nine")


@dataclass
class Receiver:
    """The clinical team's system: keeps what it is sent and answers as it is told."""

    url: str
    answers: Callable[[int], int] = lambda _: 200
    open: asyncio.Event = field(default_factory=asyncio.Event)
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)
    stirred: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.got.append((headers, body.decode()))
        self.stirred.set()
        status = self.answers(len(self.got))
        await self.open.wait()
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def until(self, wanted: Callable[["Receiver"], bool]) -> None:
        async with asyncio.timeout(30):
            while not wanted(self):
                self.stirred.clear()
                await self.stirred.wait()

    def of(self, status: str) -> list[tuple[dict[str, str], dict[str, Any]]]:
        every = [(headers, json.loads(body)) for headers, body in self.got]
        return [(headers, body) for headers, body in every if body["type"] == f"escalation.{status}"]  # fmt: skip


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    listening = bind("127.0.0.1", 0)
    receiver = Receiver(f"http://127.0.0.1:{listening.getsockname()[1]}/hooks")
    receiver.open.set()
    web = uvicorn.Server(uvicorn.Config(receiver, log_config=None, lifespan="off"))
    task = asyncio.create_task(web.serve(sockets=[listening]))
    while not web.started:
        await asyncio.sleep(0.01)
    yield receiver
    receiver.open.set()
    web.should_exit = True
    await task


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


def verify(headers: dict[str, str], body: str) -> None:
    """A receiver's own check, by the specification alone."""
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert abs(int(headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 120


# ---- the whole service ------------------------------------------------------------------------


@asynccontextmanager
async def joined(server: Running, settings: Settings) -> AsyncIterator[ClientConnection]:
    headers = {"Authorization": f"Bearer {issue(settings, 'supervisor', 's')}"}
    async with connect(f"{server.ws}/v1/conversations/c-1", additional_headers=headers) as socket:
        yield socket


async def send(socket: ClientConnection, kind: str, **given: Any) -> None:
    await socket.send(json.dumps({"type": kind, "conversation_id": "c-1", **given}))


async def say(socket: ClientConnection, number: int, text: str) -> None:
    await send(
        socket, "segment", segment_id=f"s-{number}", speaker="patient", text=text,
        start_ms=number * 1000, end_ms=number * 1000 + 900,
    )  # fmt: skip


async def hear(socket: ClientConnection, kind: str, **wanted: Any) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while True:
            event = json.loads(await socket.recv())
            if event["type"] == kind and all(event.get(k) == v for k, v in wanted.items()):
                return event


async def test_the_clinical_team_is_told_in_order_over_failures_and_a_restart(
    tmp_path: Path, receiver: Receiver
) -> None:
    settings = load(
        data=tmp_path, port=0, webhook_url=receiver.url, webhook_secret=SECRET, webhook_retry_s=0.05
    )
    receiver.answers = lambda _: 500
    receiver.open.clear()  # the endpoint hangs: the call must not notice
    async with running(settings) as server, joined(server, settings) as socket:
        on_file = {"name": "Zebulon Quartz", "phone": "415-555-0199"}
        await send(socket, "conversation.start", context={"on_file": on_file})
        await say(socket, 1, "I am Zebulon Quartz, my social is 078-05-1120, my chest feels tight")
        await receiver.until(lambda r: len(r.got) == 1)
        await hear(socket, "escalation", status="opened")
        await say(socket, 2, "and I want to die")
        await hear(socket, "escalation", status="opened", escalation_id="e-2")
        note = "Zebulon Quartz, 415-555-0199, picks up"
        await send(socket, "escalation.ack", escalation_id="e-1", note=note)
        await hear(socket, "escalation", status="acknowledged")
        receiver.open.set()
        await receiver.until(lambda r: len(r.of("opened")) >= 4)
        assert receiver.of("acknowledged") == [], "a later event overtook an earlier one"
        async with httpx.AsyncClient(base_url=server.http) as http:
            assert "not taken" in (await http.get("/readyz")).text
    before = len(receiver.got)
    fails = before + 2
    receiver.answers = lambda count: 503 if count <= fails else 200
    async with running(settings) as server, joined(server, settings) as socket:
        await receiver.until(lambda r: len(r.of("acknowledged")) == 1)
        gone = {"escalation_id": "e-1", "to": "Zebulon Quartz's nurse"}
        await send(socket, "escalation.handover", **gone)
        await send(socket, "escalation.close", escalation_id="e-1", outcome="sent_to_emergency")
        await receiver.until(lambda r: len(r.of("closed")) == 1)
        async with httpx.AsyncClient(base_url=server.http) as http:
            metrics = (await http.get("/metrics")).text
            admin = {"Authorization": f"Bearer {issue(settings, 'admin', 'a')}"}
            assert (await http.get("/v1/webhooks/failed", headers=admin)).json() == []
    assert 'copilot_webhooks_total{outcome="delivered"}' in metrics
    for headers, body in receiver.got:
        verify(headers, body)
        assert not [planted for planted in PLANTED if planted in body.lower()]

    ids = {}
    for headers, body in receiver.got:
        data = json.loads(body)["data"]
        ids.setdefault((data["escalation_id"], data["status"]), set()).add(headers["webhook-id"])
    assert all(len(found) == 1 for found in ids.values()), "an id changed between attempts"
    assert len({one for found in ids.values() for one in found}) == len(ids) == 5
    taken = [json.loads(body)["data"] for _, body in receiver.got[fails:]]
    assert [d["status"] for d in taken if d["escalation_id"] == "e-1"] == [
        "opened", "acknowledged", "handed_over", "closed",
    ]  # fmt: skip
    (opened,) = [d for d in taken if d["status"] == "opened" and d["escalation_id"] == "e-1"]
    assert opened["flag"]["category"] == "red_flag"
    assert opened["flag"]["evidence"][0]["segment_id"] == "s-1"
    assert opened["flag"]["why"]
    assert (opened["level"], opened["to"], opened["link"]) == (0, "clinical-team", "/agent/c-1")
    for file in tmp_path.rglob("*"):
        if file.is_file():
            content = file.read_bytes().lower()
            assert not [p for p in PLANTED if p.encode() in content], file.name


@pytest.mark.parametrize(
    "command", [["demo", "--headless", "--speed", "0"], ["replay", str(SAMPLE), "--speed", "0"]]
)
async def test_nobody_is_called_for_a_sample_or_a_recorded_call(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("COPILOT_WEBHOOK_URL", receiver.url)
    monkeypatch.setenv("COPILOT_WEBHOOK_SECRET", SECRET)
    # a process of its own: the command sets up logging for the whole process
    done = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "copilot", *command, stdout=PIPE, stderr=PIPE
    )
    shown, _ = await done.communicate()
    assert done.returncode == 0
    assert "escalation opened" in shown.decode()
    assert receiver.got == []


# ---- the outbox and its delivery --------------------------------------------------------------


@pytest.fixture
def journal(url: str) -> Iterator[Journal]:
    opened = Journal.open(url)
    yield opened
    opened.close()


def put(journal: Journal, *told: tuple[str, str], at: datetime | None = None) -> None:
    """Escalation events, as (escalation, status), journaled with their webhooks."""
    moment = (at or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    start = int((at or datetime.now(UTC)).timestamp() * 1e6)
    rows: list[Row] = []
    for number, (which, status) in enumerate(told):
        event = EscalationEvent.model_validate(
            {"conversation_id": "c", "event_id": str(start + number), "at": moment, "status": status,
             "escalation_id": which, "flag_id": "f", "to": "clinical-team", "elapsed_ms": 1}
        )  # fmt: skip
        webhook = message("default", event, None)
        rows.append(
            Row("c", event.event_id, "default", "event", "escalation", moment, "{}", webhook)
        )
    journal.append(rows)


@asynccontextmanager
async def delivering(outbox: Outbox, url: str, **given: float) -> AsyncIterator[Delivery]:
    endpoint = Endpoint(url, secret_key(SECRET), **{"retry_s": 0.02, **given})
    delivery = Delivery(outbox, endpoint)
    delivery.start()
    yield delivery
    await delivery.stop()


async def settled(outbox: Outbox) -> None:
    async with asyncio.timeout(30):
        while outbox.count("waiting"):
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(("status", "code"), [(204, 0), (401, 1)])
async def test_a_ping_says_whether_the_way_is_open(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, status: int, code: int
) -> None:
    monkeypatch.setenv("COPILOT_WEBHOOK_URL", receiver.url)
    monkeypatch.setenv("COPILOT_WEBHOOK_SECRET", SECRET)
    receiver.answers = lambda _: status
    done = await asyncio.to_thread(CliRunner().invoke, webhooks_app, ["test"])
    assert done.exit_code == code
    ((headers, body),) = receiver.got
    verify(headers, body)
    assert json.loads(body)["type"] == "ping"
    assert headers["webhook-id"] in (done.stderr if code else done.stdout)


async def test_another_escalation_does_not_wait_for_one_that_fails(
    journal: Journal, receiver: Receiver
) -> None:
    outbox = journal.outbox()
    put(journal, ("e-1", "opened"), ("e-1", "closed"), ("e-2", "opened"))
    receiver.answers = lambda _: 200 if '"e-2"' in receiver.got[-1][1] else 500
    async with delivering(outbox, receiver.url):
        await receiver.until(lambda r: len(r.got) >= 4)
    assert outbox.count("delivered") == 1
    assert receiver.of("closed") == []


@pytest.mark.parametrize(
    ("answers", "age", "reason"),
    [
        (lambda _: 410, timedelta(0), "http_410"),
        (lambda _: 500, timedelta(hours=2), "http_500"),
        (lambda _: 302, timedelta(hours=2), "http_302"),
    ],
)
async def test_what_is_too_old_or_unwanted_is_given_up_and_can_be_seen(
    journal: Journal, receiver: Receiver, answers: Any, age: timedelta, reason: str
) -> None:
    outbox = journal.outbox()
    put(journal, ("e-1", "opened"), at=datetime.now(UTC) - age)
    receiver.answers = answers
    async with delivering(outbox, receiver.url, give_up_s=3600):
        await settled(outbox)
    (entry,) = outbox.failed("default")
    assert (entry.reason, entry.attempts, entry.message.escalation_id) == (reason, 1, "e-1")
    assert outbox.failed("another") == []


@pytest.mark.parametrize(
    ("hangs", "reason"), [(True, "timeout"), (False, "ConnectError")], ids=["hangs", "is gone"]
)
async def test_an_endpoint_that_does_not_answer_is_tried_again(
    journal: Journal, receiver: Receiver, hangs: bool, reason: str
) -> None:
    outbox = journal.outbox()
    put(journal, ("e-1", "opened"))
    receiver.open.clear()
    url = receiver.url if hangs else "http://127.0.0.1:9/"
    async with delivering(outbox, url, timeout_s=0.1) as delivery:
        async with asyncio.timeout(30):
            while reason not in delivery.degraded:
                await asyncio.sleep(0.02)
    assert outbox.count("waiting") == 1


async def test_the_endpoint_may_ask_to_be_left_alone(journal: Journal) -> None:
    outbox = journal.outbox()
    put(journal, ("e-1", "opened"))

    async def busy(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"retry-after", b"120")]
        await send({"type": "http.response.start", "status": 429, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    listening = bind("127.0.0.1", 0)
    web = uvicorn.Server(uvicorn.Config(busy, log_config=None, lifespan="off"))
    task = asyncio.create_task(web.serve(sockets=[listening]))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    async with delivering(outbox, url) as delivery, asyncio.timeout(30):
        while not delivery.degraded:
            await asyncio.sleep(0.02)
    web.should_exit = True
    await task
    soon = (datetime.now(UTC) + timedelta(seconds=100)).isoformat().replace("+00:00", "Z")
    assert outbox.due(soon, (), 10) == []


def test_a_journal_that_refuses_the_event_holds_no_message(journal: Journal) -> None:
    moment = datetime.now(UTC)
    put(journal, ("e-1", "opened"), at=moment)
    with pytest.raises(RuntimeError, match="cannot be written"):
        put(journal, ("e-2", "opened"), at=moment)
    assert journal.outbox().count("waiting") == 1


def test_waits_grow_and_are_scattered_and_have_an_end() -> None:
    waits = [backoff_s(1.0, attempt) for attempt in range(60)]
    assert 0.5 <= waits[0] <= 1.0
    assert 2.0 <= waits[2] <= 4.0
    assert max(waits) <= 300
    assert len({backoff_s(1.0, 3) for _ in range(20)}) > 1


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of standardwebhooks.com."""
    key = secret_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = '{"test": 2432232314}'
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_documented_check_takes_what_is_true_and_nothing_else() -> None:
    text = (Path(__file__).parent.parent.parent / "docs" / "escalation.md").read_text()
    code = text.split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102
    now = int(datetime.now(UTC).timestamp())

    def check(body: str, at: int = now, secret: str = SECRET) -> bool:
        signed = signature(secret_key(SECRET), "msg_1", at, "{}")
        headers = {"webhook-id": "msg_1", "webhook-timestamp": str(at), "webhook-signature": signed}
        return names["verify"](secret, headers, body.encode())

    assert check("{}")
    assert not check("{ }")
    assert not check("{}", at=now - 3600)
    assert not check("{}", secret="whsec_" + base64.b64encode(b"another secret, 24 bytes").decode())


# ---- what is set up ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"webhook_url": "https://example.org/hooks"},
        {"webhook_url": "https://example.org/hooks", "webhook_secret": "hunter2"},
        {"webhook_url": "https://example.org/hooks", "webhook_secret": "whsec_hunter2=!"},
        {"webhook_url": "https://example.org/hooks", "webhook_secret": "whsec_aHVudGVyMg=="},
        {"webhook_url": "http://example.org/hunter2", "webhook_secret": SECRET},
    ],
)
def test_a_wrong_endpoint_is_refused_without_repeating_it(given: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="COPILOT_WEBHOOK") as error:
        assert load(**given).webhook
    assert "hunter2" not in str(error.value)


def test_nothing_is_sent_where_nothing_is_set_up() -> None:
    assert load().webhook is None


def test_secrets_of_webhooks_are_not_shown() -> None:
    settings = load(webhook_url="https://example.org/hooks/t0ken", webhook_secret=SECRET)
    for shown in (repr(settings), repr(settings.webhook)):
        assert "t0ken" not in shown
        assert SECRET.removeprefix("whsec_") not in shown
