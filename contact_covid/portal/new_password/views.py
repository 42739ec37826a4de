"""The password is too old: a new one before any page opens."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.accounts.actions.accounts import PasswordRefused
from contact_covid.accounts.actions.passwords import choose_password
from contact_covid.accounts.enums import Step
from contact_covid.portal.access import SignedInRequest, local_path, requires
from contact_covid.portal.passwords import NewPasswordForm, refuse_password
from contact_covid.portal.paths import url, whole


@requires(Permission.PORTAL_USE, during=(Step.NEW_PASSWORD,))
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: SignedInRequest) -> HttpResponse:
    session = request.session_info
    suite = local_path(request.GET.get("suite", ""), url("home"))
    if Step.NEW_PASSWORD not in session.steps:
        return redirect(suite)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        password = form.cleaned_data["password"]
        try:
            forgotten = whole("password_forgotten")
            choose_password(session=session, password=password, forgotten=forgotten, now=request.now)
        except PasswordRefused as refused:
            refuse_password(form, refused)
        else:
            return redirect(suite)
    context = {
        "lost": "perdue" in request.GET and not form.is_bound,
        "days": settings.PASSWORD_MAX_AGE.days,
        **form.told(),
    }
    return render(request, "new_password/choose.html", context)
