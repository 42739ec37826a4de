from contact_covid.portal.forms import AsTypedField, EmailField, PortalForm


class OneLoginForm(PortalForm):
    email = EmailField("Adresse e-mail", required=True)
    password = AsTypedField("Mot de passe")


class AddressForm(PortalForm):
    email = EmailField("Adresse e-mail", required=True)
