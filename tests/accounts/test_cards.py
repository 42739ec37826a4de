"""Cards and accounts: the ticket, the session it opens, the block it lifts, the account it creates, the lists kept."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.checks import run_checks
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from contact_covid.access.enums import Assurance, Role
from contact_covid.accounts.actions import guard, revocation
from contact_covid.accounts.actions.accounts import NewPost
from contact_covid.accounts.actions.cards import TICKET_FOR, Redeemed, card_code, read_card, redeem
from contact_covid.accounts.actions.sessions import NoOpenPost, open_session, purge
from contact_covid.accounts.creation_queries import holder_of_card
from contact_covid.accounts.models import Account, CardReading, LoginGuard, Post, RevocationList
from contact_covid.accounts.queries import session_for
from contact_covid.accounts.rules.certificates import Card, CardErrorCode, CardRefused
from contact_covid.core.ids import new_id
from contact_covid.core.rules.professional_ids import parse_national_id
from contact_covid.core.rules.tokens import digest_of
from contact_covid.demo.rules import cards
from contact_covid.demo.rules.cards import Keyed
from contact_covid.demo.rules.professional_numbers import practice_number, rpps, siret
from contact_covid.directory.enums import OrganisationKind, Profession
from contact_covid.directory.models import Organisation, Practice, Professional
from contact_covid.journal.models import Entry
from contact_covid.journal.rules.details import NotACode, check_detail
from tests.accounts.conftest import PASSWORD, LogIn, MakeAccount, MakePractice
from tests.accounts.igc import AUTHORITY_KEY, DAY, HOLDER, NAMED, SUBJECT_KEY, Igc, der, list_with_two_numbers
from tests.accounts.test_log_in import attempt

pytestmark = pytest.mark.django_db
NONCE, EMAIL = "of this browser", "h.marchand@cabinet.example"
SECOND = timedelta(seconds=1)
FINESS, OTHER_FINESS = practice_number("75", 1), practice_number("75", 2)


@pytest.fixture
def igc(now: datetime, settings: Settings, tmp_path: Path) -> Igc:
    """An authority that the service trusts, with its lists."""
    made = Igc(now)
    settings.CARD_ROOTS = tmp_path / "authorities"
    made.install(settings.CARD_ROOTS)
    for content in made.published():
        revocation.keep_list(content=content, now=now)
    return made


@pytest.fixture
def holder(now: datetime) -> Professional:
    return Professional.objects.create(
        id=new_id(now), national_id=HOLDER.national_id, title="Dr", last_name="Marchand", first_name="Hélène",
        profession=Profession.PHYSICIAN,
    )  # fmt: skip


@pytest.fixture
def account(make_account: MakeAccount, holder: Professional) -> UUID:
    """The account of the card's holder."""
    made = make_account(EMAIL)
    Account.objects.filter(id=made).update(professional=holder)
    return made


def ticket(igc: Igc, now: datetime, nonce: str = NONCE, holder: Card = HOLDER) -> str:
    return read_card(certificate=der(igc.card(holder)), nonce_digest=digest_of(nonce), now=now)


def told(of: str, now: datetime, nonce: str = NONCE) -> CardErrorCode | bool:
    try:
        return bool(redeem(ticket=of, nonce=nonce, now=now).token)
    except CardRefused as refused:
        return refused.code


def test_a_card_opens_a_session_of_its_assurance(igc: Igc, account: UUID, now: datetime) -> None:
    opened = redeem(ticket=ticket(igc, now), nonce=NONCE, now=now)
    session = session_for(opened.token, now)
    assert session is not None
    assert (session.actor.account, session.actor.assurance) == (account, Assurance.CARD)
    assert Entry.objects.get(kind="accounts.logged_in", account=account).detail["way"] == "card"
    assert not CardReading.objects.exists()


def test_a_ticket_is_good_once_a_minute_long_in_the_browser_that_asked(igc: Igc, account: UUID, now: datetime) -> None:
    of = ticket(igc, now)
    assert told(of, now, nonce="of another browser") == CardErrorCode.TICKET_OVER
    assert told(of, now, nonce="") == CardErrorCode.TICKET_OVER
    assert told(of, now) is True
    assert told(of, now) == CardErrorCode.TICKET_OVER
    assert told(ticket(igc, now), now + TICKET_FOR - SECOND) is True
    assert told(ticket(igc, now), now + TICKET_FOR) == CardErrorCode.TICKET_OVER
    assert timedelta(minutes=1) >= TICKET_FOR


