"""What is typed at the counter of a pharmacy or a laboratory."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from contact_covid.core.diseases import usual
from contact_covid.core.period import PARIS
from contact_covid.core.rules.text import clean_line
from contact_covid.directory.queries import department_of
from contact_covid.directory.rules.countries import ABROAD
from contact_covid.portal.forms import (
    DateField,
    EmailField,
    LineField,
    NameField,
    NirField,
    NumberField,
    PhoneField,
    PortalForm,
)
from contact_covid.tracing.enums import SamplingPlace, TestKind, TestResult
from contact_covid.tracing.protocol_queries import mask_rules
from contact_covid.tracing.rules.counter import (
    CounterError,
    CounterErrorCode,
    Details,
    Masks,
    TestDone,
    check_masks,
    check_test,
)

PAGE_SIZES = (10, 25, 50, 100)
PAGE_SIZE = 25
YES_OR_NO = (("yes", "Oui"), ("no", "Non"))
POSTCODE_LENGTH = 5
_LONGEST_NUMBER = 10


class SearchForm(PortalForm):
    """Number, surname and first given name: all three, exactly."""

    nir = NirField()
    last_name = NameField("Nom")
    first_name = NameField("Prénom")


def page_size(text: str) -> int:
    """One of the sizes offered; the guide's 25 for anything else."""
    return int(text) if text in map(str, PAGE_SIZES) else PAGE_SIZE


def number(text: str) -> int:
    """A number in an address; 1 for what cannot be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _LONGEST_NUMBER else 1


class DetailsForm(PortalForm):
    """« Informations personne contact »: what every counter may correct."""

    same_household = forms.BooleanField(required=False)
    phone = PhoneField()
    email = EmailField()
    street = LineField("Voie", longest=120, required=False)
    postcode = LineField("Code postal / départ.", longest=POSTCODE_LENGTH)
    commune = LineField("Commune", longest=80, required=False)

    def clean_postcode(self) -> str:
        """A postcode or the code of a département; the département is deduced from either."""
        typed = str(self.cleaned_data["postcode"]).replace(" ", "").upper()
        department = ABROAD if typed == ABROAD else department_of(typed)
        if department is None:
            raise ValidationError("no such postcode", code="postcode.unknown")
        self.cleaned_data["department"] = department
        return typed if len(typed) == POSTCODE_LENGTH else ""

    def details(self) -> Details:
        cleaned = self.cleaned_data
        names = ("same_household", "phone", "email", "street", "postcode", "commune", "department")
        return Details(**{name: cleaned[name] for name in names})


class ActForm(PortalForm):
    """The block of one counter's act: ``asked`` says whether it took place, ``when_yes`` is required when it did."""

    asked: str
    when_yes: tuple[str, ...]

    def __init__(self, data: QueryDict | None = None, *, now: datetime) -> None:
        super().__init__(data)
        self.rules = mask_rules(usual(), now)
        self.today = now.astimezone(PARIS).date()

    @property
    def took_place(self) -> bool:
        return self.cleaned_data.get(self.asked) == "yes"

    def clean(self) -> dict[str, Any]:
        if not self.took_place:
            self.check_no()
            return self.cleaned_data
        empty = [name for name in self.when_yes if self.cleaned_data.get(name) in ("", None)]
        for name in [name for name in empty if name not in self.errors]:
            self.add_error(name, ValidationError("required", code="required"))
        if not self.errors:
            try:
                self.check()
            except CounterError as error:
                self.tell(error)
        return self.cleaned_data

    def check_no(self) -> None:
        """What does not go with « Non »."""

    def check(self) -> None:
        raise NotImplementedError

    def tell(self, error: CounterError) -> None:
        """Puts the error at its field: one that the form found, or the writing."""
        self.refuse(self.field_of(error), error, most=self.rules.most)

    def field_of(self, error: CounterError) -> str:
        raise NotImplementedError


class MasksForm(ActForm):
    """« Masque ». The answer alone will do: a number is typed only when it is not what the person is entitled to."""

    asked = "masks_delivered"
    when_yes = ("masks_date",)

    masks_delivered = forms.ChoiceField(label="Masque délivré", choices=YES_OR_NO)
    masks_quantity = NumberField(label="Nombre de masques", required=False)
    masks_date = DateField("Date de délivrance", required=False)

    def masks(self) -> Masks:
        if not self.took_place:
            return Masks(delivered=False)
        return Masks(True, self.cleaned_data["masks_quantity"], self.cleaned_data["masks_date"])  # noqa: FBT003

    def check_no(self) -> None:
        if self.cleaned_data.get(self.asked) and self.cleaned_data.get("masks_quantity") is not None:
            self.add_error("masks_quantity", ValidationError("no masks", code="counter.quantity_alone"))

    def check(self) -> None:
        check_masks(self.masks(), self.rules, today=self.today)

    def field_of(self, error: CounterError) -> str:
        return _MASKS_FIELDS.get(error.code, "masks_date")


class TestForm(ActForm):
    """« Test »: a sampling, with its result when it is known at once, or a result that comes later."""

    asked = "test_done"
    when_yes = ("test_date", "test_kind", "test_result")

    test_done = forms.ChoiceField(label="Test réalisé", choices=YES_OR_NO)
    test_date = DateField("Date du prélèvement", required=False)
    test_kind = forms.ChoiceField(label="Type de test", choices=TestKind.choices, required=False)
    test_place = forms.ChoiceField(label="Lieu du prélèvement", choices=SamplingPlace.choices, required=False)
    test_result = forms.ChoiceField(label="Résultat", choices=TestResult.choices, required=False)
    test_result_date = DateField("Date du résultat", required=False)

    def test(self) -> TestDone:
        if not self.took_place:
            return TestDone(done=False)
        cleaned = self.cleaned_data
        result, place = TestResult(cleaned["test_result"]), cleaned["test_place"]
        known_today = None if result is TestResult.PENDING else self.today
        return TestDone(
            done=True,
            done_on=cleaned["test_date"],
            kind=TestKind(cleaned["test_kind"]),
            result=result,
            result_on=cleaned["test_result_date"] or known_today,
            place=SamplingPlace(place) if place else None,
        )

    def check(self) -> None:
        check_test(self.test(), today=self.today)

    def field_of(self, error: CounterError) -> str:
        result_is_later = error.code == CounterErrorCode.IN_FUTURE and self.cleaned_data["test_date"] <= self.today
        return "test_result_date" if error.code in _RESULT_ERRORS or result_is_later else "test_date"


_MASKS_FIELDS: Mapping[str, str] = {
    CounterErrorCode.QUANTITY: "masks_quantity",
    CounterErrorCode.ALREADY_DELIVERED: "masks_delivered",
    CounterErrorCode.CORRECTION_OVER: "masks_delivered",
}
_RESULT_ERRORS = frozenset({CounterErrorCode.RESULT_BEFORE_SAMPLING, CounterErrorCode.RESULT_DAY_ALONE})


def what_was_said(data: Mapping[str, Any]) -> dict[str, str]:
    """The content of a submission, by which its repetition is recognised."""
    said = ("same_household", "phone", "email", "street", "postcode", "commune")
    acts = (*MasksForm.base_fields, *TestForm.base_fields)
    return {name: clean_line(str(data[name])) for name in (*said, *acts) if name in data}
