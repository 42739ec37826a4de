"""What a supervisor chooses when she gives fiches to an agent, or lets another organisation call."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from contact_covid.directory.queries import department_of
from contact_covid.portal.forms import DateField, LineField, PortalForm
from contact_covid.worklist.rules.delegation import DelegationErrorCode

MOST_POSTCODES = 50
TO_QUEUE = "file"
"""What is chosen in the place of an agent to give fiches back."""
Choices = Sequence[tuple[str, str]]


class AssignForm(PortalForm):
    """To whom, or back to the queue. ``agents``: (id, name) of those who may be given any."""

    agent = forms.ChoiceField(label="Agent")

    def __init__(self, data: Mapping[str, Any] | None = None, *, agents: Choices) -> None:
        super().__init__(data)
        self.fields["agent"].choices = [(TO_QUEUE, "Rendre à la file de la caisse"), *agents]  # type: ignore[attr-defined]

    def clean_agent(self) -> UUID | None:
        return None if self.cleaned_data["agent"] == TO_QUEUE else UUID(self.cleaned_data["agent"])


class EntrustForm(PortalForm):
    """To whom, and to the end of which day. ``organisations``: (id, name) of those that may call."""

    organisation = forms.ChoiceField(label="Structure")
    last_day = DateField("Dernier jour", required=True)

    def __init__(self, data: Mapping[str, Any] | None = None, *, organisations: Choices) -> None:
        super().__init__(data)
        self.fields["organisation"].choices = organisations  # type: ignore[attr-defined]

    def clean_organisation(self) -> UUID:
        return UUID(self.cleaned_data["organisation"])

    @property
    def until(self) -> date:
        day: date = self.cleaned_data["last_day"]
        return day


class AreaForm(EntrustForm):
    """The same of an area: a département of the fund, all of it or some postcodes."""

    department = forms.ChoiceField(label="Département")
    postcodes = LineField("Codes postaux", longest=MOST_POSTCODES * 7, required=False)
    field_order = ("organisation", "department", "postcodes", "last_day")

    def __init__(self, data: Mapping[str, Any] | None = None, *, organisations: Choices, departments: Choices) -> None:
        super().__init__(data, organisations=organisations)
        self.fields["department"].choices = departments  # type: ignore[attr-defined]

    def clean_postcodes(self) -> list[str]:
        """Each of the département chosen."""
        typed: list[str] = self.cleaned_data["postcodes"].replace(",", " ").replace(";", " ").split()
        chosen = self.cleaned_data.get("department")
        if len(typed) > MOST_POSTCODES or (chosen and any(department_of(each) != chosen for each in typed)):
            raise ValidationError("elsewhere", code=DelegationErrorCode.POSTCODE_ELSEWHERE)
        return typed
