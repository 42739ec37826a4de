"""What a person said herself of a fiche that is merged: on her own pages, and that she opposes something."""

from datetime import datetime
from typing import Any

from contact_covid.journal.models import Entry
from contact_covid.messaging.models import Refusal
from contact_covid.tracing.actions.erasure import oppose
from contact_covid.tracing.enums import Consent, Symptom
from contact_covid.tracing.events import TracingEvent
from contact_covid.tracing.models import Certificate, Declaration, DiaryEntry, Exposure, Fiche, Merge, SecureLink, Stay
from contact_covid.tracing.rules.snapshots import Kept

# There her fiche is the account and the place of what she writes.
_BY_HER: tuple[tuple[type[Any], str, str], ...] = (
    (Certificate, "account", "practice"),
    (Stay, "author_account", "author_practice"),
    (Fiche, "author_account", "author_practice"),
    (Declaration, "account", "practice"),
    (Exposure, "", "author_practice"),
)


def join_own(survivor: Fiche, loser: Fiche, now: datetime) -> None:
    """Before rows go over by what they are of: of two that she wrote alike, that join finds them alike."""
    for model, account, place in _BY_HER:
        written = model.objects.filter(**{place: loser.id})
        if model is Declaration:  # what she said on the survivor's pages of the same person stands
            written = written.exclude(fiche__in=Declaration.objects.filter(practice=survivor.id).values("fiche"))
        written.update(**{name: survivor.id for name in (account, place) if name})
    _join_diary(survivor, loser)
    _join_links(survivor, loser, now)


def _join_diary(survivor: Fiche, loser: Fiche) -> None:
    """Of a day that she wrote on twice, both entries count."""
    known = {entry.day: entry for entry in DiaryEntry.objects.filter(fiche=survivor)}
    for entry in DiaryEntry.objects.filter(fiche=loser):
        same = known.get(entry.day)
        if same is None:
            DiaryEntry.objects.filter(id=entry.id).update(fiche=survivor)
            continue
        hottest = max((each.temperature for each in (same, entry) if each.temperature is not None), default=None)
        DiaryEntry.objects.filter(id=same.id).update(
            symptoms=[symptom for symptom in Symptom if symptom in {*same.symptoms, *entry.symptoms}],
            temperature=hottest,
            at=max(same.at, entry.at),
        )


def _join_links(survivor: Fiche, loser: Fiche, now: datetime) -> None:
    """All open the fiche that stays, but of two that open one: the one that she has used, else the survivor's."""
    both = SecureLink.objects.filter(fiche__in=(survivor, loser))
    live = sorted(
        both.filter(revoked_at=None),
        key=lambda link: (link.confirmed_at is None, link.opened_at is None, link.fiche_id != survivor.id),
    )
    for link in live[1:]:
        SecureLink.objects.filter(id=link.id).update(revoked_at=now)
    both.filter(fiche=loser).update(fiche=survivor)


def oppose_still(held: Merge, kept: Kept) -> None:
    """What was opposed or refused while two fiches were one holds for both: nobody knows by which of two people."""
    both, left = (held.survivor_id, held.loser_id), kept.after
    numbers = [held.survivor.number, held.loser.number]
    entries = Entry.objects.filter(kind=TracingEvent.ONWARD_OPPOSED, at__gt=held.at, fiches__overlap=numbers)
    refuses = Fiche.objects.filter(id=held.survivor_id, consent=Consent.REFUSES).exists()
    if entries.exists():
        oppose(both, onward_opposed=True)
    elif refuses and left["fiche"][str(held.survivor_id)]["consent"] != Consent.REFUSES:
        oppose(both)
    since = Refusal.objects.filter(fiche=held.survivor_id).exclude(pk__in=left["refusal"])
    copied = [Refusal(fiche=held.loser_id, channel=r.channel, account=r.account, since=r.since) for r in since]
    Refusal.objects.bulk_create(copied, ignore_conflicts=True)
