"""The web server: ``gunicorn -c python:config.gunicorn config.wsgi``.

Processes with a few threads each; the application is loaded once, before they are forked.
"""

import os
from pathlib import Path

from django.conf import settings
from django.db import connections
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from config import local

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
local.prepare()

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
worker_class = "gthread"
workers, threads = settings.WEB_WORKERS, settings.WEB_THREADS
preload_app = True
control_socket_disable = True
timeout = 30
graceful_timeout = 10
keepalive = 5
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - the beat of a worker needs no disk
loglevel = "warning"


def pre_fork(_server: Arbiter, _worker: Worker) -> None:
    """A database connection belongs to one process: what loading may have opened is not handed down."""
    connections.close_all()
