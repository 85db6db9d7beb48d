"""What an association départementale and the fédération read of all their cooperatives at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from functools import reduce
from operator import and_
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from retkoop import summary_rows
from retkoop.association import CoopNote, KeptSummary
from retkoop.db import fetch
from retkoop.department_board import Contact, Line
from retkoop.facts import Settings
from retkoop.journal_rows import JournalLine, journal_line
from retkoop.models import Cooperative, Department, Journal, Person, Year, YearMove, as_stamp
from retkoop.school_year import SchoolYear
from retkoop.settings_rows import settings_for
from retkoop.summary_rows import Kept
from retkoop.year_states import REOPENING, RETURN, SENDING, SENT, TAKING_UP
from retkoop.year_summary import left_on, standing_of

# How many stale summaries one answer computes; the others show what was kept before, and say so.
MOST_COMPUTED = 30
_PARIS = ZoneInfo("Europe/Paris")


def starts_of(department: str) -> list[int]:
    """Give the years that some cooperative of a département has an exercice of, the latest first."""
    mine = Year.select(Year.start_year).where(Year.department == department).distinct()
    return [start for (start,) in fetch(mine.order_by(Year.start_year.desc()))]


def board_lines(department: Department, year: SchoolYear, today: date, coop: str = "") -> list[Line]:
    """Give every cooperative of a département in a school year, by identifier, in a fixed number of queries; or one."""
    query = _board(department.code, year.start)
    rows = fetch(query.where(Cooperative.identifier == coop) if coop else query)
    contacts = _contacts(department.code, coop)
    settings = settings_for(department.code, year.start)
    kept = _kept(department, year.start, rows, settings)
    lines = []
    for (identifier, name, uai, place, mail, phone, state, active_at, active_who, note, *_), held in zip(
        rows, kept, strict=True
    ):
        its = contacts.get(identifier) or ((Contact("", mail, phone),) if mail or phone else ())
        lines.append(
            Line(
                identifier, name, uai, place, state,
                standing_of(state, held.summary), left_on(state, held.summary, settings, year, today),
                held.summary, held.fresh or state is None, _in_paris(active_at),
                active_who or "", its, note or "",
            )
        )  # fmt: skip
    return lines


def board_line(department: Department, coop: Cooperative, year: SchoolYear, today: date) -> Line:
    """Give one cooperative of a département in a school year."""
    (line,) = board_lines(department, year, today, coop.identifier)
    return line


def _in_paris(stamp: Any) -> datetime | None:
    return as_stamp(stamp).astimezone(_PARIS) if stamp else None


def _board(department: str, start_year: int) -> Any:
    def here(table: Any) -> Any:
        mine = (table.department == Cooperative.department) & (table.coop == Cooperative.identifier)
        return mine & (table.start_year == start_year)

    noted = (CoopNote.department == Cooperative.department) & (CoopNote.coop == Cooperative.identifier)
    return (
        Cooperative.select(
            Cooperative.identifier, Cooperative.name, Cooperative.uai, Cooperative.address, Cooperative.mail,
            Cooperative.phone, Year.state, KeptSummary.active_at, KeptSummary.active_who, CoopNote.text,
            *summary_rows.columns(),
        )
        .left_outer_join(Year, on=here(Year))
        .switch(Cooperative)
        .left_outer_join(KeptSummary, on=here(KeptSummary))
        .switch(Cooperative)
        .left_outer_join(CoopNote, on=noted)
        # One that was closed is shown in the exercices that it had.
        .where(Cooperative.department == department, Cooperative.closed_on.is_null() | Year.state.is_null(False))
        .order_by(Cooperative.identifier)
    )  # fmt: skip


# Where the columns of the summary begin in a row of `_board`.
_SUMMARY = 10


def _kept(department: Department, start_year: int, rows: Sequence[Any], settings: Settings) -> list[Kept]:
    """Give what is kept of each row, the stale ones computed anew as far as MOST_COMPUTED goes."""
    basis = summary_rows.basis_of(department.code, start_year, settings)
    held = [summary_rows.kept(row[_SUMMARY:], basis) for row in rows]
    # Those that were never computed come first: of the others there is something to show.
    stale = [
        (one.summary is not None, row[0])
        for row, one in zip(rows, held, strict=True)
        if row[6] is not None and not one.fresh
    ]
    coops = [coop for _, coop in sorted(stale)[:MOST_COMPUTED]]
    now = dict(summary_rows.computed(department, coops, start_year))
    return [
        Kept(now[row[0]], one.changes, fresh=True) if row[0] in now else one
        for row, one in zip(rows, held, strict=True)
    ]


def _contacts(department: str, coop: str) -> dict[str, tuple[Contact, ...]]:
    mine = (Person.department == department) & (Person.role == "mandataire") & (Person.disabled == 0)
    if coop:
        mine &= Person.coop == coop
    found: dict[str, list[Contact]] = defaultdict(list)
    columns = (Person.coop, Person.name, Person.identifier, Person.mail, Person.phone)
    for whose, name, identifier, mail, phone in fetch(Person.select(*columns).where(mine).order_by(Person.name)):
        found[whose].append(Contact(name or identifier, mail, phone))
    return {whose: tuple(contacts) for whose, contacts in found.items()}


def note_of(coop: Cooperative) -> CoopNote | None:
    """Give what the association has noted about a cooperative."""
    mine = (CoopNote.department == coop.department) & (CoopNote.coop == coop.identifier)
    found: CoopNote | None = CoopNote.get_or_none(mine)
    return found


def last_lines(coop: Cooperative, most: int = 15) -> list[tuple[int | None, JournalLine]]:
    """Give the last lines of the journal of a cooperative, all its exercices together, each with its year."""
    columns = (Journal.at, Journal.who, Journal.action, Journal.subject, Journal.before, Journal.after, Journal.id)
    mine = (Journal.department == coop.department) & (Journal.coop == coop.identifier)
    rows = fetch(Journal.select(*columns, Journal.start_year).where(mine).order_by(Journal.id.desc()).limit(most))
    return [(start, journal_line(row)) for *row, start in rows]


class SentYear(NamedTuple):
    """A year that waits for the AD: whose, sent when and by whom, taken up or not, and the last reason of a return."""

    coop: str
    name: str
    year: SchoolYear
    at: datetime
    who: str
    taken_up: bool
    reason: str


def sent_years(department: str) -> list[SentYear]:
    """Give the years that the cooperatives of a département have sent, the oldest sending first, in two queries."""
    waiting = (
        Year.select(Year.coop, Year.start_year, Cooperative.name)
        .join(Cooperative, on=(Cooperative.department == Year.department) & (Cooperative.identifier == Year.coop))
        .where(Year.department == department, Year.state == SENT)
    )
    names = {(coop, start): name for coop, start, name in fetch(waiting)}
    columns = (YearMove.coop, YearMove.start_year, YearMove.move, YearMove.at, YearMove.who, YearMove.reason)
    mine = (Year.department == YearMove.department, Year.coop == YearMove.coop, Year.start_year == YearMove.start_year)
    moved = (
        YearMove.select(*columns)
        .join(Year, on=reduce(and_, mine))
        .where(YearMove.department == department, Year.state == SENT)
    )
    moves: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for coop, start, *move in fetch(moved.order_by(YearMove.coop, YearMove.start_year, YearMove.number)):
        moves[coop, start].append(move)
    found = [_sent_year(coop, name, start, moves[coop, start]) for (coop, start), name in names.items()]
    return sorted(found, key=lambda one: (one.at, one.coop))


def _sent_year(coop: str, name: str, start: int, made: list[Any]) -> SentYear:
    sent = next((move for move in reversed(made) if move[0] == SENDING), [SENDING, "1970-01-01T00:00:00+00:00", "", ""])
    reason = next((move[3] for move in reversed(made) if move[0] in (RETURN, REOPENING)), "")
    at = as_stamp(sent[1]).astimezone(_PARIS)
    return SentYear(coop, name, SchoolYear(start), at, sent[2], bool(made) and made[-1][0] == TAKING_UP, reason)
