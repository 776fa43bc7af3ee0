"""Adapter: what we keep, in SQLite or PostgreSQL."""
