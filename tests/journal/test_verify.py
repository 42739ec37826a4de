"""Edit, delete, reorder, truncate, rewrite: each done for real, with the triggers off, and found."""

from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from contact_covid.journal import anchor
from contact_covid.journal.queries import rows, seals
from contact_covid.journal.rules.sealing import GENESIS, Root, head
from tests.journal.support import Journal

SECOND = (
    "xid >= (SELECT from_xid::text::xid8 FROM journal_batch WHERE seq = 2)"
    " AND xid < (SELECT to_xid::text::xid8 FROM journal_batch WHERE seq = 2)"
)
TAIL = "xid >= (SELECT max(to_xid)::text::xid8 FROM journal_batch)"
ONE = f"id = (SELECT min(id) FROM journal_entry WHERE {SECOND})"


@pytest.fixture
def sealed(journal: Journal) -> Journal:
    """Three batches of 2, 3 and 2 rows, and a row not sealed yet."""
    journal.sealed_batches(2, 3, 2)
    journal.write()
    return journal


def test_an_untouched_journal_is_intact(sealed: Journal) -> None:
    report = sealed.verify()
    assert report == {
        "intact": True, "sealed": 7, "unsealed": 1, "batches": 3, "anchor_compared": True, "anchored": 3,
        "anchor_unreadable_lines": 0, "last_head": sealed.lines()[-1]["head"], "findings": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 microsecond'",
        "kind = 'tracing.other'",
        "account = NULL",
        "session = gen_random_uuid()",
        "role = 'biologist'",
        "practice = gen_random_uuid()",
        "organisation = gen_random_uuid()",
        "purpose = 'tracing'",
        "surface = 'api'",
        "fiches = '{}'",
        "fiches = fiches || '{00000000}'",
        "count = 2",
        "detail = '{}'",
        """detail = '{"quantity": "0"}'""",
        "id = id + 1000000",
    ],
)
def test_an_edited_column_is_found(sealed: Journal, change: str) -> None:
    sealed.break_in(f"UPDATE journal_entry SET {change} WHERE {ONE}")
    assert sealed.findings() == {(2, "rows_changed")}


def test_a_moment_without_end_is_found(sealed: Journal) -> None:
    sealed.break_in(
        "ALTER TABLE journal_entry DROP CONSTRAINT journal_entry_at_is_finite",
        f"UPDATE journal_entry SET at = 'infinity' WHERE {ONE}",
    )
    assert sealed.findings() == {(2, "rows_changed")}


def test_a_deleted_row_is_found(sealed: Journal) -> None:
    sealed.break_in(f"DELETE FROM journal_entry WHERE {ONE}")
    (finding,) = sealed.verify()["findings"]
    assert (finding["batch"], finding["problem"], finding["sealed"], finding["found"]) == (2, "rows_missing", 3, 2)


def test_an_added_row_is_found(sealed: Journal) -> None:
    columns = "xid, at, kind, role, purpose, surface, fiches, count, detail"
    sealed.break_in(f"INSERT INTO journal_entry ({columns}) SELECT {columns} FROM journal_entry WHERE {ONE}")
    assert sealed.findings() == {(2, "rows_added")}


def test_a_row_replaced_by_another_is_found(sealed: Journal) -> None:
    columns = "xid, at, kind, role, purpose, surface, fiches, count, detail"
    sealed.break_in(
        f"INSERT INTO journal_entry ({columns}) SELECT {columns} FROM journal_entry WHERE {ONE}",
        f"DELETE FROM journal_entry WHERE {ONE}",
    )
    assert sealed.findings() == {(2, "rows_changed")}


def test_reordered_rows_are_found(sealed: Journal) -> None:
    """Two rows exchange what they say, then, apart, their place."""
    sealed.break_in(
        f"CREATE TEMPORARY TABLE pair AS SELECT min(id) AS a, max(id) AS b FROM journal_entry WHERE {SECOND}",
        "UPDATE journal_entry AS e SET detail = o.detail FROM journal_entry AS o, pair"
        " WHERE (e.id, o.id) IN ((a, b), (b, a))",
    )
    assert sealed.findings() == {(2, "rows_changed")}


def test_a_row_moved_to_another_batch_is_found(sealed: Journal) -> None:
    sealed.break_in(f"UPDATE journal_entry SET xid = (SELECT max(to_xid)::text::xid8 FROM journal_batch) WHERE {ONE}")
    assert sealed.findings() == {(2, "rows_missing")}
    sealed.break_in(f"UPDATE journal_entry SET xid = '3' WHERE {TAIL}")
    assert sealed.findings() == {(1, "rows_added"), (2, "rows_missing")}


def test_truncated_rows_are_found(sealed: Journal) -> None:
    sealed.break_in("TRUNCATE journal_entry")
    assert sealed.findings() == {(1, "rows_missing"), (2, "rows_missing"), (3, "rows_missing")}


def test_a_detached_partition_is_found(sealed: Journal) -> None:
    sealed.break_in("ALTER TABLE journal_entry DETACH PARTITION journal_entry_default")
    assert sealed.findings() == {(1, "rows_missing"), (2, "rows_missing"), (3, "rows_missing")}


def test_everything_truncated_is_found_by_the_anchor(sealed: Journal) -> None:
    sealed.break_in("TRUNCATE journal_entry", "TRUNCATE journal_batch")
    assert sealed.findings() == {(1, "anchor_ahead")}


