"""The forms of the quitus: a draw, what a vérificateur says of an entry, and the access of a vérificateur."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from wtforms import HiddenField
from wtforms.validators import ValidationError

from retkoop.forms.fields import AmountField, BaseForm, ChoiceField, CountField, TextField
from retkoop.voucher_sample import ABOVE, AGAIN, CHANCE, LONGEST_REMARK, MOST_BY_CHANCE, SEEN, Draw

QUALITIES = (("parent", "Parent d’élève"), ("enseignant", "Enseignant ou enseignante"), ("autre", "Autre"))
QUALITY_WORDS = {"parent": "parent d’élève", "enseignant": "enseignant", "autre": "autre"}
_SUFFIX = re.compile(r"[0-9A-Za-z]{1,20}")


def _whole(text: str | None) -> int:
    """Read a number that the page carries unseen; anything else is none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0


class DrawForm(BaseForm):
    """What is drawn: all above an amount, and how many by chance; `vu` is the rank of the draw that was read."""

    montant = AmountField("Toutes les écritures de plus de (€)")
    hasard = CountField("Et au hasard parmi les autres")
    vu = HiddenField()

    @classmethod
    def of(cls, draw: Draw | None) -> DrawForm:
        """Give the form as the last draw left it."""
        above, chance = (draw.above, draw.chance) if draw else (ABOVE, CHANCE)
        return cls(data={"montant": above, "hasard": chance, "vu": str(draw.rank if draw else 0)})

    def validate_hasard(self, field: Any) -> None:
        """Bound what people are asked to look at."""
        if field.data is not None and field.data > MOST_BY_CHANCE:
            raise ValidationError(f"Au plus {MOST_BY_CHANCE}.")

    @property
    def seen(self) -> int:
        """Give the rank of the draw that the person read."""
        return _whole(self.vu.data)

    @property
    def chance(self) -> int:
        """Give how many come by chance."""
        return self.hasard.data or 0


class RemarkField(TextField):
    """A remark: one line, however it was typed; a box that was not sent says nothing."""

    sent = False

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Keep the text on one line."""
        self.sent = bool(valuelist)
        super().process_formdata([" ".join(str(typed).split()) for typed in valuelist])


class LookForm(BaseForm):
    """What a vérificateur says of one entry; `version` is that of what they read."""

    avis = ChoiceField("Avis", [("", ""), (SEEN, "Vu"), (AGAIN, "À revoir")])
    remarque = RemarkField("Remarque", LONGEST_REMARK)
    version = HiddenField()

    @property
    def verdict(self) -> str | None:
        """Give the verdict whose button was pressed; None when it was another button."""
        return self.avis.data

    @property
    def remark(self) -> str | None:
        """Give the remark, or None when the form had no box for it."""
        return self.remarque.data if self.remarque.sent else None

    @property
    def seen(self) -> int:
        """Give the version that the person read."""
        return _whole(self.version.data)


class AccessForm(BaseForm):
    """Who gets an access: their name as the quitus prints it, what they are, and their identifier."""

    nom = TextField("Prénom et nom", 80, required=True)
    qualite = ChoiceField("Qualité", QUALITIES)
    identifiant = TextField("Identifiant", 40)

    def identifier_here(self, coop: str) -> str:
        """Give the identifier, one of the cooperative's own; otherwise refuse, with the reason under the field."""
        typed = self.identifiant.data or ""
        # Another cooperative's identifiers are not this one's to take.
        if not typed.startswith(f"{coop}-") or not _SUFFIX.fullmatch(typed.removeprefix(f"{coop}-")):
            self.refuse("identifiant", f"Il commence par {coop}- puis des lettres ou des chiffres, 20 au plus.")
        return typed
