"""Forms of the balances brought forward."""

from __future__ import annotations

from typing import Any

from retkoop.drafts import LABEL_LENGTH, NUMBER_LENGTH
from retkoop.facts import Opening, PriorOperation
from retkoop.forms.fields import AmountField, BaseForm, ChoiceField, DateField, TextField
from retkoop.school_year import SchoolYear

WAYS = (("-", "Dépense : chèque ou prélèvement pas encore débité"), ("+", "Recette : remise pas encore créditée"))
BANKS = (("512", "512 – Banque"), ("514", "514 – La Banque Postale"))


class OpeningForm(BaseForm):
    """What the year begins with."""

    banque = AmountField("Solde de la banque au 1er septembre", signed=True)
    caisse = AmountField("Contenu de la caisse au 1er septembre")
    report = AmountField("Report à nouveau", signed=True)
    compte = ChoiceField("Banque", BANKS)

    def opening(self) -> Opening:
        """Give the balances that were typed (cents)."""
        return Opening(self.banque.data, self.caisse.data, self.report.data)


class BankForm(BaseForm):
    """Where the money is kept, in a year whose balances come from the one before."""

    compte = ChoiceField("Banque", BANKS)


class PriorForm(BaseForm):
    """An operation of last year that the bank has not shown yet."""

    date = DateField("Date")
    libelle = TextField("Libellé", LABEL_LENGTH, required=True)
    cheque = TextField("N° de chèque", NUMBER_LENGTH)
    sens = ChoiceField("Nature", WAYS, default="-")
    montant = AmountField("Montant")

    @classmethod
    def of(cls, prior: PriorOperation) -> PriorForm:
        """Give the form of an operation that exists."""
        return cls(
            data={
                "date": prior.day,
                "libelle": prior.label,
                "cheque": prior.cheque,
                "sens": "-" if prior.amount < 0 else "+",
                "montant": abs(prior.amount),
            }
        )

    def checked(self, year: SchoolYear) -> bool:
        """Validate; the day must lie before the exercice."""
        if self.validate() and self.date.data >= year.first_day:
            self.refuse("date", "Une opération de l’année passée est datée d’avant le 1er septembre.")
        if not self.faults and not self.montant.data:
            self.refuse("montant", "Le montant ne peut pas être nul.")
        return not self.faults

    def values(self) -> dict[str, Any]:
        """Give the columns of the row, the amount signed."""
        sign = -1 if self.sens.data == "-" else 1
        return {
            "day": self.date.data,
            "label": self.libelle.data,
            "cheque": self.cheque.data,
            "amount": sign * self.montant.data,
        }
