"""What a page may weigh, see docs/adr/page-weights.md."""

LIGHT = 15_000
"""Bytes of HTML that a page stays below, before compression."""
LONGEST = 18_000
"""The same of those in ``LONG``."""
LONG = {
    "/contact-covid/declarer/",
    "/contact-covid/declarer/<uuid:draft>/",
    "/contact-covid/declarer/<uuid:draft>/contact/",
    "/contact-covid/declarer/<uuid:draft>/contact/<uuid:contact>/",
    "/contact-covid/mes-fiches/<uuid:fiche>/contact/",
    "/contact-covid/mes-fiches/<uuid:fiche>/corriger/",
    "/contact-covid/mes-fiches/<uuid:fiche>/corriger/<uuid:index>/",
    "/contact-covid/appels/",
    "/contact-covid/appels/<uuid:lease>/",
    "/contact-covid/appels/<uuid:lease>/contact/",
    "/contact-covid/journal/",
    "/contact-covid/tableau/",
}
"""The forms that ask for a whole person, the card of a call, the two lists with filters above, the
board with all agents and teams."""


def most(route: str) -> int:
    """What the page at that route stays below."""
    return LONGEST if route in LONG else LIGHT
