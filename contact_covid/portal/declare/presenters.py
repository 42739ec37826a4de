"""The registration's pages as strings ready to show."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, cast
from uuid import UUID

from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.period import PARIS
from contact_covid.people.enums import Sex
from contact_covid.people.rules.identity import Identity
from contact_covid.portal import diseases
from contact_covid.portal.declare.forms import IndexForm
from contact_covid.portal.field_names import changes, named
from contact_covid.portal.forms import FlagField
from contact_covid.portal.health.presenters import (
    heading_of_tests,
    isolation_in_words,
    mask_in_words,
    tests_in_words,
)
from contact_covid.portal.person.forms import ContactForm
from contact_covid.portal.person.household import Member, household_values
from contact_covid.portal.person.presenters import (
    UNKNOWN,
    Facts,
    consequences,
    identity_facts,
    identity_values,
    need_values,
    support,
    warnings,
)
from contact_covid.tracing.actions.drafts import KEPT
from contact_covid.tracing.enums import Consent
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.own_queries import DraftOpened, IndexFacts, Link, OwnFiche, OwnWriting
from contact_covid.tracing.protocol_queries import rules_in_force
from contact_covid.tracing.rules.dates import CaseFacts, ContactFacts, case_dates, contact_dates
from contact_covid.tracing.rules.drafts import DraftContact, DraftContent
from contact_covid.tracing.rules.registration import Dossier, NamedContact


class DraftLine(NamedTuple):
    """A draft that may be taken up again. ``age``: « il y a 2 jours »; ``missing``: what is not typed yet."""

    id: str
    name: str
    contacts: int
    age: str
    until: str
    missing: str


class ContactLine(NamedTuple):
    """A contact among those typed so far."""

    id: str
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person as the summary shows her. ``warnings``: what is to be confirmed."""

    id: str
    name: str
    facts: Facts
    warnings: Sequence[str]


def draft_line(draft: DraftOpened, now: datetime) -> DraftLine:
    content = draft.content
    return DraftLine(
        id=str(draft.id),
        name=content.dossier.identity.name,
        contacts=len(content.contacts),
        age=_age(draft.updated_at, now),
        until=datetime_fr(draft.updated_at + KEPT),
        missing=", ".join(_missing(content)),
    )


def _age(saved: datetime, now: datetime) -> str:
    days = (now.astimezone(PARIS).date() - saved.astimezone(PARIS).date()).days
    return f"il y a {days} jours" if days > 1 else ("hier" if days == 1 else "aujourd’hui")


def _missing(content: DraftContent) -> Iterator[str]:
    """What a complete declaration has and this one has not."""
    index = content.dossier.identity
    people = [index, *(contact.named.identity for contact in content.contacts)]
    if not content.contacts:
        yield "aucun contact"
    if not content.stays:
        yield "aucun lieu"
    lacking = {
        "numéro de sécurité sociale": [person for person in people if not person.nir],
        "téléphone": [person for person in people if not (person.telephones or person.representative_phone)],
    }
    for told, persons in lacking.items():
        if persons:
            yield f"{told} de {len(persons)} personne{'s' if len(persons) > 1 else ''}"


def contact_line(contact: DraftContact) -> ContactLine:
    named = contact.named
    where = "même foyer" if named.same_household else named.circumstance.label.lower()
    return ContactLine(
        str(contact.id), named.identity.name, f"{where}, dernier contact le {date_fr(named.last_contact)}"
    )


def index_card(content: DraftContent, today: date) -> PersonCard:
    dossier = content.dossier
    return PersonCard(
        id="patient-zero",
        name=dossier.identity.name,
        facts=[*identity_facts(dossier.identity, dossier.department, today), *index_facts(dossier)],
        warnings=[*warnings(dossier.identity, today), *consequences(dossier.identity)],
    )


def contact_card(contact: DraftContact, today: date) -> PersonCard:
    named = contact.named
    facts = [*identity_facts(named.identity, named.department, today), *exposure_facts(named)]
    to_confirm = [*warnings(named.identity, today), *consequences(named.identity)]
    return PersonCard(str(contact.id), named.identity.name, facts, to_confirm)


def index_facts(dossier: Dossier) -> Facts:
    return [
        *diseases.fact(dossier.disease),
        *test_facts(dossier),
        support(dossier.support_needs),
        ("Consentement", dossier.consent.label),
    ]


def test_facts(dossier: Dossier | IndexFacts) -> Facts:
    """What establishes the positive result, and what the platform should know."""
    return [
        ("Premiers symptômes", date_fr(dossier.onset) if dossier.onset else "sans symptôme"),
        ("Prélèvement", f"{date_fr(dossier.sampled_on)}, {dossier.test_kind.label}"),
        ("Résultat", date_fr(dossier.result_on) if dossier.result_on else UNKNOWN),
        ("Professionnel de santé", "oui" if dossier.health_worker else "non"),
    ]


def exposure_facts(named: NamedContact) -> Facts:
    facts = [
        ("Dernier contact", date_fr(named.last_contact)),
        ("Même foyer", "oui" if named.same_household else "non"),
        ("Circonstance", named.circumstance.label),
        support(named.support_needs),
        ("Consentement", named.consent.label),
    ]
    return facts + ([("Appel", "par vous-même")] if named.calls_self else [])


