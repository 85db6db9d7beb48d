"""The walls of a CRF typed in directly, by SQL as well, on both engines."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from peewee import PeeweeException

from retkoop.audit import now
from retkoop.db import database, is_postgres
from retkoop.models import DirectAccount, DirectOperation, DirectReport, Entry, Year, YearKey
from tests.factories import a_year, an_entry

DAY = "2025-08-20"
ROWS: dict[Any, dict[str, Any]] = {
    DirectReport: {"bank": 1, "cash": 2},
    DirectAccount: {"account": "61800008", "amount": 5},
    DirectOperation: {"number": 1, "day": DAY, "label": "Car", "amount": -5},
}


@pytest.fixture
def key(app: Flask) -> YearKey:
    """Give an open year with figures typed in directly."""
    key = a_year()
    Year.update(mode="direct").where(key.of(Year)).execute()
    for table, values in ROWS.items():
        table.insert(**key._asdict(), **values).execute()
    return key


def said(work: Any) -> str:
    """Give what the database says of a statement, which is taken back."""
    try:
        with database.atomic() as step:
            work.execute()
            step.rollback()
    except PeeweeException as error:
        return str(error)
    return "accepted"


def test_a_live_entry_and_this_mode_never_meet(key: YearKey) -> None:
    entry: dict[str, Any] = {**key._asdict(), "number": 1, "day": "2024-11-04", "label": "Livres", "bank": -100}
    assert "saisie_directe" in said(Entry.insert(**entry))
    Entry.insert(**entry, struck_at=now()).execute()
    assert "saisie_directe" in said(Entry.update(struck_at=None).where(key.of(Entry)))
    assert said(Entry.update(label="Livre").where(key.of(Entry))) == "accepted"
    if not is_postgres():
        assert "saisie_directe" in said(Entry.replace(**entry))


def test_a_cahier_that_is_kept_does_not_turn(app: Flask) -> None:
    key = a_year()
    an_entry(key)
    turned = Year.update(mode="direct").where(key.of(Year))
    assert "cahier_tenu" in said(turned)
    Entry.update(struck_at=now()).where(key.of(Entry)).execute()
    assert said(turned) == "accepted"


def test_a_mode_that_is_none_is_refused_by_its_name(key: YearKey) -> None:
    assert "school_year_mode_known" in said(Year.update(mode="ailleurs").where(key.of(Year)))


@pytest.mark.parametrize(
    ("table", "values", "name"),
    [
        (DirectReport, {"bank": 10**9}, "direct_report_bank_bounded"),
        (DirectReport, {"cash": -(10**9)}, "direct_report_cash_bounded"),
        (DirectAccount, {"amount": 0}, "direct_account_not_zero"),
        (DirectAccount, {"account": "6180"}, "direct_account_account_length"),
        (DirectOperation, {"amount": 0}, "direct_operation_not_zero"),
        (DirectOperation, {"label": ""}, "direct_operation_label_length"),
        (DirectOperation, {"cheque": "x" * 21}, "direct_operation_cheque_length"),
        (DirectOperation, {"day": "2024-08-31"}, "direct_operation_day_in_year"),
    ],
)
def test_what_must_never_be_stored_is_refused_by_its_name(
    key: YearKey, table: Any, values: dict[str, Any], name: str
) -> None:
    assert name in said(table.update(values).where(key.of(table)))


@pytest.mark.parametrize("table", ROWS)
def test_closed_means_closed(key: YearKey, table: Any) -> None:
    column = next(name for name in reversed(ROWS[table]))
    works = (
        table.update({column: ROWS[table][column]}).where(key.of(table)),
        table.delete().where(key.of(table)),
        table.insert(**{**key._asdict(), **ROWS[table], **({"number": 9} if "number" in ROWS[table] else {})}),
    )
    assert [said(work) for work in works[:2]] == ["accepted", "accepted"]
    Year.update(state="closed").where(key.of(Year)).execute()
    assert all("exercice_clos" in said(work) for work in works)
    if is_postgres():
        with pytest.raises(PeeweeException, match="exercice_clos"), database.atomic():
            database.execute_sql(f"TRUNCATE {table._meta.table_name}")
