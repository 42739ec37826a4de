"""Hand-overs, signals, clusters and requests, as strings ready to show."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from markupsafe import Markup

from contact_covid.clusters.cluster_queries import CoExposed, Fact, Figures
from contact_covid.clusters.enums import (
    ClusterState,
    Criticality,
    Ground,
    HandOverAnswer,
    HandOverReason,
    HandOverState,
    MeasureKind,
    MemberRole,
    RequestKind,
    RequestState,
    Setting,
    SignalRejection,
    SignalState,
)
from contact_covid.clusters.models import Cluster, HandOver, Measure, Member, PlatformRequest, Signal
from contact_covid.clusters.rules.places import Place
from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.core.records import format_number
from contact_covid.directory.queries import funds
from contact_covid.people.rules.identity import Identity
from contact_covid.portal import diseases
from contact_covid.portal.tags import tag
from contact_covid.tracing.enums import State

_HAND_OVER_TAGS = {
    HandOverState.PROPOSED: "todo",
    HandOverState.ACCEPTED: "ok",
    HandOverState.REFUSED: "ko",
    HandOverState.RETURNED: "wait",
    HandOverState.WITHDRAWN: "",
}
_REQUEST_TAGS = {
    RequestState.OPEN: "todo",
    RequestState.TAKEN: "wait",
    RequestState.DONE: "ok",
    RequestState.DECLINED: "ko",
}
_CRITICALITY_TAGS = {Criticality.LIMITED: "ok", Criticality.MODERATE: "wait", Criticality.HIGH: "ko"}
_UNKNOWN_AUTHOR = "Agent inconnu"
_MINUTES = 60


class Row(NamedTuple):
    """A line of a list: a title that leads somewhere, what is said of it, its date or clock, its state.

    ``waits``: of a hand-over, whether it has no answer yet."""

    id: UUID
    title: str
    detail: str
    clock: str
    late: bool
    tag: Markup
    waits: bool = False


def fund_name(code: str) -> str:
    known = funds().get(code)
    return f"Plateforme {known.seat_name}" if known else code


def lasted(duration: timedelta) -> str:
    """« 2 h 05 », « 3 j 4 h »."""
    hours, minutes = divmod(int(duration.total_seconds()) // _MINUTES, _MINUTES)
    days, rest = divmod(hours, 24)
    return f"{days} j {rest} h" if days else f"{hours} h {minutes:02d}"


def days_of(first: date | None, last: date | None) -> str:
    if first is None or last is None:
        return "aucun cas daté"
    return f"le {date_fr(first)}" if first == last else f"du {date_fr(first)} au {date_fr(last)}"


# --- Hand-overs ----------------------------------------------------------------------------------------------------


def hand_over_clock(asked: HandOver, now: datetime) -> tuple[str, bool]:
    """What the clock of a hand-over says, and whether it is, or was, late."""
    due = datetime_fr(asked.answer_due_at)
    if asked.withdrawn_at is not None:
        after = lasted(asked.withdrawn_at - asked.asked_at)
        return f"retirée le {datetime_fr(asked.withdrawn_at)}, après {after}", asked.answer_due_at < asked.withdrawn_at
    if asked.answered_at is None:
        late = asked.answer_due_at < now
        return (f"réponse due depuis le {due}" if late else f"réponse attendue avant le {due}"), late
    late = asked.answer_due_at < asked.answered_at
    answered = f"réponse le {datetime_fr(asked.answered_at)}, en {lasted(asked.answered_at - asked.asked_at)}"
    if late:
        answered += ", hors délai"
    if asked.returned_at:
        return (
            f"rendue le {datetime_fr(asked.returned_at)}, après {lasted(asked.returned_at - asked.answered_at)}",
            late,
        )
    if asked.state == HandOverState.ACCEPTED:
        answered += f" ; suivie depuis {lasted(now - asked.answered_at)}"
    return answered, late


def hand_over_row(asked: HandOver, now: datetime, *, to_agency: bool) -> Row:
    """``to_agency``: as the agency reads it, with whose platform proposes it."""
    clock, late = hand_over_clock(asked, now)
    why = HandOverReason(asked.reason).label
    if asked.answer:
        why += f" – {HandOverAnswer(asked.answer).label.lower()}"
    who = f"{fund_name(asked.fund)}, " if to_agency else ""
    state = HandOverState(asked.state)
    return Row(
        id=asked.id,
        title=format_number(asked.fiche.number),
        detail=f"{why} – {who}le {datetime_fr(asked.asked_at)}",
        clock=clock,
        late=late,
        tag=tag(_HAND_OVER_TAGS[state], state.label),
        waits=state is HandOverState.PROPOSED,
    )


# --- Signals and clusters ------------------------------------------------------------------------------------------


def signal_row(signal: Signal) -> Row:
    state = SignalState(signal.state)
    known = " – suite d’un cluster suivi" if signal.cluster_id and state is SignalState.PROPOSED else ""
    of = diseases.suffix(signal.disease)
    return Row(
        id=signal.id,
        title=f"{signal.cases} cas – {Ground(signal.ground).label.lower()}",
        detail=f"{Setting(signal.setting).label}, département {signal.department}{of}{known}",
        clock=days_of(signal.first_on, signal.last_on),
        late=False,
        tag=tag("todo" if state is SignalState.PROPOSED else "", signal_state(signal)),
    )


def signal_state(signal: Signal) -> str:
    if signal.rejection:
        return f"{SignalState.REJECTED.label} : {SignalRejection(signal.rejection).label.lower()}"
    return SignalState(signal.state).label


def cluster_row(cluster: Cluster) -> Row:
    level = Criticality(cluster.criticality)
    return Row(
        id=cluster.id,
        title=format_number(cluster.number),
        detail=f"{Setting(cluster.setting).label}, département {cluster.department}{diseases.suffix(cluster.disease)}",
        clock=f"{cluster.cases} cas, {days_of(cluster.first_on, cluster.last_on)}",
        late=False,
        tag=tag(_CRITICALITY_TAGS[level], f"Criticité {level.label.lower()}"),
    )


def criticality_tag(cluster: Cluster) -> Markup:
    level = Criticality(cluster.criticality)
    return tag(_CRITICALITY_TAGS[level], f"Criticité {level.label.lower()}")


def place_of(place: Place) -> str:
    """« École Jean-Jaurès, CM2 – 12 rue de la Paix, 93100 Montreuil »."""
    where = ", ".join(part for part in (place.street, f"{place.postcode} {place.commune}".strip()) if part)
    what = ", ".join(part for part in (place.name, place.group) if part)
    return " – ".join(part for part in (what, where) if part) or "Lieu non précisé"


class Person(NamedTuple):
    """Somebody of a cluster."""

    id: UUID
    fiche: UUID
    number: str
    name: str
    role: str
    since: str
    tag: Markup


def member_row(member: Member, identities: Mapping[UUID, Identity]) -> Person:
    state = State(member.fiche.state)
    known = identities.get(member.fiche_id)
    return Person(
        id=member.id,
        fiche=member.fiche_id,
        number=format_number(member.fiche.number),
        name=known.name if known else "",
        role=MemberRole(member.role).label,
        since=date_fr(member.since),
        tag=tag(state, state.label),
    )


def co_exposed_row(found: CoExposed) -> dict[str, str]:
    when = days_of(found.since, found.until)
    return {
        "id": str(found.fiche),
        "number": format_number(found.number),
        "detail": f"{found.kind.label}, {when}, avec {found.cases} cas",
    }


class MeasureRow(NamedTuple):
    id: UUID
    kind: str
    days: str
    note: str
    done: bool
    tag: Markup


def measure_row(measure: Measure, notes: Mapping[UUID, str], today: date) -> MeasureRow:
    days = f"décidée le {date_fr(measure.decided_on)}"
    if measure.planned_on:
        days += f", prévue le {date_fr(measure.planned_on)}"
    if measure.done_on:
        state = tag("ok", f"Faite le {date_fr(measure.done_on)}")
    elif measure.planned_on and measure.planned_on < today:
        state = tag("ko", "En retard")
    else:
        state = tag("todo", "À faire")
    done = measure.done_on is not None
    return MeasureRow(measure.id, MeasureKind(measure.kind).label, days, notes.get(measure.id, ""), done, state)


def diary(facts: Sequence[Fact], notes: Mapping[UUID, str], names: Mapping[UUID, str]) -> list[tuple[str, str, bool]]:
    """Title, detail and mark of each fact, the newest first."""
    return [
        (_told(fact, notes), f"{datetime_fr(fact.at)}, {names.get(fact.account, _UNKNOWN_AUTHOR)}", True)
        for fact in facts
    ]


def _told(fact: Fact, notes: Mapping[UUID, str]) -> str:
    if fact.what == "note":
        return notes.get(fact.id, "") if fact.id else ""
    if fact.what == "step":
        return ClusterState(fact.code).label
    if fact.what == "measure":
        return f"Mesure : {MeasureKind(fact.code).label}"
    if fact.what == "request":
        return f"Demande à une plateforme : {RequestKind(fact.code).label.lower()}"
    if fact.what == "report":
        return "Rapport de clôture rédigé"
    many = "1 personne" if fact.many == 1 else f"{fact.many} personnes"
    moved = ("ajoutée" if fact.what == "added" else "retirée") + ("s" if fact.many > 1 else "")
    return f"{many} {moved} : {MemberRole(fact.code).label.lower()}"


def figures(counted: Figures) -> list[tuple[str, str]]:
    one = ("cas", "co-exposé", "contact des cas", "contact informé", "contact positif", "mesure")
    many = ("cas", "co-exposés", "contacts des cas", "contacts informés", "contacts positifs", "mesures")
    return [
        (str(count), several if count > 1 else single)
        for count, single, several in zip(counted, one, many, strict=True)
    ]


# --- Requests ------------------------------------------------------------------------------------------------------


def request_row(asked: PlatformRequest, now: datetime, *, to_agency: bool) -> Row:
    state = RequestState(asked.state)
    over = state in (RequestState.DONE, RequestState.DECLINED)
    late = not over and asked.due_at < now
    clock = (
        f"{state.label.lower()} le {datetime_fr(asked.state_at)}" if over else f"échéance {datetime_fr(asked.due_at)}"
    )
    return Row(
        id=asked.id,
        title=RequestKind(asked.kind).label,
        detail=", ".join(part for part in (fund_name(asked.fund) if to_agency else "", cluster_named(asked)) if part),
        clock=clock,
        late=late,
        tag=tag(_REQUEST_TAGS[state], state.label),
    )


def cluster_named(asked: PlatformRequest) -> str:
    return f"cluster {format_number(asked.cluster.number)}" if asked.cluster else ""
