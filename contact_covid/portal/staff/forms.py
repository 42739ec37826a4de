from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from contact_covid.access.enums import Role
from contact_covid.accounts.rules import logins
from contact_covid.accounts.rules.logins import LOGIN_LENGTH
from contact_covid.portal.forms import EmailField, LineField, PortalForm

LONGEST_NAME = 120
SHORTEST_PART = 3


class InviteForm(PortalForm):
    email = EmailField(required=True)
    role = forms.TypedChoiceField(label="Rôle", choices=[(role.value, role.label) for role in Role], coerce=Role)


class SearchForm(PortalForm):
    """An account by its login, or an organisation by a part of its name."""

    login = LineField("E-mail, n° AM ou FINESS", longest=LOGIN_LENGTH, required=False)
    organisation = LineField("Structure", longest=LONGEST_NAME, required=False)

    def clean_login(self) -> logins.Login | None:
        typed = self.cleaned_data["login"]
        login = logins.read(typed)
        if typed and login is None:
            raise ValidationError("no such login", code="journal.no_account")
        return login

    def clean_organisation(self) -> str:
        typed: str = self.cleaned_data["organisation"]
        if typed and len(typed) < SHORTEST_PART:
            raise ValidationError("too short", code="organisation.too_short")
        return typed

    def clean(self) -> dict[str, Any]:
        asked = self.cleaned_data.get("login") or self.cleaned_data.get("organisation")
        if not asked and not self.errors:
            self.add_error("login", ValidationError("nothing asked", code="required"))
        return self.cleaned_data
