"""The form of a durable good of the cahier d'inventaire."""

from __future__ import annotations

from datetime import date
from typing import Any

from retkoop.drafts import NUMBER_LENGTH, out_of_year
from retkoop.facts import Entry, InventoryItem
from retkoop.forms.fields import AmountField, DateField, TextField
from retkoop.forms.tables import VersionedForm, who_and_what
from retkoop.school_year import SchoolYear, french_date

_NAME_LENGTH, _TEXT_LENGTH = 120, 200


class ItemForm(VersionedForm):
    """What was bought, from whom, where it is; and how it left."""

    designation = TextField("Désignation", _TEXT_LENGTH, required=True)
    fournisseur = TextField("Fournisseur", _NAME_LENGTH)
    date = DateField("Date d’achat")
    valeur = AmountField("Valeur d’achat")
    pj = TextField("N° de PJ", NUMBER_LENGTH)
    emplacement = TextField("Emplacement", _NAME_LENGTH)
    sortie = DateField("Date de sortie", required=False)
    motif = TextField("Motif de la sortie", _TEXT_LENGTH)
    cession = AmountField("Prix de vente", required=False)

    @classmethod
    def of(cls, item: InventoryItem) -> ItemForm:
        """Give the form of a good that exists."""
        return cls(
            data={
                "designation": item.designation,
                "fournisseur": item.supplier,
                "date": item.bought_on,
                "valeur": item.value,
                "pj": item.voucher,
                "emplacement": item.place,
                "sortie": item.disposed_on,
                "motif": item.disposal_reason,
                "cession": item.disposal_value,
                "version": item.version,
            }
        )

    @classmethod
    def from_entry(cls, entry: Entry, amount: int) -> ItemForm:
        """Propose the good that an entry of the cahier paid for."""
        who, what = who_and_what(entry.label)
        return cls(
            data={
                "designation": what or who,
                "emplacement": "",
                "motif": "",
                "fournisseur": who[:_NAME_LENGTH] if what else "",
                "date": entry.day,
                "valeur": amount,
                "pj": entry.voucher,
            }
        )

    def checked(self, year: SchoolYear) -> bool:
        """Validate; nothing happens after the exercice, nor leaves before it was bought."""
        self.validate()
        _check_days(self, year, self.date, self.sortie)
        if not self.faults:
            _check_disposal(self, self.date.data)
        return not self.faults

    def values(self) -> dict[str, Any]:
        """Give the columns of the row."""
        return {
            "designation": self.designation.data,
            "supplier": self.fournisseur.data,
            "bought_on": self.date.data,
            "value": self.valeur.data,
            "voucher": self.pj.data,
            "place": self.emplacement.data,
            "disposed_on": self.sortie.data,
            "disposal_reason": self.motif.data,
            "disposal_value": self.cession.data,
        }


class CarriedForm(VersionedForm):
    """What becomes of a good of an earlier exercice: where it is now, or how it left. What it is does not change."""

    emplacement = TextField("Emplacement", _NAME_LENGTH)
    sortie = DateField("Date de sortie", required=False)
    motif = TextField("Motif de la sortie", _TEXT_LENGTH)
    cession = AmountField("Prix de vente", required=False)

    @classmethod
    def of(cls, item: InventoryItem) -> CarriedForm:
        """Give the form of a good."""
        return cls(
            data={
                "emplacement": item.place,
                "sortie": item.disposed_on,
                "motif": item.disposal_reason,
                "cession": item.disposal_value,
                "version": item.version,
            }
        )

    def checked(self, year: SchoolYear, bought: date) -> bool:
        """Validate; it leaves within the exercice, whose cahier tells of it."""
        self.validate()
        _check_days(self, year, self.sortie)
        if self.sortie.data and self.sortie.data < year.first_day:
            self.refuse("sortie", out_of_year(year))
        if not self.faults:
            _check_disposal(self, bought)
        return not self.faults

    def values(self) -> dict[str, Any]:
        """Give the columns of the row that may change."""
        return {
            "place": self.emplacement.data,
            "disposed_on": self.sortie.data,
            "disposal_reason": self.motif.data,
            "disposal_value": self.cession.data,
        }


def _check_days(form: VersionedForm, year: SchoolYear, *fields: Any) -> None:
    for field in fields:
        if field.data and field.data > year.last_day:
            message = f"Cette date est après la fin de l’exercice, le {french_date(year.last_day)}."
            form.refuse(field.name, message)


def _check_disposal(form: Any, bought: date | None) -> None:
    left = form.sortie.data
    if left is None:
        if form.motif.data or form.cession.data is not None:
            form.refuse("sortie", "Indiquez la date de sortie.")
        return
    if bought and left < bought:
        form.refuse("sortie", "Un bien ne peut pas sortir avant d’avoir été acheté.")
    if not form.motif.data:
        form.refuse("motif", "Indiquez le motif : vendu, donné, cassé, volé…")
