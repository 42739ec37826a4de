"""A cluster from its opening to its report: members and what they open, board, co-exposed, measures, requests."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contact_covid.access.policy import Denied
from contact_covid.clusters.actions import clusters as actions
from contact_covid.clusters.actions import requests, work
from contact_covid.clusters.actions.clusters import ClusterChanged, ClusterError, ClusterErrorCode, NewCluster
from contact_covid.clusters.actions.co_exposed import name_co_exposed
from contact_covid.clusters.actions.reading import (
    read_case,
    read_cluster,
    read_fiche,
    read_report,
    read_request,
    read_surroundings,
)
from contact_covid.clusters.actions.requests import RequestError, RequestErrorCode, RequestNotFound, TalkChanged
from contact_covid.clusters.actions.work import WorkError, WorkErrorCode
from contact_covid.clusters.cluster_queries import ClusterNotFound, clusters
from contact_covid.clusters.enums import (
    ClusterState,
    Criticality,
    MeasureKind,
    MemberRole,
    RequestKind,
    RequestState,
    Setting,
    Spread,
)
from contact_covid.clusters.models import Cluster, Member, PlatformRequest
from contact_covid.clusters.rules.places import Place
from contact_covid.clusters.rules.transitions import ForbiddenStep
from contact_covid.core.idempotency import AlreadyRecorded
from contact_covid.journal.models import Entry
from contact_covid.tracing.actions.registration import name_contacts
from contact_covid.tracing.enums import FicheKind, StayKind
from contact_covid.tracing.models import Exposure, Fiche
from contact_covid.tracing.queries import FicheNotFound, visible_to
from contact_covid.tracing.rules.stays import StayDetails
from tests.cast import TODAY, named, person, token, traits
from tests.clock import NOW
from tests.clusters.people import ISABELLE, JAURES, MATHILDE, THIERRY, YANNICK, index, once, stay

pytestmark = pytest.mark.usefixtures("rolled_back")
LATER = NOW + timedelta(hours=1)
SCHOOL = Place(token(777).capitalize(), "CM2", commune="Montreuil")
DUE = NOW + timedelta(days=1)


def opened(*cases: Fiche, place: Place = SCHOOL, setting: Setting = Setting.SCHOOL) -> UUID:
    new = NewCluster(setting, place, "93")
    cluster = actions.open_cluster(actor=MATHILDE, new=new, submission=once("open"), now=NOW)
    for case in cases:
        add(cluster, case)
    return cluster


def add(cluster: UUID, fiche: Fiche, role: MemberRole = MemberRole.CASE) -> None:
    actions.add_by_number(actor=MATHILDE, cluster=cluster, number=fiche.number, role=role, now=LATER)


def three() -> list[Fiche]:
    return [index(number, on=TODAY - timedelta(days=number)) for number in (1, 2, 3)]


def move(cluster: UUID, *states: ClusterState) -> None:
    for state in states:
        actions.move_cluster(actor=MATHILDE, cluster=cluster, state=state, now=LATER)


def code_of(error: Any) -> object:
    return error.value.code


def contact_of(fiche: Fiche) -> Fiche:
    return Fiche.objects.get(exposures__index_fiche=fiche)


def test_a_cluster_counts_its_cases_and_days() -> None:
    cluster = opened(*three())
    made = Cluster.objects.get()
    assert made.id == cluster
    assert (made.cases, made.first_on, made.last_on) == (3, TODAY - timedelta(days=3), TODAY - timedelta(days=1))
    assert (made.state, made.criticality, made.lead) == ("signalled", Criticality.LIMITED, MATHILDE.account)


def test_members_open_their_fiches_and_their_contacts_until_they_are_removed() -> None:
    fiche = index(1, contacts=(11,))
    cluster = opened(fiche)
    assert set(visible_to(MATHILDE, LATER)) == {fiche, contact_of(fiche)}
    member = Member.objects.get().id
    for _ in range(2):
        actions.remove_member(actor=MATHILDE, cluster=cluster, member=member, now=LATER)
    assert visible_to(MATHILDE, LATER).count() == 0
    assert Cluster.objects.get().cases == 0
    with pytest.raises(FicheNotFound):
        read_fiche(actor=MATHILDE, fiche=fiche.id, now=LATER)


def test_who_may_be_added() -> None:
    fiche, cancelled = index(1, contacts=(11,)), index(2)
    cluster = opened()
    Fiche.objects.filter(id=cancelled.id).update(closure="cancelled", state="cancelled")
    elsewhere = index(3)
    Fiche.objects.filter(id=elsewhere.id).update(region="02", department="972")
    for wrong in (cancelled, elsewhere):
        with pytest.raises(ClusterError) as error:
            add(cluster, wrong)
        assert code_of(error) == ClusterErrorCode.UNKNOWN_FICHE
    with pytest.raises(ClusterError) as error:
        add(cluster, contact_of(fiche))
    assert code_of(error) == ClusterErrorCode.NOT_A_CASE
    add(cluster, contact_of(fiche), MemberRole.CONTACT)
    add(cluster, fiche)
    add(cluster, fiche, MemberRole.SOURCE)
    roles = set(Member.objects.values_list("fiche", "role"))
    assert roles == {(fiche.id, "source"), (contact_of(fiche).id, "contact")}


def test_the_board_asks_for_three_cases_then_for_a_report() -> None:
    cases = three()
    cluster = opened(*cases[:2])
    move(cluster, ClusterState.INVESTIGATED, ClusterState.INVESTIGATED)
    with pytest.raises(ClusterError) as error:
        move(cluster, ClusterState.CONFIRMED)
    assert code_of(error) == ClusterErrorCode.TOO_FEW
    add(cluster, cases[2])
    move(cluster, ClusterState.CONFIRMED, ClusterState.MEASURES, ClusterState.WATCHED)
    with pytest.raises(ClusterError) as error:
        move(cluster, ClusterState.CLOSED)
    assert code_of(error) == ClusterErrorCode.NO_REPORT
    work.write_report(actor=MATHILDE, cluster=cluster, conclusion="Fin.", submission=once("r"), now=LATER)
    move(cluster, ClusterState.CLOSED)
    with pytest.raises(ForbiddenStep):
        move(cluster, ClusterState.MEASURES)
    steps = list(Cluster.objects.get().steps.order_by("at", "state").values_list("state", flat=True))
    assert sorted(steps) == ["closed", "confirmed", "investigated", "measures", "signalled", "watched"]


def test_an_assessment_weighs_the_setting_who_is_there_and_how_far_it_goes() -> None:
    cluster = opened(*three())
    version = Cluster.objects.get().version

    def assess(version: int) -> None:
        actions.assess(
            actor=MATHILDE,
            cluster=cluster,
            setting=Setting.CARE,
            place=SCHOOL,
            vulnerable=True,
            spread=Spread.BEYOND,
            version=version,
            now=LATER,
        )

    assess(version)
    assert Cluster.objects.get().criticality == Criticality.HIGH
    with pytest.raises(ClusterChanged):
        assess(version)


def test_who_was_at_the_same_place_and_moment_is_found_from_the_window_of_the_source() -> None:
    case, others = index(1), [index(number) for number in range(2, 7)]
    cluster = opened(case)
    elsewhere = StayDetails(name="Piscine", postcode="93100")
    onset = TODAY
    for person_, details, days in (
        (case, JAURES, (6, 4)),
        (others[0], JAURES, (4, 2)),
        (others[1], JAURES, (3, 1)),
        (others[2], elsewhere, (6, 4)),
        (others[3], JAURES, (40, 6)),
        (others[4], JAURES, (30, 20)),
    ):
        stay(person_, details, since=onset - timedelta(days=days[0]), until=onset - timedelta(days=days[1]))
    stay(case, elsewhere, since=onset - timedelta(days=25), until=onset - timedelta(days=20))
    stay(others[2], elsewhere, since=onset - timedelta(days=25), until=onset - timedelta(days=20))
    found = read_surroundings(actor=MATHILDE, cluster=cluster, now=LATER).co_exposed
    together = {each.fiche: ((onset - each.since).days, (onset - each.until).days) for each in found}
    assert together == {others[0].id: (4, 4), others[3].id: (6, 6)}
    actions.add_co_exposed(actor=MATHILDE, cluster=cluster, fiches=[others[0].id, others[2].id], now=LATER)
    assert set(Member.objects.values_list("fiche", "role")) == {(case.id, "case"), (others[0].id, "co_exposed")}
    left = read_surroundings(actor=MATHILDE, cluster=cluster, now=LATER).co_exposed
    assert [each.fiche for each in left] == [others[3].id]
    with pytest.raises(ClusterError) as error:
        actions.add_co_exposed(actor=MATHILDE, cluster=cluster, fiches=[others[1].id], now=LATER)
    assert code_of(error) == ClusterErrorCode.NOTHING_CHOSEN


def test_what_cases_said_of_others_is_shown_and_those_become_co_exposed_contacts() -> None:
    case = index(1)
    cluster = opened(case)
    stay(case, StayDetails(name="Anniversaire", postcode="93100", others="Le voisin Zéphyrin"), kind=StayKind.GATHERING)
    [seen] = read_surroundings(actor=MATHILDE, cluster=cluster, now=LATER).stays
    assert (seen.stay.fiche_id, seen.details.others) == (case.id, "Le voisin Zéphyrin")
    assert Entry.objects.filter(kind="clusters.read", fiches=[case.number]).count() == 1
    made = name_contacts(
        actor=MATHILDE, index=case.id, contacts=[named(person(9), co_exposed=True)], submission=once("n"), now=LATER
    )
    exposure = Exposure.objects.get(contact_fiche=made.contacts[0].id)
    assert exposure.co_exposed
    assert visible_to(MATHILDE, LATER).filter(id=made.contacts[0].id).exists()
    assert made.contacts[0].callable_from == LATER
    assert made.contacts[0].kind == FicheKind.CONTACT


def test_whoever_is_met_otherwise_too_is_a_plain_contact() -> None:
    case = index(1, contacts=(9,))
    opened(case)
    for co_exposed, key in ((True, "a"), (False, "b")):
        contacts = [named(person(10), co_exposed=co_exposed)]
        name_contacts(actor=MATHILDE, index=case.id, contacts=contacts, submission=once(key), now=LATER)
    assert not Exposure.objects.get(created_at=LATER).co_exposed


def test_a_cluster_reads_as_one_with_the_reading_in_the_journal_and_few_statements() -> None:
    cases = three()
    cluster = opened(*cases)
    add(cluster, index(4), MemberRole.CO_EXPOSED)
    work.add_note(actor=MATHILDE, cluster=cluster, text="Appel au directeur", submission=once("note"), now=LATER)
    measured(cluster)
    with CaptureQueriesContext(connection) as few:
        seen = read_cluster(actor=MATHILDE, cluster=cluster, now=LATER)
    assert len(few) <= 7
    for number in range(20, 26):
        add(cluster, index(number), MemberRole.CASE)
    with CaptureQueriesContext(connection) as more:
        read_cluster(actor=MATHILDE, cluster=cluster, now=LATER)
    assert len(more) == len(few)
    assert seen.place == SCHOOL
    assert [member.role for member in seen.members] == ["case", "case", "case", "co_exposed"]
    assert {identity.nir for identity in seen.identities.values()} == {""}
    assert seen.identities[cases[0].id].birth_name == person(1).birth_name
    assert {fact.what for fact in seen.diary} == {"step", "added", "note", "measure"}
    assert sorted(seen.notes.values()) == ["Appel au directeur", "Gymnase"]
    rows = Entry.objects.filter(kind="people.revealed").order_by("id")
    assert sorted(rows[0].fiches) == sorted(member.fiche.number for member in seen.members)


def measured(cluster: UUID, **changes: Any) -> None:
    known: dict[str, Any] = {"decided_on": TODAY, "planned_on": TODAY + timedelta(days=2), "done_on": None}
    known |= {"kind": MeasureKind.TESTING, "note": "Gymnase", "submission": once("measure")} | changes
    work.record_measure(actor=MATHILDE, cluster=cluster, now=LATER, **known)


def test_a_measure_is_decided_planned_and_done() -> None:
    cluster = opened()
    measured(cluster)
    [measure] = Cluster.objects.get().measures.all()
    for _ in range(2):
        work.measure_done(actor=MATHILDE, cluster=cluster, measure=measure.id, now=LATER)
    measure.refresh_from_db()
    assert (measure.done_on, measure.planned_on) == (TODAY, TODAY + timedelta(days=2))
    with pytest.raises(AlreadyRecorded):
        measured(cluster)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"planned_on": TODAY - timedelta(days=1)}, WorkErrorCode.BEFORE_DECIDED),
        ({"decided_on": TODAY + timedelta(days=1), "planned_on": None}, WorkErrorCode.IN_FUTURE),
        ({"done_on": TODAY + timedelta(days=1)}, WorkErrorCode.IN_FUTURE),
        ({"note": "x" * 2001}, WorkErrorCode.TOO_LONG),
    ],
)
def test_a_measure_that_cannot_be(changes: dict[str, Any], code: WorkErrorCode) -> None:
    with pytest.raises(WorkError) as error:
        measured(opened(), **changes)
    assert code_of(error) == code


def test_the_report_keeps_the_figures_of_the_day_it_was_written() -> None:
    case = index(1, contacts=(11, 12))
    cluster = opened(case, index(2))
    add(cluster, index(3), MemberRole.SOURCE)
    measured(cluster)
    work.write_report(actor=MATHILDE, cluster=cluster, conclusion="Chaîne rompue.", submission=once("r"), now=LATER)
    add(cluster, index(4))
    seen = read_report(actor=MATHILDE, cluster=cluster, now=LATER)
    assert seen.figures == (3, 0, 2, 0, 0, 1)
    assert (seen.conclusion, seen.cluster.report.source_found) == ("Chaîne rompue.", True)


def asked(**changes: Any) -> UUID:
    known: dict[str, Any] = {"fund": "931", "kind": RequestKind.CLASS_LIST, "text": "La liste du CM2", "due_at": DUE}
    known |= {"cluster": None, "submission": once("ask")} | changes
    return requests.ask_platform(actor=MATHILDE, now=NOW, **known)


def follow(request: UUID, by: Any, state: RequestState | None, text: str = "", version: int = 0) -> None:
    """``version`` 0: as it stands."""
    requests.follow_request(
        actor=by,
        request=request,
        text=text,
        state=state,
        version=version or PlatformRequest.objects.get(id=request).version,
        submission=once(f"{by.account}{state}{text}"),
        now=LATER,
    )


def test_an_answer_to_what_has_been_said_since_is_not_written() -> None:
    request = asked()
    follow(request, MATHILDE, None, "Finalement le CM1", version=1)
    with pytest.raises(TalkChanged):
        follow(request, ISABELLE, RequestState.DONE, "Envoyée", version=1)
    known, said = read_request(actor=ISABELLE, request=request, now=LATER)
    assert (known.state, len(said)) == (RequestState.OPEN, 2)
    follow(request, ISABELLE, RequestState.DONE, "Envoyée", version=2)


def test_a_request_is_answered_by_the_platform_it_was_sent_to() -> None:
    request = asked()
    follow(request, ISABELLE, RequestState.TAKEN)
    follow(request, MATHILDE, None, "C’est urgent")
    follow(request, ISABELLE, RequestState.DONE, "Envoyée")
    known, said = read_request(actor=ISABELLE, request=request, now=LATER)
    assert known.state == RequestState.DONE
    assert sorted(each.text for each in said) == ["", "C’est urgent", "Envoyée", "La liste du CM2"]
    with pytest.raises(ForbiddenStep):
        follow(request, ISABELLE, RequestState.DECLINED, "Non")
    for stranger in (THIERRY, YANNICK):
        with pytest.raises(RequestNotFound):
            read_request(actor=stranger, request=request, now=LATER)
        with pytest.raises(RequestNotFound):
            follow(request, stranger, None, "?")


def test_an_agency_does_not_move_what_it_asked() -> None:
    request = asked()
    with pytest.raises(Denied):
        follow(request, MATHILDE, RequestState.DONE)
    assert PlatformRequest.objects.get().state == RequestState.OPEN


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": ""}, RequestErrorCode.EMPTY),
        ({"text": "x" * 2001}, RequestErrorCode.TOO_LONG),
        ({"due_at": NOW}, RequestErrorCode.PAST),
        ({"fund": "972"}, RequestErrorCode.OTHER_FUND),
    ],
)
def test_a_request_that_cannot_be(changes: dict[str, Any], code: RequestErrorCode) -> None:
    with pytest.raises(RequestError) as error:
        asked(**changes)
    assert code_of(error) == code


def test_a_declined_request_says_why() -> None:
    with pytest.raises(RequestError):
        follow(asked(), ISABELLE, RequestState.DECLINED)


def test_of_another_region_there_is_nothing() -> None:
    cluster = opened(*three())
    assert clusters(YANNICK, states=list(ClusterState), after=None, limit=5) == []
    for read in (read_cluster, read_surroundings, read_report):
        with pytest.raises(ClusterNotFound):
            read(actor=YANNICK, cluster=cluster, now=LATER)
    with pytest.raises(ClusterNotFound):
        actions.move_cluster(actor=YANNICK, cluster=cluster, state=ClusterState.REJECTED, now=LATER)
    with pytest.raises(Denied):
        read_cluster(actor=ISABELLE, cluster=cluster, now=LATER)


def test_a_contacts_patient_zero_is_a_number_only() -> None:
    fiche = index(1, contacts=(11,))
    opened(fiche)
    seen = read_fiche(actor=MATHILDE, fiche=contact_of(fiche).id, now=LATER)
    assert seen.identity.birth_name == person(11).birth_name
    [exposure] = seen.exposures
    assert (exposure.other.number, exposure.identity) == (fiche.number, None)
    of_index = read_fiche(actor=MATHILDE, fiche=fiche.id, now=LATER)
    assert [each.identity and each.identity.birth_name for each in of_index.exposures] == [person(11).birth_name]


def test_of_an_exposure_one_side_of_which_is_out_of_reach_the_other_is_a_number() -> None:
    fiche = index(1, contacts=(11,))
    cluster = opened()
    add(cluster, contact_of(fiche), MemberRole.CO_EXPOSED)
    seen = read_fiche(actor=MATHILDE, fiche=contact_of(fiche).id, now=LATER)
    assert [each.opens for each in seen.exposures] == [False]
    add(cluster, fiche)
    again = read_fiche(actor=MATHILDE, fiche=contact_of(fiche).id, now=LATER)
    assert [each.opens for each in again.exposures] == [True]


def test_a_case_is_opened_alone_to_name_whom_she_met() -> None:
    fiche = index(1, contacts=(11, 12))
    cluster = opened(fiche)
    seen = read_case(actor=MATHILDE, cluster=cluster, fiche=fiche.id, now=LATER)
    assert seen.identity.birth_name == person(1).birth_name
    assert [row.fiches for row in Entry.objects.filter(kind="people.revealed")] == [[fiche.number]]


def test_only_a_case_of_the_cluster_names_a_co_exposed_person() -> None:
    case, other = index(1, contacts=(11,)), index(2)
    cluster, elsewhere = opened(case), index(3)
    add(cluster, other, MemberRole.CONTACT)
    known = named(person(12))
    for fiche in (elsewhere.id, other.id, contact_of(case).id):
        with pytest.raises(FicheNotFound):
            read_case(actor=MATHILDE, cluster=cluster, fiche=fiche, now=LATER)
        with pytest.raises(FicheNotFound):
            name_co_exposed(
                actor=MATHILDE, cluster=cluster, case=fiche, named=known, submission=once("named"), now=LATER
            )
    made = name_co_exposed(
        actor=MATHILDE, cluster=cluster, case=case.id, named=known, submission=once("named"), now=LATER
    )
    assert Member.objects.get(role=MemberRole.CO_EXPOSED).fiche_id == made.contacts[0].id


def test_no_table_of_clusters_holds_a_trait() -> None:
    fiche = index(1, contacts=(11,))
    cluster = opened(fiche)
    stay(fiche, StayDetails(name=token(778), postcode="93100", others=token(779)))
    work.add_note(actor=MATHILDE, cluster=cluster, text=token(780), submission=once("n"), now=LATER)
    asked(text=token(781))
    tables = ("cluster", "member", "step", "measure", "note", "request", "request_note", "signal", "hand_over")
    dump = " ".join(_dump(f"clusters_{table}") for table in tables) + _dump("tracing_stay") + _dump("journal_entry")
    words = {word.decode() for word in traits(person(1)) | traits(person(11))}
    words |= {token(number) for number in range(777, 782)}
    assert [word for word in words if word in dump] == []


def _dump(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT whole::text FROM {table} whole")
        rows: Sequence[tuple[str]] = cursor.fetchall()
    return " ".join(text + _bytes_in(text) for (text,) in rows).lower()


def _bytes_in(text: str) -> str:
    """What a bytes column would say if it were not sealed."""
    found = [part.split('"')[0].split(",")[0].rstrip(")") for part in text.split("\\x")[1:]]
    return " ".join(bytes.fromhex(part).decode("latin-1") for part in found if len(part) % 2 == 0 and part.isalnum())