def test_a_refusal_is_in_the_journal_without_a_name(igc: Igc, now: datetime) -> None:
    with pytest.raises(CardRefused):
        read_card(certificate=der(igc.card(until=-SECOND)), nonce_digest=digest_of(NONCE), now=now)
    [detail] = Entry.objects.filter(kind="accounts.card_refused").values_list("detail", flat=True)
    assert detail == {"reason": "card.expired"}


def test_a_card_lifts_the_password_block_of_its_account_alone(
    igc: Igc, account: UUID, make_account: MakeAccount, enter: LogIn, now: datetime
) -> None:
    other = make_account("other@cabinet.example")
    device = enter(EMAIL).device_token
    for login, browser in ((EMAIL, None), (EMAIL, device), ("other@cabinet.example", None)):
        assert [attempt(login, "Faux-Mot-1", now, browser) for _ in range(3)][-1] == "blocked 15"
        assert attempt(login, PASSWORD, now, browser) == "blocked 15"

    assert told(ticket(igc, now), now) is True

    assert attempt(EMAIL, PASSWORD, now) == "in"
    assert attempt(EMAIL, PASSWORD, now, device) == "in"
    assert attempt("other@cabinet.example", PASSWORD, now) == "blocked 15"
    assert [bytes(each.key) for each in LoginGuard.objects.all()] == [guard.key_of(b"account:" + other.bytes)]


def test_the_session_begins_where_the_last_one_was_or_at_the_first_place(
    igc: Igc, holder: Professional, make_account: MakeAccount, make_practice: MakePractice, now: datetime
) -> None:
    first, second = make_practice("931000001", "Cabinet un"), make_practice("931000002", "Cabinet deux")
    account = make_account(EMAIL, posts=(NewPost(Role.PHYSICIAN, first.id), NewPost(Role.PHYSICIAN, second.id)))
    Account.objects.filter(id=account).update(professional=holder)

    def place() -> str:
        session = session_for(redeem(ticket=ticket(igc, now), nonce=NONCE, now=now).token, now)
        assert session is not None
        return session.profile.place

    assert place() == "Cabinet un"
    open_session(account, Post.objects.get(practice=second).id, Assurance.PASSWORD, (), now + SECOND)
    assert place() == "Cabinet deux"
    Post.objects.filter(practice=second).update(ends_at=now)
    assert place() == "Cabinet un"


def test_a_closed_account_and_one_without_post_stay_out(igc: Igc, account: UUID, now: datetime) -> None:
    Post.objects.filter(account=account).update(ends_at=now)
    with pytest.raises(NoOpenPost):
        redeem(ticket=ticket(igc, now), nonce=NONCE, now=now)
    Account.objects.filter(id=account).update(is_active=False)
    assert told(ticket(igc, now), now) == CardErrorCode.ACCOUNT_CLOSED
    refusals = Entry.objects.filter(kind="accounts.card_refused", account=account).order_by("id")
    code = f"8:{HOLDER.national_id[1:]}"
    assert [each.detail for each in refusals] == [
        {"reason": "login.no_open_post", "card": code},
        {"reason": "card.account_closed", "card": code},
    ]


# --- Without an account --------------------------------------------------------------------------------------------


def structure(finess: str, now: datetime, kind: OrganisationKind = OrganisationKind.PHARMACY) -> Practice:
    """A structure with its own number, whoever works there."""
    organisation = Organisation.objects.create(id=new_id(now), kind=kind, name="Pharmacie du Port", finess=finess)
    return Practice.objects.create(id=new_id(now), organisation=organisation, name="Pharmacie du Port", number=finess)


def test_a_card_of_nobody_names_whom_the_directory_knows(igc: Igc, holder: Professional, now: datetime) -> None:
    hospital = Organisation.objects.create(id=new_id(now), kind=OrganisationKind.HOSPITAL, name="Hôpital des Coteaux")
    opened = redeem(ticket=ticket(igc, now), nonce=NONCE, now=now)
    assert opened == Redeemed(HOLDER)
    assert holder_of_card(parse_national_id(HOLDER.national_id)) is None, "no place that gives an account"
    for name, organisation in (("Cabinet", None), ("Hôpital", hospital)):
        Practice.objects.create(id=new_id(now), professional=holder, organisation=organisation, name=name)
    found = holder_of_card(parse_national_id(HOLDER.national_id))
    assert found is not None
    assert found.name == "Dr Hélène MARCHAND"
    assert {place.role for place in found.places} == {Role.PHYSICIAN, Role.HOSPITAL}


