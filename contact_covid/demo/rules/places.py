"""Where demo people live: real communes drawn by population, invented streets, the funds of the place."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random

from contact_covid.directory.rules.reference import CommuneRow, shipped

SMALLEST_SHARE = 1 / 1500
_BITS = 24
_FEATURED = {5: "93", 13: "972"}
_ROUND = 32
_STREETS = (
    "rue des Lilas", "rue de la République", "avenue Jean Jaurès", "rue Victor Hugo", "place de l'Église",
    "rue du Moulin", "impasse des Acacias", "chemin des Vignes", "rue Pasteur", "boulevard Gambetta",
    "rue des Écoles", "allée des Tilleuls", "rue du Stade", "rue de la Fontaine", "route de la Mairie",
    "rue Croix Bellevue", "rue des Peupliers", "quai du Port", "square des Cèdres", "rue Marie Curie",
    "résidence Les Ormes", "rue du 8 mai 1945", "rue de la Gare", "sente du Lavoir",
)  # fmt: skip
_ZONES = {"11": 1, "24": 2, "28": 2, "52": 2, "53": 2, "27": 3, "32": 3, "44": 3, "84": 4, "93": 4, "94": 4}
_SPECIAL_SCHEMES = (("02", 45), ("04", 12), ("05", 8), ("08", 12), ("17", 4), ("91", 25), ("95", 8), ("99", 8))
_GENERAL = "01"
_GENERAL_SHARE = 0.88


@dataclass(frozen=True, slots=True)
class Place:
    department: str
    street: str
    postcode: str
    commune: str


@dataclass(frozen=True, slots=True)
class Affiliation:
    scheme: str
    fund: str
    centre: str


class _Communes:
    def __init__(self, communes: list[CommuneRow]) -> None:
        self.rows = communes
        self.sums = list(accumulate(max(c.population, 1) for c in communes))

    def draw(self, dice: Random) -> CommuneRow:
        return dice.choices(self.rows, cum_weights=self.sums)[0]


class Places:
    """The map: départements weighted by population, the least of them as if it had a 1,500th of the country."""

    def __init__(self) -> None:
        reference = shipped()
        by_department: dict[str, list[CommuneRow]] = {}
        for commune in reference.geography.communes:
            if commune.postcodes:
                by_department.setdefault(commune.department, []).append(commune)
        self.communes = {code: _Communes(rows) for code, rows in sorted(by_department.items())}
        self.regions = {d.code: d.region for d in reference.geography.departments}
        self._codes = list(self.communes)
        total = sum(each.sums[-1] for each in self.communes.values())
        shares = [max(each.sums[-1] / total, SMALLEST_SHARE) for each in self.communes.values()]
        self._sums = list(accumulate(share / sum(shares) for share in shares))
        self._centres = {fund.code: fund.centres for fund in reference.funds}
        self._funds: dict[str, list[str]] = {}
        for fund in reference.funds:
            for key in fund.areas or (fund.scheme,):
                self._funds.setdefault(f"{fund.scheme}/{key}" if fund.areas else fund.scheme, []).append(fund.code)

    def spread(self, turn: int) -> str:
        """A département; successive turns (van der Corput) cover the country evenly, the smallest included.

        Two turns in thirty-two go to the départements of the demo accounts, so that they have something to see.
        """
        turn, place = divmod(turn, _ROUND)
        if place in _FEATURED:
            return _FEATURED[place]
        turn = turn * (_ROUND - len(_FEATURED)) + place - sum(featured < place for featured in _FEATURED)
        point = int(f"{turn % 2**_BITS:0{_BITS}b}"[::-1], 2) / 2**_BITS
        return self._codes[min(bisect_left(self._sums, point), len(self._codes) - 1)]

    def home(self, department: str, dice: Random) -> Place:
        return _place(self.communes[department].draw(dice), department, dice)

    def anywhere(self, dice: Random) -> Place:
        return self.home(dice.choices(self._codes, cum_weights=self._sums)[0], dice)

    def near(self, place: Place, dice: Random) -> Place:
        """Most acquaintances live in the same département, some in the same commune, a few elsewhere."""
        draw = dice.random()
        if draw < 0.08:
            return self.anywhere(dice)
        if draw < 0.55:
            return self.home(place.department, dice)
        return Place(place.department, _street(dice), place.postcode, place.commune)

    def zone(self, department: str) -> int:
        """First digit of the landlines: 1 to 5; overseas numbers of fiction do not exist, 5 stands in."""
        return _ZONES.get(self.regions[department], 5)

    def affiliation(self, department: str, dice: Random) -> Affiliation:
        """Mostly the general scheme at a fund of the département; overseas always."""
        if dice.random() < _GENERAL_SHARE or len(department) > 2:
            scheme, fund = _GENERAL, dice.choice(self._funds[f"{_GENERAL}/{department}"])
        else:
            schemes, weights = zip(*_SPECIAL_SCHEMES, strict=True)
            scheme = dice.choices(schemes, weights)[0]
            fund = dice.choice(self._funds[scheme])
        return Affiliation(scheme, fund, dice.choice(self._centres[fund]))


def _place(commune: CommuneRow, department: str, dice: Random) -> Place:
    return Place(department, _street(dice), dice.choice(commune.postcodes), commune.name)


def _street(dice: Random) -> str:
    return f"{dice.randint(1, 180)} {dice.choice(_STREETS)}"


@cache
def france() -> Places:
    """The map of this release."""
    return Places()
