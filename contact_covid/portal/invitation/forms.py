from contact_covid.portal.forms import NameField
from contact_covid.portal.passwords import NewPasswordForm


class NewAccountForm(NewPasswordForm):
    """Who opens an account with the invitation; the address is the one it was sent to."""

    last_name = NameField("Nom")
    first_name = NameField("Prénom")

    field_order = ("last_name", "first_name", "password", "confirmation")
