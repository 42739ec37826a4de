"""Every setting of the service. Secrets and addresses come from the environment; policies carry the guide's values."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg.conninfo
from django.core.exceptions import ImproperlyConfigured

from config.env import Environment

env = Environment()

BASE_DIR = Path(__file__).resolve().parent.parent
CONTACT_HOME = env.path("CONTACT_HOME", BASE_DIR / "var")

# --- Where it runs -------------------------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")
PUBLIC_HOST = env.text("PUBLIC_HOST", "")
SECRET_KEY = env.text("SECRET_KEY")
ALLOWED_HOSTS = [PUBLIC_HOST] if PUBLIC_HOST else ["localhost", "127.0.0.1", "[::1]"]
QUOTAS_ENFORCED = env.choice("QUOTAS", "enforce", ("enforce", "observe")) == "enforce"
if PUBLIC_HOST and (DEBUG or DEMO or not QUOTAS_ENFORCED):
    raise ImproperlyConfigured("DEBUG, DEMO et QUOTAS=observe sont refusés avec PUBLIC_HOST : retirez-les.")

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
INSTALLED_APPS = [
    "procrastinate.contrib.django",
    "contact_covid.core",
    "contact_covid.access",
    "contact_covid.journal",
    "contact_covid.directory",
    "contact_covid.people",
    "contact_covid.accounts",
    "contact_covid.tracing",
    "contact_covid.demo",
    "contact_covid.operations",
    "contact_covid.portal",
]

# --- Database ------------------------------------------------------------------------------------------------------


def database(url: str, **options: Any) -> dict[str, Any]:
    """A Django database entry from a libpq URL (sockets and several hosts included)."""
    try:
        parts = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise ImproperlyConfigured("Une adresse de base de données (DATABASE_URL…) n'est pas lisible.") from error
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "contact_covid"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**parts, "server_side_binding": True, "prepare_threshold": 2, **options},
    }


DATABASE_URL = env.text("DATABASE_URL")
DATABASES = {
    # What the service uses: a role that owns nothing.
    "default": database(DATABASE_URL) | {"CONN_MAX_AGE": None},
    # Migrations and reference data only.
    "owner": database(env.text("DATABASE_OWNER_URL", DATABASE_URL)),
    # The jobs' LISTEN needs a connection that no pooler shares.
    "direct": database(env.text("DATABASE_DIRECT_URL", DATABASE_URL)),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PROCRASTINATE_DATABASE_ALIAS = "direct"

# --- Secrets at rest -----------------------------------------------------------------------------------------------
KEYS_DIR = env.path("KEYS_DIR", CONTACT_HOME / "keys")
KEYS_AHEAD_MONTHS = 3
JOURNAL_ANCHOR = env.path("JOURNAL_ANCHOR", CONTACT_HOME / "journal.anchor")

# --- Accounts and sessions -----------------------------------------------------------------------------------------
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_USER_MODEL = "accounts.Account"
LOGIN_ATTEMPTS = 3
LOGIN_LOCK = timedelta(minutes=env.number("LOGIN_LOCK_MINUTES", 15))
SESSION_IDLE = timedelta(minutes=env.number("SESSION_IDLE_MINUTES", 60))
SESSION_TOTAL = timedelta(minutes=env.number("SESSION_TOTAL_MINUTES", 240))
SESSION_WARNING = timedelta(minutes=2)

# --- Policies ------------------------------------------------------------------------------------------------------
RETENTION_MONTHS = env.number("RETENTION_MONTHS", 3)
GRANT_AFTER_SEARCH = timedelta(minutes=30)
PROTOCOL_AS_OF = date.fromisoformat(env.text("PROTOCOL_AS_OF", "")) if env.text("PROTOCOL_AS_OF", "") else None
BRAND = env.text("BRAND", "amelipro")

# --- Pages ---------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = False
FORM_RENDERER = "django.forms.renderers.Jinja2"
