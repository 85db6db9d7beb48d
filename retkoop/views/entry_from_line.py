"""The form of an entry, filled in from a line of a bank statement that the cahier does not know yet."""

from __future__ import annotations

from flask import flash

from retkoop import drafts
from retkoop.actions import statement_ticks
from retkoop.desks import YearDesk
from retkoop.drafts import LABEL_LENGTH, NUMBER_LENGTH
from retkoop.facts import Allocation
from retkoop.forms.ledger import EntryForm
from retkoop.matching.learned import likely_entry
from retkoop.statement_rows import history_of, line_of
from retkoop.statements import BankLine as ReadLine


def begin_from_line(desk: YearDesk, form: EntryForm, number: int) -> None:
    """Fill in what the bank tells, and the account that this cooperative gave to such a line before."""
    line = line_of(desk.key, number)
    if line is None:
        return
    read = ReadLine(line.day, line.label, line.amount, line.cheque)
    likely = likely_entry(read, history_of(desk.key))
    form.date.data = line.day
    form.nature.data, form.moyen.data = likely.nature, drafts.BANK
    form.libelle.data, form.cheque.data = likely.label[:LABEL_LENGTH], likely.cheque[:NUMBER_LENGTH]
    if likely.way:
        form.sens.data = likely.way
    account = likely.account if likely.account in desk.facts.chart else ""
    form.put_lines([Allocation(account, abs(line.amount))])
    form.ligne_releve.data, form.likely = str(number), likely.reason


def made_from_line(desk: YearDesk, form: EntryForm, entry: int) -> str | None:
    """Propose the entry that was typed for the line that it was typed from; give the address of its statement."""
    asked = form.ligne_releve.data or ""
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 0
    line = line_of(desk.key, number) if number else None
    if line is None:
        return None
    if statement_ticks.made_from(desk.key, number, entry):
        flash("Écriture enregistrée : il reste à confirmer la ligne du relevé.", "done")
    else:
        flash("Écriture enregistrée ; elle n’est pas du montant de la ligne du relevé, ou cette ligne n’attend plus.")
    return desk.url("bank_statements.show", number=line.statement, _anchor=f"ligne-{number}")
