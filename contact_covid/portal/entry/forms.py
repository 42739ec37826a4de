from django import forms

from contact_covid.portal.forms import PortalForm


class LoginForm(PortalForm):
    """``login`` and ``password`` are taken as typed: the account says whether they are right."""

    login = forms.CharField(label="Identifiant")
    password = forms.CharField(label="Mot de passe", strip=False)
