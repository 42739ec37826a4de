from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from contact_covid.accounts.actions.accounts import PasswordRefused, password_hash
from contact_covid.directory.models import Professional
from contact_covid.portal.forms import EmailField, FlagField, PortalForm


class _Required(FlagField):
    """A box that must be ticked."""

    def clean(self, value: Any) -> bool:
        if not super().clean(value):
            raise ValidationError("not ticked", code="required")
        return True


class _NewEmailField(EmailField):
    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            raise ValidationError("missing", code="required")
        return text


class CreationForm(PortalForm):
    """→ ``email``, and ``password_hash`` of a password that the rules accept for this holder."""

    email = _NewEmailField()
    password = forms.CharField(label="Mot de passe", strip=False)
    mail_consent = _Required("Utilisation de l’adresse e-mail")
    terms = _Required("Conditions juridiques")

    def __init__(self, holder: Professional, data: Any = None) -> None:
        super().__init__(data)
        self._holder = holder

    def clean(self) -> dict[str, Any]:
        """The slow hash is made once everything else is right."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "password" in cleaned:
            try:
                cleaned["password_hash"] = password_hash(
                    cleaned["password"],
                    last_name=self._holder.last_name,
                    first_name=self._holder.first_name,
                    email=cleaned.get("email", ""),
                )
            except PasswordRefused as refused:
                for fault in refused.faults:
                    self.add_error("password", ValidationError(fault, code=fault))
        return cleaned
