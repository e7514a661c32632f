"""The journal: durable, append-only, refusing what it does not know; on SQLite and on Postgres."""

import asyncio
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import op

from copilot.journal import Journal, JournalError, JournalWriter, Row


def row(number: int, kind: str = "event", call: str = "c", type_: str = "utterance") -> Row:
    return Row(
        call, f"{number:017d}", "default", kind, type_, f"2026-01-01T00:00:{number:02d}Z", "{}"
    )  # type: ignore[arg-type]


@pytest.fixture
def journal(url: str) -> Iterator[Journal]:
    opened = Journal.open(url)
    yield opened
    opened.close()


def overwriting(url: str, table: str) -> str:
    """How each database would lose a row without an UPDATE or a DELETE."""
    if url.startswith("sqlite"):
        return f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"  # noqa: S608
    return f"TRUNCATE {table}"


def run(url: str, *statements: str) -> None:
    """SQL beside the program, as somebody with the database in hand would run it."""
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(sa.text(statement))
    finally:
        engine.dispose()


def test_rows_come_back_in_order_and_after_a_place(journal: Journal) -> None:
    journal.append([row(3), row(1), row(2, "input"), row(4, call="other")])
    assert [r.event_id[-1] for r in journal.events("c")] == ["1", "3"]
    assert [r.event_id[-1] for r in journal.events("c", after=row(1).event_id)] == ["3"]
    assert [r.event_id[-1] for r in journal.events("c", limit=1)] == ["1"]
    assert journal.inputs("c") == [row(2, "input")]
    assert journal.last_event_id("c") == row(3).event_id
    assert journal.last_event_id("nobody") == ""


def test_nothing_to_append_is_no_fault(journal: Journal) -> None:
    journal.append([])
    assert journal.events("c") == []


def test_one_wrong_row_and_none_is_written(journal: Journal) -> None:
    journal.append([row(1)])
    with pytest.raises(JournalError, match="cannot be written"):
        journal.append([row(2), row(1)])
    assert journal.events("c") == [row(1)]


def test_conversations_by_tenant_time_and_end(journal: Journal) -> None:
    began = Row("c", "1", "north", "event", "conversation.started", "2026-01-01T00:00:01Z", '{"agent_id":"a-7"}')  # fmt: skip
    journal.append([began, row(2, call="d", type_="conversation.started"),
                    row(3, call="d", type_="conversation.ended")])  # fmt: skip
    every = journal.conversations(open_only=False, since=None, tenant=None)
    assert [(r.conversation_id, r.agent_id, r.ended_at) for r in every] == [
        ("c", "a-7", ""),
        ("d", None, "2026-01-01T00:00:03Z"),
    ]
    still = journal.conversations(open_only=True, since=None, tenant=None)
    assert [r.conversation_id for r in still] == ["c"]
    north = journal.conversations(open_only=False, since=None, tenant="north")
    assert [r.conversation_id for r in north] == ["c"]
    late = journal.conversations(open_only=False, since="2026-01-01T00:00:02Z", tenant=None)
    assert [r.conversation_id for r in late] == ["d"]


