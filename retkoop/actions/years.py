"""Opening a year, its balances brought forward, and closing it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from retkoop import facts, rules
from retkoop.actions.following import take_over
from retkoop.actions.guard import (
    change_row,
    change_versioned,
    delete_rows,
    insert_numbered,
    journal,
    open_for_writing,
    replayed,
    row_of,
)
from retkoop.actions.moves import move
from retkoop.audit import Actor
from retkoop.db import writing
from retkoop.errors import Conflict, Refusal
from retkoop.models import Cooperative, PriorOperation, Year, YearKey, find_year
from retkoop.school_year import SchoolYear
from retkoop.year_rows import year_facts
from retkoop.year_states import CLOSING, MANDATAIRE, OPEN


@writing
def open_year(actor: Actor, coop: Cooperative, year: SchoolYear, bank_account: str = "512") -> YearKey:
    """Open an exercice; it takes over what the year before ends with, finished or not.

    Asked twice, it gives the year that exists.
    """
    key = YearKey(coop.department, coop.identifier, year.start)
    if find_year(coop, year.start) is not None:
        return key
    refuse_after_closing(key)
    previous = find_year(coop, year.start - 1)
    account = bank_account if previous is None else previous.bank_account
    Year.insert(**key._asdict(), bank_account=account, follows=int(previous is not None)).execute()
    if previous is not None:
        take_over(Year.get(key.of(Year)), previous)
    journal(actor, key, "ouverture", "exercice", after=year.label, undoable=False)
    return key


@writing
def open_first_year(
    actor: Actor, coop: Cooperative, year: SchoolYear, opening: facts.Opening, bank_account: str
) -> YearKey:
    """Open the first exercice of a cooperative, with the balances (cents) that it begins with."""
    key = YearKey(coop.department, coop.identifier, year.start)
    columns = {"opening_bank": opening.bank, "opening_cash": opening.cash, "opening_carried": opening.carried}
    Year.insert(**key._asdict(), bank_account=bank_account, **columns).execute()
    told = [year.label, *_values(opening), bank_account]
    journal(actor, key, "ouverture", "exercice", after=told, undoable=False)
    return key


def refuse_after_closing(key: YearKey) -> None:
    """Refuse an exercice that begins once its cooperative is closed."""
    here = (Cooperative.department == key.department, Cooperative.identifier == key.coop)
    closed_on = Cooperative.get(*here).closed_on
    if closed_on is not None and key.year.first_day > closed_on:
        raise Conflict(f"Cette coopérative est fermée depuis le {closed_on:%d/%m/%Y} : elle n’ouvre plus d’exercice.")


def previous_label(key: YearKey) -> str:
    """Give the label of the exercice before."""
    return SchoolYear(key.start_year - 1).label


def inherited(key: YearKey) -> bool:
    """Tell whether the year begins with what the one before it ends with: nothing to correct by hand then."""
    here = Year.get_or_none(key.of(Year))
    return here is not None and bool(here.follows)


def refuse_inherited(key: YearKey) -> None:
    """Refuse to correct by hand what the year before hands over."""
    if inherited(key):
        raise Refusal(f"Ces soldes viennent de l’exercice {previous_label(key)} : c’est là qu’ils se corrigent.")


@writing
def set_opening(actor: Actor, key: YearKey, opening: facts.Opening, bank_account: str) -> None:
    """Correct the balances brought forward (cents) and the bank account; where they are inherited, it alone."""
    year = open_for_writing(key)
    if [*_values(opening)] != [year.opening_bank, year.opening_cash, year.opening_carried]:
        refuse_inherited(key)
    before = [year.opening_bank, year.opening_cash, year.opening_carried, year.bank_account]
    change_row(
        Year, key, year, opening_bank=opening.bank, opening_cash=opening.cash, opening_carried=opening.carried,
        bank_account=bank_account,
    )  # fmt: skip
    journal(actor, key, "report", "ouverture", before, [*_values(opening), bank_account])


def _values(opening: facts.Opening) -> list[int]:
    return [opening.bank, opening.cash, opening.carried]


@writing
def add_prior(actor: Actor, key: YearKey, values: dict[str, Any], replay_key: str | None = None) -> int:
    """Add an operation of last year that the bank has not shown yet; give its number."""
    if first := replayed(PriorOperation, key, replay_key):
        return first
    open_for_writing(key)
    refuse_inherited(key)
    _refuse_this_year(key, values["day"])
    number = insert_numbered(PriorOperation, key, **values, replay_key=replay_key)
    journal(actor, key, "ajout", f"operation:{number}", after=values)
    return number


@writing
def edit_prior(actor: Actor, key: YearKey, number: int, version: int, values: dict[str, Any]) -> None:
    """Correct an operation of last year; its tick goes when its amount changes."""
    open_for_writing(key)
    refuse_inherited(key)
    _refuse_this_year(key, values["day"])
    row = row_of(PriorOperation, key, number)
    before = {name: getattr(row, name) for name in values}
    extra = {} if values["amount"] == row.amount else {"ticked_on": None}
    change_versioned(PriorOperation, key, row, version, **values, **extra)
    journal(actor, key, "modification", f"operation:{number}", before, values)


@writing
def remove_prior(actor: Actor, key: YearKey, number: int) -> None:
    """Remove an operation of last year that was a mistake; the journal keeps what it said."""
    open_for_writing(key)
    refuse_inherited(key)
    row = row_of(PriorOperation, key, number)
    before = {name: getattr(row, name) for name in ("day", "label", "cheque", "amount", "ticked_on")}
    delete_rows(PriorOperation, key, PriorOperation.number == number)
    journal(actor, key, "suppression", f"operation:{number}", before=before)


def _refuse_this_year(key: YearKey, day: date) -> None:
    if day >= key.year.first_day:
        raise Refusal("Une opération de l’année passée est datée d’avant le 1er septembre.")


class NotReady(Conflict):
    """The year cannot be closed: what is missing."""

    def __init__(self, verdict: rules.Verdict) -> None:
        super().__init__("La clôture n’est pas possible : il reste des points à corriger.")
        self.verdict = verdict


@writing
def close_year(actor: Actor, key: YearKey, today: Callable[[], date]) -> None:
    """Close the cahier after checking again, in the same transaction, on the day it is."""
    year = open_for_writing(key)
    refuse_before_its_past(key)
    verdict = rules.verdict(year_facts(year), today())
    if not verdict.can_close:
        raise NotReady(verdict)
    move(actor, year, CLOSING, MANDATAIRE)
    warned = sorted({finding.code for finding in verdict.warnings})
    journal(actor, key, "clôture", "exercice", after={"avertissements": warned}, undoable=False)


def refuse_before_its_past(key: YearKey) -> None:
    """Refuse to close a year whose opening may still change, since the year before is open."""
    previous = Year.get_or_none(key._replace(start_year=key.start_year - 1).of(Year), Year.state == OPEN)
    if previous is not None and inherited(key):
        raise Conflict(f"L’exercice {previous_label(key)} n’est pas clos : clôturez-le d’abord.")


def load_facts(year: Year) -> facts.YearFacts:
    """Load a year's facts under the settings of its département."""
    return year_facts(year)
