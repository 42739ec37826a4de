"""What a supervisor chooses when she gives fiches to an agent, or lets another organisation call."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from contact_covid.directory.queries import department_of
from contact_covid.portal.forms import DateField, LineField, PortalForm
from contact_covid.portal.posted import version_in
from contact_covid.worklist.actions.teams import TeamSaid
from contact_covid.worklist.enums import BulkAct, WorkOn
from contact_covid.worklist.rules.delegation import DelegationErrorCode
from contact_covid.worklist.rules.teams import Work

MOST_POSTCODES = 50
MOST_OF_A_NAME = 40
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


class JobForm(PortalForm):
    """An act on many fiches, and what those need that give them to somebody. ``acts``: those that the actor may."""

    act = forms.ChoiceField(label="Traitement")
    to_agent = forms.ChoiceField(label="Agent", required=False)
    to_team = forms.ChoiceField(label="Équipe", required=False)
    to_organisation = forms.ChoiceField(label="Structure", required=False)
    last_day = DateField("Dernier jour", required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        acts: Sequence[BulkAct],
        agents: Choices,
        teams: Choices,
        organisations: Choices,
    ) -> None:
        super().__init__(data)
        offered = [each for each in acts if each is not BulkAct.ASSIGN_TEAM or teams]
        offered = [each for each in offered if each is not BulkAct.DELEGATE or organisations]
        self.choices: Mapping[str, Choices] = {
            "act": [(each.value, each.label) for each in offered],
            "to_agent": agents,
            "to_team": teams,
            "to_organisation": organisations,
        }
        for name, choices in self.choices.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What stays behind of another act is no mistake."""
        needed = _NEEDS.get(self.cleaned_data.get("act", ""), ())
        for name in ("to_agent", "to_team", "to_organisation", "last_day"):
            if name not in needed:
                self.errors.pop(name, None)
                self.cleaned_data[name] = None
            elif name not in self.errors and not self.cleaned_data.get(name):
                self.add_error(name, ValidationError("missing", code="required"))
        return self.cleaned_data

    @property
    def act_said(self) -> BulkAct:
        return BulkAct(self.cleaned_data["act"])

    @property
    def to(self) -> UUID | None:
        """The agent, team or organisation that is given the fiches."""
        said = [self.cleaned_data[name] for name in ("to_agent", "to_team", "to_organisation")]
        return next((UUID(each) for each in said if each), None)


_NEEDS: Mapping[str, Sequence[str]] = {
    BulkAct.ASSIGN: ("to_agent",),
    BulkAct.ASSIGN_TEAM: ("to_team",),
    BulkAct.DELEGATE: ("to_organisation", "last_day"),
}


class TeamForm(PortalForm):
    """Agents put together. ``works``: (code, label) of each; its code is what the work is told by, a colon, its own."""

    name = LineField("Nom", longest=MOST_OF_A_NAME)
    work = forms.ChoiceField(label="Travail", required=False)
    agents = forms.MultipleChoiceField(label="Agents", required=False)

    def __init__(self, data: QueryDict | None = None, *, works: Choices, agents: Choices) -> None:
        super().__init__(data)
        self.works = [("", "Toute la file, sans préférence"), *works]
        self.fields["work"].choices = self.works  # type: ignore[attr-defined]
        self.fields["agents"].choices = agents  # type: ignore[attr-defined]

    @property
    def said(self) -> TeamSaid:
        given = self.cleaned_data
        on, _, code = given["work"].partition(":")
        work = Work(WorkOn(on), code) if code else None
        return TeamSaid(given["name"], work, [UUID(each) for each in given["agents"]])

    @property
    def ticked(self) -> set[str]:
        return set(self.data.getlist("agents")) if isinstance(self.data, QueryDict) else set()

    @property
    def version(self) -> int:
        return version_in(self.typed("version"))


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