# --- What was declared, once it is a fiche ------------------------------------------------------------------------

_FIELDS = {name: field for form in (IndexForm, ContactForm) for name, field in form.base_fields.items()}
_ALSO = ("phones", "quality", "stays", "support_needs", "social_support")
FIELD_LABELS = named([*(name for name in _FIELDS if name not in ("then", "same_address")), *_ALSO])
_WRITINGS = {
    TracingEvent.INITIALISED: "Fiche déclarée",
    TracingEvent.EXPOSED: "Fiche déclarée",
    TracingEvent.BECAME_CASE: "Contact devenu patient zéro",
    TracingEvent.CALL_RECORDED: "Appel fait, consignes données",
    TracingEvent.CANCELLED: "Fiche annulée",
}


def shown(name: str, value: str) -> str:
    """The value of a form's field in words."""
    field = _FIELDS[name]
    if isinstance(field, FlagField):
        return "oui" if value else "non"
    return str(dict(getattr(field, "choices", ())).get(value, value)) or UNKNOWN


def writing(written: OwnWriting, names: Mapping[UUID, str]) -> tuple[str, str, bool]:
    """A line of the fiche's history."""
    what = _WRITINGS.get(written.kind) or f"Fiche corrigée : {changes(written.fields)}"
    by = names.get(written.account, "") if written.account else ""
    return what, f"{datetime_fr(written.at)}{f', {by}' if by else ''}", True


def declared_index(fiche: OwnFiche, identity: Identity) -> Dossier:
    facts = cast(IndexFacts, fiche.index)._asdict()
    return Dossier(
        identity=identity,
        department=fiche.department,
        consent=fiche.consent,
        needs=tuple(fiche.support_needs),
        **facts,
    )


def declared_contact(fiche: OwnFiche, identity: Identity, link: Link) -> NamedContact:
    return NamedContact(
        identity=identity,
        department=fiche.department,
        consent=fiche.consent,
        last_contact=link.last_contact,
        same_household=link.same_household,
        circumstance=link.circumstance,
        calls_self=link.calls_self,
        needs=tuple(fiche.support_needs),
    )


def instructions(fiche: OwnFiche, now: datetime) -> Facts:
    """What who calls a contact tells her, by the protocol in force and by what this practice declared."""
    today = now.astimezone(PARIS).date()
    recoveries = [link.recovers for link in fiche.links if link.same_household and link.recovers]
    told = ContactFacts(
        last_contact=max(link.last_contact for link in fiche.links),
        same_household=any(link.same_household for link in fiche.links),
        told_on=today,
        cohabitant_recovers=max(recoveries, default=None),
        vaccinated_on=fiche.health.vaccinated_on,
        onset=fiche.health.onset,
    )
    dates = contact_dates(rules_in_force(fiche.disease, now), told)
    return [
        ("Isolement", isolation_in_words(dates.isolation_until)),
        ("Masque", mask_in_words(dates.mask_until)),
        (heading_of_tests(dates.tests), tests_in_words(dates.tests, today)),
    ]


# --- What the forms show before anything is typed ------------------------------------------------------------------


def index_values(dossier: Dossier, today: date) -> dict[str, str]:
    return identity_values(dossier.identity, dossier.department, today) | {
        "disease": dossier.disease,
        "onset": date_fr(dossier.onset) if dossier.onset else "",
        "no_symptoms": "" if dossier.onset else "on",
        "sampled_on": date_fr(dossier.sampled_on),
        "result_on": date_fr(dossier.result_on) if dossier.result_on else "",
        "test_kind": dossier.test_kind,
        "health_worker": "on" if dossier.health_worker else "",
        **need_values(dossier.support_needs),
        "consent": dossier.consent,
    }


def contact_values(named: NamedContact, today: date) -> dict[str, str]:
    return identity_values(named.identity, named.department, today) | {
        "last_contact": date_fr(named.last_contact),
        "same_household": "on" if named.same_household else "",
        "circumstance": named.circumstance,
        "calls_self": "on" if named.calls_self else "",
        **need_values(named.support_needs),
        "consent": named.consent,
    }


def next_contact_values(content: DraftContent, member: Member | None, today: date) -> dict[str, str]:
    """The household first: who lives with the patient zéro is asked for, at her address."""
    if member:
        dossier = content.dossier
        named = [each.named for each in content.contacts if each.named.same_household]
        others = [each.identity for each in named if each.consent is not Consent.REFUSES]
        common = household_values(member, dossier.identity, dossier.consent, dossier.department, others, today)
        return {"sex": Sex.UNKNOWN, **common}
    household = "on" if content.next_is_household else ""
    return {"same_household": household, "same_address": household, "nir_holder": "own", "sex": Sex.UNKNOWN}


def window_of(fiche: OwnFiche, now: datetime) -> date:
    """The same of a fiche, by what this practice declared."""
    facts = cast(IndexFacts, fiche.index)
    return case_dates(rules_in_force(fiche.disease, now), CaseFacts(facts.onset, facts.sampled_on)).window_start


def window(content: DraftContent, now: datetime) -> str:
    """The first day on which the patient zéro may have infected others."""
    dossier = content.dossier
    rules = rules_in_force(dossier.disease, now)
    return date_fr(case_dates(rules, CaseFacts(dossier.onset, dossier.sampled_on)).window_start)
