"""Times as the protocol writes them: RFC 3339, UTC, to the millisecond, so that text sorts."""

from datetime import UTC, datetime
from time import time


def rfc3339(seconds: float) -> str:
    """A time given in seconds since 1970."""
    at = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return at.replace("+00:00", "Z")


def utc_now() -> str:
    """Now."""
    return rfc3339(time())
