"""What was recorded of a person, in words: a line each, under the title by which her file has it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from contact_covid.clusters import enums as level_3
from contact_covid.core.dates import date_fr, datetime_fr
from contact_covid.messaging.enums import Channel, MessageState, Template
from contact_covid.portal.person.presenters import Facts, identity_facts
from contact_covid.retention.enums import Channel as Way
from contact_covid.retention.enums import RequestKind, RequestState
from contact_covid.retention.rules.file import (
    AnswersPart,
    CallPart,
    CertificatePart,
    ClusterPart,
    DatesPart,
    DeclarationPart,
    DiaryPart,
    ExposurePart,
    FichePart,
    HandOverPart,
    HelpPart,
    LinkPart,
    MasksPart,
    MergePart,
    MessagePart,
    ReachPart,
    RefusalPart,
    RequestPart,
    SignalPart,
    StayPart,
    TestPart,
)
from contact_covid.support.enums import DeclineReason, SupportState
from contact_covid.tracing.enums import (
    Circumstance,
    Consent,
    SamplingPlace,
    StayKind,
    SupportNeed,
    Symptom,
)
from contact_covid.tracing.enums import TestKind as Kind
from contact_covid.tracing.enums import TestResult as Result
from contact_covid.worklist.enums import Outcome


def records(fiche: FichePart, today: date) -> Iterator[tuple[str, list[str]]]:
    """Title and lines of whatever the file has of this fiche."""
    for title, name, line in _RECORDS:
        lines = [line(part) for part in getattr(fiche, name)]
        if lines:
            yield title, lines
    declared = [line for part in fiche.declarations for line in _declared(part, today)]
    if declared:
        yield "Ce qu’un autre professionnel a déclaré", declared


def told(facts: Facts) -> list[str]:
    return [f"{term} : {value}" for term, value in facts]


def needs(codes: Sequence[str]) -> str:
    return ", ".join(SupportNeed(code).label for code in codes)


def _declared(part: DeclarationPart, today: date) -> Iterator[str]:
    yield f"Déclaration du {datetime_fr(part.declared_at)}, {Consent(part.consent).label.lower()}"
    yield from told(identity_facts(part.identity, part.department, today))
    if part.support_needs:
        yield f"Besoins pendant l’isolement : {needs(part.support_needs)}"


def _met(part: ExposurePart) -> str:
    where = "même foyer" if part.same_household else Circumstance(part.circumstance).label.lower()
    return f"{date_fr(part.last_contact)}, {where}" + (", exposition à la même source" if part.co_exposed else "")


def _test(part: TestPart) -> str:
    what = (
        f"{Kind(part.kind).label} du {_day(part.done_on)}, {Result(part.result).label.lower()}"
        + (f", {SamplingPlace(part.place).label.lower()}" if part.place else "")
        + (f", résultat du {date_fr(part.result_on)}" if part.result_on else "")
        if part.done
        else "non réalisé"
    )
    return f"{_moment(part.recorded_at, part.corrected_at)} : {what}"


def _masks(part: MasksPart) -> str:
    given = f"{part.quantity} masques le {_day(part.delivered_on)}" if part.delivered else "non délivrés"
    return f"{_moment(part.recorded_at, part.corrected_at)} : {given}"


def _dates(part: DatesPart) -> str:
    days = [
        ("contagiosité depuis le", part.infectious_from),
        ("isolement jusqu’au", part.isolation_until),
        ("masque jusqu’au", part.mask_until),
        *(("test le", day) for day in part.tests),
    ]
    said = ", ".join(f"{what} {date_fr(day)}" for what, day in days if day)
    return f"{datetime_fr(part.computed_at)} : {said or 'aucune date'} (protocole {part.protocol})"


def _stay(part: StayPart) -> str:
    where = (part.name, part.group, part.street, part.postcode, part.commune, part.role)
    days = f"du {date_fr(part.since)} au {date_fr(part.until)}"
    return f"{StayKind(part.kind).label}, {days} : {', '.join(filter(None, where))}"


def _certificate(part: CertificatePart) -> str:
    until = f", jusqu’au {date_fr(part.until)}" if part.until else ""
    return f"Remise le {datetime_fr(part.issued_at)}, à compter du {date_fr(part.since)}{until}"


def _diary(part: DiaryPart) -> str:
    said = ", ".join(Symptom(each).label.lower() for each in part.symptoms) or "aucun symptôme"
    return f"{date_fr(part.day)} : {said}" + (f", {part.temperature} °C" if part.temperature else "")


def _call(part: CallPart) -> str:
    made = f"{datetime_fr(part.at)} : {Outcome(part.outcome).label.lower()}"
    made += f", rappel convenu le {datetime_fr(part.call_back_at)}" if part.call_back_at else ""
    if part.withheld:
        return f"{made} ; une note de l’agent n’est pas remise : elle peut parler d’autres personnes"
    return f"{made} ; note de l’agent : {part.note}" if part.note else made


def _message(part: MessagePart) -> str:
    how = f"{Channel(part.channel).label.lower()}, {MessageState(part.state).label.lower()}"
    return f"{datetime_fr(part.at)} : {Template(part.template).label}, {how}"


def _refusal(part: RefusalPart) -> str:
    return f"{Channel(part.channel).label}, depuis le {datetime_fr(part.since)}"


def _link(part: LinkPart) -> str:
    steps = [
        ("ouvert", part.opened_at),
        ("consignes lues", part.confirmed_at),
        ("« personne à déclarer »", part.named_none_at),
        ("fermé", part.shut_at),
    ]
    said = "".join(f", {what} le {datetime_fr(at)}" for what, at in steps if at)
    how = Channel(part.channel).label.lower()
    return f"Envoyé le {datetime_fr(part.sent_at)} par {how}, valable jusqu’au {datetime_fr(part.expires_at)}{said}"


def _agency(part: ReachPart) -> str:
    return f"Agence régionale de santé (région {part.region}), depuis le {datetime_fr(part.since)}"


def _hand_over(part: HandOverPart) -> str:
    steps = [("répondue", part.answered_at), ("rendue", part.returned_at), ("reprise", part.withdrawn_at)]
    said = "".join(f", {what} le {datetime_fr(at)}" for what, at in steps if at)
    said += f", {level_3.HandOverAnswer(part.answer).label.lower()}" if part.answer else ""
    why, state = level_3.HandOverReason(part.reason).label.lower(), level_3.HandOverState(part.state).label.lower()
    return f"Proposée le {datetime_fr(part.asked_at)} (région {part.region}, {why}) : {state}{said}"


def _answers(part: AnswersPart) -> str:
    said = " ; ".join(f"{question} : {answer}" for question, answer in part.said.items())
    return f"Le {datetime_fr(part.at)} : {said}"


def _help(part: HelpPart) -> str:
    needs = ", ".join(need.label for need in SupportNeed if need in part.needs)
    reason = f" ({DeclineReason(part.reason).label.lower()})" if part.reason else ""
    note = f" Précisions : {part.note}" if part.note else ""
    state = SupportState(part.state).label.lower()
    return f"Demandée le {datetime_fr(part.asked_at)} : {needs} – {state}{reason}.{note}"


def _cluster(part: ClusterPart) -> str:
    what = f"{level_3.Setting(part.setting).label}, {level_3.MemberRole(part.role).label.lower()}"
    gone = f", retirée le {datetime_fr(part.removed_at)}" if part.removed_at else ""
    since = f"depuis le {date_fr(part.since)}, rattachée le {datetime_fr(part.added_at)}"
    return f"Cluster {part.number} : {what} {since}{gone}"


def _signal(part: SignalPart) -> str:
    what = f"{level_3.Ground(part.ground).label.lower()}, {level_3.Setting(part.setting).label.lower()}"
    state = level_3.SignalState(part.state).label.lower()
    return f"{datetime_fr(part.proposed_at)} : {what}, votre cas du {date_fr(part.on)} ; {state}"


def _merge(part: MergePart) -> str:
    other = f"la fiche {part.other}" if part.other else "une autre fiche"
    what = f"{other[0].upper()}{other[1:]} réunie à celle-ci" if part.stands else f"Réunie à {other}"
    return f"{what} le {datetime_fr(part.at)}" + (
        f", séparée de nouveau le {datetime_fr(part.undone_at)}" if part.undone_at else ""
    )


def _told_apart(at: datetime) -> str:
    return f"Comparée le {datetime_fr(at)} à une fiche qui lui ressemble : deux personnes différentes"


def _request(part: RequestPart) -> str:
    how = f"{RequestKind(part.kind).label}, {Way(part.channel).label.lower()} du {date_fr(part.received_on)}"
    return f"Demande {part.reference} : {how} ; {RequestState(part.state).label.lower()}"


def _day(day: date | None) -> str:
    return date_fr(day) if day else "date non connue"


def _moment(recorded: datetime, corrected: datetime | None) -> str:
    return f"Saisi le {datetime_fr(recorded)}" + (f", corrigé le {datetime_fr(corrected)}" if corrected else "")


# Title, field of the part of a fiche, how one of it is told.
_RECORDS: Sequence[tuple[str, str, Callable[..., str]]] = (
    ("Contacts à risque", "exposures", _met),
    ("Tests", "tests", _test),
    ("Masques", "masks", _masks),
    ("Dates calculées", "dates", _dates),
    ("Lieux fréquentés", "stays", _stay),
    ("Attestations d’isolement", "certificates", _certificate),
    ("Journal des symptômes", "diary", _diary),
    ("Appels", "calls", _call),
    ("Messages", "messages", _message),
    ("Messages que vous refusez", "refusals", _refusal),
    ("Liens personnels", "links", _link),
    ("Agences qui peuvent ouvrir la fiche", "agencies", _agency),
    ("Transmissions à une agence régionale de santé", "hand_overs", _hand_over),
    ("Questions sur la maladie", "answers", _answers),
    ("Aide pendant l’isolement", "help", _help),
    ("Clusters", "clusters", _cluster),
    ("Signalements de cas groupés", "signals", _signal),
    ("Fiches réunies", "merges", _merge),
    ("Fiches comparées", "told_apart", _told_apart),
    ("Vos demandes sur vos données", "requests", _request),
)
