"""A replay of a tiny world (covasim, 300 people, 12 days) through the real actions, and what is checked afterwards."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Max, Min
from django.test import override_settings

from contact_covid.demo.management.commands import replay as command
from contact_covid.demo.replay import checks, report, worlds
from contact_covid.demo.replay.actions.run import prepare, run
from contact_covid.demo.replay.checks import CalledFiche
from contact_covid.demo.replay.compare import compare, end_of, simulation_agrees
from contact_covid.demo.replay.figures import Figures, Never, figures
from contact_covid.demo.replay.report import Replay
from contact_covid.demo.replay.rules.averted import Compliance
from contact_covid.demo.replay.rules.plan import Plan, plan
from contact_covid.journal.models import Entry
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Exposure, Fiche, MaskDelivery
from contact_covid.tracing.models import Test as RecordedTest
from contact_covid.worklist.events import WorklistEvent
from contact_covid.worklist.models import Attempt, Lease
from tests.cast import ident
from tests.clock import NOW

WORLD = Path(__file__).parent / "data" / "world.csv.xz"
AGENTS = 2


@pytest.fixture(scope="module")
def tiny() -> Plan:
    return plan(worlds.read(WORLD))


@pytest.fixture(scope="module")
def replayed(tiny: Plan, module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The whole machine, in two processes."""
    folder = tmp_path_factory.mktemp("replay")
    with override_settings(DEMO=True, JOURNAL_ANCHOR=str(folder / "journal.anchor"), KEYS_DIR=folder / "keys"):
        prepare()
        days = [told.day for told in run(plan=tiny, agents=AGENTS, processes=2)]
        assert days == list(range(tiny.world.days + 1))
        yield


