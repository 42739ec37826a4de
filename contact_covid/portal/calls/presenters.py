"""The list of an area and what is told of a call, as strings ready to show."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from markupsafe import Markup

from contact_covid.access.actor import Actor
from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.diseases import disease, usual
from contact_covid.core.period import PARIS
from contact_covid.core.records import format_number
from contact_covid.directory.queries import zone_of
from contact_covid.portal.calls.forms import Asked
from contact_covid.portal.person.presenters import department_name
from contact_covid.portal.tags import tag
from contact_covid.tracing.enums import Call, FicheKind, Notice, State
from contact_covid.tracing.rules.urgency import Factor, rules
from contact_covid.worklist.actions.area import AreaPage, Line
from contact_covid.worklist.actions.queue import FicheHeld
from contact_covid.worklist.area_queries import AreaFilter, SealedLine
from contact_covid.worklist.board_queries import Batch
from contact_covid.worklist.enums import Outcome, Sort
from contact_covid.worklist.models import Delegation
from contact_covid.worklist.queries import MOST_COUNTED, CallSeen, Waiting

NO_LONGER_OPEN = (
    "Cette fiche n’est plus à appeler : elle a été clôturée, annulée, ou transmise à l’agence "
    "régionale ou à une autre caisse."
)
_HEADLINES = {
    State.TO_CALL: "à appeler",
    State.CALL_BACK: "à rappeler",
    State.UNREACHABLE: "injoignables",
    State.POSITIVE: "testés positifs",
}
_NOTICES = {
    Notice.EMAIL: "Les consignes et la lettre d’isolement partent par courriel.",
    Notice.LETTER: "Les consignes et la lettre d’isolement partent par courrier postal.",
    Notice.NO_ADDRESS: "Aucune consigne écrite n’est envoyée : ni e-mail ni adresse postale ne sont connus.",
    Notice.ISOLATION_OVER: "Aucune consigne écrite n’est envoyée : l’isolement de cette personne est déjà terminé.",
    Notice.ASKED_BY_SMS: "Un SMS demande à la personne de rappeler ; la nuit, il part le lendemain matin.",
    Notice.ASKED_BY_EMAIL: "Un courriel demande à la personne de rappeler.",
    Notice.ASKED_BY_LETTER: "Une lettre demande à la personne de rappeler.",
    Notice.NOT_ASKED: "Aucun message ne lui demande de rappeler : ni mobile, ni e-mail, ni adresse postale connus.",
}
WHOSE = {False: "Fiches de la caisse", True: "Fiches confiées à votre structure"}
"""What the list holds, by whether another platform has delegated it."""
NONE_FOUND = {
    False: "Aucune fiche de votre caisse ne répond à ces critères.",
    True: "Aucune fiche confiée à votre structure ne répond à ces critères.",
}
_EMPTY = {
    False: "La liste est vide : plus personne n’est à appeler dans votre caisse.",
    True: "La liste est vide : plus personne n’est à appeler parmi les fiches confiées à votre structure.",
}
_TAGS = {state: tag(state, state.label) for state in State}
_INTERVIEWED = "Contacts recensés"


class Row(NamedTuple):
    """A line of the list. ``what``: kind and number; ``department`` is empty where the fund has but one."""

    id: str
    name: str
    what: str
    department: str
    last: str
    tag: Markup
    held: str


class Notice_(NamedTuple):  # noqa: N801 - ``Notice`` is what a message asks for
    """A sentence above the list, and what follows it."""

    title: str
    text: str


class Told(NamedTuple):
    """What became of a call just recorded. ``warn``: it did not count as the agent meant it."""

    title: str
    lines: Sequence[str]
    warn: bool


def heads(areas: Collection[str]) -> list[str]:
    """The columns of the list: one département is no news."""
    return ["Personne", *(["Département"] if len(areas) > 1 else []), "Dernière action", "État"]


def rows(
    lines: Sequence[Line], areas: Collection[str], names: Mapping[UUID, str], *, me: Actor, now: datetime
) -> list[Row]:
    """``areas``: the départements of the agent's fund; ``names``: of the accounts that hold a fiche, and of
    the organisations that call one."""
    return [_row(line, names, several=len(areas) > 1, me=me, now=now) for line in lines]


def _row(line: Line, names: Mapping[UUID, str], *, several: bool, me: Actor, now: datetime) -> Row:
    fiche = line.fiche
    return Row(
        id=fiche.sealed.fiche.hex,
        name=line.identity.name,
        what=f"{fiche.kind.label} · {format_number(fiche.sealed.number)}",
        department=department_name(fiche.department) if several else "",
        last=_last_action(fiche, now),
        tag=_TAGS[fiche.state],
        held=_holder(fiche, names, me),
    )


def _last_action(fiche: SealedLine, now: datetime) -> str:
    if fiche.callable_from is None:
        return "Appel prévu par son médecin"
    if not fiche.attempts:
        return "Jamais appelé"
    calls = f"{fiche.attempts} appel{'s' if fiche.attempts > 1 else ''}"
    if fiche.call is Call.CALL_BACK:
        due = "rappel dû depuis le" if fiche.callable_from <= now else "rappel le"
        return f"{calls}, {due} {datetime_fr(fiche.callable_from, zone_of(fiche.department))}"
    return calls


def _holder(fiche: SealedLine, names: Mapping[UUID, str], me: Actor) -> str:
    if fiche.held_by is None and fiche.delegated_to not in (None, me.organisation):
        return f"confiée à {names.get(fiche.delegated_to, 'une autre structure')}"
    if fiche.held_by is None:
        return f"attribuée à {names.get(fiche.assigned_to, 'un agent')}" if fiche.assigned_to else ""
    since = f"depuis {clock(fiche.held_since)}" if fiche.held_since else ""
    if fiche.held_by == me.account:
        return "en cours par vous"
    name = names.get(fiche.held_by, "Un collègue")
    return f"{name} {'modifie cette fiche' if fiche.edited else 'appelle'} {since}"


def grouped(number: int) -> str:
    """« 1 000 »."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def capped(number: int) -> str:
    return f"plus de {grouped(MOST_COUNTED)}" if number > MOST_COUNTED else str(number)


