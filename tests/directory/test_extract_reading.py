"""Files of the national directories however they arrive: packed, badly encoded, cut, not theirs at all."""

import gzip
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_covid.directory.rules.activities import Activities
from contact_covid.directory.rules.establishments import Establishments
from contact_covid.directory.rules.extract_files import LONGEST_LINE, FileProblem, UnreadableFile, lines
from contact_covid.directory.rules.extracts import (
    Extract,
    LeftOut,
    LineProblem,
    Refused,
    columns,
    extract,
    joined,
    label_key,
    split,
)
from contact_covid.directory.rules.numbers import Pairs
from tests.directory.extracts import FINESS_HEADER, HEADER, activity

NAME = "PS_LibreAcces_Personne_activite_202605.txt"
WHOLE = f"{HEADER}\n{activity(1, last_name='LEFÈVRE')}\n{activity(2)}\n"


def read(path: Path) -> tuple[list[str], list[LineProblem], dict[LeftOut, int]]:
    found = extract(lines(path, members=Activities.members), Activities())
    said = list(found.rows)
    names = [row[1].last_name for row in said if not isinstance(row, Refused)]
    return names, [row.problem for row in said if isinstance(row, Refused)], found.left_out


def _plain(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


def _bom(path: Path, text: str) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())


def _windows(path: Path, text: str) -> None:
    path.write_bytes(text.replace("\n", "\r\n").encode("cp1252"))


def _old_mac(path: Path, text: str) -> None:
    path.write_bytes(text.replace("\n", "\r").encode())


def _mixed(path: Path, text: str) -> None:
    head, first, second, _ = text.split("\n")
    path.write_bytes(f"\n{head}\r\n".encode() + f"{first}\r".encode("cp1252") + f"\n\n{second}".encode())


def _gzip(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode()))


