"""What an agent types: how a call ended, who is on the line, what of the area to list."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from contact_covid.core.dates import DateError, parse_moment
from contact_covid.core.diseases import followed
from contact_covid.core.rules.text import clean_line, clean_text
from contact_covid.directory.rules.countries import ABROAD
from contact_covid.messaging.enums import Language
from contact_covid.people.enums import Quality
from contact_covid.portal.forms import DateField, FlagField, LineField, NameField, PhoneField, PortalForm
from contact_covid.portal.person.forms import ReachForm
from contact_covid.portal.posted import id_of
from contact_covid.tracing.actions.during_call import SaidDuringCall
from contact_covid.tracing.enums import FicheKind, Spoken, State
from contact_covid.tracing.rules.registration import SaidOnTheTelephone
from contact_covid.tracing.rules.urgency import Factor
from contact_covid.worklist.area_queries import AreaFilter
from contact_covid.worklist.enums import Outcome, Sort

LONGEST_MOMENT = 30
_ANSWERS = ("outcome", "call_back_at", "language", "spoken", "symptoms", "representative", "representative_phone")


class NoteField(forms.CharField):
    """→ text of several lines; how long it may be is the action's to say."""

    def __init__(self) -> None:
        super().__init__(label="Note", required=False, strip=False)

    def clean(self, value: Any) -> str:
        return clean_text(str(value or ""))


class OutcomeForm(PortalForm):
    """How a call ended. ``zone`` tells by which clocks the person lives, when it matters."""

    outcome = forms.ChoiceField(label="Issue de l’appel", choices=Outcome.choices)
    call_back_at = LineField("Date et heure du rappel", longest=LONGEST_MOMENT, required=False)
    note = NoteField()
    language = forms.ChoiceField(label="Langue du message", choices=Language.choices, required=False)
    spoken = forms.ChoiceField(label="Langue de la personne", choices=Spoken.choices, required=False)
    symptoms = FlagField("Symptômes signalés")
    representative = NameField("Nom du représentant légal", required=False)
    representative_phone = PhoneField("Téléphone du représentant légal")

    def __init__(self, data: QueryDict, *, zone: Callable[[], ZoneInfo]) -> None:
        super().__init__(data)
        self.zone = zone

    def clean_call_back_at(self) -> datetime | None:
        """The field stays behind when another outcome is chosen: then it says nothing."""
        typed = str(self.cleaned_data["call_back_at"])
        if not typed or self.cleaned_data.get("outcome") != Outcome.CALL_BACK:
            return None
        try:
            return parse_moment(typed, self.zone())
        except DateError as error:
            raise ValidationError(error.code, code=error.code) from None

    def clean_language(self) -> Language:
        return Language(self.cleaned_data["language"] or Language.FRENCH)

    def clean(self) -> dict[str, Any]:
        """A representative that stays behind with another outcome is no mistake either."""
        if self.cleaned_data.get("outcome") != Outcome.MINOR:
            for name in ("representative", "representative_phone"):
                self.errors.pop(name, None)
        return self.cleaned_data

    def said(self) -> SaidDuringCall:
        """What is learnt of the person beside how the call ended; a minor's representative stays behind with another
        outcome."""
        given, spoken = self.cleaned_data, self.cleaned_data["spoken"]
        whom = ("representative", "representative_phone") if self.outcome_told is Outcome.MINOR else ()
        language = Spoken(spoken) if spoken else None
        return SaidDuringCall(language, symptoms=given["symptoms"], **{name: given[name] for name in whom})

    @property
    def outcome_told(self) -> Outcome:
        return Outcome(self.cleaned_data["outcome"])

    @property
    def stops(self) -> bool:
        """Whether the agent pauses after this call rather than be given the next person."""
        return clean_line(str(self.data.get("then", ""))) == "stop"


class CorrectionForm(ReachForm):
    """What the person called corrects of herself; ``lives_in``: the département that is known."""

    def __init__(self, data: Mapping[str, Any], *, lives_in: str) -> None:
        super().__init__(data)
        self.lives_in = lives_in

    def known_department(self) -> str:
        return "" if self.lives_in == ABROAD else self.lives_in

    def said(self) -> SaidOnTheTelephone:
        traits = self.reach()
        state_aid = traits.pop("quality") is Quality.STATE_AID
        return SaidOnTheTelephone(
            **traits, state_aid=state_aid, department=self.cleaned_data["department"], consent=self.agreed()
        )


def what_was_said(data: Mapping[str, Any]) -> dict[str, str]:
    """The content of a submission: shown again after a mistake, and known again when it is sent twice."""
    said = {name: clean_line(str(data[name])) for name in _ANSWERS if name in data}
    return said | ({"note": clean_text(str(data["note"]))} if "note" in data else {})


class CallerForm(PortalForm):
    """Who is on the line: a telephone, or words of the names and the birth date."""

    phone = PhoneField()
    names = NameField("Nom et prénoms", required=False)
    birth_date = DateField("Date de naissance", required=False)


_READ: Mapping[str, Callable[[str], Any]] = {
    "state": State,
    "kind": FicheKind,
    "disease": str,
    "language": Spoken,
    "factor": Factor,
    "agent": UUID,
    "team": UUID,
    "delegated": UUID,
}
ALSO = ("disease", "language", "factor", "late", "agent", "team", "delegated")
"""The filters of the page of their own."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter and the order of the list. ``codes``: those the address holds, by name."""

    codes: dict[str, str]

    @property
    def filter(self) -> AreaFilter:
        codes = self.codes
        return AreaFilter(
            department=codes.get("department"),
            late="late" in codes,
            **{name: kind(codes[name]) for name, kind in _READ.items() if name in codes},
        )

    @property
    def also(self) -> dict[str, str]:
        """What it asks for beside what every list offers."""
        return {name: code for name, code in self.codes.items() if name in ALSO}

    @property
    def sort(self) -> Sort:
        return Sort(self.codes.get("sort", Sort.URGENCY))


def asked(query: Mapping[str, Any], departments: Collection[str]) -> Asked:
    """What the address of a list asks for; what cannot be read asks for nothing."""
    known: dict[str, Collection[str]] = {
        "state": set(State),
        "kind": set(FicheKind),
        "department": departments,
        "sort": set(Sort),
        "disease": {each.code for each in followed()},
        "language": set(Spoken),
        "factor": set(Factor),
        "late": ("1",),
    }
    given = {name: str(query.get(name, "")) for name in known}
    ids = {name: id_of(str(query.get(name, ""))) for name in ("agent", "team", "delegated")}
    return Asked(
        {name: code for name, code in given.items() if code in known[name]}
        | {name: found.hex for name, found in ids.items() if found}
    )
