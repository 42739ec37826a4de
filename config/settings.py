"""Every setting of the service. Secrets and addresses come from the environment; policies carry the guide's values."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg.conninfo
from django.core.exceptions import ImproperlyConfigured
from jinja2 import StrictUndefined

from config.env import Environment
from config.static_headers import add_static_headers
from contact_covid.access.enums import Permission

env = Environment()

BASE_DIR = Path(__file__).resolve().parent.parent
CONTACT_HOME = env.path("CONTACT_HOME", BASE_DIR / "var")

# --- Where it runs -------------------------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")
PUBLIC_HOST = env.text("PUBLIC_HOST", "")
SECRET_KEY = env.text("SECRET_KEY")
# The address of the portal as mails give it.
PUBLIC_URL = f"https://{PUBLIC_HOST}" if PUBLIC_HOST else f"http://localhost:{env.number('PORT', 8000)}"
ALLOWED_HOSTS = [PUBLIC_HOST] if PUBLIC_HOST else ["localhost", "127.0.0.1", "[::1]"]
QUOTAS_ENFORCED = env.choice("QUOTAS", "enforce", ("enforce", "observe")) == "enforce"
if PUBLIC_HOST and (DEBUG or DEMO or not QUOTAS_ENFORCED):
    raise ImproperlyConfigured("DEBUG, DEMO et QUOTAS=observe sont refusés avec PUBLIC_HOST : retirez-les.")

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
WEB_WORKERS = env.number("WEB_WORKERS", 2, least=1)
WEB_THREADS = env.number("WEB_THREADS", 4, least=1)
INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "contact_covid.core",
    "contact_covid.access",
    "contact_covid.journal",
    "contact_covid.directory",
    "contact_covid.people",
    "contact_covid.messaging",
    "contact_covid.accounts",
    "contact_covid.tracing",
    "contact_covid.worklist",
    "contact_covid.clusters",
    "contact_covid.support",
    "contact_covid.retention",
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
        "ENGINE": "config.database",
        "NAME": parts.pop("dbname", "contact_covid"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 2, "server_side_binding": True, "prepare_threshold": 2, **parts, **options},
    }


# Statements are few and read by index: a plan made once serves every value, where a plan for each execution costs more
# than the execution.
PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan"
DATABASE_URL = env.text("DATABASE_URL")
DATABASES = {
    # What the service uses: a role that owns nothing. One lasting connection a thread instead of a pool: the web server
    # answers with a fixed number of threads, so their number is bounded all the same (workers × threads), nothing waits
    # for a turn, no extra thread must survive a fork, and prepared statements stay with the thread that uses them.
    "default": database(DATABASE_URL, options=PLANNED_ONCE) | {"CONN_MAX_AGE": None},
    # Migrations and reference data only.
    "owner": database(env.text("DATABASE_OWNER_URL", DATABASE_URL)),
    # The worker's LISTEN needs a connection that no pooler shares. Jobs are deferred on "default", in the transaction
    # of the act they belong to.
    "direct": database(env.text("DATABASE_DIRECT_URL", DATABASE_URL)),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Secrets at rest -----------------------------------------------------------------------------------------------
KEYS_DIR = env.path("KEYS_DIR", CONTACT_HOME / "keys")
KEYS_AHEAD_MONTHS = 3
# What second factors keep is sealed under the first of these; the others open what is not sealed again yet.
ACCOUNT_KEYS = env.secrets("ACCOUNT_KEYS", shortest=32)
JOURNAL_ANCHOR = env.text("JOURNAL_ANCHOR", str(CONTACT_HOME / "journal.anchor"))

# --- Accounts and sessions -----------------------------------------------------------------------------------------
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_USER_MODEL = "accounts.Account"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "contact_covid.accounts.validators.MaximumLength"},
    {"NAME": "contact_covid.accounts.validators.WholeCharacters"},
    {"NAME": "contact_covid.accounts.validators.CharacterClasses"},
    {"NAME": "contact_covid.accounts.validators.CommonPassword"},
    {"NAME": "contact_covid.accounts.validators.ContextWords"},
    {
        "NAME": "contact_covid.accounts.validators.NotTheIdentity",
        "OPTIONS": {"user_attributes": ("last_name", "first_name", "email")},
    },
]
# By e-mail too, or by number only, for whoever has a number of her own.
EMAIL_LOGIN = env.flag("EMAIL_LOGIN", default=True)
# Zero: never, none, never.
PASSWORD_MAX_AGE = timedelta(days=env.number("PASSWORD_MAX_AGE_DAYS", 0))
PASSWORD_HISTORY = env.number("PASSWORD_HISTORY", 0)
UNUSED_AFTER = timedelta(days=env.number("UNUSED_AFTER_DAYS", 0 if DEMO else 183))
UNUSED_WARNING = timedelta(days=15)
LOGIN_NOTICE = env.flag("LOGIN_NOTICE")
LOGIN_ATTEMPTS = 3
LOGIN_LOCK = timedelta(minutes=env.number("LOGIN_LOCK_MINUTES", 15))
SESSION_IDLE = timedelta(minutes=env.number("SESSION_IDLE_MINUTES", 60))
SESSION_TOTAL = timedelta(minutes=env.number("SESSION_TOTAL_MINUTES", 240))
SESSION_WARNING = timedelta(minutes=2)
# The permissions that a password alone does not open. Set but empty: none, as in the demo.
SECOND_FACTOR_FOR = frozenset(
    map(Permission, env.codes("SECOND_FACTOR_FOR", "" if DEMO else Permission.FICHE_SEARCH.value, tuple(Permission)))
)
if Permission.PORTAL_USE in SECOND_FACTOR_FOR:  # the page that asks for the factor needs it
    raise ImproperlyConfigured("SECOND_FACTOR_FOR ne peut pas contenir portal.use : nommez les actes à protéger.")

# --- Cards ---------------------------------------------------------------------------------------------------------
# Where cards are read, on a host or port of its own; empty where none are.
CARD_PORT = env.number("CARD_PORT", 8443)
if not 0 < CARD_PORT < 65536:
    raise ImproperlyConfigured("La variable CARD_PORT est un nombre entre 1 et 65535.")
CARD_URL = env.text("CARD_URL", "" if PUBLIC_HOST else f"https://localhost:{CARD_PORT}").rstrip("/")
if PUBLIC_HOST and CARD_URL and not CARD_URL.startswith("https://"):
    raise ImproperlyConfigured("CARD_URL commence par https:// avec PUBLIC_HOST.")
# The certificates of the authorities of cards (PEM), roots and those below them.
CARD_ROOTS = env.path("CARD_ROOTS", CONTACT_HOME / "cards" / "authorities")
# Where they publish their lists of revoked cards, beside the addresses that the authorities' certificates carry.
CARD_CRL_URLS = tuple(env.text("CARD_CRL_URLS", "").split())
# The addresses of the proxies that read cards for us. Without any the endpoint does TLS itself, with this certificate.
CARD_PROXIES = frozenset(env.text("CARD_PROXIES", "").split())
CARD_SERVER_CERTIFICATE = env.path("CARD_SERVER_CERTIFICATE", CONTACT_HOME / "cards" / "server.pem")

# --- Pro Santé Connect ---------------------------------------------------------------------------------------------
# Without an issuer there is no such way in; a demonstration has a provider of its own.
PSC_ISSUER = env.text("PSC_ISSUER", f"{PUBLIC_URL}/demo/psc" if DEMO else "")
PSC_DEMO = DEMO and PSC_ISSUER.startswith(PUBLIC_URL)
PSC_DISCOVERY_URL = env.text("PSC_DISCOVERY_URL", f"{PSC_ISSUER}/.well-known/openid-configuration")
PSC_CLIENT_ID = env.text("PSC_CLIENT_ID", None if PSC_ISSUER and not PSC_DEMO else "demo")
PSC_CLIENT_SECRET = env.text("PSC_CLIENT_SECRET", None if PSC_ISSUER and not PSC_DEMO else "demo")
PSC_ACR = "eidas1"
PSC_RETURN_URL = f"{PUBLIC_URL}/connexion/pro-sante-connect/retour/"
if PUBLIC_HOST and PSC_ISSUER and not (PSC_ISSUER.startswith("https://") and PSC_DISCOVERY_URL.startswith("https://")):
    raise ImproperlyConfigured("PSC_ISSUER et PSC_DISCOVERY_URL commencent par https:// avec PUBLIC_HOST.")

# --- Mail ----------------------------------------------------------------------------------------------------------
EMAIL_HOST = env.text("EMAIL_HOST", "")
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = bool(EMAIL_HOST_USER)  # a password never travels in the clear
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "ne-pas-repondre@localhost")
# Mails come back to it, the message's id after a plus; without it they come back to the sender.
BOUNCE_ADDRESS = env.text("BOUNCE_ADDRESS", "")
# Where a printing service fetches letters; without it none goes by post.
LETTERS_DIR = Path(env.text("LETTERS_DIR")).resolve() if env.text("LETTERS_DIR", "") else None

# --- SMS -----------------------------------------------------------------------------------------------------------
# The gateway that takes SMS over (docs/operations.md); without it none is sent.
SMS_GATEWAY_URL = env.text("SMS_GATEWAY_URL", "")
SMS_GATEWAY_TOKEN = env.text("SMS_GATEWAY_TOKEN", None if SMS_GATEWAY_URL else "none")
SMS_SENDER = env.text("SMS_SENDER", "AssurMaladi")  # eleven characters at most, says the network
SMS_STOP_NUMBER = env.text("SMS_STOP_NUMBER", "")
# What the gateway signs its receipts with, the current secret first; without any it is not listened to.
SMS_RECEIPT_SECRETS = env.secrets("SMS_RECEIPT_SECRETS", shortest=32) if env.text("SMS_RECEIPT_SECRETS", "") else ()
# Whole hours of the day, by the clock of where the person lives; on Sundays and public holidays too, as calls are made.
SMS_OPENS = env.number("SMS_OPENS", 8)
SMS_CLOSES = env.number("SMS_CLOSES", 20)
SMS_ON_SUNDAYS = env.flag("SMS_ON_SUNDAYS", default=True)
if PUBLIC_HOST and SMS_GATEWAY_URL and not SMS_GATEWAY_URL.startswith("https://"):
    raise ImproperlyConfigured("SMS_GATEWAY_URL commence par https:// avec PUBLIC_HOST.")
if not SMS_OPENS < SMS_CLOSES < 24:
    raise ImproperlyConfigured("SMS_OPENS est avant SMS_CLOSES, et SMS_CLOSES avant 24.")

# --- Policies ------------------------------------------------------------------------------------------------------
# Whom a person who gets a message may call.
PUBLIC_HELPLINE = env.text("PUBLIC_HELPLINE", "0 800 130 000")
# Where each agency (INSEE code of its region) is told of a hand-over: "11=adresse 84=adresse". None: its list tells it.
_REGIONS = ["01", "02", "03", "04", "06", "11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84", "93", "94"]
REGION_MAILBOXES = env.pairs(
    "REGION_MAILBOXES", " ".join(f"{code}=ars.{code}@example.org" for code in _REGIONS) if DEMO else ""
)
# Whom an agent calls when nobody of her platform speaks a person’s language. The number here is fictional.
INTERPRETER_LINE = env.text("INTERPRETER_LINE", "01 99 00 12 34")
# Who has a mobile telephone or an e-mail address gets her secure link first, and is called when it comes to nothing.
SECURE_LINK_FIRST = env.flag("SECURE_LINK_FIRST", default=DEMO)
SECURE_LINK_DAYS = env.number("SECURE_LINK_DAYS", 14, least=1)
PERSON_SESSION_IDLE = timedelta(minutes=30)
RETENTION_MONTHS = env.number("RETENTION_MONTHS", 3)
GRANT_AFTER_SEARCH = timedelta(minutes=30)
PROTOCOL_AS_OF = env.day("PROTOCOL_AS_OF")
# Which diseases are followed, the usual one first: each is a folder of contact_covid/diseases.
DISEASES: tuple[str, ...] = env.codes(
    "DISEASES", "covid19", [file.parent.name for file in (BASE_DIR / "contact_covid/diseases").glob("*/disease.toml")]
)
if not DISEASES:
    raise ImproperlyConfigured("La variable DISEASES nomme au moins une maladie, par exemple covid19.")
BRAND = env.text("BRAND", "amelipro")
# Who writes to persons: an SMS says neither the brand of professionals nor the illness.
INSURER = env.text("INSURER", "Assurance Maladie")

# --- Pages ---------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = False
FORM_RENDERER = "django.forms.renderers.Jinja2"  # never used: the macros of the portal write the fields
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "contact_covid" / "portal" / "templates"],
        "OPTIONS": {
            "environment": "contact_covid.portal.jinja.environment",
            "undefined": StrictUndefined,
            "context_processors": ["contact_covid.portal.jinja.context"],
        },
    }
]
# Each middleware costs CPU on every page: these three and no more.
MIDDLEWARE = [
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "contact_covid.portal.middleware.PortalMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
STATIC_URL = "/static/"
STATIC_ROOT = CONTACT_HOME / "static"
STORAGES = {"staticfiles": {"BACKEND": "contact_covid.portal.static_files.HashedOnceCollected"}}
# Before collectstatic (tests, a developer's server) the files come from the sources, under their plain names.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not (STATIC_ROOT / "staticfiles.json").is_file()
WHITENOISE_ADD_HEADERS_FUNCTION = add_static_headers
HELPLINES = {
    "portal": {
        "number": "0811 709 710",
        "note": "",
        "hours": "Du lundi au vendredi de 8\u00a0h\u00a030 à 17\u00a0h\u00a030 (0,06\u00a0€/min + prix d’un appel)",
    },
    "contact_covid": {
        "number": "3608",
        "note": "choix 2 – service gratuit + prix appel",
        "hours": (
            "Du lundi au vendredi de 9\u00a0h à 17\u00a0h, "
            "le samedi de 9\u00a0h à 12\u00a0h et de 14\u00a0h à 17\u00a0h, "
            "le dimanche de 9\u00a0h à 12\u00a0h"
        ),
    },
}
# Where the software that reads cards is downloaded: what it is for, for whom, the publisher's page.
CARD_SOFTWARE = [
    {
        "name": "Cryptolib CPS",
        "use": "Lecture des cartes CPS et CPE",
        "note": "La carte CPE sert aux transporteurs uniquement.",
        "url": env.text("CPS_SOFTWARE_URL", "https://esante.gouv.fr/produits-services/certificats-et-cartes"),
    },
    {
        "name": "API de lecture Vitale",
        "use": "Lecture de la carte Vitale",
        "note": "À installer sur le poste auquel le lecteur est branché.",
        "url": env.text("VITALE_SOFTWARE_URL", "https://www.sesam-vitale.fr/"),
    },
]

# --- Cookies -------------------------------------------------------------------------------------------------------
# With a public host the service is behind TLS: the cookies say so and belong to that host alone.
_COOKIE_PREFIX = "__Host-" if PUBLIC_HOST else ""
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}session"
CARD_NONCE_COOKIE_NAME = f"{_COOKIE_PREFIX}card_nonce"
DEVICE_COOKIE_NAME = f"{_COOKIE_PREFIX}device"
KEPT_COOKIE_NAME = f"{_COOKIE_PREFIX}kept"
CREATION_COOKIE_NAME = f"{_COOKIE_PREFIX}creation"
PSC_COOKIE_NAME = f"{_COOKIE_PREFIX}psc"
PROVEN_COOKIE_NAME = f"{_COOKIE_PREFIX}proven"
PERSON_COOKIE_NAME = f"{_COOKIE_PREFIX}person"
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrf"
CSRF_COOKIE_SECURE = bool(PUBLIC_HOST)
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_AGE = None
CSRF_FAILURE_VIEW = "contact_covid.portal.errors.form_expired"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PUBLIC_HOST else None
