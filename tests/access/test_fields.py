"""No field is shown by oversight: the table names every field that exists and no other."""

from collections.abc import Iterable

import msgspec
import pytest
from django.db.models import Model

from contact_covid.access.enums import Role
from contact_covid.access.fields import FIELDS, hidden_fields, shown
from contact_covid.clusters import models as level_3
from contact_covid.people.rules.identity import Identity
from contact_covid.support.models import SupportRequest
from contact_covid.tracing import models

ENTITIES: dict[str, type[Model]] = {
    "fiche": models.Fiche,
    "index_case": models.IndexCase,
    "contact": models.Contact,
    "exposure": models.Exposure,
    "stay": models.Stay,
    "certificate": models.Certificate,
    "test": models.Test,
    "mask_delivery": models.MaskDelivery,
    "hand_over": level_3.HandOver,
    "answers": models.Answers,
    "support_request": SupportRequest,
    "signal": level_3.Signal,
    "cluster": level_3.Cluster,
    "cluster_member": level_3.Member,
    "cluster_measure": level_3.Measure,
    "cluster_note": level_3.Note,
    "closing_report": level_3.ClosingReport,
    "platform_request": level_3.PlatformRequest,
    "request_note": level_3.RequestNote,
    "health": models.Health,
    "secure_link": models.SecureLink,
    "person_session": models.PersonSession,
    "diary_entry": models.DiaryEntry,
    "dates_computed": models.DatesComputed,
}
COUNTER = (Role.PHARMACIST, Role.BIOLOGIST)
PLATFORM = (Role.PLATFORM_AGENT, Role.PLATFORM_SUPERVISOR, Role.DELEGATED_TRACER)
ON_REQUEST = (Role.DPO,)
REGISTRANTS = (Role.PHYSICIAN, Role.HOSPITAL, Role.SECRETARY)
TRACERS = (*PLATFORM, Role.ARS_AGENT)
# What a role must never see, by hand: the guide, domain § 2.
NEVER = {
    Role.PHARMACIST: ["identity.sex", "fiche.test", "fiche.call", "test.result", "test.done_on", "test.practice"],
    Role.BIOLOGIST: ["fiche.call", "mask_delivery.delivered", "mask_delivery.quantity", "mask_delivery.practice"],
}
NEVER_ON_THE_PHONE = ["mask_delivery.delivered", "mask_delivery.quantity", "test.practice", "fiche.author_account"]
FROM_THE_EXPOSURE = ["exposure.index_fiche", "exposure.last_contact", "exposure.circumstance", "index_case.onset"]


def fields_of(entity: str) -> list[str]:
    if entity == "identity":
        return [field.name for field in msgspec.structs.fields(Identity)]
    return [field.name for field in ENTITIES[entity]._meta.concrete_fields]


def unruled(entity: str, fields: Iterable[str]) -> list[str]:
    """Fields without a rule and rules without a field, by name."""
    return sorted(f"{entity}.{name}" for name in set(fields) ^ FIELDS[entity].keys())


def test_every_entity_has_its_part_of_the_table() -> None:
    assert FIELDS.keys() == {"identity", *ENTITIES}


@pytest.mark.parametrize("entity", ["identity", *ENTITIES])
def test_every_field_has_a_rule_and_every_rule_a_field(entity: str) -> None:
    assert unruled(entity, fields_of(entity)) == []


def test_a_new_field_without_a_rule_is_named() -> None:
    assert unruled("test", [*fields_of("test"), "cycle_threshold"]) == ["test.cycle_threshold"]


INVOLVED = (*COUNTER, *TRACERS, *REGISTRANTS, *ON_REQUEST, Role.SYSTEM, Role.PERSON, Role.SUPPORT_CELL)


def test_the_service_reads_of_an_identity_what_an_envelope_needs() -> None:
    shown_ = [name for name in FIELDS["identity"] if shown(Role.SYSTEM, "identity", name)]
    names = ["birth_name", "used_name", "first_names"]
    # A child is not written to: her age, and whoever opens her letters.
    where = ["email", "street", "postcode", "commune", "country"]
    assert shown_ == [*names, "birth_date", *where, "representative"]


def test_a_person_reads_of_her_identity_what_her_letter_says() -> None:
    shown_ = [name for name in FIELDS["identity"] if shown(Role.PERSON, "identity", name)]
    names = ["birth_name", "used_name", "first_names", "birth_date"]
    assert shown_ == [*names, "street", "postcode", "commune", "country"]


def test_a_person_never_reads_who_exposed_her() -> None:
    assert hidden_fields(Role.PERSON, "exposure") == tuple(FIELDS["exposure"])


def test_who_helps_her_learns_her_name_and_where_she_is() -> None:
    reach = ["phone", "phones", "street", "postcode", "commune", "representative", "representative_phone"]
    names = ["birth_name", "used_name", "first_names"]
    hidden = set(hidden_fields(Role.SUPPORT_CELL, "identity"))
    assert set(FIELDS["identity"]) - hidden == {*names, *reach}


@pytest.mark.parametrize("role", [role for role in Role if role not in INVOLVED])
def test_who_has_nothing_to_do_with_a_person_sees_no_identity(role: Role) -> None:
    assert hidden_fields(role, "identity") == tuple(FIELDS["identity"])


@pytest.mark.parametrize("role", COUNTER)
def test_what_a_counter_never_sees(role: Role) -> None:
    shown_ = [name for name in NEVER[role] + FROM_THE_EXPOSURE if shown(role, *name.split("."))]
    assert shown_ == []


@pytest.mark.parametrize("role", REGISTRANTS)
def test_what_a_registrant_never_sees(role: Role) -> None:
    """What a laboratory, a pharmacy or a platform wrote: its state tells enough."""
    written_by_others = ["test.result", "test.done", "mask_delivery.delivered", "fiche.call", "fiche.test"]
    written_by_others += ["fiche.doubtful", "fiche.author_practice", "contact.last_contact", "exposure.consent"]
    assert [name for name in written_by_others if shown(role, *name.split("."))] == []


@pytest.mark.parametrize("role", PLATFORM)
def test_what_a_platform_never_sees(role: Role) -> None:
    assert [name for name in NEVER_ON_THE_PHONE if shown(role, *name.split("."))] == []


def test_what_an_agency_never_sees() -> None:
    """Neither the number of the insured nor what belongs to the queue of a platform or to a counter."""
    never = ["identity.nir", "identity.nir_holder", "identity.quality", "identity.scheme", "identity.fund"]
    never += ["identity.centre", "fiche.urgent_at", "fiche.attempts", "fiche.author_account", "test.practice"]
    assert [name for name in [*never, *NEVER_ON_THE_PHONE] if shown(Role.ARS_AGENT, *name.split("."))] == []


def test_who_answers_a_person_sees_nobody_else() -> None:
    others = ["exposure.index_fiche", "exposure.contact_fiche", "fiche.author_account", "test.account", "test.practice"]
    assert [name for name in others if shown(Role.DPO, *name.split("."))] == []
    assert hidden_fields(Role.DPO, "identity") == ()


def test_each_counter_sees_its_own_records() -> None:
    assert shown(Role.PHARMACIST, "mask_delivery", "quantity")
    assert shown(Role.BIOLOGIST, "test", "result")


def test_a_field_that_is_not_written_is_shown_to_nobody() -> None:
    assert not any(shown(role, "identity", "religion") for role in Role)
