"""The settings of the card endpoint: those of the service, for one page on a host of its own."""

from urllib.parse import urlsplit

from config.settings import *  # noqa: F403
from config.settings import CARD_URL

ROOT_URLCONF = "config.card_urls"
WSGI_APPLICATION = "config.card_wsgi.application"
ALLOWED_HOSTS = [urlsplit(CARD_URL).hostname or "localhost"]
MIDDLEWARE = ["contact_covid.portal.middleware.PortalMiddleware"]
