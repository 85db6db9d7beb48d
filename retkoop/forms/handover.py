"""The form of « Je passe la main »."""

from __future__ import annotations

import datetime

from wtforms import BooleanField

from retkoop.forms.fields import BaseForm, DateField, TextField
from retkoop.handover import TOGETHER
from retkoop.school_year import french_date


class HandoverForm(BaseForm):
    """Who leaves the books to whom, on which day, and what they did together; boxes are added below."""

    sortant = TextField("Qui passe la main", 120, required=True)
    entrant = TextField("Qui la prend", 120, required=True)
    date = DateField("Date de la passation")
    remarques = TextField("Remarques", 2_000)

    def checked(self, first: datetime.date, today: datetime.date) -> bool:
        """Validate; a handover is recorded on its day or afterwards, and between two people."""
        self.validate()
        if self.date.data and not first <= self.date.data <= today:
            self.refuse("date", f"Indiquez un jour entre le {french_date(first)} et aujourd’hui.")
        if self.sortant.data and self.sortant.data.casefold() == (self.entrant.data or "").casefold():
            self.refuse("entrant", "La passation se fait entre deux personnes.")
        return not self.faults

    @property
    def boxes(self) -> list[BooleanField]:
        """Give the boxes of what is done together."""
        return [self[code] for code in TOGETHER]

    @property
    def together(self) -> set[str]:
        """Give what was ticked."""
        return {code for code in TOGETHER if self[code].data}


for _code, _words in TOGETHER.items():
    setattr(HandoverForm, _code, BooleanField(_words))
