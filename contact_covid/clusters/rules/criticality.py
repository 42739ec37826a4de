"""How grave a cluster is: points for the setting, who is exposed, how many, and whether it goes on outside."""

from contact_covid.clusters.enums import Criticality, Setting, Spread
from contact_covid.clusters.rules.policy import CriticalityPoints


def criticality(
    points: CriticalityPoints, *, setting: Setting, vulnerable: bool, cases: int, spread: Spread
) -> Criticality:
    """``vulnerable``: whether old or ill people live or are cared for there; ``cases``: how many are known."""
    total = points.settings[setting]
    total += points.vulnerable if vulnerable else 0
    total += points.beyond if spread is Spread.BEYOND else 0
    total += max((given for least, given in points.sizes if cases >= least), default=0)
    if total >= points.high_from:
        return Criticality.HIGH
    return Criticality.MODERATE if total >= points.moderate_from else Criticality.LIMITED
