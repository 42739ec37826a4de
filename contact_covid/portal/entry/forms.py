from typing import Any

from django import forms

from contact_covid.portal.forms import PortalForm


class _AsTypedField(forms.CharField):
    """Anything but nothing: the account says whether it is right, in one sentence for all wrongs."""

    def run_validators(self, value: Any) -> None:
        pass


class LoginForm(PortalForm):
    login = _AsTypedField(label="Identifiant")
    password = _AsTypedField(label="Mot de passe", strip=False)
