"""What a person types on her own pages. Labels are written by the pages, in her language."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import QueryDict

from contact_covid.core.idempotency import Submission, submission
from contact_covid.core.rules.text import clean_line
from contact_covid.directory.queries import department_of
from contact_covid.people.rules.identity import Identity
from contact_covid.portal.follow.texts import Words
from contact_covid.portal.forms import (
    DateField,
    EmailField,
    FlagField,
    LineField,
    NameField,
    PhoneField,
    PortalForm,
    RuleField,
)
from contact_covid.retention.enums import RequestKind
from contact_covid.tracing.actions.diary import DiarySaid
from contact_covid.tracing.enums import Circumstance, Consent, StayKind, SupportNeed, Symptom
from contact_covid.tracing.rules.registration import NamedContact
from contact_covid.tracing.rules.stays import NamedStay, StayDetails


class PersonForm(PortalForm):
    """A form whose mistakes are told in the person's language."""

    def told_in(self, words: Words, label: Mapping[str, str]) -> dict[str, Any]:
        """``errors``: (field, sentence) with its label, in their order; ``by_field``: the sentence alone."""
        errors: list[tuple[str, str]] = []
        by_field: dict[str, str] = {}
        for name in [*self.fields, NON_FIELD_ERRORS]:
            for wrong in self.errors.as_data().get(name, ()):
                sentence, named = words.error(wrong.code or "invalid"), label.get(name, "")
                place = "" if name == NON_FIELD_ERRORS else name
                errors.append((place, f"{named} – {sentence}" if named else sentence))
                by_field.setdefault(name, sentence)
        return {"errors": errors, "by_field": by_field}

    def said(self) -> Mapping[str, str]:
        """What was typed, written back after a mistake, and known again when it is sent twice."""
        return {name: clean_line(str(self.data[name])) for name in self.fields if name in self.data}

    def submission(self, about: str) -> Submission:
        return submission(self.key(), {**self.said(), "about": about})


class BirthForm(PersonForm):
    birth_date = DateField("")


class TemperatureField(RuleField):
    """→ ``Decimal`` with one decimal place, None when empty."""

    def __init__(self) -> None:
        super().__init__("", longest=6, required=False)

    def nothing(self) -> Decimal | None:
        return None

    def read(self, text: str) -> Decimal:
        try:
            value = Decimal(text.replace(",", "."))
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or abs(value) >= 100:
            raise ValidationError("no temperature", code="diary.temperature")
        return value.quantize(Decimal("0.1"))


class DiaryForm(PersonForm):
    """How she feels: boxes ticked, none for well."""

    symptoms = forms.MultipleChoiceField(choices=Symptom.choices, required=False)
    temperature = TemperatureField()

    def entry(self) -> DiarySaid:
        return DiarySaid([*map(Symptom, self.cleaned_data["symptoms"])], self.cleaned_data["temperature"])


class _PlaceOfForm(PersonForm):
    def clean_postcode(self) -> str:
        typed = str(self.cleaned_data["postcode"]).replace(" ", "").upper()
        if typed and department_of(typed) is None:
            raise ValidationError("no such postcode", code="postcode.unknown")
        return typed


class ContactForm(_PlaceOfForm):
    """Somebody whom a patient zéro met."""

    first_names = NameField("")
    birth_name = NameField("")
    birth_date = DateField("", required=False)
    phone = PhoneField("")
    email = EmailField("")
    postcode = LineField("", longest=10, required=False)
    last_contact = DateField("")
    circumstance = forms.ChoiceField(choices=Circumstance.choices)

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if not (cleaned.get("phone") or cleaned.get("email")) and not {"phone", "email"} & self.errors.keys():
            self.add_error("phone", ValidationError("no way", code="person.no_way"))
        return cleaned

    def named(self, department: str) -> NamedContact:
        """``department``: where she lives when nothing else is said."""
        cleaned = self.cleaned_data
        circumstance, postcode = Circumstance(cleaned["circumstance"]), cleaned["postcode"]
        identity = Identity(
            birth_name=cleaned["birth_name"],
            first_names=cleaned["first_names"],
            birth_date=cleaned["birth_date"],
            phone=cleaned["phone"],
            email=cleaned["email"],
            postcode=postcode,
        )
        return NamedContact(
            identity=identity,
            department=(department_of(postcode) if postcode else None) or department,
            consent=Consent.NOT_ASKED,
            last_contact=cleaned["last_contact"],
            same_household=circumstance is Circumstance.HOUSEHOLD,
            circumstance=circumstance,
        )


class PlaceForm(_PlaceOfForm):
    """A place where a patient zéro was; one day when no last day is typed."""

    kind = forms.ChoiceField(choices=StayKind.choices)
    name = NameField("")
    commune = LineField("", longest=80, required=False)
    postcode = LineField("", longest=10, required=False)
    since = DateField("")
    until = DateField("", required=False)

    def named(self) -> NamedStay:
        cleaned, postcode = self.cleaned_data, self.cleaned_data["postcode"]
        since: date = cleaned["since"]
        return NamedStay(
            kind=StayKind(cleaned["kind"]),
            since=since,
            until=cleaned["until"] or since,
            department=(department_of(postcode) if postcode else None) or "",
            details=StayDetails(name=cleaned["name"], postcode=postcode, commune=cleaned["commune"]),
        )


class RightForm(PersonForm):
    right = forms.ChoiceField()

    def __init__(self, data: QueryDict | None = None, *, kinds: Sequence[RequestKind]) -> None:
        super().__init__(data)
        self.fields["right"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]


class NeedsForm(PersonForm):
    """What she cannot do without help; the first box carries the mistake of them all."""

    need_meals = FlagField("")
    need_lodging = FlagField("")
    need_children = FlagField("")
    need_care = FlagField("")
    need_other = FlagField("")

    def needs(self) -> list[SupportNeed]:
        return [need for need in SupportNeed if self.cleaned_data[f"need_{need.value}"]]


class MessagesForm(PersonForm):
    sms = FlagField("")
    email = FlagField("")
