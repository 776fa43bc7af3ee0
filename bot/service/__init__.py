"""Use cases, written on ports. Start with review_pull."""
