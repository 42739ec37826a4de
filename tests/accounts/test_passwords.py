import pytest

from contact_covid.accounts.actions.accounts import PasswordRefused, password_hash
from contact_covid.accounts.rules.passwords import PasswordFault as Fault


def faults_of(password: str) -> set[Fault]:
    try:
        password_hash(
            password, last_name="Lefèvre-Dumoulin", first_name="Anaïs", email="a.lefevre@cabinet-ouest.example"
        )
    except PasswordRefused as refusal:
        return set(refusal.faults)
    return set()


@pytest.mark.parametrize(
    "password",
    [
        "Vélo-Orange-42",
        "tRuite#8arc-en-ciel",
        "Ab3$" + "x" * 124,
        "Quatre chevaux 4 courent !",
        "Le covid-cheval-agrafe 9",
        "Marine-q7x-poulie4",
        "日本Ab1!日本",
    ],
)
def test_good_passwords_pass(password: str) -> None:
    assert faults_of(password) == set()


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("Ab3$xyz", Fault.TOO_SHORT),
        ("Ab3$" + "x" * 125, Fault.TOO_LONG),
        ("Ab3$xyzt\ud800", Fault.BROKEN_TEXT),
        ("VELO-ORANGE-42", Fault.NO_LOWER),
        ("velo-orange-42", Fault.NO_UPPER),
        ("Velo-Orange-Rue", Fault.NO_DIGIT),
        ("VeloOrange42", Fault.NO_SPECIAL),
        ("Velo Orange 42", Fault.NO_SPECIAL),
        ("P@ssw0rd", Fault.TOO_COMMON),
        ("Azerty123!", Fault.TOO_COMMON),
        ("!!Marine2020", Fault.TOO_COMMON),
        ("Amelipro2020!", Fault.CONTEXT),
        ("@m3lipr0-2020", Fault.CONTEXT),
        ("ContactCovid1!", Fault.CONTEXT),
        ("Covid-19!", Fault.CONTEXT),
        ("Médecin.2020", Fault.CONTEXT),
        ("Anais-2020!", Fault.TOO_SIMILAR),
        ("Lefevre&1975", Fault.TOO_SIMILAR),
        ("An@is+Lef3vre1", Fault.TOO_SIMILAR),
        ("a.lefevre@cabinet-Ouest7", Fault.TOO_SIMILAR),
    ],
)
def test_bad_passwords_are_refused_with_the_reason(password: str, fault: Fault) -> None:
    assert fault in faults_of(password)


def test_every_reason_is_given_at_once() -> None:
    assert faults_of("xqk") == {Fault.TOO_SHORT, Fault.NO_UPPER, Fault.NO_DIGIT, Fault.NO_SPECIAL}


def test_the_refusal_never_carries_the_password() -> None:
    with pytest.raises(PasswordRefused) as refusal:
        password_hash("Amelipro2020!")
    assert "Amelipro2020!" not in f"{refusal.value!r} {refusal.value.__cause__!r} {refusal.value.args}"
    assert refusal.value.__suppress_context__


def test_an_accepted_password_is_stored_as_argon2() -> None:
    encoded = password_hash("Vélo-Orange-42")
    assert encoded.startswith("argon2$argon2id$")
    assert "Orange" not in encoded
