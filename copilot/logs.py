"""Logging that cannot carry PHI: known events, known fields, plain values, no exception's words.

Everything goes to stderr through structlog: the service's own lines, the libraries' stdlib
logging, and what would otherwise be an uncaught exception's traceback.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

EVENTS = frozenset(
    {
        "analysis failed", "connection failed", "deadline failed", "deadline not journaled",
        "draft failed",
        "embedding failed", "importing the starter knowledge base", "issuer's keys not read",
        "model missing", "library message", "masking failed",
        "masking took too long", "message failed",
        "message not taken", "pack not signed off", "ready", "suggestion not journaled", "uncaught",
        "webhook given up", "webhook not noted", "webhooks not read",
    }
)  # fmt: skip
"""What a log line may say; any other text is replaced, for it may hold what was said in a call."""
FIELDS = frozenset(
    {
        "event", "level", "timestamp", "logger", "kind", "type", "code", "count", "ms", "path",
        "conversation_id", "segment_id", "rule_id", "stage", "where",
    }
)  # fmt: skip
"""The fields that a log line may have; every other is left out."""
MASKED = "<masked>"
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:@/<>-]{0,127}")
"""An id, a name from the code or a path: one word. Anything else might be speech."""
_OURS = frozenset({"event", "level", "timestamp", "where"})
_QUIET = (
    "alembic", "chromadb", "httpcore", "httpx", "langchain", "langsmith", "openai",
    "presidio-analyzer", "presidio-anonymizer", "presidio_analyzer", "websockets",
)  # fmt: skip


def configure(level: str, form: str) -> None:
    """Sets logging up for the whole process: `debug` to `error`, as `console` or `json`."""
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_what_is_known,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_Library()]
    root.setLevel(logging.WARNING)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
    # Presidio's explanations quote the text, on a handler of their own
    logging.getLogger("decision_process").disabled = True
    logging.captureWarnings(True)
    # the standard hooks would print an exception's words, and those may quote what was said
    sys.excepthook = _uncaught
    threading.excepthook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)
    sys.unraisablehook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)


def frames(error: BaseException) -> str:
    """Where an exception came from: files, lines and functions, without its text or any value."""
    return _stack(error.__traceback__)


def _stack(trace: TracebackType | None) -> str:
    last = traceback.extract_tb(trace)[-6:]
    return " < ".join(f"{f.filename.rpartition('/')[2]}:{f.lineno} {f.name}" for f in last[::-1])


def _only_what_is_known(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    error = _error(event.get("exc_info"))
    # a place is only ever made here, from code: no caller's own text passes for one
    where = event.pop("where", None)
    if error is not None:
        event["where"] = frames(error)
        event.setdefault("kind", type(error).__name__)
    elif isinstance(where, _Place):
        event["where"] = str(where)
    if event.get("event") not in EVENTS:
        event["event"] = MASKED
    return {name: _plain(name, event[name]) for name in event if name in FIELDS}


class _Place(str):
    """A place in the code, made by this module."""

    __slots__ = ()


def _plain(name: str, value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)) or name in _OURS:
        return value
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) else MASKED


def _error(given: Any) -> BaseException | None:
    """The exception of a log call's `exc_info`, in each form that logging takes."""
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return next((part for part in given if isinstance(part, BaseException)), None)
    return sys.exc_info()[1] if given else None


def _uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    structlog.get_logger(__name__).error(
        "uncaught", kind=kind.__name__, where=_Place(_stack(trace))
    )


class _Library(logging.Handler):
    """Log records of libraries: their name and level pass, their text does not."""

    def emit(self, record: logging.LogRecord) -> None:
        error = _error(record.exc_info)
        place = frames(error) if error else f"{record.filename}:{record.lineno}"
        structlog.get_logger(record.name).log(
            _standard(record.levelno),
            "library message",
            logger=record.name,
            where=_Place(place),
            kind=type(error).__name__ if error else record.levelname,
        )


def _standard(level: int) -> int:
    """The level at or under one that a library made up: structlog knows the standard ones only."""
    return max((known for known in (10, 20, 30, 40, 50) if known <= level), default=10)
