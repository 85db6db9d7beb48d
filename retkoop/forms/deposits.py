"""The form of a paying-in slip: its day, its label, and the receipts that go to the bank together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import Field
from wtforms.validators import StopValidation

from retkoop.deposit_reports import Deposit, is_proposed, proposed_label, total_of
from retkoop.drafts import LABEL_LENGTH, out_of_year
from retkoop.facts import Entry
from retkoop.forms.fields import DateField, TextField
from retkoop.forms.tables import VersionedForm
from retkoop.school_year import SchoolYear


class ReceiptsField(Field):
    """The receipts that are ticked off among those on offer; `data` holds their numbers."""

    data: Any
    offered: Sequence[Entry] = ()

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Keep what is a number."""
        texts = (str(value) for value in valuelist)
        self.data = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 10]

    def pre_validate(self, form: Any) -> None:
        """Refuse none at all, and what is not on offer any more."""
        if not self.data:
            raise StopValidation("Cochez au moins un chèque.")
        if len(self.chosen) < len(set(self.data)):
            raise StopValidation("Une de ces recettes a été pointée ou remise entre-temps : relisez la liste.")

    @property
    def groups(self) -> list[tuple[str, list[Entry]]]:
        """Give what is on offer as (words, receipts): what is surely a cheque comes first."""
        cheques = [entry for entry in self.offered if entry.cheque]
        others = [entry for entry in self.offered if not entry.cheque]
        kinds = (("Recettes avec un numéro de chèque", cheques), ("Autres recettes", others))
        return [(words, entries) for words, entries in kinds if entries]

    @property
    def chosen(self) -> list[Entry]:
        """Give the receipts that are ticked off."""
        return [entry for entry in self.offered if entry.number in (self.data or ())]


class SlipForm(VersionedForm):
    """A slip; left empty, its label is made of what it holds."""

    date = DateField("Date de la remise")
    libelle = TextField("Libellé", LABEL_LENGTH)
    ecriture = ReceiptsField("Chèques")

    @classmethod
    def of(cls, deposit: Deposit) -> SlipForm:
        """Give the form of a slip that exists."""
        slip = deposit.slip
        numbers = [entry.number for entry in deposit.entries]
        label = "" if is_proposed(slip.label) else slip.label
        return cls(data={"date": slip.day, "libelle": label, "ecriture": numbers, "version": slip.version})

    def offer(self, entries: Iterable[Entry]) -> SlipForm:
        """Pass in the receipts that may be ticked off."""
        self.ecriture.offered = tuple(entries)
        return self

    def checked(self, year: SchoolYear) -> bool:
        """Validate; the day must lie in the exercice."""
        self.validate()
        if self.date.data and not year.contains(self.date.data):
            self.refuse("date", out_of_year(year))
        return not self.faults

    @property
    def label(self) -> str:
        """Give what was typed, or what the slip is called by itself."""
        return self.libelle.data or proposed_label(len(self.ecriture.chosen))

    @property
    def total(self) -> int:
        """Give the total of what is ticked off, in cents."""
        return total_of(self.ecriture.chosen)

    @property
    def numbers(self) -> list[int]:
        """Give the numbers of what is ticked off."""
        return [entry.number for entry in self.ecriture.chosen]
