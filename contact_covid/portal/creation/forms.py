from typing import Any

from django.core.exceptions import ValidationError

from contact_covid.core.rules.professional_ids import ProfessionalIdError, iban_last_four
from contact_covid.portal.forms import EmailField, FlagField, LineField, NirField, PlaceNumberField, PortalForm
from contact_covid.portal.passwords import NewPasswordField

_BOX_LENGTHS = {"iban_1": 1, "iban_3": 3}
"""The last four characters where they stand on paper: one ends the last but one group, three are the last group."""


class NumberForm(PortalForm):
    number = PlaceNumberField("N° d’Assurance Maladie, FINESS géographique")


class KeyForm(PortalForm):
    """→ ``nir``, and ``iban_end`` from the two boxes."""

    nir = NirField()
    iban_1 = LineField("IBAN, avant-dernier groupe", longest=4)
    iban_3 = LineField("IBAN, dernier groupe", longest=4)

    def clean(self) -> dict[str, Any]:
        boxes = [self.cleaned_data.get(name, "").replace(" ", "") for name in _BOX_LENGTHS]
        if all(boxes):
            try:
                self.cleaned_data["iban_end"] = iban_last_four("".join(boxes))
            except ProfessionalIdError as error:
                self.refuse("iban_1", error)
        return self.cleaned_data


class _Required(FlagField):
    """A box that must be ticked. ``code``: what is told of one that is not."""

    def __init__(self, label: str, code: str) -> None:
        super().__init__(label)
        self._code = code

    def clean(self, value: Any) -> bool:
        if not super().clean(value):
            raise ValidationError("not ticked", code=self._code)
        return True


class LetterForm(PortalForm):
    email = EmailField(required=True)
    conditions = _Required("Conditions juridiques", "conditions.not_accepted")
    mail = _Required("Utilisation de l’adresse e-mail", "own_account.not_agreed")


class DetailsForm(LetterForm):
    password = NewPasswordField("Mot de passe")

    field_order = ("email", "password", "conditions", "mail")
