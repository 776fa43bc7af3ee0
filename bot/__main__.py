"""`python -m bot` is `ai-review`."""

from bot.cli.main import main

main()
