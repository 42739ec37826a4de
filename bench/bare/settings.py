"""The service's database with its options, its server and its template engine; nothing else of it."""

from jinja2 import StrictUndefined

from config import settings as service

SECRET_KEY = service.SECRET_KEY
ALLOWED_HOSTS = service.ALLOWED_HOSTS
# Django's own engine: what we changed in it belongs to the service that is measured, not to the yardstick.
DATABASES = {
    alias: settings | {"ENGINE": "django.db.backends.postgresql"} for alias, settings in service.DATABASES.items()
}
TIME_ZONE = service.TIME_ZONE
DEBUG = False
WEB_WORKERS, WEB_THREADS = service.WEB_WORKERS, service.WEB_THREADS
USE_TZ = True
USE_I18N = False
ROOT_URLCONF = "bench.bare.urls"
INSTALLED_APPS: list[str] = []
MIDDLEWARE: list[str] = []
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [service.BASE_DIR / "bench" / "bare" / "templates"],
        "OPTIONS": {"undefined": StrictUndefined},
    }
]
