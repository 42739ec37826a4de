"""What a contact's fiche gives to her fiche as a patient zéro, whoever says that she is one."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Model

from contact_covid.messaging.enums import Channel
from contact_covid.messaging.models import Refusal
from contact_covid.tracing import enums
from contact_covid.tracing.actions.becoming import Positive, declare_positive
from contact_covid.tracing.actions.case_fiches import OF_HEALTH
from contact_covid.tracing.enums import ClosureReason, Consent, Spoken, SupportNeed
from contact_covid.tracing.models import Fiche, Health, IndexCase, SecureLink
from tests.cast import BEATRICE, PAULA, TODAY, contact, dossier, enter, ident, person
from tests.clock import NOW
from tests.tracing.counter import a_test, at_both_counters, visit
from tests.tracing.doubles import JULIEN, key
from tests.tracing.linking import links_first

pytestmark = pytest.mark.usefixtures("rolled_back")

WOMAN = person()
LATER = NOW + timedelta(minutes=5)
COPIED, MADE, LEFT = "copied", "made anew", "left where it is"

FIELDS: Mapping[type[Model], Mapping[str, str]] = {
    Fiche: {
        **dict.fromkeys(("language", "support_needs", "onward_opposed", "doubtful", "consent"), COPIED),
        **dict.fromkeys(("delegation", "delegated_to", "delegated_until"), COPIED),
        **dict.fromkeys(("id", "number", "disease", "kind", "version"), MADE),
        **dict.fromkeys(("created_at", "author_account", "author_practice"), MADE),
        **dict.fromkeys(("test", "closure", "closure_reason", "state", "state_at", "factors", "urgent_at"), MADE),
        **dict.fromkeys(("callable_from", "counts_from", "department", "region", "fund"), MADE),
        # Nobody has called her as a patient zéro.
        **dict.fromkeys(("call", "call_reason", "attempts", "told_at"), LEFT),
    },
    Health: {
        **dict.fromkeys(OF_HEALTH, COPIED),
        "fiche": MADE,
        "onset": LEFT,  # a patient zéro's is in ``IndexCase``
    },
    IndexCase: {
        **dict.fromkeys(("fiche", "was_contact", "onset", "sampled_on", "result_on", "test_kind"), MADE),
        **dict.fromkeys(("health_worker", "social_support"), MADE),
        **dict.fromkeys(("window_start", "isolation_until", "protocol"), MADE),
    },
}


@pytest.mark.parametrize("model", FIELDS, ids=lambda model: model.__name__)
def test_each_field_says_what_becomes_of_it(model: type[Model]) -> None:
    assert FIELDS[model].keys() == {field.name for field in model._meta.concrete_fields}


def found_by_a_laboratory(fiche: Fiche) -> Fiche:
    visit(fiche, by=BEATRICE, test=a_test("positive"), now=LATER)
    return IndexCase.objects.select_related("fiche").get(was_contact=fiche).fiche


def declared_by_a_platform(fiche: Fiche) -> Fiche:
    said = Positive(fiche.id, TODAY, enums.TestKind.ANTIGEN)
    return declare_positive(actor=JULIEN, positive=said, submission=key(), now=LATER)


def registered_anew(fiche: Fiche, **said: Any) -> Fiche:
    [made] = enter(
        dossier(WOMAN, **{"consent": Consent.NOT_ASKED, "onset": date(2020, 5, 9)} | said), by=PAULA, now=LATER
    )
    assert IndexCase.objects.get(fiche=made.index).was_contact_id == fiche.id
    return Fiche.objects.get(id=made.index.id)


WAYS = [found_by_a_laboratory, declared_by_a_platform, registered_anew]
every_way = pytest.mark.parametrize("become", WAYS, ids=lambda become: become.__name__)
Become = Callable[[Fiche], Fiche]


def exposed(**changes: Any) -> Fiche:
    fiche = contact(WOMAN)
    at_both_counters(WOMAN)
    Fiche.objects.filter(id=fiche.id).update(**changes)
    fiche.refresh_from_db()
    return fiche


@every_way
def test_what_is_copied_is_on_her_fiche_as_a_case(become: Become) -> None:
    """Each field that the table calls copied, with a value that no new fiche has."""
    unusual: dict[str, Any] = {
        "language": Spoken.WOLOF,
        "support_needs": [SupportNeed.MEALS, SupportNeed.CHILDREN],
        "onward_opposed": True,
        "consent": Consent.REFUSES,
        "doubtful": True,
        "delegation": ident(9, 1),
        "delegated_to": ident(9, 2),
        "delegated_until": NOW + timedelta(days=9),
    }
    assert unusual.keys() == {name for name, what in FIELDS[Fiche].items() if what == COPIED}
    fiche = exposed(**unusual)
    known = dict(
        zip(OF_HEALTH, (date(2020, 5, 1), date(2020, 5, 10), date(2020, 5, 11), date(2020, 5, 12)), strict=True)
    )
    Health.objects.create(fiche=fiche, onset=date(2020, 5, 9), **known)
    case = become(fiche)
    assert {name: getattr(case, name) for name in unusual} == unusual
    health = Health.objects.get(fiche=case)
    assert {name: getattr(health, name) for name in OF_HEALTH} == known
    assert (health.onset, IndexCase.objects.get(fiche=case).onset) == (None, date(2020, 5, 9))


@every_way
def test_who_refused_messages_stays_refused(become: Become) -> None:
    fiche = exposed()
    Refusal.objects.create(fiche=fiche.id, channel=Channel.SMS, account=JULIEN.account, since=NOW)
    case = become(fiche)
    [refusal] = Refusal.objects.filter(fiche=case.id)
    assert (refusal.channel, refusal.account, refusal.since) == ("sms", JULIEN.account, NOW)
    assert Refusal.objects.filter(fiche=fiche.id).count() == 1


def test_no_link_is_sent_by_a_way_that_she_refused_as_a_contact() -> None:
    fiche = exposed()
    for channel in (Channel.SMS, Channel.EMAIL):
        with links_first():
            Refusal.objects.create(fiche=fiche.id, channel=channel, since=NOW)
            case = registered_anew(fiche)
        sent = [link.channel for link in SecureLink.objects.filter(fiche=case)]
        assert sent == ([Channel.EMAIL] if channel is Channel.SMS else [])
        assert (case.callable_from == LATER) is not bool(sent)  # nothing to wait for
        Fiche.objects.filter(id__in=[case.id, fiche.id]).update(closure="cancelled", state="cancelled")
        Fiche.objects.filter(id=fiche.id).update(closure="open", closure_reason="", state="to_call")


@every_way
@pytest.mark.parametrize(
    ("reason", "then"),
    [
        (ClosureReason.FOLLOWED, ClosureReason.BECAME_CASE),
        (ClosureReason.HANDED_OVER, ClosureReason.HANDED_OVER),
        (ClosureReason.REFUSED, ClosureReason.REFUSED),
        (ClosureReason.DECEASED, ClosureReason.DECEASED),
    ],
)
def test_a_closed_fiche_is_linked_as_an_open_one(become: Become, reason: ClosureReason, then: ClosureReason) -> None:
    fiche = exposed(closure="closed", closure_reason=reason, state="closed")
    case = become(fiche)
    assert IndexCase.objects.get(fiche=case).was_contact_id == fiche.id
    fiche.refresh_from_db()
    assert (fiche.closure, fiche.closure_reason) == ("closed", then)
    assert case.closure == ("closed" if reason is ClosureReason.DECEASED else "open")


def test_what_is_said_now_stands() -> None:
    """Her word to her physician is the later one; symptoms that ended are not those that began since."""
    fiche = exposed(consent=Consent.REFUSES, support_needs=[SupportNeed.CARE])
    Health.objects.create(fiche=fiche, onset=date(2020, 5, 1), symptoms_ended_on=date(2020, 5, 4))
    case = registered_anew(fiche, consent=Consent.AGREES, needs=(SupportNeed.MEALS,), onset=date(2020, 5, 9))
    assert (case.consent, case.support_needs) == (Consent.AGREES, [SupportNeed.MEALS, SupportNeed.CARE])
    assert Health.objects.get(fiche=case).symptoms_ended_on is None


def test_her_isolation_follows_from_what_was_known_of_her(settings: Any) -> None:
    """A vaccinated patient zéro of 2022 is isolated for seven days, whoever declares her."""
    settings.PROTOCOL_AS_OF = date(2022, 1, 10)
    until = []
    for number, become in enumerate((declared_by_a_platform, registered_anew)):
        if number:
            Fiche.objects.update(closure="cancelled", closure_reason="", state="cancelled")
        fiche = exposed()
        Health.objects.create(fiche=fiche, vaccinated_on=date(2020, 3, 1), onset=date(2020, 5, 9))
        until.append(IndexCase.objects.get(fiche=become(fiche)).isolation_until)
    assert until[0] is not None
    assert until[0] == until[1]
    assert until[0] < date(2020, 5, 19)


def test_a_refusal_she_makes_as_a_case_holds_when_the_result_was_wrong() -> None:
    fiche = exposed()
    case = found_by_a_laboratory(fiche)
    Refusal.objects.create(fiche=case.id, channel=Channel.EMAIL, since=LATER)
    sampling = fiche.tests.get(superseded_at=None).sampling
    visit(fiche, by=BEATRICE, test=a_test("negative"), sampling=sampling, now=LATER + timedelta(minutes=1))
    fiche.refresh_from_db()
    assert fiche.closure == "open"
    assert Refusal.objects.filter(fiche=fiche.id, channel=Channel.EMAIL).exists()
