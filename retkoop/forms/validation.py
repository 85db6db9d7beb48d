"""Forms of the AD's decisions about a year that was sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import FieldList, FormField

from retkoop.drafts import NUMBER_LENGTH
from retkoop.facts import Entry
from retkoop.forms.fields import BaseForm, BoundedList, ChoiceField, TextField
from retkoop.return_reasons import (
    BY_VOUCHER,
    LONGEST_REASON,
    WHOLE,
    Choices,
    Reason,
    in_one_line,
    plain,
    reason,
)

# How many reasons about a row one return has room for.
POINTS = 4
_SHORTEST, _LONGEST = 3, 1_000

STEPS = (
    ("documents", "Documents"),
    ("cra", "Compte rendu d’activité (CRA)"),
    ("crf", "Compte rendu financier (CRF) : les chiffres se rouvrent"),
    ("cahier", "Cahier : il se rouvre"),
)


class PointForm(BaseForm):
    """One reason about one row; left empty, there is none."""

    sujet = ChoiceField("Ce dont il s’agit", ())
    pj = TextField("N° de PJ", NUMBER_LENGTH)
    texte = TextField("Motif", LONGEST_REASON)

    @property
    def is_empty(self) -> bool:
        """Tell a line where nothing was typed."""
        return not (self.texte.data or self.pj.data or self.sujet.data)


class ReturnForm(BaseForm):
    """Sending a year back: where there is something to mend, and why, for the whole and row by row."""

    etape = ChoiceField("Ce qu’il y a à corriger", STEPS)
    motif = TextField("Motif, que le mandataire lira", 1_000)
    points: FieldList = BoundedList(FormField(PointForm), min_entries=POINTS, max_entries=POINTS)

    @classmethod
    def offering(cls, offered: Choices, entries: Mapping[str, Entry], sent: Any = None) -> ReturnForm:
        """Give the form with what a reason may be about, and the entries by their PJ number."""
        form = cls(sent)
        form.offered, form.entries = offered, entries
        for number, row in enumerate(form.rows, 1):
            row.sujet.choices = {group: tuple(words) for group, words in offered.items()}
            for field in row:
                field.label.text = f"{field.label.text} (point {number})"
        return form

    offered: Choices = {}
    entries: Mapping[str, Entry] = {}

    @property
    def rows(self) -> list[PointForm]:
        """Give the lines of the form."""
        return [entry.form for entry in self.points.entries]

    @property
    def pointed(self) -> bool:
        """Tell whether a line was begun."""
        return bool(self._begun())

    def checked(self) -> bool:
        """Validate; there is one reason at least, each says something, and all fit in one letter."""
        self.validate()
        for row in self._begun():
            self._check(row)
        if not self.motif.errors and not self._begun() and len(self.motif.data or "") < _SHORTEST:
            self.refuse("motif", "Dites en quelques mots ce qui est à corriger, ici ou point par point.")
        if not self.faults and len(in_one_line(self.motif.data or "", self.reasons())) > _LONGEST:
            self.refuse("motif", "Tous ces motifs ensemble font plus de 1 000 caractères : raccourcissez-les.")
        return not self.faults

    def _check(self, row: PointForm) -> None:
        if len(row.texte.data or "") < _SHORTEST and not row.texte.errors:
            row.refuse("texte", "Dites en quelques mots ce qui est à corriger.")
        if row.sujet.data == BY_VOUCHER and not row.pj.data:
            row.refuse("pj", "Indiquez le numéro de la pièce.")
        elif row.pj.data and self._entry(row) is None:
            row.refuse("pj", f"Aucune écriture ne porte ce numéro : recopiez-le du cahier{self._example()}.")
        elif row.pj.data and row.sujet.data not in (BY_VOUCHER, WHOLE):
            row.refuse("pj", "Effacez ce numéro, ou choisissez « Une écriture ».")

    def _example(self) -> str:
        """Show how numbers of this very cahier are written: « 07 », or « D4 » where they bear a letter."""
        written = next((entry.voucher for entry in self.entries.values() if entry.voucher), "")
        return f" en entier, par exemple {written}" if written else ""

    def _begun(self) -> list[PointForm]:
        return [row for row in self.rows if not row.is_empty]

    def _entry(self, row: PointForm) -> Entry | None:
        return self.entries.get(plain(row.pj.data)) if row.pj.data else None

    def reasons(self) -> list[Reason]:
        """Give the reasons of a form without fault, less the one for the whole."""
        return [
            reason(row.sujet.data or WHOLE, row.texte.data, self.offered, self._entry(row)) for row in self._begun()
        ]

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Give the faults of all fields, those of the lines included."""
        lines = (fault for row in self.rows for fault in row.faults)
        return [*super().faults, *lines]


class ReopeningForm(BaseForm):
    """Asking that a closed cahier be opened again: why."""

    motif = TextField("Motif, que le mandataire lira", 1_000, required=True)

    def checked(self) -> bool:
        """Validate; a reason of one letter says nothing."""
        if self.validate() and len(self.motif.data) < 3:
            self.refuse("motif", "Dites en quelques mots ce qui est à corriger.")
        return not self.faults
