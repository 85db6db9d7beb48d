"""The compte rendu financier typed in directly: keeping its figures, and the way to this mode and back."""

from __future__ import annotations

from typing import Any

from retkoop.actions.guard import change_row, delete_rows, insert_numbered, insert_row, journal, open_for_writing
from retkoop.audit import Actor
from retkoop.db import writing
from retkoop.direct import CAHIER, DIRECT, faults, fingerprint, is_blank, said
from retkoop.errors import Conflict, Refusal
from retkoop.facts import DirectOperation as Operation
from retkoop.facts import DirectReport as Figures
from retkoop.models import DirectAccount, DirectOperation, DirectReport, Entry, Year, YearKey
from retkoop.year_rows import chart_for, direct_figures

FROM_CAHIER = "Ce compte rendu financier vient du cahier : il ne se saisit pas directement."


class Changed(Conflict):
    """Somebody else changed the figures since the person read them."""


class Unconfirmed(Conflict):
    """Figures were typed in directly, which will count no more: the person has to say so."""


@writing
def save_direct(actor: Actor, key: YearKey, seen: str, report: Figures, bank_account: str) -> int | None:
    """Keep the figures of the CRF, whether they agree or not, and the kind of bank account.

    `seen` is the fingerprint of the figures that the person read; raises Changed when they are others now. Gives the
    step for an undo, or None when nothing had to change: what was sent twice changes nothing the second time.
    """
    year = open_for_writing(key)
    if year.mode != DIRECT:
        raise Conflict(FROM_CAHIER)
    for fault in faults(report, key.year, chart_for(key.start_year)):
        raise Refusal(fault)
    stored = direct_figures(key)
    now_is = fingerprint(stored, year.bank_account)
    if fingerprint(report, bank_account) == now_is:
        return None
    if seen != now_is:
        raise Changed("Quelqu’un d’autre a modifié ce compte rendu entre-temps.")
    if year.bank_account != bank_account:
        change_row(Year, key, year, bank_account=bank_account)
    _store_balances(key, report)
    _store_accounts(key, report)
    _store_operations(key, report)
    return journal(actor, key, "modification", "crf", _told(stored), _told(report))


def _store_balances(key: YearKey, report: Figures) -> None:
    row = DirectReport.get_or_none(key.of(DirectReport))
    if row is None:
        insert_row(DirectReport, key, bank=report.bank, cash=report.cash)
    else:
        change_row(DirectReport, key, row, bank=report.bank, cash=report.cash)


def _store_accounts(key: YearKey, report: Figures) -> None:
    rows = {row.account: row for row in DirectAccount.select().where(key.of(DirectAccount))}
    for line in report.accounts:
        row = rows.pop(line.account, None)
        if row is None:
            insert_row(DirectAccount, key, account=line.account, amount=line.amount)
        elif row.amount != line.amount:
            change_row(DirectAccount, key, row, amount=line.amount)
    if rows:
        delete_rows(DirectAccount, key, DirectAccount.account.in_(list(rows)))


def _store_operations(key: YearKey, report: Figures) -> None:
    """Change the rows in their order; only what is beyond them is added or deleted."""
    query = DirectOperation.select().where(key.of(DirectOperation)).order_by(DirectOperation.number)
    rows = list(query)
    for row, line in zip(rows, report.operations, strict=False):
        if [row.day, row.label, row.cheque, row.amount] != [line.day, line.label, line.cheque, line.amount]:
            change_row(DirectOperation, key, row, **_columns(line))
    for line in report.operations[len(rows) :]:
        insert_numbered(DirectOperation, key, **_columns(line))
    if gone := [row.number for row in rows[len(report.operations) :]]:
        delete_rows(DirectOperation, key, DirectOperation.number.in_(gone))


def _columns(line: Operation) -> dict[str, Any]:
    return {"day": line.day, "label": line.label, "cheque": line.cheque, "amount": line.amount}


def _told(report: Figures) -> dict[str, Any]:
    """Give what the journal keeps of the figures."""
    return {
        "banque": report.bank,
        "caisse": report.cash,
        "ventilation": [[line.account, line.amount] for line in report.accounts],
        "operations": [said(line) for line in report.operations],
    }


@writing
def turn_direct(actor: Actor, key: YearKey) -> int | None:
    """Have the CRF of a year typed in directly, as long as its cahier is empty; figures set aside count again.

    Gives the step for an undo, or None when it already is.
    """
    return _turn(actor, key, DIRECT, "mise en saisie directe")


@writing
def turn_cahier(actor: Actor, key: YearKey, confirmed: bool = False) -> int | None:
    """Have the cahier of a year kept here; figures typed in directly are set aside, not deleted, once `confirmed`.

    Gives the step for an undo, or None when it already is; raises Unconfirmed.
    """
    return _turn(actor, key, CAHIER, "retour au cahier", confirmed)


def _turn(actor: Actor, key: YearKey, mode: str, action: str, confirmed: bool = False) -> int | None:
    year = open_for_writing(key)
    if year.mode == mode:
        return None
    if not confirmed:
        refuse_mode(key, mode)
    change_row(Year, key, year, mode=mode)
    return journal(actor, key, action, "exercice")


def refuse_mode(key: YearKey, mode: str) -> None:
    """Refuse to turn a year when something would be lost: its entries, or figures typed in directly."""
    if mode == DIRECT:
        kept = Entry.select().where(key.of(Entry), Entry.struck_at.is_null()).count()
        if kept:
            named = "une écriture" if kept == 1 else f"{kept} écritures"
            raise Conflict(
                f"Le cahier contient {named} : le compte rendu financier vient du cahier. Pour le saisir directement, "
                "il faut d’abord que le cahier soit vide."
            )
    elif not is_blank(direct_figures(key)):
        raise Unconfirmed(
            "Des chiffres sont saisis directement : au retour au cahier, ils sont mis de côté et ne comptent plus."
        )
