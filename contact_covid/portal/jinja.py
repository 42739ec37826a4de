"""The template engine of the portal: Jinja2 behind Django's backend; undefined names refused, everything escaped.

Every page pays for what is here, so what is the same for all is made once: ``fragment``, ``icon``, ``static``, ``url``.
"""

from collections.abc import Callable, MutableMapping
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest
from jinja2 import Environment
from jinja2.runtime import Context
from jinja2.utils import internalcode
from markupsafe import Markup

from contact_covid.portal.csrf import CsrfInput
from contact_covid.portal.paths import url, url_or_nothing
from contact_covid.portal.shell import SERVICES, shell_of
from contact_covid.portal.tags import tag


class PortalContext(Context):
    """Jinja's, without its search for functions that want to be handed the context: there are none here."""

    @internalcode
    def call(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Every call that a template makes passes here, macros too."""
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return function(*args, **kwargs)


class PortalEnvironment(Environment):
    """Jinja's, with globals that no one changes once a template is loaded."""

    context_class = PortalContext

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """One plain dictionary, not Jinja's chain of two: each import of a macro looks every global up in it."""
        return {**self.globals, **(d or {})}


def environment(**options: Any) -> Environment:
    """The environment Django asks for (TEMPLATES OPTIONS); ``options`` carry its loader, autoescape and undefined."""
    env = PortalEnvironment(trim_blocks=True, lstrip_blocks=True, **options)
    keep: Callable[..., Any] = (lambda function: function) if settings.DEBUG else cache
    static = keep(staticfiles_storage.url)

    def icon(name: str) -> Markup:
        return Markup('<svg aria-hidden="true"><use href="{}#i-{}"/></svg>').format(static("portal/icons.svg"), name)

    def part(_urlconf: str, name: str, **values: Any) -> Markup:
        return Markup(env.get_template(f"frame/{name}.html").render(values))  # noqa: S704 - our own template's output

    kept_part: Callable[..., Markup] = keep(part)

    def fragment(name: str, **values: Any) -> Markup:
        """A piece of the frame that depends on ``values`` only."""
        return kept_part(settings.ROOT_URLCONF, name, **values)

    env.globals.update(
        static=static,
        icon=keep(icon),
        fragment=fragment,
        url=url,
        url_or_nothing=url_or_nothing,
        brand=settings.BRAND,
        brand_mark=brand_mark(settings.BRAND),
        demo=settings.DEMO,
        helplines=settings.HELPLINES,
        services=SERVICES,
        tag=tag,
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


def context(request: HttpRequest) -> dict[str, Any]:
    """What every page gets beside its own values: the shell (who is there), and one CSRF field for all its forms."""
    return {"shell": shell_of(request), "csrf_input": CsrfInput(request)}
