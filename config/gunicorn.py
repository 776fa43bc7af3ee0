"""How gunicorn runs the web process: `gunicorn --config config/gunicorn.py bot.wsgi:app`.

The number of processes is WEB_CONCURRENCY (default 1): the process only verifies and queues, so
one with threads keeps up with hundreds of deliveries a second. Times are in seconds.
"""

import sys

from bot.errors import ConfigError
from bot.settings import load

try:
    bind = f"0.0.0.0:{load().port}"
except ConfigError as error:
    sys.exit(f"ai-review: {error}")

worker_class = "gthread"
threads = 8
timeout = 30  # a process that answers nobody that long is replaced
graceful_timeout = 30  # how long requests in hand may still take after SIGTERM
keepalive = 5
max_requests = 0  # never recycled: a restart in the middle of a delivery loses it

limit_request_line = 4094  # bytes
limit_request_fields = 50
limit_request_field_size = 8190  # bytes

accesslog = None  # what matters is logged as events by the application
forwarded_allow_ips = "127.0.0.1"  # whose X-Forwarded-* headers count
control_socket_disable = True  # nobody steers it from outside; it would also need a home folder
preload_app = False  # database connections must not cross a fork
