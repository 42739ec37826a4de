"""The pages of a person who was sent a secure link: opened with her birth date, then hers for half an hour."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from contact_covid.core.period import PARIS
from contact_covid.core.records import format_number
from contact_covid.directory.rules.countries import countries
from contact_covid.messaging.enums import Channel, Language
from contact_covid.messaging.letters import IsolationLetter, isolation_letter
from contact_covid.messaging.queries import department_in_words, frame_of_service, refused_channels
from contact_covid.messaging.rules.content import envelope
from contact_covid.portal.access import PortalRequest, public
from contact_covid.portal.follow.forms import BirthForm, DiaryForm, MessagesForm, RightForm
from contact_covid.portal.follow.here import chosen, forget, of_person, page, remember, words_of
from contact_covid.portal.follow.presenters import (
    advice_on,
    diary_lines,
    instructions_of,
    is_case,
    request_line,
    symptom_choices,
    tasks_of,
)
from contact_covid.portal.follow.texts import Words, offered
from contact_covid.portal.paths import to
from contact_covid.retention.actions.own_requests import ask
from contact_covid.retention.enums import RequestKind
from contact_covid.retention.queries import asked_by
from contact_covid.retention.rules.requests import open_to
from contact_covid.tracing.actions.certificates import Certified, issue_own_letter
from contact_covid.tracing.actions.dating import told_today
from contact_covid.tracing.actions.diary import write_diary
from contact_covid.tracing.actions.person_acts import ask_call, choose_language, confirm, refuse_messages
from contact_covid.tracing.actions.secure_links import LinkRefused, open_link
from contact_covid.tracing.actions.secure_links import leave as end_session
from contact_covid.tracing.enums import FicheKind, Spoken
from contact_covid.tracing.link_queries import PersonHere, actor_for_link, declared_by, diary_of, entry_of
from contact_covid.tracing.rules.certificates import CertificateError
from contact_covid.tracing.rules.diary import DiaryError

SAID = ("read", "diary", "call", "agency", "contact", "place", "none", "messages")
LETTER_NONE = "lettre"
PDF = "application/pdf"


@public
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: PortalRequest, token: str) -> HttpResponse:
    """Asks for the birth date, of whatever link: a look at it reads and writes nothing."""
    words = words_of(request)
    form = BirthForm(request.POST) if request.method == "POST" else None
    refused = False
    if form and form.is_valid():
        try:
            session = open_link(token=token, born=form.cleaned_data["birth_date"], now=request.now)
        except LinkRefused:
            refused = True
        else:
            _speak(session, words, request)
            return remember(session)
    context: dict[str, Any] = {
        "refused": refused,
        "birth_date": form.typed("birth_date") if form else "",
        "asked": chosen(request),
    }
    context |= (form or BirthForm()).told_in(words, {"birth_date": words("check_birth")})
    return page(request, "follow/link.html", words, context)


def _speak(session: str, words: Words, request: PortalRequest) -> None:
    """What she chose before she was known holds afterwards; so does her browser's language, the first time, when
    nobody has said another."""
    here = actor_for_link(session, request.now)
    first = here is not None and here.link.opened_at == request.now and here.fiche.language == Spoken.FRENCH
    if here and (first or chosen(request)):
        choose_language(actor=here.actor, language=Language(words.code), now=request.now)


@of_person("GET", "HEAD")
def home(request: PortalRequest, here: PersonHere) -> HttpResponse:
    words, today = Words(here.language, here.fiche.disease), request.now.astimezone(PARIS).date()
    entry, case = entry_of(here.fiche.id, today), is_case(here)
    told = here.fiche.index_case if case else told_today(here.fiche, request.now)
    said = next((name for name in SAID if name in request.GET), "")
    context = {
        "number": format_number(here.fiche.number),
        "said": words(f"said_{said}", helpline=settings.PUBLIC_HELPLINE) if said else "",
        "refused": words("letter_none") if LETTER_NONE in request.GET else "",
        "tasks": tasks_of(words, here, entry, declared_by(here.fiche.id) if case else None),
        "advice": advice_on(words, entry, case=case),
        "instructions": instructions_of(words, told, today),
        "is_read": here.link.confirmed_at is not None,
        "confirm_hint": words("confirm_hint_index" if case else "confirm_hint"),
        "is_with_agency": here.is_with_agency,
        "is_isolated": case or bool(told.isolation_until and told.isolation_until >= today),
    }
    return page(request, "follow/home.html", words, context)


@of_person("POST")
def read(request: PortalRequest, here: PersonHere) -> HttpResponseRedirect:
    confirm(actor=here.actor, now=request.now)
    return to("follow", "read")


@of_person("POST")
def call(request: PortalRequest, here: PersonHere) -> HttpResponseRedirect:
    return to("follow", "call" if ask_call(actor=here.actor, now=request.now) else "agency")


@of_person("POST")
def language(request: PortalRequest, here: PersonHere) -> HttpResponseRedirect:
    if chosen(request) in offered():
        choose_language(actor=here.actor, language=Language(chosen(request)), now=request.now)
    return to("follow")


@of_person("POST")
def leave(request: PortalRequest, here: PersonHere) -> HttpResponse:
    end_session(session=here.session, now=request.now)
    response = page(request, "follow/over.html", Words(here.language, here.fiche.disease), {"left": True})
    forget(response)
    return response


@of_person("GET", "HEAD", "POST")
def diary(request: PortalRequest, here: PersonHere) -> HttpResponseBase:
    """How she feels today, and what she has written before."""
    words, today = Words(here.language, here.fiche.disease), request.now.astimezone(PARIS).date()
    form = DiaryForm(request.POST) if request.method == "POST" else None
    if form and form.is_valid():
        try:
            write_diary(actor=here.actor, said=form.entry(), now=request.now)
        except DiaryError as error:
            form.refuse(error.field, error)
        else:
            return to("follow", "diary")
    entries = diary_of(here.fiche.id)
    known = next((entry for entry in entries if entry.day == today), None)
    ticked = request.POST.getlist("symptoms") if form else (known.symptoms if known else [])
    stored = str(known.temperature).replace(".", ",") if known and known.temperature is not None else ""
    context = {
        "symptoms": symptom_choices(words),
        "ticked": ticked,
        "temperature": form.typed("temperature") if form else stored,
        "lines": diary_lines(words, entries),
        **(form or DiaryForm()).told_in(words, {"temperature": words("diary_temperature")}),
    }
    return page(request, "follow/diary.html", words, context)


@of_person("POST")
def letter(request: PortalRequest, here: PersonHere) -> HttpResponse:
    try:
        certified = issue_own_letter(actor=here.actor, now=request.now)
    except CertificateError:
        return to("follow", LETTER_NONE)
    pdf = isolation_letter(_letter(certified), frame=frame_of_service(), now=request.now)
    name = f"lettre-isolement-{format_number(certified.number)}.pdf"
    return HttpResponse(pdf, content_type=PDF, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _letter(certified: Certified) -> IsolationLetter:
    person = certified.identity
    assert person.birth_date is not None  # a link is for a birth date
    lines, abroad = envelope((person.name, person.street), person.postcode, person.commune), person.country
    return IsolationLetter(
        is_index=certified.kind is FicheKind.INDEX,
        disease=certified.disease,
        name=person.name,
        born=person.birth_date,
        number=format_number(certified.number),
        department=department_in_words(certified.department),
        issuer=settings.INSURER,
        since=certified.days.since,
        until=certified.days.until,
        address=f"{settings.PUBLIC_URL}{reverse('certificate', kwargs={'code': certified.code})}",
        envelope=(*lines, countries().get(abroad, "").upper()) if abroad else lines,
    )


@of_person("GET", "HEAD", "POST")
def rights(request: PortalRequest, here: PersonHere) -> HttpResponseBase:
    """What she asks of her data: each is a request of the officer, and stays on the page with its answer's day."""
    words, kinds = Words(here.language, here.fiche.disease), open_to(FicheKind(here.fiche.kind))
    form = RightForm(request.POST, kinds=kinds) if request.method == "POST" else None
    if form and form.is_valid():
        asked = ask(actor=here.actor, kind=RequestKind(form.cleaned_data["right"]), now=request.now)
        return to("follow_rights", asked.kind)
    requests = asked_by(here.actor)
    done = next((each for each in requests if each.kind in request.GET), None)
    context = {
        "rights": [(kind.value, words(f"right_{kind.value}")) for kind in kinds],
        "right": form.typed("right") if form else "",
        "is_case": is_case(here),
        "requests": [request_line(words, each) for each in requests],
        "said": words("said_right", number=format_number(done.reference), due=done.due_on) if done else "",
        **(form or RightForm(kinds=kinds)).told_in(words, {"right": words("rights_choice")}),
    }
    return page(request, "follow/rights.html", words, context)


@of_person("GET", "HEAD", "POST")
def messages(request: PortalRequest, here: PersonHere) -> HttpResponseBase:
    """By which ways she is written to."""
    words = Words(here.language, here.fiche.disease)
    if request.method == "POST":
        form = MessagesForm(request.POST)
        if form.is_valid():
            refused = [channel for channel in (Channel.SMS, Channel.EMAIL) if not form.cleaned_data[channel.value]]
            refuse_messages(actor=here.actor, refused=refused, now=request.now)
            return to("follow", "messages")
    refused_now = refused_channels(here.fiche.id)
    ways = [(way.value, words(f"messages_{way.value}"), way not in refused_now) for way in (Channel.SMS, Channel.EMAIL)]
    return page(request, "follow/messages.html", words, {"ways": ways})
