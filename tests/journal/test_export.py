"""A file exported from the journal proves itself, with the anchor beside it: every change made to it is found."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from contact_covid.journal import anchor, queries
from contact_covid.journal.rules.export import (
    FORMAT,
    Header,
    Link,
    MalformedExport,
    fields_of,
    lines,
    moment_of,
    row_of,
    text_of,
)
from contact_covid.journal.rules.export_check import check_export
from contact_covid.journal.rules.filter import Filter
from contact_covid.journal.rules.sealing import GENESIS, Root, Row, Seal, head, leaf
from tests.clock import NOW
from tests.journal.support import ACCOUNT, FICHE, Journal, masks_recorded
from tests.journal.test_canonical_bytes import rows as any_rows
from tests.server import ROOT

OTHER = "0000000R"
ASKED = Filter(fiche=FICHE)
_LAST_MOMENT = 253_402_300_799_999_999
Fields = dict[str, Any]
moments = st.none() | st.integers(-62_135_596_800_000_000, _LAST_MOMENT)


@pytest.fixture(scope="module")
def sealed(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    """Three batches of three rows, the middle one of each about somebody else; a fourth one about her alone; two rows
    that are not sealed yet. Tests change the file, never the journal."""
    journal = Journal(module_database, tmp_path_factory.mktemp("journal") / "anchor")
    with override_settings(JOURNAL_ANCHOR=journal.anchor):
        for quantity, fiches in enumerate([(FICHE, OTHER, FICHE)] * 3 + [(OTHER,)]):
            for fiche in fiches:
                journal.write(masks_recorded(fiches=(fiche,), detail={"quantity": quantity}))
            assert journal.seal() is not None
        journal.write(masks_recorded(), masks_recorded(fiches=(OTHER,)))
        journal.settle()
        yield journal


@pytest.fixture
def kept(sealed: Journal, tmp_path: Path) -> Path:
    """A copy of the anchor, which a test may change."""
    return Path(copy(sealed.anchor, tmp_path))


def exported(asked: Filter = ASKED) -> list[str]:
    below = queries.horizon().settled
    header = Header(NOW, asked, queries.count(asked, below=below, most=1000))
    return list(queries.export_lines(header, below=below))


def findings(file: Iterable[str], anchored: Path | None = None) -> set[tuple[int | None, str]]:
    report = check_export((line.encode() for line in file), anchor.read(anchored) if anchored else None)
    return {(finding.batch, finding.problem.value) for finding in report.findings}


def changed(file: list[str], number: int, change: Callable[[Fields], object]) -> list[str]:
    """The file with the fields of one line changed."""
    fields = json.loads(file[number])
    change(fields)
    return [*file[:number], json.dumps(fields) + "\n", *file[number + 1 :]]


def places(file: list[str], what: str) -> list[int]:
    return [number for number, line in enumerate(file) if json.loads(line)["type"] == what]


def test_the_file_holds_what_was_asked_and_proves_it(sealed: Journal) -> None:
    file = exported()
    report = check_export((line.encode() for line in file), anchor.read(sealed.anchor))

    assert (report.rows, report.unsealed, report.batches, report.anchored, report.findings) == (6, 1, 3, 3, [])
    whole_batch = ["batch", "row", "leaves", "row"]
    assert [json.loads(line)["type"] for line in file] == ["header", *whole_batch * 3, "unsealed", "end"]
    assert OTHER not in "".join(file)
    header = json.loads(file[0])
    assert header["format"] == FORMAT
    assert (header["rows"], header["filter"], header["filter_sha256"]) == (7, {"fiche": FICHE}, ASKED.digest())


def test_a_batch_without_an_asked_row_is_left_out(sealed: Journal) -> None:
    def batches(asked: Filter) -> list[int]:
        file = exported(asked)
        return [json.loads(file[number])["seq"] for number in places(file, "batch")]

    assert batches(ASKED) == [1, 2, 3]
    assert batches(Filter(fiche=OTHER)) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        (Filter(), 12),
        (Filter(account=ACCOUNT), 12),
        (Filter(fiche=OTHER), 5),
        (Filter(since=date(2020, 5, 13), until=date(2020, 5, 13)), 12),
        (Filter(since=date(2020, 5, 14)), 0),
        (Filter(until=date(2020, 5, 12)), 0),
        (Filter(kind="tracing.masks_recorded", fiche=FICHE), 7),
        (Filter(kind="tracing.other"), 0),
    ],
)
def test_each_filter_holds_its_rows(sealed: Journal, asked: Filter, rows: int) -> None:
    file = exported(asked)

    assert len(places(file, "row")) + len(places(file, "unsealed")) == rows
    assert findings(file, sealed.anchor) == set()


ROW_CHANGES: list[Fields] = [
    {"at": "2020-05-13T08:00:00.000001+00:00"},
    {"kind": "tracing.updated"},
    {"account": None},
    {"role": "biologist"},
    {"purpose": "tracing"},
    {"surface": "api"},
    {"fiches": []},
    {"fiches": [FICHE, OTHER]},
    {"people": 2},
    {"detail": '{"quantity": 3}'},
    {"detail": '{"quantity": "1"}'},
]


@pytest.mark.parametrize("change", ROW_CHANGES)
def test_an_edited_row_is_found(sealed: Journal, change: Fields) -> None:
    file = exported()
    assert findings(changed(file, places(file, "row")[2], lambda fields: fields.update(change))) == {
        (2, "rows_changed")
    }


def test_an_edited_leaf_is_found(sealed: Journal) -> None:
    file = exported()
    edited = changed(file, places(file, "leaves")[1], lambda fields: fields.update(hashes=["00" * 32]))
    assert findings(edited) == {(2, "rows_changed")}


def test_a_leaf_removed_is_found(sealed: Journal) -> None:
    file = exported()
    del file[places(file, "leaves")[1]]
    assert findings(file) == {(2, "rows_missing")}


def test_a_row_removed_is_found(sealed: Journal) -> None:
    file = exported()
    del file[places(file, "row")[2]]
    assert findings(file) == {(2, "rows_missing"), (None, "export_cut")}


def test_a_leaf_or_a_row_added_is_found(sealed: Journal) -> None:
    file = exported()
    spot = places(file, "leaves")[1]
    assert findings([*file[:spot], file[spot], *file[spot:]]) == {(2, "rows_added")}
    row = places(file, "row")[2]
    assert findings([*file[:row], file[row], *file[row:]]) == {(2, "rows_added"), (None, "export_cut")}


def test_reordered_rows_are_found(sealed: Journal) -> None:
    file = exported()
    one, other = places(file, "row")[2:4]
    file[one], file[other] = file[other], file[one]
    assert findings(file) == {(2, "rows_reordered")}


def test_a_row_that_changes_place_with_a_leaf_is_found(sealed: Journal) -> None:
    file = exported()
    row, leaves = places(file, "row")[2], places(file, "leaves")[1]
    file[row], file[leaves] = file[leaves], file[row]
    assert findings(file) == {(2, "rows_changed")}


@pytest.mark.parametrize("change", [{"to_xid": 9**9}, {"previous_head": "11" * 32}, {"head": "11" * 32}, {"seq": 7}])
def test_a_batch_rewritten_is_found(sealed: Journal, change: Fields) -> None:
    file = exported()
    last = places(file, "batch")[-1]
    assert (change.get("seq", 3), "batch_changed") in findings(
        changed(file, last, lambda fields: fields.update(change))
    )


def test_a_batch_moved_in_time_is_found(sealed: Journal) -> None:
    file = exported()
    moved = {"sealed_at": "2020-05-13T08:00:01.000000+00:00"}
    assert findings(changed(file, places(file, "batch")[2], lambda fields: fields.update(moved))) == {
        (3, "batch_changed")
    }


def rewritten(file: list[str], number: int) -> list[str]:
    """The batch that begins on that line with a changed row, its root and head made to agree: forged with care."""
    batch, row, leaves, other = (json.loads(line) for line in file[number : number + 4])
    row["detail"] = '{"quantity": 99}'
    root = Root()
    for part in (row, leaves, other):
        what = part.pop("type")
        if what == "leaves":
            root.add_leaf(bytes.fromhex(part["hashes"][0]))
        else:
            root.add(row_of(part))
        part["type"] = what
    seal = Seal(batch["seq"], batch["from_xid"], batch["to_xid"], 3, root.digest(), b"", moment_of(batch["sealed_at"]))
    batch |= {"root": root.digest().hex(), "head": head(bytes.fromhex(batch["previous_head"]), seal).hex()}
    return [*file[:number], *(json.dumps(part) + "\n" for part in (batch, row, leaves, other)), *file[number + 4 :]]


def test_a_batch_rewritten_with_care_breaks_the_chain(sealed: Journal) -> None:
    file = exported()
    forged = rewritten(file, places(file, "batch")[1])
    assert findings(forged) == {(3, "batch_changed")}
    assert findings(forged, sealed.anchor) == {(2, "anchor_differs"), (3, "batch_changed")}


def test_the_last_batch_rewritten_with_care_is_found_by_the_anchor_alone(sealed: Journal) -> None:
    file = exported()
    forged = rewritten(file, places(file, "batch")[2])
    assert findings(forged) == set()
    assert findings(forged, sealed.anchor) == {(3, "anchor_differs")}


def test_a_head_that_the_anchor_lacks_is_found(kept: Path) -> None:
    kept.write_text("".join(kept.read_text().splitlines(keepends=True)[:2]))
    assert findings(exported(), kept) == {(3, "anchor_lacks")}


def test_another_head_before_a_batch_is_found_by_the_anchor(sealed: Journal, kept: Path) -> None:
    """The first batch of the file is chained to one that the file does not hold."""
    file = exported()
    alone = [file[0], *file[places(file, "batch")[1] :]]
    assert (2, "anchor_differs") not in findings(alone, kept)
    first, *others = sealed.lines()
    kept.write_text("".join(json.dumps(line) + "\n" for line in [first | {"head": "11" * 32}, *others]))
    assert (2, "anchor_differs") in findings(alone, kept)


def test_a_batch_left_out_is_found(sealed: Journal) -> None:
    file = exported()
    first, second = places(file, "batch")[:2]
    assert findings([*file[:first], *file[second:]]) == {(None, "batch_missing"), (None, "export_cut")}


def test_a_row_hidden_behind_its_hash_is_found(sealed: Journal) -> None:
    """The proof still holds, the number of rows does not."""
    file = exported()
    row = places(file, "row")[0]
    fields = json.loads(file[row])
    fields.pop("type")
    file[row] = json.dumps({"type": "leaves", "hashes": [leaf(row_of(fields)).hex()]}) + "\n"
    assert findings(file, sealed.anchor) == {(None, "export_cut")}


def test_a_sealed_row_passed_off_as_not_sealed_is_found(sealed: Journal) -> None:
    file = exported()
    row = places(file, "row")[2]
    loose = changed(file, row, lambda fields: fields.update(type="unsealed", detail="{}"))[row]
    end = places(file, "end")[0]
    moved = [*file[:row], *file[row + 1 : end], loose, file[end]]
    assert findings(moved) == {(2, "rows_missing"), (None, "rows_outside")}


@pytest.mark.parametrize("kept", [1, 3, 9, -1])
def test_a_file_cut_short_is_found(sealed: Journal, kept: int) -> None:
    assert (None, "export_cut") in findings(exported()[:kept])


def test_an_empty_file_is_no_export() -> None:
    assert findings([]) == {(None, "export_cut")}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        '"row"',
        '{"type":"row"}',
        '{"type":"other"}',
        '{"type":"leaves","hashes":["zz"]}',
        '{"type":"leaves","hashes":["00"]}',
        '{"type":"leaves","hashes":null}',
        '{"type":"header","rows":1}',
        '{"type":"end","type":"end"}',
        "[" * 100_000,
        "\x00",
    ],
)
def test_a_line_that_no_export_holds_is_found(sealed: Journal, line: str) -> None:
    file = exported()
    inside = places(file, "row")[2]
    assert (2, "export_unreadable") in findings([*file[:inside], f"{line}\n", *file[inside:]])


@pytest.mark.parametrize(
    "change",
    [
        {"note": "ajoutée"},
        {"id": "1"},
        {"people": True},
        {"fiches": [1]},
        {"detail": "{"},
        {"detail": '{"a": NaN}'},
        {"detail": "\ud800"},
        {"at": "2020-05-13"},
        {"at": "2020-05-13T10:00:00.000000+02:00"},
        {"account": 1},
    ],
)
def test_a_row_of_another_shape_is_found(sealed: Journal, change: Fields) -> None:
    file = exported()
    edited = changed(file, places(file, "row")[2], lambda fields: fields.update(change))
    assert {(2, "export_unreadable"), (2, "rows_missing")} <= findings(edited)


@pytest.mark.parametrize("change", [{"seq": True}, {"count": "3"}, {"root": "00"}, {"note": 1}, {"sealed_at": "hier"}])
def test_a_batch_of_another_shape_is_found(sealed: Journal, change: Fields) -> None:
    file = exported()
    edited = changed(file, places(file, "batch")[1], lambda fields: fields.update(change))
    assert (None, "export_unreadable") in findings(edited)


def test_what_follows_the_end_is_found(sealed: Journal) -> None:
    file = exported()
    assert findings([*file, file[-1]]) == {(None, "export_unreadable")}


def test_the_command_needs_no_database(sealed: Journal, tmp_path: Path) -> None:
    """Another machine: no database answers there."""
    file, forged = tmp_path / "journal.jsonl", tmp_path / "forged.jsonl"
    good = exported()
    file.write_text("".join(good))
    forged.write_text("".join(rewritten(good, places(good, "batch")[2])))

    code, told = command(tmp_path, "--export", file, "--anchor", sealed.anchor)
    assert (code, told.splitlines()[0]) == (0, "6 ligne(s) scellée(s), prouvée(s) par 3 lot(s).")
    assert "3 lot(s) confirmé(s) par l’ancre." in told
    assert told.endswith("L’export est intact.\n")

    code, told = command(tmp_path, "--export", forged, "--anchor", sealed.anchor)
    assert code == 1
    assert "Lot 3 : l’ancre garde une autre empreinte" in told

    code, told = command(tmp_path, "--export", forged, "--json")
    assert (code, json.loads(told)["anchor_compared"]) == (0, False)
    assert command(tmp_path, "--export", tmp_path / "absent")[0] == 1


def command(home: Path, *arguments: object) -> tuple[int, str]:
    nowhere = "postgresql://nobody@localhost:1/nothing"
    environment = {**os.environ, "CONTACT_HOME": str(home), "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment |= dict.fromkeys(("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_DIRECT_URL"), nowhere)
    asked = [sys.executable, "manage.py", "verify_journal", *map(str, arguments)]
    done = subprocess.run(asked, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    return done.returncode, done.stdout


# --- Without a database --------------------------------------------------------------------------------------------


@given(any_rows, moments)
def test_a_row_comes_back_as_it_went(row: Row, at: int | None) -> None:
    row = row._replace(at=at)
    assert row_of(json.loads(json.dumps(fields_of(row)))) == row


@given(st.lists(any_rows, min_size=1, max_size=6, unique_by=lambda row: (row.xid, row.id)), st.data())
def test_any_choice_of_rows_is_proven(batch: list[Row], data: st.DataObject) -> None:
    batch = sorted((row._replace(at=0) for row in batch), key=lambda row: (row.xid, row.id))
    asked = [row for row in batch if data.draw(st.booleans())]
    root = Root()
    for row in batch:
        root.add(row)
    seal = Seal(1, 0, 2**63, len(batch), root.digest(), b"", 0)
    link = Link(replace(seal, head=head(GENESIS, seal)), GENESIS)
    file = list(lines(Header(NOW, Filter(), len(asked)), asked, [link], lambda _: batch))

    assert findings(file) == set()
    assert len(places(file, "row")) == len(asked)


@given(moments)
def test_a_moment_comes_back_as_it_went(moment: int | None) -> None:
    assert moment_of(text_of(moment)) == moment


def test_a_moment_is_written_in_one_way_only() -> None:
    for text in ("2020-05-13T08:00:00+00:00", "2020-05-13T08:00:00.000000Z", "20200513", "x"):
        with pytest.raises(MalformedExport):
            moment_of(text)
