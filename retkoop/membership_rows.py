"""What is read of the adhésion of cooperatives: one, or all of a département, in a fixed number of queries."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from peewee import fn

from retkoop.db import fetch
from retkoop.membership import (
    NOTHING,
    Amounts,
    Certificate,
    Headcount,
    Membership,
    Payment,
    Pledge,
    Rates,
    SchoolClass,
    Terms,
    state_of,
)
from retkoop.membership_board import Line
from retkoop.membership_tables import (
    MembershipCertificate,
    MembershipClass,
    MembershipPayment,
    MembershipRate,
    MembershipRow,
)
from retkoop.models import Cooperative, Year, YearKey, as_day, as_stamp

_PARIS = ZoneInfo("Europe/Paris")
RATE_COLUMNS = tuple(Rates.__dataclass_fields__)


def terms_for(department: str, start_year: int) -> Terms | None:
    """Give what the AD asks in a school year: its newest terms that are not after it; None when it said nothing yet."""
    mine = (MembershipRate.department == department) & (MembershipRate.first_year <= start_year)
    row = MembershipRate.select().where(mine).order_by(MembershipRate.first_year.desc()).first()
    if row is None:
        return None
    rates = Rates(**{name: getattr(row, name) for name in RATE_COLUMNS})
    return Terms(row.first_year, rates, row.pledge, row.due_on, row.payee, row.iban, row.payment, row.version)


def membership_of(key: YearKey) -> Membership:
    """Load the adhésion of a cooperative for a school year, in four queries; an empty one when there is none."""
    row = MembershipRow.get_or_none(key.of(MembershipRow))
    if row is None:
        return Membership()
    pledge = None
    if row.sent_at is not None:
        pledge = Pledge(row.pledge, row.pledged_by, row.pledged_on, row.sent_at, row.sent_by)
    return Membership(
        Headcount(_classes(key), row.adults),
        pledge,
        Rates(**json.loads(row.rates)) if row.rates else Rates(),
        Amounts(row.due, row.insurance_due),
        _payments(key),
        _certificates(key),
        row.version,
    )


def headcount_of(key: YearKey) -> Headcount | None:
    """Give the headcount that a cooperative sent for a school year, in one query; None when it sent none."""
    table, row = MembershipClass, MembershipRow
    same = (table.department == row.department) & (table.coop == row.coop) & (table.start_year == row.start_year)
    columns = (row.adults, table.label, table.pupils, table.teacher)
    query = row.select(*columns).join(table, on=same).where(key.of(row), row.sent_at.is_null(False))
    rows = fetch(query.order_by(table.number))
    return Headcount(tuple(SchoolClass(*rest) for _, *rest in rows), rows[0][0]) if rows else None


def _classes(key: YearKey) -> tuple[SchoolClass, ...]:
    table = MembershipClass
    query = table.select(table.label, table.pupils, table.teacher).where(key.of(table)).order_by(table.number)
    return tuple(SchoolClass(*row) for row in fetch(query))


def _payments(key: YearKey) -> tuple[Payment, ...]:
    table = MembershipPayment
    columns = (
        table.number, table.day, table.amount, table.means, table.reference, table.recorded_by, table.reason,
        table.cancelled_at, table.version,
    )  # fmt: skip
    rows = fetch(table.select(*columns).where(key.of(table)).order_by(table.number))
    return tuple(
        Payment(number, as_day(day), amount, means, reference, who, reason, at is not None, version)
        for number, day, amount, means, reference, who, reason, at, version in rows
    )


def _certificates(key: YearKey) -> tuple[Certificate, ...]:
    table = MembershipCertificate
    columns = (table.number, table.issued_on, table.content, table.cancelled_at)
    rows = fetch(table.select(*columns).where(key.of(table)).order_by(table.number))
    return tuple(Certificate(n, as_day(day), json.loads(content), at is not None) for n, day, content, at in rows)


def declared_starts(department: str) -> list[int]:
    """Give the school years that some cooperative has declared something for, or the AD has set terms for."""
    found: set[int] = set()
    for column in (MembershipRow.start_year, MembershipRate.first_year):
        table = column.model
        found |= {start for (start,) in fetch(table.select(column).where(table.department == department).distinct())}
    return sorted(found, reverse=True)


def board_lines(department: str, start_year: int) -> list[Line]:
    """Give every cooperative of a département with its adhésion, by identifier, in three queries."""
    heads = _sums(MembershipClass, department, start_year, MembershipClass.pupils)
    received = _sums(
        MembershipPayment, department, start_year, MembershipPayment.amount, MembershipPayment.cancelled_at.is_null()
    )
    found = []
    for coop, name, state, adults, due, insurance, sent_at in fetch(_board(department, start_year)):
        classes, pupils, _ = heads.get(coop, (0, 0, None))
        _, amount, last = received.get(coop, (0, 0, None))
        sent = sent_at is not None
        due = Amounts(due, insurance) if sent else NOTHING
        found.append(
            Line(
                coop, name, state is not None, state_of(sent, due.total, amount), classes, pupils, adults or 0, due,
                amount, as_stamp(sent_at).astimezone(_PARIS) if sent else None, as_day(last),
            )
        )  # fmt: skip
    return found


def _board(department: str, start_year: int) -> Any:
    def here(table: Any) -> Any:
        mine = (table.department == Cooperative.department) & (table.coop == Cooperative.identifier)
        return mine & (table.start_year == start_year)

    row = MembershipRow
    columns = (Year.state, row.adults, row.due, row.insurance_due, row.sent_at)
    return (
        Cooperative.select(Cooperative.identifier, Cooperative.name, *columns)
        .left_outer_join(Year, on=here(Year))
        .switch(Cooperative)
        .left_outer_join(row, on=here(row))
        # One that was closed is shown in the exercices that it had.
        .where(Cooperative.department == department, Cooperative.closed_on.is_null() | Year.state.is_null(False))
        .order_by(Cooperative.identifier)
    )


def _sums(table: Any, department: str, start_year: int, column: Any, *conditions: Any) -> dict[str, tuple[Any, ...]]:
    """Give, by cooperative, how many rows, what a column adds up to, and the last day where the rows have one."""
    last = fn.MAX(table.day) if "day" in table._meta.fields else fn.MAX(column)
    mine = (table.department == department, table.start_year == start_year, *conditions)
    query = table.select(table.coop, fn.COUNT(column), fn.SUM(column), last).where(*mine).group_by(table.coop)
    return {coop: (count, int(total), until) for coop, count, total, until in fetch(query)}
