"""The keys of the months: made once, never lost, never over another, gone when destroyed."""

import multiprocessing
import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from contact_covid.core.keyring import KeyDamaged, KeyMissing, KeyRing, SealBroken
from tests.clock import NOW

MAY = "2020-05"
YEAR = [f"2020-{month:02d}" for month in range(1, 13)]
PLACE = "people.SealedIdentity.value:1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def keys(folder: Path) -> KeyRing:
    """A ring that holds May and June."""
    ring = KeyRing(folder)
    ring.ensure([MAY, "2020-06"])
    return ring


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_keys_are_for_their_owner_only_whatever_the_umask(folder: Path) -> None:
    before = os.umask(0)
    try:
        KeyRing(folder).ensure([MAY])
    finally:
        os.umask(before)
    assert mode(folder) == 0o700
    assert {file.name: mode(file) for file in folder.iterdir()} == {f"{MAY}.key": 0o600}


def test_ensure_makes_what_is_missing_and_tells_it(keys: KeyRing) -> None:
    assert keys.ensure([MAY, "2020-07"]) == ["2020-07"]


def test_ensure_never_writes_over_a_key(keys: KeyRing, folder: Path) -> None:
    before = (folder / f"{MAY}.key").read_bytes()
    assert keys.ensure([MAY]) == []
    assert (folder / f"{MAY}.key").read_bytes() == before


def test_ensure_does_not_replace_a_damaged_key(keys: KeyRing, folder: Path) -> None:
    (folder / f"{MAY}.key").write_bytes(b"")
    assert keys.ensure([MAY]) == []
    with pytest.raises(KeyDamaged):
        keys.digest(MAY, "nir", "x")


def make_and_tell(folder: Path, gate: Barrier, told: "SimpleQueue[tuple[int, bytes]]") -> None:
    gate.wait(timeout=30)
    ring = KeyRing(folder)
    told.put((len(ring.ensure([MAY])), ring.digest(MAY, "nir", "x")))


def test_fifty_processes_at_once_make_one_key(folder: Path) -> None:
    forks = multiprocessing.get_context("fork")
    gate, told = forks.Barrier(50), forks.SimpleQueue()
    processes = [forks.Process(target=make_and_tell, args=(folder, gate, told)) for _ in range(50)]
    for process in processes:
        process.start()
    answers = [told.get() for _ in processes]
    for process in processes:
        process.join(timeout=30)
    assert sorted(made for made, _ in answers) == [0] * 49 + [1]
    assert len({digest for _, digest in answers}) == 1
    assert [file.name for file in folder.iterdir()] == [f"{MAY}.key"]


def test_threads_at_once_make_one_key(folder: Path) -> None:
    with ThreadPoolExecutor(50) as pool:
        made = list(pool.map(lambda _: KeyRing(folder).ensure([MAY]), range(50)))
    assert sorted(map(len, made)) == [0] * 49 + [1]


def test_live_periods_are_the_seven_newest_and_never_future(folder: Path) -> None:
    ring = KeyRing(folder)
    ring.ensure(YEAR)
    september = datetime(2020, 9, 15, 12, tzinfo=UTC)
    assert ring.live(september) == ("2020-09", "2020-08", "2020-07", "2020-06", "2020-05", "2020-04", "2020-03")
    assert ring.live(datetime(2020, 2, 1, 12, tzinfo=UTC)) == ("2020-02", "2020-01")


def test_the_month_changes_at_midnight_in_paris(folder: Path) -> None:
    ring = KeyRing(folder)
    ring.ensure([MAY, "2020-06"])
    assert ring.live(datetime(2020, 5, 31, 21, 59, tzinfo=UTC)) == (MAY,)
    assert ring.live(datetime(2020, 5, 31, 22, 0, tzinfo=UTC)) == ("2020-06", MAY)


def test_an_empty_or_absent_folder_has_no_live_period(folder: Path) -> None:
    assert KeyRing(folder).live(NOW) == ()


def test_missing_names_this_month_and_the_next(folder: Path) -> None:
    ring = KeyRing(folder)
    assert ring.missing(NOW) == [MAY, "2020-06"]
    ring.ensure([MAY])
    assert ring.missing(NOW) == ["2020-06"]
    ring.ensure(["2020-06"])
    assert ring.missing(NOW) == []


