"""Who a person is, as she is typed: for whoever declares her, and for the platform that completes the list."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from contact_covid.core.dates import age
from contact_covid.core.idempotency import Submission, submission
from contact_covid.core.rules.text import clean_line
from contact_covid.directory.queries import department_of, schemes
from contact_covid.directory.rules.countries import ABROAD, country_of
from contact_covid.people.enums import NirHolder, Quality, Sex
from contact_covid.people.rules.identity import Identity, quality_of
from contact_covid.portal.forms import (
    CodeField,
    DateField,
    EmailField,
    FlagField,
    LineField,
    NameField,
    NirField,
    PhoneField,
    PortalForm,
)
from contact_covid.tracing.enums import Circumstance, Consent, SupportNeed
from contact_covid.tracing.rules.registration import NamedContact, RegistrationError, check_contact

POSTCODE_LENGTH = 5
LONGEST_POSTCODE = 10  # abroad
COVERAGES = (("", "Assurance maladie"), (Quality.STATE_AID.value, "Aide médicale d’État (AME)"))


ADDRESS = ("street", "postcode", "commune", "country")
MAJORITY = 18
PHONES = ("phone", "phone_2", "phone_3")


class ReachForm(PortalForm):
    """How a person is reached, her number, and whether she may be named."""

    nir = NirField(required=False)
    nir_holder = forms.ChoiceField(label="Titulaire du numéro", choices=NirHolder.choices, required=False)
    coverage = forms.ChoiceField(label="Couverture", choices=COVERAGES, required=False)
    phone = PhoneField()
    phone_2 = PhoneField("Deuxième téléphone")
    phone_3 = PhoneField("Troisième téléphone")
    email = EmailField()
    street = LineField("Voie", longest=120, required=False)
    postcode = LineField("Code postal / départ.", longest=LONGEST_POSTCODE, required=False)
    commune = LineField("Commune", longest=80, required=False)
    country = LineField("Pays", longest=60, required=False)
    department = LineField("Département", longest=POSTCODE_LENGTH, required=False)
    consent = forms.ChoiceField(label="Communication de son identité", choices=Consent.choices, required=False)

    def clean_country(self) -> str:
        code = country_of(str(self.cleaned_data["country"]))
        if code is None:
            raise ValidationError("no such country", code="country.unknown")
        return code

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        abroad = bool(cleaned.get("country")) or "country" in self.errors
        cleaned["department"] = ABROAD if abroad else self._at_home()
        if not cleaned["department"] and not {"postcode", "department"} & self.errors.keys():
            self.add_error("postcode", ValidationError("no département", code="registration.department"))
        return cleaned

    def _at_home(self) -> str:
        """The département: of the postcode, or of its code typed in that place, which is all that is then known."""
        typed = {name: self._compact(name) for name in ("postcode", "department")}
        found = {name: self._department(name, code) for name, code in typed.items() if code}
        self.cleaned_data["postcode"] = typed["postcode"] if len(typed["postcode"]) == POSTCODE_LENGTH else ""
        return found.get("postcode") or found.get("department") or self.known_department()

    def _compact(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "").replace(" ", "").upper()

    def _department(self, name: str, typed: str) -> str:
        department = department_of(typed)
        if department is None:
            self.add_error(name, ValidationError("no such postcode", code="postcode.unknown"))
        return department or ""

    def known_department(self) -> str:
        """The département when nothing was typed of it."""
        return ""

    def reach(self) -> dict[str, Any]:
        """The traits of an ``Identity`` that these fields say."""
        cleaned = self.cleaned_data
        same = ("email", "street", "postcode", "commune", "country")
        first, *others = [*dict.fromkeys(number for name in PHONES if (number := cleaned[name])), ""]
        holder = NirHolder(cleaned["nir_holder"] or NirHolder.OWN)
        return {name: cleaned[name] for name in same} | {
            "nir": cleaned["nir"].body if cleaned["nir"] else "",
            "nir_holder": holder,
            "quality": quality_of(holder, state_aid=cleaned["coverage"] == Quality.STATE_AID),
            "phone": first,
            "phones": tuple(filter(None, others)),
        }

    def agreed(self) -> Consent:
        return Consent(self.cleaned_data["consent"] or Consent.NOT_ASKED)


class IdentityForm(ReachForm):
    """Who a person is, how she is reached, by whom she is insured."""

    birth_name = NameField("Nom de naissance")
    used_name = NameField("Nom d’usage", required=False)
    first_names = NameField("Prénoms")
    birth_date = DateField("Date de naissance", required=False)
    sex = forms.ChoiceField(label="Sexe", choices=Sex.choices, required=False)
    representative = NameField("Nom et prénom du représentant légal", required=False)
    representative_phone = PhoneField("Téléphone du représentant légal")
    representative_unknown = FlagField("Représentant légal non connu")
    scheme = CodeField("Régime", digits=2)
    fund = CodeField("Caisse", digits=3)
    centre = CodeField("Centre", digits=4)
    need_meals, need_lodging, need_children, need_care, need_other = map(FlagField, SupportNeed.labels)
    # As they stand on the page: mistakes are told in this order.
    field_order = ["nir", "nir_holder", "coverage", "birth_name", "used_name", "first_names", "birth_date", "sex"]
    field_order += ["representative", "representative_phone", "representative_unknown", *PHONES, "email", "street"]
    field_order += ["postcode", "commune", "country", "department", "scheme", "fund", "centre", "consent"]

    def __init__(self, data: QueryDict | None = None, *, today: date) -> None:
        super().__init__(data)
        self.today = today

    def clean_scheme(self) -> str:
        scheme = str(self.cleaned_data["scheme"])
        if scheme and scheme not in schemes():
            raise ValidationError("no such scheme", code="invalid_choice")
        return scheme

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._check_guardian()
        self.check_answers()
        if not self.errors:
            try:
                self.check()
            except RegistrationError as error:
                self.refuse(error.field, error)
        return cleaned

    def _check_guardian(self) -> None:
        """A minor is called through her representative: who that is, and by which number, or that nobody knows."""
        cleaned = self.cleaned_data
        born = cleaned.get("birth_date")
        if (
            born is None
            or born > self.today
            or age(born, self.today) >= MAJORITY
            or cleaned.get("representative_unknown")
        ):
            return
        for name in ("representative", "representative_phone"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, ValidationError("a minor", code="minor.representative"))

    def check_answers(self) -> None:
        """Answers that belong together."""

    def check(self) -> None:
        """Raises ``RegistrationError``."""
        raise NotImplementedError

    def needs(self) -> tuple[SupportNeed, ...]:
        return tuple(need for need in SupportNeed if self.cleaned_data[f"need_{need.value}"])

    def identity(self) -> Identity:
        cleaned, reach = self.cleaned_data, self.reach()
        same = ("birth_name", "used_name", "first_names", "birth_date", "scheme", "fund", "centre")
        same += ("representative", "representative_phone")  # type: ignore[assignment]
        return Identity(
            sex=Sex(cleaned["sex"] or Sex.UNKNOWN),
            **reach,
            **{name: cleaned[name] for name in same},
        )


class ContactForm(IdentityForm):
    """A contact of ``index``, whose address may be hers too."""

    same_address = FlagField("Même adresse que le patient zéro")
    last_contact = DateField("Date du dernier contact")
    same_household = FlagField("Même foyer que le patient zéro")
    circumstance = forms.ChoiceField(label="Circonstance du contact", choices=Circumstance.choices, required=False)
    calls_self = FlagField("J’appelle moi-même cette personne")
    then = forms.Field(required=False)

    def __init__(self, data: QueryDict | None = None, *, today: date, index: Identity, department: str) -> None:
        super().__init__(data, today=today)
        self.index = index
        self.index_department = department

    @property
    def at_the_same_address(self) -> bool:
        return bool(self.cleaned_data.get("same_address"))

    def known_department(self) -> str:
        # Django cleans the fields in their order: this box may stand after those of the address.
        return self.index_department if self.at_the_same_address else ""

    def check_answers(self) -> None:
        cleaned = self.cleaned_data
        if "circumstance" in self.errors or "same_household" in self.errors or cleaned.get("circumstance"):
            return
        if cleaned.get("same_household"):
            cleaned["circumstance"] = Circumstance.HOUSEHOLD
        else:
            self.add_error("circumstance", ValidationError("required", code="required"))

    def check(self) -> None:
        check_contact(self.named(), index=self.index, today=self.today)

    def identity(self) -> Identity:
        if self.at_the_same_address:
            self.cleaned_data |= {name: getattr(self.index, name) for name in ADDRESS}
            self.cleaned_data["department"] = self.index_department
        return super().identity()

    def named(self) -> NamedContact:
        cleaned = self.cleaned_data
        identity = self.identity()
        return NamedContact(
            identity=identity,
            department=cleaned["department"],
            consent=self.agreed(),
            last_contact=cleaned["last_contact"],
            same_household=cleaned["same_household"],
            circumstance=Circumstance(cleaned["circumstance"]),
            calls_self=cleaned["calls_self"],
            needs=self.needs(),
        )

    @property
    def is_last(self) -> bool:
        return str(self.cleaned_data.get("then") or "") == "done"


def what_was_typed(form: type[ReachForm], data: Mapping[str, Any]) -> dict[str, str]:
    """The content of a submission: shown again after a mistake, and known again when it is sent twice."""
    names = (name for name in cast(Mapping[str, object], form.base_fields) if name != "then")
    return {name: clean_line(str(data[name])) for name in names if name in data}


def typed(form: ReachForm) -> Mapping[str, str]:
    return what_was_typed(type(form), form.data)


def form_submission(form: IdentityForm) -> Submission:
    return submission(form.key(), dict(typed(form)))


def form_context(values: Mapping[str, str], form: ReachForm | None) -> dict[str, Any]:
    """What the macros of ``components/person.html`` need."""
    return {
        "values": values,
        **(form.told() if form else {"errors": [], "by_field": {}}),
        "sexes": Sex.choices,
        "holders": NirHolder.choices,
        "coverages": COVERAGES,
        "consents": Consent.choices,
        "needs": SupportNeed.choices,
    }


def contact_choices() -> dict[str, Any]:
    return {"circumstances": [("", "Choisissez"), *Circumstance.choices]}
