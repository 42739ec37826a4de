"""Where a patient zéro was, as it is typed: for whoever declares her, and for the platform that calls her."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from contact_covid.core.idempotency import Submission, submission
from contact_covid.core.rules.text import clean_line
from contact_covid.directory.queries import department_of
from contact_covid.directory.rules.countries import ABROAD, countries, country_of
from contact_covid.portal.forms import DateField, LineField, NameField, PortalForm
from contact_covid.portal.person.forms import LONGEST_POSTCODE, POSTCODE_LENGTH
from contact_covid.tracing.enums import StayKind
from contact_covid.tracing.rules.stays import NamedStay, StayDetails

_WORDS = ("name", "group", "street", "postcode", "commune", "country", "role", "others")


class StayForm(PortalForm):
    """A place, gathering or journey; one day when no last day is typed."""

    kind = forms.ChoiceField(label="Type de lieu", choices=StayKind.choices)
    name = NameField("Nom du lieu")
    group = LineField("Classe, service ou équipe", longest=80, required=False)
    since = DateField("Premier jour")
    until = DateField("Dernier jour", required=False)
    role = LineField("Ce que la personne y faisait", longest=120, required=False)
    others = LineField("Autres personnes présentes", longest=300, required=False)
    street = LineField("Voie", longest=120, required=False)
    postcode = LineField("Code postal / départ.", longest=LONGEST_POSTCODE, required=False)
    commune = LineField("Commune", longest=80, required=False)
    country = LineField("Pays", longest=60, required=False)

    def clean_country(self) -> str:
        code = country_of(str(self.cleaned_data["country"]))
        if code is None:
            raise ValidationError("no such country", code="country.unknown")
        return countries().get(code, "")

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        cleaned["department"] = ABROAD if cleaned.get("country") else self._at_home()
        return cleaned

    def _at_home(self) -> str:
        """The département of the postcode, or of its code typed in that place; "" when nothing was typed."""
        typed = str(self.cleaned_data.get("postcode") or "").replace(" ", "").upper()
        if not typed or "country" in self.errors:
            return ""
        department = department_of(typed)
        if department is None:
            self.add_error("postcode", ValidationError("no such postcode", code="postcode.unknown"))
        self.cleaned_data["postcode"] = typed if len(typed) == POSTCODE_LENGTH else ""
        return department or ""

    def named(self) -> NamedStay:
        cleaned = self.cleaned_data
        return NamedStay(
            kind=StayKind(cleaned["kind"]),
            since=cleaned["since"],
            until=cleaned["until"] or cleaned["since"],
            department=cleaned["department"],
            details=StayDetails(**{name: cleaned[name] for name in _WORDS}),
        )

    @property
    def is_last(self) -> bool:
        return clean_line(str(self.data.get("then", ""))) == "done"

    def said(self) -> Mapping[str, str]:
        """The content of a submission: shown again after a mistake, and known again when it is sent twice."""
        names = cast(Mapping[str, object], self.base_fields)
        return {name: clean_line(str(self.data[name])) for name in names if name in self.data}

    def submission(self, about: str) -> Submission:
        return submission(self.key(), {**self.said(), "about": about})
