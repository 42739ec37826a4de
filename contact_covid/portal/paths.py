"""The portal's paths by the names of its views: looking one up in Django's tables costs 25 µs, and pages have many."""

from functools import cache
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.http import HttpResponseRedirect
from django.urls import NoReverseMatch, reverse


def url(name: str, **parts: UUID) -> str:
    """The path of a named view, which takes ids only. Raises ``NoReverseMatch``."""
    if not parts:
        return _plain_url(settings.ROOT_URLCONF, name) or reverse(name)
    pattern = _url_pattern(settings.ROOT_URLCONF, name, *parts)
    return pattern.format_map(parts)


def to(name: str, said: str = "", **parts: UUID) -> HttpResponseRedirect:
    """The redirect to a named view; ``said``: what follows the "?", for that page to tell."""
    return HttpResponseRedirect(url(name, **parts) + (f"?{said}" if said else ""))


def whole(name: str, said: str = "") -> str:
    """The address of a named page as a mail gives it; ``said``: what follows the "?"."""
    return f"{settings.PUBLIC_URL}{url(name)}" + (f"?{said}" if said else "")


def url_or_nothing(name: str) -> str:
    """The path of a view that takes no part, or "" when this installation has no such page."""
    return _plain_url(settings.ROOT_URLCONF, name)


@cache
def _url_pattern(_urlconf: str, name: str, *parts: str) -> str:
    """The path with {part} in the place of each id."""
    places = {part: uuid5(NAMESPACE_URL, part) for part in parts}
    pattern = reverse(name, kwargs=places)
    for part, id_ in places.items():
        pattern = pattern.replace(str(id_), f"{{{part}}}")
    return pattern


@cache
def _plain_url(_urlconf: str, name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
