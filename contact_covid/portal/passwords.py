"""A new password in a form: its faults are told at the field, together with those of the other fields."""

from typing import Any

from django.core.exceptions import ValidationError

from contact_covid.accounts.actions.accounts import PasswordRefused, check_new_password
from contact_covid.portal.forms import AsTypedField, PortalForm


class NewPasswordField(AsTypedField):
    """What the account alone knows, its names and its earlier passwords, is left to the action."""

    def validate(self, value: Any) -> None:
        super().validate(value)
        try:
            check_new_password(value)
        except PasswordRefused as refused:
            raise ValidationError(_errors(refused)) from None


class NewPasswordForm(PortalForm):
    """A new password, typed twice."""

    password = NewPasswordField("Nouveau mot de passe")
    confirmation = AsTypedField("Confirmation du mot de passe")

    def clean(self) -> dict[str, Any]:
        typed, again = self.data.get("password"), self.cleaned_data.get("confirmation")
        if typed and again and typed != again:
            self.add_error("confirmation", ValidationError("differs", code="password.differs"))
        return self.cleaned_data


def refuse_password(form: PortalForm, refused: PasswordRefused) -> None:
    """Puts every reason of the action at the field."""
    form.add_error("password", _errors(refused))


def _errors(refused: PasswordRefused) -> list[ValidationError]:
    return [ValidationError(fault, code=fault) for fault in refused.faults]
