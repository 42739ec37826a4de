"""Which role sees which field: one table, by entity. A field that is not written here is shown to nobody, and the
classification test names it. Contents for counters follow the guide, pages 6 to 8."""

from functools import cache

from contact_covid.access.enums import Role

NOBODY: frozenset[Role] = frozenset()
COUNTER = frozenset({Role.PHARMACIST, Role.BIOLOGIST})
LABORATORY = frozenset({Role.BIOLOGIST})
PHARMACY = frozenset({Role.PHARMACIST})
# Who registers sees what she typed; of shared fiches nothing else but the state.
REGISTRANTS = frozenset({Role.PHYSICIAN, Role.HOSPITAL, Role.SECRETARY})
DECLARED = COUNTER | REGISTRANTS
# Who calls: a platform, and of the fiches that it has delegated the organisation that calls for it.
PLATFORM = frozenset({Role.PLATFORM_AGENT, Role.PLATFORM_SUPERVISOR, Role.DELEGATED_TRACER})
SUPERVISOR = frozenset({Role.PLATFORM_SUPERVISOR})
# An agency follows people as a platform does, but for what only the insurance needs to know.
AGENCY = frozenset({Role.ARS_AGENT})
TRACERS = PLATFORM | AGENCY
# What a message of the service itself needs: whom it is to, and where she lives.
SERVICE = frozenset({Role.SYSTEM})
# A feed compares what it brings with what is recorded: a message that repeats itself changes nothing.
TEST_RECORDS = LABORATORY | {Role.SYSTEM}
MASKS_RECORDS = PHARMACY | {Role.SYSTEM}

