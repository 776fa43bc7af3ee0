"""Forward-only changes of our tables."""
