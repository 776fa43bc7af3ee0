"""The words: frozen values that every part speaks in. Standard library only."""