def _zip(path: Path, text: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("PS_LibreAcces_Dipl_AutExerc_202605.txt", "autre")
        archive.writestr(f"dossier/{NAME}", text)


@pytest.mark.parametrize("write", [_plain, _bom, _windows, _old_mac, _mixed, _gzip, _zip])
def test_the_extract_is_read_however_it_is_packed_and_encoded(
    tmp_path: Path, write: Callable[[Path, str], None]
) -> None:
    write(tmp_path / "file", WHOLE)
    names, problems, _ = read(tmp_path / "file")
    assert (names, problems) == (["LEFÈVRE", "Zqnom2"], [])


def _cut_gzip(path: Path) -> None:
    path.write_bytes(gzip.compress((WHOLE * 2_000).encode())[:-400])


def _cut_zip(path: Path) -> None:
    _zip(path, WHOLE)
    path.write_bytes(path.read_bytes()[:-30])


def _changed_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(NAME, WHOLE)
    path.write_bytes(path.read_bytes().replace(b"Zqnom2", b"Zqnom3", 1))


def _two_in_one(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(NAME, WHOLE)
        archive.writestr(f"2-{NAME}", WHOLE)


def _bytes(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


@pytest.mark.parametrize(
    ("write", "problem"),
    [
        (_cut_gzip, FileProblem.ARCHIVE),
        (_cut_zip, FileProblem.ARCHIVE),
        (_changed_zip, FileProblem.ARCHIVE),
        (_two_in_one, FileProblem.MEMBER),
        (_bytes(b""), FileProblem.EMPTY),
        (_bytes(b"\n \r\n"), FileProblem.EMPTY),
        (_bytes(b"\x7fELF\x02\x01\x01\0\0"), FileProblem.BINARY),
        (_bytes(WHOLE.encode("utf-16")), FileProblem.BINARY),
        (_bytes(b"a;b;c\n1;2;3\n"), FileProblem.HEADER),
        (_bytes(b"|" * (LONGEST_LINE + 1)), FileProblem.HEADER),
        (_bytes(HEADER.replace("Nom d'exercice|Pr", "Pr").encode()), FileProblem.HEADER),
        (_bytes(HEADER.replace("Libellé rôle", "Code profession").encode()), FileProblem.HEADER),
        (lambda path: None, FileProblem.ABSENT),
        (Path.mkdir, FileProblem.ABSENT),
    ],
)
def test_a_file_that_is_not_one_is_refused_whole(
    tmp_path: Path, write: Callable[[Path], None], problem: FileProblem
) -> None:
    write(tmp_path / "file")
    with pytest.raises(UnreadableFile) as told:
        read(tmp_path / "file")
    assert told.value.problem is problem
    assert problem.label


def test_an_archive_of_too_many_files_says_so() -> None:
    assert "ou en contient plusieurs" in FileProblem.MEMBER.label


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (activity(1).replace("de la République", "de la|République").encode(), LineProblem.LONG),
        (activity(1)[:-30].encode(), LineProblem.SHORT),
        (b"8|x", LineProblem.SHORT),
        (b"\0" + activity(1).encode(), LineProblem.ENCODING),
        (activity(1).encode().replace(b"Zqnom", b"Zq\x81nom"), LineProblem.ENCODING),
        (b"x" * (3 * LONGEST_LINE), LineProblem.TOO_LONG),
        (activity(1, rpps="10000000001").encode(), LineProblem.IDENTIFIER),
        (activity(1, kind="4").encode(), LineProblem.IDENTIFIER),
        (activity(1, last_name=" ").encode(), LineProblem.NAME),
        (activity(1, last_name="x" * 61).encode(), LineProblem.NAME_TOO_LONG),
        (activity(1, finess="930000000").encode(), LineProblem.PLACE),
        (activity(1, place="R" * 41).encode(), LineProblem.PLACE_TOO_LONG),
    ],
    ids=[
        "one value too many",
        "cut",
        "two values",
        "NUL",
        "neither UTF-8 nor CP1252",
        "endless",
        "RPPS key",
        "kind of identifier",
        "no name",
        "long name",
        "FINESS key",
        "long identifier of the place",
    ],
)
def test_a_bad_line_is_refused_alone(tmp_path: Path, line: bytes, problem: LineProblem) -> None:
    nurses = (activity(9, profession="60") + "\n") * 40
    (tmp_path / "file").write_bytes((WHOLE + nurses).encode() + line + b"\n" + activity(3).encode())
    names, problems, _ = read(tmp_path / "file")
    assert (names, problems) == (["LEFÈVRE", "Zqnom2", "Zqnom3"], [problem])


def test_columns_are_found_by_what_their_labels_keep(tmp_path: Path) -> None:
    other = HEADER.replace("(coord. structure)", "(Coord. Structure)").replace("Identifiant PP", "IDENTIFIANT  PP")
    other = other.replace("Code secteur d'activité", "Code secteur d’activité")
    moved = "|".join(reversed(other.rstrip("|").split("|")))
    line = "|".join(reversed(activity(1).removesuffix("|").split("|")))
    (tmp_path / "file").write_text(f"{moved}\n{line}\n{moved}\n")
    assert read(tmp_path / "file") == (["Zqnom1"], [], {LeftOut.REPEATED_HEADER: 1})


def test_a_quote_that_is_never_closed_ends_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(f'{FINESS_HEADER}\nstructureet;010000024;"CH\nstructureet;010000025;x\n')
    found: Extract[object] = extract(lines(path, members="*"), Establishments())
    assert [row.number for row in found.rows if isinstance(row, Refused)] == [2, 3]


@given(st.lists(st.text(alphabet='ab;" é'), min_size=1, max_size=6))
def test_what_is_written_down_is_read_again(values: list[str]) -> None:
    assert split(joined(values, ";"), ";") == values


@given(st.binary(max_size=3_000))
def test_whatever_the_bytes_every_line_is_accounted_for(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    path = tmp_path_factory.mktemp("noise") / "file"
    path.write_bytes("N° ADELI;N° RPPS\n".encode() + noise)
    with suppress(UnreadableFile):  # a NUL says that it is no text
        found = extract(lines(path, members="*"), Pairs())
        said = len(list(found.rows))
        assert said + sum(found.left_out.values()) == sum(1 for _ in lines(path, members="*")) - 1


def test_a_label_is_known_whatever_its_accents_and_little_words() -> None:
    assert label_key("Numéro FINESS site") == label_key("NUMERO FINESS SITE (structure)")
    with pytest.raises(UnreadableFile):
        columns(["Code postal", "CODE POSTAL (coord. structure)"], ("CODE POSTAL",), ())
