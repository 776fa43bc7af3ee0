"""Adapter: durable workflows."""
