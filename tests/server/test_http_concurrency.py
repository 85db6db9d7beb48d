"""Several people at once before the real server: nothing doubled, nothing lost, no error page, no word of a lock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from retkoop import rules
from retkoop.actions.years import load_facts
from retkoop.audit import now, record
from retkoop.models import Entry, Journal, Year, YearKey, entry_facts
from tests.conftest import TODAY
from tests.factories import PASSWORD, SOMEONE, an_entry
from tests.server.conftest import book_of, opened, seeded, typed
from tests.support.ledger_checks import close_at_once, told
from tests.support.server import Answer, Client, Server, serving

PEOPLE = 8
ROUNDS = 4
Look = Callable[[], AbstractContextManager[None]]


def at_once(works: list[Callable[[], Answer]]) -> list[Answer]:
    """Let every request go at the same moment, each from a thread of its own."""
    gate = threading.Barrier(len(works), timeout=20)

    def run(work: Callable[[], Answer]) -> Answer:
        gate.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as threads:
        return [future.result(60) for future in [threads.submit(run, work) for work in works]]


def unwelcome(answers: list[Answer], log: str) -> list[str]:
    """Give what no person may ever see: an error of ours, the words of a lock, anything at all in the log."""
    found = [f"{answer.status}: {answer.text[:300]}" for answer in answers if answer.status >= 500]
    found += [answer.text[:300] for answer in answers if "database is locked" in answer.text]
    return found + [line for line in log.splitlines() if line.strip()]


@pytest.fixture
def server(database_url: str, year: YearKey, tmp_path: Path) -> Iterator[Server]:
    """Serve an open exercice."""
    with serving(database_url, tmp_path) as running:
        yield running


def test_many_people_at_once_over_http(server: Server, year: YearKey, look: Look) -> None:
    person = Client(server.port).sign_in("075-0001", PASSWORD)
    book = book_of(year)
    form_key = person.form_key(book)
    same = at_once([lambda tab=person.twin(): tab.post(book, typed("la même", form_key)) for _ in range(PEOPLE)])
    others = [Client(server.port).sign_in("075-0001", PASSWORD) for _ in range(2)]
    tabs = [other.twin() for other in others for _ in range(PEOPLE // 2) if other.get(book)]
    works = [lambda tab=tab, n=n: tab.post(book, typed(f"autre {n}", f"cle-{n}")) for n, tab in enumerate(tabs)]
    different = at_once(works)
    assert unwelcome(same + different, server.said()) == []
    assert [answer.status for answer in same + different] == [303] * 2 * PEOPLE
    # A replay shows the first result: everybody is led to the same row.
    assert len({answer.location for answer in same}) == 1
    assert len({answer.location for answer in different}) == PEOPLE
    with look():
        entries = entry_facts(year)
        assert sorted(entry.label for entry in entries) == sorted(["la même", *(f"autre {n}" for n in range(PEOPLE))])
        assert sorted(entry.number for entry in entries) == list(range(1, PEOPLE + 2))
        assert all(len(entry.allocations) == 2 for entry in entries)
        assert len(told(year, "ajout")) == PEOPLE + 1


def written_after_closing(key: YearKey) -> list[tuple[str, str]]:
    """Give the lines that the journal holds after the closing of a closed year."""
    rows = Journal.select().where(key.of(Journal)).order_by(Journal.at, Journal.id)
    lines = [(row.action, row.subject) for row in rows]
    closings = [place for place, line in enumerate(lines) if line == ("clôture", "exercice")]
    assert len(closings) == 1
    return lines[closings[0] + 1 :]


def torn(key: YearKey) -> list[Any]:
    """Give what is wrong with a year that people wrote to while others closed it."""
    year = Year.get(key.of(Year))
    if year.state == "open":
        return told(key, "clôture")
    # Closed, it still passes the checks that let it be closed: nothing came in between.
    return written_after_closing(key) + [f.code for f in rules.verdict(load_facts(year), TODAY).findings if f.blocks]


def works_against_closing(tabs: Iterator[Client], key: YearKey, closer_first: float) -> list[Callable[[], Answer]]:
    """Close, and meanwhile tick, strike and add."""
    book = book_of(key)
    ticked, struck = f"{book}/ecritures/2/pointage", f"{book}/ecritures/3/supprimer"

    def later(address: str, fields: dict[str, str]) -> Callable[[], Answer]:
        tab = next(tabs)
        return lambda: time.sleep(closer_first) or tab.post(address, fields)  # type: ignore[func-returns-value]

    closer = next(tabs)
    return [
        lambda: closer.post(book.replace("cahier", "cloture"), {}),
        later(ticked, {"pointer": "0"}),
        later(struck, {}),
        *(later(book, typed(f"tard {closer_first} {n}")) for n in range(3)),
    ]


def test_closing_against_people_who_write(
    database_url: str, ready: YearKey, look: Look, tmp_path: Path
) -> None:  # fmt: skip
    chance, book = seeded(), book_of(ready)
    with serving(database_url, tmp_path) as server:
        person = Client(server.port).sign_in(ready.coop, PASSWORD)
        person.get(book)
        for _ in range(ROUNDS):
            answers = at_once(works_against_closing(iter(person.twin, None), ready, chance.uniform(0, 0.1)))
            assert unwelcome(answers, server.said()) == []
            assert {answer.status for answer in answers} <= {303, 404, 409}
            with look():
                assert torn(ready) == []
                closed = Year.get(ready.of(Year)).state == "closed"
                assert closed == (answers[0].status == 303)
                assert len(told(ready, "ajout")) == sum_added(server, answers) 
            if closed:
                break
            put_back(person, ready, look)
        late = person.post(book, typed("trop tard"))
    assert late.status == (409 if closed else 303)
