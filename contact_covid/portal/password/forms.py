from contact_covid.accounts.rules.logins import Login
from contact_covid.portal.forms import EmailField, PlaceNumberField, PortalForm
from contact_covid.portal.passwords import NewPasswordField


class ByEmailForm(PortalForm):
    login = EmailField("Adresse e-mail", required=True)

    def clean_login(self) -> Login:
        return Login(self.cleaned_data["login"], is_email=True)


class ByNumberForm(PortalForm):
    login = PlaceNumberField("N° d’Assurance Maladie ou FINESS")

    def clean_login(self) -> Login:
        return Login(self.cleaned_data["login"], is_email=False)


class ChooseForm(PortalForm):
    password = NewPasswordField("Nouveau mot de passe")
