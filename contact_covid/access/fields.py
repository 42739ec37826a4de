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
# Whoever answers a person about her data sees them, of the fiches of her request only.
RIGHTS = frozenset({Role.DPO})
# A feed compares what it brings with what is recorded: a message that repeats itself changes nothing.
TEST_RECORDS = LABORATORY | {Role.SYSTEM}
MASKS_RECORDS = PHARMACY | {Role.SYSTEM}

FIELDS: dict[str, dict[str, frozenset[Role]]] = {
    "identity": {
        "birth_name": DECLARED | PLATFORM | RIGHTS,
        "used_name": DECLARED | PLATFORM | RIGHTS,
        "first_names": DECLARED | PLATFORM | RIGHTS,
        "birth_date": DECLARED | PLATFORM | RIGHTS,
        "sex": LABORATORY | REGISTRANTS | PLATFORM | RIGHTS,
        "nir": DECLARED | PLATFORM | RIGHTS,
        "nir_holder": DECLARED | PLATFORM | RIGHTS,
        "quality": DECLARED | PLATFORM | RIGHTS,
        "phone": DECLARED | PLATFORM | RIGHTS,
        "email": DECLARED | PLATFORM | RIGHTS,
        "street": DECLARED | PLATFORM | RIGHTS,
        "postcode": DECLARED | PLATFORM | RIGHTS,
        "commune": DECLARED | PLATFORM | RIGHTS,
        "scheme": DECLARED | PLATFORM | RIGHTS,
        "fund": DECLARED | PLATFORM | RIGHTS,
        "centre": DECLARED | PLATFORM | RIGHTS,
        "representative": REGISTRANTS | PLATFORM | RIGHTS,
        "representative_phone": REGISTRANTS | PLATFORM | RIGHTS,
    },
    "fiche": {
        "id": DECLARED | PLATFORM | RIGHTS,
        "number": DECLARED | PLATFORM | RIGHTS,
        "kind": DECLARED | PLATFORM | RIGHTS,
        "call": PLATFORM | RIGHTS,
        "test": LABORATORY | PLATFORM | RIGHTS,
        "closure": DECLARED | PLATFORM | RIGHTS,
        "state": DECLARED | PLATFORM | RIGHTS,
        "state_at": DECLARED | PLATFORM | RIGHTS,
        "consent": DECLARED | PLATFORM | RIGHTS,
        "department": DECLARED | PLATFORM | RIGHTS,
        "fund": PLATFORM,
        "region": PLATFORM,
        "created_at": DECLARED | PLATFORM | RIGHTS,
        "urgent_at": PLATFORM,
        "callable_from": PLATFORM,
        "attempts": PLATFORM | RIGHTS,
        "call_reason": PLATFORM | RIGHTS,
        "closure_reason": PLATFORM | RIGHTS,
        "doubtful": PLATFORM,
        "onward_opposed": PLATFORM | RIGHTS,
        "author_account": NOBODY,
        "author_practice": NOBODY,
        "version": DECLARED | PLATFORM | RIGHTS,
    },
    "index_case": {
        "fiche": NOBODY,
        "onset": REGISTRANTS | PLATFORM | RIGHTS,
        "sampled_on": REGISTRANTS | PLATFORM | RIGHTS,
        "result_on": REGISTRANTS | PLATFORM | RIGHTS,
        "test_kind": REGISTRANTS | PLATFORM | RIGHTS,
        "health_worker": REGISTRANTS | PLATFORM | RIGHTS,
        "social_support": REGISTRANTS | PLATFORM | RIGHTS,
        "window_start": PLATFORM | RIGHTS,
        "isolation_until": PLATFORM | RIGHTS,
        "protocol": PLATFORM | RIGHTS,
    },
    "contact": {
        "fiche": NOBODY,
        "last_contact": PLATFORM | RIGHTS,
        "same_household": COUNTER | PLATFORM | RIGHTS,
        "calls_self": PLATFORM,
        "isolation_until": PLATFORM | RIGHTS,
        "test_due": PLATFORM | RIGHTS,
        "protocol": PLATFORM | RIGHTS,
    },
    "exposure": {
        "id": NOBODY,
        "index_fiche": REGISTRANTS | PLATFORM,
        "contact_fiche": REGISTRANTS | PLATFORM,
        "last_contact": REGISTRANTS | PLATFORM | RIGHTS,
        "same_household": REGISTRANTS | PLATFORM | RIGHTS,
        "circumstance": REGISTRANTS | PLATFORM | RIGHTS,
        "calls_self": REGISTRANTS | PLATFORM,
        "consent": PLATFORM,
        "created_at": NOBODY,
        "author_practice": NOBODY,
    },
    "test": {
        "id": TEST_RECORDS,
        "fiche": TEST_RECORDS,
        "done": TEST_RECORDS | PLATFORM | RIGHTS,
        "done_on": TEST_RECORDS | PLATFORM | RIGHTS,
        "kind": TEST_RECORDS | PLATFORM | RIGHTS,
        "result": TEST_RECORDS | PLATFORM | RIGHTS,
        "practice": TEST_RECORDS,
        "account": TEST_RECORDS,
        "recorded_at": TEST_RECORDS,
        "superseded_at": TEST_RECORDS,
    },
    "mask_delivery": {
        "id": MASKS_RECORDS,
        "fiche": MASKS_RECORDS,
        "delivered": MASKS_RECORDS | RIGHTS,
        "quantity": MASKS_RECORDS | RIGHTS,
        "delivered_on": MASKS_RECORDS | RIGHTS,
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
