"""An isolation letter is certified by the practice that declared the person, and verified by whoever is handed it."""

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction

from contact_covid.access.actor import Actor
from contact_covid.access.enums import Permission
from contact_covid.access.policy import check
from contact_covid.core.ids import new_id
from contact_covid.core.period import PARIS
from contact_covid.core.rules.tokens import digest_of
from contact_covid.journal.actions import Event, record
from contact_covid.journal.enums import Purpose, Surface
from contact_covid.people.actions import Sealed, reveal
from contact_covid.people.queries import open_identity
from contact_covid.people.rules.identity import Identity
from contact_covid.tracing.actions.dating import date_case, date_contact, recovery_of
from contact_covid.tracing.enums import Closure, FicheKind, State
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Certificate, Contact, Declaration, Exposure, Fiche, Health, IndexCase
from contact_covid.tracing.own_queries import own_fiche
from contact_covid.tracing.protocol_queries import rules_in_force
from contact_covid.tracing.queries import FicheNotFound, followed, sealed_value
from contact_covid.tracing.rules.certificates import (
    CertificateError,
    CertificateErrorCode,
    birth_check,
    code_of,
)
from contact_covid.tracing.rules.health import HealthFacts


class Days(NamedTuple):
    """The days of an isolation. ``until`` None: until the physician says recovered; of a contact: she has none."""

    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Certified:
    """What the letter says. ``code``: of the address at which it is verified, kept nowhere else."""

    kind: FicheKind
    disease: str
    number: str
    department: str
    identity: Identity
    days: Days
    code: str


class Verified(NamedTuple):
    """What is told of a letter to who has it and knows the birth date. ``stands``: it has not become void."""

    issued_on: date
    days: Days
    stands: bool


def issue_certificate(*, actor: Actor, fiche: UUID, now: datetime) -> Certified:
    """Certifies the isolation of a person by what this practice declared; twice a day is once.

    The reading is in the journal, and the issue. Raises ``Denied``, ``FicheNotFound`` (a cancelled fiche too);
    ``CertificateError`` when the birth date is not known, nobody asks her to stay at home, or the isolation is over.
    """
    check(actor, Permission.CERTIFICATE_ISSUE)
    opened = own_fiche(actor, fiche)
    if opened.state is State.CANCELLED:
        raise FicheNotFound
    return _certify(actor, _Of(opened.kind, opened.disease, opened.department), opened.sealed, now)


def issue_own_letter(*, actor: Actor, now: datetime) -> Certified:
    """The letter that a person takes from her own pages: all that is known of her dates, whoever declared it; twice a
    day is once. Raises ``Denied``, ``FicheNotFound``, ``CertificateError``.
    """
    check(actor, Permission.LINK_USE)
    found: Any = Fiche.objects.filter(followed(), id=actor.author.account).annotate(sealed=sealed_value("id")).first()
    if found is None:
        raise FicheNotFound
    sealed = Sealed(found.id, found.number, bytes(found.sealed))
    return _certify(actor, _Of(FicheKind(found.kind), found.disease, found.department), sealed, now)


class _Of(NamedTuple):
    kind: FicheKind
    disease: str
    department: str


def _certify(actor: Actor, about: _Of, sealed: Sealed, now: datetime) -> Certified:
    fiche, today = sealed.fiche, now.astimezone(PARIS).date()
    days = isolation_days(fiche, actor.author.practice, now)
    if days is None:
        raise FicheNotFound
    if days.until is None and about.kind is FicheKind.CONTACT:
        raise CertificateError(CertificateErrorCode.NOT_ISOLATED)
    if days.until is not None and days.until < today:
        raise CertificateError(CertificateErrorCode.OVER)
    born = open_identity(fiche, sealed.value).birth_date
    if born is None:
        raise CertificateError(CertificateErrorCode.BIRTH_DATE_MISSING)
    with transaction.atomic():
        identity = reveal(actor, [sealed], purpose=Purpose.REGISTRATION, now=now)[fiche]
        code = code_of(
            settings.SECRET_KEY,
            fiche=fiche,
            practice=actor.author.practice,
            since=days.since,
            until=days.until,
            born=born,
            day=today,
        )
        _keep(actor, fiche, code, born, days, now)
        surface = Surface.PAGE if actor.session else Surface.JOB
        numbers = (sealed.number,)
        record(Event.by(actor, TracingEvent.CERTIFICATE_ISSUED, Purpose.REGISTRATION, surface, fiches=numbers), now=now)
    return Certified(about.kind, about.disease, sealed.number, about.department, identity, days, code)


