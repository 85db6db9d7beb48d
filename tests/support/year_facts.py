"""Facts without a database: a plain factory, valid by default, and random years for the properties."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from retkoop.chart import Chart, read_chart
from retkoop.facts import (
    Advance,
    Allocation,
    CashCount,
    Entry,
    Grant,
    InventoryItem,
    Opening,
    PriorOperation,
    Scan,
    Statement,
    YearFacts,
)
from retkoop.school_year import SchoolYear

YEAR = SchoolYear(2024)
_TABLE = Path(__file__).parents[2] / "retkoop" / "data" / "plan_comptable_2024.csv"
CHART: Chart = read_chart(_TABLE.read_text("utf-8").splitlines())
SALES, BOOKS, GRANTS, DURABLE = "70700008", "61800008", "74100008", "68000008"
CODES = ("CP", "CM2", "ULIS")


def facts(*entries: Entry, **values: Any) -> YearFacts:
    """Give a year that opens with 1 000,00 € in bank and nothing in the cash box."""
    defaults: dict[str, Any] = {"year": YEAR, "bank_account": "512", "chart": CHART}
    defaults |= {"opening": Opening(100_000, 0, 100_000), "entries": tuple(entries)}
    defaults["advances"] = tuple(Advance(n, code, f"Classe de {code}") for n, code in enumerate(CODES, 1))
    return YearFacts(**{**defaults, **values})


def entry(number: int = 1, **values: Any) -> Entry:
    """Give a balanced, ticked and proven expense of 12,00 €; `sold=500` and `spent=500` allocate in short."""
    defaults: dict[str, Any] = {
        "number": number, "voucher": f"{number:02d}", "day": date(2024, 11, 4), "label": "Librairie – Albums",
        "cheque": "", "project": None, "bank": -1_200, "cash": 0, "advance": None, "advance_amount": 0,
        "ticked_on": date(2024, 11, 8), "allocations": (Allocation(BOOKS, 1_200),),
        "scans": (Scan(number, "image/png", f"pj-{number}"),),
    }  # fmt: skip
    for word, account in (("sold", SALES), ("spent", BOOKS), ("granted", GRANTS), ("equipped", DURABLE)):
        if word in values:
            values["allocations"] = (Allocation(account, values.pop(word)),)
    return Entry(**{**defaults, **values})


def prior(number: int = 1, amount: int = -2_000, ticked_on: date | None = None) -> PriorOperation:
    """Give a cheque of last year."""
    return PriorOperation(number, date(2024, 7, 1), "Car – Sortie", "0000123", amount, ticked_on)


def grant(number: int = 1, amount: int = 30_000) -> Grant:
    """Give a grant of the town."""
    return Grant(number, "Mairie", "commune", "Sortie", date(2024, 12, 1), amount, "07")


def item(number: int = 1, value: int = 50_000, bought_on: date = date(2024, 12, 1)) -> InventoryItem:
    """Give a durable good."""
    return InventoryItem(number, "Vidéoprojecteur", "Magasin", bought_on, value, "08", "Classe 3")


def count(day: date, *pieces: tuple[int, int], number: int = 1) -> CashCount:
    """Give a count of the cash box."""
    return CashCount(number, day, pieces)


# Random years.
cents = st.integers(-200_000, 200_000)
days = st.integers(0, 364).map(lambda n: date(2024, 9, 1) + timedelta(days=n))
ticks = st.none() | days
allocations = st.lists(
    st.builds(Allocation, st.sampled_from([account.code for account in CHART]), cents.filter(bool)), max_size=4
).map(tuple)


@st.composite
def entries_of_any_kind(draw: Any, number: int = 1) -> Entry:
    """Draw an entry that the cahier would keep, balanced or red."""
    bank, cash, moved = draw(st.tuples(cents | st.just(0), cents | st.just(0), cents | st.just(0)).filter(any))
    if draw(st.booleans()):
        cash, moved = draw(st.sampled_from([(-bank, 0), (0, -bank), (cash, moved)]))
    lines = draw(allocations)
    if draw(st.booleans()) and (rest := bank + cash + moved):
        lines = (Allocation(SALES, rest),) if rest > 0 else (Allocation(BOOKS, -rest),)
    if not (bank or cash or moved):
        bank = 100
    return entry(
        number, day=draw(days), bank=bank, cash=cash, advance=draw(st.sampled_from(CODES)) if moved else None,
        advance_amount=moved, ticked_on=draw(ticks) if bank else None, allocations=lines,
        voucher=draw(st.sampled_from(["", "01", "02", "R10"])), scans=draw(st.sampled_from([(), entry().scans])),
    )  # fmt: skip


@st.composite
def random_facts(draw: Any) -> YearFacts:
    """Draw a year: any opening, any entries, red lines and unbalanced régies included."""
    size = draw(st.integers(0, 6))
    drawn = [draw(entries_of_any_kind(number)) for number in range(1, size + 1)]
    drawn.sort(key=lambda e: (e.day, e.number))
    amounts = draw(st.lists(st.tuples(cents.filter(bool), ticks), max_size=3))
    return facts(
        *drawn,
        opening=Opening(*draw(st.tuples(cents, cents, cents))),
        priors=tuple(prior(n, amount, tick) for n, (amount, tick) in enumerate(amounts, 1)),
        statement=draw(st.none() | st.builds(Statement, days, cents)),
        grants=tuple(grant(n, amount) for n, amount in enumerate(draw(st.lists(cents, max_size=2)), 1)),
        inventory=tuple(item(n, abs(value)) for n, value in enumerate(draw(st.lists(cents, max_size=2)), 1)),
        counts=tuple(count(day, (500, n)) for n, day in enumerate(draw(st.lists(days, max_size=2)), 1)),
    )
