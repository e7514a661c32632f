"""Logging that cannot carry PHI: only known fields pass, and no exception's own words.

Everything goes to stderr through structlog, the libraries' stdlib logging included.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

FIELDS = frozenset(
    {
        "event", "level", "timestamp", "logger", "kind", "type", "code", "count", "ms", "path",
        "conversation_id", "segment_id", "rule_id", "stage", "where",
    }
)  # fmt: skip
"""The fields that a log line may have; every other is left out."""
_QUIET = (
    "alembic", "chromadb", "httpcore", "httpx", "langchain", "langsmith", "openai",
    "presidio-analyzer", "presidio-anonymizer", "presidio_analyzer", "websockets",
)  # fmt: skip


def _known_fields(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    error = sys.exc_info()[1] if event.get("exc_info") else None
    if error is not None:
        event["where"] = frames(error)
        event.setdefault("kind", type(error).__name__)
    return {name: event[name] for name in event if name in FIELDS}


def frames(error: BaseException) -> str:
    """Where an exception came from: files, lines and functions, without its text or any value."""
    stack = traceback.extract_tb(error.__traceback__)[-6:]
    return " < ".join(f"{f.filename.rpartition('/')[2]}:{f.lineno} {f.name}" for f in stack[::-1])


class _Library(logging.Handler):
    """Log records of libraries: their name and level pass, their text does not."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        structlog.get_logger(record.name).log(
            record.levelno,
            "library message",
            logger=record.name,
            where=frames(error) if error else f"{record.filename}:{record.lineno}",
            kind=type(error).__name__ if error else record.levelname,
        )


def configure(level: str, form: str) -> None:
    """Sets logging up for the whole process."""
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _known_fields,
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
    logging.captureWarnings(True)
