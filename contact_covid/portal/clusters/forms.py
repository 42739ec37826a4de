"""What supervisors of platforms and agents of agencies type."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from contact_covid.clusters.actions.clusters import NewCluster
from contact_covid.clusters.actions.hand_overs import REFUSALS, RETURNS
from contact_covid.clusters.actions.requests import RequestErrorCode
from contact_covid.clusters.enums import (
    ClusterState,
    HandOverAnswer,
    HandOverReason,
    MeasureKind,
    MemberRole,
    RequestKind,
    RequestState,
    Setting,
    SignalRejection,
    Spread,
)
from contact_covid.clusters.rules.places import Place
from contact_covid.core import records
from contact_covid.core.dates import DateError, parse_moment
from contact_covid.core.diseases import followed, usual
from contact_covid.core.period import PARIS
from contact_covid.core.rules.text import clean_text
from contact_covid.directory.queries import department_of
from contact_covid.portal.forms import DateField, FlagField, LineField, PortalForm, RuleField

ACCEPT, REFUSE, RETURN, REJECT = "accept", "refuse", "return", "reject"


class NumberOfFicheField(RuleField):
    """→ a record number as stored."""

    def __init__(self) -> None:
        super().__init__("Numéro de fiche", longest=12)

    def read(self, text: str) -> str:
        return records.parse(text)


class ManyLinesField(forms.CharField):
    """→ several lines, cleaned; "" when empty. How long it may be is for the rule to say."""

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False, strip=False)

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "")

    def run_validators(self, value: Any) -> None:
        pass


class MomentField(RuleField):
    """→ an aware ``datetime``, on the clocks of Paris."""

    def __init__(self, label: str) -> None:
        super().__init__(label, longest=30)

    def read(self, text: str) -> datetime:
        try:
            return parse_moment(text, PARIS)
        except DateError as error:
            raise ValidationError(error.code, code=error.code) from None


class ManyForm(PortalForm):
    """A form whose texts may have several lines."""

    def typed(self, name: str) -> str:
        if isinstance(self.fields.get(name), ManyLinesField):
            return clean_text(str(self.data.get(name, "")))
        return super().typed(name)

    def values(self) -> dict[str, str]:
        return {name: self.typed(name) for name in self.fields}


class HandOverForm(ManyForm):
    number = NumberOfFicheField()
    reason = forms.TypedChoiceField(label="Motif", choices=HandOverReason.choices, coerce=HandOverReason)


class DecisionForm(ManyForm):
    """What was decided, and why when it was not accepted."""

    act = forms.ChoiceField(label="Réponse", choices=[])
    why = forms.ChoiceField(label="Motif", choices=[], required=False)
    acts: Sequence[tuple[str, str]] = ()
    whys: Sequence[tuple[str, str]] = ()

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.fields["act"].choices = self.acts  # type: ignore[attr-defined]
        self.fields["why"].choices = [("", "Choisissez"), *self.whys]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("act", ACCEPT) != ACCEPT and not cleaned.get("why") and "why" not in self.errors:
            self.add_error("why", ValidationError("required", code="required"))
        return cleaned


class AnswerForm(DecisionForm):
    acts: Sequence[tuple[str, str]] = (
        (ACCEPT, "Accepter : l’agence suit cette personne"),
        (REFUSE, "Refuser : la plateforme la garde"),
    )
    whys = tuple((each.value, each.label) for each in REFUSALS)

    @property
    def answer(self) -> HandOverAnswer:
        return HandOverAnswer(self.cleaned_data["why"])


class ReturnForm(AnswerForm):
    acts = ((RETURN, "Rendre à la plateforme"),)
    whys = tuple((each.value, each.label) for each in RETURNS)


class SignalForm(DecisionForm):
    acts = ((ACCEPT, "Ouvrir une investigation"), (REJECT, "Écarter ce signalement"))
    whys = tuple(SignalRejection.choices)

    @property
    def reason(self) -> SignalRejection:
        return SignalRejection(self.cleaned_data["why"])


class AssessmentForm(ManyForm):
    setting = forms.TypedChoiceField(label="Type de collectivité", choices=Setting.choices, coerce=Setting)
    name = LineField("Nom du lieu", longest=120)
    group = LineField("Classe, service ou groupe", longest=80, required=False)
    street = LineField("Voie", longest=120, required=False)
    postcode = LineField("Code postal", longest=5, required=False)
    commune = LineField("Commune", longest=80, required=False)
    vulnerable = FlagField("Des personnes fragiles y vivent ou y sont soignées")
    spread = forms.TypedChoiceField(label="Transmission", choices=Spread.choices, coerce=Spread)

    def place(self) -> Place:
        said = self.cleaned_data
        return Place(said["name"], said["group"], said["street"], said["postcode"], said["commune"])


class ClusterForm(AssessmentForm):
    """A new one: the postcode says its département."""

    disease = forms.ChoiceField(label="Maladie", required=False)
    postcode = LineField("Code postal / départ.", longest=5)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.fields["disease"].choices = [(each.code, each.label) for each in followed()]  # type: ignore[attr-defined]

    def clean_postcode(self) -> str:
        typed = str(self.cleaned_data["postcode"])
        if department_of(typed) is None:
            raise ValidationError("no département", code="postcode.unknown")
        return typed

    def new(self) -> NewCluster:
        said = self.cleaned_data
        department = department_of(said["postcode"]) or ""
        disease = said["disease"] or usual()
        return NewCluster(
            said["setting"], self.place(), department, said["vulnerable"], said["spread"], disease=disease
        )


class MoveForm(PortalForm):
    state = forms.TypedChoiceField(label="État", choices=ClusterState.choices, coerce=ClusterState)


class MemberForm(ManyForm):
    number = NumberOfFicheField()
    role = forms.TypedChoiceField(label="Rôle", choices=MemberRole.choices, coerce=MemberRole)


class MeasureForm(ManyForm):
    kind = forms.TypedChoiceField(label="Mesure", choices=MeasureKind.choices, coerce=MeasureKind)
    decided_on = DateField("Décidée le")
    planned_on = DateField("Prévue le", required=False)
    done_on = DateField("Faite le", required=False)
    note = ManyLinesField("Précisions")


class NoteForm(ManyForm):
    text = ManyLinesField("Note")


class ReportForm(ManyForm):
    conclusion = ManyLinesField("Conclusion")


class RequestForm(ManyForm):
    """``funds``: codes of those that may be asked."""

    fund = forms.ChoiceField(label="Plateforme", choices=[])
    kind = forms.TypedChoiceField(label="Demande", choices=RequestKind.choices, coerce=RequestKind)
    due_at = MomentField("Échéance")
    text = ManyLinesField("Message")

    def __init__(self, data: QueryDict | None = None, *, funds: Collection[str]) -> None:
        super().__init__(data)
        self.fields["fund"].choices = [(code, code) for code in funds]  # type: ignore[attr-defined]

    def clean_text(self) -> str:
        """Told with the other mistakes, not after them."""
        text: str = self.cleaned_data["text"]
        if not text:
            raise ValidationError("empty", code=RequestErrorCode.EMPTY)
        return text


class SayForm(ManyForm):
    """A turn of the talk; an empty ``state`` leaves the request where it is."""

    text = ManyLinesField("Message")
    state = forms.ChoiceField(label="Suite", choices=RequestState.choices, required=False)

    @property
    def moved_to(self) -> RequestState | None:
        return RequestState(self.cleaned_data["state"]) if self.cleaned_data["state"] else None