def verify_certificate(*, code: str, born: date) -> Verified | None:
    """What the letter of that code and of a person born that day is worth; None when there is no such letter.

    Nobody is told which of the two is wrong. The caller counts the tries.
    """
    found = Certificate.objects.select_related("fiche").filter(digest=digest_of(code)).first()
    said = birth_check(code, born)
    if found is None or not hmac.compare_digest(bytes(found.birth), said):
        return None
    days = Days(found.since, found.until)
    unchanged = isolation_days(found.fiche_id, found.practice, found.issued_at) == days
    stands = unchanged and found.fiche.closure != Closure.CANCELLED
    return Verified(found.issued_at.astimezone(PARIS).date(), days, stands)


def isolation_days(fiche: UUID, practice: UUID, at: datetime) -> Days | None:
    """The isolation of a person by what that practice declares of her and by the rules in force at ``at``; None when
    it declares nothing (any more). What others declare of her is not told by a letter, but by her own (``practice`` is
    then her fiche).
    """
    found = Fiche.objects.values_list("kind", "disease").filter(id=fiche).first()
    if found is None:
        return None
    kind, disease = found
    rules, health = rules_in_force(disease, at), _health(fiche, practice)
    if kind == FicheKind.INDEX:
        facts = _facts(fiche, practice)
        if facts is None:
            return None
        case = IndexCase(fiche_id=fiche, onset=facts.onset, sampled_on=facts.sampled_on)
        date_case(case, health, rules)
        return Days(facts.onset or facts.sampled_on, case.isolation_until)
    exposures = Exposure.objects.filter(contact_fiche=fiche)
    if practice != fiche:
        exposures = exposures.filter(author_practice=practice)
    met = list(exposures.exclude(index_fiche__closure=Closure.CANCELLED))
    if not met:
        return None
    told_on = at.astimezone(PARIS).date()
    contact = Contact(
        fiche_id=fiche,
        last_contact=max(each.last_contact for each in met),
        same_household=any(each.same_household for each in met),
        told_on=told_on,
        cohabitant_recovers=recovery_of(each.index_fiche_id for each in met if each.same_household),
    )
    date_contact(contact, health, rules, told_on)
    return Days(contact.last_contact, contact.isolation_until)


def _facts(fiche: UUID, practice: UUID) -> Any:
    if practice == fiche:
        return IndexCase.objects.filter(fiche=fiche).first()
    declared = Declaration.objects.filter(fiche=fiche, practice=practice).first()
    return declared or IndexCase.objects.filter(fiche=fiche, fiche__author_practice=practice).first()


def _health(fiche: UUID, practice: UUID) -> Health | None:
    """What is known of her health; of who was declared elsewhere first, what this practice says of it."""
    declared = Declaration.objects.filter(fiche=fiche, practice=practice).first()
    if declared is None:
        return Health.objects.filter(fiche=fiche).first()
    return Health(fiche_id=fiche, **{name: getattr(declared, name) for name in HealthFacts._fields})


def _keep(actor: Actor, fiche: UUID, code: str, born: date, days: Days, now: datetime) -> None:
    author = actor.author
    row = Certificate(
        id=new_id(now),
        fiche_id=fiche,
        since=days.since,
        until=days.until,
        digest=digest_of(code),
        birth=birth_check(code, born),
        issued_at=now,
        account=author.account,
        practice=author.practice,
    )
    Certificate.objects.bulk_create([row], ignore_conflicts=True)
