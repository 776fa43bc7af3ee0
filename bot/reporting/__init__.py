"""A review in, Markdown, text, JSON or SARIF out. Decides nothing."""
