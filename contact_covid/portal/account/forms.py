"""What a holder types about her own account."""

from collections.abc import Collection
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from contact_covid.core.rules.text import clean_text
from contact_covid.portal.forms import AsTypedField, EmailField, FlagField, PortalForm
from contact_covid.portal.passwords import NewPasswordForm


class EmailForm(PortalForm):
    email = EmailField("Nouvelle adresse e-mail", required=True)
    current = AsTypedField("Mot de passe actuel")
    agreed = FlagField("Utilisation de l’adresse e-mail")

    def clean_agreed(self) -> bool:
        if not self.cleaned_data["agreed"]:
            raise ValidationError("not ticked", code="own_account.not_agreed")
        return True


class PasswordForm(NewPasswordForm):
    current = AsTypedField("Mot de passe actuel")

    field_order = ("current", "password", "confirmation")


class ReportForm(PortalForm):
    """``places``: the ids of those that can be told about."""

    place = forms.ChoiceField(label="Lieu d’exercice concerné")
    text = AsTypedField("Votre message")

    def __init__(self, data: QueryDict | None, *, places: Collection[UUID]) -> None:
        super().__init__(data)
        self.fields["place"].choices = [(str(place), "") for place in places]  # type: ignore[attr-defined]

    def clean_text(self) -> str:
        text = clean_text(str(self.cleaned_data["text"]))
        if not text:
            raise ValidationError("nothing", code="required")
        return text
