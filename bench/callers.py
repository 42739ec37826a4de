"""``python -m bench.callers``: people of some areas who may ring, for the walk of an agent.

A process of its own, inside the service: reads {funds, most} as JSON, writes {fund: [[number, names…, birth date]]}.
"""

import json
import sys

import django


def callers(funds: list[str], most: int) -> dict[str, list[list[str]]]:
    """The last people of each fund whose birth date is known."""
    from contact_covid.core.dates import date_fr
    from contact_covid.core.records import format_number
    from contact_covid.people.models import SealedIdentity
    from contact_covid.people.queries import open_identity
    from contact_covid.tracing.models import Fiche

    found: dict[str, list[list[str]]] = {}
    for fund in funds:
        numbers = dict(
            Fiche.objects.filter(fund=fund).order_by("-created_at", "-id").values_list("id", "number")[:most]
        )
        found[fund] = []
        for row in SealedIdentity.objects.filter(fiche__in=list(numbers)):
            who = open_identity(row.fiche, bytes(row.value))
            if who.birth_date:
                names = [who.birth_name, who.first_names.split()[0]]
                found[fund].append([format_number(numbers[row.fiche]), *names, date_fr(who.birth_date)])
    return found


def main() -> None:
    asked = json.load(sys.stdin)
    django.setup()
    json.dump(callers(asked["funds"], asked["most"]), sys.stdout)


if __name__ == "__main__":
    main()
