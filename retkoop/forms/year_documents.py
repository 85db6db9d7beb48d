"""What people say of the documents for the AD: when they sent one by post or mail."""

from __future__ import annotations

from datetime import date

from retkoop.forms.fields import BaseForm, DateField
from retkoop.school_year import SchoolYear, french_date


def place_of(code: str) -> str:
    """Give the id of what is asked for, within its page: a code without the mark that selectors stumble on."""
    return f"d-{code.replace(':', '-')}"


class PostedForm(BaseForm):
    """The day on which a document left by post or mail; its fields bear the place of what is asked for."""

    jour = DateField("Envoyé le")

    @classmethod
    def blank(cls, code: str, today: date) -> PostedForm:
        """Give the form of a document that leaves today."""
        return cls(data={"jour": today}, prefix=f"{place_of(code)}-")

    def checked(self, year: SchoolYear, today: date) -> bool:
        """Validate; nothing leaves before the exercice begins, nor tomorrow."""
        self.validate()
        if self.jour.data and not year.first_day <= self.jour.data <= today:
            self.refuse("jour", f"Indiquez un jour entre le {french_date(year.first_day)} et aujourd’hui.")
        return not self.faults
