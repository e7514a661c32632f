"""Alembic's entry: runs the migrations on the connection that the journal hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    render_as_batch=True,
    # SQLite can take table definitions back too: a migration that fails leaves nothing behind
    transactional_ddl=True,
    version_table="journal_version",
)
with context.begin_transaction():
    context.run_migrations()
