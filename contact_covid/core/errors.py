"""The base of the errors that a form can show."""

from enum import StrEnum


class RuleError(ValueError):
    """Input that a rule refuses.

    Carries a ``code``, whose French sentence is in ``portal/wording.py``, and never the input itself: the text of an
    error ends in logs. Raise it ``from None`` where the cause could quote the input.
    """

    def __init__(self, code: StrEnum) -> None:
        super().__init__(code)
        self.code = code
