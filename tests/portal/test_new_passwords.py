"""Forms with a new password: every fault is told at once, whatever else is wrong."""

import pytest
from django.http import QueryDict

from contact_covid.accounts.rules.passwords import PasswordFault
from contact_covid.portal.account.forms import EmailForm, PasswordForm
from contact_covid.portal.creation.forms import DetailsForm
from contact_covid.portal.forms import PortalForm
from contact_covid.portal.invitation.forms import NewAccountForm
from contact_covid.portal.one_login.forms import OneLoginForm
from contact_covid.portal.password.forms import ChooseForm
from contact_covid.portal.passwords import NewPasswordForm
from contact_covid.portal.second_factor.forms import PasskeyForm

SHORT = [PasswordFault.TOO_SHORT, PasswordFault.NO_UPPER, PasswordFault.NO_DIGIT, PasswordFault.NO_SPECIAL]


def codes(form: PortalForm) -> dict[str, list[str]]:
    return {name: [str(error.code) for error in errors] for name, errors in form.errors.as_data().items()}


@pytest.mark.parametrize(
    ("kind", "others"),
    [
        (DetailsForm, {"email", "conditions", "mail"}),
        (OneLoginForm, {"email"}),
        (NewAccountForm, {"last_name", "first_name"}),
        (PasswordForm, {"current"}),
        (ChooseForm, set()),
    ],
)
def test_its_faults_are_told_with_those_of_the_other_fields(kind: type[PortalForm], others: set[str]) -> None:
    told = codes(kind(QueryDict("password=court&confirmation=court")))
    assert told.pop("password") == SHORT
    assert told.keys() == others


def test_that_it_was_typed_twice_otherwise_is_told_with_its_faults() -> None:
    told = codes(NewPasswordForm(QueryDict("password=court&confirmation=autre")))
    assert told == {"password": SHORT, "confirmation": ["password.differs"]}


def test_blanks_around_it_count() -> None:
    form = NewPasswordForm(QueryDict("password=%20V%C3%A9lo-Orange-42%20&confirmation=%20V%C3%A9lo-Orange-42%20"))
    assert form.is_valid()
    assert form.cleaned_data["password"] == " Vélo-Orange-42 "


def test_no_field_breaks_on_what_no_keyboard_sends() -> None:
    forms = (PasskeyForm, PasswordForm, EmailForm, DetailsForm, OneLoginForm, NewAccountForm, ChooseForm)
    for kind in forms:
        sent = QueryDict("&".join(f"{name}=a%00" for name in kind.base_fields))
        kind(sent).told()


@pytest.mark.parametrize("typed", ["password=%00", "password=V%C3%A9lo-Orange-42%00&confirmation=x"])
def test_what_no_keyboard_sends_is_told_or_taken(typed: str) -> None:
    assert NewPasswordForm(QueryDict(typed)).told()["errors"]
