"""Several people at once before the real server: nothing doubled, nothing lost, no error page, no word of a lock."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from retkoop import rules
from retkoop.actions.years import load_facts
from retkoop.audit import record
from retkoop.models import Journal, Year, YearKey
from retkoop.year_rows import entry_facts
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
    same = at_once([partial(person.twin().post, book, typed("la même", form_key)) for _ in range(PEOPLE)])
    others = [Client(server.port).sign_in("075-0001", PASSWORD) for _ in range(2)]
    tabs = [other.twin() for other in others for _ in range(PEOPLE // 2) if other.get(book)]
    different = at_once([partial(tab.post, book, typed(f"autre {n}", f"cle-{n}")) for n, tab in enumerate(tabs)])
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
    return written_after_closing(key) + [
        f.code for f in rules.verdict(load_facts(year), TODAY).findings if f.level == rules.BLOCKS
    ]


def writes(key: YearKey, name: str) -> list[tuple[str, dict[str, str], str]]:
    """Give what people do to a year while it is closed: (address, form, what the journal calls it)."""
    rows = f"{book_of(key)}/ecritures"
    return [
        (f"{rows}/5/pointage", {"pointer": "0"}, "dépointage"),
        (f"{rows}/13/supprimer", {}, "suppression"),
        *((book_of(key), typed(f"tard {name} {n}"), "ajout") for n in range(4)),
    ]


def send_late(tab: Client, wait: float, address: str, fields: dict[str, str]) -> Answer:
    """Send a form a moment after the others."""
    time.sleep(wait)
    return tab.post(address, fields)


def put_back(person: Client, key: YearKey, look: Look) -> None:
    """Make a year ready for closing again, whatever got into it."""
    rows = f"{book_of(key)}/ecritures"
    with look():
        added = [entry.number for entry in entry_facts(key) if entry.number > 13]
    person.post(f"{rows}/5/pointage", {"pointer": "1"})
    person.post(f"{rows}/13/retablir", {})
    for number in added:
        person.post(f"{rows}/{number}/supprimer", {})


def test_closing_against_people_who_write(database_url: str, ready: YearKey, look: Look, tmp_path: Path) -> None:
    chance, closing = seeded(), book_of(ready).replace("cahier", "cloture")
    with serving(database_url, tmp_path) as server:
        person = Client(server.port).sign_in(ready.coop, PASSWORD)
        person.get(book_of(ready))
        for rank in range(ROUNDS):
            with look():
                before = Counter(line[0] for line in told(ready))
            others = writes(ready, str(rank))
            forms = [(closing, {}), *((address, fields) for address, fields, _ in others)]
            closed, *answers = at_once(
                [
                    partial(send_late, person.twin(), chance.uniform(0, 0.08), address, fields)
                    for address, fields in forms
                ]
            )
            assert unwelcome([closed, *answers], server.said()) == []
            assert {answer.status for answer in (closed, *answers)} <= {303, 409}
            with look():
                assert torn(ready) == []
                state = Year.get(ready.of(Year)).state
                written = Counter(line[0] for line in told(ready)) - before
            assert (state == "closed") == (closed.status == 303)
            done = Counter(action for (_, _, action), answer in zip(others, answers, strict=True) if answer.is_done)
            assert written == done + Counter({"clôture": 1} if state == "closed" else {})
            if state == "closed":
                break
            put_back(person, ready, look)
        else:
            assert person.post(closing, {}).status == 303
        answers = [person.post(address, fields) for address, fields, _ in writes(ready, "trop tard")]
        assert [answer.status for answer in answers] == [409] * len(answers)
        assert unwelcome(answers, server.said()) == []
    with look():
        assert torn(ready) == []


def test_those_checks_notice(database_url: str, ready: YearKey) -> None:
    with opened(database_url):
        close_at_once(ready)
        record(SOMEONE, ready, "clôture", "exercice")
        assert torn(ready) == []
        record(SOMEONE, ready, "ajout", "ecriture:99")
        assert torn(ready) == [("ajout", "ecriture:99")]
    bad = Answer(503, "", "apsw.BusyError: database is locked")
    assert len(unwelcome([bad], "ERROR in app: database: BusyError\n")) == 3


def test_those_checks_notice_a_year_closed_too_soon(database_url: str, ready: YearKey) -> None:
    with opened(database_url):
        an_entry(ready)
        close_at_once(ready)
        record(SOMEONE, ready, "clôture", "exercice")
        assert "JUSTIFICATIFS" in torn(ready)
