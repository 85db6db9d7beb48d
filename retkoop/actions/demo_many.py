"""A whole département to look at and to measure: hundreds of cooperatives, three exercices each, always the same ones.

The six cooperatives of the demonstration are typed through the actions (`demo`). These are written straight into the
tables, as rows that those actions would have left: through them it would take an hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any, NamedTuple

from retkoop.actions.demo import DEPARTMENT, pieces_of
from retkoop.actions.demo_data import PASSWORD
from retkoop.association import CoopNote
from retkoop.audit import new_id
from retkoop.chart import Chart
from retkoop.db import writing
from retkoop.demo_books import MadeEntry, MadeYear, made_year
from retkoop.models import (
    ActivityAnswer,
    ActivityReport,
    Allocation,
    CashCount,
    CashPiece,
    Cooperative,
    Document,
    Entry,
    Grant,
    InventoryItem,
    Journal,
    Person,
    Table,
    Year,
    YearMove,
)
from retkoop.passwords import hash_password
from retkoop.school_year import SchoolYear
from retkoop.year_rows import chart_for
from retkoop.year_states import CLOSING, RETURN, SENDING, TAKING_UP, TRANSITIONS, VALIDATION

YEARS = 3
FIRST = 1001
# The most values that one statement of SQLite takes, with room.
_MOST_VALUES = 8_000
_BATCH = 50
_ALL_THE_WAY = (CLOSING, SENDING, TAKING_UP, VALIDATION)
# How far each cooperative is with the year that ended, one after another: the moves that it made.
_FAR: tuple[tuple[str, ...], ...] = (
    (), _ALL_THE_WAY, (CLOSING, SENDING), (), (CLOSING,), _ALL_THE_WAY, (CLOSING, SENDING), (),
    (CLOSING, SENDING, TAKING_UP), (CLOSING, SENDING, TAKING_UP, RETURN),
)  # fmt: skip
_WAYS = {(way.move, way.before): way for way in TRANSITIONS}
_KINDS = ("École élémentaire", "École maternelle", "École primaire", "École élémentaire")
_NAMES = (
    "Jules-Ferry", "Jean-Moulin", "des Marronniers", "Louise-Michel", "Victor-Hugo", "du Parc", "Pauline-Kergomard",
    "Jacques-Prévert", "des Peupliers", "Marie-Curie", "Jean-Jaurès", "du Centre", "Simone-Veil", "Paul-Éluard",
    "de la Fontaine", "Joséphine-Baker", "Anatole-France", "du Moulin", "Maria-Montessori", "des Coquelicots",
    "Célestin-Freinet", "de la Gare", "Robert-Desnos", "du Vieux-Pont", "Olympe-de-Gouges", "Aimé-Césaire",
)  # fmt: skip
_STREETS = ("rue de l’École", "place de la Mairie", "avenue Jean-Jaurès", "rue des Lilas", "chemin du Stade")
_FIRST_NAMES = ("Anne", "Karim", "Léa", "Thomas", "Nadia", "Julien", "Sophie", "Mehdi", "Claire", "Hugo", "Inès")
_LAST_NAMES = ("Martin", "Bernard", "Petit", "Diallo", "Garnier", "Lefèvre", "Benali", "Moreau", "Nguyen", "Roux")
_WHO = "Démonstration"


class _Made(NamedTuple):
    """One cooperative, its mandataire, and its years from the oldest."""

    identifier: str
    person: dict[str, Any]
    coop: dict[str, Any]
    years: list[tuple[SchoolYear, MadeYear, tuple[int, int]]]
    moves: list[tuple[str, ...]]
    # Where something is left in the last year: the entries from that rank on are neither ticked nor allocated.
    unfinished: int | None
    note: str
    pupils: int


def make_many(number: int, today: date) -> Iterator[int]:
    """Add so many cooperatives to the demonstration; say after each batch how many there are by then."""
    last = SchoolYear(SchoolYear.containing(today).start - 1)
    years = [SchoolYear(last.start - back) for back in reversed(range(YEARS))]
    charts = {year: chart_for(year.start) for year in years}
    password = hash_password(PASSWORD)
    people = count(1)
    for done in range(0, number, _BATCH):
        ranks = range(done, min(done + _BATCH, number))
        _write([_made(rank, years, charts, password, next(people)) for rank in ranks], today)
        yield ranks[-1] + 1


def _made(rank: int, years: Sequence[SchoolYear], charts: dict[SchoolYear, Chart], password: str, who: int) -> _Made:
    identifier = f"{DEPARTMENT}-{FIRST + rank}"
    chance = Random(identifier)  # noqa: S311 likely books, no secret
    pupils = chance.randint(35, 320)
    bank, cash = chance.randint(60_000, 480_000), chance.randint(2_000, 12_000)
    books = []
    for year in years:
        book = made_year(chance, year, charts[year], (bank, cash), pupils)
        books.append((year, book, (bank, cash)))
        bank, cash = book.bank, book.cash
    far = _FAR[rank % len(_FAR)]
    unfinished = max(1, len(books[-1][1].entries) - chance.randint(1, 15)) if not far and rank % 3 else None
    name = f"{_KINDS[rank % len(_KINDS)]} {_NAMES[rank % len(_NAMES)]} {rank // len(_NAMES) + 1}"
    address = f"{chance.randint(1, 90)} {chance.choice(_STREETS)}, 750{chance.randint(1, 20):02d} Paris"
    person = f"{_FIRST_NAMES[rank % len(_FIRST_NAMES)]} {_LAST_NAMES[rank // 3 % len(_LAST_NAMES)]}"
    return _Made(
        identifier,
        {
            "id": new_id(), "identifier": identifier, "lookup": identifier, "name": person, "role": "mandataire",
            "department": DEPARTMENT, "coop": identifier, "password_hash": password, "session_token": f"demo-{who}",
            "mail": f"cooperative{FIRST + rank}@ecole.example", "phone": f"01 43 {rank % 90 + 10} 00 {rank % 70 + 10}",
        },
        {
            "department": DEPARTMENT, "identifier": identifier, "name": name, "uai": "", "address": address,
            "headcount": pupils,
        },
        books,
        [_ALL_THE_WAY] * (len(years) - 1) + [far],
        unfinished,
        "Rappeler en septembre." if rank % 7 == 0 else "",
        pupils,
    )  # fmt: skip


@writing
def _write(made: Sequence[_Made], today: date) -> None:
    rows: dict[type[Table], list[dict[str, Any]]] = {}
    for one in made:
        _add(rows, one, today)
    for table, some in rows.items():
        if table not in (YearMove, Journal):
            _insert(table, some)
    _insert(Journal, rows[Journal])
    _move(rows[YearMove])


def _insert(table: type[Table], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        at_once = _MOST_VALUES // len(rows[0])
        for begin in range(0, len(rows), at_once):
            table.insert_many(rows[begin : begin + at_once]).execute()


def _add(rows: dict[type[Table], list[dict[str, Any]]], one: _Made, today: date) -> None:
    """Add the rows of one cooperative, parents before children."""

    def put(table: type[Table], **values: Any) -> None:
        rows.setdefault(table, []).append(values)

    put(Cooperative, **one.coop)
    put(Person, **one.person)
    if one.note:
        at = datetime.combine(today, time(9), UTC)
        put(CoopNote, department=DEPARTMENT, coop=one.identifier, text=one.note, at=at, who=_WHO)
    for rank, (year, book, opening) in enumerate(one.years):
        key = {"department": DEPARTMENT, "coop": one.identifier, "start_year": year.start}
        begun = one.unfinished if rank == len(one.years) - 1 else None
        entries = [_left(entry, begun is not None and at >= begun) for at, entry in enumerate(book.entries)]
        ticked = opening[0] + sum(entry.bank for entry in entries if entry.ticked_on)
        put(
            Year, **key, opening_bank=opening[0], opening_cash=opening[1], opening_carried=sum(opening),
            statement_day=year.last_day, statement_balance=ticked, follows=int(rank > 0),
        )  # fmt: skip
        vouchers = {letter: count(1) for letter in "DRV"}
        for number, entry in enumerate(entries, 1):
            _add_entry(put, key, number, f"{entry.voucher}{next(vouchers[entry.voucher])}", entry)
        put(CashCount, **key, number=1, day=year.last_day)
        for denomination, pieces in pieces_of(book.cash):
            put(CashPiece, **key, cash_count=1, denomination=denomination, pieces=pieces)
        _add_report(put, key, one, year, today)
        _add_moves(put, key, one, rank, min(today, year.last_day + timedelta(days=28)))


def _left(entry: MadeEntry, unfinished: bool) -> MadeEntry:
    return entry._replace(ticked_on=None, lines=() if entry.bank + entry.cash else entry.lines) if unfinished else entry


def _add_entry(put: Any, key: dict[str, Any], number: int, voucher: str, entry: MadeEntry) -> None:
    put(
        Entry, **key, number=number, voucher=voucher, day=entry.day, label=entry.label, cheque=entry.cheque,
        bank=entry.bank, cash=entry.cash, ticked_on=entry.ticked_on,
    )  # fmt: skip
    for rank, (account, amount) in enumerate(entry.lines, 1):
        put(Allocation, **key, entry=number, rank=rank, account=account, amount=amount)
    if entry.grant:
        told = {"organisation": "Mairie", "kind": "commune", "purpose": "Projets de l’école"}
        put(Grant, **key, number=1, **told, day=entry.day, amount=entry.bank, voucher=voucher)
    if entry.good:
        supplier = entry.label.partition(" – ")[0]
        told = {"designation": entry.good, "supplier": supplier, "place": "BCD"}
        put(InventoryItem, **key, number=1, **told, bought_on=entry.day, value=-entry.bank, voucher=voucher)


def _add_report(put: Any, key: dict[str, Any], one: _Made, year: SchoolYear, today: date) -> None:
    """Add the CRA and the documents of a year that is sent, or that was."""
    moves = one.moves[year.start - one.years[0][0].start]
    if SENDING not in moves:
        return
    day = min(today, year.last_day + timedelta(days=3))
    answers = {"nb_classes": one.pupils // 25 + 1, "nb_eleves": one.pupils, "nb_adultes": one.pupils // 25 + 2}
    for question, value in answers.items():
        put(ActivityAnswer, **key, question=question, value=str(value))
    put(ActivityReport, **key, passed_at=datetime.combine(day, time(12), UTC))
    book = one.years[year.start - one.years[0][0].start][1]
    asked = ["quitus", "releve", *(["subvention:1"] if any(entry.grant for entry in book.entries) else [])]
    for number, code in enumerate(asked, 1):
        put(Document, **key, number=number, requirement=code, posted_on=day, after_move=1)


def _add_moves(put: Any, key: dict[str, Any], one: _Made, rank: int, until: date) -> None:
    """Add what became of a year, a day after another, and the journal of it."""
    state, moves, name = "open", one.moves[rank], one.person["name"]
    begun = _at(until, len(moves))
    put(
        Journal, **key, id=_line(begun), at=begun, person=one.person["id"], who=name, action="ajout",
        subject="ecriture:1",
    )  # fmt: skip
    for number, move in enumerate(moves, 1):
        way = _WAYS[move, state]
        who = name if way.who == "mandataire" else "Michel Aubert"
        at = _at(until, len(moves) - number)
        told = {"reason": "Le relevé de compte est illisible.", "step": "documents"} if move == RETURN else {}
        put(
            YearMove, **key, number=number, move=move, before=way.before, after=way.after, at=at, who=who,
            reason=told.get("reason", ""), step=told.get("step", ""),
        )  # fmt: skip
        put(Journal, **key, id=_line(at), at=at, who=who, action=_DEEDS[move], subject="exercice", person=None)
        state = way.after


_DEEDS = {
    CLOSING: "clôture", SENDING: "envoi", TAKING_UP: "prise en charge", RETURN: "renvoi", VALIDATION: "validation",
}  # fmt: skip


def _line(at: datetime) -> int:
    """Number a line of the journal by its instant, as `audit.new_id` does for the present one."""
    return (int(at.timestamp() * 1000) << 22) | (new_id() & ((1 << 22) - 1))


def _at(until: date, back: int) -> datetime:
    return datetime.combine(until - timedelta(days=back), time(10), UTC)


def _move(rows: Sequence[dict[str, Any]]) -> None:
    """Move the years, all of them one step after another: each step is known to the database before it is made."""
    for number in sorted({row["number"] for row in rows}):
        step = [row for row in rows if row["number"] == number]
        _insert(YearMove, step)
        for after, start in sorted({(row["after"], row["start_year"]) for row in step}):
            coops = [row["coop"] for row in step if (row["after"], row["start_year"]) == (after, start)]
            closed = {"closed_at": step[0]["at"]} if number == 1 else {}
            here = (Year.department == DEPARTMENT, Year.start_year == start, Year.coop.in_(coops))
            Year.update(state=after, moves=number, **closed).where(*here).execute()
