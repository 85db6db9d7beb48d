"""The statement's form."""

from __future__ import annotations

from retkoop.forms.fields import AmountField, BaseForm, DateField


class StatementForm(BaseForm):
    """The last bank statement: its day and its balance."""

    date = DateField("Date du relevé")
    solde = AmountField("Solde du relevé", signed=True)
