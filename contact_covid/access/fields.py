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
# Who follows her secure link: of herself only, and never who exposed her.
PERSON = frozenset({Role.PERSON})
# What a message of the service itself needs: whom it is to, who opens it in a child's place, and where she lives.
SERVICE = frozenset({Role.SYSTEM})
# Whoever answers a person about her data sees them, of the fiches of her request only.
RIGHTS = frozenset({Role.DPO})
# A feed compares what it brings with what is recorded: a message that repeats itself changes nothing.
TEST_RECORDS = LABORATORY | {Role.SYSTEM}
MASKS_RECORDS = PHARMACY | {Role.SYSTEM}

FIELDS: dict[str, dict[str, frozenset[Role]]] = {
    "identity": {
        "birth_name": DECLARED | TRACERS | SERVICE | RIGHTS | PERSON,
        "used_name": DECLARED | TRACERS | SERVICE | RIGHTS | PERSON,
        "first_names": DECLARED | TRACERS | SERVICE | RIGHTS | PERSON,
        "birth_date": DECLARED | TRACERS | SERVICE | RIGHTS | PERSON,
        "sex": LABORATORY | REGISTRANTS | TRACERS | RIGHTS,
        "nir": DECLARED | PLATFORM | RIGHTS,
        "nir_holder": DECLARED | PLATFORM | RIGHTS,
        "quality": DECLARED | PLATFORM | RIGHTS,
        "phone": DECLARED | TRACERS | RIGHTS,
        "phones": REGISTRANTS | TRACERS | RIGHTS,
        "email": DECLARED | TRACERS | SERVICE | RIGHTS,
        "street": DECLARED | TRACERS | SERVICE | RIGHTS | PERSON,
        "postcode": DECLARED | TRACERS | SERVICE | RIGHTS | PERSON,
        "commune": DECLARED | TRACERS | SERVICE | RIGHTS | PERSON,
        "country": DECLARED | TRACERS | SERVICE | RIGHTS | PERSON,
        "scheme": DECLARED | PLATFORM | RIGHTS,
        "fund": DECLARED | PLATFORM | RIGHTS,
        "centre": DECLARED | PLATFORM | RIGHTS,
        "representative": REGISTRANTS | TRACERS | SERVICE | RIGHTS,
        "representative_phone": REGISTRANTS | TRACERS | RIGHTS,
    },
    "fiche": {
        "id": DECLARED | TRACERS | RIGHTS,
        "number": DECLARED | TRACERS | RIGHTS | PERSON,
        "kind": DECLARED | TRACERS | RIGHTS | PERSON,
        "call": TRACERS | RIGHTS,
        "test": LABORATORY | TRACERS | RIGHTS,
        "closure": DECLARED | TRACERS | RIGHTS,
        "state": DECLARED | TRACERS | RIGHTS,
        "state_at": DECLARED | TRACERS | RIGHTS,
        "consent": DECLARED | TRACERS | RIGHTS,
        "department": DECLARED | TRACERS | RIGHTS,
        "fund": TRACERS,
        "region": TRACERS,
        "created_at": DECLARED | TRACERS | RIGHTS,
        "factors": PLATFORM | RIGHTS,
        "urgent_at": PLATFORM,
        "language": PLATFORM | RIGHTS,
        "callable_from": PLATFORM,
        "attempts": PLATFORM | RIGHTS,
        "call_reason": TRACERS | RIGHTS,
        "closure_reason": TRACERS | RIGHTS,
        "support_needs": REGISTRANTS | PLATFORM | RIGHTS,
        "doubtful": PLATFORM,
        "onward_opposed": PLATFORM | RIGHTS,
        "author_account": NOBODY,
        "author_practice": NOBODY,
        "version": DECLARED | TRACERS | RIGHTS,
        "delegation": NOBODY,
        "delegated_to": PLATFORM,
        "delegated_until": PLATFORM,
    },
    "index_case": {
        "fiche": NOBODY,
        "onset": REGISTRANTS | TRACERS | RIGHTS,
        "sampled_on": REGISTRANTS | TRACERS | RIGHTS,
        "result_on": REGISTRANTS | TRACERS | RIGHTS,
        "test_kind": REGISTRANTS | TRACERS | RIGHTS,
        "health_worker": REGISTRANTS | TRACERS | RIGHTS,
        "social_support": REGISTRANTS | TRACERS | RIGHTS,
        "window_start": TRACERS | RIGHTS,
        "isolation_until": TRACERS | RIGHTS | PERSON,
        "protocol": TRACERS | RIGHTS,
        "was_contact": TRACERS,
    },
    "contact": {
        "fiche": NOBODY,
        "last_contact": TRACERS | RIGHTS | PERSON,
        "same_household": COUNTER | TRACERS | RIGHTS,
        "calls_self": PLATFORM,
        "cohabitant_recovers": TRACERS | RIGHTS,
        "told_on": TRACERS | RIGHTS,
        "isolation_until": TRACERS | RIGHTS | PERSON,
        "mask_until": TRACERS | RIGHTS | PERSON,
        # Whether the sample is taken on the right day: no exposure is told.
        "test_due": LABORATORY | TRACERS | RIGHTS,
        "tests": TRACERS | RIGHTS | PERSON,
        "followed_until": TRACERS | RIGHTS,
        "protocol": TRACERS | RIGHTS,
    },
    "health": {
        "fiche": NOBODY,
        "vaccinated_on": REGISTRANTS | TRACERS | RIGHTS,
        "onset": REGISTRANTS | TRACERS | RIGHTS,
        "symptoms_ended_on": REGISTRANTS | TRACERS | RIGHTS,
        "recovered_on": REGISTRANTS | TRACERS | RIGHTS,
        "negative_on": REGISTRANTS | TRACERS | RIGHTS,
    },
    "dates_computed": {
        "id": NOBODY,
        "fiche": NOBODY,
        "computed_at": TRACERS | RIGHTS,
        "protocol": TRACERS | RIGHTS,
        "window_start": TRACERS | RIGHTS,
        "isolation_until": TRACERS | RIGHTS,
        "mask_until": TRACERS | RIGHTS,
        "tests": TRACERS | RIGHTS,
    },
    "exposure": {
        "id": NOBODY,
        "index_fiche": REGISTRANTS | TRACERS,
        "contact_fiche": REGISTRANTS | TRACERS,
        "last_contact": REGISTRANTS | TRACERS | RIGHTS,
        "same_household": REGISTRANTS | TRACERS | RIGHTS,
        "circumstance": REGISTRANTS | TRACERS | RIGHTS,
        "calls_self": REGISTRANTS | PLATFORM,
        "co_exposed": TRACERS | RIGHTS,
        "consent": TRACERS,
        "created_at": NOBODY,
        "author_practice": NOBODY,
    },
    "stay": {
        "id": REGISTRANTS | PLATFORM,
        "fiche": NOBODY,
        "kind": REGISTRANTS | PLATFORM | RIGHTS,
        "since": REGISTRANTS | PLATFORM | RIGHTS,
        "until": REGISTRANTS | PLATFORM | RIGHTS,
        "department": REGISTRANTS | PLATFORM | RIGHTS,
        "period": NOBODY,
        "value": REGISTRANTS | PLATFORM | RIGHTS,
        "places": NOBODY,
        "created_at": NOBODY,
        "author_account": NOBODY,
        "author_practice": NOBODY,
        "version": REGISTRANTS | PLATFORM,
    },
    "secure_link": {
        "id": NOBODY,
        "fiche": NOBODY,
        "token_digest": NOBODY,
        "channel": PLATFORM,
        "language": PERSON,
        "issued_at": PLATFORM,
        "expires_at": PERSON,
        "call_from": NOBODY,
        "opened_at": PLATFORM,
        "confirmed_at": PLATFORM | PERSON,
        "named_none_at": PERSON,
        "tries": NOBODY,
        "revoked_at": NOBODY,
        "fell_back_at": NOBODY,
    },
    "person_session": dict.fromkeys(("id", "link", "token_digest", "seen_at", "ended_at"), NOBODY),
    "diary_entry": {
        "id": NOBODY,
        "fiche": NOBODY,
        "day": PLATFORM | PERSON,
        "symptoms": PLATFORM | PERSON,
        "temperature": PLATFORM | PERSON,
        "at": NOBODY,
    },
    # A letter is read from what it certifies; its row is for verification alone.
    "certificate": dict.fromkeys(
        ("id", "fiche", "since", "until", "digest", "birth", "issued_at", "account", "practice"), NOBODY
    ),
    "test": {
        "id": TEST_RECORDS,
        "sampling": TEST_RECORDS,
        "fiche": TEST_RECORDS,
        "done": TEST_RECORDS | TRACERS | RIGHTS,
        "done_on": TEST_RECORDS | TRACERS | RIGHTS,
        "kind": TEST_RECORDS | TRACERS | RIGHTS,
        "place": TEST_RECORDS | RIGHTS,
        "result": TEST_RECORDS | TRACERS | RIGHTS,
        "result_on": TEST_RECORDS | RIGHTS,
        "practice": TEST_RECORDS,
        "account": TEST_RECORDS,
        "recorded_at": TEST_RECORDS | RIGHTS,
        "superseded_at": TEST_RECORDS,
    },
    "mask_delivery": {
        "id": MASKS_RECORDS,
        "fiche": MASKS_RECORDS,
        # Of what another pharmacy recorded, the presenters show the day of a delivery and nothing else.
        "delivered": MASKS_RECORDS | RIGHTS,
        "quantity": MASKS_RECORDS | RIGHTS,
        "delivered_on": MASKS_RECORDS | RIGHTS,
        "protocol": RIGHTS,
        "practice": MASKS_RECORDS,
        "account": MASKS_RECORDS,
        "recorded_at": MASKS_RECORDS | RIGHTS,
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
        "withdrawn_by": NOBODY,
        "withdrawn_at": AGENCY | SUPERVISOR,
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
