"""The table at the end of a replay, in French, and the same figures as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from contact_covid.core.records import format_number
from contact_covid.demo.replay.checks import Check
from contact_covid.demo.replay.figures import TARGET_HOURS, Figures, Never
from contact_covid.demo.replay.rules.averted import Averted, Compliance
from contact_covid.demo.replay.rules.habits import CALLS_A_DAY, HABITS
from contact_covid.tracing.enums import FicheKind

CHECKS = {
    "one_completed_call": "un appel abouti au plus par personne et par épisode",
    "states": "états faux",
    "transitions": "passages d’état interdits",
    "exposures": "expositions sans leurs deux fiches",
    "isolations": "dates d’isolement contraires au protocole",
    "leases": "attributions qui se chevauchent",
    "journal": "anomalies du journal",
    "simulation": "écart de la simulation au rejeu de plus de 5 points",
    "requests": "requêtes en erreur",
}
_NEVER = {
    Never.CANCELLED: "annulées avant",
    Never.REFUSED: "refus avant",
    Never.BECAME_CASE: "devenues patients zéro avant",
    Never.CLOSED: "clôturées avant",
    Never.BY_PHYSICIAN: "le médecin appelle lui-même",
    Never.LATE: "en attente, délai dépassé",
    Never.IN_TIME: "en attente, dans le délai",
}
_DONE = {
    "not_found": "recherches au comptoir sans résultat",
    "refused": "recherches au comptoir refusées (quota)",
    "without_number": "passages au comptoir sans NIR, introuvables",
}
_SHOWN = 8
_REMARKS = """\
gain : de la règle de priorité sur le premier arrivé ; délais seuls : la règle sans ses bonus, hors test positif
hypothèse : dès qu’il est informé, et jusqu’à la fin de son isolement ou à son propre diagnostic, un contact évite
{outside} des transmissions que covasim lui prête hors du foyer et {household} de celles du foyer
appels : {calls} par poste et par jour, {answers} de réponses, {refuses} de refus, {wrong} de faux numéros
prudence : une seule épidémie simulée, où quelques infections d’écart sont du hasard ; la descendance suppose que rien
d’autre n’aurait infecté ces personnes"""


@dataclass(frozen=True, slots=True)
class Capacity:
    """Infections averted with so many agents, by the order of the queue; ``targets``: urgency without its bonuses."""

    agents: int
    urgency: Averted
    targets: Averted
    arrival: Averted

    @property
    def gain(self) -> float:
        return self.urgency.direct / self.arrival.direct - 1 if self.arrival.direct else 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """The queue as simulated. ``within``: share called, by kind and hours, of the run and simulated in two orders."""

    capacities: Sequence[Capacity]
    compliance: Compliance
    run: Mapping[str, Mapping[int, float]]
    by_urgency: Mapping[str, Mapping[int, float]]
    by_arrival: Mapping[str, Mapping[int, float]]


@dataclass(frozen=True, slots=True)
class Replay:
    """All that is told. ``title``: what was driven; ``done``: counts of the driver; ``live``: lines about requests;
    ``processor``: seconds of it that Python took, PostgreSQL's not among them."""

    title: str
    seconds: float
    figures: Figures
    checks: Sequence[Check]
    comparison: Comparison | None = None
    done: Mapping[str, int] = field(default_factory=dict)
    live: Sequence[Sequence[str]] = ()
    processor: float = 0.0

    @property
    def holds(self) -> bool:
        return not any(check.violations for check in self.checks)


def text(replay: Replay) -> str:
    parts = [
        f"{replay.title} ; {'vérification' if replay.live else 'en tout'} {replay.seconds:.0f} s"
        f" ({replay.processor:.0f} s de processeur pour Python)",
        _aligned(_called(replay.figures)),
        _aligned(_counts(replay.figures, replay.done)),
        _aligned(_never(replay.figures)),
    ]
    if replay.live:
        parts.append(_aligned(replay.live))
    if replay.comparison:
        parts.append(_gain(replay.comparison))
    parts.append(_aligned([_checked(check) for check in replay.checks]))
    return "\n\n".join(parts)


