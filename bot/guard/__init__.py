"""Between the untrusted and the rest: secrets out, hidden things shown, nothing live posted."""
