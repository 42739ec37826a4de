"""The card of the person to call, as strings ready to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from contact_covid.core.dates import date_fr, datetime_fr, day_of
from contact_covid.core.period import PARIS
from contact_covid.core.records import format_number
from contact_covid.core.rules import phone
from contact_covid.messaging.channels.registry import is_open
from contact_covid.messaging.enums import Channel
from contact_covid.people.rules.identity import Identity
from contact_covid.portal import diseases
from contact_covid.portal.calls.presenters import clock, grouped, outcome_label
from contact_covid.portal.calls.saying import CONSENTS, days_of, script_of
from contact_covid.portal.calls.scripts import Step
from contact_covid.portal.health.presenters import (
    heading_of_tests,
    isolation_in_words,
    mask_in_words,
    tests_in_words,
)
from contact_covid.portal.person.presenters import (
    Facts,
    address,
    affiliation,
    born,
    department_name,
    is_minor,
    nir,
    representative,
    support,
    warnings,
)
from contact_covid.tracing.enums import Call, Consent, FicheKind, State, SupportNeed, TestKind, TestResult
from contact_covid.tracing.models import Contact, IndexCase, Test
from contact_covid.tracing.rules.call_hours import CLOSES, next_opening
from contact_covid.tracing.rules.dates import tests_from_json
from contact_covid.tracing.rules.links import way_of_link
from contact_covid.tracing.rules.questions import of_disease
from contact_covid.worklist.actions.card import AttemptSeen, Card, ExposureSeen, Member
from contact_covid.worklist.enums import Outcome
from contact_covid.worklist.rules.ladder import Made, step

_MINUTES_A_DAY = 24 * 60


class Number(NamedTuple):
    """A telephone; ``dial`` in E.164."""

    whose: str
    shown: str
    dial: str


class Person(NamedTuple):
    """Somebody of the household, or named by the patient zéro."""

    name: str
    detail: str
    state: str
    state_label: str


class Call_(NamedTuple):  # noqa: N801 - ``Call`` is the fact
    """A call made before. ``second``: the fiche had been taken, only the note counts."""

    title: str
    by: str
    note: str
    second: bool


@dataclass(frozen=True, slots=True)
class CardPage:
    """All that the card shows. ``days``: those to walk back through, today first; ``interpreter``: the language to ask
    one for, empty when the agent speaks it; ``outgoing``: whether the script is that of a call that we make."""

    lease: UUID
    version: int
    number: str
    name: str
    kicker: str
    born: str
    nir: str
    state: str
    state_label: str
    numbers: Sequence[Number]
    minor: bool
    place: str
    local_time: str
    hours: str
    is_open: bool
    kept_until: str
    warnings: Sequence[str]
    urgency: Facts
    facts: Facts
    exposures: Sequence[Person]
    around: Sequence[Person]
    proposed: Sequence[Person]
    calls: Sequence[Call_]
    others: Sequence[Call_]
    if_no_answer: str
    reached_by: str
    may_have_link: bool
    has_questions: bool
    is_index: bool
    interpreter: str
    interpreter_line: str
    outgoing: bool
    script: Sequence[Step]
    days: Sequence[str]


def card_page(card: Card, now: datetime, *, agent: str, organisation: str, incoming: bool = False) -> CardPage:
    """``agent``: her name, ``organisation``: that she calls from for a platform, both for the script; ``incoming``: the
    person rang."""
    fiche, identity, today = card.fiche, card.identity, now.astimezone(card.zone).date()
    is_index = fiche.kind == FicheKind.INDEX
    calls = [_call(attempt, card) for attempt in card.attempts]
    return CardPage(
        lease=card.lease.id,
        has_questions=bool(of_disease(fiche.disease)[FicheKind(fiche.kind)]),
        version=fiche.version,
        number=format_number(fiche.number),
        name=identity.name,
        kicker=_kicker(card),
        born=born(identity.birth_date, today),
        nir=nir(identity),
        state=fiche.state,
        state_label=State(fiche.state).label,
        numbers=_numbers(identity, minor=is_minor(identity, today)),
        minor=is_minor(identity, today),
        place=department_name(fiche.department),
        local_time=f"{now.astimezone(card.zone):%H:%M}",
        hours=_hours(card, now),
        is_open=card.open_now,
        kept_until=clock(card.lease.expires_at),
        warnings=_warnings(card, today),
        urgency=_urgency(card, now),
        facts=_facts(card, today),
        exposures=[_exposure(each) for each in card.exposures],
        around=[_member(each, named=is_index) for each in card.around],
        proposed=[_member(each, named=False) for each in card.proposed],
        calls=list(reversed(calls)),
        others=[
            call
            for call, attempt in zip(calls, card.attempts, strict=True)
            if attempt.second and attempt.at >= card.lease.taken_at
        ],
        if_no_answer=_if_no_answer(card, now),
        may_have_link=_may_have_link(identity, now),
        reached_by="" if is_index else _reached_by(identity),
        is_index=is_index,
        interpreter=card.interpreter.label if card.interpreter else "",
        interpreter_line=settings.INTERPRETER_LINE,
        outgoing=not incoming,
        script=script_of(card, today, agent=agent, organisation=organisation, incoming=incoming),
        days=days_of(fiche.index_case, today) if is_index else [],
    )


def _kicker(card: Card) -> str:
    fiche = card.fiche
    kind = FicheKind(fiche.kind).label
    if fiche.kind == FicheKind.CONTACT and fiche.contact.same_household:
        kind += ", même foyer"
    return f"{kind} – appel n°\N{NO-BREAK SPACE}{fiche.attempts + 1}"


def _numbers(identity: Identity, *, minor: bool) -> list[Number]:
    """The person's own first; of a minor the representative's."""
    whose = f"{identity.representative or 'Nom non connu'}, représentant légal"
    own = [("Enfant" if minor else "", number) for number in identity.telephones]
    theirs = [(whose, identity.representative_phone)]
    known = theirs + own if minor else own + theirs
    return [Number(whose, phone.display(number), number) for whose, number in known if number]


def _hours(card: Card, now: datetime) -> str:
    if card.open_now:
        return f"Appels possibles jusqu’à {CLOSES:%H:%M}"
    opening = next_opening(now, card.zone)
    told = f"Appels fermés jusqu’au {datetime_fr(opening, card.zone)}, heure locale"
    elsewhere = opening.astimezone(PARIS).utcoffset() != opening.astimezone(card.zone).utcoffset()
    return f"{told} ({datetime_fr(opening)} à Paris)" if elsewhere else told


def _warnings(card: Card, today: date) -> list[str]:
    found = warnings(card.identity, today)
    if card.fiche.doubtful:
        found.append("Doublon possible : cette personne ressemble à une autre fiche. Vérifiez son identité.")
    if card.fiche.consent == Consent.REFUSES:
        found.append(f"{Consent.REFUSES.label} : ne la nommez à personne.")
    if card.fiche.callable_from is None:
        found.append("Son médecin a annoncé qu’il l’appelle lui-même.")
    return found


def _urgency(card: Card, now: datetime) -> Facts:
    """By when, in the person's own time, then each bonus in minutes."""
    by = card.urgency.deadline
    late = " – délai dépassé" if by < now else ""
    facts = [("À appeler avant le", f"{datetime_fr(by, card.zone)}{late}")]
    return facts + [(bonus.label, _minutes(bonus.minutes)) for bonus in card.urgency.bonuses]


