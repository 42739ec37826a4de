"""What is asked of a cell, and what it answers."""

from django import forms

from contact_covid.core.idempotency import Submission, submission
from contact_covid.portal.clusters.forms import ManyForm, ManyLinesField
from contact_covid.portal.forms import FlagField
from contact_covid.support.actions.asking import SupportAsked
from contact_covid.support.enums import DeclineReason, SupportState
from contact_covid.tracing.enums import SupportNeed


class SupportForm(ManyForm):
    """What the person cannot do without help. The first box carries the mistake of them all."""

    need_meals = FlagField("")
    need_lodging = FlagField("")
    need_children = FlagField("")
    need_care = FlagField("")
    need_other = FlagField("")
    note = ManyLinesField("Précisions")
    agreed = FlagField("La personne est d’accord")

    def asked(self) -> SupportAsked:
        said = self.cleaned_data
        needs = [need for need in SupportNeed if said[f"need_{need.value}"]]
        return SupportAsked(needs, said["note"], said["agreed"])

    def submission(self, about: str) -> Submission:
        return submission(self.key(), {**self.values(), "about": about})


class AnswerForm(ManyForm):
    """What the cell does. ``why`` belongs to « sans suite »."""

    act = forms.TypedChoiceField(
        label="Votre réponse",
        choices=[
            (state.value, state.label) for state in (SupportState.TAKEN, SupportState.HELPED, SupportState.DECLINED)
        ],
        coerce=SupportState,
    )
    why = forms.TypedChoiceField(
        label="Motif", choices=DeclineReason.choices, coerce=DeclineReason, required=False, empty_value=None
    )
