"""The journal, read by the data protection officer; each reading is a line of the journal itself."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.accounts.queries import accounts_by_login, names_and_places
from contact_covid.core import records
from contact_covid.core.period import PARIS
from contact_covid.core.records import RecordNumberError, format_number
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.journal.events import JournalEvent
from contact_covid.journal.queries import Line, page, who_saw
from contact_covid.journal.rules.details import Detail
from contact_covid.journal.rules.filter import Filter
from contact_covid.portal.access import SignedInRequest, requires, sent_only
from contact_covid.portal.oversight import exports, presenters
from contact_covid.portal.oversight.exports import CONTENT_TYPES, LONGEST_DAYS, MOST_ROWS, TooMuch
from contact_covid.portal.oversight.forms import KIND_CHOICES, JournalForm, asked_of
from contact_covid.portal.oversight.kinds import SHOWING
from contact_covid.portal.positions import position_of
from contact_covid.portal.wording import sentence
from contact_covid.tracing.doubles_queries import numbers_made_one

PAGE_SIZE = 50
MOST_ACCOUNTS = 20
FIELDS = ("login", "fiche", "since", "until", "kind")


@requires(Permission.JOURNAL_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: SignedInRequest) -> HttpResponse:
    """What is typed becomes an address of ids, record numbers and dates."""
    if request.method != "POST":
        return _search_page(request, {})
    form = JournalForm(request.POST)
    typed = {name: form.typed(name) for name in FIELDS}
    if not form.is_valid():
        return _search_page(request, typed, form.summary(), form.sentences())
    login = form.cleaned_data["login"]
    found = accounts_by_login(login, most=MOST_ACCOUNTS) if login else [form.cleaned_data["account"]]
    if not found:
        text = sentence("journal.no_account")
        return _search_page(request, typed, [("login", f"Identifiant du compte : {text}")], [("login", text)])
    addresses = {account: _address(form.asked(account), request) for account in found}
    if len(found) == 1:
        return redirect(addresses[found[0]])
    return _choice_page(request, typed, addresses)


@requires(Permission.JOURNAL_READ)
@require_safe
def rows(request: SignedInRequest) -> HttpResponse:
    asked = asked_of(request.GET.dict())
    if not asked.codes():
        return redirect("journal")
    lines, pages = _page(request, asked, reverse("journal_rows"), asked.codes())
    names = presenters.names_for(lines, account=asked.account)
    _note(request, asked, lines)
    context = {
        "rows": [presenters.row(line, names) for line in lines],
        "pages": pages,
        "told": presenters.told(asked, names),
        "asked": asked.codes(),
        "account": (str(asked.account), presenters.name_of(asked.account, names)) if asked.account else None,
    }
    return _search_page(request, presenters.typed(asked), context=context)


@requires(Permission.JOURNAL_READ)
@require_safe
def fiche(request: SignedInRequest, number: str) -> HttpResponse:
    """« Qui a vu cette personne »."""
    try:
        stored = records.parse(number)
    except RecordNumberError:
        raise Http404 from None
    if stored != number:
        return redirect("journal_fiche", number=stored)
    merged = numbers_made_one(stored)
    asked = Filter(fiche=stored, merged=tuple(merged))
    onlookers = who_saw([stored, *merged], showing=SHOWING)
    lines, pages = _page(request, asked, request.path, {})
    names = presenters.names_for(lines, onlookers)
    _note(request, asked, lines)
    context = {
        "number": format_number(stored),
        "merged": [(number, format_number(number)) for number in merged],
        "viewers": [presenters.viewer(onlooker, names) for onlooker in onlookers],
        "rows": [presenters.row(line, names) for line in lines],
        "pages": pages,
        "asked": asked.codes(),
    }
    return render(request, "oversight/fiche.html", context)


@requires(Permission.JOURNAL_READ)
@sent_only
def export(request: SignedInRequest) -> HttpResponseBase:
    """The rows of a filter as a file, written while it is sent."""
    asked, what = asked_of(request.POST.dict()), request.POST.get("format", "jsonl")
    if what not in CONTENT_TYPES:
        raise Http404
    try:
        lines = exports.begin(actor=request.session_info.actor, asked=asked, what=what, now=request.now)
    except TooMuch as error:
        text = sentence(error.code, days=LONGEST_DAYS, rows=f"{MOST_ROWS:,}".replace(",", " "))
        return _search_page(request, presenters.typed(asked), [("since", text)], [("since", text)])
    response = StreamingHttpResponse(lines, content_type=CONTENT_TYPES[what])
    name = f"journal-{request.now.astimezone(PARIS):%Y%m%d-%H%M%S}.{what}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _address(asked: Filter, request: SignedInRequest) -> str:
    """Where a search leads. Without account, fiche or period: today, rather than years of everybody's rows."""
    codes = asked.codes()
    if codes.keys() <= {"kind"}:
        today = request.now.astimezone(PARIS).date().isoformat()
        codes |= {"since": today, "until": today}
    if codes.keys() == {"fiche"}:
        return reverse("journal_fiche", kwargs={"number": asked.fiche})
    return presenters.address(reverse("journal_rows"), codes)


def _page(
    request: SignedInRequest, asked: Filter, path: str, codes: Mapping[str, str]
) -> tuple[list[Line], presenters.Pages]:
    """The rows of this page and the addresses of its neighbours: one more than shown tells whether there are others."""
    before, after = (position_of(request.GET.get(name, "")) for name in ("before", "after"))
    found = page(asked, size=PAGE_SIZE + 1, before=before, after=after)
    more = len(found) > PAGE_SIZE
    backwards = after is not None and before is None
    lines = found[-PAGE_SIZE:] if backwards else found[:PAGE_SIZE]
    newer = more if backwards else before is not None
    return lines, presenters.pages(lines, path, codes, newer=newer, older=backwards or more)


def _note(request: SignedInRequest, asked: Filter, lines: Sequence[Line]) -> None:
    """Who reads the journal is in it: what was asked for and how many rows were shown."""
    actor: Actor = request.session_info.actor
    detail: dict[str, Detail] = {**asked.codes(), "rows": len(lines)}
    record(Event.by(actor, JournalEvent.READ, Purpose.SECURITY, Surface.PAGE, detail=detail), now=request.now)


def _choice_page(request: SignedInRequest, typed: Mapping[str, str], addresses: Mapping[UUID, str]) -> HttpResponse:
    """Several accounts share this address or number."""
    names = names_and_places(addresses.keys(), ())
    choices = [(presenters.name_of(account, names), address) for account, address in addresses.items()]
    return _search_page(request, typed, context={"choices": choices})


def _search_page(
    request: SignedInRequest,
    typed: Mapping[str, str],
    errors: Sequence[tuple[str, str]] = (),
    sentences: Sequence[tuple[str, str]] = (),
    context: Mapping[str, object] = MappingProxyType({}),
) -> HttpResponse:
    shown = {
        "values": typed,
        "errors": errors,
        "by_field": dict(sentences),
        "kinds": KIND_CHOICES,
        "account": None,
        "choices": (),
        "rows": None,
        **context,
    }
    return render(request, "oversight/journal.html", shown)
