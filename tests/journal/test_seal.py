"""Every committed row is sealed once, whatever the order of commits, and each head reaches the anchor."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.db import connections
from psycopg import Connection
from pytest_django import Settings

from contact_covid.journal import queries
from contact_covid.journal.actions import (
    INSERT,
    AnchorContradicts,
    ClusterReplaced,
    ensure_partitions,
    parameters,
    record,
    seal_batch,
)
from contact_covid.journal.anchor import UnreadableAnchor
from contact_covid.journal.models import Batch, Entry
from contact_covid.journal.rules.sealing import GENESIS, Seal, head
from contact_covid.journal.tasks import seal as seal_task
from tests.clock import NOW
from tests.journal.support import PATIENCE, Journal, Raw, masks_recorded


def insert(raw: Raw) -> None:
    raw.execute(INSERT.encode(), parameters(masks_recorded(), now=NOW))


def test_rows_of_a_transaction_still_open_wait_for_the_next_batch(journal: Journal) -> None:
    """Transactions that commit in another order than they began: none falls between two batches."""
    with ExitStack() as open_connections:
        first, second, third = (open_connections.enter_context(journal.connect()) for _ in range(3))
        insert(first)
        insert(second)
        second.commit()
        assert seal_batch(now=NOW) is None
        insert(third)
        first.commit()
        journal_settles_below(journal, third)
        sealed = seal_batch(now=NOW)
        assert sealed is not None
        assert sealed.count == 2
        third.commit()
    journal.write()
    last = journal.seal()
    assert last is not None
    assert (last.seq, last.from_xid, last.count) == (2, sealed.to_xid, 2)
    report = journal.verify()
    assert (report["intact"], report["sealed"], report["unsealed"]) == (True, 4, 0)


def journal_settles_below(journal: Journal, raw: Connection[tuple[int]]) -> None:
    """Waits until no transaction older than that of ``raw`` runs, in any database of the server."""
    row = raw.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
    assert row is not None
    deadline = time.monotonic() + PATIENCE
    while queries.horizon().settled < row[0]:
        assert time.monotonic() < deadline
        journal.one("SELECT 1 FROM pg_sleep(0.005)")


def test_an_act_that_was_undone_leaves_no_trace_in_the_seal(journal: Journal) -> None:
    with journal.connect() as raw:
        insert(raw)
        raw.rollback()
    journal.write()
    sealed = journal.seal()
    assert sealed is not None
    assert sealed.count == 1


def test_nothing_new_is_no_batch(journal: Journal) -> None:
    assert journal.seal() is None
    journal.sealed_batches(1)
    assert journal.seal() is None
    assert len(journal.lines()) == 1


def test_batches_chain(journal: Journal) -> None:
    journal.sealed_batches(1, 2, 3)
    assert [batch.count for batch in Batch.objects.order_by("seq")] == [1, 2, 3]
    last = GENESIS
    for seq in (1, 2, 3):
        sealed = queries.seal(seq)
        assert sealed is not None
        assert sealed.head == head(last, sealed)
        last = sealed.head


def test_rows_of_several_months_are_one_chain(journal: Journal) -> None:
    ensure_partitions(first=NOW.date().replace(month=3), months=3)
    for month in (5, 3, 4, 5, 8):
        record(masks_recorded(), now=NOW.replace(month=month))
    journal.seal()
    assert journal.verify()["sealed"] == 5


def test_two_sealers_at_once_seal_once(journal: Journal) -> None:
    """Both are held at the lock, then let go."""
    for _ in range(20):
        journal.write()
    journal.settle()
    seals: list[Seal | None] = []
    with journal.connect() as gate:
        gate.execute("SELECT pg_advisory_xact_lock(%s::bigint)", [0x6A6F7572])
        sealers = [in_thread(lambda: seals.append(seal_batch(now=NOW))) for _ in range(2)]
        wait_for(journal, "SELECT count(*) = 2 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                 " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")  # fmt: skip
        gate.commit()
    for sealer in sealers:
        sealer.join(PATIENCE)
    assert sorted(sealed.count if sealed else 0 for sealed in seals) == [0, 20]
    assert [line["seq"] for line in journal.lines()] == [1]
    assert journal.verify()["intact"]


def test_sealing_goes_on_under_writes(journal: Journal) -> None:
    """Four writers in transactions of their own, two sealers: every row in one batch."""
    writers = [in_thread(lambda: write_rows(journal, 50)) for _ in range(4)]
    sealers = [in_thread(lambda: seal_while(writers)) for _ in range(2)]
    for thread in writers + sealers:
        thread.join(PATIENCE)
    journal.seal()
    report = journal.verify()
    assert (report["intact"], report["sealed"], report["unsealed"]) == (True, 200, 0)
    assert report["batches"] == len(journal.lines())


def write_rows(journal: Journal, number: int) -> None:
    for _ in range(number):
        journal.write()


def seal_while(writers: list[threading.Thread]) -> None:
    while any(writer.is_alive() for writer in writers):
        seal_batch(now=NOW)


def in_thread(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def wait_for(journal: Journal, condition: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not journal.one(condition):
        assert time.monotonic() < deadline
        journal.one("SELECT 1 FROM pg_sleep(0.005)")


def test_the_job_seals(journal: Journal) -> None:
    journal.write()
    journal.settle()
    seal_task.func(timestamp=0)
    assert Batch.objects.get().count == 1


# --- The anchor ------------------------------------------------------------------------------------------------------


def test_the_anchor_says_what_was_sealed_and_only_its_owner_reads_it(journal: Journal) -> None:
    journal.sealed_batches(2)
    (line,) = journal.lines()
    batch = Batch.objects.get()
    assert line == {
        "seq": 1,
        "from_xid": 0,
        "to_xid": batch.to_xid,
        "count": 2,
        "root": bytes(batch.root).hex(),
        "head": bytes(batch.head).hex(),
        "sealed_at": "2020-05-13T08:00:00+00:00",
    }
    assert journal.anchor.stat().st_mode & 0o777 == 0o600


def test_a_crash_between_commit_and_anchor_is_healed(journal: Journal) -> None:
    journal.sealed_batches(1, 1)
    whole = journal.anchor.read_bytes()
    journal.anchor.write_bytes(whole.splitlines(keepends=True)[0])
    assert journal.verify()["intact"]
    assert seal_batch(now=NOW) is None
    assert journal.anchor.read_bytes() == whole


def test_a_line_cut_by_a_crash_stays_and_is_written_again_whole(journal: Journal) -> None:
    journal.sealed_batches(1, 1)
    first, second = journal.anchor.read_bytes().splitlines(keepends=True)
    journal.anchor.write_bytes(first + second[:40])
    journal.sealed_batches(1)
    lines = journal.anchor.read_bytes().splitlines(keepends=True)
    assert lines[:3] == [first, second[:40] + b"\n", second]
    assert len(lines) == 4
    report = journal.verify()
    assert (report["intact"], report["anchored"], report["anchor_unreadable_lines"]) == (True, 3, 1)


@contextmanager
def unreachable(anchor: Path) -> Iterator[None]:
    """Root passes file modes: a folder in the place of the file stops everyone."""
    aside = anchor.rename(anchor.with_suffix(".aside"))
    anchor.mkdir()
    yield
    anchor.rmdir()
    aside.rename(anchor)


def test_sealing_does_not_run_ahead_of_an_anchor_out_of_reach(journal: Journal) -> None:
    journal.sealed_batches(1)
    journal.write()
    journal.settle()
    with unreachable(journal.anchor), pytest.raises(OSError, match="directory"):
        seal_batch(now=NOW)
    assert Batch.objects.count() == 1
    assert journal.seal() is not None
    assert journal.verify()["anchored"] == 2


def test_a_file_that_is_no_anchor_is_left_alone(journal: Journal) -> None:
    journal.anchor.write_text("notes\n")
    journal.write()
    with pytest.raises(UnreadableAnchor):
        journal.seal()
    assert journal.anchor.read_text() == "notes\n"


def test_sealing_stops_when_the_anchor_contradicts_the_database(journal: Journal) -> None:
    """The database went back in time, or its chain was rewritten: more seals would bury the evidence."""
    journal.sealed_batches(1, 1)
    journal.break_in("DELETE FROM journal_batch WHERE seq = 2")
    with pytest.raises(AnchorContradicts):
        journal.seal()
    assert Batch.objects.count() == 1
    journal.anchor.rename(journal.anchor.with_suffix(".evidence"))
    assert journal.seal() is not None
    assert journal.verify()["intact"]


def test_sealing_stops_when_transaction_numbers_restarted(journal: Journal) -> None:
    """As after a logical dump restored into a new server: new rows would fall into sealed ranges."""
    journal.sealed_batches(1)
    assert not queries.state().cluster_replaced
    far = queries.horizon().next + 1_000_000
    journal.anchor.unlink()
    journal.break_in(f"UPDATE journal_batch SET to_xid = {far}")
    journal.write()
    with pytest.raises(ClusterReplaced):
        seal_batch(now=NOW)
    assert queries.state().cluster_replaced
    assert (Batch.objects.count(), Entry.objects.count()) == (1, 2)


def test_syslog_receives_the_heads(journal: Journal, tmp_path: Path, settings: Settings) -> None:
    address = str(tmp_path / "log")
    settings.JOURNAL_ANCHOR = f"syslog:{address}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind(address)
        log.setblocking(False)
        journal.sealed_batches(1, 1)
        received = [log.recv(4096) for _ in range(3)]
    assert [json.loads(line[line.index(b"{") :])["seq"] for line in received] == [1, 1, 2]
    assert received[0].startswith(b"<109>contact-covid-journal: ")
    extract = tmp_path / "extract.log"
    extract.write_bytes(b"".join(b"May 13 10:00:00 host " + line[5:] + b"\n" for line in received))
    assert not journal.verify()["anchor_compared"]
    report = journal.verify("--anchor", str(extract))
    assert (report["intact"], report["anchor_compared"], report["anchored"]) == (True, True, 2)


def test_syslog_out_of_reach_stops_sealing(journal: Journal, tmp_path: Path, settings: Settings) -> None:
    settings.JOURNAL_ANCHOR = f"syslog:{tmp_path / 'nobody'}"
    journal.write()
    with pytest.raises(OSError, match="No such file"):
        journal.seal()
    with pytest.raises(OSError, match="No such file"):
        journal.seal()
    assert Batch.objects.count() == 1
