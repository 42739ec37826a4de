from contact_covid.accounts.rules.logins import Login
from contact_covid.portal.forms import AsTypedField, EmailField, PlaceNumberField, PortalForm


class ByEmailForm(PortalForm):
    login = EmailField("Adresse e-mail", required=True)

    def clean_login(self) -> Login:
        return Login(self.cleaned_data["login"], is_email=True)


class ByNumberForm(PortalForm):
    login = PlaceNumberField("N° d’Assurance Maladie ou FINESS")

    def clean_login(self) -> Login:
        return Login(self.cleaned_data["login"], is_email=False)


class NewPasswordForm(PortalForm):
    password = AsTypedField("Nouveau mot de passe")
