"""No view is open by oversight."""

from django.core.checks import run_checks
from django.test import override_settings

from contact_covid.access.enums import Permission
from contact_covid.portal.access import is_marked, views

PUBLIC = {
    "/aide/",
    "/document/<str:code>/",
    "/a-propos/",
    "/mentions-legales/",
    "/cgu/",
    "/accessibilite/",
    "/configuration/",
    "/hors-ligne/",
    "/connect.webmanifest",
    "/service-worker.js",
    "/compte/adresse-email/<str:token>/",
    "/healthz",
    "/readyz",
    "/connexion/",
    "/deconnexion/",
    "/mot-de-passe/oublie/",
    "/mot-de-passe/nouveau/",
    "/mot-de-passe/nouveau/<str:token>/",
    "/mot-de-passe/modifie/",
    "/premiere-connexion/adresse/",
    "/premiere-connexion/adresse/<str:token>/",
    "/premiere-connexion/validee/",
    # Who shows a card, or creates an account by one, has no session yet: a one-use ticket, a cookie or a mailed link
    # says who is there.
    "/connexion/carte/",
    "/connexion/carte/retour/<str:ticket>/",
    "/connexion/carte/refus/<slug:reason>/",
    "/compte/creer/carte/",
    "/",
    "/compte/creer/",
    "/compte/creer/cle/",
    "/compte/creer/courrier/",
    "/compte/creer/courrier/demande/",
    "/compte/creer/compte/",
    "/compte/creer/mail/",
    "/compte/creer/valider/",
    "/compte/creer/valider/<str:token>/",
    "/compte/creer/termine/",
    # A person with a secure link has no account: her token and her birth date say who she is.
    "/suivi/",
    "/suivi/lu/",
    "/suivi/symptomes/",
    "/suivi/contacts/",
    "/suivi/personne/",
    "/suivi/lieux/",
    "/suivi/rappel/",
    "/suivi/aide/",
    "/suivi/aide/retirer/",
    "/suivi/lettre/",
    "/suivi/droits/",
    "/suivi/messages/",
    "/suivi/langue/",
    "/suivi/quitter/",
    "/suivi/<str:token>/",
    # A gateway signs what it sends.
    "/messages/recus/",
    "/invitation/acceptee/",
    "/invitation/<str:token>/",
}
"""Every address open to everybody. A new one is a decision: it is written here by hand."""


def test_every_view_is_public_or_asks_for_a_permission() -> None:
    assert [route for route, view in views() if not is_marked(view)] == []
    assert [error for error in run_checks(tags=["urls"]) if error.id == "portal.E001"] == []


def test_the_public_views_are_those_decided() -> None:
    assert {route for route, view in views() if hasattr(view, "is_public")} == PUBLIC


def test_a_permission_is_one_of_the_policy() -> None:
    marks = [view.permission for _, view in views() if hasattr(view, "permission")]

    assert all(isinstance(mark, Permission) for mark in marks)


@override_settings(ROOT_URLCONF="tests.portal.sample_urls")
def test_a_forgotten_mark_is_found() -> None:
    assert [route for route, view in views() if not is_marked(view)] == ["/oubliee/"]
    assert [error.id for error in run_checks(tags=["urls"]) if error.id == "portal.E001"] == ["portal.E001"]