@pytest.fixture
def undone(replayed: None) -> Iterator[None]:
    """What a test plants is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def seen(tiny: Plan) -> Figures:
    return figures(until=end_of(tiny))


def test_everything_holds_after_a_replay_in_two_processes(replayed: None, tiny: Plan) -> None:
    found = checks.check_all()
    assert [(check.name, check.violations) for check in found] == [(check.name, 0) for check in found]
    assert all(check.of for check in found)
    assert {check.name for check in found} < report.CHECKS.keys()


def test_the_table_counts_what_is_in_the_database(replayed: None, tiny: Plan) -> None:
    told = seen(tiny)
    assert told.fiches == Counter(Fiche.objects.values_list("kind", flat=True))
    assert told.fiches["index"] >= len(tiny.registrations) == 19
    assert told.exposures == Exposure.objects.count() > 40
    assert told.calls == Attempt.objects.count() > 80
    assert told.most_completed == 1
    assert told.tests == RecordedTest.objects.filter(done=True, superseded_at=None).count() > 0
    assert told.deliveries == MaskDelivery.objects.count() > 0
    assert told.shares["index"].called_within(24) > 0.9


def test_acts_are_those_of_professionals_by_the_simulated_clock(replayed: None, tiny: Plan) -> None:
    """What the service does by itself is nobody’s act: it ends follow-ups at night, writes to who had other dates."""
    acts = (TracingEvent.INITIALISED, TracingEvent.UPDATED, TracingEvent.CALL_RECORDED, WorklistEvent.CLAIMED)
    found = Entry.objects.filter(kind__in=acts)
    assert set(found.values_list("role", flat=True)) == {"physician", "biologist", "pharmacist", "platform_agent"}
    span = found.aggregate(first=Min("at"), last=Max("at"))
    assert tiny.registrations[0].moment <= span["first"] <= span["last"] <= end_of(tiny)


def test_the_pure_simulation_comes_to_what_the_run_came_to(replayed: None, tiny: Plan) -> None:
    comparison = compare(tiny, seen(tiny), agents=AGENTS, compliance=Compliance())
    assert simulation_agrees(comparison).violations == 0
    shown = report.text(Replay("essai", 1.0, seen(tiny), checks.check_all(), comparison))
    assert [capacity.agents for capacity in comparison.capacities] == [2, 3]
    assert all(f"  {agents} postes d’agent" in shown for agents in (2, 3))
    assert "délais seuls" in shown
    assert "70 %" in shown
    assert "VIOLÉ" not in shown
    assert '"holds": true' in report.as_json(Replay("essai", 1.0, seen(tiny), checks.check_all(), comparison))


# --- Each check fails when what it watches is broken -----------------------------------------------------------------


def test_a_wrong_state_is_found(undone: None) -> None:
    Fiche.objects.filter(id=Fiche.objects.filter(state="informed").values("id")[:1]).update(state="negative")
    assert checks.states().violations == 1


def informed() -> Attempt:
    return Attempt.objects.filter(outcome="informed", second=False, fiche__kind="contact").order_by("id")[0]


def test_a_second_completed_call_is_found(undone: None) -> None:
    again = informed()
    again.id, again.at = Lease.objects.all()[0].id, again.at + timedelta(days=1)
    again.save(force_insert=True)
    assert checks.one_completed_call().violations == 1


@pytest.mark.parametrize(("days", "violations"), [(20, 1), (60, 0)])
def test_another_fiche_of_the_same_episode_is_no_excuse(days: int, violations: int) -> None:
    """Isolated until the 14th day, and ten more, she is in the same episode."""
    first = CalledFiche(ident(9, 1), "A", "contact", NOW, b"", NOW.date() + timedelta(days=14), NOW.date(), 1)
    later = NOW + timedelta(days=days)
    second = first._replace(number="B", created_at=later, first_contact=later.date())
    assert checks.completed_once([first, second], ["one", "one"]).violations == violations
    assert checks.completed_once([first, second], ["one", "another"]).violations == 0


def test_a_forbidden_step_is_found(undone: None) -> None:
    fiche = Fiche.objects.filter(call="informed")[0]
    Fiche.objects.filter(id=fiche.id).update(call="unreachable")
    assert checks.transitions().violations == 1


def test_a_half_exposure_is_found(undone: None) -> None:
    fiche = Exposure.objects.all()[0].index_fiche
    count = Exposure.objects.filter(index_fiche=fiche).count()
    Fiche.objects.filter(id=fiche.id).update(kind="contact", call="to_call", call_reason="")
    assert checks.exposures().violations == count


def test_a_wrong_isolation_is_found(undone: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tracing_contact SET isolation_until = isolation_until + 1"
            " WHERE fiche_id = (SELECT fiche_id FROM tracing_contact LIMIT 1)"
        )
    assert checks.isolations().violations == 1


def test_overlapping_leases_are_found(undone: None) -> None:
    held = Lease.objects.filter(ended="recorded").order_by("-taken_at")[0]
    held.id, held.taken_at = Attempt.objects.all()[0].id, held.taken_at + timedelta(seconds=1)
    held.account = Lease.objects.exclude(account=held.account)[0].account
    held.save(force_insert=True)
    assert checks.leases().violations >= 1


def test_a_fiche_never_called_is_told_with_why(undone: None, tiny: Plan) -> None:
    fiche = Fiche.objects.filter(kind="contact").order_by("created_at")[0]
    Attempt.objects.filter(fiche=fiche).delete()
    Fiche.objects.filter(id=fiche.id).update(call="to_call", call_reason="")
    assert seen(tiny).never[Never.LATE] == [fiche.number]


# --- The command ----------------------------------------------------------------------------------------------------


def test_without_covasim_it_says_what_to_do(settings: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worlds, "PYTHON", tmp_path / "absent")
    with override_settings(CONTACT_HOME=tmp_path), pytest.raises(CommandError, match="make replay"):
        call_command("replay")


def test_it_starts_itself_again_where_the_database_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[list[str], dict[str, str]]] = []

    def call(arguments: list[str], env: dict[str, str]) -> int:
        started.append((arguments, env))
        return 1

    monkeypatch.setattr("subprocess.call", call)
    monkeypatch.setattr("sys.argv", ["manage.py", "replay"])
    with pytest.raises(SystemExit) as ended:
        call_command("replay", world=WORLD)
    [(arguments, environment)] = started
    assert ended.value.code == 1
    assert arguments[1:] == ["manage.py", "replay", "--inside", "--world", str(WORLD)]
    assert command.DATABASE in environment["DATABASE_URL"]
    assert Path(environment["KEYS_DIR"]).parent.name == command.DATABASE


@pytest.mark.parametrize(("option", "value"), [("agents", 1), ("people", 10), ("days", 2), ("compliance", 1.5)])
def test_what_makes_no_sense_is_refused(option: str, value: float) -> None:
    with pytest.raises(CommandError, match=option):
        call_command("replay", **{option: value})


def test_a_file_that_is_no_world_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "world.csv.xz"
    file.write_bytes(b"no")
    with pytest.raises(CommandError, match="--world"):
        call_command("replay", world=file)
    assert command.DATABASE == "contact_replay"
