"""The shipped rules and protocols, loaded once for all tests of the fold; places for a journal."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from copilot.conversation import Book
from guardrails.watch import Guard
from knowledge_base.embedding import MiniLm

POSTGRES = os.environ.get("COPILOT_TEST_POSTGRES", "")
"""Such as `postgresql+psycopg://postgres@127.0.0.1/test`: the suite runs against it too."""
PACKS = Path(__file__).parent.parent.parent / "guardrails"


@pytest.fixture(scope="session")
def book() -> Book:
    rules, protocols = (
        sorted((PACKS / n / "packs").glob("*.yaml")) for n in ("rules", "protocols")
    )
    return Book(Guard.load(rules, protocols, MiniLm().read, None))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "journal.db"


@pytest.fixture(
    params=["sqlite", pytest.param("postgres", marks=pytest.mark.skipif(not POSTGRES, reason="COPILOT_TEST_POSTGRES is not set"))]
)  # fmt: skip
def url(request: pytest.FixtureRequest, file: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{file}"
        return
    schema = f"journal_{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(POSTGRES)
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
    yield f"{POSTGRES}?options=-csearch_path%3D{schema}"
    with engine.begin() as connection:
        connection.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()
