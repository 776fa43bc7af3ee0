"""Placeholder of the skeleton, replaced within this first change."""