def kpis(page: AreaPage) -> list[tuple[str, str]]:
    return [(capped(page.counters.get(state, 0)), label) for state, label in _HEADLINES.items()]


def page_range(page: AreaPage, number: int, size: int) -> str:
    """« Fiches 26 à 50 sur plus de 1 000 »."""
    if not page.lines:
        return ""
    first = (number - 1) * size + 1
    return f"Fiches {first} à {first + len(page.lines) - 1} sur {capped(page.count)}"


def filters(chosen: Asked, page: AreaPage, areas: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """The choices of each filter; that of the département only where the fund has several."""
    states = [(state.value, f"{state.label} ({capped(page.counters.get(state, 0))})") for state in State]
    offered = {
        "state": [("", "Tous"), *states],
        "kind": [("", "Toutes"), *FicheKind.choices],
        "sort": [(sort.value, sort.label) for sort in Sort],
    }
    if len(areas) > 1 or "department" in chosen.codes:
        offered["department"] = [("", "Tous"), *((code, department_name(code)) for code in areas)]
    return offered


def filtered_by(chosen: AreaFilter, names: Mapping[UUID, str]) -> list[str]:
    """All that a list is filtered by."""
    told = [chosen.state.label] if chosen.state else []
    told += [chosen.kind.label] if chosen.kind else []
    told += [department_name(chosen.department)] if chosen.department else []
    return [*told, *also(chosen, names)]


def also(chosen: AreaFilter, names: Mapping[UUID, str]) -> list[str]:
    """What the list is filtered by beside its own row of filters: « langue Wolof »."""
    told = [("", disease(chosen.disease).label)] if chosen.disease else []
    told += [("langue", chosen.language.label)] if chosen.language else []
    told += [("facteur", f"« {factor_label(chosen.factor)} »")] if chosen.factor else []
    told += [("", "délai du premier appel dépassé")] if chosen.late else []
    told += [("attribuées à", names.get(chosen.agent, "un agent inconnu"))] if chosen.agent else []
    told += [("équipe", f"« {names.get(chosen.team, 'supprimée')} »")] if chosen.team else []
    told += [("confiées à", names.get(chosen.delegated, "une structure inconnue"))] if chosen.delegated else []
    return [f"{what} {value}".strip() for what, value in told]


def factor_label(factor: Factor) -> str:
    """Short: what follows the colon explains on a card."""
    return rules(usual()).bonuses[factor].label.partition("\N{SPACE}:")[0].partition("\N{NO-BREAK SPACE}:")[0]


def held(name: str, by: FicheHeld) -> str:
    """Who has the fiche, since when, and until when nobody else is given it."""
    does = "modifie cette fiche" if by.editing else "appelle cette personne"
    who = name or "Un autre agent"
    return f"{who} {does} depuis {clock(by.since)} et garde la fiche jusqu’à {clock(by.until)}."


def elsewhere(organisation: str, until: datetime) -> str:
    """Who calls this person instead, until when, and what can be done."""
    who = organisation or "Une autre structure"
    return (
        f"{who} appelle cette personne pour votre plateforme jusqu’au {_last_day(until)}. Si elle vous téléphone, "
        "passez par « Appel entrant » ; un superviseur peut reprendre la fiche."
    )


def delegated(found: Sequence[Delegation]) -> Notice_:
    """What an organisation may call, until when."""
    if not found:
        return Notice_("Aucune fiche ne vous est confiée.", "Elles apparaissent ici dès qu’une plateforme en confie.")
    more = " pour les premières" if len({each.until for each in found}) > 1 else ""
    return Notice_(
        f"Fiches confiées jusqu’au {_last_day(found[0].until)} inclus{more}.",
        "Ensuite, elles reviennent à la plateforme.",
    )


def _last_day(until: datetime) -> str:
    return date_fr((until - timedelta(seconds=1)).astimezone(PARIS).date())


def clock(moment: datetime) -> str:
    """« 14:30 », in Paris."""
    return f"{moment.astimezone(PARIS):%H:%M}"


def nobody(queue: Waiting, now: datetime, *, delegated: bool) -> str:
    """Why « Appel suivant » gives nobody."""
    if queue.next_at and queue.next_at > now:
        moment = datetime_fr(queue.next_at)
        return f"Personne n’est à appeler maintenant. Prochain appel possible le {moment} (heure de Paris)."
    if queue.next_at:  # somebody else was faster, or a call came in between
        return "Une personne vient de se libérer : appuyez de nouveau sur « Appel suivant »."
    if queue.held:
        return "Toutes les personnes à appeler sont en cours d’appel par vos collègues."
    return _EMPTY[delegated]


def told(made: CallSeen, names: Mapping[UUID, str], notice: str) -> Told:
    """What became of a call; ``notice``: a code of ``Notice``, or nothing."""
    number = format_number(made.number)
    if not made.counted:
        title = f"Fiche {number} : votre note est conservée, le reste n’a pas changé."
        return Told(title, [_not_counted(made, names)], warn=True)
    lines = [_NOTICES[Notice(notice)]] if notice in set(Notice) else []
    if made.callable_from:
        moment = datetime_fr(made.callable_from, zone_of(made.department))
        what = "Rappel convenu" if made.outcome is Outcome.CALL_BACK else "Prochaine tentative"
        lines.append(f"{what} le {moment} ({department_name(made.department)}).")
    elif made.outcome is Outcome.NO_ANSWER and made.state is State.UNREACHABLE:
        lines.append("Toutes les tentatives sont faites : la personne est injoignable.")
    if made.also:
        name = names.get(made.also, "Un autre agent")
        lines.append(f"{name} a aussi appelé cette personne : sa note est dans la fiche.")
    what = outcome_label(made.outcome, made.kind)
    return Told(f"Fiche {number} : « {what} », enregistré à {clock(made.at)}.", lines, warn=False)


def _not_counted(made: CallSeen, names: Mapping[UUID, str]) -> str:
    if made.taken is None:
        return "La fiche avait été clôturée ou annulée pendant l’appel, ou l’appel était déjà enregistré."
    name = names.get(made.taken.by, "Un autre agent")
    return f"{name} avait repris cette personne à {clock(made.taken.at)} : votre note figure sur sa fiche."


def outcome_label(outcome: Outcome, kind: FicheKind) -> str:
    """A patient zéro who was reached has named her contacts."""
    return _INTERVIEWED if outcome is Outcome.INFORMED and kind is FicheKind.INDEX else outcome.label


class Given(NamedTuple):
    """Fiches given to an agent; ``batch`` None: there is nothing to take back."""

    title: str
    text: str
    batch: UUID | None


def given(batch: UUID, found: Batch, name: str) -> Given:
    who = name or "cet agent"
    text = "Elles passent en premier dans sa file et ne sont données à personne d’autre jusqu’à ce soir."
    return Given(f"{fiches(found.fiches)} à {who}.", text, batch)


def given_back(count: str, word: str) -> Given:
    number = int(count) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    where = "à la file" if word == "rendues" else "par la plateforme"
    return Given(f"{fiches(number, word[:-1])} {where}.", "", None)


def fiches(count: int, done: str = "attribuée") -> str:
    """« 37 fiches attribuées »."""
    plural = "s" if count > 1 else ""
    return f"{grouped(count)} fiche{plural} {done}{plural}"


def resting(since: datetime) -> str:
    return f"Depuis {clock(since)}, « Appel suivant » ne donne plus personne. Un appel en cours peut être terminé."


def taken(name: str, at: datetime) -> str:
    return f"{name or 'Un autre agent'} a repris cette personne à {clock(at)}."
