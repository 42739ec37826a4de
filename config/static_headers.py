"""Headers of static files. Settings import this module: it must not need Django."""

from collections.abc import MutableMapping

STATIC_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def add_static_headers(headers: MutableMapping[str, str], _path: str, _url: str) -> None:
    """Called by whitenoise once per file, at start."""
    for name, value in STATIC_HEADERS.items():
        headers[name] = value
