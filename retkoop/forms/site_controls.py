"""The forms of the controls on site: a draw, and what was found at a cooperative."""

from __future__ import annotations

from datetime import date

from wtforms import HiddenField

from retkoop.forms.fields import BaseForm, ChoiceField, CountField, DateField, TextField
from retkoop.site_draws import BASE_WORDS, BASES, MOST_RATE, RATE, RESULT_WORDS, RESULTS, RIGHT, VALIDATED_ONLY

_CHOICES = (("", "Choisissez"), *((code, RESULT_WORDS[code].capitalize()) for code in RESULTS))


def _whole(text: str | None) -> int:
    """Read a number that the page carries unseen; anything else is none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0


class DrawForm(BaseForm):
    """How many to draw and among whom; `vu` is how many draws of the exercice the page showed."""

    taux = CountField("Part à tirer (%)", default=RATE)
    parmi = ChoiceField("Parmi les", [(base, BASE_WORDS[base][1]) for base in BASES], default=VALIDATED_ONLY)
    vu = HiddenField()

    def checked(self) -> bool:
        """Validate; a rate is between 1 and 100."""
        self.validate()
        if not self.taux.errors and not 1 <= (self.taux.data or 0) <= MOST_RATE:
            self.refuse("taux", f"Écrivez un nombre de 1 à {MOST_RATE}.")
        return not self.faults

    @property
    def seen(self) -> int:
        """Give how many draws the page showed."""
        return _whole(self.vu.data)


class ControlForm(BaseForm):
    """What was found on site: when, by whom, and what."""

    resultat = ChoiceField("Résultat", _CHOICES)
    jour = DateField("Contrôlée le")
    par = TextField("Par", 120, required=True)
    remarque = TextField("Remarque", 1_000)
    version = HiddenField()

    def checked(self, today: date) -> bool:
        """Validate; a control is over, and whatever is not right is explained."""
        self.validate()
        if not self.resultat.data and not self.resultat.errors:
            self.refuse("resultat", "Dites ce qu’il en est.")
        if self.jour.data and self.jour.data > today:
            self.refuse("jour", "Ce jour n’est pas encore venu.")
        explained = len(self.remarque.data or "") >= 3 or self.remarque.errors
        if self.resultat.data in RESULTS and self.resultat.data != RIGHT and not explained:
            self.refuse("remarque", "Dites en quelques mots ce qui a été vu.")
        return not self.faults

    @property
    def seen(self) -> int:
        """Give which version of the control the page showed."""
        return _whole(self.version.data)
