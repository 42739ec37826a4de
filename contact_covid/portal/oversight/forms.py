"""What the data protection officer asks the journal: typed in a form, then carried by addresses as codes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404

from contact_covid.accounts.rules import logins
from contact_covid.accounts.rules.logins import LOGIN_LENGTH
from contact_covid.core import records
from contact_covid.core.dates import parse_date
from contact_covid.core.records import RecordNumberError
from contact_covid.journal.rules.filter import Filter
from contact_covid.portal.forms import DateField, LineField, PortalForm
from contact_covid.portal.oversight.kinds import KINDS

KIND_CHOICES = (("", "Toutes"), *KINDS.items())
LONGEST_NUMBER = 20


class JournalForm(PortalForm):
    """All fields are optional. ``account`` is the id of an account found before, kept by its tick."""

    login = LineField("Identifiant du compte", longest=LOGIN_LENGTH, required=False)
    account = forms.UUIDField(required=False)
    fiche = LineField("Numéro de fiche", longest=LONGEST_NUMBER, required=False)
    since = DateField("Du", required=False)
    until = DateField("Au", required=False)
    kind = forms.ChoiceField(label="Action", choices=KIND_CHOICES, required=False)

    def clean_login(self) -> logins.Login | None:
        typed = self.cleaned_data["login"]
        login = logins.read(typed)
        if typed and login is None:
            raise ValidationError("no such login", code="journal.no_account")
        return login

    def clean_fiche(self) -> str:
        typed = self.cleaned_data["fiche"]
        try:
            return records.parse(typed) if typed else ""
        except RecordNumberError as error:
            raise ValidationError(error.code, code=error.code) from None

    def clean(self) -> dict[str, Any]:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", ValidationError("reversed", code="journal.period_reversed"))
        return self.cleaned_data

    def asked(self, account: UUID | None) -> Filter:
        """The filter of a valid form, for that account."""
        cleaned = self.cleaned_data
        return Filter(account, cleaned["fiche"], cleaned["since"], cleaned["until"], cleaned["kind"])


def asked_of(codes: Mapping[str, str]) -> Filter:
    """The filter that an address or a form carries as codes. Raises ``Http404`` for anything else."""
    kind, fiche, account = (codes.get(name, "") for name in ("kind", "fiche", "account"))
    since, until = (codes.get(name, "") for name in ("since", "until"))
    try:
        asked = Filter(
            account=UUID(account) if account else None,
            fiche=records.parse(fiche) if fiche else "",
            since=parse_date(since) if since else None,
            until=parse_date(until) if until else None,
            kind=kind,
        )
    except ValueError:
        raise Http404 from None
    if kind and kind not in KINDS:
        raise Http404
    return asked
