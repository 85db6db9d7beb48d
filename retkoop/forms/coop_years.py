"""The form by which an association opens an earlier exercice of a cooperative."""

from __future__ import annotations

from collections.abc import Sequence

from retkoop.facts import Opening
from retkoop.forms.fields import AmountField, BaseForm, ChoiceField
from retkoop.forms.opening import BANKS
from retkoop.money import LARGEST
from retkoop.school_year import SchoolYear


class EarlierYearForm(BaseForm):
    """Which exercice, and what it began with."""

    exercice = ChoiceField("Exercice", unknown="Choisissez un exercice dans la liste.")
    compte = ChoiceField("Banque", BANKS, default="512")
    banque = AmountField("Solde de la banque au 1er septembre", required=False, signed=True)
    caisse = AmountField("Contenu de la caisse au 1er septembre", required=False)
    report = AmountField("Report à nouveau", required=False, signed=True)

    def offer(self, years: Sequence[SchoolYear]) -> EarlierYearForm:
        """Give the exercices to choose from."""
        self.exercice.choices = [(year.label, year.label) for year in years]
        return self

    def checked(self) -> bool:
        """Validate."""
        self.validate()
        if self.report.data is None and abs((self.banque.data or 0) + (self.caisse.data or 0)) > LARGEST:
            self.refuse("banque", "Ces soldes sont trop grands : vérifiez la virgule.")
        return not self.faults

    def opening(self) -> Opening:
        """Give the balances; without a report à nouveau, it is what the bank and the cash box held."""
        bank, cash = self.banque.data or 0, self.caisse.data or 0
        return Opening(bank, cash, bank + cash if self.report.data is None else self.report.data)
