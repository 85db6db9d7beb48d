"""What the server has acknowledged is there after it was killed; the check itself notices one lost row."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from retkoop import reports
from retkoop.db import database, is_postgres
from retkoop.facts import Allocation
from retkoop.models import Entry, YearKey
from retkoop.year_rows import chart_for, entry_facts
from tests.factories import PASSWORD, SOMEONE, an_entry
from tests.server.conftest import book_of, seeded, typed
from tests.support.ledger_checks import told
from tests.support.server import Client, Server, serving

ROUNDS = 3
WRITERS = 2
# What `typed` types.
LINES = (Allocation("61800008", 800), Allocation("62810008", 400))
Look = Callable[[], AbstractContextManager[None]]


def losses(key: YearKey, acknowledged: set[str], sent: set[str]) -> list[str]:
    """Give everything that is wrong with the entries of a year, knowing which the server said were saved."""
    entries = entry_facts(key)
    labels = Counter(entry.label for entry in entries)
    added = Counter(subject for _, subject, _, _ in told(key, "ajout"))
    found = [f"lost: {label}" for label in sorted(acknowledged - set(labels))]
    found += [f"twice: {label}" for label, times in labels.items() if times > 1]
    found += [f"from nowhere: {label}" for label in sorted(set(labels) - sent)]
    chart = chart_for(key.start_year)
    for entry in entries:
        if (entry.bank, entry.allocations) != (-1_200, LINES):
            found.append(f"not whole: {entry.label}")
        if reports.unallocated(entry, chart):
            found.append(f"identity: {entry.label}")
    found += [f"journal: {subject}" for subject in added if added[subject] != 1]
    if set(added) != {f"ecriture:{entry.number}" for entry in entries}:
        found.append("journal: not the entries that there are")
    return found + broken_file()


def broken_file() -> list[str]:
    """Ask SQLite whether its file is sound."""
    if is_postgres():
        return []
    answers = [row[0] for pragma in ("integrity_check", "foreign_key_check")
               for row in database.execute_sql(f"PRAGMA {pragma}").fetchall()]  # fmt: skip
    return [answer for answer in answers if answer != "ok"]


def write_until_it_dies(client: Client, book: str, name: str, sent: set[str], acknowledged: set[str]) -> None:
    """Add entries one after another, as fast as the server answers."""
    for rank in range(500):
        label = f"{name}-{rank}"
        sent.add(label)
        try:
            answer = client.post(book, typed(label, f"cle-{label}"))
        except OSError:
            return
        assert answer.status == 303, answer
        acknowledged.add(label)


def kill_amid_writes(server: Server, client: Client, book: str, name: str, wait: float) -> tuple[set[str], set[str]]:
    """Kill the server while people write; give what was sent, and what was acknowledged."""
    sent: set[str] = set()
    acknowledged: set[str] = set()
    people = [
        threading.Thread(target=write_until_it_dies, args=(client.twin(), book, f"{name}.{n}", sent, acknowledged))
        for n in range(WRITERS)
    ]
    for person in people:
        person.start()
    deadline = time.monotonic() + 20
    while not acknowledged and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(wait)
    server.kill()
    for person in people:
        person.join(30)
    return sent, acknowledged


def test_what_was_acknowledged_survives_a_kill(database_url: str, year: YearKey, look: Look, tmp_path: Path) -> None:
    chance = seeded()
    sent: set[str] = set()
    acknowledged: set[str] = set()
    for rank in range(ROUNDS):
        with serving(database_url, tmp_path) as server:
            client = Client(server.port).sign_in("075-0001", PASSWORD)
            page = client.get(book_of(year) + "?mois=tout").text
            assert all(label in page for label in acknowledged)
            more, kept = kill_amid_writes(server, client, book_of(year), str(rank), chance.uniform(0, 0.5))
        assert kept, "nothing was written before the kill"
        sent |= more
        acknowledged |= kept
        with look():
            assert losses(year, acknowledged, sent) == []
            # Of what was under way at each kill, at most one entry per writer came without its answer.
            assert Entry.select().count() <= len(acknowledged) + WRITERS * (rank + 1)


FAULTS = {
    "an entry": ("DELETE FROM allocation WHERE entry = 2", "DELETE FROM entry WHERE number = 2"),
    "one of its lines": ("DELETE FROM allocation WHERE entry = 2 AND rank = 2",),
    "a cent": ("UPDATE allocation SET amount = amount + 1 WHERE entry = 2 AND rank = 2",),
    "a line of the journal more": (
        "INSERT INTO journal SELECT department, coop, id + 1, at, person, who, start_year, action, subject, before,"
        " after, changes FROM journal WHERE subject = 'ecriture:2'",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_that_check_notices(year: YearKey, look: Look, fault: str) -> None:
    labels = {f"essai {n}" for n in range(3)}
    with look():
        for label in sorted(labels):
            an_entry(year, SOMEONE, label=label, voucher="", allocations=LINES)
        assert losses(year, labels, labels) == []
        for statement in FAULTS[fault]:
            database.execute_sql(statement)
        assert losses(year, labels, labels)
