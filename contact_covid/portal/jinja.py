"""The template engine of the portal: Jinja2 behind Django's backend; undefined names refused, everything escaped."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from jinja2 import Environment
from markupsafe import Markup

from contact_covid.portal.shell import SERVICES, shell_of
from contact_covid.portal.tags import TAG_KINDS


def environment(**options: Any) -> Environment:
    """The environment Django asks for (TEMPLATES OPTIONS); ``options`` carry its loader, autoescape and undefined."""
    env = Environment(trim_blocks=True, lstrip_blocks=True, **options)  # noqa: S701 (autoescape is in the options)
    keep: Callable[..., Any] = (lambda function: function) if settings.DEBUG else cache
    static = keep(staticfiles_storage.url)

    def icon(name: str) -> Markup:
        return Markup('<svg aria-hidden="true"><use href="{}#i-{}"/></svg>').format(static("portal/icons.svg"), name)

    env.globals.update(
        static=static,
        icon=keep(icon),
        url=url,
        url_or_nothing=url_or_nothing,
        brand=settings.BRAND,
        brand_mark=brand_mark(settings.BRAND),
        demo=settings.DEMO,
        helplines=settings.HELPLINES,
        services=SERVICES,
        tag_kinds=TAG_KINDS,
        warning_seconds=int(settings.SESSION_WARNING.total_seconds()),
        # A page rendered without request (500, 503, tests of a component) has neither.
        request=None,
        shell=None,
    )
    return env


def brand_mark(brand: str) -> Markup:
    """The name with its second half in the colour of the portal: the last word, or what follows "ameli"."""
    head, space, tail = brand.rpartition(" ")
    if not space and brand.startswith("ameli"):
        head, tail = brand[:5], brand[5:]
    return Markup("{}{}<b>{}</b>").format(head, space, tail)


def url(name: str, **parts: Any) -> str:
    """The path of a named view. Raises ``NoReverseMatch``."""
    return reverse(name, kwargs=parts) if parts else _plain_url(settings.ROOT_URLCONF, name)


def url_or_nothing(name: str) -> str:
    """The path of a view that takes no part, or "" when this installation has no such page."""
    try:
        return url(name)
    except NoReverseMatch:
        return ""


def context(request: HttpRequest) -> dict[str, Any]:
    """What every page gets beside its own values: the shell (who is there), and one CSRF field for all its forms."""
    return {"shell": shell_of(request), "csrf_input": SimpleLazyObject(lambda: csrf_input(request))}


@cache
def _plain_url(_urlconf: str, name: str) -> str:
    return reverse(name)
