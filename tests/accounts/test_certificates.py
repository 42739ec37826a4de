"""What makes a card's certificate good: each defence refuses alone, and the published authorities are read."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from contact_covid.accounts.rules.certificates import (
    Authorities,
    Card,
    CardErrorCode,
    CardRefused,
    certified,
    chain_of,
    is_in_force,
)
from contact_covid.demo.rules import cards
from contact_covid.demo.rules.professional_numbers import practice_number, siret
from tests.accounts.igc import (
    AUTHORITY_KEY,
    DAY,
    HOLDER,
    NAMED,
    SUBJECT_KEY,
    Igc,
    der,
    list_with_two_numbers,
)

Told = CardErrorCode | Card


@pytest.fixture
def igc(now: datetime) -> Igc:
    return Igc(now)


def told(igc: Igc, certificate: bytes, *, authorities: Authorities | None = None, **lists: object) -> Told:
    try:
        known = lists.get("lists", igc.lists())
        return certified(chain_of(certificate, authorities or igc.authorities, igc.now), known, igc.now)  # type: ignore[arg-type]
    except CardRefused as refused:
        return refused.code


def test_a_good_card_names_its_holder(igc: Igc) -> None:
    assert told(igc, der(igc.card())) == HOLDER


def _expired(igc: Igc) -> Told:
    return told(igc, der(igc.card(since=-3 * DAY, until=-timedelta(seconds=1))))


def _not_yet_valid(igc: Igc) -> Told:
    return told(igc, der(igc.card(since=timedelta(seconds=1))))


def _rogue_authority(igc: Igc) -> Told:
    """Of an authority that calls itself as ours does, lists included."""
    rogue = Igc(igc.now)
    return told(igc, der(rogue.card()), lists=rogue.lists())


def _signed_by_a_card(igc: Igc) -> Told:
    return told(igc, der(igc.card(by=igc.card())))


def _intermediate_missing(igc: Igc) -> Told:
    return told(igc, der(igc.card()), authorities=Authorities.of([igc.root.certificate]))


def _no_authority(igc: Igc) -> Told:
    return told(igc, der(igc.card()), authorities=Authorities.of([]))


def _for_servers(igc: Igc) -> Told:
    card = cards.card(
        igc.persons, HOLDER, since=igc.now - DAY, until=igc.now + DAY, use=ExtendedKeyUsageOID.SERVER_AUTH
    )
    return told(igc, der(card))


def _an_authority_itself(igc: Igc) -> Told:
    return told(igc, der(igc.persons))


def _revoked(igc: Igc) -> Told:
    card = igc.card()
    return told(igc, der(card), lists=igc.lists(card))


def _authority_revoked(igc: Igc) -> Told:
    since, until = igc.now - DAY, igc.now + DAY
    serial = igc.persons.certificate.serial_number
    withdrawn = x509.load_der_x509_crl(cards.revocations(igc.root, [serial], since, until))
    return told(igc, der(igc.card()), lists={**igc.lists(), withdrawn.issuer.public_bytes(): withdrawn})


def _stale_list(igc: Igc) -> Told:
    return told(igc, der(igc.card()), lists=igc.lists(until=-timedelta(seconds=1)))


def _list_to_come(igc: Igc) -> Told:
    later = Igc(igc.now)
    later.root, later.persons, later.now = igc.root, igc.persons, igc.now + 3 * DAY
    return told(igc, der(igc.card()), lists=later.lists())


def _no_list(igc: Igc) -> Told:
    return told(igc, der(igc.card()), lists={})


def _list_of_another_signer(igc: Igc) -> Told:
    """The right name, another key: a list that would hide the card."""
    return told(igc, der(igc.card()), lists=Igc(igc.now).lists())


def _garbage(igc: Igc) -> Told:
    return told(igc, b"\x30\x03nothing")


def _same_extension_twice(igc: Igc) -> Told:
    return told(igc, der(igc.card()).replace(AUTHORITY_KEY, SUBJECT_KEY))


def _of_no_version(igc: Igc) -> Told:
    return told(igc, der(igc.card()).replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07"))


def _named_in_no_alphabet(igc: Igc) -> Told:
    return told(igc, der(igc.card()).replace(b"MARCHAND", b"\xff" * 8))


def _broken_list(igc: Igc) -> Told:
    found = x509.load_der_x509_crl(list_with_two_numbers(igc.persons, igc.now - DAY, igc.now + DAY, signed=True))
    return told(igc, der(igc.card()), lists={**igc.lists(), found.issuer.public_bytes(): found})


def _a_structure(igc: Igc) -> Told:
    return told(igc, der(igc.card(Card("Extract RASS", "RASS", "Extract"))))


def _a_wrong_rpps(igc: Igc) -> Told:
    return told(igc, der(igc.card(Card("819900000778", "MARCHAND", "Hélène"))))


def _nobody_by_name(igc: Igc) -> Told:
    return told(igc, der(igc.card(Card(HOLDER.national_id, " ", "Hélène"))))


CASES: dict[Callable[[Igc], Told], CardErrorCode] = {
    _expired: CardErrorCode.EXPIRED,
    _not_yet_valid: CardErrorCode.NOT_YET_VALID,
    _rogue_authority: CardErrorCode.UNKNOWN_ISSUER,
    _signed_by_a_card: CardErrorCode.UNKNOWN_ISSUER,
    _intermediate_missing: CardErrorCode.UNKNOWN_ISSUER,
    _no_authority: CardErrorCode.UNKNOWN_ISSUER,
    _for_servers: CardErrorCode.WRONG_USE,
    _an_authority_itself: CardErrorCode.WRONG_USE,
    _revoked: CardErrorCode.REVOKED,
    _authority_revoked: CardErrorCode.REVOKED,
    _stale_list: CardErrorCode.LIST_STALE,
    _list_to_come: CardErrorCode.LIST_STALE,
    _no_list: CardErrorCode.LIST_STALE,
    _list_of_another_signer: CardErrorCode.LIST_STALE,
    _garbage: CardErrorCode.UNREADABLE,
    _same_extension_twice: CardErrorCode.UNREADABLE,
    _of_no_version: CardErrorCode.UNREADABLE,
    _named_in_no_alphabet: CardErrorCode.UNREADABLE,
    _broken_list: CardErrorCode.LIST_STALE,
    _a_structure: CardErrorCode.NO_PERSON,
    _a_wrong_rpps: CardErrorCode.NO_PERSON,
    _nobody_by_name: CardErrorCode.NO_PERSON,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__.strip("_"))
def test_a_card_that_is_not_good_says_why(igc: Igc, case: Callable[[Igc], Told]) -> None:
    assert case(igc) == CASES[case]


@pytest.mark.parametrize("part", [AUTHORITY_KEY, NAMED])
def test_a_list_that_breaks_when_read_is_not_in_force(igc: Igc, part: bytes) -> None:
    whole = list_with_two_numbers(igc.persons, igc.now - DAY, igc.now + DAY, signed=False)
    broken = whole if part == AUTHORITY_KEY else whole.replace(part, b"\xff" * len(part))
    found = x509.load_der_x509_crl(broken)
    assert not is_in_force(found, igc.persons.certificate, igc.now)


@pytest.mark.parametrize(
    "number",
    [f"3{practice_number('93', 12)}/000000000042", f"5{siret('931')}/17"],
    ids=["of an establishment", "of a company"],
)
def test_a_card_of_the_personnel_of_a_structure_names_its_holder(igc: Igc, number: str) -> None:
    holder = Card(number, "COLIN", "Nadia", "Secrétaire")
    assert told(igc, der(igc.card(holder))) == holder


def test_a_director_is_known_by_the_title_of_the_card() -> None:
    titles = {"Directeur d’établissement": True, "DIRECTEUR": True, "Directrice": True, "Médecin": False, "": False}
    assert {title: Card(HOLDER.national_id, "A", "B", title).is_of_director for title in titles} == titles
