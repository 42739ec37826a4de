from django import forms

from contact_covid.accounts.enums import Delegation
from contact_covid.portal.forms import DateField, EmailField, PortalForm


class DelegationForm(PortalForm):
    email = EmailField(required=True)
    kind = forms.TypedChoiceField(label="Qualité", choices=Delegation.choices, coerce=Delegation)
    since = DateField("Du")
    until = DateField("Au")
