"""Forms of the AD's decisions about a year that was sent."""

from __future__ import annotations

from retkoop.forms.fields import BaseForm, ChoiceField, TextField

STEPS = (
    ("documents", "Documents"),
    ("cra", "Compte rendu d’activité (CRA)"),
    ("crf", "Compte rendu financier (CRF) : les chiffres se rouvrent"),
    ("cahier", "Cahier : il se rouvre"),
)


class ReturnForm(BaseForm):
    """Sending a year back: where there is something to mend, and why."""

    etape = ChoiceField("Ce qu’il y a à corriger", STEPS)
    motif = TextField("Motif, que le mandataire lira", 1_000, required=True)

    def checked(self) -> bool:
        """Validate; a reason of one letter says nothing."""
        if self.validate() and len(self.motif.data) < 3:
            self.refuse("motif", "Dites en quelques mots ce qui est à corriger.")
        return not self.faults
