"""The form of the compte rendu financier typed in directly, made from the chart of accounts of the year."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from wtforms import FieldList, FormField, HiddenField

from retkoop.chart import EXPENSE, INCOME, Chart
from retkoop.direct import MOST_OPERATIONS, fingerprint, in_chart_order, is_blank
from retkoop.drafts import LABEL_LENGTH, NUMBER_LENGTH, out_of_year
from retkoop.facts import DirectOperation, DirectReport
from retkoop.forms.fields import AmountField, BaseForm, BoundedList, ChoiceField, DateField, TextField
from retkoop.forms.opening import BANKS
from retkoop.money import format_euros
from retkoop.school_year import SchoolYear

# Keeps the codes of accounts, which are data, from meeting the names of the form's own parts.
PREFIX = "c_"
WAYS = (("-", "Facture à payer"), ("+", "Produit à recevoir"))
# So many empty lines are offered at first, and each time that more are asked for.
_FIRST, _MORE = 4, 3
_TOO_MANY = f"{MOST_OPERATIONS} opérations en cours au plus : les dernières n’ont pas été lues."


class OperationForm(BaseForm):
    """One line: an operation of the year that the bank has not shown yet; left empty, there is none."""

    date = DateField("Date", required=False)
    libelle = TextField("Libellé", LABEL_LENGTH)
    cheque = TextField("N° de chèque", NUMBER_LENGTH)
    sens = ChoiceField("Nature", WAYS, default="-")
    montant = AmountField("Montant", required=False)

    @property
    def is_empty(self) -> bool:
        """Tell a line where nothing was typed."""
        return not (self.date.raw or self.date.data or self.libelle.data or self.cheque.data or self.montant._value())

    def check(self, year: SchoolYear) -> None:
        """Say what a line that was begun lacks."""
        if self.date.data and not year.contains(self.date.data):
            self.refuse("date", out_of_year(year))
        elif not self.date.data and not self.date.errors:
            self.refuse("date", "Indiquez la date.")
        if not self.libelle.data:
            self.refuse("libelle", "Écrivez un libellé : « Qui c’est – Ce que c’est ».")
        if not self.montant.data and not self.montant.errors:
            self.refuse("montant", "Indiquez un montant, par exemple 12,50.")

    def operation(self, number: int) -> DirectOperation:
        """Give what a line without fault says."""
        amount = -self.montant.data if self.sens.data == "-" else self.montant.data
        return DirectOperation(number, self.date.data, self.libelle.data or "", self.cheque.data or "", amount)


class DirectForm(BaseForm):
    """What all charts have in common; `seen` is the fingerprint of the figures that the person read."""

    chart: Chart
    version = HiddenField()
    compte = ChoiceField("Compte de la banque", BANKS)
    banque = AmountField("Solde banque", required=False, signed=True)
    caisse = AmountField("Solde caisse (530)", required=False)
    operations: FieldList = BoundedList(FormField(OperationForm), max_entries=MOST_OPERATIONS)

    @classmethod
    def of(cls, report: DirectReport, bank_account: str) -> DirectForm:
        """Give the form filled with figures; before any was typed, a zero is none."""
        amounts = {PREFIX + line.account: line.amount for line in report.accounts}
        balances = {} if is_blank(report) else {"banque": report.bank, "caisse": report.cash}
        rows = [_typed(line) for line in report.operations]
        seen = {"version": fingerprint(report, bank_account), "compte": bank_account}
        form = cls(data={**amounts, **balances, **seen, "operations": rows})
        form.add_lines(max(_MORE, _FIRST - len(rows)))
        return form

    def add_lines(self, count: int = _MORE) -> None:
        """Offer more lines for operations, as many as there may be."""
        for _ in range(min(count, MOST_OPERATIONS - len(self.operations))):
            self.operations.append_entry()

    @property
    def seen(self) -> str:
        """Give what the page told of the figures it showed."""
        return (self.version.data or "")[:64]

    def checked(self, year: SchoolYear) -> bool:
        """Validate; the operations that were begun are whole and of the year."""
        self.validate()
        for row in self._begun():
            row.check(year)
        return not self.faults

    def report(self) -> DirectReport:
        """Give the figures; what cannot be read counts as nothing, for a total that goes on."""
        amounts = {field.name.removeprefix(PREFIX): field.data or 0 for field in self if self._is_account(field)}
        begun = [row for row in self._begun() if not row.faults and row.montant.data]
        return DirectReport(
            self.banque.data or 0,
            self.caisse.data or 0,
            in_chart_order(amounts, self.chart),
            tuple(row.operation(number) for number, row in enumerate(begun, 1)),
        )

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Give the faults of all fields, those of the lines included."""
        lines = (
            (name, f"Opération {number}, {text}")
            for number, entry in enumerate(self.operations, 1)
            for name, text in entry.form.faults
        )
        return [*super().faults, *lines, *([("operations", _TOO_MANY)] if self.operations.overflows else [])]

    def tell_stored(self, stored: DirectForm) -> None:
        """Take up the version that is stored now, and say under each field what it holds there, where it differs."""
        self.version.data = stored.version.data
        for field in stored:
            if isinstance(field, AmountField) and (field.data or 0) != (self[field.name].data or 0):
                self.refuse(field.name, f"Enregistré maintenant : {format_euros(field.data or 0)}.")

    def _begun(self) -> list[Any]:
        return [entry.form for entry in self.operations if not entry.form.is_empty]

    @staticmethod
    def _is_account(field: Any) -> bool:
        return bool(field.name.startswith(PREFIX))

    def side(self, income: bool) -> list[tuple[Any, Any]]:
        """Give the accounts of one side, each with its field."""
        return [(account, self[PREFIX + account.code]) for account in self.chart.of_side(INCOME if income else EXPENSE)]


def _typed(line: DirectOperation) -> dict[str, Any]:
    return {
        "date": line.day,
        "libelle": line.label,
        "cheque": line.cheque,
        "sens": "-" if line.amount < 0 else "+",
        "montant": abs(line.amount),
    }


@lru_cache(maxsize=16)
def form_for(chart: Chart) -> type[DirectForm]:
    """Make the form of a chart of accounts."""
    fields = {
        PREFIX + account.code: AmountField(f"{account.short} {account.label}", required=False, signed=True)
        for account in chart
    }
    return type("ChartForm", (DirectForm,), {"chart": chart, **fields})
