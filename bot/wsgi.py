"""What gunicorn serves: `gunicorn -c config/gunicorn.py bot.wsgi:app`."""

from __future__ import annotations

import sys

from bot import wiring
from bot.errors import ConfigError
from bot.logs import configure
from bot.settings import load

try:
    settings = load()
    configure(settings.log_level, settings.log_format, settings.own_secrets)
    app = wiring.web(settings)
except ConfigError as error:
    sys.exit(f"ai-review: {error}")
