import re

from django.core.exceptions import ValidationError

from contact_covid.accounts.rules.logins import Login, read
from contact_covid.portal.forms import AsTypedField, EmailField, LineField, PortalForm

_NUMBER = re.compile(r"[0-9AB]{8,11}")


class PlaceNumberField(LineField):
    """→ the ``Login`` of an AM or FINESS number, written with or without separators."""

    def __init__(self) -> None:
        super().__init__("N° d’Assurance Maladie ou FINESS", longest=40)

    def clean(self, value: object) -> Login:
        login = read(super().clean(value))
        if login is None or login.is_email or not _NUMBER.fullmatch(login.value):
            raise ValidationError("not a number of a place", code="login.number")
        return login


class ByEmailForm(PortalForm):
    login = EmailField("Adresse e-mail", required=True)

    def clean_login(self) -> Login:
        return Login(self.cleaned_data["login"], is_email=True)


class ByNumberForm(PortalForm):
    login = PlaceNumberField()


class NewPasswordForm(PortalForm):
    password = AsTypedField("Nouveau mot de passe")
