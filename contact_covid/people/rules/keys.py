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


class PersonValues(NamedTuple):
    """What tells whether two fiches are of one person.

    ``alike`` makes it worth asking, and is what search keys are kept of. ``same`` proves it: number with name and birth
    date, or one of the telephones with them, each with the two values of ``alike`` that a fiche carries exactly when it
    carries the proof: a fiche has one number, one birth date, one first given name, and each of its telephones goes
    with each of its surnames. A number or a telephone alone never proves: children are under a parent's number,
    households share a telephone, and twins their birth date too.
    """

    same: dict[KeyValue, tuple[KeyValue, KeyValue]]
    alike: list[KeyValue]


def person_values(identity: Identity) -> PersonValues:
    same: dict[KeyValue, tuple[KeyValue, KeyValue]] = {}
    alike: list[KeyValue] = []
    given = first_given_name(identity.first_names)
    for name in [f"{surname}|{given}" for surname in surnames(identity)] if given else []:
        numbers = [
            (by, KeyValue(kind, f"{number}|{name}"), number)
            for by, kind, number in (
                (KeyKind.PERSON_BY_NIR, KeyKind.NAME_AND_NIR, identity.nir),
                *((KeyKind.PERSON_BY_PHONE, KeyKind.NAME_AND_PHONE, phone) for phone in identity.telephones),
            )
            if number
        ]
        alike += [value for _, value, _ in numbers]
        if identity.birth_date:
            born = KeyValue(KeyKind.NAME_AND_BIRTH, f"{name}|{_day(identity.birth_date)}")
            alike.append(born)
            same |= {KeyValue(by, f"{number}|{born.value}"): (value, born) for by, value, number in numbers}
    return PersonValues(same, alike)


def search_values(identity: Identity) -> Iterator[KeyValue]:
    """Everything a fiche is found by."""
    if identity.nir:
        yield KeyValue(KeyKind.NIR, identity.nir)
    yield from person_values(identity).alike
    yield from map(phone_value, identity.telephones)
    if identity.birth_date:
        yield birth_value(identity.birth_date)
    yield from name_values(f"{identity.birth_name} {identity.used_name} {identity.first_names}")


def phone_value(phone: str) -> KeyValue:
    """``phone`` in E.164."""
    return KeyValue(KeyKind.PHONE, phone)


def birth_value(birth_date: date) -> KeyValue:
    return KeyValue(KeyKind.BIRTH_DATE, _day(birth_date))


def name_values(text: str) -> list[KeyValue]:
    """One a different word of names, folded: whole words only, in any order."""
    return [KeyValue(KeyKind.NAME_TOKEN, token) for token in dict.fromkeys(name_tokens(text))]


def _day(day: date) -> str:
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"