def as_json(replay: Replay) -> str:
    """For comparing runs."""
    return json.dumps(asdict(replay) | {"holds": replay.holds}, ensure_ascii=False, indent=1)


def _called(figures: Figures) -> list[tuple[str, ...]]:
    rows = [("", *(f"appelés sous {hours} h" for hours in TARGET_HOURS), "joints sous 24 h", "joints en tout")]
    for kind in FicheKind:
        shares = figures.shares[kind.value]
        rows.append(
            (
                f"{kind.label} ({figures.fiches.get(kind.value, 0)})",
                *(_share(shares.called, shares.due, hours) for hours in TARGET_HOURS),
                _share(shares.reached, shares.due, 24),
                _percent(figures.reached[kind.value]),
            )
        )
    return [*rows, ("en heures d’appel (8–19 h) ; parmi les fiches du rejeu dont le délai est échu",)]


def _counts(figures: Figures, done: Mapping[str, int]) -> list[tuple[str, ...]]:
    return [
        ("expositions", f"{figures.exposures}"),
        ("appels", f"{figures.calls}"),
        ("appels par personne appelée", f"{figures.calls_a_fiche:.2f}".replace(".", ",")),
        ("appels aboutis par fiche, au plus", f"{figures.most_completed}"),
        ("tests enregistrés", f"{figures.tests} (dont {figures.positive} positifs)"),
        ("délivrances de masques", f"{figures.deliveries} ({figures.masks} masques)"),
        *((label, f"{done[name]}") for name, label in _DONE.items() if done.get(name)),
    ]


def _never(figures: Figures) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("fiches jamais appelées", f"{sum(map(len, figures.never.values()))}")]
    for why in Never:
        if numbers := figures.never.get(why):
            shown = ", ".join(map(format_number, numbers[:_SHOWN])) + (" …" if len(numbers) > _SHOWN else "")
            rows.append((f"  {_NEVER[why]}", f"{len(numbers)}", shown))
    return rows


def _gain(comparison: Comparison) -> str:
    called = [
        ("ordre de la file (simulation)", "par urgence", "premier arrivé", "rejeu"),
        *(
            (
                f"{kind.label} appelés sous {hours} h",
                *(
                    _percent(of[kind.value][hours])
                    for of in (comparison.by_urgency, comparison.by_arrival, comparison.run)
                ),
            )
            for kind, hours in ((FicheKind.INDEX, 4), (FicheKind.CONTACT, 24))
        ),
    ]
    averted = [
        (
            "infections évitées, directes",
            "par urgence",
            "délais seuls",
            "premier arrivé",
            "gain",
            "et leur descendance",
        ),
        *map(_averted, comparison.capacities),
    ]
    remarks = _REMARKS.format(
        outside=_percent(comparison.compliance.outside),
        household=_percent(comparison.compliance.household),
        calls=CALLS_A_DAY,
        answers=_percent(HABITS.answers),
        refuses=_percent(HABITS.refuses),
        wrong=_percent(HABITS.wrong_number),
    )
    return f"{_aligned(called)}\n\n{_aligned(averted)}\n{remarks}"


def _averted(of: Capacity) -> tuple[str, ...]:
    direct = (_number(each.direct) for each in (of.urgency, of.targets, of.arrival))
    whole = f"{_number(of.urgency.with_descendants)} / {_number(of.arrival.with_descendants)}"
    return f"  {of.agents} postes d’agent", *direct, _signed(100 * of.gain) + " %", whole


def _checked(check: Check) -> tuple[str, ...]:
    verdict = "respecté" if not check.violations else "VIOLÉ  "
    shown = ", ".join(check.examples)
    return verdict, CHECKS[check.name], f"{check.violations} sur {check.of}", shown


def _share(part: Mapping[int, int], whole: Mapping[int, int], hours: int) -> str:
    return _percent(part[hours] / whole[hours]) if whole.get(hours) else "—"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _number(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace(".", ",")


def _aligned(rows: Sequence[Sequence[Any]]) -> str:
    """A row of one cell is a remark and widens no column."""
    wide = [row for row in rows if len(row) > 1]
    count = max((len(row) for row in wide), default=0)
    widths = [max((len(row[place]) for row in wide if len(row) > place), default=0) for place in range(count)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows
    )
