"""What somebody says the columns of a cahier kept elsewhere hold."""

from __future__ import annotations

from collections.abc import Mapping as Fields
from dataclasses import replace

from retkoop.book_table import ROLES, BookColumns
from retkoop.chart import Chart
from retkoop.forms.table_columns import given_twice, read_columns

_ACCOUNT = "compte:"


def choices(chart: Chart) -> tuple[tuple[str, str], ...]:
    """Give what a column may hold: a role, or the amounts of one account."""
    accounts = ((_ACCOUNT + account.code, f"{account.short} {account.label}") for account in chart)
    return (("", "Ne pas lire"), *ROLES.items(), *accounts)


def roles_of(columns: BookColumns, width: int) -> list[str]:
    """Give what each column holds, as the form shows it."""
    told = {column: name for name, column in columns.roles.items()}
    told |= {column: _ACCOUNT + code for column, code in columns.accounts}
    return [told.get(column, "") for column in range(width)]


def read_book_columns(
    sent: Fields[str, str], before: BookColumns, width: int, chart: Chart
) -> tuple[BookColumns, str]:  # fmt: skip
    """Read the form; give the columns and, when two say the same, a sentence."""
    words = dict(choices(chart))
    told = read_columns(sent, width, set(words) - {""})
    if told.twice:
        return before, given_twice(words[told.twice])
    roles = {name: its[0] for name, its in told.roles.items() if name in ROLES}
    accounts = tuple((its[0], name.removeprefix(_ACCOUNT)) for name, its in told.roles.items() if name not in ROLES)
    more = {"order": told.order or before.order, "mark": told.mark or before.mark}
    return replace(before, head=told.head, roles=roles, accounts=accounts, **more), ""
