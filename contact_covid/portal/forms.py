"""The fields of the portal's forms: what is typed, cleaned into the values of the floors below.

Forms only validate; the macros of ``templates/components/fields.html`` write the fields. Errors are codes, whose
sentences are in ``wording``.
"""

import secrets
from datetime import date
from http import HTTPStatus
from typing import Any, Self

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import validate_email

from contact_covid.core.dates import parse_date
from contact_covid.core.errors import RuleError
from contact_covid.core.rules import email, nir, phone
from contact_covid.core.rules.professional_ids import ProfessionalIdError, parse_am_number, parse_finess
from contact_covid.core.rules.text import clean_line, fold
from contact_covid.portal.wording import sentence

SENT_OTHERWISE = "form.sent_otherwise"
LONGEST_NIR = 27
LONGEST_NAME = 100
LONGEST_EMAIL = 254


class PortalForm(forms.Form):
    """A form whose errors are codes."""

    use_required_attribute = False

    def sentences(self) -> list[tuple[str, str]]:
        """(field name, French sentence) of every error, in the order of the fields; "" for the form as a whole."""
        found: list[tuple[str, str]] = []
        for name in [*self.fields, NON_FIELD_ERRORS]:
            place = "" if name == NON_FIELD_ERRORS else name
            wrong = self.errors.as_data().get(name, ())
            found += [(place, sentence(error.code or "invalid", **(error.params or {}))) for error in wrong]
        return found

    def summary(self) -> list[tuple[str, str]]:
        """The same for the head of the page, where each sentence says which field it is about."""
        return [
            (name, f"{self.fields[name].label} : {text}" if name in self.fields and self.fields[name].label else text)
            for name, text in self.sentences()
        ]

    def told(self) -> dict[str, Any]:
        """What a page tells of the mistakes: ``errors``, the summary, and ``by_field``, one line beside each field."""
        by_field: dict[str, str] = {}
        for name, text in self.sentences():
            by_field[name] = f"{by_field[name]} {text}" if name in by_field else text
        return {"errors": self.summary(), "by_field": by_field}

    def typed(self, name: str) -> str:
        """What was typed, to be written back into the field; what nobody can see is taken out."""
        value = self.data.get(name, "")
        return clean_line(value) if isinstance(value, str) else ""

    def key(self) -> str:
        """The idempotency key it carries; a new one for a form without, or whose key has written something else."""
        carried = "" if self._is_conflict else clean_line(str(self.data.get("idempotency_key", "")))
        return carried or secrets.token_urlsafe(16)

    def refuse_other_content(self) -> None:
        """Its key was used: what was sent first is written, and this says something else."""
        self.add_error(None, ValidationError("sent otherwise", code=SENT_OTHERWISE))

    @property
    def status(self) -> int:
        """Of the page that shows the form again: a conflict with what was sent before is told as one."""
        return HTTPStatus.CONFLICT if self._is_conflict else HTTPStatus.OK

    @property
    def _is_conflict(self) -> bool:
        return self.is_bound and self.has_error(NON_FIELD_ERRORS, SENT_OTHERWISE)

    def refuse(self, name: str | None, error: RuleError, **blanks: object) -> None:
        """Puts the error of a rule at a field, or at the form as a whole. ``blanks``: of its sentence."""
        self.add_error(name, ValidationError(error.code, code=error.code, params=blanks))


class _SharedField(forms.Field):
    """The same object in every form of its class, where Django copies each field for each form: none changes one."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


class _CodedField(_SharedField, forms.CharField):
    """One line of text; too long is told by our code, and what nobody can see is taken out."""

    def __init__(self, label: str, *, longest: int, required: bool = True) -> None:
        super().__init__(label=label, required=required, strip=True)
        self.longest = longest

    def to_python(self, value: Any) -> str:
        return clean_line(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > self.longest:
            raise ValidationError("too long", code="too_long")


class LineField(_CodedField):
    """Free text of one line: street, commune."""


class NameField(_CodedField):
    """A name with at least one letter or digit once folded."""

    def __init__(self, label: str, *, required: bool = True) -> None:
        super().__init__(label, longest=LONGEST_NAME, required=required)

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not fold(value):
            raise ValidationError("no letter", code="invalid")


class RuleField(_CodedField):
    """Text that a rule of the floors below reads."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return self.nothing()
        try:
            return self.read(text)
        except RuleError as error:
            raise ValidationError(error.code, code=error.code) from None

    def nothing(self) -> Any:
        return ""

    def read(self, text: str) -> Any:
        raise NotImplementedError


