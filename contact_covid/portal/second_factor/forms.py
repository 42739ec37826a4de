from contact_covid.portal.forms import AsTypedField, FlagField, LineField, PortalForm

LONGEST_FACTOR_NAME = 40


class CodeForm(PortalForm):
    code = LineField("Code", longest=20)
    remember = FlagField("Ne plus demander sur cet appareil pendant 12 heures")


class NameForm(PortalForm):
    name = LineField("Nom", longest=LONGEST_FACTOR_NAME)


class TotpForm(NameForm):
    code = LineField("Code affiché", longest=20)


class PasskeyForm(NameForm):
    """``credential``: JSON of the browser; nothing of one that cannot."""

    credential = AsTypedField("Clé d’accès", required=False)
