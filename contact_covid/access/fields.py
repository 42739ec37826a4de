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
# Who helps a person to isolate: whom, where, and nothing of her health.
SUPPORT = frozenset({Role.SUPPORT_CELL})
HELPERS = REGISTRANTS | PLATFORM | SUPPORT
# Whoever answers a person about her data sees them, of the fiches of her request only.
RIGHTS = frozenset({Role.DPO})
# A feed compares what it brings with what is recorded: a message that repeats itself changes nothing.
TEST_RECORDS = LABORATORY | {Role.SYSTEM}
MASKS_RECORDS = PHARMACY | {Role.SYSTEM}

FIELDS: dict[str, dict[str, frozenset[Role]]] = {
    "identity": {
        "birth_name": DECLARED | TRACERS | SERVICE | RIGHTS | PERSON | SUPPORT,
        "used_name": DECLARED | TRACERS | SERVICE | RIGHTS | PERSON | SUPPORT,
        "first_names": DECLARED | TRACERS | SERVICE | RIGHTS | PERSON | SUPPORT,
        "birth_date": DECLARED | TRACERS | SERVICE | RIGHTS | PERSON,
        "sex": LABORATORY | REGISTRANTS | TRACERS | RIGHTS,
        "nir": DECLARED | PLATFORM | RIGHTS,
        "nir_holder": DECLARED | PLATFORM | RIGHTS,
        "quality": DECLARED | PLATFORM | RIGHTS,
        "phone": DECLARED | TRACERS | RIGHTS | SUPPORT,
        "phones": REGISTRANTS | TRACERS | RIGHTS | SUPPORT,
        "email": DECLARED | TRACERS | SERVICE | RIGHTS,
        "street": DECLARED | TRACERS | SERVICE | RIGHTS | PERSON | SUPPORT,
        "postcode": DECLARED | TRACERS | SERVICE | RIGHTS | PERSON | SUPPORT,
        "commune": DECLARED | TRACERS | SERVICE | RIGHTS | PERSON | SUPPORT,
        "country": DECLARED | TRACERS | SERVICE | RIGHTS | PERSON,
        "scheme": DECLARED | PLATFORM | RIGHTS,
        "fund": DECLARED | PLATFORM | RIGHTS,
        "centre": DECLARED | PLATFORM | RIGHTS,
        "representative": REGISTRANTS | TRACERS | SERVICE | RIGHTS | SUPPORT,
        "representative_phone": REGISTRANTS | TRACERS | RIGHTS | SUPPORT,
    },
    "fiche": {
        "id": DECLARED | TRACERS | RIGHTS,
        "number": DECLARED | TRACERS | RIGHTS | PERSON | SUPPORT,
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
        "counts_from": PLATFORM,
        "told_at": TRACERS | RIGHTS,
        "factors": PLATFORM | RIGHTS,
        "urgent_at": PLATFORM,
        "language": PLATFORM | RIGHTS | PERSON,
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
        "window_start": TRACERS | RIGHTS | PERSON,
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
        "kind": REGISTRANTS | TRACERS | RIGHTS,
        "since": REGISTRANTS | TRACERS | RIGHTS | PERSON,
        "until": REGISTRANTS | TRACERS | RIGHTS | PERSON,
        "department": REGISTRANTS | PLATFORM | RIGHTS,
        "period": NOBODY,
        "value": REGISTRANTS | TRACERS | RIGHTS | PERSON,
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
        "channel": PLATFORM | RIGHTS,
        "issued_at": PLATFORM | RIGHTS,
        "expires_at": PERSON | RIGHTS,
        "call_from": NOBODY,
        "opened_at": PLATFORM | RIGHTS,
        "confirmed_at": PLATFORM | PERSON | RIGHTS,
        "named_none_at": PERSON | RIGHTS,
        "tries": NOBODY,
        "revoked_at": RIGHTS,
        "fell_back_at": NOBODY,
    },
    "person_session": dict.fromkeys(("id", "link", "token_digest", "seen_at", "ended_at"), NOBODY),
    "diary_entry": {
        "id": NOBODY,
        "fiche": NOBODY,
        "day": PLATFORM | PERSON | RIGHTS,
        "symptoms": PLATFORM | PERSON | RIGHTS,
        "temperature": PLATFORM | PERSON | RIGHTS,
        "at": RIGHTS,
    },
    # A letter is read from what it certifies; its row is for verification alone.
    "certificate": dict.fromkeys(("id", "fiche", "digest", "birth", "account", "practice"), NOBODY)
    | dict.fromkeys(("since", "until", "issued_at"), RIGHTS),
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
    "support_request": {
        "id": SUPPORT,
        "fiche": SUPPORT,
        "cell": NOBODY,
        "needs": HELPERS | PERSON | RIGHTS,
        "note": SUPPORT | RIGHTS,
        "state": HELPERS | PERSON | RIGHTS,
        "state_at": HELPERS | PERSON | RIGHTS,
        "reason": HELPERS | PERSON | RIGHTS,
        "account": NOBODY,
        "practice": NOBODY,
        "asked_at": HELPERS | PERSON | RIGHTS,
        "answer_due_at": SUPPORT,
        "answered_by": NOBODY,
        "version": SUPPORT,
    },
    "hand_over": {
        "id": AGENCY,
        "fiche": AGENCY | SUPERVISOR,
        "fund": AGENCY | SUPERVISOR,
        "region": AGENCY | SUPERVISOR | RIGHTS,
        "reason": AGENCY | SUPERVISOR | RIGHTS,
        # Where it stands is on the card of whoever calls that person.
        "state": AGENCY | PLATFORM | RIGHTS,
        "answer": AGENCY | SUPERVISOR | RIGHTS,
        "asked_by": NOBODY,
        "asked_at": AGENCY | SUPERVISOR | RIGHTS,
        "answer_due_at": AGENCY | PLATFORM,
        "answered_by": NOBODY,
        "answered_at": AGENCY | PLATFORM | RIGHTS,
        "returned_by": NOBODY,
        "returned_at": AGENCY | PLATFORM | RIGHTS,
        "withdrawn_by": NOBODY,
        "withdrawn_at": AGENCY | PLATFORM | RIGHTS,
    },
    "signal": {
        "id": AGENCY,
        "region": AGENCY,
        "department": AGENCY,
        "ground": AGENCY | RIGHTS,
        "setting": AGENCY | RIGHTS,
        "places": NOBODY,
        "first_on": AGENCY,
        "last_on": AGENCY,
        "cases": AGENCY,
        "state": AGENCY | RIGHTS,
        "rejection": AGENCY,
        "cluster": AGENCY,
        "policy": AGENCY,
        "proposed_at": AGENCY | RIGHTS,
        "decided_by": AGENCY,
        "decided_at": AGENCY,
        "version": AGENCY,
    },
    "cluster": {
        "id": AGENCY,
        "number": AGENCY | SUPERVISOR | RIGHTS,
        "region": AGENCY,
        "department": AGENCY,
        "setting": AGENCY | RIGHTS,
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
        "role": AGENCY | RIGHTS,
        "since": AGENCY | RIGHTS,
        "added_by": AGENCY,
        "added_at": AGENCY | RIGHTS,
        "removed_by": AGENCY,
        "removed_at": AGENCY | RIGHTS,
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
