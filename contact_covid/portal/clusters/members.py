"""Who is in a cluster: added by number, found where its cases were, registered from what a case said, removed."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.clusters.actions import clusters as actions
from contact_covid.clusters.actions.clusters import ClusterError, ClusterErrorCode
from contact_covid.clusters.actions.co_exposed import name_co_exposed
from contact_covid.clusters.actions.reading import CaseSeen, read_case, read_surroundings
from contact_covid.clusters.enums import MemberRole
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.records import RecordNumberError, format_number, parse
from contact_covid.people.enums import NirHolder, Sex
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.clusters import presenters
from contact_covid.portal.clusters.fiche import visited
from contact_covid.portal.clusters.forms import MemberForm
from contact_covid.portal.clusters.pages import form_values
from contact_covid.portal.paths import to
from contact_covid.portal.person.forms import ContactForm, contact_choices, form_context, typed
from contact_covid.portal.posted import ids_in, key_of, today_of
from contact_covid.portal.wording import sentence
from contact_covid.tracing.rules.registration import RegistrationError

SAID = {
    "ajoute": "La personne est ajoutée au cluster.",
    "co-exposes": "Les personnes co-exposées sont ajoutées au cluster.",
    "contact": "La personne co-exposée est enregistrée et ajoutée au cluster. La plateforme l’appellera à son tour.",
}
_FIRST_CONTACT = {"nir_holder": NirHolder.OWN, "sex": Sex.UNKNOWN}


@requires(Permission.CLUSTERS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: SignedInRequest, cluster: UUID) -> HttpResponse:
    """Add somebody by the number of her fiche; who was where the cases were."""
    form = MemberForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, cluster, form)
    said = form.cleaned_data
    try:
        actions.add_by_number(
            actor=request.session_info.actor,
            cluster=cluster,
            number=said["number"],
            role=said["role"],
            now=request.now,
        )
    except ClusterError as error:
        form.refuse("role" if error.code == ClusterErrorCode.NOT_A_CASE else "number", error)
        return _page(request, cluster, form)
    return to("cluster_people", "ajoute", cluster=cluster)


@requires(Permission.CLUSTERS_MANAGE)
@sent_only
def co_exposed(request: SignedInRequest, cluster: UUID) -> HttpResponse:
    """Those of the list who were ticked."""
    chosen = ids_in(request.POST.getlist("fiche"))
    try:
        actions.add_co_exposed(actor=request.session_info.actor, cluster=cluster, fiches=chosen, now=request.now)
    except ClusterError as error:
        return _page(request, cluster, MemberForm(), refused=sentence(error.code))
    return to("cluster_people", "co-exposes", cluster=cluster)


@requires(Permission.CLUSTERS_MANAGE)
@sent_only
def remove(request: SignedInRequest, cluster: UUID, member: UUID) -> HttpResponse:
    number = actions.remove_member(actor=request.session_info.actor, cluster=cluster, member=member, now=request.now)
    return to("cluster_people", f"retiree={number}" if number else "", cluster=cluster)


def _removed(request: SignedInRequest) -> list[str]:
    """With her number: who was taken out by mistake is added again by it."""
    try:
        number = format_number(parse(request.GET.get("retiree", "")))
    except RecordNumberError:
        return []
    return [f"La fiche {number} est retirée du cluster. Si c’est une erreur, ajoutez-la de nouveau par ce numéro."]


def _page(request: SignedInRequest, cluster: UUID, form: MemberForm, *, refused: str = "") -> HttpResponse:
    seen = read_surroundings(actor=request.session_info.actor, cluster=cluster, now=request.now)
    context = form_values(form, {"role": MemberRole.CASE.value}) | {
        "cluster": cluster,
        "number": format_number(seen.cluster.number),
        "roles": MemberRole.choices,
        "members": [presenters.member_row(each, {}) for each in seen.members],
        "co_exposed": [presenters.co_exposed_row(each) for each in seen.co_exposed],
        "stays": [(each.stay.fiche_id, format_number(each.stay.fiche.number), visited(each)) for each in seen.stays],
        "refused": refused,
        "said": [text for code, text in SAID.items() if code in request.GET] + _removed(request),
    }
    return render(request, "clusters/people.html", context, status=form.status)


@requires(Permission.CLUSTERS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: SignedInRequest, cluster: UUID, fiche: UUID) -> HttpResponse:
    """A person whom a case said was there, and who has no fiche yet."""
    actor = request.session_info.actor
    case = read_case(actor=actor, cluster=cluster, fiche=fiche, now=request.now)
    if request.method != "POST":
        return _contact_page(request, cluster, case)
    form = ContactForm(request.POST, today=today_of(request), index=case.identity, department=case.fiche.department)
    if not form.is_valid():
        return _contact_page(request, cluster, case, form=form)
    try:
        name_co_exposed(
            actor=actor,
            cluster=cluster,
            case=fiche,
            named=form.named(),
            submission=submission(form.key(), {**typed(form), "about": f"{cluster} {fiche}"}),
            now=request.now,
        )
    except RegistrationError as error:
        form.refuse(error.field, error)
    except AlreadyRecorded as already:
        if not already.same:
            form.refuse_other_content()
    if form.errors:
        return _contact_page(request, cluster, case, form=form)
    return to("cluster_people", "contact", cluster=cluster)


def _contact_page(
    request: SignedInRequest, cluster: UUID, case: CaseSeen, *, form: ContactForm | None = None
) -> HttpResponse:
    context: dict[str, Any] = form_context(typed(form) if form else _FIRST_CONTACT, form) | contact_choices()
    context |= {"cluster": cluster, "fiche": case.fiche.id, "case": format_number(case.fiche.number)}
    context["idempotency_key"] = form.key() if form else key_of(request)
    return render(request, "clusters/contact.html", context, status=form.status if form else 200)
