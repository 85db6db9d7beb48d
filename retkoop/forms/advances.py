"""Forms of the régies: a class's code, and who holds its money."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import HiddenField

from retkoop.facts import Advance
from retkoop.forms.fields import BaseForm, TextField

_CODE_LENGTH, _HOLDER_LENGTH = 40, 120


class AdvanceForm(BaseForm):
    """A new régie."""

    code = TextField("Classe ou code", _CODE_LENGTH, required=True)
    titulaire = TextField("Titulaire", _HOLDER_LENGTH)

    def checked(self, known: Iterable[Advance]) -> bool:
        """Validate; two régies cannot bear the same code, nor differ by capitals only."""
        if self.validate() and self.code.data.casefold() in {advance.code.casefold() for advance in known}:
            self.refuse("code", f"La régie « {self.code.data} » existe déjà.")
        return not self.faults

    def values(self) -> dict[str, str]:
        """Give the columns of the row."""
        return {"code": self.code.data, "holder": self.titulaire.data}


class HolderForm(BaseForm):
    """Who holds a régie; `vu` is the name that the person saw before changing it."""

    titulaire = TextField("Titulaire", _HOLDER_LENGTH)
    vu = HiddenField()

    @classmethod
    def of(cls, advance: Advance) -> HolderForm:
        """Give the form of a régie that exists."""
        return cls(data={"titulaire": advance.holder, "vu": advance.holder})
