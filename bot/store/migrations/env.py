"""Runs the migrations on the connection that bot.store.database hands over."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"], version_table="ai_review_version"
)
with context.begin_transaction():
    context.run_migrations()
