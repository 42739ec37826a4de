"""The walks beside counter and chain: each row has a title and a crowd, and a wrong page is never a good time."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bench import following, load, measure, reading, sampling, table
from bench.browser import Browser, NothingLeft, Sessions, WrongAnswer
from bench.client import Connection
from bench.following import Person
from bench.offices import Link
from bench.reading import PAGES, Reader, Supervisor
from bench.sampling import Laboratory, OpenForm
from bench.state import Login

LOGIN = Login("l", "p")


@contextmanager
def server(*answers: bytes) -> Iterator[tuple[Connection, list[str]]]:
    """A connection to who gives these answers one after the other, and what it was asked."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with listener.accept()[0] as connection:
                for answer in answers:
                    asked.append(connection.recv(65_536).decode())
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        with Connection(listener.getsockname()[1]) as connection:
            yield connection, asked
        thread.join(5)


def page(body: str, status: int = 200) -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nSet-Cookie: csrf=k; Path=/\r\n\r\n{body}".encode()


def moved(to: str) -> bytes:
    return f"HTTP/1.1 302 X\r\nContent-Length: 0\r\nLocation: {to}\r\nSet-Cookie: person=s\r\n\r\n".encode()


def test_every_row_has_a_title_and_somebody_who_walks() -> None:
    for kind, scenarios in measure.ELSEWHERE.items():
        assert kind in load.CROWDS
        assert set(scenarios) <= table.TITLES.keys() & load.SCENARIOS.keys()


def reader(connection: Connection, name: str) -> Reader:
    found = Reader(connection, Sessions(), {PAGES[name].role: LOGIN})
    found.browsers[PAGES[name].role] = Browser("session=1", "t")
    return found


def test_a_page_is_found_by_the_link_on_its_list() -> None:
    fiche = "0" * 8 + "-0000-7000-8000-" + "0" * 12
    path = f"/contact-covid/doublons/{fiche}/{fiche}/"
    with server(page(f'<a href="{path}">'), page("version_first"), page("sorry")) as (connection, asked):
        walker = reader(connection, "pair")
        walker.addresses["pair"] = walker.address(PAGES["pair"])
        walker.read("pair")
        with pytest.raises(WrongAnswer):
            walker.read("pair")
    assert [each.split(" ", 2)[1] for each in asked] == ["/contact-covid/doublons/", path, path]


def test_a_list_without_what_is_to_be_looked_at_is_a_mistake() -> None:
    with server(page("nothing here")) as (connection, _), pytest.raises(WrongAnswer, match="doublons"):
        reader(connection, "pair").address(PAGES["pair"])


def test_fiches_are_shared_out_and_given_back_in_turn() -> None:
    done = moved("/contact-covid/appels/?attribuees=1")
    with server(done, done) as (connection, asked):
        supervisor = Supervisor(connection, Sessions(), LOGIN, ["a", "b"], agent="agent7")
        supervisor.assign()
        supervisor.assign()
    assert ["agent=agent7" in asked[0], "agent=file" in asked[1]] == [True, True]
    assert all("fiches=a+b" in each for each in asked)


def test_a_person_is_let_in_by_her_birth_date_and_then_writes_her_diary() -> None:
    form = (
        '<form><input type="hidden" name="csrfmiddlewaretoken" value="t"><input type="text" name="birth_date"></form>'
    )
    with server(page(form), moved("/suivi/"), moved("/suivi/?diary")) as (connection, asked):
        person = Person(connection, [Link("token", "01/02/1950")])
        with pytest.raises(NothingLeft):
            person.diary()
        person.check()
        person.diary()
    assert "birth_date=01%2F02%2F1950" in asked[1]
    assert "person=s" in asked[2]


def test_a_wrong_birth_date_is_a_wrong_answer() -> None:
    form = (
        '<form><input type="hidden" name="csrfmiddlewaretoken" value="t"><input type="text" name="birth_date"></form>'
    )
    with server(page(form), page(form)) as (connection, _), pytest.raises(WrongAnswer):
        Person(connection, [Link("token", "01/02/1950")]).check()


def test_each_form_of_a_laboratory_is_written_on_once() -> None:
    with server(moved("/contact-covid/fiche/1/"), page("conflict", 409)) as (connection, asked):
        laboratory = Laboratory(connection, [], [])
        form = OpenForm(Browser("c", "t"), "/x/", {"version": "3"})
        laboratory.forms = [(form, "/contact-covid/fiche/1/")] * 2
        laboratory.sample()
        with pytest.raises(WrongAnswer):
            laboratory.result()
        with pytest.raises(NothingLeft):
            laboratory.sample()
    assert all("version=3" in each and "test_done=yes" in each for each in asked)
    assert ["test_result=pending" in each for each in asked] == [True, False]


def test_no_two_scenarios_share_a_name() -> None:
    named = [*following.SCENARIOS, *sampling.SCENARIOS, *reading.READING, *reading.SUPERVISING]
    assert len(named) == len(set(named))
    assert load.SCENARIOS.keys() >= set(named)
