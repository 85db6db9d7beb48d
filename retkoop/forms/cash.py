"""The form of a count of the cash box."""

from __future__ import annotations

from datetime import date
from typing import Any

from retkoop.drafts import out_of_year
from retkoop.exchange import DENOMINATIONS
from retkoop.facts import CashCount
from retkoop.forms.fields import BaseForm, CountField, DateField
from retkoop.school_year import SchoolYear

_SMALLEST_NOTE = 500


def denomination_name(cents: int) -> str:
    """Name a note or a coin: `20 €`, `50 c`."""
    return f"{cents // 100}\u00a0€" if cents >= 100 else f"{cents}\u00a0c"


def _field_label(cents: int) -> str:
    return f"{'Billets' if cents >= _SMALLEST_NOTE else 'Pièces'} de {denomination_name(cents)}"


class CountForm(BaseForm):
    """How many of each note and coin lie in the box; fields `n50000` to `n1` are added below."""

    date = DateField("Date du comptage")

    def checked(self, year: SchoolYear) -> bool:
        """Validate; the day must lie in the exercice."""
        self.validate()
        if self.date.data and not year.contains(self.date.data):
            self.refuse("date", out_of_year(year))
        return not self.faults

    def count(self) -> CashCount:
        """Give what a form without fault holds, less what there is none of; not stored, so numbered 0."""
        found = ((cents, self[f"n{cents}"].data) for cents in DENOMINATIONS)
        pieces = tuple((cents, number) for cents, number in found if number)
        return CashCount(0, self.date.data or date.min, pieces)

    @property
    def notes(self) -> list[Any]:
        """Give the fields of the notes, the largest first."""
        return [self[f"n{cents}"] for cents in DENOMINATIONS if cents >= _SMALLEST_NOTE]

    @property
    def coins(self) -> list[Any]:
        """Give the fields of the coins, the largest first."""
        return [self[f"n{cents}"] for cents in DENOMINATIONS if cents < _SMALLEST_NOTE]


for _cents in DENOMINATIONS:
    setattr(CountForm, f"n{_cents}", CountField(_field_label(_cents)))
