"""The journal: durable, append-only, refusing what it does not know."""

import os
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from copilot.journal import Journal, JournalError, JournalWriter, Row


def row(number: int, kind: str = "event", call: str = "c", type_: str = "utterance") -> Row:
    return Row(
        call, f"{number:017d}", "default", kind, type_, f"2026-01-01T00:00:{number:02d}Z", "{}"
    )  # type: ignore[arg-type]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'deep' / 'journal.db'}"


def test_rows_come_back_in_order_and_after_a_place(url: str) -> None:
    journal = Journal.open(url)
    journal.append([row(1), row(2, "input"), row(3), row(4, call="other")])
    assert [r.event_id[-1] for r in journal.events("c")] == ["1", "3"]
    assert [r.event_id[-1] for r in journal.events("c", after=row(1).event_id)] == ["3"]
    assert [r.event_id[-1] for r in journal.inputs("c")] == ["2"]
    assert journal.last_event_id("c") == row(3).event_id
    journal.close()


def test_open_conversations_are_those_without_an_end(url: str) -> None:
    journal = Journal.open(url)
    journal.append([row(1, type_="conversation.started"), row(1, call="d", type_="conversation.started"),
                    row(2, call="d", type_="conversation.ended")])  # fmt: skip
    found = journal.conversations(open_only=True, since=None, tenant="default")
    assert [r.conversation_id for r in found] == ["c"]
    journal.close()


@pytest.mark.parametrize("statement", ["UPDATE journal SET body='x'", "DELETE FROM journal"])
def test_the_database_itself_refuses_changes(url: str, statement: str) -> None:
    journal = Journal.open(url)
    journal.append([row(1)])
    journal.close()
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()


def test_a_database_of_a_newer_version_is_refused_untouched(url: str) -> None:
    Journal.open(url).close()
    path = Path(url.removeprefix("sqlite:///"))
    connection = sqlite3.connect(path)
    connection.execute("UPDATE journal_version SET version_num='9999'")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(JournalError, match="newer version"):
        Journal.open(url)
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="not writable") as error:
        Journal.open(f"sqlite:///{tmp_path / 'file' / 'x' / 'journal.db'}")
    assert "\n" not in str(error.value)


async def test_a_failing_row_harms_no_other_call(url: str) -> None:
    journal = Journal.open(url)
    journal.append([row(1)])
    writer = JournalWriter(journal)
    import asyncio

    results = await asyncio.gather(
        writer.append([row(1)]), writer.append([row(5, call="d")]), return_exceptions=True
    )
    assert isinstance(results[0], JournalError)
    assert results[1] is None
    assert journal.events("d")
    writer.close()
    journal.close()


def test_the_audit_log_shows_tampering(url: str) -> None:
    journal = Journal.open(url)
    for number in range(3):
        journal.audit("a-1", "reveal", "c", f"<PERSON_{number}>")
    assert journal.verify_audit() == []
    journal.close()
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    connection.execute("DROP TRIGGER audit_no_update")
    connection.execute("UPDATE audit SET actor='nobody' WHERE seq=2")
    connection.commit()
    connection.close()
    journal = Journal.open(url)
    assert journal.verify_audit() == ["entry 2 was changed"]
    journal.close()


@pytest.mark.skipif(
    "COPILOT_TEST_POSTGRES" not in os.environ, reason="COPILOT_TEST_POSTGRES is not set"
)
def test_postgres_does_the_same() -> None:
    url = os.environ["COPILOT_TEST_POSTGRES"]
    journal = Journal.open(url)
    call = f"c-{os.getpid()}"
    journal.append([row(1, call=call), row(2, "input", call=call)])
    assert len(journal.events(call)) == len(journal.inputs(call)) == 1
    engine = sa.create_engine(url)
    with engine.begin() as connection, pytest.raises(sa.exc.DBAPIError, match="append-only"):
        connection.execute(sa.text("DELETE FROM journal"))
    engine.dispose()
    journal.close()
