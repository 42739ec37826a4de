"""The card endpoint's process."""

import os

from django.core.wsgi import get_wsgi_application

from config import local

os.environ["DJANGO_SETTINGS_MODULE"] = "config.card_settings"
local.prepare()
application = get_wsgi_application()
