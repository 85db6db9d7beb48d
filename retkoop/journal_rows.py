"""What is read of the journal: the history of a thing, what an undo looks at, what the year before handed over."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from peewee import Tuple, fn

from retkoop.db import fetch
from retkoop.decision_tables import ReturnReason
from retkoop.journal_words import entry_in_words
from retkoop.models import Cooperative, Entry, Journal, Person, Scan, YearKey, as_stamp, read_json
from retkoop.return_reasons import Reason


class JournalLine(NamedTuple):
    """A line of the journal; `before` and `after` are the JSON values that it kept."""

    at: datetime
    who: str
    action: str
    subject: str
    before: Any
    after: Any
    step: int


# The tables behind the subjects whose rows other actions change too: a slip that is ticked, a project that is merged.
_ROWS_OF = {"ecriture": "entry", "piece": "scan"}


def history_of(key: YearKey, subject: str) -> list[JournalLine]:
    """Give what was done to one thing (`ecriture:27`), by itself or with others, the latest first."""
    kind, _, number = subject.partition(":")
    mine = (Journal.subject == subject) | _touches(_ROWS_OF.get(kind, kind), number)
    if kind == "ecriture":
        for scan in _scans_ever_of(key, int(number)):
            mine |= _touches("scan", scan)
    columns = (Journal.at, Journal.who, Journal.action, Journal.subject, Journal.before, Journal.after, Journal.id)
    rows = fetch(
        Journal.select(*columns)
        # Showing a code to a phone did nothing yet to what it is about.
        .where(key.of(Journal), mine, since_import(key), Journal.action != "lien pour téléphone")
        .order_by(Journal.id.desc())
    )
    return [journal_line(row) for row in rows]


def taken_over(key: YearKey, most: int = 10) -> list[JournalLine]:
    """Give the last changes of what a year takes over from the one before, the latest first."""
    columns = (Journal.at, Journal.who, Journal.action, Journal.subject, Journal.before, Journal.after, Journal.id)
    lines = Journal.select(*columns).where(key.of(Journal), Journal.action == "suite").order_by(Journal.id.desc())
    return [journal_line(row) for row in fetch(lines.limit(most))]


def handed_since(key: YearKey, person: int) -> tuple[list[int], list[int]] | None:
    """Give the opening balances (cents) before and after what was handed over since a person last worked in a year.

    None when nothing was: what they have worked on since, they have seen.
    """
    mine = Journal.alias()
    worked = mine.select(fn.MAX(mine.id)).where(key.of(mine), mine.person == person, mine.action != "suite")
    late = (Journal.action == "suite", Journal.id > fn.COALESCE(worked, 0))
    rows = fetch(Journal.select(Journal.before, Journal.after).where(key.of(Journal), *late).order_by(Journal.id))
    return (read_json(rows[0][0]), read_json(rows[-1][1])) if rows else None


def journal_line(row: Sequence[Any]) -> JournalLine:
    """Read a line: when, who, action, subject, before, after, number."""
    at, who, action, about, before, after, step = row
    return JournalLine(as_stamp(at), who, action, about, read_json(before), read_json(after), step)


def _touches(table: str, number: int | str) -> Any:
    """Give the condition of the lines that changed this very row."""
    return Journal.changes.contains(f'["{table}",{{"number":{number}}},')


def _scans_ever_of(key: YearKey, entry: int) -> list[int]:
    """Give the scans that are or were of an entry: put away, moved to another one, or come with an import."""
    found = {number for (number,) in fetch(Scan.select(Scan.number).where(key.of(Scan), Scan.entry == entry))}
    # The journal's text also finds 27 in 270, and the lines of other tables: the rows themselves decide.
    about = (Journal.changes.contains('["scan",'), Journal.changes.contains(f'"entry":{entry}'), since_import(key))
    for (text,) in fetch(Journal.select(Journal.changes).where(key.of(Journal), *about)):
        for table, place, before, after in json.loads(text):
            if table == "scan" and entry in ((before or {}).get("entry"), (after or {}).get("entry")):
                found.add(place["number"])
    return sorted(found)


def changed_since(key: YearKey, step: int) -> list[tuple[int, list[Any]]]:
    """Give the lines from a step on, each with the rows that it changed, in their order."""
    written = (key.of(Journal), Journal.changes.is_null(False), Journal.id >= step, since_import(key))
    rows = fetch(Journal.select(Journal.id, Journal.changes).where(*written).order_by(Journal.id))
    return [(number, json.loads(changes)) for number, changes in rows]


def undone(key: YearKey) -> dict[int, int]:
    """Give the step that each undo of a year took back."""
    rows = fetch(Journal.select(Journal.id, Journal.subject).where(key.of(Journal), Journal.action == "annulation"))
    return {step: int(subject.partition(":")[2]) for step, subject in rows}


def since_import(key: YearKey) -> Any:
    """Give the condition that leaves out the lines about rows which an import has replaced, numbers and all."""
    other = Journal.alias()
    replaced = other.select(fn.MAX(other.id)).where(key.of(other), other.action == "import")
    return Journal.id > fn.COALESCE(replaced, 0)


def last_of(key: YearKey, most: int = 15) -> list[JournalLine]:
    """Give what was done last to a year."""
    columns = (Journal.at, Journal.who, Journal.action, Journal.subject, Journal.before, Journal.after, Journal.id)
    lines = Journal.select(*columns).where(key.of(Journal)).order_by(Journal.id.desc()).limit(most)
    return [journal_line(row) for row in fetch(lines)]


def entry_labels(
    coop: Cooperative, lines: Iterable[tuple[int | None, JournalLine]]
) -> dict[tuple[int | None, str], str]:
    """Call the entries that lines of the journal are about, struck out since or not, in one query.

    `lines` come with the first year of their exercice; so do the names: `(2024, "ecriture:27")`.
    """
    asked = {(start, line.subject[9:]) for start, line in lines if start and line.subject.startswith("ecriture:")}
    # Asked even when there is none: a page asks as often whatever it shows.
    wanted = Tuple(Entry.start_year, Entry.number).in_([(start, int(number)) for start, number in asked] or [(0, 0)])
    of_coop = (Entry.department == coop.department) & (Entry.coop == coop.identifier)
    columns = (Entry.start_year, Entry.number, Entry.voucher, Entry.label, Entry.bank, Entry.cash, Entry.advance_amount)
    return {
        (start, f"ecriture:{number}"): entry_in_words(voucher, label, bank + cash + advance or bank or cash)
        for start, number, voucher, label, bank, cash, advance in fetch(Entry.select(*columns).where(of_coop, wanted))
    }


def reasons_of(key: YearKey, move: int) -> tuple[Reason, ...]:
    """Give the reasons of a return, in their order; none for one that has a single reason, in its trace."""
    columns = [getattr(ReturnReason, name) for name in Reason._fields]
    mine = (key.of(ReturnReason), ReturnReason.number == move)
    return tuple(Reason(*row) for row in fetch(ReturnReason.select(*columns).where(*mine).order_by(ReturnReason.rank)))


def staff_of(key: YearKey) -> list[str]:
    """Give the staff of the AD who wrote in a year themselves; what they decided about it is told apart."""
    decided = (
        "prise en charge", "validation", "renvoi", "réouverture", "programmation", "annulation de la programmation",
        "échec", "contrôle sur place", "demande", "annulation de la demande",
    )  # fmt: skip
    theirs = (key.of(Journal), Person.role == "ad", Journal.action.not_in(decided))
    query = Journal.select(Journal.who).join(Person, on=Person.id == Journal.person).where(*theirs).distinct()
    return sorted(who for (who,) in fetch(query))
