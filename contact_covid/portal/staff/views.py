"""The agents of an organisation, for its supervisor and for administrators."""

from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.enums import Permission, Role
from contact_covid.accounts.actions import teams
from contact_covid.accounts.models import Invitation, Post
from contact_covid.accounts.rules.invitations import TEAM_ROLES, InvitationErrorCode, InvitationRefused
from contact_covid.accounts.team_queries import invitations_to, team_posts
from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.period import PARIS
from contact_covid.directory.enums import OrganisationKind
from contact_covid.directory.models import Organisation
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.invitation.presenters import TAGS, page, state_of
from contact_covid.portal.paths import to, url
from contact_covid.portal.staff.forms import InviteForm
from contact_covid.portal.wording import sentence

A_PAGE = 8
"""Rows of each table: the rest is on the following pages."""
SAID = {
    "envoyee": "L’invitation est envoyée. Le lien sert pendant 24 heures ; passé ce délai, renvoyez-la.",
    "retiree": "L’invitation est retirée : son lien n’ouvre plus rien.",
    "terminee": "L’accès est terminé : cette personne sera déconnectée à sa prochaine action.",
}


@requires(Permission.AGENTS_MANAGE)
@require_safe
def own_team(request: SignedInRequest) -> HttpResponse:
    """The supervisor's own organisation; an administrator looks for one first."""
    actor = request.session_info.actor
    if actor.role is Role.ADMINISTRATOR:
        return to("accounts")
    if actor.organisation is None:
        raise Http404
    return to("team", organisation=actor.organisation)


@requires(Permission.AGENTS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: SignedInRequest, organisation: UUID) -> HttpResponse:
    actor = request.session_info.actor
    found = teams.team_of(actor=actor, organisation=organisation)
    if request.method != "POST":
        return _page(request, found, InviteForm())
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    email, role = form.cleaned_data["email"], form.cleaned_data["role"]
    sent = submission(form.key(), {"organisation": str(found.id), "email": email, "role": role})
    try:
        teams.invite(
            actor=actor, organisation=found.id, email=email, role=role, sent=sent, page=page(), now=request.now
        )
    except InvitationRefused as refused:
        form.refuse("role", refused)
        return _page(request, found, form)
    except AlreadyRecorded as before:
        if not before.same:
            form.refuse_other_content()
            return _page(request, found, form)
    return to("team", "envoyee=1", organisation=found.id)


def _page(request: SignedInRequest, found: Organisation, form: InviteForm) -> HttpResponse:
    roles = TEAM_ROLES[OrganisationKind(found.kind)]
    posts, more_posts = _page_of(team_posts(found.id).exclude(ends_at__lte=request.now), request.GET.get("comptes"))
    invited, more_invited = _page_of(invitations_to(found.id), request.GET.get("invitations"))
    context = {
        "organisation": found,
        "parent": _parent(request),
        "is_own": request.session_info.actor.organisation == found.id,
        "agents": [_agent(post, request) for post in posts],
        "invited": [_invited(each, request) for each in invited],
        "more_agents": more_posts,
        "more_invited": more_invited,
        "is_first": not {"comptes", "invitations"} & request.GET.keys(),
        "calls": found.kind == OrganisationKind.PLATFORM,
        "roles": [(role.value, role.label) for role in roles],
        "values": {name: form.typed(name) for name in form.fields} if form.is_bound else {},
        "idempotency_key": form.key(),
        **form.told(),
        "said": [text for code, text in SAID.items() if code in request.GET],
        "refused": sentence(InvitationErrorCode.OWN_ACCESS) if "soi" in request.GET else "",
    }
    return render(request, "staff/team.html", context, status=form.status)


def _parent(request: SignedInRequest) -> tuple[str, str]:
    """Where an organisation that is not one's own was reached from."""
    if request.session_info.actor.role is Role.ADMINISTRATOR:
        return "Comptes", url("accounts")
    return "Délégations", url("delegations_of_fund")


Row = TypeVar("Row", Post, Invitation)


def _page_of(rows: QuerySet[Row], after: str | None) -> tuple[list[Row], UUID | None]:
    """The rows that follow that id, the newest first, and after which one the next page begins. Raises ``Http404``."""
    if after:
        try:
            rows = rows.filter(id__lt=UUID(after))
        except ValueError:
            raise Http404 from None
    found = list(rows.order_by("-id")[: A_PAGE + 1])
    return found[:A_PAGE], found[A_PAGE - 1].id if len(found) > A_PAGE else None


def _agent(post: Post, request: SignedInRequest) -> dict[str, object]:
    who = post.account
    used = who.last_login
    return {
        "id": post.id,
        "name": who.name,
        "email": who.email,
        "role": Role(post.role).label,
        "since": date_fr(post.starts_at.astimezone(PARIS)),
        "used": datetime_fr(used) if used else "jamais",
        "tag": "ok" if who.is_active else "ko",
        "state": "Ouvert" if who.is_active else "Désactivé",
        "herself": post.account_id == request.session_info.actor.account,
    }


def _invited(invitation: Invitation, request: SignedInRequest) -> dict[str, object]:
    where = state_of(invitation, request.now)
    return {
        "id": invitation.id,
        "email": invitation.email,
        "role": Role(invitation.role).label,
        "sent": datetime_fr(invitation.sent_at),
        "state": where.label,
        "tag": TAGS[where],
    }


@requires(Permission.AGENTS_MANAGE)
@sent_only
def end(request: SignedInRequest, organisation: UUID, post: UUID) -> HttpResponse:
    try:
        teams.end_post(actor=request.session_info.actor, organisation=organisation, post=post, now=request.now)
    except InvitationRefused:
        return to("team", "soi=1", organisation=organisation)
    return to("team", "terminee=1", organisation=organisation)


@requires(Permission.AGENTS_MANAGE)
@sent_only
def send_again(request: SignedInRequest, organisation: UUID, invitation: UUID) -> HttpResponse:
    actor = request.session_info.actor
    teams.send_again(actor=actor, organisation=organisation, invitation=invitation, page=page(), now=request.now)
    return to("team", "envoyee=1", organisation=organisation)


@requires(Permission.AGENTS_MANAGE)
@sent_only
def take_back(request: SignedInRequest, organisation: UUID, invitation: UUID) -> HttpResponse:
    actor = request.session_info.actor
    teams.take_back(actor=actor, organisation=organisation, invitation=invitation, now=request.now)
    return to("team", "retiree=1", organisation=organisation)
