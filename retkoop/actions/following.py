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
from retkoop.inventory_reports import goods, identity
from retkoop.models import Department, InventoryItem, PriorOperation, UsedNumber, Year, YearKey, next_number
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
    if following is None:
        return
    changed = take_over(following, Year.get(key.of(Year)))
    if not changed:
        return
    Year.update(version=Year.version + 1).where(after.of(Year)).execute()
    record(actor, after, "suite", "ouverture", *changed)
    hand_over(actor, after)


def take_over(following: Year, previous: Year) -> tuple[list[Any], list[Any]] | None:
    """Write what a year takes over; give the balances before and after (cents), or None when nothing changed."""
    key = YearKey(following.department, following.coop, following.start_year)
    facts = year_facts(previous, Department.get_by_id(previous.department))
    before = (following.opening_bank, following.opening_cash, following.opening_carried)
    upcoming = reports.next_opening(facts)
    moved = _take_operations(key, {_origin(one): one for one in reports.outstanding(facts)})
    if before == upcoming and not moved and following.bank_account == previous.bank_account:
        return None
    Year.update(
        opening_bank=upcoming.bank, opening_cash=upcoming.cash, opening_carried=upcoming.carried,
        bank_account=previous.bank_account,
    ).where(key.of(Year)).execute()  # fmt: skip
    return list(before), list(upcoming)


def _origin(operation: reports.OutstandingOperation) -> str:
    return f"{'operation' if operation.prior else 'ecriture'}:{operation.number}"


def _take_operations(key: YearKey, wanted: dict[str, reports.OutstandingOperation]) -> bool:
    """Make the table of last year's operations what is wanted; a tick stays as long as its amount does."""
    rows = {row.origin: row for row in PriorOperation.select().where(key.of(PriorOperation)) if row.origin}
    changes = [_take_one(key, rows.get(origin), origin, operation) for origin, operation in wanted.items()]
    gone = [row for origin, row in rows.items() if origin not in wanted]
    for row in gone:
        keep_number(PriorOperation, key, row.number)
        PriorOperation.delete().where(key.of(PriorOperation), PriorOperation.number == row.number).execute()
    return any(changes) or bool(gone)


def _take_one(key: YearKey, row: Any, origin: str, operation: reports.OutstandingOperation) -> bool:
    values = {name: getattr(operation, name) for name in ("day", "label", "cheque", "amount")}
    if row is None:
        number = next_number(PriorOperation, key)
        PriorOperation.insert(**key._asdict(), number=number, origin=origin, **values).execute()
        return True
    if values == {name: getattr(row, name) for name in values}:
        return False
    kept = {} if values["amount"] == row.amount else {"ticked_on": None}
    here = (key.of(PriorOperation), PriorOperation.number == row.number)
    PriorOperation.update(**values, **kept, version=PriorOperation.version + 1).where(*here).execute()
    return True


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
