"""Forms of the sign-in pages."""

from __future__ import annotations

from typing import Any

from wtforms import PasswordField
from wtforms.validators import ValidationError

from retkoop.forms.fields import BaseForm, TextField
from retkoop.passwords import LONGEST


class SignInForm(BaseForm):
    """Who, and the proof."""

    identifiant = TextField("Identifiant", 64)
    mot_de_passe = PasswordField("Mot de passe")


class CodeForm(BaseForm):
    """The code of a phone; or a recovery code, when the phone is not there."""

    code = TextField("Code à 6 chiffres", 20)
    secours = TextField("Code de secours", 40)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Ask for one of the two."""
        sound = super().validate(*args, **kwargs)
        if sound and not self.code.data and not self.secours.data:
            self.refuse("code", "Écrivez le code que votre téléphone affiche.")
        return sound and not self.faults


class BeginForm(BaseForm):
    """The password again, before a second factor is set up."""

    mot_de_passe = PasswordField("Votre mot de passe")


class ConfirmForm(BaseForm):
    """The first code of a phone."""

    code = TextField("Code à 6 chiffres", 20, required=True)


class ProofForm(CodeForm, BeginForm):
    """The password, and a code: what shows that it is really the person."""


class ForgottenForm(BaseForm):
    """Who forgot."""

    identifiant = TextField("Identifiant", 64)


class NewPasswordForm(BaseForm):
    """A new password, twice."""

    nouveau = PasswordField("Nouveau mot de passe")
    encore = PasswordField("Nouveau mot de passe, encore une fois")

    def validate_encore(self, field: Any) -> None:
        """Refuse two different new passwords."""
        if field.data != self.nouveau.data:
            raise ValidationError("Les deux mots de passe ne sont pas les mêmes.")

    def validate_nouveau(self, field: Any) -> None:
        """Refuse what no database should hash."""
        if len(field.data or "") > LONGEST:
            raise ValidationError(f"Choisissez au plus {LONGEST} caractères.")


class PasswordForm(NewPasswordForm):
    """The current password and the new one, twice."""

    actuel = PasswordField("Mot de passe actuel")
