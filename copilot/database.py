"""The journal's database: SQLite or Postgres by address, opened safely, its schema up to date."""

from pathlib import Path
from typing import Any, NoReturn

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.event import listen
from sqlalchemy.exc import SQLAlchemyError


class JournalError(RuntimeError):
    """The journal could not be opened, read or written; the text is one line to show."""


def open_database(url: str) -> sa.Engine:
    """Opens a database and brings its schema up to date in one transaction.

    Raises:
        JournalError: the address is none, the place is not writable, or a newer version
            wrote the database; nothing was changed then.
    """
    engine = _connected(url)
    try:
        _migrate(engine)
    except (SQLAlchemyError, CommandError) as error:
        engine.dispose()
        where = engine.url.database or engine.url.host
        raise JournalError(f"the journal at {where} cannot be opened: {reason(error)}") from None
    except JournalError:
        engine.dispose()
        raise
    return engine


def _connected(url: str) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
            _refuse_address("is neither of SQLite nor of PostgreSQL")
        engine = sa.create_engine(parsed)
    except (SQLAlchemyError, ImportError, ValueError):
        _refuse_address("cannot be understood")  # it may hold a password: it is not repeated
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            _make_folder(Path(parsed.database).parent)
        listen(engine, "connect", _open_sqlite)
        listen(engine, "begin", _begin_sqlite)
    else:
        listen(engine, "connect", _open_postgres)
    return engine


def _refuse_address(fault: str) -> NoReturn:
    raise JournalError(
        f"the database address {fault}; give one like sqlite:///FILE or postgresql://HOST/NAME"
    )


def writer(engine: sa.Engine) -> sa.Engine:
    """The same pool, for transactions that write."""
    return engine.execution_options(writes=True)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JournalError(f"the data folder {folder} is not writable: {error.strerror}") from None


def _open_sqlite(connection: Any, _record: Any) -> None:
    # sqlite3's own transactions leave table definitions out; `_begin_sqlite` opens real ones
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # a writer takes its turn at once: one that has read first could be refused without a wait
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _open_postgres(connection: Any, _record: Any) -> None:
    # acknowledged means durable, whatever the server's default
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    connection.commit()


def _migrate(engine: sa.Engine) -> None:
    """Brings the schema up to date in one transaction; a current one is only read."""
    config = Config()
    config.set_main_option(
        "script_location", str(Path(__file__).parent / "migrations").replace("%", "%%")
    )
    scripts = ScriptDirectory.from_config(config)
    with engine.connect() as connection:
        current = _revision(connection)
    if current is not None and current not in {s.revision for s in scripts.walk_revisions()}:
        raise JournalError(
            f"the journal was written by a newer version (schema {current}); "
            "upgrade the program, nothing was changed"
        )
    if current == scripts.get_current_head():
        return
    with writer(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            # two processes that open a new database at once take turns
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('copilot journal'))"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _revision(connection: sa.Connection) -> str | None:
    options = {"version_table": "journal_version"}
    return MigrationContext.configure(connection, opts=options).get_current_revision()


def reason(error: Exception) -> str:
    """The driver's own words without the statement or its parameters."""
    original = getattr(error, "orig", None)
    return str(original or type(error).__name__).splitlines()[0]
