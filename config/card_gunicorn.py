"""The card endpoint's server: ``gunicorn -c python:config.card_gunicorn config.card_wsgi``.

Without CARD_PROXIES it does TLS itself and asks for a certificate. What TLS refuses (an unknown authority, another use)
never gets further; a card whose dates are wrong does, to be told so by a page.
"""

import os
import ssl
from collections.abc import Callable
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "config.card_settings"

from django.conf import settings

from config import local

local.prepare()

from config.gunicorn import (  # noqa: E402, F401 - what both servers share
    control_socket_disable,
    graceful_timeout,
    loglevel,
    pre_fork,
    preload_app,
    timeout,
    worker_class,
    worker_tmp_dir,
)

NO_CHECK_TIME = 0x200000  # OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python does not name
bind = f"127.0.0.1:{settings.CARD_PORT}"
workers, threads = 1, 4
keepalive = 0  # one request a card; another card on the same computer is another handshake
if not settings.CARD_PROXIES:
    certfile = str(settings.CARD_SERVER_CERTIFICATE)


def ssl_context(_config: Any, _default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """TLS 1.2 at least; a certificate of one of the authorities, or none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.CARD_SERVER_CERTIFICATE)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.verify_flags |= NO_CHECK_TIME
    for authority in sorted(settings.CARD_ROOTS.glob("*.pem")):
        context.load_verify_locations(authority)
    context.options |= ssl.OP_NO_TICKET  # a session resumed would be a card not asked again
    context.num_tickets = 0
    return context
