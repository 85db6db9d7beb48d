"""What an exercice takes over from the one before it, kept true as long as that one still changes.

The next year may begin on 1 September while this one is not finished. It then *follows*: whenever something of
this year is written, its opening balances and last year's outstanding operations are brought up to date in the same
transaction, by `guard.journal`, through which every write goes. Once this year is validated nothing of it changes
any more, and what the next one took over is final.
"""

from __future__ import annotations

from typing import Any

from retkoop import reports
from retkoop.audit import Actor, record
from retkoop.facts import YearFacts
from retkoop.inventory_reports import goods, identity
from retkoop.models import InventoryItem, PriorOperation, UsedNumber, Year, YearKey, next_number
from retkoop.year_rows import inventory_rows, year_facts
from retkoop.year_states import OPEN


def keep_number(table: Any, key: YearKey, number: int) -> None:
    """Keep the number of a deleted row from being given again: pages and undos that name it must find nothing."""
    place = {**key._asdict(), "name": table._meta.table_name}
    known, made = UsedNumber.get_or_create(**place, defaults={"number": number})
    if not made and known.number < number:
        UsedNumber.update(number=number).where(key.of(UsedNumber), UsedNumber.name == place["name"]).execute()


def hand_over(actor: Actor, key: YearKey) -> None:
    """Have the next year take over again what this one ends with, if it follows; and the years after it in turn."""
    after = key._replace(start_year=key.start_year + 1)
    following = Year.get_or_none(after.of(Year), Year.follows == 1, Year.state == OPEN)
    # What is written of a year that is closed (documents, looks) changes no figure.
    here = Year.get_or_none(key.of(Year), Year.state == OPEN) if following is not None else None
    if following is None or here is None:
        return
    changed = take_over(following, here)
    if not changed:
        return
    Year.update(version=Year.version + 1).where(after.of(Year)).execute()
    record(actor, after, "suite", "ouverture", *changed)
    hand_over(actor, after)


def take_over(following: Year, previous: Year) -> tuple[list[Any], list[Any]] | None:
    """Write what a year takes over; give the balances before and after (cents), or None when nothing changed."""
    key = YearKey(following.department, following.coop, following.start_year)
    facts = year_facts(previous)
    before = (following.opening_bank, following.opening_cash, following.opening_carried)
    upcoming = reports.next_opening(facts)
    moved = _take_operations(key, {_origin(one, facts): one for one in reports.outstanding(facts)})
    if before == upcoming and not moved:
        return None
    Year.update(
        opening_bank=upcoming.bank, opening_cash=upcoming.cash, opening_carried=upcoming.carried
    ).where(key.of(Year)).execute()  # fmt: skip
    return list(before), list(upcoming)


def _origin(operation: reports.OutstandingOperation, facts: YearFacts) -> str:
    kind = "operation" if operation.prior else "saisie" if facts.direct is not None else "ecriture"
    return f"{kind}:{operation.number}"


def _take_operations(key: YearKey, wanted: dict[str, reports.OutstandingOperation]) -> bool:
    """Make the table of last year's operations what is wanted; a tick goes with its operation.

    Numbers of a CRF typed in directly, and those of a year that was imported again, name other operations than they
    did: what an operation says comes before its number.
    """
    rows = list(PriorOperation.select().where(key.of(PriorOperation)).order_by(PriorOperation.number))
    left, found = dict(wanted), dict[str, Any]()
    for same in (
        lambda row, origin: row.origin == origin and _says(row) == _says(wanted[origin]),
        lambda row, origin: _says(row) == _says(wanted[origin]),
        lambda row, origin: row.origin == origin,
    ):
        for origin in list(left):
            row = next((row for row in rows if same(row, origin)), None)
            if row is not None:
                rows.remove(row)
                del left[origin]
                found[origin] = row
    changes = [_take_one(key, found.get(origin), origin, operation) for origin, operation in wanted.items()]
    for row in rows:
        keep_number(PriorOperation, key, row.number)
        PriorOperation.delete().where(key.of(PriorOperation), PriorOperation.number == row.number).execute()
    return any(changes) or bool(rows)


_SAYING = ("day", "label", "cheque", "amount")


def _says(operation: Any) -> tuple[Any, ...]:
    return tuple(getattr(operation, name) for name in _SAYING)


def _take_one(key: YearKey, row: Any, origin: str, operation: reports.OutstandingOperation) -> bool:
    values = dict(zip(_SAYING, _says(operation), strict=True))
    if row is None:
        number = next_number(PriorOperation, key)
        PriorOperation.insert(**key._asdict(), number=number, origin=origin, **values).execute()
        return True
    if _says(row) == _says(operation) and row.origin == origin:
        return False
    kept = {} if _is_still(row, operation) else {"ticked_on": None}
    here = (key.of(PriorOperation), PriorOperation.number == row.number)
    PriorOperation.update(**values, **kept, origin=origin, version=PriorOperation.version + 1).where(*here).execute()
    return True


def _is_still(row: Any, operation: Any) -> bool:
    """Tell whether it is the operation that was ticked: its amount stands, and something else of it."""
    alike = (row.day == operation.day, row.label == operation.label, row.cheque == operation.cheque != "")
    return row.amount == operation.amount and any(alike)


def carry_goods(actor: Actor, key: YearKey, changes: list[Any]) -> None:
    """Have the rows that later years have of a good name it as it is called now: it stays one good, and not two.

    `changes` are those of `guard`: [table, place, columns before, columns after].
    """
    for table, place, before, after in changes:
        if table != InventoryItem._meta.table_name or before is None or after is None:
            continue
        row: Any = InventoryItem.get(key.of(InventoryItem), InventoryItem.number == place["number"])
        now = identity(row)
        then = {**now, **{name: value for name, value in before.items() if name in now}}
        if then != now:
            _rename_good(actor, key, then, now)


def _rename_good(actor: Actor, key: YearKey, then: dict[str, Any], now: dict[str, Any]) -> None:
    later = (Year.department == key.department, Year.coop == key.coop, Year.start_year > key.start_year)
    for year in Year.select().where(*later, Year.state == OPEN).order_by(Year.start_year):
        after = key._replace(start_year=year.start_year)
        # Of two goods that were alike, the row of the other one still finds it.
        alone = (g.item for g in goods(inventory_rows(after)) if g.since == year.start_year)
        item = next((item for item in alone if identity(item) == then and item.bought_on < after.year.first_day), None)
        if item is None:
            continue
        here = (after.of(InventoryItem), InventoryItem.number == item.number)
        InventoryItem.update(**now, version=InventoryItem.version + 1).where(*here).execute()
        Year.update(version=Year.version + 1).where(after.of(Year)).execute()
        record(actor, after, "suite", f"bien:{item.number}", then, now)
