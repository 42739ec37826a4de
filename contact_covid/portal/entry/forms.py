from contact_covid.portal.forms import AsTypedField, PortalForm


class LoginForm(PortalForm):
    login = AsTypedField("Identifiant")
    password = AsTypedField("Mot de passe")
