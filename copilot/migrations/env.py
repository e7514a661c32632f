"""Alembic's entry: runs the migrations on the connection that the journal hands over."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, render_as_batch=True, version_table="journal_version")
with context.begin_transaction():
    context.run_migrations()
