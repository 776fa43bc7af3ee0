"""Adapter: a local git working tree, read and never changed."""
