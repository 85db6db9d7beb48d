"""The form of an entry, filled in from a line of a bank statement that the cahier does not know yet."""

from __future__ import annotations

from flask import flash

from retkoop import drafts
from retkoop.actions import bank_statements as actions
from retkoop.desks import YearDesk
from retkoop.drafts import LABEL_LENGTH, NUMBER_LENGTH
from retkoop.facts import Allocation
from retkoop.forms.ledger import EntryForm
from retkoop.statement_rows import line_of


def begin_from_line(desk: YearDesk, form: EntryForm, number: int) -> None:
    """Fill in what the bank tells, and the account that this cooperative gave to such a line before."""
    line = line_of(desk.key, number)
    if line is None:
        return
    likely = None
    form.date.data = line.day
    form.nature.data = drafts.RECEIPT if line.amount > 0 else drafts.EXPENSE
    form.moyen.data = drafts.BANK
    form.libelle.data = (likely.label if likely else line.label)[:LABEL_LENGTH]
    form.cheque.data = line.cheque[:NUMBER_LENGTH]
    account = likely.account if likely and likely.account in desk.facts.chart else ""
    form.put_lines([Allocation(account, abs(line.amount))])
    form.ligne_releve.data = str(number)


def made_from_line(desk: YearDesk, form: EntryForm, entry: int) -> str | None:
    """Propose the entry that was typed for the line that it was typed from; give the address of its statement."""
    asked = form.ligne_releve.data or ""
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 0
    line = line_of(desk.key, number)
    if line is None:
        return None
    actions.made_from(desk.key, number, entry)
    flash("Écriture enregistrée : il reste à confirmer la ligne du relevé.", "done")
    return desk.url("bank_statements.show", number=line.statement, _anchor=f"ligne-{number}")
