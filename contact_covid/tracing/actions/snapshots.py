"""Everything that is written of two fiches, as rows: taken before and after they become one, put back to undo it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from django.db import models
from django.db.models import Q

from contact_covid.messaging.models import Refusal
from contact_covid.people.kept_actions import IdentityRows, KeyRow, identity_rows, put_back
from contact_covid.tracing.models import (
    Certificate,
    Contact,
    Declaration,
    DiaryEntry,
    Exposure,
    Fiche,
    Health,
    IndexCase,
    MaskDelivery,
    Reach,
    SecureLink,
    Stay,
    Test,
)
from contact_covid.tracing.rules.snapshots import Row, Rows, Undoing

IDENTITY = "identity"
_FICHE = "fiche"
# In the order in which they are written: what others point to comes first. What the dates were (``DatesComputed``)
# is a history that only grows.
TABLES: Mapping[str, tuple[type[models.Model], tuple[str, ...]]] = {
    _FICHE: (Fiche, ("id",)),
    "contact": (Contact, ("fiche",)),
    "index_case": (IndexCase, ("fiche",)),
    "became": (IndexCase, ("was_contact",)),
    "health": (Health, ("fiche",)),
    "exposure": (Exposure, ("index_fiche", "contact_fiche")),
    "test": (Test, ("fiche",)),
    "mask_delivery": (MaskDelivery, ("fiche",)),
    "stay": (Stay, ("fiche",)),
    "declaration": (Declaration, ("fiche",)),
    "certificate": (Certificate, ("fiche",)),
    "reach": (Reach, ("fiche",)),
    "refusal": (Refusal, ("fiche",)),
    "diary": (DiaryEntry, ("fiche",)),
    "secure_link": (SecureLink, ("fiche",)),
    "said": (Declaration, ("practice",)),
    "authored": (Fiche, ("author_practice",)),
}
# Rows of somebody else, of which only what points here is these fiches'. What a person writes on her own pages has her
# fiche for its author.
_COLUMNS = {
    "became": ("fiche_id", "was_contact_id"),
    "said": ("id", "account", "practice"),
    "authored": ("id", "author_account", "author_practice"),
}
# One row of a fiche without this date stands.
_ONE_STANDS = {"mask_delivery": "superseded_at", "secure_link": "revoked_at"}


def rows_of(fiches: Iterable[UUID]) -> Rows:
    """Every row of these fiches in this app, and their sealed identities, unopened."""
    wanted = list(fiches)
    found: Rows = {}
    for table, (model, owners) in TABLES.items():
        mine = Q()
        for owner in owners:
            mine |= Q(**{f"{owner}__in": wanted})
        found[table] = {str(row.pk): _row(table, row) for row in model._default_manager.filter(mine)}
    found[IDENTITY] = {str(fiche): identity_rows(fiche)._asdict() for fiche in wanted}
    return _plain(found)


def keys_of(rows: Rows, fiche: UUID) -> dict[str, list[str]]:
    """The primary keys, by table, of the rows that belong to that fiche."""
    text = str(fiche)
    owners = {table: [*names, *(f"{owner}_id" for owner in names)] for table, (_, names) in TABLES.items()}
    owners |= {_FICHE: ["id"], IDENTITY: []}
    return {
        table: [key for key, row in found.items() if key == text or text in [row.get(name) for name in owners[table]]]
        for table, found in rows.items()
    }


def write(undone: Undoing, *, loser: UUID, mine: Mapping[str, list[str]]) -> None:
    """Puts the rows back, the loser's first: what it had alone must be free again. In the caller's transaction."""
    for table, (model, _) in TABLES.items():
        model._default_manager.filter(pk__in=undone.removed.get(table, ())).delete()
        rows = undone.put.get(table, {})
        theirs = set(mine.get(table, ()))
        for key in sorted(rows, key=lambda key: key not in theirs):
            _put(table, model, key, rows[key], is_loser=key in theirs)
    for key, row in undone.put.get(IDENTITY, {}).items():
        if key != str(loser):
            keys = tuple(KeyRow(*values) for values in row["keys"])
            put_back(UUID(key), IdentityRows(row["period"], row["value"], keys))


def _put(table: str, model: type[models.Model], key: str, row: Row, *, is_loser: bool) -> None:
    values = {
        field.attname: field.to_python(row[field.attname])
        for field in model._meta.concrete_fields
        if field.attname in row
    }
    over = _ONE_STANDS.get(table)
    if over and not is_loser and values[over] is None:
        standing = model._default_manager.filter(fiche_id=values["fiche_id"], **{over: None}).exclude(pk=key)
        if standing.exists():  # recorded since
            return
    if not model._default_manager.filter(pk=key).update(**values) and table not in _COLUMNS:
        model._default_manager.bulk_create([model(**values)])


def _row(table: str, row: models.Model) -> Row:
    columns = _COLUMNS.get(table) or [field.attname for field in row._meta.concrete_fields]
    return {column: getattr(row, column) for column in columns}


def _plain(rows: Any) -> Rows:
    """In the form in which they are kept and compared."""
    plain: Rows = msgspec.msgpack.decode(msgspec.msgpack.encode(rows))
    return plain