def test_the_end_cut_off_is_found_by_the_anchor(sealed: Journal) -> None:
    """The last batch and its rows: what is left is a whole, valid chain."""
    sealed.break_in(
        "DELETE FROM journal_entry WHERE xid >= (SELECT from_xid::text::xid8 FROM journal_batch WHERE seq = 3)",
        "DELETE FROM journal_batch WHERE seq = 3",
    )
    assert sealed.findings() == {(3, "anchor_ahead")}


def test_a_batch_removed_from_the_middle_is_found(sealed: Journal) -> None:
    sealed.break_in(f"DELETE FROM journal_entry WHERE {SECOND}", "DELETE FROM journal_batch WHERE seq = 2")
    assert sealed.findings() == {(3, "batch_missing")}


def test_rows_that_no_batch_covers_are_found(sealed: Journal) -> None:
    sealed.break_in("DELETE FROM journal_batch WHERE seq = 2")
    assert sealed.findings() == {(None, "rows_outside"), (3, "batch_missing")}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("root = sha256('')", {(2, "rows_changed"), (2, "batch_changed")}),
        ("head = sha256('')", {(2, "batch_changed"), (3, "batch_changed"), (2, "anchor_differs")}),
        ("count = 9", {(2, "rows_missing"), (2, "batch_changed")}),
        ("sealed_at = sealed_at - interval '1 day'", {(2, "batch_changed")}),
        ("to_xid = to_xid + 0, from_xid = from_xid - 1", {(2, "batch_changed")}),
    ],
)
def test_an_edited_batch_is_found(sealed: Journal, change: str, found: set[tuple[int, str]]) -> None:
    sealed.break_in(f"UPDATE journal_batch SET {change} WHERE seq = 2")
    assert sealed.findings() == found


def test_batches_that_exchange_their_places_are_found(sealed: Journal) -> None:
    sealed.break_in(
        "UPDATE journal_batch AS b SET root = o.root, head = o.head, count = o.count FROM journal_batch AS o"
        " WHERE (b.seq, o.seq) IN ((1, 3), (3, 1))"
    )
    assert {(1, "rows_changed"), (3, "rows_changed"), (1, "batch_changed"), (1, "anchor_differs")} <= sealed.findings()


def test_a_rewritten_chain_is_found_by_the_anchor(sealed: Journal) -> None:
    """The attacker edits a row and recomputes every root and head with our own code: only the anchor knows."""
    sealed.break_in(f"UPDATE journal_entry SET account = NULL WHERE {ONE}")
    rewrite_chain(sealed)
    assert sealed.findings() == {(2, "anchor_differs"), (3, "anchor_differs")}
    sealed.anchor.unlink()
    assert sealed.findings() == {(None, "anchor_absent")}


def rewrite_chain(journal: Journal) -> None:
    """Makes the batches agree with the rows again, as someone with the database and this code can."""
    last = GENESIS
    with transaction.atomic():
        sealed = list(seals())
    for seal in sealed:
        root = Root()
        with transaction.atomic():
            for row in rows(from_xid=seal.from_xid, to_xid=seal.to_xid):
                root.add(row)
        last = head(last, replace(seal, root=root.digest()))
        hashes = f"root = '\\x{root.digest().hex()}', head = '\\x{last.hex()}'"
        journal.break_in(f"UPDATE journal_batch SET {hashes} WHERE seq = {seal.seq}")


def test_a_chain_rewritten_and_anchored_again_is_found(sealed: Journal) -> None:
    """The anchor takes lines but gives none up: the second head of a batch is the proof."""
    before = sealed.anchor.read_bytes()
    sealed.break_in(f"UPDATE journal_entry SET account = NULL WHERE {ONE}")
    rewrite_chain(sealed)
    with transaction.atomic():
        anchor.FileAnchor(sealed.anchor).append(seals())
    assert sealed.anchor.read_bytes().startswith(before)
    assert {(2, "anchor_differs"), (3, "anchor_differs")} <= sealed.findings()


def test_a_shortened_anchor_is_found(sealed: Journal) -> None:
    sealed.anchor.write_bytes(sealed.anchor.read_bytes().splitlines(keepends=True)[0])
    assert sealed.findings() == {(2, "anchor_behind")}


def test_a_line_lost_on_the_way_to_syslog_is_no_alarm(sealed: Journal) -> None:
    """The next head proves the batch as well."""
    lines = sealed.anchor.read_bytes().splitlines(keepends=True)
    sealed.anchor.write_bytes(lines[0] + lines[2])
    assert sealed.findings() == set()


def test_what_the_command_says(sealed: Journal) -> None:
    sealed.break_in(f"DELETE FROM journal_entry WHERE {ONE}")
    output = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_journal", stdout=output)
    assert ended.value.code == 1
    assert output.getvalue().splitlines() == [
        "6 ligne(s) scellée(s) en 3 lot(s).",
        "1 ligne(s) plus récente(s), pas encore scellée(s).",
        "3 lot(s) confirmé(s) par l’ancre.",
        "Lot 2 : des lignes ont été effacées (2 ligne(s), 3 scellée(s)).",
        "Le journal a été altéré.",
    ]


def test_a_mistyped_anchor_is_no_finding(sealed: Journal) -> None:
    with pytest.raises(CommandError, match="--anchor"):
        call_command("verify_journal", anchor=sealed.anchor.with_name("mistyped"))


def test_a_configured_anchor_that_is_gone_is_one(sealed: Journal) -> None:
    sealed.anchor.unlink()
    assert sealed.findings() == {(None, "anchor_absent")}
