"""The template engine of the portal: Jinja2 behind Django's backend; undefined names refused, everything escaped.

Every page pays for what is here, so what is the same for all is made once: ``fragment``, ``icon``, ``static``, ``url``.
"""

import html
from collections.abc import Callable, MutableMapping
from functools import cache
from types import CodeType
from typing import Any, cast

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest
from jinja2 import Environment, Template
from jinja2.runtime import Context
from jinja2.utils import internalcode
from markupsafe import Markup, escape

from contact_covid.accounts.actions.letters import are_sent
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


def piece(value: Any) -> str:
    """``value`` as it may stand in a page: escaped, unless it is markup.

    Jinja marks each piece as markup before it joins them; the joined text of a macro or a block is marked anyway.
    """
    kind = type(value)
    if kind is Markup:
        return cast(str, value)
    return html.escape(value) if kind is str else escape(value)


class PortalTemplate(Template):
    """Jinja's, its compiled code writing values by ``piece``: a list of 25 people has some 250 of them."""

    @classmethod
    def from_code(
        cls,
        environment: Environment,
        code: CodeType,
        globals: MutableMapping[str, Any],  # noqa: A002 - Jinja's
        uptodate: Callable[[], bool] | None = None,
    ) -> Template:
        template = super().from_code(environment, code, globals, uptodate)
        template.root_render_func.__globals__["escape"] = piece
        return template


class PortalEnvironment(Environment):
    """Jinja's, with globals that no one changes once a template is loaded."""

    context_class = PortalContext
    template_class = PortalTemplate

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
        email_login=settings.EMAIL_LOGIN,
        letters_sent=are_sent(),
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
