"""Server events as lines for a person at a terminal."""

import textwrap
from typing import Any

WIDTH = 80
_MARK = {"critical": "!!", "warning": "! ", "notice": "· "}


def line(event: dict[str, Any]) -> str:
    """The event at 80 columns, or nothing where it says nothing to a reader."""
    match event["type"]:
        case "utterance" if event["final"]:
            clock = _clock(event["start_ms"])
            return _wrapped(f"{clock} {event['speaker']:<8}", event["text"])
        case "flag":
            head = f"      {_MARK[event['severity']]} {event['status']}: {event['title']}"
            said = event.get("say") if event["status"] == "raised" else ""
            return head + ("\n" + _wrapped("         say:", said) if said else "")
        case "suggestion":
            titles = ", ".join(p["title"] for p in event["passages"])
            head = _wrapped(f"      > {event['kind']}:", event["text"])
            return f"{head}\n        ({titles})" if titles else head
        case "protocol":
            steps = "; ".join(step["ask"] for step in event["next"][:1])
            head = f"      # {event['title']}: {event['status']}"
            return head + ("\n" + _wrapped("        next:", steps) if steps else "")
        case "escalation":
            seconds = event["elapsed_ms"] / 1000
            status = event["status"].replace("_", " ")
            outcome = f" ({event['outcome'].replace('_', ' ')})" if event.get("outcome") else ""
            return f"      => {event['to']}: escalation {status}{outcome} after {seconds:.1f} s"
        case "summary":
            return f"\n{event['text']}"
        case "notice" | "error":
            text = event.get("text") or event.get("message", "")
            return _wrapped(f"      {event['type']} {event['code']}:", text)
        case _:
            return ""


def _clock(ms: int) -> str:
    return f"{ms // 60_000:02d}:{ms // 1000 % 60:02d}"


def _wrapped(head: str, text: str) -> str:
    indent = " " * min(len(head) + 1, 15)
    return (
        textwrap.fill(text or "", WIDTH, initial_indent=f"{head} ", subsequent_indent=indent)
        or head
    )
