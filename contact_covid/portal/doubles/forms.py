"""What is decided of two fiches: which number stays, and whose value of each thing they say differently."""

from collections.abc import Mapping

from django.http import QueryDict

from contact_covid.portal.forms import PortalForm
from contact_covid.portal.posted import version_in
from contact_covid.tracing.rules.merging import GROUPS, INDEX_GROUPS, Side

SURVIVOR = "survivor"
_CHOICES = (SURVIVOR, *GROUPS, *INDEX_GROUPS)


class MergeForm(PortalForm):
    """Nothing can be typed wrong: what is neither of the two sides is not said."""

    @property
    def survivor(self) -> Side:
        return self.said.get(SURVIVOR, Side.FIRST)

    @property
    def said(self) -> dict[str, Side]:
        return {name: Side(self.data[name]) for name in _CHOICES if self.data.get(name) in set(Side)}

    @property
    def choices(self) -> dict[str, Side]:
        return {name: side for name, side in self.said.items() if name != SURVIVOR}


def versions_of(data: QueryDict) -> Mapping[str, int]:
    """The versions of the two fiches as the page showed them; one that cannot be read is stale."""
    read = {}
    for side in Side:
        read[side.value] = version_in(str(data.get(f"version_{side}", "")))
    return read
