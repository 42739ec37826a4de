"""What a disease asks beside: during a call, and on the fiches of a practice."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from contact_covid.access.enums import Permission
from contact_covid.core.diseases import disease
from contact_covid.core.idempotency import AlreadyRecorded, Submission
from contact_covid.core.records import format_number
from contact_covid.portal.access import SignedInRequest, requires
from contact_covid.portal.calls.pages import leave_card, leaves_card, show_over, who_changed
from contact_covid.portal.declare.own import open_fiche
from contact_covid.portal.paths import url
from contact_covid.portal.posted import version_shown
from contact_covid.portal.questions.forms import QuestionsForm, as_typed, asked_as
from contact_covid.tracing.actions.answers import AnswersSaid, answers_of, record_answers
from contact_covid.tracing.actions.counter import FicheChanged
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.rules.questions import AnswerError, Question, of_disease
from contact_covid.tracing.rules.states import ForbiddenTransition
from contact_covid.worklist.actions.answers import answers_during_call
from contact_covid.worklist.actions.corrections import open_called
from contact_covid.worklist.queries import LeaseEnded, LeaseTakenOver

CHANGED = "Cette fiche a été modifiée pendant votre saisie"
CANCELLED = "Cette fiche est annulée : elle ne peut plus être corrigée"
OTHER = "Une autre saisie est déjà enregistrée"
Write = Callable[[Mapping[str, str], int, Submission], None]


class Whom(NamedTuple):
    """The person of a page."""

    fiche: UUID
    number: str
    name: str
    disease: str
    kind: FicheKind
    back: tuple[str, str]

    @property
    def questions(self) -> Sequence[Question]:
        return of_disease(self.disease)[self.kind]


@requires(Permission.CALL_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def of_call(request: SignedInRequest, lease: UUID) -> HttpResponse:
    """Asked of the person on the telephone."""
    if leaves_card(request):
        return leave_card(request, lease, "call_questions")
    actor, now = request.session_info.actor, request.now
    try:
        fiche, identity = open_called(actor=actor, lease=lease, now=now)

        def write(texts: Mapping[str, str], version: int, sent: Submission) -> None:
            answers_during_call(actor=actor, lease=lease, texts=texts, version=version, submission=sent, now=now)

        back = ("Revenir à l’appel", url("call", lease=lease))
        whom = Whom(fiche.id, fiche.number, identity.name, fiche.disease, FicheKind(fiche.kind), back)
        return _answer(request, whom, write)
    except (LeaseEnded, LeaseTakenOver) as over:
        return show_over(request, lease, over)


@requires(Permission.FICHE_CORRECT)
@require_http_methods(["GET", "HEAD", "POST"])
def of_own(request: SignedInRequest, fiche: UUID) -> HttpResponse:
    """Asked of somebody whom this practice declared."""
    opened, identities = open_fiche(request, fiche)

    def write(texts: Mapping[str, str], version: int, sent: Submission) -> None:
        said = AnswersSaid(fiche, texts, version, sent)
        record_answers(actor=request.session_info.actor, said=said, now=request.now)

    back = ("Revenir à la fiche", url("own_fiche", fiche=fiche))
    whom = Whom(fiche, opened.sealed.number, identities[fiche].name, opened.disease, opened.kind, back)
    return _answer(request, whom, write)


def _answer(request: SignedInRequest, whom: Whom, write: Write) -> HttpResponse:
    if not whom.questions:
        raise Http404
    form = QuestionsForm(request.POST if request.method == "POST" else None, asked=whom.questions)
    if not form.is_bound or not form.is_valid():
        return _page(request, whom, form)
    try:
        write(form.texts(), version_shown(request), form.submission(str(whom.fiche)))
    except AnswerError as error:
        form.refuse(error.field, error)
        return _page(request, whom, form)
    except FicheChanged as changed:
        return _page(request, whom, form, conflict=CHANGED, told=who_changed(changed.number))
    except ForbiddenTransition:
        return _page(request, whom, form, conflict=CANCELLED)
    except AlreadyRecorded as before:
        if not before.same:
            return _page(request, whom, form, conflict=OTHER)
    return HttpResponseRedirect(whom.back[1])


def _page(
    request: SignedInRequest, whom: Whom, form: QuestionsForm, *, conflict: str = "", told: Sequence[str] = ()
) -> HttpResponse:
    known = answers_of(request.session_info.actor, whom.fiche)
    typed = {name: form.typed(name) for name in form.fields}
    context: dict[str, Any] = {
        "number": format_number(whom.number),
        "name": whom.name,
        "disease": disease(whom.disease).label,
        "asked": asked_as(whom.questions),
        "values": typed if form.is_bound else as_typed(whom.questions, known.said),
        "version": known.version if conflict or not form.is_bound else version_shown(request),
        "back": whom.back,
        "idempotency_key": QuestionsForm(asked=()).key() if conflict else form.key(),
        "conflict_title": conflict,
        "told": told,
    }
    return render(request, "questions/page.html", context | form.told(), status=409 if conflict else 200)
