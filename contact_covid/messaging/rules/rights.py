"""The letters of somebody who exercises her rights (GDPR art. 12 to 21; decree 2020-551)."""

from datetime import date
from typing import ClassVar

from contact_covid.messaging.enums import Channel, Template
from contact_covid.messaging.rules.content import Content, envelope


class RightsLetter(Content, frozen=True, omit_defaults=True):
    """``reference``: of the request, as it is shown. ``request``: code of ``retention.enums.RequestKind``."""

    channels: ClassVar[tuple[Channel, ...]] = (Channel.EMAIL, Channel.LETTER)
    mails_its_letter: ClassVar[bool] = True

    name: str
    reference: str
    request: str
    received_on: date
    street: str = ""
    postcode: str = ""
    commune: str = ""

    @property
    def postal_address(self) -> tuple[str, ...]:
        return envelope((self.name, self.street), self.postcode, self.commune)


class RightsReceived(RightsLetter, frozen=True, omit_defaults=True, kw_only=True):
    """The request has come in, and is answered by ``due_on``."""

    template: ClassVar[Template] = Template.RIGHTS_RECEIVED

    due_on: date


class RightsAccess(RightsLetter, frozen=True, omit_defaults=True, kw_only=True):
    """The file goes with this letter, put beside it by who posts it. ``found``: whether there was anything."""

    template: ClassVar[Template] = Template.RIGHTS_ACCESS

    found: bool


class RightsRectified(RightsLetter, frozen=True, omit_defaults=True, kw_only=True):
    """``fields``: codes of what was corrected."""

    template: ClassVar[Template] = Template.RIGHTS_RECTIFIED

    fields: tuple[str, ...]


class RightsOpposed(RightsLetter, frozen=True, omit_defaults=True, kw_only=True):
    """``erased``: the data as a contact are gone. ``kept_in``: nothing more is passed on for analyses."""

    template: ClassVar[Template] = Template.RIGHTS_OPPOSED

    erased: bool
    kept_in: bool


class RightsRefused(RightsLetter, frozen=True, omit_defaults=True, kw_only=True):
    """``reason``: code of ``retention.enums.RefusalReason``."""

    template: ClassVar[Template] = Template.RIGHTS_REFUSED

    reason: str


RIGHTS_KINDS: tuple[type[Content], ...] = (
    RightsReceived,
    RightsAccess,
    RightsRectified,
    RightsOpposed,
    RightsRefused,
)