def test_the_card_of_a_structures_personnel_means_the_structure(
    igc: Igc, make_account: MakeAccount, now: datetime
) -> None:
    place = structure(FINESS, now)
    card = Card(f"3{FINESS}/1234", "Petit", "Anne", "Préparatrice")
    assert redeem(ticket=ticket(igc, now, holder=card), nonce=NONCE, now=now) == Redeemed(card)
    found = holder_of_card(parse_national_id(card.national_id))
    assert found is not None
    assert (found.professional, found.name, found.place.practice) == (None, "Pharmacie du Port", place.id)

    make_account("pharmacie@officine.example", posts=(NewPost(Role.SECRETARY, place.id),))
    assert redeem(ticket=ticket(igc, now, holder=card), nonce=NONCE, now=now) == Redeemed(card), "a secretary's"
    account = make_account("officine@officine.example", posts=(NewPost(Role.PHARMACIST, place.id),))
    session = session_for(redeem(ticket=ticket(igc, now, holder=card), nonce=NONCE, now=now).token, now)
    assert session is not None
    assert session.actor.account == account
    detail = Entry.objects.get(kind="accounts.logged_in", account=account).detail
    assert detail == {"way": "card", "card": f"3:{FINESS}:/1234"}, "whose card it was is kept"
    assert told(ticket(igc, now, holder=Card(f"3{OTHER_FINESS}/1234", "Petit", "Anne")), now) is False


def test_a_card_whose_number_is_written_like_a_nir_opens_a_session(
    igc: Igc, make_account: MakeAccount, now: datetime
) -> None:
    make_account("officine@officine.example", posts=(NewPost(Role.PHARMACIST, structure(FINESS, now).id),))
    card = Card(f"3{FINESS}001", "Petit", "Anne")
    with pytest.raises(NotACode):
        check_detail({"card": card.national_id})
    assert told(ticket(igc, now, holder=card), now) is True


IDS = st.one_of(
    st.builds("0{}{}".format, st.just(FINESS), st.just("")),
    st.builds("8{}{}".format, st.integers(0, 9_999_999).map(rpps), st.just("")),
    st.builds("3{}{}".format, st.just(FINESS), st.text() | st.from_regex(r"[0-9]{3,5}|[12][0-9]{12}", fullmatch=True)),
    st.builds("5{}{}".format, st.just(siret("931")), st.text()),
)


@given(IDS)
def test_whose_card_it_was_is_a_code_that_is_no_nir(national_id: str) -> None:
    known = parse_national_id(national_id)
    code = card_code(known)
    check_detail({"card": code})
    for part in code.split(":"):
        check_detail({"card": part})
    assert code.startswith(f"{known.kind}:{known.number}")


# --- Lists ---------------------------------------------------------------------------------------------------------


