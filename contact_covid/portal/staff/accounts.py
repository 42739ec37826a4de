"""Administrators: any account by its login, closed or opened again; any organisation by its name. No patient's data."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.enums import Permission, Role
from contact_covid.accounts.actions.closing import OnlyLoginTaken, disable_account, enable_account
from contact_covid.accounts.models import Account, Post
from contact_covid.accounts.queries import accounts_by_login, names_of
from contact_covid.accounts.rules.invitations import TEAM_ROLES
from contact_covid.accounts.team_queries import account_with_posts
from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.period import PARIS
from contact_covid.directory.queries import organisations_named
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.paths import to
from contact_covid.portal.staff.forms import SearchForm
from contact_covid.portal.wording import sentence

MOST = 20


@requires(Permission.ACCOUNTS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: SignedInRequest) -> HttpResponse:
    """By POST, so that no address and no number stands in the address of a page."""
    form = SearchForm(request.POST) if request.method == "POST" else SearchForm()
    found: list[dict[str, object]] = []
    asked = form.is_bound and form.is_valid()
    if asked:
        login, name = form.cleaned_data["login"], form.cleaned_data["organisation"]
        if login:
            ids = accounts_by_login(login, most=MOST)
            names = names_of(ids)
            found += [{"title": names[id_], "text": "Compte", "view": "account_of", "account": id_} for id_ in ids]
        if name:
            places = organisations_named(name, kinds=list(TEAM_ROLES), most=MOST)
            found += [
                {"title": place.name, "text": place.get_kind_display(), "view": "team", "organisation": place.id}
                for place in places
            ]
    context = {
        "found": found,
        "asked": asked,
        "values": {name: form.typed(name) for name in form.fields} if form.is_bound else {},
        **form.told(),
    }
    return render(request, "staff/accounts.html", context)


@requires(Permission.ACCOUNTS_MANAGE)
@require_safe
def account(request: SignedInRequest, account: UUID) -> HttpResponse:
    return _page(request, account)


def _page(request: SignedInRequest, account: UUID, failure: str = "") -> HttpResponse:
    found = account_with_posts(account)
    if found is None:
        raise Http404
    who, posts = found
    context = {
        "failure": failure,
        "id": who.id,
        "name": who.name,
        "facts": _facts(who),
        "is_active": who.is_active,
        "herself": who.id == request.session_info.actor.account,
        "posts": [_post(post, request) for post in posts],
    }
    return render(request, "staff/account.html", context)


def _facts(who: Account) -> list[tuple[str, str]]:
    return [
        ("E-mail", who.email or "non connu"),
        ("Création", datetime_fr(who.created_at)),
        ("Dernière connexion", datetime_fr(who.last_login) if who.last_login else "jamais"),
    ]


def _post(post: Post, request: SignedInRequest) -> dict[str, str]:
    place = post.practice or post.organisation
    over = post.ends_at is not None and post.ends_at <= request.now
    until = f" au {date_fr(post.ends_at.astimezone(PARIS))}" if post.ends_at else ""
    return {
        "role": Role(post.role).label + (" (délégation)" if post.delegated_by_id else ""),
        "place": place.name if place else "–",
        "period": f"depuis le {date_fr(post.starts_at.astimezone(PARIS))}" + until,
        "tag": "" if over else "ok",
        "state": "Terminé" if over else "Ouvert",
    }


@requires(Permission.ACCOUNTS_MANAGE)
@sent_only
def disable(request: SignedInRequest, account: UUID) -> HttpResponse:
    _check_exists(account)
    if account != request.session_info.actor.account:
        disable_account(actor=request.session_info.actor, account=account, now=request.now)
    return to("account_of", account=account)


@requires(Permission.ACCOUNTS_MANAGE)
@sent_only
def enable(request: SignedInRequest, account: UUID) -> HttpResponse:
    _check_exists(account)
    try:
        enable_account(actor=request.session_info.actor, account=account, now=request.now)
    except OnlyLoginTaken as taken:
        return _page(request, account, sentence(taken.code))
    return to("account_of", account=account)


def _check_exists(account: UUID) -> None:
    if account_with_posts(account) is None:
        raise Http404
