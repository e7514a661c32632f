"""N live calls at real-time rate through a real server: latencies, CPU by stage, memory.

The server runs in a process of its own; this process plays the calls over websockets.
"""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from copilot.auth import issue
from copilot.demo import SAMPLE
from copilot.replay import Recording, files, read
from copilot.settings import load

_QUANTILES = (0.5, 0.95, 0.99)


@dataclass
class _Heard:
    """Milliseconds from sending a segment to what came of it."""

    ack: list[float] = field(default_factory=list[float])
    flag: list[float] = field(default_factory=list[float])
    suggestion: list[float] = field(default_factory=list[float])
    errors: int = 0


def run(calls: int, seconds: int, data: Path | None) -> dict[str, Any]:
    """Plays `calls` calls for `seconds` seconds and reports."""
    recordings = [r for path in files([data or SAMPLE]) for r in read(path)]
    with tempfile.TemporaryDirectory(prefix="copilot-load-") as folder:
        settings = load(data=Path(folder))
        token = issue(settings, "supervisor", "load")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "copilot", "serve", "--port", str(port), "--data", folder]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait(port, server)
            before, idle = _metrics(port), _memory(server.pid)
            heard = _Heard()
            asyncio.run(_play(recordings, calls, seconds, f"ws://127.0.0.1:{port}", token, heard))
            after, busy = _metrics(port), _memory(server.pid)
        finally:
            server.terminate()
            server.wait(timeout=20)
    return _result(calls, seconds, heard, before, after, (idle, busy))


def _result(
    calls: int,
    seconds: int,
    heard: _Heard,
    before: dict[str, float],
    after: dict[str, float],
    memory: tuple[float, float],
) -> dict[str, Any]:
    spent = {name: after[name] - before.get(name, 0.0) for name in after}
    utterances = sum(v for name, v in spent.items() if name.startswith("copilot_utterances_total"))
    stages: dict[str, float] = {}
    for name, value in spent.items():
        stage = re.search(r'copilot_stage_cpu_seconds_total\{stage="(\w+)"', name)
        if stage:
            stages[stage[1]] = round(1000 * value / max(utterances, 1), 3)
    process = spent.get("process_cpu_seconds_total", 0.0)
    return {
        "calls": calls,
        "seconds": seconds,
        "utterances": int(utterances),
        "errors": heard.errors,
        "ack_ms": _spread(heard.ack),
        "utterance_to_flag_ms": _spread(heard.flag),
        "utterance_to_suggestion_ms": _spread(heard.suggestion),
        "cpu_ms_per_utterance": {
            "process": round(1000 * process / max(utterances, 1), 2),
            **stages,
        },
        "memory_mb": {
            "idle": round(memory[0], 1),
            "per_call": round((memory[1] - memory[0]) / calls, 2),
        },
    }


def _spread(values: list[float]) -> dict[str, float | int]:
    ordered = sorted(values)
    spread: dict[str, float | int] = {"n": len(ordered)}
    for quantile in _QUANTILES:
        at = min(len(ordered) - 1, int(quantile * len(ordered)))
        if ordered:
            spread[f"p{int(quantile * 100)}"] = round(ordered[at], 1)
    return spread


async def _play(
    recordings: list[Recording], calls: int, seconds: int, url: str, token: str, heard: _Heard
) -> None:
    gap = min(1.0, seconds / 2 / calls)
    await asyncio.gather(
        *(
            _call(recordings[n % len(recordings)], f"load-{n}", n * gap, seconds, url, token, heard)
            for n in range(calls)
        )
    )


async def _call(
    recording: Recording, name: str, delay: float, seconds: int, url: str, token: str, heard: _Heard
) -> None:
    await asyncio.sleep(delay)
    sent: dict[str, float] = {}
    headers = {"Authorization": f"Bearer {token}"}
    async with connect(f"{url}/v1/conversations/{name}", additional_headers=headers) as ws:
        listener = asyncio.create_task(_listen(ws, sent, heard))
        began = time.perf_counter()
        for index, original in enumerate(recording.messages):
            due = max(0, recording.due(index)) / 1000
            if due > seconds - delay:
                break
            await asyncio.sleep(max(0.0, began + due - time.perf_counter()))
            message = {**original, "conversation_id": name}
            if message["type"] == "conversation.end":
                break
            if message["type"] == "segment":
                sent[message["segment_id"]] = time.perf_counter()
            await ws.send(json.dumps(message))
        await asyncio.sleep(1.0)
        listener.cancel()


async def _listen(ws: Any, sent: dict[str, float], heard: _Heard) -> None:
    async for frame in ws:
        event = json.loads(frame)
        now = time.perf_counter()
        match event["type"]:
            case "ack":
                heard.ack.append(1000 * (now - sent[event["segment_id"]]))
            case "flag" if event["status"] == "raised" and event["evidence"]:
                about = event["evidence"][-1]["segment_id"]
                if about in sent:
                    heard.flag.append(1000 * (now - sent[about]))
            case "suggestion" if event.get("in_reply_to") in sent:
                heard.suggestion.append(1000 * (now - sent[event["in_reply_to"]]))
            case "error":
                heard.errors += 1
            case _:
                pass


def _wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError("the server did not start")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not become ready")


def _metrics(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def _memory(pid: int) -> float:
    """Resident megabytes of a process, by the tool every Unix has."""
    answer = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=False)
    return int(answer.stdout or 0) / 1024 if os.name == "posix" else 0.0


def table(result: dict[str, Any]) -> str:
    """The figures for a terminal of 80 columns."""
    lines = [
        f"{result['calls']} calls for {result['seconds']} s: {result['utterances']} utterances, "
        f"{result['errors']} errors",
        "",
        f"{'milliseconds':<28} {'n':>6} {'p50':>8} {'p95':>8} {'p99':>8}",
    ]
    for name in ("ack_ms", "utterance_to_flag_ms", "utterance_to_suggestion_ms"):
        row = result[name]
        cells = " ".join(f"{row.get(q, float('nan')):>8.1f}" for q in ("p50", "p95", "p99"))
        lines.append(f"{name.removesuffix('_ms').replace('_', ' '):<28} {row['n']:>6} {cells}")
    lines += ["", "CPU milliseconds an utterance"]
    lines += [
        f"  {stage:<26} {value:>7.2f}" for stage, value in result["cpu_ms_per_utterance"].items()
    ]
    memory = result["memory_mb"]
    lines += ["", f"memory: {memory['idle']} MB idle, {memory['per_call']} MB a call"]
    return "\n".join(lines)
