"""The hidden field that proves that a form came from a page of ours.

Django's own costs 0.1 ms for each form (64 random draws) and sends the cookie again with each page. Here the secret is
masked once a page by one draw, in Django's format, which ``CsrfViewMiddleware`` then checks as usual.
"""

import secrets

from django.http import HttpRequest
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH, get_token
from markupsafe import Markup

_INDEX = {character: index for index, character in enumerate(CSRF_ALLOWED_CHARS)}
_COUNT = len(CSRF_ALLOWED_CHARS)


class CsrfInput:
    """The field as HTML, made when a template first writes it and the same for every form of the page."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._html: Markup | None = None

    def __html__(self) -> Markup:
        if self._html is None:
            secret = self._request.META.get("CSRF_COOKIE")
            # Without cookie yet, Django draws the secret and sends the cookie.
            token = masked(secret) if secret else get_token(self._request)
            self._html = Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">').format(token)
        return self._html


def masked(secret: str) -> str:
    """The secret in another guise each time, so that a compressed page does not betray it: mask, then mask + secret."""
    mask = [byte % _COUNT for byte in secrets.token_bytes(CSRF_SECRET_LENGTH)]
    cipher = [(_INDEX[character] + shift) % _COUNT for character, shift in zip(secret, mask, strict=True)]
    return "".join([CSRF_ALLOWED_CHARS[index] for index in mask + cipher])
