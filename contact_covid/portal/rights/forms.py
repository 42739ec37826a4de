"""What the data protection officer types of a person's request."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from contact_covid.core import records
from contact_covid.core.records import RecordNumberError
from contact_covid.core.rules.text import clean_text
from contact_covid.portal.forms import DateField, EmailField, LineField, NameField, NirField, PortalForm
from contact_covid.portal.person.forms import IdentityForm
from contact_covid.retention.actions.person import ByFiche, ByNumber
from contact_covid.retention.actions.requests import Received
from contact_covid.retention.enums import Channel, Proof, RefusalReason, RequestKind
from contact_covid.retention.rules.requests import LONGEST_NOTE, Details, RightsError, RightsErrorCode
from contact_covid.tracing.rules.registration import RegistrationError, RegistrationErrorCode


class _TextField(forms.CharField):
    """Several lines, cleaned."""

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False, strip=False)

    def clean(self, value: Any) -> str:
        text = clean_text(str(super().clean(value) or ""))
        if len(text) > LONGEST_NOTE:
            raise ValidationError("too long", code="too_long")
        return text


BY_HAND = [(channel.value, channel.label) for channel in Channel if channel is not Channel.LINK]
"""Ways by which a request comes to the officer; by her link the person writes it down herself."""


class ReceivedForm(PortalForm):
    kind = forms.ChoiceField(label="Demande", choices=RequestKind.choices)
    channel = forms.ChoiceField(label="Reçue par", choices=BY_HAND)
    received_on = DateField("Date de réception")
    name = NameField("Nom et prénom du demandeur")
    email = EmailField()
    street = LineField("Voie", longest=120, required=False)
    postcode = LineField("Code postal", longest=5, required=False)
    commune = LineField("Commune", longest=80, required=False)
    note = _TextField("Note")

    def received(self) -> Received:
        cleaned = self.cleaned_data
        names = ("name", "email", "street", "postcode", "commune", "note")
        details = Details(**{name: cleaned[name] for name in names})
        return Received(RequestKind(cleaned["kind"]), Channel(cleaned["channel"]), cleaned["received_on"], details)


class ProofForm(PortalForm):
    proof = forms.ChoiceField(label="Identité prouvée par", choices=Proof.choices)


class PersonForm(PortalForm):
    """Number and both names, or the number of a fiche and the birth date."""

    nir = NirField(required=False)
    last_name = NameField("Nom", required=False)
    first_name = NameField("Prénom", required=False)
    number = LineField("Numéro de fiche", longest=20, required=False)
    birth_date = DateField("Date de naissance", required=False)

    def clean_number(self) -> str:
        typed = str(self.cleaned_data["number"])
        try:
            return records.parse(typed) if typed else ""
        except RecordNumberError as error:
            raise ValidationError(error.code, code=error.code) from None

    def clean(self) -> dict[str, Any]:
        if not self.errors and self.asked() is None:
            self.refuse(None, RightsError(RightsErrorCode.SEARCH_INCOMPLETE))
        return self.cleaned_data

    def asked(self) -> ByNumber | ByFiche | None:
        said = self.cleaned_data
        if said.get("nir") and said.get("last_name") and said.get("first_name"):
            return ByNumber(said["nir"], said["last_name"], said["first_name"])
        if said.get("number") and said.get("birth_date"):
            return ByFiche(said["number"], said["birth_date"])
        return None


class RefusalForm(PortalForm):
    reason = forms.ChoiceField(label="Motif", choices=RefusalReason.choices)
    ground = _TextField("Raisons de la décision")


class RectificationForm(IdentityForm):
    """Who a person is and how she is reached, as she proved."""

    def __init__(self, data: QueryDict | None = None, *, today: date, department: str) -> None:
        super().__init__(data, today=today)
        self.known = department

    def known_department(self) -> str:
        return self.known

    def check(self) -> None:
        born = self.cleaned_data["birth_date"]
        if born and born > self.today:
            raise RegistrationError(RegistrationErrorCode.IN_FUTURE, "birth_date")
