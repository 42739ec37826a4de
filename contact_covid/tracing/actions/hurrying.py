"""A fiche's place in the queue, made anew whenever something becomes known of the person."""

from collections.abc import Mapping

from contact_covid.directory.queries import zone_of
from contact_covid.tracing.enums import FicheKind
from contact_covid.tracing.models import Fiche
from contact_covid.tracing.rules.urgency import Factor, held, told, urgent_at


def hurry(fiche: Fiche, facts: Mapping[Factor, bool]) -> None:
    """``facts``: which factors hold, which do not; others stay as they are. ``fiche`` is changed but not saved."""
    fiche.factors = told(fiche.factors, facts)
    fiche.urgent_at = urgent_at(
        FicheKind(fiche.kind), fiche.created_at, *held(fiche.factors), zone=zone_of(fiche.department)
    )
