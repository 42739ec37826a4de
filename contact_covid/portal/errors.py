"""Pages for what went wrong: what happened in one sentence, then what to do. None of them touches the database."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve

from contact_covid.access.policy import Denied
from contact_covid.accounts.actions.invitations import InvitationNotFound
from contact_covid.accounts.actions.teams import PostNotFound, TeamNotFound
from contact_covid.accounts.factors.actions.enrolment import NotProven
from contact_covid.accounts.factors.queries import FactorNotFound
from contact_covid.clusters.actions.clusters import ClusterChanged
from contact_covid.clusters.actions.hand_overs import HandOverNotFound
from contact_covid.clusters.actions.requests import RequestNotFound, TalkChanged
from contact_covid.clusters.actions.signals import SignalChanged, SignalNotFound
from contact_covid.clusters.cluster_queries import ClusterNotFound
from contact_covid.clusters.rules.transitions import ForbiddenStep
from contact_covid.core.idempotency import AlreadyRecorded
from contact_covid.core.keyring import KeyDamaged, KeyMissing
from contact_covid.messaging.actions import MessageNotFound
from contact_covid.people.actions import LookupsRefused
from contact_covid.people.enums import AlertKind
from contact_covid.retention.actions.requests import RequestChanged
from contact_covid.retention.queries import RightsRequestNotFound
from contact_covid.support.actions.answering import SupportChanged, SupportNotFound
from contact_covid.support.rules.asking import ForbiddenMove
from contact_covid.tracing.actions.cancellation import FicheShared
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.actions.drafts import DraftChanged
from contact_covid.tracing.actions.erasure import NotAContact
from contact_covid.tracing.actions.stays import StayChanged
from contact_covid.tracing.own_queries import DraftNotFound
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.samplings import SamplingNotFound
from contact_covid.tracing.rules.states import ForbiddenTransition
from contact_covid.tracing.stay_queries import StayNotFound
from contact_covid.worklist.actions.overflows import OverflowNotFound
from contact_covid.worklist.actions.queue import FicheDelegated, FicheHeld
from contact_covid.worklist.board_queries import AgentNotFound
from contact_covid.worklist.delegation_queries import DelegationNotFound
from contact_covid.worklist.job_queries import JobNotFound
from contact_covid.worklist.queries import LeaseEnded, LeaseNotFound, LeaseTakenOver
from contact_covid.worklist.team_queries import AgentTeamNotFound

RETRY_SECONDS = "10"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """The words of one status: title, what happened, what to do next."""

    title: str
    text: str
    steps: tuple[str, ...]


ERROR_PAGES = {
    400: ErrorPage(
        "Demande incomprise",
        "La demande envoyée par votre navigateur n’a pas pu être lue. Rien n’a été enregistré.",
        (
            "Revenez à la page précédente et recommencez la saisie.",
            "Si vous aviez collé un texte, saisissez-le à la main.",
        ),
    ),
    403: ErrorPage(
        "Accès non autorisé",
        "Votre profil ne donne pas accès à cette page.",
        (
            "Revenez à l’accueil pour choisir un autre service.",
            "Si vous exercez ailleurs, choisissez dans « Sélection de structure » le lieu qui y a droit.",
            "Si cet accès vous est nécessaire, adressez-vous à l’assistance technique.",
        ),
    ),
    404: ErrorPage(
        "Page introuvable",
        "Cette page n’existe pas, n’existe plus ou ne vous est pas accessible.",
        (
            "Vérifiez l’adresse saisie.",
            "Pour une fiche, refaites la recherche\u00a0: l’accès par une recherche est limité dans le temps.",
        ),
    ),
    405: ErrorPage(
        "Action impossible à cette adresse",
        "Cette adresse ne s’ouvre pas directement. Rien n’a été enregistré.",
        ("Revenez à l’accueil et reprenez le parcours depuis le début.",),
    ),
    409: ErrorPage(
        "Enregistrement refusé",
        "Ce que vous avez envoyé ne s’accorde plus avec ce qui est enregistré. Rien n’a été modifié.",
        ("Ouvrez de nouveau la fiche pour voir son état actuel, puis recommencez.",),
    ),
    429: ErrorPage(
        "Trop de demandes",
        "Le nombre de recherches autorisé pour votre profil est atteint. Vos recherches sont suspendues pour un temps.",
        (
            "Réessayez plus tard\u00a0: le compteur se libère au fil des heures.",
            "Si votre activité dépasse cette limite, appelez l’assistance technique pour la faire relever.",
        ),
    ),
    500: ErrorPage(
        "Une erreur s’est produite",
        "Le service a rencontré une erreur inattendue. Elle a été consignée.",
        (
            "Revenez à la page précédente\u00a0: votre saisie y est conservée par le navigateur.",
            "Renvoyez-la ensuite\u00a0: un même envoi n’est jamais enregistré deux fois.",
            "Si l’erreur se répète, appelez l’assistance technique.",
        ),
    ),
    503: ErrorPage(
        "Service momentanément indisponible",
        "Le service ne peut pas répondre pour le moment. Ce qui vous a été confirmé est bien enregistré.",
        (
            "Attendez quelques instants, puis actualisez la page.",
            "Si vous veniez de valider un formulaire, renvoyez-le\u00a0: "
            "un même envoi n’est jamais enregistré deux fois.",
        ),
    ),
}
"""Status → words. 404 speaks alike of what is absent and of what belongs to somebody else."""

LOOKUPS_SUSPENDED = ErrorPage(
    "Recherches suspendues",
    "Trop de vos recherches n’ont trouvé aucune fiche. Elles sont suspendues et le délégué à la protection des "
    "données en est averti.",
    (
        "Vérifiez les trois informations sur la carte Vitale ou l’attestation de droits avant la prochaine recherche.",
        "Pour reprendre sans attendre, appelez l’assistance technique\u00a0: le délégué peut lever la suspension.",
    ),
)

TOO_WEAK = ErrorPage(
    "Identification insuffisante",
    "Cette page demande une identification plus sûre que celle de votre connexion.",
    (
        "Déconnectez-vous, puis reconnectez-vous avec votre carte CPS ou avec Pro Santé Connect.",
        "Revenez ensuite à cette page.",
    ),
)

FORM_EXPIRED = ErrorPage(
    "Formulaire expiré",
    "Cette page était ouverte depuis trop longtemps, ou votre navigateur refuse les cookies. Rien n’a été enregistré.",
    (
        "Revenez à la page précédente et actualisez-la avant de renvoyer le formulaire.",
        "Vérifiez que votre navigateur accepte les cookies de ce site.",
    ),
)


STATUS_OF: Mapping[type[Exception], int] = {
    OperationalError: 503,
    InterfaceError: 503,
    KeyMissing: 503,
    KeyDamaged: 503,
    Denied: 403,
    NotProven: 403,
    FactorNotFound: 404,
    FicheNotFound: 404,
    SamplingNotFound: 404,
    MessageNotFound: 404,
    InvitationNotFound: 404,
    TeamNotFound: 404,
    AgentTeamNotFound: 404,
    PostNotFound: 404,
    DraftNotFound: 404,
    StayNotFound: 404,
    LeaseNotFound: 404,
    HandOverNotFound: 404,
    ClusterNotFound: 404,
    SignalNotFound: 404,
    RequestNotFound: 404,
    ClusterChanged: 409,
    SignalChanged: 409,
    TalkChanged: 409,
    ForbiddenStep: 409,
    AgentNotFound: 404,
    DelegationNotFound: 404,
    JobNotFound: 404,
    OverflowNotFound: 404,
    RightsRequestNotFound: 404,
    RequestChanged: 409,
    SupportNotFound: 404,
    SupportChanged: 409,
    ForbiddenMove: 409,
    NotAContact: 409,
    LeaseEnded: 409,
    LeaseTakenOver: 409,
    FicheHeld: 409,
    FicheDelegated: 409,
    DraftChanged: 409,
    StayChanged: 409,
    FicheShared: 409,
    FicheChanged: 409,
    ForbiddenTransition: 409,
    AlreadyRecorded: 409,
    LookupsRefused: 429,
}
"""The page of an error that a view did not turn into something better. Others are faults of ours: 500."""


def page(request: HttpRequest | None, status: int, words: ErrorPage | None = None) -> HttpResponse:
    """The error page of ``status``; without request it shows the frame of somebody who is not signed in."""
    body = render_to_string(
        "error.html", {"status": status, "page": words or ERROR_PAGES[status]}, request, using="jinja2"
    )
    return HttpResponse(body, status=status)


# Django calls these three with exception=…
def for_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """The page of an exception of ``STATUS_OF``, None for any other."""
    status = STATUS_OF.get(type(exception))
    if status is None:
        return None
    if status == 503:
        logger.error("unavailable: %s", type(exception).__name__)
        return unavailable()
    if isinstance(exception, LookupsRefused) and exception.kind == AlertKind.SUSPENDED:
        return page(request, status, LOOKUPS_SUSPENDED)
    return page(request, status)


# Django names the second argument of these three: exception.
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return page(request, 403)


def too_weak(request: HttpRequest) -> HttpResponse:
    """Her role may, but she identified herself less surely than it takes."""
    return page(request, 403, TOO_WEAK)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """A missing last slash is forgiven; everything else is the same page, whatever the reason."""
    if request.method == "GET" and not request.path.endswith("/"):
        path = f"{request.path}/"
        try:
            resolve(path)
        except Resolver404:
            pass
        else:
            return HttpResponseRedirect(path)
    return page(request, 404)


def server_error(_request: HttpRequest) -> HttpResponse:
    """Plain frame: whatever broke may be what the frame needs."""
    return page(None, 500)


def unavailable() -> HttpResponse:
    """The database does not answer. Plain frame, no query."""
    response = page(None, 503)
    response["Retry-After"] = RETRY_SECONDS
    return response


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The CSRF check failed."""
    return page(request, 403, FORM_EXPIRED)
