"""The form of a line of the table of grants."""

from __future__ import annotations

import re
from typing import Any

from retkoop.drafts import NUMBER_LENGTH, out_of_year
from retkoop.facts import Entry, Grant
from retkoop.forms.fields import AmountField, ChoiceField, DateField, TextField
from retkoop.forms.tables import VersionedForm, who_and_what
from retkoop.ledger_search import plainly
from retkoop.school_year import SchoolYear

KINDS = {
    "etat": "État",
    "region": "Région",
    "departement": "Département",
    "commune": "Commune",
    "autre": "Autre public",
}
_NAME_LENGTH, _PURPOSE_LENGTH = 120, 200
# The words by which people call who pays, in the order in which they are looked for.
_CALLED = {
    "region": ("region", "regional", "regionale"),
    "departement": ("departement", "departemental", "departementale", "general"),
    "commune": ("mairie", "commune", "ville", "municipal", "municipale", "village"),
    "etat": ("etat", "ministere", "prefecture", "rectorat", "academie", "dsden", "drac", "nationale"),
}


def kind_called(text: str) -> str:
    """Guess who pays from the label of an entry: « Conseil régional – Livres » is the région; else another public."""
    words = set(re.findall(r"[a-z]+", plainly(text)))
    return next((kind for kind, names in _CALLED.items() if words.intersection(names)), "autre")


class GrantForm(VersionedForm):
    """Public money received: who gave it, for what, when and how much."""

    organisme = TextField("Organisme", _NAME_LENGTH, required=True)
    nature = ChoiceField("Qui verse", (("", "Choisir"), *KINDS.items()), default="")
    objet = TextField("Objet", _PURPOSE_LENGTH)
    date = DateField("Date du versement")
    montant = AmountField("Montant", signed=True)
    pj = TextField("N° de PJ", NUMBER_LENGTH)

    @classmethod
    def of(cls, grant: Grant) -> GrantForm:
        """Give the form of a line that exists."""
        return cls(
            data={
                "organisme": grant.organisation,
                "nature": grant.kind,
                "objet": grant.purpose,
                "date": grant.day,
                "montant": grant.amount,
                "pj": grant.voucher,
                "version": grant.version,
            }
        )

    @classmethod
    def from_entry(cls, entry: Entry, amount: int) -> GrantForm:
        """Propose the line that explains an entry of the cahier."""
        who, what = who_and_what(entry.label)
        return cls(
            data={
                "organisme": who[:_NAME_LENGTH],
                "nature": kind_called(entry.label),
                "objet": what[:_PURPOSE_LENGTH],
                "date": entry.day,
                "montant": amount,
                "pj": entry.voucher,
            }
        )

    def checked(self, year: SchoolYear) -> bool:
        """Validate; the money came within the exercice, from someone public."""
        self.validate()
        if not self.nature.errors and not self.nature.data:
            self.refuse("nature", "Choisissez qui verse la subvention.")
        if self.date.data and not year.contains(self.date.data):
            self.refuse("date", out_of_year(year))
        if not self.montant.errors and not self.montant.data:
            self.refuse("montant", "Le montant ne peut pas être nul.")
        return not self.faults

    def values(self) -> dict[str, Any]:
        """Give the columns of the row."""
        return {
            "organisation": self.organisme.data,
            "kind": self.nature.data,
            "purpose": self.objet.data,
            "day": self.date.data,
            "amount": self.montant.data,
            "voucher": self.pj.data,
        }
