"""« Lieux fréquentés »: a step of the declaration, and a page of the fiche afterwards."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.core.dates import date_fr
from contact_covid.core.idempotency import Submission
from contact_covid.people.rules.identity import Identity
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.declare import presenters
from contact_covid.portal.declare.own import open_fiche
from contact_covid.portal.declare.views import registered_or_absent
from contact_covid.portal.paths import to, url
from contact_covid.portal.stays import pages
from contact_covid.portal.stays.pages import Kept, Place
from contact_covid.tracing.actions import drafts, stays
from contact_covid.tracing.enums import FicheKind, State
from contact_covid.tracing.own_queries import DraftNotFound, DraftOpened, OwnFiche
from contact_covid.tracing.queries import FicheNotFound
from contact_covid.tracing.rules.stays import NamedStay
from contact_covid.tracing.stay_queries import StayNotFound, stays_of

# --- In a draft ----------------------------------------------------------------------------------------------------


@requires(Permission.FICHE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@registered_or_absent
def places(request: SignedInRequest, draft: UUID) -> HttpResponse:
    actor = request.session_info.actor
    opened = drafts.open_draft(actor=actor, draft=draft, now=request.now)

    def write(named: NamedStay, submission: Submission) -> None:
        drafts.add_stay(actor=actor, draft=draft, stay=named, submission=submission, now=request.now)

    return pages.add(request, _of_draft(draft), _in_draft(request, opened), write, about=draft)


@requires(Permission.FICHE_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@registered_or_absent
def correct_place(request: SignedInRequest, draft: UUID, stay: UUID) -> HttpResponse:
    actor = request.session_info.actor
    opened = drafts.open_draft(actor=actor, draft=draft, now=request.now)
    if opened.content.stay(stay) is None:
        raise DraftNotFound

    def write(named: NamedStay, version: int | None) -> None:
        drafts.correct_stay(actor=actor, draft=draft, version=version, stay=stay, named=named, now=request.now)

    return pages.correct(request, _of_draft(draft), _in_draft(request, opened), stay, write)


@requires(Permission.FICHE_REGISTER)
@sent_only
@registered_or_absent
def remove_place(request: SignedInRequest, draft: UUID, stay: UUID) -> HttpResponse:
    drafts.remove_stay(actor=request.session_info.actor, draft=draft, stay=stay, now=request.now)
    return redirect("declare_places", draft=draft)


def _of_draft(draft: UUID) -> Place:
    add = url("declare_places", draft=draft)
    return Place(
        add=add,
        correct=f"{add}{{}}/",
        remove=f"{add}{{}}/retirer/",
        done=url("declare_verify", draft=draft),
        back=("Contacts", url("declare_contact", draft=draft)),
        contact=url("declare_contact", draft=draft),
        steps=True,
        crumbs=_crumbs("Déclaration d’un patient zéro", "declare"),
    )


def _in_draft(request: SignedInRequest, opened: DraftOpened) -> Kept:
    content = opened.content
    return Kept(
        index_name=content.dossier.identity.name,
        window=presenters.window(content, request.now),
        stays={stay.id: stay.named for stay in content.stays},
        version=opened.version,
    )


def _crumbs(label: str, page: str) -> tuple[tuple[str, str], ...]:
    home = (("Accueil", url("home")), ("Contact COVID", url("contact_covid")))
    return (*home, (label, url(page)), ("Lieux fréquentés", ""))


# --- On the fiche --------------------------------------------------------------------------------------------------


@requires(Permission.FICHE_CORRECT)
@require_http_methods(["GET", "HEAD", "POST"])
def own_places(request: SignedInRequest, fiche: UUID) -> HttpResponse:
    opened, identity = _index(request, fiche)
    actor = request.session_info.actor

    def write(named: NamedStay, submission: Submission) -> None:
        stays.name_stays(actor=actor, index=fiche, stays=[named], submission=submission, now=request.now)

    return pages.add(request, _of_fiche(fiche), _on_fiche(request, opened, identity), write, about=fiche)


@requires(Permission.FICHE_CORRECT)
@require_http_methods(["GET", "HEAD", "POST"])
def correct_own_place(request: SignedInRequest, fiche: UUID, stay: UUID) -> HttpResponse:
    opened, identity = _index(request, fiche)
    kept = _on_fiche(request, opened, identity, stay)
    write = partial(_correct, request, fiche, stay)
    return pages.correct(request, _of_fiche(fiche), kept, stay, write)


@requires(Permission.FICHE_CORRECT)
@sent_only
def remove_own_place(request: SignedInRequest, fiche: UUID, stay: UUID) -> HttpResponse:
    _index(request, fiche)
    stays.remove_stay(actor=request.session_info.actor, index=fiche, stay=stay, now=request.now)
    return to("own_places", fiche=fiche)


def _correct(request: SignedInRequest, fiche: UUID, stay: UUID, named: NamedStay, version: int | None) -> None:
    actor = request.session_info.actor
    stays.correct_stay(actor=actor, index=fiche, stay=stay, said=named, version=version, now=request.now)


def _index(request: SignedInRequest, fiche: UUID) -> tuple[OwnFiche, Identity]:
    """A patient zéro of this practice whose fiche is not cancelled. Raises ``FicheNotFound``."""
    opened, identities = open_fiche(request, fiche)
    if opened.kind is not FicheKind.INDEX or opened.state is State.CANCELLED:
        raise FicheNotFound
    return opened, identities[fiche]


def _of_fiche(fiche: UUID) -> Place:
    add, page = url("own_places", fiche=fiche), url("own_fiche", fiche=fiche)
    return Place(
        add=add,
        correct=f"{add}{{}}/",
        remove=f"{add}{{}}/retirer/",
        done=page,
        back=("Fiche", page),
        contact=url("own_contact", fiche=fiche),
        crumbs=_crumbs("Mes fiches", "own_fiches"),
    )


def _on_fiche(request: SignedInRequest, opened: OwnFiche, identity: Identity, stay: UUID | None = None) -> Kept:
    """Raises ``StayNotFound``."""
    known = {each.id: each for each in stays_of(request.session_info.actor, opened.sealed.fiche)}
    if stay and stay not in known:
        raise StayNotFound
    return Kept(
        index_name=identity.name,
        window=date_fr(presenters.window_of(opened, request.now)),
        stays={each.id: each.named for each in known.values()},
        version=known[stay].version if stay else None,
    )