def _minutes(bonus: int) -> str:
    days, rest = divmod(bonus, _MINUTES_A_DAY)
    amount, unit = (days, "jours") if days and not rest else (bonus, "min")
    return f"avancé de {grouped(amount)}\N{NO-BREAK SPACE}{unit}"


def _facts(card: Card, today: date) -> Facts:
    identity, fiche = card.identity, card.fiche
    names = f"{identity.birth_name.upper()}, {identity.first_names}"
    facts = [
        *diseases.fact(fiche.disease),
        ("Nom de naissance, prénoms", names),
        ("Sexe", identity.sex.label),
        ("Adresse", address(identity)),
    ]
    facts += [("E-mail", identity.email or "non connu"), ("Affiliation", affiliation(identity))]
    facts += representative(identity)
    facts += [("Communication de son identité", _consent(Consent(fiche.consent)))]
    facts += [support([SupportNeed(need) for need in fiche.support_needs])]
    if fiche.kind == FicheKind.INDEX:
        facts += _index_facts(fiche.index_case)
    else:
        facts += _contact_facts(fiche.contact, today)
    return facts + _test_facts(card.test)


def _consent(consent: Consent) -> str:
    return CONSENTS[consent]


def _index_facts(index: IndexCase) -> Facts:
    return [
        ("Premiers symptômes", date_fr(index.onset) if index.onset else "sans symptôme"),
        ("Prélèvement", f"{date_fr(index.sampled_on)}, {TestKind(index.test_kind).label}"),
        ("Résultat", date_fr(index.result_on) if index.result_on else "non connu"),
        ("Professionnel de santé", "oui" if index.health_worker else "non"),
        ("Isolement", f"jusqu’au {date_fr(index.isolation_until)}" if index.isolation_until else "jusqu’à guérison"),
        ("Protocole", index.protocol),
    ]


