"""Forms by which an association départementale makes a cooperative, keeps its identity, closes it and merges it."""

from __future__ import annotations

from datetime import date
from typing import Any

from retkoop.coop_identity import EITHER, NAME_LENGTH, NewCoop, as_identifier, identifier_fault, scheme_fault, uai_fault
from retkoop.forms.fields import AmountField, BaseForm, ChoiceField, DateField, TextField
from retkoop.forms.identity import CoopForm
from retkoop.forms.opening import BANKS
from retkoop.money import LARGEST
from retkoop.school_year import SchoolYear

LATER = "plus-tard"


def first_years(today: date) -> list[tuple[str, str]]:
    """Give the exercices that a new cooperative may begin with."""
    current = SchoolYear.containing(today)
    years = [(year.label, year.label) for year in (current, SchoolYear(current.start - 1))]
    return [*years, (LATER, "Le mandataire l’ouvrira lui-même")]


class NewCoopForm(BaseForm):
    """A cooperative to be made."""

    identifiant = TextField("Identifiant", 12, required=True)
    nom = TextField("Nom de la coopérative", NAME_LENGTH, required=True)
    uai = TextField("UAI de l’école", 8)
    adresse = TextField("Adresse", 300)
    compte = ChoiceField("Banque", BANKS, default="512")
    exercice = ChoiceField("Premier exercice")
    banque = AmountField("Solde de la banque au 1er septembre", required=False, signed=True)
    caisse = AmountField("Contenu de la caisse au 1er septembre", required=False)
    report = AmountField("Report à nouveau", required=False, signed=True)

    def checked(self, department: str, scheme: str = EITHER) -> bool:
        """Validate, with a sentence for what does not name a cooperative of this département, as it names its own."""
        self.validate()
        identifier = as_identifier(self.identifiant.data or "")
        faults = {
            "identifiant": identifier_fault(identifier, department) or scheme_fault(identifier, department, scheme),
            "uai": uai_fault(as_identifier(self.uai.data or ""), department),
        }
        for name, fault in faults.items():
            if fault and not self[name].errors:
                self.refuse(name, fault)
        amounts = (self.banque, self.caisse, self.report)
        if self.exercice.data == LATER and any(field.data for field in amounts):
            self.refuse("exercice", "Choisissez l’exercice qui commence avec ces soldes.")
        if self.report.data is None and abs((self.banque.data or 0) + (self.caisse.data or 0)) > LARGEST:
            self.refuse("banque", "Ces soldes sont trop grands : vérifiez la virgule.")
        return not self.faults

    def new(self) -> NewCoop:
        """Give what was typed; without a report à nouveau, it is what the bank and the cash box held."""
        bank, cash = self.banque.data or 0, self.caisse.data or 0
        carried = bank + cash if self.report.data is None else self.report.data
        start = None if self.exercice.data == LATER else SchoolYear.parse(self.exercice.data).start
        return NewCoop(
            as_identifier(self.identifiant.data), self.nom.data, as_identifier(self.uai.data), self.adresse.data,
            self.compte.data, start, bank, cash, carried,
        )  # fmt: skip


class FileForm(CoopForm):
    """What the association keeps of a cooperative: its name and UAI, and all that the cooperative itself may change."""

    nom = TextField("Nom de la coopérative", NAME_LENGTH, required=True)
    uai = TextField("UAI de l’école", 8)

    def checked_in(self, department: str) -> bool:
        """Validate."""
        self.checked()
        fault = uai_fault(as_identifier(self.uai.data or ""), department)
        if fault and not self.uai.errors:
            self.refuse("uai", fault)
        return not self.faults

    def values(self) -> dict[str, Any]:
        """Give the columns."""
        return {"name": self.nom.data, "uai": as_identifier(self.uai.data or ""), **super().values()}


class ClosingForm(BaseForm):
    """The day on which a cooperative closes."""

    jour = DateField("Fermée le")

    def checked(self, today: date) -> bool:
        """Validate: a day that is not past the end of the exercice under way."""
        self.validate()
        if self.jour.data and not date(1990, 1, 1) <= self.jour.data <= SchoolYear.containing(today).last_day:
            self.refuse("jour", "Choisissez un jour jusqu’à la fin de l’exercice en cours.")
        return not self.faults


class MergeForm(BaseForm):
    """The cooperative that another becomes part of, and what becomes of the accounts."""

    dans = ChoiceField("Coopérative qui la reçoit", unknown="Choisissez une coopérative dans la liste.")
    comptes = ChoiceField(
        "Comptes des mandataires",
        (("", "Ils prennent fin"), ("oui", "Ils passent dans la coopérative qui la reçoit")),
        default="",
    )

    @property
    def with_accounts(self) -> bool:
        """Tell whether the accounts move."""
        return self.comptes.data == "oui"