@pytest.mark.parametrize("same_tick", [False, True])
def test_a_destroyed_key_is_missing_at_once_though_it_was_used(same_tick: bool, keys: KeyRing, folder: Path) -> None:
    """At once: also within the tick of the file system's clock in which it was made and read."""
    stamp = time.time_ns() + 10**9
    os.utime(folder, ns=(stamp, stamp))
    sealed = keys.seal(b"x", period=MAY, context=PLACE)
    (folder / f"{MAY}.key").unlink()
    if same_tick:
        os.utime(folder, ns=(stamp, stamp))
    with pytest.raises(KeyMissing):
        keys.open(sealed, context=PLACE)
    with pytest.raises(KeyMissing):
        keys.digest(MAY, "nir", "x")
    assert keys.live(NOW) == ()


def test_a_key_made_by_another_process_is_found_at_once(keys: KeyRing, folder: Path) -> None:
    with pytest.raises(KeyMissing):
        keys.digest("2020-07", "nir", "x")
    KeyRing(folder).ensure(["2020-07"])
    assert keys.digest("2020-07", "nir", "x")


@pytest.mark.parametrize("content", [b"", b"AAAA", b"A" * 43, b"not base64 at all!", b"\xff\xfe", b"A" * 88])
def test_a_damaged_key_says_so_and_hurts_no_other_month(content: bytes, keys: KeyRing, folder: Path) -> None:
    (folder / f"{MAY}.key").unlink()
    (folder / f"{MAY}.key").write_bytes(content)
    for ring in (keys, KeyRing(folder)):
        with pytest.raises(KeyDamaged) as told:
            ring.digest(MAY, "nir", "x")
        assert told.value.period == MAY
        with pytest.raises(KeyDamaged):
            ring.missing(NOW)
        assert ring.digest("2020-06", "nir", "x")


def test_a_draft_left_by_a_crash_is_no_key(keys: KeyRing, folder: Path) -> None:
    (folder / ".draft-abc").write_bytes(b"half")
    assert keys.missing(NOW) == []


def test_a_sealed_value_opens_in_its_place_only(keys: KeyRing) -> None:
    sealed = keys.seal(b"trait", period=MAY, context="people.SealedIdentity.value:1")
    assert keys.open(sealed, context="people.SealedIdentity.value:1") == b"trait"
    for elsewhere in ("people.SealedIdentity.value:2", "people.SealedIdentity.other:1", ""):
        with pytest.raises(SealBroken):
            keys.open(sealed, context=elsewhere)


def test_any_flipped_bit_is_noticed(keys: KeyRing) -> None:
    sealed = keys.seal(b"trait", period=MAY, context=PLACE)
    for place in range(len(sealed) * 8):
        altered = bytearray(sealed)
        altered[place // 8] ^= 1 << place % 8
        with pytest.raises((SealBroken, KeyMissing)):
            keys.open(bytes(altered), context=PLACE)


def test_any_cut_is_noticed(keys: KeyRing) -> None:
    sealed = keys.seal(b"trait", period=MAY, context=PLACE)
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            keys.open(sealed[:length], context=PLACE)


def test_the_key_of_another_period_does_not_open(keys: KeyRing) -> None:
    sealed = keys.seal(b"trait", period=MAY, context=PLACE)
    with pytest.raises(SealBroken):
        keys.open(sealed.replace(MAY.encode(), b"2020-06"), context=PLACE)


def test_two_seals_of_one_value_differ(keys: KeyRing) -> None:
    assert keys.seal(b"trait", period=MAY, context=PLACE) != keys.seal(b"trait", period=MAY, context=PLACE)


def test_a_seal_shows_nothing_of_the_value(keys: KeyRing) -> None:
    assert b"trait" not in keys.seal(b"trait", period=MAY, context=PLACE)


def test_a_digest_differs_by_period_by_kind_and_by_value(keys: KeyRing) -> None:
    asked = [(MAY, "nir", "x"), ("2020-06", "nir", "x"), (MAY, "phone", "x"), (MAY, "nir", "y"), (MAY, "nirx", "")]
    assert len({keys.digest(*one) for one in asked}) == len(asked)
    assert keys.digest(MAY, "nir", "x") == keys.digest(MAY, "nir", "x")
    assert len(keys.digest(MAY, "nir", "x")) == 16


def test_an_unknown_period_has_no_key_and_no_way_out_of_the_folder(keys: KeyRing, folder: Path) -> None:
    (folder.parent / "0000-00.key").write_bytes((folder / f"{MAY}.key").read_bytes())
    for period in ("2019-01", "../0000-00", ""):
        with pytest.raises(KeyMissing):
            keys.digest(period, "nir", "x")


@pytest.mark.parametrize("back", [-1, 10**9])
def test_the_command_refuses_months_that_cannot_be(back: int) -> None:
    with pytest.raises(CommandError, match="--back"):
        call_command("keys", "ensure", back=back)
