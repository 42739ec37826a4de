"""What of an identity can be searched: the values whose digests become search keys."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from contact_covid.core.rules.text import fold, name_tokens
from contact_covid.people.enums import KeyKind
from contact_covid.people.rules.identity import Identity


class KeyValue(NamedTuple):
    """The text a search key stands for; it lives in memory only, tables hold its digest."""

    kind: KeyKind
    value: str


def first_given_name(first_names: str) -> str:
    """The first given name, folded; a hyphenated one counts as one ("Jean-Pierre Marie" → "JEAN PIERRE")."""
    units = first_names.replace(",", " ").split()
    return fold(units[0]) if units else ""


def surnames(identity: Identity) -> list[str]:
    """Birth and used name, folded, without repeats."""
    return [name for name in dict.fromkeys((fold(identity.birth_name), fold(identity.used_name))) if name]


def same_person_values(identity: Identity) -> Iterator[KeyValue]:
    """What proves that two fiches are of one person: number with name and birth date, or telephone with them.

    A number alone never does: children are under a parent's, and twins share their birth date too.
    """
    for person in _names_and_birth(identity):
        if identity.nir:
            yield KeyValue(KeyKind.PERSON_BY_NIR, f"{identity.nir}|{person}")
        if identity.phone:
            yield KeyValue(KeyKind.PERSON_BY_PHONE, f"{identity.phone}|{person}")


def perhaps_same_values(identity: Identity) -> Iterator[KeyValue]:
    """What makes it worth asking whether two fiches are of one person."""
    for person in _names_and_birth(identity):
        yield KeyValue(KeyKind.NAME_AND_BIRTH, person)
    for person in _names(identity):
        if identity.nir:
            yield KeyValue(KeyKind.NAME_AND_NIR, f"{identity.nir}|{person}")
        if identity.phone:
            yield KeyValue(KeyKind.NAME_AND_PHONE, f"{identity.phone}|{person}")


def search_values(identity: Identity) -> Iterator[KeyValue]:
    """Everything a fiche is found by."""
    if identity.nir:
        yield KeyValue(KeyKind.NIR, identity.nir)
    yield from same_person_values(identity)
    yield from perhaps_same_values(identity)
    if identity.phone:
        yield phone_value(identity.phone)
    if identity.birth_date:
        yield birth_value(identity.birth_date)
    yield from name_values(f"{identity.birth_name} {identity.used_name} {identity.first_names}")


def phone_value(phone: str) -> KeyValue:
    """``phone`` in E.164."""
    return KeyValue(KeyKind.PHONE, phone)


def birth_value(birth_date: date) -> KeyValue:
    return KeyValue(KeyKind.BIRTH_DATE, f"{birth_date:%Y%m%d}")


def name_values(text: str) -> list[KeyValue]:
    """One a different word of names, folded: whole words only, in any order."""
    return [KeyValue(KeyKind.NAME_TOKEN, token) for token in dict.fromkeys(name_tokens(text))]


def _names(identity: Identity) -> list[str]:
    given = first_given_name(identity.first_names)
    return [f"{surname}|{given}" for surname in surnames(identity)] if given else []


def _names_and_birth(identity: Identity) -> list[str]:
    if identity.birth_date is None:
        return []
    return [f"{names}|{identity.birth_date:%Y%m%d}" for names in _names(identity)]
