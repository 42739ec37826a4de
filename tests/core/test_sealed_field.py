import pytest

from contact_covid.core.fields import UnsealedValue
from contact_covid.core.ids import new_id
from contact_covid.core.keyring import ring
from contact_covid.people.models import SealedIdentity
from tests.clock import NOW

PERIOD = "2020-05"


def sealed(plain: bytes = b"trait") -> bytes:
    return ring().seal(plain, period=PERIOD, context="people.SealedIdentity.value:1")


@pytest.mark.django_db
@pytest.mark.parametrize("plain", [b"", b"plain", b"\x01plain", b"\x012020-05 a plain text that is long enough"[:30]])
def test_plain_bytes_are_refused_one_by_one_and_in_bulk(plain: bytes) -> None:
    row = SealedIdentity(fiche=new_id(NOW), period=PERIOD, value=plain)
    with pytest.raises(UnsealedValue, match=r"^people\.SealedIdentity\.value$"):
        row.save()
    with pytest.raises(UnsealedValue):
        SealedIdentity.objects.bulk_create([row])
    with pytest.raises(UnsealedValue):
        SealedIdentity.objects.update(value=plain)


@pytest.mark.django_db
def test_sealed_bytes_come_back_as_they_went() -> None:
    value = sealed()
    fiche = new_id(NOW)
    SealedIdentity.objects.create(fiche=fiche, period=PERIOD, value=value)
    assert SealedIdentity.objects.get(fiche=fiche).value == value


def test_nothing_stays_nothing() -> None:
    field = SealedIdentity._meta.get_field("value")
    assert field.get_prep_value(None) is None
    assert field.from_db_value(None, None, None) is None
