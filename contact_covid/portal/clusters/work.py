"""What is done about a cluster: measures, notes, the closing report."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.clusters.actions import work as actions
from contact_covid.clusters.actions.reading import read_report
from contact_covid.clusters.actions.work import WorkError
from contact_covid.clusters.cluster_queries import cluster_of
from contact_covid.clusters.enums import MeasureKind, Setting
from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.idempotency import AlreadyRecorded, submission
from contact_covid.core.records import format_number
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.clusters import presenters
from contact_covid.portal.clusters.forms import ManyForm, MeasureForm, NoteForm, ReportForm
from contact_covid.portal.clusters.pages import form_values
from contact_covid.portal.paths import to
from contact_covid.portal.posted import today_of


@requires(Permission.CLUSTERS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def measure(request: SignedInRequest, cluster: UUID) -> HttpResponse:
    form = MeasureForm(request.POST if request.method == "POST" else None)
    begin = {"decided_on": date_fr(today_of(request))}
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, cluster, form, "measure", begin)
    said = form.cleaned_data
    try:
        actions.record_measure(
            actor=request.session_info.actor,
            cluster=cluster,
            kind=said["kind"],
            decided_on=said["decided_on"],
            planned_on=said["planned_on"],
            done_on=said["done_on"],
            note=said["note"],
            submission=submission(form.key(), form.values() | {"about": str(cluster)}),
            now=request.now,
        )
    except WorkError as error:
        form.refuse(error.field, error)
    except AlreadyRecorded as before:
        if not before.same:
            form.refuse_other_content()
    return _form_page(request, cluster, form, "measure") if form.errors else to("cluster", "mesure", cluster=cluster)


@requires(Permission.CLUSTERS_MANAGE)
@sent_only
def done(request: SignedInRequest, cluster: UUID, measure: UUID) -> HttpResponse:
    actions.measure_done(actor=request.session_info.actor, cluster=cluster, measure=measure, now=request.now)
    return to("cluster", "mesure", cluster=cluster)


@requires(Permission.CLUSTERS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: SignedInRequest, cluster: UUID) -> HttpResponse:
    form = NoteForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, cluster, form, "note")
    sent = submission(form.key(), form.values() | {"about": str(cluster)})
    try:
        actions.add_note(
            actor=request.session_info.actor,
            cluster=cluster,
            text=form.cleaned_data["text"],
            submission=sent,
            now=request.now,
        )
    except WorkError as error:
        form.refuse(error.field, error)
    except AlreadyRecorded as before:
        if not before.same:
            form.refuse_other_content()
    return _form_page(request, cluster, form, "note") if form.errors else to("cluster", "note", cluster=cluster)


def _form_page(
    request: SignedInRequest, cluster: UUID, form: ManyForm, page: str, begin: dict[str, str] | None = None
) -> HttpResponse:
    held = cluster_of(request.session_info.actor, cluster)
    context = form_values(form, begin) | {
        "cluster": cluster,
        "number": format_number(held.number),
        "kinds": [("", "Choisissez"), *MeasureKind.choices],
    }
    return render(request, f"clusters/{page}.html", context, status=form.status)


@requires(Permission.CLUSTERS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: SignedInRequest, cluster: UUID) -> HttpResponse:
    """The closing report: read, printed, written."""
    form = ReportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        sent = submission(form.key(), form.values() | {"about": str(cluster)})
        try:
            actions.write_report(
                actor=request.session_info.actor,
                cluster=cluster,
                conclusion=form.cleaned_data["conclusion"],
                submission=sent,
                now=request.now,
            )
        except WorkError as error:
            form.refuse(error.field, error)
        except AlreadyRecorded as before:
            if not before.same:
                form.refuse_other_content()
        if not form.errors:
            return to("cluster_report", "redige", cluster=cluster)
    return _report_page(request, cluster, form)


def _report_page(request: SignedInRequest, cluster: UUID, form: ReportForm) -> HttpResponse:
    seen = read_report(actor=request.session_info.actor, cluster=cluster, now=request.now)
    held, written = seen.cluster, getattr(seen.cluster, "report", None)
    context = form_values(form, {"conclusion": seen.conclusion}) | {
        "cluster": cluster,
        "number": format_number(held.number),
        "figures": presenters.figures(seen.figures),
        "facts": [
            ("Lieu", presenters.place_of(seen.place)),
            ("Collectivité", Setting(held.setting).label),
            ("Dates des cas", presenters.days_of(held.first_on, held.last_on)),
            ("Évaluation", presenters.criticality_tag(held)),
        ],
        "conclusion": seen.conclusion,
        "source": ("identifiée" if written.source_found else "non identifiée") if written else "",
        "by": seen.names.get(written.account, "") if written else "",
        "at": datetime_fr(written.at) if written else "",
        "written": "redige" in request.GET,
    }
    return render(request, "clusters/report.html", context, status=form.status)
