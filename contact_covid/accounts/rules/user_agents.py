"""The kind of device that a browser says it runs on: for the owner of an account to recognise, never to decide on."""

import re

_PHONE = re.compile(r"iPhone|Android.*Mobile|Mobile.*Firefox|Windows Phone", re.ASCII)
_TABLET = re.compile(r"iPad|Android|Tablet", re.ASCII)
_COMPUTERS = (("Windows", "ordinateur (Windows)"), ("Mac OS X", "ordinateur (Mac)"), ("Linux", "ordinateur (Linux)"))


def device_of(user_agent: str) -> str:
    """« ordinateur (Windows) », « téléphone », « tablette », « appareil inconnu »."""
    if _PHONE.search(user_agent):
        return "téléphone"
    if _TABLET.search(user_agent):
        return "tablette"
    return next((name for mark, name in _COMPUTERS if mark in user_agent), "appareil inconnu")
