"""A new password in a form: typed twice, its faults told at the field."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from contact_covid.accounts.actions.accounts import PasswordRefused
from contact_covid.portal.forms import PortalForm


class SecretField(forms.CharField):
    """A password as typed: blanks count, and the rules below say what is wrong with it."""

    def __init__(self, label: str) -> None:
        super().__init__(label=label, strip=False)

    def run_validators(self, value: Any) -> None:
        pass


class NewPasswordForm(PortalForm):
    password = SecretField("Nouveau mot de passe")
    confirmation = SecretField("Confirmation du mot de passe")

    def clean(self) -> dict[str, Any]:
        typed, again = self.cleaned_data.get("password"), self.cleaned_data.get("confirmation")
        if typed and again and typed != again:
            self.add_error("confirmation", ValidationError("differs", code="password.differs"))
        return self.cleaned_data

    def refuse_password(self, refused: PasswordRefused) -> None:
        for fault in refused.faults:
            self.add_error("password", ValidationError(fault, code=fault))
