"""Letters in batches: each letter in one batch, once, whatever happens to the command."""

import csv
import shutil
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader
from pytest_django import Settings

from contact_covid.messaging import letters
from contact_covid.messaging.channels.letter import batches
from contact_covid.messaging.enums import Language
from contact_covid.messaging.rules.contents import ProvisionalCode
from contact_covid.messaging.rules.rendering import Frame
from contact_covid.messaging.rules.translations import Written
from tests.cast import TODAY
from tests.clock import NOW

FRAME = Frame(brand="amelipro", helpline="0 800 130 000", assistance="0811 709 710", retention_months=3)


def letter(name: str) -> bytes:
    content = ProvisionalCode(
        name=name,
        number="939900001",
        code="K7M4-2QXD-9T3F",
        valid_until=TODAY,
        page="https://portail.example/connexion/",
        street="1 rue",
        postcode="93100",
        commune="Montreuil",
    )
    return letters.letter(content, written=Written((Language.FRENCH,)), frame=FRAME, department="", now=NOW)


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Five letters that wait, oldest first by their names, and one that is being written."""
    settings.LETTERS_DIR = waiting = tmp_path / "letters"
    waiting.mkdir()
    for n in range(5):
        (waiting / f"0000000{n}-letter.pdf").write_bytes(letter(f"Zqname{n}"))
    (waiting / ".draft-x").write_bytes(b"half")
    return waiting


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def run(out: Path) -> str:
    said = StringIO()
    call_command("print_batch", "--out", str(out), stdout=said)
    return said.getvalue()


def printed(out: Path) -> list[str]:
    """The names on the pages, batch by batch; each index says where they are."""
    names = []
    for file in sorted(out.glob("*.pdf")):
        pages = PdfReader(BytesIO(file.read_bytes())).pages
        index = list(csv.DictReader(StringIO(file.with_suffix(".csv").read_text()), delimiter=";"))
        assert [int(line["premiere_page"]) for line in index] == list(range(1, len(pages) + 1))
        assert [int(line["rang"]) for line in index] == list(range(1, len(pages) + 1))
        for page, line in zip(pages, index, strict=True):
            text = page.extract_text()
            names.append(text[text.index("Zqname") :][:7])
            assert line["lettre"] == f"0000000{names[-1][-1]}-letter"
    return names


def test_one_pdf_and_one_index_a_batch_and_nothing_waits_any_more(folder: Path, out: Path) -> None:
    assert "5 lettres, 5 pages" in run(out)
    assert printed(out) == [f"Zqname{n}" for n in range(5)]
    assert [path.name for path in folder.iterdir() if not path.name.endswith(".lock")] == [".draft-x"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in out.iterdir())
    assert "Zqname" not in "".join(path.read_text() for path in out.glob("*.csv"))
    assert run(out) == "Aucune lettre en attente.\n"


def test_many_letters_make_several_batches(folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_LETTERS", 2)
    assert run(out).count("lettres") == 3
    assert sorted(printed(out)) == [f"Zqname{n}" for n in range(5)]


@pytest.mark.parametrize("dies_at", ["put", "rmtree"])
def test_a_run_that_dies_is_finished_under_the_same_name(
    folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    def die(*arguments: object) -> None:
        if dies_at == "rmtree":  # with some letters gone already
            next(Path(str(arguments[0])).glob("*.pdf")).unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(batches if dies_at == "put" else shutil, dies_at, die)
        with pytest.raises(KeyboardInterrupt):
            run(out)
    before = {path.name for path in out.iterdir()}
    (folder / "00000009-letter.pdf").write_bytes(letter("Zqname9"))
    run(out)
    assert before <= {path.name for path in out.iterdir()}
    assert printed(out) == [*(f"Zqname{n}" for n in range(5)), "Zqname9"]


def test_a_run_that_died_before_its_first_letter_makes_no_batch(folder: Path, out: Path) -> None:
    (folder / ".lot-20200513T080000000000Z-001").mkdir()
    run(out)
    assert printed(out) == [f"Zqname{n}" for n in range(5)]
    assert len(list(out.iterdir())) == 2


def test_a_folder_that_is_away_is_told_in_french_and_loses_nothing(folder: Path, tmp_path: Path, out: Path) -> None:
    with pytest.raises(CommandError, match="relancez") as told:
        run(tmp_path / "away")
    assert "No such file" not in str(told.value)
    assert str(tmp_path / "away") in str(told.value)
    run(out)
    assert len(printed(out)) == 5


def test_without_letters_folder_the_command_says_so(settings: Settings, out: Path) -> None:
    settings.LETTERS_DIR = None
    with pytest.raises(CommandError, match="LETTERS_DIR"):
        run(out)