@contextmanager
def publisher(pages: dict[str, bytes]) -> Iterator[str]:
    """A web server of this machine with those pages."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = pages.get(self.path)
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_lost_card_opens_nothing_once_its_list_is_fetched(
    igc: Igc, account: UUID, settings: Settings, now: datetime
) -> None:
    lost = igc.card()
    read_card(certificate=der(lost), nonce_digest=digest_of(NONCE), now=now)
    rogue = Igc(now)
    pages = {"/rogue": rogue.published(lost)[1], "/old": b"<html>", "/list": igc.published(lost, until=2 * DAY)[1]}
    with publisher(pages) as site:
        settings.CARD_CRL_URLS = tuple(f"{site}/{name}" for name in ("absent", "rogue", "old", "list"))
        settings.CARD_CRL_URLS += ("file:///etc/hostname",)
        assert revocation.fetch_lists(now=now) == 4

    with pytest.raises(CardRefused, match=r"card\.revoked"):
        read_card(certificate=der(lost), nonce_digest=digest_of(NONCE), now=now)
    assert read_card(certificate=der(igc.card()), nonce_digest=digest_of(NONCE), now=now)
    with pytest.raises(CardRefused, match=r"card\.list_stale"):
        read_card(certificate=der(igc.card(until=9 * DAY)), nonce_digest=digest_of(NONCE), now=now + 3 * DAY)


def test_a_forged_list_stops_no_other(igc: Igc, account: UUID, settings: Settings, now: datetime) -> None:
    lost, since, until = igc.card(), now - DAY, now + DAY
    twice = list_with_two_numbers(igc.persons, since, until, signed=False)
    pages = {
        "/twice": twice,
        "/twice-signed": list_with_two_numbers(igc.persons, since, until, signed=True),
        "/nameless": igc.published()[1].replace(NAMED, b"\xff" * len(NAMED)),
        "/versionless": igc.published()[1].replace(b"\x02\x01\x01", b"\x02\x01\x09", 1),
        "/list": igc.published(lost)[1],
    }
    with publisher(pages) as site:
        settings.CARD_CRL_URLS = ("http://[broken/", *(f"{site}{name}" for name in pages))
        assert revocation.fetch_lists(now=now) == 5
    with pytest.raises(CardRefused, match=r"card\.revoked"):
        read_card(certificate=der(lost), nonce_digest=digest_of(NONCE), now=now)


def test_an_authority_whose_points_cannot_be_read_stops_no_list(
    igc: Igc, settings: Settings, now: datetime, tmp_path: Path
) -> None:
    broken = x509.load_der_x509_certificate(der(igc.persons).replace(AUTHORITY_KEY, SUBJECT_KEY))
    (settings.CARD_ROOTS / "twice.pem").write_bytes(broken.public_bytes(Encoding.PEM))
    assert revocation.fetch_lists(now=now) == 0


def test_a_broken_file_of_authorities_is_skipped_and_told(
    igc: Igc, settings: Settings, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    assert [each.id for each in run_checks(tags=["cards"])] == []
    settings.CARD_ROOTS.joinpath("broken.pem").write_text(
        "-----BEGIN CERTIFICATE-----\nMIIBzqsecretzq==\n-----END CERTIFICATE-----\n"
    )
    settings.CARD_ROOTS.joinpath("gone.pem").symlink_to("nowhere")
    assert read_card(certificate=der(igc.card()), nonce_digest=digest_of(NONCE), now=now)
    assert "broken.pem" in caplog.text
    assert "zqsecret" not in caplog.text
    found = run_checks(tags=["cards"])
    assert [each.id for each in found] == ["accounts.W002"] * 2
    assert "broken.pem" in found[0].msg


def test_lists_and_authorities_are_parsed_once_and_only_those_of_the_chain(
    igc: Igc, settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = cards.root("AC RACINE AUTRE", now - DAY)
    (settings.CARD_ROOTS / "other.pem").write_bytes(other.certificate.public_bytes(Encoding.PEM))
    revocation.keep_list(content=cards.revocations(other, [], now - DAY, now + DAY), now=now)
    parsed: list[str] = []
    for name in ("load_der_x509_crl", "load_pem_x509_certificates"):
        monkeypatch.setattr(x509, name, _noting(parsed, name, getattr(x509, name)))

    def read(card: Keyed) -> list[str]:
        parsed.clear()
        read_card(certificate=der(card), nonce_digest=digest_of(NONCE), now=now)
        return sorted(parsed)

    lost = igc.card()
    assert read(lost) == ["load_der_x509_crl"] * 2, "the authorities were read with the first list"
    assert read(lost) == []
    revocation.keep_list(content=igc.published(igc.card(), lost)[1], now=now)
    parsed.clear()
    with pytest.raises(CardRefused, match=r"card\.revoked"):
        read(lost)
    assert parsed == ["load_der_x509_crl"]
    with (settings.CARD_ROOTS / "other.pem").open("ab") as file:
        file.write(igc.root.certificate.public_bytes(Encoding.PEM))
    assert read(igc.card()) == ["load_pem_x509_certificates"] * 3


def _noting(parsed: list[str], name: str, load: Callable[[bytes], object]) -> Callable[[bytes], object]:
    def noting(content: bytes) -> object:
        parsed.append(name)
        return load(content)

    return noting


def test_an_older_list_does_not_replace_a_newer_one(igc: Igc, now: datetime) -> None:
    kept = bytes(RevocationList.objects.get(issuer=_issuer(igc)).content)
    igc.now -= timedelta(hours=1)
    revocation.keep_list(content=igc.published(igc.card())[1], now=now)
    assert bytes(RevocationList.objects.get(issuer=_issuer(igc)).content) == kept


def _issuer(igc: Igc) -> bytes:
    return revocation._key(igc.persons.certificate.subject)


def test_readings_of_cards_are_not_kept(igc: Igc, now: datetime) -> None:
    ticket(igc, now)
    purge(now=now + TICKET_FOR)
    assert CardReading.objects.exists()
    purge(now=now + TICKET_FOR + SECOND)
    assert not CardReading.objects.exists()
