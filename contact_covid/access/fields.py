"""Which role sees which field: one table, by entity. A field that is not written here is shown to nobody, and the
classification test names it. Contents for counters follow the guide, pages 6 to 8."""

from functools import cache

from contact_covid.access.enums import Role

NOBODY: frozenset[Role] = frozenset()
COUNTER = frozenset({Role.PHARMACIST, Role.BIOLOGIST})
LABORATORY = frozenset({Role.BIOLOGIST})
PHARMACY = frozenset({Role.PHARMACIST})
# A feed compares what it brings with what is recorded: a message that repeats itself changes nothing.
TEST_RECORDS = LABORATORY | {Role.SYSTEM}
MASKS_RECORDS = PHARMACY | {Role.SYSTEM}

FIELDS: dict[str, dict[str, frozenset[Role]]] = {
    "identity": {
        "birth_name": COUNTER,
        "used_name": COUNTER,
        "first_names": COUNTER,
        "birth_date": COUNTER,
        "sex": LABORATORY,
        "nir": COUNTER,
        "nir_holder": COUNTER,
        "quality": COUNTER,
        "phone": COUNTER,
        "email": COUNTER,
        "street": COUNTER,
        "postcode": COUNTER,
        "commune": COUNTER,
        "scheme": COUNTER,
        "fund": COUNTER,
        "centre": COUNTER,
    },
    "fiche": {
        "id": COUNTER,
        "number": COUNTER,
        "kind": COUNTER,
        "call": NOBODY,
        "test": LABORATORY,
        "closure": COUNTER,
        "state": COUNTER,
        "state_at": COUNTER,
        "consent": COUNTER,
        "department": COUNTER,
        "fund": NOBODY,
        "region": NOBODY,
        "created_at": COUNTER,
        "urgent_at": NOBODY,
        "doubtful": NOBODY,
        "author_account": NOBODY,
        "author_practice": NOBODY,
        "version": COUNTER,
    },
    "index_case": {
        "fiche": NOBODY,
        "onset": NOBODY,
        "sampled_on": NOBODY,
        "result_on": NOBODY,
        "test_kind": NOBODY,
        "health_worker": NOBODY,
        "social_support": NOBODY,
        "window_start": NOBODY,
        "isolation_until": NOBODY,
        "protocol": NOBODY,
    },
    "contact": {
        "fiche": NOBODY,
        "last_contact": NOBODY,
        "same_household": COUNTER,
        "calls_self": NOBODY,
        "isolation_until": NOBODY,
        "test_due": NOBODY,
        "protocol": NOBODY,
    },
    "exposure": {
        "id": NOBODY,
        "index_fiche": NOBODY,
        "contact_fiche": NOBODY,
        "last_contact": NOBODY,
        "same_household": NOBODY,
        "circumstance": NOBODY,
        "consent": NOBODY,
        "created_at": NOBODY,
        "author_practice": NOBODY,
    },
    "test": {
        "id": TEST_RECORDS,
        "fiche": TEST_RECORDS,
        "done": TEST_RECORDS,
        "done_on": TEST_RECORDS,
        "kind": TEST_RECORDS,
        "result": TEST_RECORDS,
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