@pytest.mark.parametrize("table", ["journal", "audit"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET at='x'", "DELETE FROM {}", "OVERWRITE"])
def test_the_database_itself_refuses_changes(
    journal: Journal, url: str, table: str, verb: str
) -> None:
    journal.append([row(1)])
    journal.audit("a-1", "reveal", "c", "<PERSON_1>")
    statement = overwriting(url, table) if verb == "OVERWRITE" else verb.format(table)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        run(url, statement)
    assert journal.events("c") == [row(1)]
    assert journal.verify_audit() == []


def test_a_journal_of_the_first_schema_is_brought_up_to_date(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import command

    upgrade = command.upgrade
    monkeypatch.setattr(command, "upgrade", lambda config, _head: upgrade(config, "0001"))
    old = Journal.open(url)
    old.append([row(1)])
    old.close()
    monkeypatch.undo()
    current = Journal.open(url)
    assert current.events("c") == [row(1)]
    current.close()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        run(url, overwriting(url, "journal"))


def test_a_migration_that_fails_leaves_nothing_behind(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise sa.exc.OperationalError("CREATE INDEX", {}, Exception("disk full"))

    monkeypatch.setattr(op, "create_index", fails)  # the step after the first table was made
    with pytest.raises(JournalError, match="disk full"):
        Journal.open(url)
    monkeypatch.undo()
    journal = Journal.open(url)
    journal.append([row(1)])
    assert journal.events("c") == [row(1)]
    journal.close()


def test_a_new_database_may_be_opened_by_several_at_once(url: str) -> None:
    program = "import sys; from copilot.journal import Journal; Journal.open(sys.argv[1]).close()"
    opening = [
        subprocess.Popen([sys.executable, "-c", program, url], stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert [(p.communicate()[1], p.returncode) for p in opening] == [("", 0)] * 3


def test_a_database_of_a_newer_version_is_refused_untouched(url: str, file: Path) -> None:
    Journal.open(url).close()
    run(url, "UPDATE journal_version SET version_num='9999'")
    before = file.read_bytes() if file.exists() else b""
    with pytest.raises(JournalError, match=r"newer version.*9999.*upgrade the program"):
        Journal.open(url)
    assert (file.read_bytes() if file.exists() else b"") == before
    with pytest.raises(JournalError, match="9999"):
        Journal.open(url)


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="not writable") as error:
        Journal.open(f"sqlite:///{tmp_path / 'file' / 'x' / 'journal.db'}")
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_database_is_one_clear_line(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"something else entirely" * 100)
    with pytest.raises(JournalError, match="not a database") as error:
        Journal.open(f"sqlite:///{file}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "address",
    ["hunter2", "mysql://u:hunter2@h/d", "foo://u:hunter2@h", "postgresql+asyncpg://u:hunter2@h/d",
     "postgresql://u:hunter2@127.0.0.1:1/d", "postgresql://u:hunter2@h:port/d"],
)  # fmt: skip
def test_an_address_that_leads_nowhere_is_one_line_without_its_password(address: str) -> None:
    with pytest.raises(JournalError) as error:
        Journal.open(address)
    assert "hunter2" not in str(error.value)
    assert "\n" not in str(error.value)


def test_a_journal_that_is_gone_is_told_apart_when_read(url: str) -> None:
    journal = Journal.open(url)
    run(url, "DROP TABLE journal")
    with pytest.raises(JournalError, match="cannot be read"):
        journal.events("c")
    journal.close()


def test_an_append_is_synced_to_the_disk(url: str, journal: Journal) -> None:
    setting = "PRAGMA synchronous" if url.startswith("sqlite") else "SHOW synchronous_commit"
    with journal._engine.connect() as connection:  # pyright: ignore[reportPrivateUsage]
        assert connection.exec_driver_sql(setting).scalar() in (2, "on")


def test_several_threads_append(journal: Journal) -> None:
    calls = [f"c-{number}" for number in range(4)]

    def work(call: str) -> None:
        for number in range(20):
            journal.append([row(number, call=call)])
            journal.audit(call, "reveal", call, "<PERSON_1>")

    threads = [threading.Thread(target=work, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(journal.events(call)) for call in calls] == [20] * 4
    assert journal.verify_audit() == []


def test_two_journals_audit_into_one_chain(url: str) -> None:
    first, second = Journal.open(url), Journal.open(url)

    def work(journal: Journal) -> None:
        for _ in range(20):
            journal.audit("a-1", "reveal", "c", "<PERSON_1>")

    threads = [threading.Thread(target=work, args=(journal,)) for journal in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert first.verify_audit() == []
    with first._engine.connect() as connection:  # pyright: ignore[reportPrivateUsage]
        assert connection.exec_driver_sql("SELECT count(*) FROM audit").scalar() == 40
    first.close()
    second.close()


async def test_appends_that_come_together_share_transactions(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    transactions: list[int] = []
    append = journal.append

    def counted(rows: list[Row]) -> None:
        transactions.append(len(rows))
        append(rows)

    monkeypatch.setattr(journal, "append", counted)
    writer = JournalWriter(journal)
    await asyncio.gather(*(writer.append([row(number)]) for number in range(50)))
    assert sum(transactions) == len(journal.events("c")) == 50
    assert len(transactions) < 10
    writer.close()


async def test_a_failing_row_harms_no_other_call(journal: Journal) -> None:
    journal.append([row(1)])
    writer = JournalWriter(journal)
    results = await asyncio.gather(
        writer.append([row(1)]), writer.append([row(5, call="d")]), return_exceptions=True
    )
    assert isinstance(results[0], JournalError)
    assert results[1] is None
    assert journal.events("d")
    writer.close()


async def test_a_journal_that_fails_fails_for_everybody_who_waits(url: str) -> None:
    journal = Journal.open(url)
    run(url, "DROP TABLE journal")
    writer = JournalWriter(journal)
    results = await asyncio.gather(
        *(writer.append([row(number)]) for number in range(3)), return_exceptions=True
    )
    assert [type(result) for result in results] == [JournalError] * 3
    writer.close()
    journal.close()


def test_a_crash_loses_nothing_that_was_appended(file: Path) -> None:
    program = (
        "import os, sys; from copilot.journal import Journal, Row\n"
        "journal = Journal.open(sys.argv[1])\n"
        "for n in range(5):\n"
        "    journal.append([Row('c', str(n), 't', 'event', 'x', 'now', '{}')])\n"
        "    print(n, flush=True)\n"
        "os._exit(9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, f"sqlite:///{file}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 9
    journal = Journal.open(f"sqlite:///{file}")
    assert [r.event_id for r in journal.events("c")] == done.stdout.split()
    journal.close()


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE audit SET actor='nobody' WHERE seq=2", r"entry 2 was changed"),
        ("DELETE FROM audit WHERE seq=2", r"entry 2 is missing"),
        ("UPDATE audit SET hash='0' WHERE seq=2", r"entry 3 does not follow"),
    ],
)
def test_the_audit_log_shows_tampering(file: Path, tampering: str, found: str) -> None:
    journal = Journal.open(f"sqlite:///{file}")
    for number in range(3):
        journal.audit("a-1", "reveal", "c", f"<PERSON_{number}>")
    assert journal.verify_audit() == []
    journal.close()
    connection = sqlite3.connect(file)
    for trigger in ("audit_no_update", "audit_no_delete"):
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.execute(tampering)
    connection.commit()
    connection.close()
    journal = Journal.open(f"sqlite:///{file}")
    assert any(re.search(found, problem) for problem in journal.verify_audit())
    journal.close()
