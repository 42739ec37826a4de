"""Which role sees which field: one table, by entity. A field that is not written here is shown to nobody, and the
classification test names it. Contents for counters follow the guide, pages 6 to 8."""

from functools import cache

from contact_covid.access.enums import Role

NOBODY: frozenset[Role] = frozenset()
COUNTER = frozenset({Role.PHARMACIST, Role.BIOLOGIST})
LABORATORY = frozenset({Role.BIOLOGIST})
PHARMACY = frozenset({Role.PHARMACIST})

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
        "call_reason": NOBODY,
        "test": LABORATORY,
        "closure": COUNTER,
        "closure_reason": NOBODY,
        "state": COUNTER,
        "state_at": COUNTER,
        "consent": COUNTER,
        "department": COUNTER,
        "fund": NOBODY,
        "region": NOBODY,
        "created_at": COUNTER,
        "urgent_at": NOBODY,
        "attempts": NOBODY,
        "doubtful": NOBODY,
        "author_account": NOBODY,
        "author_practice": NOBODY,
        "version": COUNTER,
        "changed_at": COUNTER,
        "changed_by": COUNTER,
    },
    "exposure": {
        "id": NOBODY,
        "index_fiche": NOBODY,
        "contact_fiche": NOBODY,
        "last_contact": NOBODY,
        "same_household": COUNTER,
        "circumstance": NOBODY,
        "consent": NOBODY,
        "created_at": NOBODY,
        "author_practice": NOBODY,
    },
    "test": {
        "id": LABORATORY,
        "fiche": LABORATORY,
        "done": LABORATORY,
        "done_on": LABORATORY,
        "kind": LABORATORY,
        "result": LABORATORY,
        "practice": LABORATORY,
        "account": LABORATORY,
        "recorded_at": LABORATORY,
        "superseded_at": LABORATORY,
    },
    "mask_delivery": {
        "id": PHARMACY,
        "fiche": PHARMACY,
        "delivered": PHARMACY,
        "quantity": PHARMACY,
        "delivered_on": PHARMACY,
        "practice": PHARMACY,
        "account": PHARMACY,
        "recorded_at": PHARMACY,
        "superseded_at": PHARMACY,
    },
}


def shown(role: Role, entity: str, field: str) -> bool:
    """Whether ``role`` sees that field at all (whose fiches: the scope of the permission says)."""
    return role in FIELDS[entity].get(field, NOBODY)


@cache
def hidden_fields(role: Role, entity: str) -> tuple[str, ...]:
    """The fields of an entity that ``role`` never sees."""
    return tuple(field for field, roles in FIELDS[entity].items() if role not in roles)
