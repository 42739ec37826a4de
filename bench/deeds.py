"""What boards, agencies and officers find in a copy of the demonstration, made by the actions of the service; and links
of persons whose tokens are known here: the mails that carry them are opened by nobody.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from uuid import UUID

from msgspec.structs import replace

from contact_covid.access.actor import SYSTEM, Actor
from contact_covid.access.enums import Assurance, Role
from contact_covid.accounts.models import Post
from contact_covid.clusters.actions.signals import accept_signal, propose_signals
from contact_covid.core.dates import date_fr
from contact_covid.core.idempotency import submission
from contact_covid.core.ids import new_id
from contact_covid.core.rules.tokens import digest_of
from contact_covid.directory.queries import delegates_of
from contact_covid.messaging.enums import Channel
from contact_covid.people.enums import Sex
from contact_covid.people.rules.identity import Identity
from contact_covid.retention.actions.requests import Received, receive
from contact_covid.retention.enums import Channel as Way
from contact_covid.retention.enums import RequestKind
from contact_covid.retention.rules.requests import Details
from contact_covid.tracing.actions.registration import register
from contact_covid.tracing.enums import Circumstance, Consent, StayKind, TestKind
from contact_covid.tracing.models import SecureLink
from contact_covid.tracing.rules.registration import Dossier, NamedContact
from contact_covid.tracing.rules.stays import NamedStay, StayDetails
from contact_covid.worklist.actions.delegations import delegate
from contact_covid.worklist.actions.jobs import prepare
from contact_covid.worklist.area_queries import AreaFilter, assignable
from contact_covid.worklist.enums import BulkAct

FUND, REGION = "931", "11"
"""Whose board and agency are walked through."""
PLACES, ACCEPTED = 30, 10
"""Each with three cases and two fiches of one contact; accepted: those of which a cluster is made."""
_REQUESTS, _JOBS, _DELEGATIONS, _OF_EACH = 15, 5, 3, 25
_FIRST_BIRTH = date(1940, 1, 1)
_GOOD_FOR = timedelta(days=14)


class Deeds:
    """``now``: when all of it happens."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._numbers = count()
        self._people: list[tuple[UUID, date]] = []

    def done(self) -> dict[str, object]:
        self._cases()
        self._signals()
        self._requests()
        fiches = assignable(_acting(Role.PLATFORM_SUPERVISOR, fund=FUND), self._now, chosen=AreaFilter())
        self._jobs(fiches)
        self._delegations(fiches[1::2])
        return {"links": list(self._links()), "fiches": [str(fiche) for fiche in fiches[::2]]}

    def _cases(self) -> None:
        physician, today = _acting(Role.PHYSICIAN), self._now.date()
        for place in range(PLACES):
            contact, again = self._contact()
            at = StayDetails(name=f"École du Banc {place}", postcode="93100", commune="Montreuil")
            stay = NamedStay(StayKind.SCHOOL, today - timedelta(days=4), today - timedelta(days=2), "93", at)
            for met in (contact, again, self._person()):
                self._case(physician, met, stay)

    def _case(self, physician: Actor, met: Identity, stay: NamedStay) -> None:
        """Somebody who was at that place and met somebody there."""
        today = self._now.date()
        named = NamedContact(
            identity=met,
            department="93",
            consent=Consent.NOT_ASKED,
            last_contact=today - timedelta(days=2),
            same_household=False,
            circumstance=Circumstance.CLASS,
        )
        dossier = Dossier(
            identity=self._person(),
            department="93",
            consent=Consent.AGREES,
            onset=today - timedelta(days=3),
            sampled_on=today - timedelta(days=1),
            result_on=today,
            test_kind=TestKind.PCR,
            health_worker=False,
            social_support=False,
            contacts=[named],
            stays=[stay],
        )
        [made] = register(actor=physician, dossiers=[dossier], now=self._now)
        if dossier.identity.birth_date:
            self._people.append((made.index.id, dossier.identity.birth_date))

    def _person(self) -> Identity:
        number = next(self._numbers)
        letters = "".join(chr(ord("a") + int(digit)) for digit in f"{number:05d}")
        return Identity(
            birth_name=f"Guichet {letters}",
            first_names="Dominique",
            birth_date=_FIRST_BIRTH + timedelta(days=37 * number),
            sex=Sex.FEMALE,
            phone=f"+3363998{number % 10_000:04d}",
            email=f"guichet{number}@example.org",
            street=f"{number + 1} rue du Guichet",
            postcode="93100",
            commune="Montreuil",
        )

    def _contact(self) -> tuple[Identity, Identity]:
        """Somebody, and herself as another practice wrote her down."""
        known = self._person()
        return known, replace(known, phone=f"+3363997{next(self._numbers):04d}", street="9 quai du Guichet")

    def _signals(self) -> None:
        made = propose_signals(actor=SYSTEM, since=self._now - timedelta(minutes=1), now=self._now)
        for signal in made[:ACCEPTED]:
            accept_signal(actor=_acting(Role.ARS_AGENT, region=REGION), signal=signal, version=1, now=self._now)

    def _requests(self) -> None:
        officer, today = _acting(Role.DPO), self._now.date()
        for number in range(_REQUESTS):
            asked = Details(name=f"Dominique Guichet {number}", email="guichet@example.org")
            received = Received(RequestKind.ACCESS, Way.EMAIL, today - timedelta(days=number), asked)
            receive(actor=officer, received=received, submission=submission(f"bench {number}", {}), now=self._now)

    def _jobs(self, fiches: list[UUID]) -> None:
        supervisor = _acting(Role.PLATFORM_SUPERVISOR, fund=FUND)
        for _ in range(_JOBS):
            prepare(actor=supervisor, act=BulkAct.ASK_TO_CALL, fiches=fiches[:_OF_EACH], now=self._now)

    def _delegations(self, fiches: list[UUID]) -> None:
        supervisor, last_day = _acting(Role.PLATFORM_SUPERVISOR, fund=FUND), self._now.date() + timedelta(days=3)
        to = delegates_of(FUND)[0].id
        for number in range(_DELEGATIONS):
            some = fiches[number::_DELEGATIONS][:_OF_EACH]
            delegate(actor=supervisor, organisation=to, fiches=some, last_day=last_day, now=self._now)

    def _links(self) -> Iterator[tuple[str, str]]:
        for fiche, born in self._people:
            token = f"bench{fiche.hex}"
            SecureLink.objects.filter(fiche_id=fiche).delete()
            SecureLink(
                id=new_id(self._now),
                fiche_id=fiche,
                token_digest=digest_of(token),
                channel=Channel.EMAIL,
                issued_at=self._now,
                expires_at=self._now + _GOOD_FOR,
                call_from=self._now,
            ).save(force_insert=True)
            yield token, date_fr(born)


def _acting(role: Role, **area: str) -> Actor:
    """The named account of that role there, as a password lets it in."""

    post = Post.objects.filter(role=role, **{f"{name}_id": code for name, code in area.items()}).order_by("id")[0]
    return Actor(
        post.account_id,
        None,
        role,
        practice=post.practice_id,
        organisation=post.organisation_id,
        fund=post.fund_id,
        region=post.region_id,
        assurance=Assurance.PASSWORD,
    )
