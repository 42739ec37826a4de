"""The registration's pages as strings ready to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.rules import phone
from contact_covid.core.rules.nir import Nir
from contact_covid.people.enums import Sex
from contact_covid.people.rules.identity import Identity
from contact_covid.portal.person.presenters import UNKNOWN, Facts, identity_facts, warnings
from contact_covid.tracing.actions.drafts import KEPT
from contact_covid.tracing.actions.registration import rules_in_force
from contact_covid.tracing.own_queries import DraftOpened, IndexFacts
from contact_covid.tracing.rules.drafts import DraftContact, DraftContent
from contact_covid.tracing.rules.protocol import window_start
from contact_covid.tracing.rules.registration import Dossier, NamedContact


class DraftLine(NamedTuple):
    """A draft that may be taken up again."""

    id: str
    name: str
    contacts: int
    saved: str
    until: str


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


def draft_line(draft: DraftOpened) -> DraftLine:
    content = draft.content
    return DraftLine(
        id=str(draft.id),
        name=content.dossier.identity.name,
        contacts=len(content.contacts),
        saved=datetime_fr(draft.updated_at),
        until=date_fr(draft.updated_at + KEPT),
    )


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
        warnings=warnings(dossier.identity, today),
    )


def contact_card(contact: DraftContact, today: date) -> PersonCard:
    named = contact.named
    facts = [*identity_facts(named.identity, named.department, today), *exposure_facts(named)]
    return PersonCard(str(contact.id), named.identity.name, facts, warnings(named.identity, today))


def index_facts(dossier: Dossier) -> Facts:
    return [*test_facts(dossier), ("Consentement", dossier.consent.label)]


def test_facts(dossier: Dossier | IndexFacts) -> Facts:
    """What establishes the positive result, and what the platform should know."""
    return [
        ("Premiers symptômes", date_fr(dossier.onset) if dossier.onset else "sans symptôme"),
        ("Prélèvement", f"{date_fr(dossier.sampled_on)}, {dossier.test_kind.label}"),
        ("Résultat", date_fr(dossier.result_on) if dossier.result_on else UNKNOWN),
        ("Professionnel de santé", "oui" if dossier.health_worker else "non"),
        ("Accompagnement social", "oui" if dossier.social_support else "non"),
    ]


def exposure_facts(named: NamedContact) -> Facts:
    facts = [
        ("Dernier contact", date_fr(named.last_contact)),
        ("Même foyer", "oui" if named.same_household else "non"),
        ("Circonstance", named.circumstance.label),
        ("Consentement", named.consent.label),
    ]
    return facts + ([("Appel", "par vous-même")] if named.calls_self else [])


# --- What the forms show before anything is typed ------------------------------------------------------------------


def identity_values(identity: Identity, department: str) -> dict[str, str]:
    names = ("birth_name", "used_name", "first_names", "email", "street", "commune", "scheme", "fund", "centre")
    return {name: getattr(identity, name) for name in names} | {
        "nir": Nir(identity.nir).display() if identity.nir else "",
        "nir_holder": identity.nir_holder,
        "birth_date": date_fr(identity.birth_date) if identity.birth_date else "",
        "sex": identity.sex,
        "phone": phone.display(identity.phone) if identity.phone else "",
        "representative": identity.representative,
        "representative_phone": phone.display(identity.representative_phone) if identity.representative_phone else "",
        "postcode": identity.postcode or department,
    }


def index_values(dossier: Dossier) -> dict[str, str]:
    return identity_values(dossier.identity, dossier.department) | {
        "onset": date_fr(dossier.onset) if dossier.onset else "",
        "no_symptoms": "" if dossier.onset else "on",
        "sampled_on": date_fr(dossier.sampled_on),
        "result_on": date_fr(dossier.result_on) if dossier.result_on else "",
        "test_kind": dossier.test_kind,
        "health_worker": "on" if dossier.health_worker else "",
        "social_support": "on" if dossier.social_support else "",
        "consent": dossier.consent,
    }


def contact_values(named: NamedContact) -> dict[str, str]:
    return identity_values(named.identity, named.department) | {
        "last_contact": date_fr(named.last_contact),
        "same_household": "on" if named.same_household else "",
        "circumstance": named.circumstance,
        "calls_self": "on" if named.calls_self else "",
        "consent": named.consent,
    }


def next_contact_values(content: DraftContent) -> dict[str, str]:
    """The household first: who lives with the patient zéro is asked for, at her address."""
    household = "on" if content.next_is_household else ""
    return {"same_household": household, "same_address": household, "nir_holder": "own", "sex": Sex.UNKNOWN}


def window(content: DraftContent, now: datetime) -> str:
    """The first day on which the patient zéro may have infected others."""
    dossier = content.dossier
    return date_fr(window_start(rules_in_force(now), onset=dossier.onset, sampled_on=dossier.sampled_on))