class NirField(RuleField):
    """→ ``core.rules.nir.Nir``, or None when empty."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__("Numéro de sécurité sociale", longest=LONGEST_NIR, required=required)

    def nothing(self) -> nir.Nir | None:
        return None

    def read(self, text: str) -> nir.Nir:
        return nir.parse(text)


class PlaceNumberField(RuleField):
    """→ an AM or FINESS number as stored."""

    def __init__(self, label: str) -> None:
        super().__init__(label, longest=24)

    def read(self, text: str) -> str:
        try:
            return parse_am_number(text)
        except ProfessionalIdError:
            pass
        try:
            return parse_finess(text)  # the Corsican ones have a letter
        except ProfessionalIdError:
            raise ValidationError("neither", code="place_number.invalid") from None


class PhoneField(RuleField):
    """→ E.164, or "" when empty."""

    def __init__(self, label: str = "Téléphone") -> None:
        super().__init__(label, longest=24, required=False)

    def read(self, text: str) -> str:
        return phone.parse(text)


class DateField(RuleField):
    """→ ``date``, or None when empty."""

    def __init__(self, label: str, *, required: bool = True) -> None:
        super().__init__(label, longest=10, required=required)

    def nothing(self) -> date | None:
        return None

    def read(self, text: str) -> date:
        return parse_date(text)


class EmailField(_CodedField):
    """→ a normalised address, or "" when empty."""

    def __init__(self, label: str = "E-mail", *, required: bool = False) -> None:
        super().__init__(label, longest=LONGEST_EMAIL, required=required)

    def clean(self, value: Any) -> str:
        text = email.normalise(super().clean(value))
        if text:
            try:
                validate_email(text)
            except ValidationError:
                raise ValidationError("not an address", code="email.invalid") from None
        return text


class AsTypedField(forms.CharField):
    """Anything but nothing, to the last blank: whether it is right is told by those it is for."""

    def __init__(self, label: str, *, required: bool = True) -> None:
        super().__init__(label=label, required=required, strip=False)

    def run_validators(self, value: Any) -> None:
        pass


class NumberField(_SharedField, forms.IntegerField):
    """→ ``int``, or None when empty."""

    def clean(self, value: Any) -> int | None:
        try:
            number: int | None = super().clean(value)
        except ValidationError as error:
            code = "required" if error.code == "required" else "number.invalid"
            raise ValidationError(code, code=code) from None
        return number


class FlagField(forms.Field):
    """→ ``bool``: a box that is ticked ("on") or absent, or a yes or no in words."""

    _SAID = {"": False, "no": False, "off": False, "false": False, "0": False, "non": False}
    _SAID |= {"on": True, "yes": True, "true": True, "1": True, "oui": True}

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False)

    def clean(self, value: Any) -> bool:
        said = self._SAID.get(clean_line(str(value or "")).lower()) if len(str(value or "")) < 10 else None
        if said is None:
            raise ValidationError("neither yes nor no", code="invalid_choice")
        return said


class CodeField(_CodedField):
    """→ a code of that many digits, or "" when empty; blanks between them are taken out."""

    def __init__(self, label: str, *, digits: int) -> None:
        super().__init__(label, longest=digits, required=False)
        self.digits = digits

    def to_python(self, value: Any) -> str:
        return super().to_python(value).replace(" ", "")

    def validate(self, value: str) -> None:
        if value and not (value.isascii() and value.isdigit() and len(value) == self.digits):
            raise ValidationError("not that code", code="invalid")
