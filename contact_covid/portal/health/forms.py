"""What is asked of a person's health."""

from collections.abc import Mapping
from datetime import date

from django import forms

from contact_covid.core.dates import date_fr
from contact_covid.portal.forms import DateField, PortalForm
from contact_covid.tracing.enums import TestKind
from contact_covid.tracing.rules.health import HealthFacts


class HealthForm(PortalForm):
    """Days; an empty one is not known, or was not."""

    vaccinated_on = DateField("Schéma vaccinal complet depuis le", required=False)
    onset = DateField("Premiers symptômes", required=False)
    symptoms_ended_on = DateField("Dernier jour avec symptômes", required=False)
    recovered_on = DateField("Guérison constatée le", required=False)
    negative_on = DateField("Test négatif du", required=False)

    def facts(self) -> HealthFacts:
        return HealthFacts(**{name: self.cleaned_data[name] for name in HealthFacts._fields})


class PositiveForm(PortalForm):
    """A positive test of a contact."""

    sampled_on = DateField("Date du prélèvement")
    result_on = DateField("Date du résultat", required=False)
    test_kind = forms.ChoiceField(label="Type de test", choices=TestKind.choices)


def health_values(facts: HealthFacts) -> dict[str, str]:
    """The form as it would be if nothing was changed."""
    return {name: _shown(day) for name, day in facts._asdict().items()}


def in_words(form: PortalForm) -> str:
    """« Premiers symptômes : 12/05/2020 ; … »: what was typed, for who has to type it again."""
    kinds = dict(TestKind.choices)
    said = [(field.label, form.typed(name)) for name, field in form.fields.items()]
    return " ; ".join(f"{label} : {kinds.get(text, text)}" for label, text in said if text)


def typed(form: PortalForm) -> Mapping[str, str]:
    return {name: form.typed(name) for name in form.fields}


def _shown(day: date | None) -> str:
    return date_fr(day) if day else ""