FIELDS: dict[str, dict[str, frozenset[Role]]] = {
    "identity": {
        "birth_name": DECLARED | TRACERS | SERVICE,
        "used_name": DECLARED | TRACERS | SERVICE,
        "first_names": DECLARED | TRACERS | SERVICE,
        "birth_date": DECLARED | TRACERS,
        "sex": LABORATORY | REGISTRANTS | TRACERS,
        "nir": DECLARED | PLATFORM,
        "nir_holder": DECLARED | PLATFORM,
        "quality": DECLARED | PLATFORM,
        "phone": DECLARED | TRACERS,
        "phones": REGISTRANTS | TRACERS,
        "email": DECLARED | TRACERS | SERVICE,
        "street": DECLARED | TRACERS | SERVICE,
        "postcode": DECLARED | TRACERS | SERVICE,
        "commune": DECLARED | TRACERS | SERVICE,
        "country": DECLARED | TRACERS | SERVICE,
        "scheme": DECLARED | PLATFORM,
        "fund": DECLARED | PLATFORM,
        "centre": DECLARED | PLATFORM,
        "representative": REGISTRANTS | TRACERS,
        "representative_phone": REGISTRANTS | TRACERS,
    },
    "fiche": {
        "id": DECLARED | TRACERS,
        "number": DECLARED | TRACERS,
        "kind": DECLARED | TRACERS,
        "call": TRACERS,
        "test": LABORATORY | TRACERS,
        "closure": DECLARED | TRACERS,
        "state": DECLARED | TRACERS,
        "state_at": DECLARED | TRACERS,
        "consent": DECLARED | TRACERS,
        "department": DECLARED | TRACERS,
        "fund": TRACERS,
        "region": TRACERS,
        "created_at": DECLARED | TRACERS,
        "factors": PLATFORM,
        "urgent_at": PLATFORM,
        "language": PLATFORM,
        "callable_from": PLATFORM,
        "attempts": PLATFORM,
        "call_reason": TRACERS,
        "closure_reason": TRACERS,
        "support_needs": REGISTRANTS | PLATFORM,
        "doubtful": PLATFORM,
        "author_account": NOBODY,
        "author_practice": NOBODY,
        "version": DECLARED | TRACERS,
        "delegation": NOBODY,
        "delegated_to": PLATFORM,
        "delegated_until": PLATFORM,
    },
    "index_case": {
        "fiche": NOBODY,
        "onset": REGISTRANTS | TRACERS,
        "sampled_on": REGISTRANTS | TRACERS,
        "result_on": REGISTRANTS | TRACERS,
        "test_kind": REGISTRANTS | TRACERS,
        "health_worker": REGISTRANTS | TRACERS,
        "social_support": REGISTRANTS | TRACERS,
        "window_start": TRACERS,
        "isolation_until": TRACERS,
        "protocol": TRACERS,
        "was_contact": TRACERS,
    },
    "contact": {
        "fiche": NOBODY,
        "last_contact": TRACERS,
        "same_household": COUNTER | TRACERS,
        "calls_self": PLATFORM,
        "cohabitant_recovers": TRACERS,
        "told_on": TRACERS,
        "isolation_until": TRACERS,
        "mask_until": TRACERS,
        # Whether the sample is taken on the right day: no exposure is told.
        "test_due": LABORATORY | TRACERS,
        "tests": TRACERS,
        "followed_until": TRACERS,
        "protocol": TRACERS,
    },
    "health": {
        "fiche": NOBODY,
        "vaccinated_on": REGISTRANTS | TRACERS,
        "onset": REGISTRANTS | TRACERS,
        "symptoms_ended_on": REGISTRANTS | TRACERS,
        "recovered_on": REGISTRANTS | TRACERS,
        "negative_on": REGISTRANTS | TRACERS,
    },
    "dates_computed": {
        "id": NOBODY,
        "fiche": NOBODY,
        "computed_at": TRACERS,
        "protocol": TRACERS,
        "window_start": TRACERS,
        "isolation_until": TRACERS,
        "mask_until": TRACERS,
        "tests": TRACERS,
    },
    "exposure": {
        "id": NOBODY,
        "index_fiche": REGISTRANTS | TRACERS,
        "contact_fiche": REGISTRANTS | TRACERS,
        "last_contact": REGISTRANTS | TRACERS,
        "same_household": REGISTRANTS | TRACERS,
        "circumstance": REGISTRANTS | TRACERS,
        "calls_self": REGISTRANTS | PLATFORM,
        "co_exposed": TRACERS,
        "consent": TRACERS,
        "created_at": NOBODY,
        "author_practice": NOBODY,
    },
    "stay": {
        "id": REGISTRANTS | PLATFORM,
        "fiche": NOBODY,
        "kind": REGISTRANTS | PLATFORM,
        "since": REGISTRANTS | PLATFORM,
        "until": REGISTRANTS | PLATFORM,
        "department": REGISTRANTS | PLATFORM,
        "period": NOBODY,
        "value": REGISTRANTS | PLATFORM,
        "places": NOBODY,
        "created_at": NOBODY,
        "author_account": NOBODY,
        "author_practice": NOBODY,
        "version": REGISTRANTS | PLATFORM,
    },
    # A letter is read from what it certifies; its row is for verification alone.
    "certificate": dict.fromkeys(
        ("id", "fiche", "since", "until", "digest", "birth", "issued_at", "account", "practice"), NOBODY
    ),
    "test": {
        "id": TEST_RECORDS,
        "sampling": TEST_RECORDS,
        "fiche": TEST_RECORDS,
        "done": TEST_RECORDS | TRACERS,
        "done_on": TEST_RECORDS | TRACERS,
        "kind": TEST_RECORDS | TRACERS,
        "place": TEST_RECORDS,
        "result": TEST_RECORDS | TRACERS,
        "result_on": TEST_RECORDS,
        "practice": TEST_RECORDS,
        "account": TEST_RECORDS,
        "recorded_at": TEST_RECORDS,
        "superseded_at": TEST_RECORDS,
    },
    "mask_delivery": {
        "id": MASKS_RECORDS,
        "fiche": MASKS_RECORDS,
        # Of what another pharmacy recorded, the presenters show the day of a delivery and nothing else.
        "delivered": MASKS_RECORDS,
        "quantity": MASKS_RECORDS,
        "delivered_on": MASKS_RECORDS,
        "protocol": NOBODY,
        "practice": MASKS_RECORDS,
        "account": MASKS_RECORDS,
        "recorded_at": MASKS_RECORDS,
        "superseded_at": MASKS_RECORDS,
    },
    "hand_over": {
        "id": AGENCY,
        "fiche": AGENCY | SUPERVISOR,
        "fund": AGENCY | SUPERVISOR,
        "region": AGENCY | SUPERVISOR,
        "reason": AGENCY | SUPERVISOR,
        "state": AGENCY | SUPERVISOR,
        "answer": AGENCY | SUPERVISOR,
        "asked_by": AGENCY | SUPERVISOR,
        "asked_at": AGENCY | PLATFORM,
        "answer_due_at": AGENCY | PLATFORM,
        "answered_by": AGENCY,
        "answered_at": AGENCY | SUPERVISOR,
        "returned_by": AGENCY,
        "returned_at": AGENCY | SUPERVISOR,
    },
    "signal": {
        "id": AGENCY,
        "region": AGENCY,
        "department": AGENCY,
        "ground": AGENCY,
        "setting": AGENCY,
        "places": NOBODY,
        "first_on": AGENCY,
        "last_on": AGENCY,
        "cases": AGENCY,
        "state": AGENCY,
        "rejection": AGENCY,
        "cluster": AGENCY,
        "policy": AGENCY,
        "proposed_at": AGENCY,
        "decided_by": AGENCY,
        "decided_at": AGENCY,
        "version": AGENCY,
    },
    "cluster": {
        "id": AGENCY,
        "number": AGENCY | SUPERVISOR,
        "region": AGENCY,
        "department": AGENCY,
        "setting": AGENCY,
        "vulnerable": AGENCY,
        "spread": AGENCY,
        "criticality": AGENCY,
        "period": NOBODY,
        "place": AGENCY,
        "places": NOBODY,
        "state": AGENCY,
        "state_at": AGENCY,
        "cases": AGENCY,
        "first_on": AGENCY,
        "last_on": AGENCY,
        "lead": AGENCY,
        "created_by": AGENCY,
        "created_at": AGENCY,
        "version": AGENCY,
    },
    "cluster_member": {
        "id": AGENCY,
        "cluster": AGENCY,
        "fiche": AGENCY,
        "role": AGENCY,
        "since": AGENCY,
        "added_by": AGENCY,
        "added_at": AGENCY,
        "removed_by": AGENCY,
        "removed_at": AGENCY,
    },
    "cluster_measure": {
        "id": AGENCY,
        "cluster": AGENCY,
        "kind": AGENCY,
        "decided_on": AGENCY,
        "planned_on": AGENCY,
        "done_on": AGENCY,
        "note": AGENCY,
        "account": AGENCY,
        "created_at": NOBODY,
    },
    "cluster_note": {"id": NOBODY, "cluster": AGENCY, "value": AGENCY, "account": AGENCY, "at": AGENCY},
    "closing_report": {
        "cluster": AGENCY,
        "cases": AGENCY,
        "co_exposed": AGENCY,
        "contacts": AGENCY,
        "informed": AGENCY,
        "positive": AGENCY,
        "measures": AGENCY,
        "source_found": AGENCY,
        "conclusion": AGENCY,
        "account": AGENCY,
        "at": AGENCY,
    },
    "platform_request": {
        "id": AGENCY | SUPERVISOR,
        "region": AGENCY | SUPERVISOR,
        "fund": AGENCY | SUPERVISOR,
        "cluster": AGENCY | SUPERVISOR,
        "kind": AGENCY | SUPERVISOR,
        "state": AGENCY | SUPERVISOR,
        "state_at": AGENCY | SUPERVISOR,
        "due_at": AGENCY | SUPERVISOR,
        "account": AGENCY | SUPERVISOR,
        "asked_at": AGENCY | SUPERVISOR,
        "version": AGENCY | SUPERVISOR,
    },
    "request_note": {
        "id": NOBODY,
        "request": AGENCY | SUPERVISOR,
        "value": AGENCY | SUPERVISOR,
        "state": AGENCY | SUPERVISOR,
        "account": AGENCY | SUPERVISOR,
        "at": AGENCY | SUPERVISOR,
    },
}


def shown(role: Role, entity: str, field: str) -> bool:
    """Whether ``role`` sees that field at all (whose fiches: the scope of the permission says)."""
    return role in FIELDS[entity].get(field, NOBODY)


@cache
def hidden_fields(role: Role, entity: str) -> tuple[str, ...]:
    """The fields of an entity that ``role`` never sees."""
    return tuple(field for field, roles in FIELDS[entity].items() if role not in roles)
