"""The code in the address of a certificate, and what is kept of it."""

import base64
import hmac
from datetime import date
from enum import StrEnum
from uuid import UUID

from contact_covid.core.errors import RuleError

CODE_BYTES = 16


class CertificateErrorCode(StrEnum):
    BIRTH_DATE_MISSING = "certificate.birth_date_missing"
    NOT_ISOLATED = "certificate.not_isolated"
    OVER = "certificate.over"


class CertificateError(RuleError):
    """Why no letter is handed out."""


def code_of(secret: str, *, fiche: UUID, practice: UUID, since: date, until: date | None, born: date, day: date) -> str:
    """The code (22 characters of an address) of what a practice certifies on a day: pressed twice, the same letter."""
    said = [fiche.hex, practice.hex, *(each.isoformat() if each else "" for each in (since, until, born, day))]
    made = hmac.digest(secret.encode(), b"certificate\0" + "|".join(said).encode(), "sha256")
    return base64.urlsafe_b64encode(made[:CODE_BYTES]).rstrip(b"=").decode()


def birth_check(code: str, born: date) -> bytes:
    """What is kept of the bearer's birth date: nobody tries dates without the code."""
    return hmac.digest(code.encode("utf-8", "surrogatepass"), born.isoformat().encode(), "sha256")
