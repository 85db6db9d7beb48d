"""The forms of the association départementale about one cooperative."""

from __future__ import annotations

from retkoop.forms.fields import BaseForm, KeptField, TextField

LONGEST_NOTE = 300


class NoteForm(BaseForm):
    """A note, which may be emptied; `version` is that of the note that the person read."""

    note = TextField("Ce que vous voulez retenir", LONGEST_NOTE)
    version = KeptField()

    @property
    def seen(self) -> int:
        """Give that version; 0 for what is none."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
