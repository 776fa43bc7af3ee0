"""Names of loggers and what they may say: events, never what people wrote."""
