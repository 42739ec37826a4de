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
PLATFORM = frozenset({Role.PLATFORM_AGENT, Role.PLATFORM_SUPERVISOR})
# A feed compares what it brings with what is recorded: a message that repeats itself changes nothing.
TEST_RECORDS = LABORATORY | {Role.SYSTEM}
MASKS_RECORDS = PHARMACY | {Role.SYSTEM}

FIELDS: dict[str, dict[str, frozenset[Role]]] = {
    "identity": {
        "birth_name": DECLARED | PLATFORM,
        "used_name": DECLARED | PLATFORM,
        "first_names": DECLARED | PLATFORM,
        "birth_date": DECLARED | PLATFORM,
        "sex": LABORATORY | REGISTRANTS | PLATFORM,
        "nir": DECLARED | PLATFORM,
        "nir_holder": DECLARED | PLATFORM,
        "quality": DECLARED | PLATFORM,
        "phone": DECLARED | PLATFORM,
        "email": DECLARED | PLATFORM,
        "street": DECLARED | PLATFORM,
        "postcode": DECLARED | PLATFORM,
        "commune": DECLARED | PLATFORM,
        "scheme": DECLARED | PLATFORM,
        "fund": DECLARED | PLATFORM,
        "centre": DECLARED | PLATFORM,
        "representative": REGISTRANTS | PLATFORM,
        "representative_phone": REGISTRANTS | PLATFORM,
    },
    "fiche": {
        "id": DECLARED | PLATFORM,
        "number": DECLARED | PLATFORM,
        "kind": DECLARED | PLATFORM,
        "call": PLATFORM,
        "test": LABORATORY | PLATFORM,
        "closure": DECLARED | PLATFORM,
        "state": DECLARED | PLATFORM,
        "state_at": DECLARED | PLATFORM,
        "consent": DECLARED | PLATFORM,
        "department": DECLARED | PLATFORM,
        "fund": PLATFORM,
        "region": PLATFORM,
        "created_at": DECLARED | PLATFORM,
        "urgent_at": PLATFORM,
        "callable_from": PLATFORM,
        "attempts": PLATFORM,
        "call_reason": PLATFORM,
        "closure_reason": PLATFORM,
        "doubtful": PLATFORM,
        "onward_opposed": PLATFORM,
        "author_account": NOBODY,
        "author_practice": NOBODY,
        "version": DECLARED | PLATFORM,
    },
    "index_case": {
        "fiche": NOBODY,
        "onset": REGISTRANTS | PLATFORM,
        "sampled_on": REGISTRANTS | PLATFORM,
        "result_on": REGISTRANTS | PLATFORM,
        "test_kind": REGISTRANTS | PLATFORM,
        "health_worker": REGISTRANTS | PLATFORM,
        "social_support": REGISTRANTS | PLATFORM,
        "window_start": PLATFORM,
        "isolation_until": PLATFORM,
        "protocol": PLATFORM,
    },
    "contact": {
        "fiche": NOBODY,
        "last_contact": PLATFORM,
        "same_household": COUNTER | PLATFORM,
        "calls_self": PLATFORM,
        "isolation_until": PLATFORM,
        "test_due": PLATFORM,
        "protocol": PLATFORM,
    },
    "exposure": {
        "id": NOBODY,
        "index_fiche": REGISTRANTS | PLATFORM,
        "contact_fiche": REGISTRANTS | PLATFORM,
        "last_contact": REGISTRANTS | PLATFORM,
        "same_household": REGISTRANTS | PLATFORM,
        "circumstance": REGISTRANTS | PLATFORM,
        "calls_self": REGISTRANTS | PLATFORM,
        "consent": PLATFORM,
        "created_at": NOBODY,
        "author_practice": NOBODY,
    },
    "test": {
        "id": TEST_RECORDS,
        "fiche": TEST_RECORDS,
        "done": TEST_RECORDS | PLATFORM,
        "done_on": TEST_RECORDS | PLATFORM,
        "kind": TEST_RECORDS | PLATFORM,
        "result": TEST_RECORDS | PLATFORM,
        "practice": TEST_RECORDS,
        "account": TEST_RECORDS,
        "recorded_at": TEST_RECORDS,
        "superseded_at": TEST_RECORDS,
    },
    "mask_delivery": {
        "id": MASKS_RECORDS,
        "fiche": MASKS_RECORDS,
        "delivered": MASKS_RECORDS,
        "quantity": MASKS_RECORDS,
        "delivered_on": MASKS_RECORDS,
        "practice": MASKS_RECORDS,
        "account": MASKS_RECORDS,
        "recorded_at": MASKS_RECORDS,
        "superseded_at": MASKS_RECORDS,
    },
}


def shown(role: Role, entity: str, field: str) -> bool:
    """Whether ``role`` sees that field at all (whose fiches: the scope of the permission says)."""
    return role in FIELDS[entity].get(field, NOBODY)


@cache
def hidden_fields(role: Role, entity: str) -> tuple[str, ...]:
    """The fields of an entity that ``role`` never sees."""
    return tuple(field for field, roles in FIELDS[entity].items() if role not in roles)
