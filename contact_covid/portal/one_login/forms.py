from contact_covid.portal.forms import EmailField, PortalForm
from contact_covid.portal.passwords import NewPasswordField


class OneLoginForm(PortalForm):
    email = EmailField("Adresse e-mail", required=True)
    password = NewPasswordField("Mot de passe")


class AddressForm(PortalForm):
    email = EmailField("Adresse e-mail", required=True)
