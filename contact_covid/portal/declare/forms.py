"""What is typed when a patient zéro is declared, and why a fiche is cancelled."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from contact_covid.core.diseases import followed, usual
from contact_covid.messaging.enums import Language
from contact_covid.people.enums import Sex
from contact_covid.portal.forms import DateField, FlagField, PortalForm
from contact_covid.portal.person.forms import IdentityForm
from contact_covid.tracing.actions.cancellation import CANCEL_REASONS
from contact_covid.tracing.enums import Consent, TestKind
from contact_covid.tracing.rules.registration import Dossier, check_index


class IndexForm(IdentityForm):
    """The patient zéro and what establishes her positive result. ``disease``: the usual one when nobody says which."""

    disease = forms.ChoiceField(label="Maladie", required=False)
    birth_date = DateField("Date de naissance")
    sex = forms.ChoiceField(label="Sexe", choices=Sex.choices)
    onset = DateField("Date des premiers symptômes", required=False)
    no_symptoms = FlagField("Sans symptôme")
    sampled_on = DateField("Date du prélèvement")
    result_on = DateField("Date du résultat", required=False)
    test_kind = forms.ChoiceField(label="Type de test", choices=TestKind.choices)
    health_worker = FlagField("Professionnel de santé")
    consent = forms.ChoiceField(label="Communication de son identité", choices=Consent.choices)

    def __init__(self, data: QueryDict | None = None, *, today: date) -> None:
        super().__init__(data, today=today)
        self.fields["disease"].choices = [(each.code, each.label) for each in followed()]  # type: ignore[attr-defined]

    def check_answers(self) -> None:
        cleaned = self.cleaned_data
        if "onset" in self.errors or "no_symptoms" in self.errors:
            return
        if bool(cleaned.get("onset")) == bool(cleaned.get("no_symptoms")):
            self.add_error("onset", ValidationError("one of both", code="registration.onset_or_none"))

    def check(self) -> None:
        check_index(self.dossier(), today=self.today)

    def dossier(self) -> Dossier:
        cleaned = self.cleaned_data
        return Dossier(
            identity=self.identity(),
            department=cleaned["department"],
            consent=self.agreed(),
            onset=cleaned["onset"],
            sampled_on=cleaned["sampled_on"],
            result_on=cleaned["result_on"],
            test_kind=TestKind(cleaned["test_kind"]),
            health_worker=cleaned["health_worker"],
            social_support=bool(self.needs()),
            needs=self.needs(),
            disease=cleaned["disease"] or usual(),
        )


CALLED = "informed"


class OwnCallForm(PortalForm):
    """How the call went that the declaring practice makes itself."""

    outcome = forms.ChoiceField(label="Appel", choices=[(CALLED, "Appel fait"), ("platform", "Appel confié")])
    language = forms.ChoiceField(label="Langue des consignes", choices=Language.choices, required=False)

    def clean_language(self) -> Language:
        return Language(self.cleaned_data["language"] or Language.FRENCH)


class VerifyForm(PortalForm):
    """The second thing that whoever verifies a letter must know."""

    birth_date = DateField("Date de naissance du titulaire")


class CancelForm(PortalForm):
    """Why a fiche is cancelled."""

    reason = forms.ChoiceField(label="Motif", choices=[(reason.value, reason.label) for reason in CANCEL_REASONS])