def _contact_facts(contact: Contact, today: date) -> Facts:
    tests = tests_from_json(contact.tests)
    return [
        ("Isolement", isolation_in_words(contact.isolation_until)),
        ("Masque", mask_in_words(contact.mask_until)),
        (heading_of_tests(tests), tests_in_words(tests, today)),
        ("Protocole", contact.protocol),
    ]


def _test_facts(test: Test | None) -> Facts:
    if test is None or test.done_on is None:
        return []
    result = TestResult(test.result).label.lower()
    return [("Dernier test", f"{TestKind(test.kind).label} du {date_fr(test.done_on)}, {result}")]


def _exposure(seen: ExposureSeen) -> Person:
    where = "même foyer" if seen.same_household else seen.circumstance.label.lower()
    name = seen.index.name if seen.index else "N’accepte pas d’être nommé"
    detail = f"Fiche {format_number(seen.number)}, {where}, dernier contact le {date_fr(seen.last_contact)}"
    through = ", ".join(map(format_number, dict.fromkeys(seen.through)))
    detail += f". Elle-même contact de : {through}" if through else ""
    return Person(name, detail, "", "")


def _member(seen: Member, *, named: bool) -> Person:
    name = seen.identity.name if seen.identity else "Nom non communiqué"
    where = ", même foyer" if named and seen.same_household else ""
    return Person(name, f"Fiche {format_number(seen.number)}{where}", seen.state, seen.state.label)


def _call(seen: AttemptSeen, card: Card) -> Call_:
    title = f"{outcome_label(seen.outcome, FicheKind(card.fiche.kind))}, {datetime_fr(seen.at, card.zone)}"
    if seen.call_back_at:
        title += f" – rappel convenu le {datetime_fr(seen.call_back_at, card.zone)}"
    return Call_(title, seen.by or "Agent inconnu", seen.note, seen.second)


def _if_no_answer(card: Card, now: datetime) -> str:
    """What the ladder makes of one more failure."""
    fiche = card.fiche
    after = step(
        Outcome.NO_ANSWER,
        kind=FicheKind(fiche.kind),
        call=Call(fiche.call),
        is_told=fiche.told_at is not None,
        before=[Made(each.outcome, each.at) for each in card.attempts if not each.second],
        appointment=None,
        now=now,
        zone=card.zone,
    )
    if after.callable_from:
        return f"Sans réponse : prochaine tentative le {datetime_fr(after.callable_from, card.zone)}."
    if after.call is Call.UNREACHABLE:
        return "Dernière tentative : sans réponse, la personne devient « Injoignable »."
    return ""


def _may_have_link(identity: Identity, now: datetime) -> bool:
    """Whether a link to her own pages could reach her, unless she refuses."""
    way = way_of_link(identity, today=day_of(now), sms=is_open(Channel.SMS))
    return settings.SECURE_LINK_FIRST and way is not None


def _reached_by(identity: Identity) -> str:
    if identity.email:
        return f"Envoyées par courriel à {identity.email}"
    if identity.street and (identity.postcode or identity.commune):
        return "Envoyées par courrier postal à son adresse"
    return "Ni e-mail ni adresse postale connus : rien ne sera envoyé"
