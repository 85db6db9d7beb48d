"""Forms of the accounts of mandataires: a new one, the end of a mandate, and the password chosen by a link."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import PasswordField
from wtforms.validators import ValidationError

from retkoop.forms.fields import BaseForm, DateField, TextField
from retkoop.forms.identity import ContactForm
from retkoop.passwords import LONGEST

# A mandate that ends later has a slip of the keyboard in it.
_YEARS_AHEAD = 10


def end_fault(day: date | None, today: date) -> str:
    """Say why a mandate cannot end on a day; empty when it can, or when it has no end."""
    if day is not None and not today <= day <= date(today.year + _YEARS_AHEAD, 12, 31):
        return f"Choisissez un jour entre aujourd’hui et la fin de {today.year + _YEARS_AHEAD}, ou laissez vide."
    return ""


class AccountForm(ContactForm):
    """A new account: who signs in, under which identifier, until when."""

    identifiant = TextField("Identifiant", 64, required=True)
    fin = DateField("Fin du mandat", required=False)

    def checked_on(self, today: date) -> bool:
        """Validate."""
        self.checked()
        if not self.nom.data and not self.nom.errors:
            self.refuse("nom", "Écrivez le nom de cette personne : il est imprimé sur sa lettre.")
        fault = end_fault(self.fin.data, today)
        if fault:
            self.refuse("fin", fault)
        return not self.faults


class StaffForm(ContactForm):
    """A new account of an association or of the fédération."""

    identifiant = TextField("Identifiant", 64, required=True)
    fin = DateField("Dernier jour", required=False)

    def checked_on(self, today: date) -> bool:
        """Validate."""
        self.checked()
        if not self.nom.data and not self.nom.errors:
            self.refuse("nom", "Écrivez le nom de cette personne : le journal dira ce qu’elle fait.")
        fault = end_fault(self.fin.data, today)
        if fault:
            self.refuse("fin", fault)
        return not self.faults


class EndForm(BaseForm):
    """The last day of a mandate."""

    fin = DateField("Fin du mandat", required=False)

    def checked_on(self, today: date) -> bool:
        """Validate."""
        self.validate()
        fault = end_fault(self.fin.data, today)
        if fault:
            self.refuse("fin", fault)
        return not self.faults


class ChoosePasswordForm(BaseForm):
    """A password, twice: the link has already said who chooses it."""

    nouveau = PasswordField("Votre mot de passe")
    encore = PasswordField("Votre mot de passe, encore une fois")

    def validate_encore(self, field: Any) -> None:
        """Refuse two different passwords."""
        if field.data != self.nouveau.data:
            raise ValidationError("Les deux mots de passe ne sont pas les mêmes.")

    def validate_nouveau(self, field: Any) -> None:
        """Refuse what no database should hash."""
        if len(field.data or "") > LONGEST:
            raise ValidationError(f"Choisissez au plus {LONGEST} caractères.")
